"""The front page: a map of the course, drawn from the openings of its notebooks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from course_utils.publishing.site.openings import Opening, parts


def front_page(openings: Sequence[Opening], documents: Sequence[str]) -> str:
    """Return the front page in Markdown: the map, and the contents that Sphinx navigates by.

    Parameters
    ----------
    openings : sequence of Opening
        The notebooks in the order of the course.
    documents : sequence of str
        The names, without ending, of the pages that follow the notebooks.
    """
    minutes = sum(one.minutes or 0 for one in openings)
    lines = [
        "# Convolutional networks, from the inner product up",
        "",
        f"{len(openings)} notebooks, about {_hours(minutes)} of work. Each asks one question, "
        "lets you predict before you run, checks your exercises, and ends with a summary and "
        "three questions to test yourself.",
        "",
    ]
    if documents:
        listed = ", ".join(f"[]({name}.md)" for name in documents)
        lines += [f"Beside the notebooks: {listed}.", ""]
    known = {one.number: one for one in openings}
    for heading, part in parts(openings):
        time = _hours(sum(one.minutes or 0 for one in part))
        cards = "\n".join(_card(one, known) for one in part)
        lines += [f"## {heading}", "", f"About {time}.", ""]
        lines += ["```{raw} html", f'<ol class="course-map">\n{cards}\n</ol>', "```", ""]
    for heading, part in parts(openings):
        lines += _contents(heading, [_entry(one) for one in part])
    if documents:
        lines += _contents("Beside the notebooks", documents)
    return "\n".join(lines)


_NOT_FOUND = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{base}<title>This page is not here</title>
<style>
body {{ font: 1.1rem/1.6 system-ui, sans-serif; margin: 3rem auto; max-width: 40rem; padding: 0 1rem; }}
</style>
</head>
<body>
<main>
<h1>This page is not here</h1>
<p>It may have another name by now. Go to the <a href="index.html">map of the course</a>, or
to <a href="search.html">the search</a>, or to one of the notebooks:</p>
<ol>
{entries}
</ol>
</main>
</body>
</html>
"""


def page_not_found(openings: Sequence[Opening], base: str) -> str:
    """Return the page that a server shows in place of one that is not there.

    Parameters
    ----------
    openings : sequence of Opening
        The notebooks in the order of the course.
    base : str
        The path of the site on its server, as in ``"/cnn-course/"``: the page may be shown at any
        address. Without it links are relative, which is right for pages at the top.
    """
    entries = "\n".join(
        f'<li value="{int(one.number) if one.number.isdigit() else 0}">'
        f'<a href="{escape(one.name)}.html">{_inline(one.title)}</a></li>'
        for one in openings
    )
    element = f'<base href="{escape(base)}">\n' if base else ""
    return _NOT_FOUND.format(base=element, entries=entries)


def _contents(caption: str, entries: Sequence[str]) -> list[str]:
    return ["```{toctree}", ":hidden:", f":caption: {caption}", "", *entries, "```", ""]


def _entry(one: Opening) -> str:
    """An entry of the contents: title and page, so that Sphinx takes neither for something else."""
    title = re.sub(r"<[^>]*>|[<>]", "", one.title).strip() or one.name
    # An entry with this sign would be a link to another site; the joiner is not seen.
    title = title.replace("://", ":\N{WORD JOINER}//")
    return f"{one.number} {title} <{one.name}>"


def _card(one: Opening, known: dict[str, Opening]) -> str:
    name, rows = escape(one.name), []
    if one.learns:
        rows.append(("You will learn to", _inline(one.learns)))
    if one.needs:
        rows.append(("You need", _linked(_inline(one.needs), known)))
    if one.minutes:
        rows.append(("Time", f"about {one.minutes} minutes"))
    described = "".join(f"<div><dt>{term}</dt><dd>{text}</dd></div>" for term, text in rows)
    question = f'<p class="question">{_inline(one.question)}</p>' if one.question else ""
    return (
        f'<li id="map-{name}"><h3><a href="{name}.html">'
        f'<span class="number">{one.number}</span> {_inline(one.title)}</a></h3>'
        f"{question}<dl>{described}</dl></li>"
    )


def _inline(markdown: str) -> str:
    """Convert the little Markdown that an opening holds to HTML."""
    from course_utils.publishing.formulas import formula

    def math(match: re.Match[str]) -> str:
        return formula(match.group(1), block=False)

    pieces = re.split(r"(\$[^$]+\$)", markdown)
    for i, piece in enumerate(pieces):
        if i % 2:
            pieces[i] = re.sub(r"\$([^$]+)\$", math, piece)
            continue
        text = escape(piece, quote=False)
        text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
        text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
        pieces[i] = re.sub(r"\*{1,2}([^*]+)\*{1,2}", r"<em>\1</em>", text)
    return "".join(pieces)


def _linked(text: str, known: dict[str, Opening]) -> str:
    """Make links of the numbers of notebooks: 02, 04."""

    def link(match: re.Match[str]) -> str:
        one = known.get(match.group())
        return f'<a href="{escape(one.name)}.html">{one.number}</a>' if one else match.group()

    return re.sub(r"\b\d\d\b", link, text)


def _hours(minutes: int) -> str:
    if minutes < 90:
        return f"{minutes} minutes"
    halves = round(minutes / 30)
    return f"{halves // 2}{'½' if halves % 2 else ''} hours"
