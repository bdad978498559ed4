"""The slides of one notebook as one HTML file, shown by reveal.js, with formulas by MathJax.

Everything is inside: scripts, fonts, figures. How each slide is fitted to its box is decided where
it is shown, by `templates/slides/layout.js`.
"""

from __future__ import annotations

import copy
import hashlib
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from course_utils import notebooks
from course_utils.publishing import javascript
from course_utils.publishing.attachments import AttachmentRenderer
from course_utils.publishing.page import explorer_script, render
from course_utils.publishing.slide_code import shown_source
from course_utils.publishing.slide_plan import plan_slides

COURSE = "Convolutional networks, from the inner product up"
# True in a page whose slides are laid out; for the printed layout add "?print-pdf".
READY = "document.documentElement.dataset.ready"
PDF_READY = "document.documentElement.dataset.pdfReady"

_TEMPLATE = Path(__file__).parent / "templates" / "slides"
_STYLES = ("reveal.js/dist/reveal.css",)
_FONTS = "reveal.js/dist/theme/white.css"
_SCRIPTS = (
    "mathjax/es5/tex-svg-full.js",
    "reveal.js/dist/reveal.js",
    "reveal.js/dist/plugin/notes.js",
)
# The deck's own scripts stand inside it, and the speaker's window shows it in frames; so this only
# keeps the deck from asking other machines, and `safe_html` the notebook's scripts out of it.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: file: {}; "
    "object-src 'none'; base-uri 'none'; form-action 'none'"
)
# nbconvert puts the attributes of an element into an order of its own.
_FINGERPRINT = re.compile(r'<meta (?=[^>]*name="notebook")[^>]*content="([0-9a-f]{64})"')
_HEAD = 4000  # characters of a deck in which it stands
_CDN = "https://cdn.jsdelivr.net/npm/"


@dataclass(frozen=True)
class Look:
    """What an instructor chooses for his decks.

    Parameters
    ----------
    course : str
        The line above the title.
    speaker, date : str
        Below the title, as given; empty for none.
    dark : bool
        Light text on a dark ground, for dim rooms; figures keep a light ground of their own.
    """

    course: str = COURSE
    speaker: str = ""
    date: str = ""
    dark: bool = False

    @property
    def byline(self) -> str:
        """Speaker and date in one line."""
        return " · ".join(filter(None, (self.speaker.strip(), self.date.strip())))


def deck(
    notebook: NotebookNode,
    *,
    name: str,
    offline: bool = True,
    trusted: bool = False,
    look: Look | None = None,
) -> str:
    """Convert an executed notebook to slides.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook with its outputs.
    name : str
        Its name without ending, as in ``"05_padding_and_stride"``.
    offline : bool
        Whether the JavaScript is put into the page. Without it the page loads the same versions
        from a CDN, and needs internet wherever it is shown.
    trusted : bool
        Whether scripts of the notebook's texts and outputs stay, and requests to other machines.
    look : Look, optional
        Course, speaker and date on the first slide; light or dark.

    Returns
    -------
    str
        The page, which holds everything it shows.

    Raises
    ------
    ValueError
        If no cell of the notebook is shown.
    course_utils.publishing.javascript.JavaScriptMissing
        If the packages are wanted, not installed, and cannot be.
    """
    title, look = deck_title(notebook, name), look or Look()
    own = [(_TEMPLATE / file).read_text(encoding="utf-8") for file in ("layout.js", "start.js")]
    if script := explorer_script(notebook):
        own.insert(0, script)
    settings: dict[str, object] = {
        "title": title,
        "look": look,
        "fingerprint": fingerprint(notebook),
        "deck_policy": _POLICY.format(_CDN if not offline else "").replace("  ", " "),
    }
    if offline:
        settings["styles"] = [_text(file) for file in _STYLES] + [_font_faces(_text(_FONTS))]
        settings["scripts"] = [_inside_script(_text(file)) for file in _SCRIPTS] + own
    else:
        settings["style_addresses"] = [_cdn_address(file) for file in (*_STYLES, _FONTS)]
        settings["script_addresses"] = [_cdn_address(file) for file in _SCRIPTS]
        settings["scripts"] = own
    return render(
        _placed(notebook, title, look.course), template="slides", page=settings, trusted=trusted
    )


def fingerprint(notebook: NotebookNode) -> str:
    """Return a hash of a notebook, which its deck carries so that an old deck can be told."""
    return hashlib.sha256(notebooks.notebook_bytes(notebook)).hexdigest()


def fingerprint_of_deck(path: Path) -> str:
    """Return the hash of the notebook that a deck was made from; empty if it carries none."""
    with Path(path).open(encoding="utf-8", errors="replace") as file:
        found = _FINGERPRINT.search(file.read(_HEAD))
    return found.group(1) if found else ""


