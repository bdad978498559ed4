"""One notebook as one HTML file that asks nothing of anyone: no font, no request.

There is a script only where the notebook has explorers, and it lies in the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from course_utils import explorers, notebooks
from course_utils.publishing.formulas import formula

_TEMPLATES = Path(__file__).parent / "templates"
_SHOWN = (
    explorers.MIME,
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
        # The neighbouring notebooks and documents have pages too.
        url = re.sub(r"^([\w-]+)\.(?:ipynb|md)(?=#|$)", r"\1.html", url)
        return super().link(text, url, title)

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
        yield "live_explorer", explorers.figure
        yield "picture_of_explorer", explorers.picture_of
        yield "formula", lambda latex: formula(latex.strip().strip("$"), block=True)


def _markdown_to_html(source: str) -> str:
    renderer = _Renderer(escape=False, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source)


@cache
def _exporter(template: str) -> _Exporter:
    # the second setting lets a template extend another one's file: page/index.html.j2
    return _Exporter(
        extra_template_basedirs=[str(_TEMPLATES)],
        extra_template_paths=[str(_TEMPLATES)],
        template_name=template,
    )


def render(notebook: NotebookNode, *, template: str, page: Mapping[str, object]) -> str:
    """Convert a notebook to HTML by one of the templates of this package.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook.
    template : str
        The name of a folder in ``templates``.
    page : mapping
        What the template finds as ``resources.page``.
    """
    html, _ = _exporter(template).from_notebook_node(notebook, resources={"page": dict(page)})
    return html


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
    return _html(notebook, name=name, source=f"{name}.ipynb" if name else "")


def _html(notebook: NotebookNode, *, name: str, source: str) -> str:
    title = plain_title(notebook) or name
    details: dict[str, object] = {"title": title, "name": name, "source": source}
    if script := explorer_script(notebook):
        details["scripts"] = [script]
    return render(notebook, template="page", page=details)


def explorer_script(notebook: NotebookNode) -> str:
    """Return the script that brings a notebook's explorers to life, empty if it has none."""
    outputs = (output for cell in notebooks.code_cells(notebook) for output in cell.outputs)
    names = explorers.names_in(outputs)
    return explorers.page_script(names) if names else ""


def plain_title(notebook: NotebookNode) -> str:
    """Return the notebook's first heading without signs of Markdown, or an empty string."""
    return re.sub(r"[`*$]", "", notebooks.title(notebook))


def write_page(notebook: NotebookNode, path: Path) -> None:
    """Write the page of a notebook to `path`; see :func:`page`."""
    path = Path(path)
    notebooks.write_file(path, page(notebook, name=path.stem).encode("utf-8"))


def write_document(source: Path, path: Path) -> str:
    """Write the page of a Markdown file to `path`, and return its title."""
    path = Path(path)
    text = Path(source).read_text(encoding="utf-8")
    document = new_notebook(cells=[new_markdown_cell(text, id="document")])
    notebooks.write_file(path, _html(document, name=path.stem, source="").encode("utf-8"))
    return plain_title(document) or path.stem
