"""What the course adds to Sphinx: alternative texts, links above a page, MathML, clean HTML."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from course_utils.publishing.formulas import formula
from course_utils.publishing.safe_html import clean

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the additions; Sphinx calls this."""
    app.add_config_value("course_alternatives", {}, "env")
    app.add_config_value("course_links", {}, "html")
    # Before the theme reads it; settings cannot name it, as the theme makes it known too late.
    app.connect("builder-inited", choose_dark_style, priority=100)
    app.connect("doctree-read", set_alternative_texts)
    # After the theme has made its navigation.
    app.connect("html-page-context", complete_page, priority=900)
    app.add_html_math_renderer(
        "mathml", inline_renderers=(visit_math, None), block_renderers=(visit_block, None)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def choose_dark_style(app: Sphinx) -> None:
    """Choose the colours of code on a dark page; the theme's own underline module names."""
    app.config.pygments_dark_style = "github-dark"


def set_alternative_texts(app: Sphinx, doctree: Any) -> None:
    """Give each figure of a notebook its alternative text, which myst-nb leaves behind."""
    known = app.config.course_alternatives.get(app.env.docname, {})
    for image in doctree.findall(lambda node: node.tagname == "image"):
        # myst-nb names the file of a figure by the hash of its content.
        alt = known.get(PurePosixPath(image["uri"]).name)
        if alt:
            image["alt"] = alt


def complete_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Hand the links of a notebook's page to the template; mend navigation, clean the rest."""
    context["course_links"] = app.config.course_links.get(pagename, [])
    # Sphinx says that the captions are headings, but not of which level.
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace(
        'role="heading"', 'role="heading" aria-level="2"'
    )
    # What is folded is named by its own words; myst-nb gives it another name for readers of screens.
    context["body"] = context.get("body", "").replace(
        '<summary aria-label="Toggle hidden content">', "<summary>"
    )
    # All that comes from the notebooks' texts and outputs.
    for part in ("body", "title", "toc"):
        if context.get(part):
            context[part] = clean(context[part])
    for neighbour in (context.get("prev"), context.get("next"), *context.get("parents", ())):
        if neighbour:
            neighbour["title"] = clean(neighbour["title"])


def visit_math(translator: Any, node: Any) -> None:
    """Write a formula in a line as MathML."""
    translator.body.append(formula(node.astext(), block=False))
    # Or its LaTeX would follow.
    node.clear()


def visit_block(translator: Any, node: Any) -> None:
    """Write a formula that stands alone as MathML."""
    translator.body.append(f'<div class="math">{formula(node.astext(), block=True)}</div>')
    node.clear()
