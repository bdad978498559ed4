"""The values that ``run -p NAME=VALUE`` gives to the notebooks' parameters."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Container, Sequence
from pathlib import Path

from course_utils import notebooks


def parse_assignments(assignments: Sequence[str]) -> dict[str, str]:
    """Split ``NAME=VALUE`` texts.

    Raises
    ------
    ValueError
        If one is not of that form, or a name is given twice.
    """
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not (equals and name.strip().isidentifier()):
            raise ValueError(f"-p {shortened(assignment)} is not of the form NAME=VALUE")
        if name.strip() in values:
            raise ValueError(f"-p {name.strip()} is given twice: give it once")
        values[name.strip()] = value.strip()
    return values


def values_for_each(
    paths: Sequence[Path], chosen: dict[str, str], *, optional: Container[str] = ()
) -> dict[Path, dict[str, object]]:
    """Hand each notebook the values of the parameters that it has.

    Parameters
    ----------
    paths : sequence of Path
        The notebooks.
    chosen : dict of str to str
        Names and values as the user wrote them.
    optional : container of str
        Names that no notebook need have.

    Returns
    -------
    dict of Path to dict
        For each notebook its own parameters among those chosen, as Python values.

    Raises
    ------
    ValueError
        If no notebook has one of the names, or a value is of another kind than the default.
    """
    if not chosen:
        return {path: {} for path in paths}
    defaults = {}
    for path in paths:
        try:
            defaults[path] = notebooks.parameters(notebooks.read_notebook(path))
        except (ValueError, SyntaxError) as error:
            raise ValueError(f"{path.name}: {error}") from error
    for name in chosen:
        if name not in optional and not any(name in known for known in defaults.values()):
            raise ValueError(_unknown(name, defaults))
    return {
        path: {
            name: like_default(default, chosen[name], name)
            for name, default in known.items()
            if name in chosen
        }
        for path, known in defaults.items()
    }


def like_default(default: object, text: str, name: str) -> object:
    """Read a value as Python does, and refuse what is of another kind than the default.

    Parameters
    ----------
    default : object
        The value in the notebook.
    text : str
        The value as the user wrote it: a Python literal, nan or inf for a number, or a plain
        word, which is a string.
    name : str
        The parameter's name, for the error.

    Raises
    ------
    ValueError
        If the default is a number or a truth value, and `text` is not.
    """
    value = _literal(text)
    if isinstance(default, str):
        return value if isinstance(value, str) else text
    if isinstance(default, float) and isinstance(value, str):
        # Python has no literal for nan and inf.
        try:
            value = float(value)
        except ValueError:
            pass
    kinds = {
        bool: ("True or False", (bool,)),
        int: ("a whole number", (int,)),
        float: ("a number", (int, float)),
    }
    wanted, allowed = kinds.get(type(default), ("", (object,)))
    # True is an int to Python, but no number of epochs.
    is_bool_for_number = isinstance(value, bool) and type(default) in (int, float)
    if is_bool_for_number or not isinstance(value, allowed):
        raise ValueError(
            f"-p {name}={shortened(text)}: {name} takes {wanted}, like its default {default!r}"
        )
    return value


def _unknown(name: str, defaults: dict[Path, dict[str, object]]) -> str:
    every = sorted({known for names in defaults.values() for known in names})
    close = difflib.get_close_matches(name.upper(), every, n=1)
    lines = [f"{name} is not a parameter" + (f"; did you mean {close[0]}?" if close else ".")]
    for path, known in defaults.items():
        shown = ", ".join(f"{key}={value!r}" for key, value in known.items())
        lines.append(f"  {path.stem} has {shown or 'no parameters'}")
    return "\n".join(lines)


def _literal(text: str) -> object:
    words = {"true": True, "false": False, "none": None, "null": None}
    if text.lower() in words:
        return words[text.lower()]
    try:
        return ast.literal_eval(text)
    # A text of very many signs or brackets is too much for Python's parser.
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def shortened(text: str) -> str:
    """Return what the user wrote, as far as it can be read at a glance."""
    return text if len(text) <= 80 else text[:80] + " …"
