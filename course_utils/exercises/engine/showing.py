"""How replies look: as HTML beside the plain text in a notebook, as plain text elsewhere.

A reply's mark, its word and its colour say the same thing; a screen reader gets the word. The
colours keep a contrast of 4.5 : 1 under the white mark, whatever the page's theme is.
"""

import html
import re
import sys
import textwrap
from collections.abc import Sequence

WIDTH = 88
_CODE = re.compile(r"`([^`]+)`")
# mark and colour: bluish green, orange and blue stay apart for the colour-blind
LOOKS = {
    "right": ("✓", "#00704f"),
    "wrong": ("✗", "#a84300"),
    "hint": ("→", "#0b5fa5"),
    "note": ("i", "#57606a"),
}


def show(head: str, text: str, look: str, footer: str = "") -> None:
    """Print a reply, or display it where a notebook can.

    Parameters
    ----------
    head : str
        What it is about, "02.1 right".
    text : str
        Whole sentences; code stands between backticks.
    look : str
        One of `LOOKS`.
    footer : str
        A short line of its own below, "3 of 5 in this notebook".
    """
    lines = wrapped(f"{head}: {text}")
    both = f"{lines}\n{wrapped(footer)}" if footer else lines
    if in_notebook():
        _display(both, _box(head, text, look, footer))
    else:
        print(both)


def show_table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], footer: str = ""
) -> None:
    """Print a table, or display it where a notebook can; the first column names the row."""
    cells = [list(head), *map(list, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    plain = "\n".join([caption, *lines, *([footer] if footer else [])])
    if in_notebook():
        _display(plain, _table(caption, head, rows, footer))
    else:
        print(plain)


def wrapped(text: str) -> str:
    """Text in lines that fit the page."""
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def in_notebook() -> bool:
    """Whether there is a front end that shows HTML."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")


def _display(plain: str, markup: str) -> None:
    from IPython.display import display  # type: ignore[import-not-found, unused-ignore]

    display({"text/plain": plain, "text/html": markup}, raw=True)


def _marked_up(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", html.escape(text, quote=False))


def _box(head: str, text: str, look: str, footer: str) -> str:
    mark, colour = LOOKS[look]
    below = f'<div style="opacity:.8;font-size:.9em">{_marked_up(footer)}</div>' if footer else ""
    return (
        f'<div role="status" style="border-left:.3em solid {colour};padding:.3em .8em;'
        'margin:.3em 0;max-width:56em;line-height:1.5">'
        f'<span aria-hidden="true" style="background:{colour};color:#fff;border-radius:1em;'
        f'padding:0 .45em;margin-right:.5em;font-weight:bold">{mark}</span>'
        f"<strong>{_marked_up(head)}:</strong> {_marked_up(text)}{below}</div>"
    )


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], footer: str) -> str:
    left = 'style="text-align:left;padding:.2em .8em .2em 0"'
    names = "".join(f'<th scope="col" {left}>{html.escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row" {left}>{html.escape(row[0])}</th>'
        + "".join(f"<td {left}>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    below = f"<p>{html.escape(footer)}</p>" if footer else ""
    return (
        '<table style="border-collapse:collapse">'
        f'<caption style="text-align:left;font-weight:bold">{html.escape(caption)}</caption>'
        f"<thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>{below}"
    )
