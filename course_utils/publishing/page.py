"""One notebook as one HTML file that asks nothing of anyone: no script, no font, no request."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from course_utils import notebooks
from course_utils.publishing.formulas import formula

_TEMPLATES = Path(__file__).parent / "templates"
_SHOWN = (
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/latex",
    "text/plain",
)


class _Renderer(IPythonRenderer):
    def inline_math(self, body: str) -> str:
        return formula(body, block=False)

    def block_math(self, body: str) -> str:
        return formula(body, block=True)

    def latex_environment(self, name: str, body: str) -> str:
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        # The neighbouring notebooks have pages too.
        return super().link(text, re.sub(r"^([\w-]+)\.ipynb(?=#|$)", r"\1.html", url), title)

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre>{self.escape_html(code.strip())}</pre>\n"


class _Exporter(HTMLExporter):
    @property
    def default_config(self):
        config = super().default_config
        config.NbConvertBase.display_data_priority = list(_SHOWN)
        return config

    def default_filters(self):
        yield from super().default_filters()
        yield "markdown2html", _markdown_to_html
        yield "formula", lambda latex: formula(latex.strip().strip("$"), block=True)


def _markdown_to_html(source: str) -> str:
    renderer = _Renderer(escape=False, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source)


@cache
def _exporter() -> _Exporter:
    return _Exporter(extra_template_basedirs=[str(_TEMPLATES)], template_name="page")


def page(notebook: NotebookNode, *, name: str = "") -> str:
    """Convert an executed notebook to a self-contained HTML page.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook with its outputs.
    name : str
        The notebook's name without ending. With one, the page links to the index page and to
        the notebook, both beside it.

    Returns
    -------
    str
        The page. Its title is the notebook's first heading; figures keep their alternative
        text, formulas become MathML, and speaker notes are folded.
    """
    resources = {"page": {"title": _plain(notebooks.title(notebook)) or name, "name": name}}
    html, _ = _exporter().from_notebook_node(notebook, resources=resources)
    return html


def _plain(heading: str) -> str:
    return re.sub(r"[`*$]", "", heading)


def write_page(notebook: NotebookNode, path: Path) -> None:
    """Write the page of a notebook to `path`; see :func:`page`."""
    path = Path(path)
    notebooks.write_file(path, page(notebook, name=path.stem).encode("utf-8"))
