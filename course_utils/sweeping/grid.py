"""The runs of a sweep: every combination of the values, each with a name of its own."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course_utils import notebooks
from course_utils.notebooks import NotebookNode

_LONGEST_NAME = 100  # characters, without the digits that make it unique
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Run:
    """One run of the notebook.

    Parameters
    ----------
    name : str
        The name of its files: the parameters, then digits that stand for the notebook's code and
        all its parameters. Another notebook or another value is another run.
    parameters : dict
        The values that are put in place of the notebook's defaults.
    """

    name: str
    parameters: dict[str, Any]


def split_values(text: str) -> list[str]:
    """Split ``1e-3,1e-4`` at its commas, but not inside brackets or quotes.

    So ``(1,2),(3,4)`` is two tuples, and ``"a,b",c`` is two words, the first with a comma.

    Raises
    ------
    ValueError
        If a value is empty, stands there twice, or a bracket or quote isn't closed.
    """
    values, current, closing, quote = [], "", [], ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        # An apostrophe inside a word is no quote.
        elif character in "'\"" and not (current.strip() and current[-1].isalnum()):
            quote = character
        elif character in _OPENING:
            closing.append(_CLOSING[_OPENING.index(character)])
        elif closing and character == closing[-1]:
            closing.pop()
        elif character == "," and not closing:
            values.append(current.strip())
            current = ""
            continue
        current += character
    values.append(current.strip())
    if quote or closing:
        raise ValueError(f"{text!r} has no closing {quote or closing[-1]}")
    if "" in values:
        raise ValueError(f"{text!r} has an empty value: write the values with one comma between")
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{text!r} has {value} twice: each value makes one run")
    return values


def grid_of_runs(notebook: NotebookNode, grid: Mapping[str, Sequence[Any]]) -> list[Run]:
    """Return a run for every combination of the values; the last name changes fastest.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook.
    grid : mapping of str to sequence
        For each parameter of the notebook that is not to have its default, its values.

    Raises
    ------
    ValueError
        If two combinations are the same, such as those of 1 and 1.0.
    """
    code = [
        cell.source
        for cell in notebooks.code_cells(notebook)
        if "parameters" not in notebooks.cell_tags(cell)
    ]
    defaults = notebooks.parameters(notebook)
    runs = []
    for values in itertools.product(*grid.values()):
        chosen = dict(zip(grid, values))
        # A value that is given and equal to the default is the same run as the default.
        everything = {name: repr(value) for name, value in {**defaults, **chosen}.items()}
        identity = json.dumps([code, sorted(everything.items())]).encode("utf-8")
        digits = hashlib.sha256(identity).hexdigest()[:12]
        shown = "_".join(f"{name}={value}" for name, value in chosen.items())
        shown = re.sub(r"[^\w.=+-]+", "-", shown)[:_LONGEST_NAME]
        runs.append(Run(f"{shown}-{digits}" if shown else digits, chosen))
    if len({run.name for run in runs}) < len(runs):
        raise ValueError("two combinations are the same: give each value once")
    return runs
