"""The page that opens first: where am I, and what comes next."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils import notebooks
from course_utils.desk.progress import Standing, standings
from course_utils.publishing import INDEX, Opening, read_openings

_WELCOME = """# My course

These are your own copies: write in them, break them, keep them. An update never takes away what
you wrote. In each lesson a question comes first; run the cell when you have guessed.

Below is where you are. Run the cell (Shift+Enter) to see it anew."""


class WhereAmI:
    """The table of lessons on a desk, as HTML and as plain text; see `where_am_i`."""

    def __init__(self, folder: Path) -> None:
        self._openings = read_openings(notebooks.find_notebooks())
        self._standings = standings(folder)
        self._there = {path.stem for path in Path(folder).glob("*.ipynb")}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.plain()}

    @property
    def following(self) -> Opening | None:
        """The lesson to open next: the last one worked in, if it isn't done, or the one after."""
        begun = [one for one in self._openings if self._of(one).last]
        if not begun:
            return self._openings[0] if self._openings else None
        latest = max(begun, key=lambda one: self._of(one).last)
        if self._of(latest).right < self._of(latest).total:
            return latest
        place = self._openings.index(latest) + 1
        return self._openings[place] if place < len(self._openings) else None

    def plain(self) -> str:
        """Return the table as text."""
        lines = [f"{'lesson':<48} right  tried  open  minutes"]
        for one in self._openings:
            done = self._of(one)
            title = f"{one.number} {one.title}"
            lines.append(
                f"{title[:48]:<48} {done.right:5}  {done.tried:5}  {done.untouched:4}  "
                f"{one.minutes or '':>7}"
            )
        if self.following:
            lines.append(f"Next: {self.following.number} {self.following.title}")
        return "\n".join(lines)

    def html(self) -> str:
        """Return the table as HTML; each lesson on the desk is a link."""
        following = self.following
        rows = "".join(self._row(one, is_next=one is following) for one in self._openings)
        said = ""
        if following:
            said = f"<p><strong>Next:</strong> {self._link(following)}</p>"
        return (
            f"{said}<table><thead><tr><th style='text-align:left'>lesson</th>"
            "<th style='text-align:left'>the question it answers</th>"
            "<th>right</th><th>tried</th><th>open</th><th>minutes</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    def _of(self, one: Opening) -> Standing:
        return self._standings.get(one.number, Standing(0, 0, 0))

    def _row(self, one: Opening, *, is_next: bool) -> str:
        done = self._of(one)
        mark = "→ " if is_next else "✓ " if done.total and done.right == done.total else ""
        return (
            f"<tr><td style='text-align:left'>{mark}{self._link(one)}</td>"
            f"<td style='text-align:left'>{escape(one.question)}</td><td>{done.right}</td>"
            f"<td>{done.tried}</td><td>{done.untouched}</td><td>{one.minutes or ''}</td></tr>"
        )

    def _link(self, one: Opening) -> str:
        title = escape(f"{one.number} {one.title}")
        return f'<a href="{one.name}.ipynb">{title}</a>' if one.name in self._there else title


def where_am_i() -> WhereAmI:
    """Show the lessons of this desk, what is solved in each, and which comes next.

    The desk is the folder that the notebook is in, or the one that ``CNN_COURSE_DESK`` names.
    """
    private = os.environ.get("CNN_COURSE_DESK")
    return WhereAmI(Path(private).parent if private else Path.cwd())


def write_index(folder: Path) -> Path:
    """Write the index of a desk anew, with today's standing in it, and return its path."""
    shown = WhereAmI(folder)
    code = new_code_cell(
        "from course_utils.desk import where_am_i\n\nwhere_am_i()",
        id="where-am-i",
        execution_count=1,
        metadata={"jupyter": {"source_hidden": True}},
        outputs=[new_output("execute_result", data=shown._repr_mimebundle_(), execution_count=1)],
    )
    page = new_notebook(cells=[new_markdown_cell(_WELCOME, id="welcome"), code])
    page.metadata.update(notebooks.NOTEBOOK_METADATA)
    path = Path(folder) / INDEX
    notebooks.write_file(path, notebooks.notebook_bytes(page))
    return path