def write_deck(
    notebook: NotebookNode,
    path: Path,
    *,
    offline: bool = True,
    trusted: bool = False,
    look: Look | None = None,
) -> None:
    """Write the slides of a notebook to `path`; see :func:`deck`."""
    path = Path(path)
    html = deck(notebook, name=path.stem, offline=offline, trusted=trusted, look=look)
    notebooks.write_file(path, html.encode("utf-8"))


def deck_title(notebook: NotebookNode, name: str) -> str:
    """Return a notebook's first heading after its number, or its name if it has no heading."""
    heading = re.sub(r"[`*$]", "", notebooks.title(notebook)) or name
    return f"{name[:2]} {heading}" if re.match(r"\d\d_", name) else heading


def _placed(notebook: NotebookNode, title: str, course: str) -> NotebookNode:
    """A notebook of the shown cells only, each knowing its place among the slides."""
    slides = plan_slides(notebook)
    cells, section = [], ""
    for number, slide in enumerate(slides):
        first = next((cell for cell in slide.cells if cell.cell_type == "markdown"), None)
        heading = _heading(first)
        if heading or not slide.is_sub:
            section = heading
        # A slide with a heading of its own needs none beside the deck's title.
        running = title if heading or not section else f"{title} › {section}"
        next_is_sub = number + 1 < len(slides) and slides[number + 1].is_sub
        for at, (cell, step) in enumerate(zip(slide.cells, slide.fragments, strict=True)):
            shown = _shown_cell(cell, notebook)
            starts, ends = at == 0, at == len(slide.cells) - 1
            shown.metadata.place = {
                "opens_stack": starts and not slide.is_sub,
                "opens_slide": starts,
                "closes_slide": ends,
                "closes_stack": ends and not next_is_sub,
                "is_title": number == 0,
                "fragment": step,
                "answer": slide.answers[at],
                "running_title": running if number else course,
                "notes": slide.notes if ends else [],
            }
            cells.append(shown)
    placed = new_notebook(cells=cells)
    placed.metadata = notebook.metadata
    return placed


def _heading(cell: NotebookNode | None) -> str:
    match = re.match(r"\s*#{1,4}\s+(.+?)\s*#*$", cell.source if cell else "", re.MULTILINE)
    return re.sub(r"[`*$]", "", match.group(1)) if match else ""


def _shown_cell(cell: NotebookNode, notebook: NotebookNode) -> NotebookNode:
    shown = copy.deepcopy(cell)
    if cell.cell_type == "markdown":
        renderer = _Renderer(
            escape=False,
            exclude_anchor_links=True,
            attachments=cell.get("attachments", {}),
        )
        shown.source = MarkdownWithMath(renderer=renderer).render(cell.source)
    elif cell.cell_type == "code":
        shown.source = shown_source(cell, notebook)
        for output in shown.outputs:
            data = output.get("data", {})
            if "text/latex" in data and "text/html" not in data:
                data["text/html"] = _tex(data["text/latex"].strip().strip("$"), block=True)
    return shown


class _Renderer(AttachmentRenderer):
    """Markdown to HTML, with formulas as MathJax wants them and links between decks."""

    def inline_math(self, body: str) -> str:
        return _tex(body, block=False)

    def block_math(self, body: str) -> str:
        return _tex(body, block=True)

    def latex_environment(self, name: str, body: str) -> str:
        return _tex(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        # There are no slides of the glossary and of other documents.
        if re.match(r"[\w-]+\.md(#|$)", url):
            return text
        return super().link(text, re.sub(r"^([\w-]+)\.ipynb(?=#|$)", r"\1.html", url), title)

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre>{self.escape_html(code.strip())}</pre>\n"


def _tex(latex: str, *, block: bool) -> str:
    latex = escape(latex.strip(), quote=False)
    if block:
        return f'<div class="formula">\\[{latex}\\]</div>'
    return f'<span class="formula">\\({latex}\\)</span>'


def _text(file: str) -> str:
    return javascript.file(file).read_text(encoding="utf-8")


def _font_faces(theme: str) -> str:
    """Only the fonts of a reveal.js theme, which carries them inside."""
    return "\n".join(re.findall(r"@font-face\s*\{[^}]*\}", theme))


def _inside_script(source: str) -> str:
    # An HTML parser ends the script at this sign, even in the middle of a string.
    return re.sub(r"</(script)", r"<\\/\1", source, flags=re.IGNORECASE)


def _cdn_address(file: str) -> str:
    package, _, path = file.partition("/")
    return f"{_CDN}{package}@{javascript.versions()[package]}/{path}"
