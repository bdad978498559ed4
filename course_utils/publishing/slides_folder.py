"""A folder of slides: a deck of each notebook, its PDF, and a page that lists them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from nbformat.v4 import new_markdown_cell, new_notebook

from course_utils import notebooks
from course_utils.publishing import chromium, javascript
from course_utils.publishing.page import page
from course_utils.publishing.slide_plan import plan_slides
from course_utils.publishing.slides import PDF_READY, Look, deck_title, write_deck


@dataclass
class MadeSlides:
    """What was made, and what was not.

    Parameters
    ----------
    index : Path
        The page that lists the decks.
    decks : list of Path
        The HTML files that were written.
    pdfs : list of Path
        The PDF files that were written.
    failures : list of str
        What went wrong with single notebooks, a line each.
    no_javascript : str
        Why the decks load their JavaScript from a CDN; empty if they carry it.
    no_pdf : str
        Why there are no PDF files although they were wanted; empty if there are.
    """

    index: Path
    decks: list[Path] = field(default_factory=list)
    pdfs: list[Path] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    no_javascript: str = ""
    no_pdf: str = ""


def make_slides(
    sources: Sequence[Path],
    folder: Path,
    *,
    pdf: bool = True,
    trusted: bool = False,
    look: Look | None = None,
    report: Callable[[Path], object] = lambda path: None,
) -> MadeSlides:
    """Make the slides of notebooks, a PDF file of each, and the page that lists them.

    Parameters
    ----------
    sources : sequence of Path
        The notebooks, with their outputs.
    folder : Path
        Where to write; it is made if it is not there. Decks that lie there already are listed,
        too.
    pdf : bool
        Whether to make PDF files.
    trusted : bool
        Whether scripts of the notebooks' texts and outputs stay, and requests to other machines.
    look : Look, optional
        Course, speaker and date on the first slide; light or dark.
    report : callable
        Called with each file when it has been written.

    Returns
    -------
    MadeSlides
        A notebook that fails doesn't stop the others.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    made = MadeSlides(folder / "index.html")
    try:
        javascript.packages()
    except javascript.JavaScriptMissing as missing:
        made.no_javascript = str(missing)
    for source in sources:
        path = folder / f"{source.stem}.html"
        try:
            notebook = notebooks.read_notebook(source)
            write_deck(notebook, path, offline=not made.no_javascript, trusted=trusted, look=look)
        except ValueError as error:
            made.failures.append(f"{source.stem}: {error}")
            continue
        # An older one would show other slides.
        path.with_suffix(".pdf").unlink(missing_ok=True)
        made.decks.append(path)
        report(path)
    if pdf and made.decks:
        _print_all(made, report)
    _write_index(sources, made.index)
    return made


def _print_all(made: MadeSlides, report: Callable[[Path], object]) -> None:
    if made.no_javascript:
        made.no_pdf = "printing these slides would need internet for each of them"
        return
    try:
        with chromium.open_browser() as browser:
            for path in made.decks:
                target = path.with_suffix(".pdf")
                try:
                    chromium.print_pdf(
                        path, target, browser=browser, query="?print-pdf", ready=PDF_READY
                    )
                except RuntimeError as error:
                    made.failures.append(f"{path.stem}: {error}")
                    continue
                made.pdfs.append(target)
                report(target)
    except chromium.ChromiumMissing as missing:
        made.no_pdf = str(missing)


def _write_index(sources: Sequence[Path], index: Path) -> None:
    beside = {
        other for folder in {path.parent for path in sources} for other in folder.glob("*.ipynb")
    }
    rows = []
    for source in sorted(beside.union(sources), key=lambda path: path.name):
        name = source.stem
        if not (index.parent / f"{name}.html").is_file():
            continue
        notebook = notebooks.read_notebook(source)
        has_pdf = (index.parent / f"{name}.pdf").is_file()
        pdf = f'<a href="{escape(name)}.pdf">PDF</a>' if has_pdf else ""
        rows.append(
            f'<tr><td><a href="{escape(name)}.html">{escape(deck_title(notebook, name))}</a></td>'
            f'<td class="number">{len(plan_slides(notebook))}</td><td>{pdf}</td></tr>\n'
        )
    text = (
        "# Slides\n\n<table>\n<thead><tr><th>Notebook</th><th>Slides</th><th>To hand out</th></tr>"
        f"</thead>\n<tbody>\n{''.join(rows)}</tbody>\n</table>\n\n"
        "Space and the arrow keys turn the slides, and so does swiping. **S** opens the speaker's "
        "window with notes and clock, **F** fills the screen, **O** shows all slides, **B** turns "
        "the screen dark, **?** lists all keys.\n"
    )
    listing = new_notebook(cells=[new_markdown_cell(text, id="index")])
    notebooks.write_file(index, page(listing).encode("utf-8"))
