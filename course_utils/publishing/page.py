"""One notebook as one HTML file that asks nothing of anyone: no font, no request.

That holds for any notebook, whoever wrote it: what its text and its outputs bring of HTML is
cleaned by `safe_html`, unless the caller trusts it. There is a script only where the notebook has
explorers, and it lies in the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from course_utils import explorers, notebooks
from course_utils.publishing import safe_html
from course_utils.publishing.attachments import AttachmentRenderer
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


class _Renderer(AttachmentRenderer):
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
        yield "proof_summary", proof_summary
        yield "explanation_summary", lambda cell: EXPLANATION_SUMMARY
        yield "live_explorer", explorers.figure
        yield "picture_of_explorer", explorers.picture_of
        yield "formula", lambda latex: formula(latex.strip().strip("$"), block=True)
        yield "cleaned", _cleaned
        yield "holds_scripts", safe_html.holds_scripts


# Stands on a folded text that tells what answers a question.
EXPLANATION_SUMMARY = "What it shows"


def proof_summary(cell: NotebookNode) -> str:
    """Return what stands on a folded cell that proves something, or speaks to a machine."""
    if "headline" in notebooks.cell_tags(cell):
        return "The result in one line"
    lines = len(cell.source.strip().splitlines())
    return f"The proof, {lines} line{'' if lines == 1 else 's'}"


@pass_context
def _markdown_to_html(context: Context, source: str) -> str:
    cell = context.get("cell") or {}
    renderer = _Renderer(
        escape=False, exclude_anchor_links=True, attachments=cell.get("attachments", {})
    )
    return MarkdownWithMath(renderer=renderer).render(source)


@pass_context
def _cleaned(context: Context, html: str) -> str:
    return html if context["resources"]["page"]["trusted"] else safe_html.clean(html)


@cache
def _exporter(template: str) -> _Exporter:
    # the second setting lets a template extend another one's file: page/index.html.j2
    return _Exporter(
        extra_template_basedirs=[str(_TEMPLATES)],
        extra_template_paths=[str(_TEMPLATES)],
        template_name=template,
    )


def render(
    notebook: NotebookNode, *, template: str, page: Mapping[str, Any], trusted: bool = False
) -> str:
    """Convert a notebook to HTML by one of the templates of this package.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook.
    template : str
        The name of a folder in ``templates``.
    page : mapping
        What the template finds as ``resources.page``; its ``scripts`` are the page's own.
    trusted : bool
        Whether scripts of the notebook's texts and outputs stay, and requests to other machines.
    """
    policy = safe_html.page_policy(page.get("scripts", ()))
    details = {**page, "trusted": trusted, "policy": policy}
    html, _ = _exporter(template).from_notebook_node(notebook, resources={"page": details})
    return html


def page(notebook: NotebookNode, *, name: str = "", trusted: bool = False) -> str:
    """Convert an executed notebook to a self-contained HTML page.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook with its outputs.
    name : str
        The notebook's name without ending. With one, the page links to the index page and to
        the notebook, both beside it.
    trusted : bool
        Whether scripts of the notebook's texts and outputs stay, and requests to other machines.

    Returns
    -------
    str
        The page. Its title is the notebook's first heading; figures keep their alternative
        text, formulas become MathML, and speaker notes are folded.
    """
    source = f"{name}.ipynb" if name else ""
    return _html(notebook, name=name, source=source, trusted=trusted)


def _html(notebook: NotebookNode, *, name: str, source: str, trusted: bool = False) -> str:
    title = plain_title(notebook) or name
    details: dict[str, object] = {"title": title, "name": name, "source": source}
    if script := explorer_script(notebook):
        details["scripts"] = [script]
    return render(notebook, template="page", page=details, trusted=trusted)


def explorer_script(notebook: NotebookNode) -> str:
    """Return the script that brings a notebook's explorers to life, empty if it has none."""
    outputs = (output for cell in notebooks.code_cells(notebook) for output in cell.outputs)
    names = explorers.names_in(outputs)
    return explorers.page_script(names) if names else ""


def plain_title(notebook: NotebookNode) -> str:
    """Return the notebook's first heading without signs of Markdown, or an empty string."""
    return re.sub(r"[`*$]", "", notebooks.title(notebook))


def write_page(notebook: NotebookNode, path: Path, *, trusted: bool = False) -> None:
    """Write the page of a notebook to `path`; see :func:`page`."""
    path = Path(path)
    html = page(notebook, name=path.stem, trusted=trusted)
    notebooks.write_file(path, html.encode("utf-8"))


def write_document(source: Path, path: Path) -> str:
    """Write the page of a Markdown file to `path`, and return its title."""
    path = Path(path)
    text = Path(source).read_text(encoding="utf-8")
    document = new_notebook(cells=[new_markdown_cell(text, id="document")])
    notebooks.write_file(path, _html(document, name=path.stem, source="").encode("utf-8"))
    return plain_title(document) or path.stem
