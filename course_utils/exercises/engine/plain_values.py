"""Turning whatever a student's code returns into plain values that are safe to compare.

A returned object may be endless, enormous, or answer to ``==`` with an exception. `plain` is the
only place that touches it (inside the sandbox's thread); all that follows sees exact NumPy arrays,
texts, tuples, dicts, None and Ellipsis, or a description of what could not be read.
"""

import array
import collections
import decimal
import inspect
import numbers
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

MOST_CELLS = 4_000_000
_MOST_ITEMS = 5_000
_LONGEST_LIST = 1_000_000
_DEEPEST = 16
_LONGEST_TEXT = 10_000
_SCALARS = (bool, int, float, complex, np.generic)
_HARMLESS = {bool, int, float, np.float64, np.float32, np.int64, np.int32, np.uint8, np.bool_}


@dataclass(frozen=True)
class Unreadable:
    """A result that is no number, array, text or collection of them."""

    kind: str
    remedy: str = ""


@dataclass(frozen=True)
class TooLarge:
    """An array or list of which only the shape is kept."""

    shape: tuple[int, ...]


class _TooManyItems(Exception):
    """The budget of items of one value is used up."""


def one_line(text: str, longest: int = 200) -> str:
    """Make text fit for one line of a reply: no control characters, no line breaks, cut."""
    words = " ".join(text[: 4 * longest].split())
    clean = "".join(letter if letter.isprintable() else "?" for letter in words)
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def type_name(value: Any) -> str:
    """Name of a value's type, read past anything the value says about itself."""
    return one_line(type.__dict__["__name__"].__get__(type(value)), 60)


def with_article(noun: str) -> str:
    """Put "a" or "an" before a word."""
    # as spoken: an UnboundLocalError, an ndarray, but a ufunc
    vowel = noun.lower().startswith(("a", "e", "i", "o", "un", "nd"))
    return f"{'an' if vowel else 'a'} {noun}"


def shape_in_words(shape: tuple[int, ...]) -> str:
    """Words for a shape: "a single number" or "an array of shape (3, 4)"."""
    return f"an array of shape {shape}" if shape else "a single number"


def describe(value: Any) -> str:
    """Words for a plain value that say its kind and shape, not its contents."""
    if value is None or value is ...:
        return repr(value)
    if isinstance(value, (np.ndarray, TooLarge)):
        return shape_in_words(value.shape)
    if isinstance(value, str):
        return "a text (str)"
    if isinstance(value, dict):
        return f"a dict of {len(value)} entries"
    if isinstance(value, tuple):
        return f"a collection of {len(value)} values"
    return value.kind


def is_blank(value: Any) -> bool:
    """Whether a plain value is nothing but None and Ellipsis."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        return len(value) > 0 and all(is_blank(item) for item in value)
    return value is None or value is ...


def plain(value: Any) -> Any:
    """Turn any object into a plain value.

    Parameters
    ----------
    value : object
        Whatever a student's function returned, or was handed over as an answer.

    Returns
    -------
    ndarray, str, tuple, dict, None, Ellipsis, Unreadable or TooLarge
        Arrays are copies, of a boolean or number type; a number is an array of shape ``()``;
        a list or tuple of equally shaped numbers is one array.
    """
    try:
        return _plain(value, [_MOST_ITEMS], 0)
    except _TooManyItems:
        return Unreadable(f"a collection of more than {_MOST_ITEMS:,} values")
    except Exception:
        return Unreadable(
            f"{with_article(type_name(value))} object that cannot be read as numbers",
            "Give a number, a NumPy array or a list of numbers.",
        )


def _plain(value: Any, budget: list[int], depth: int) -> Any:
    budget[0] -= 1
    if budget[0] < 0:
        raise _TooManyItems
    kind = type(value)
    if value is None or value is ...:
        return value
    if issubclass(kind, str):
        return str.__getitem__(value, slice(0, _LONGEST_TEXT))
    if issubclass(kind, np.ndarray):
        return _plain_array(value, budget, depth)
    if issubclass(kind, _SCALARS):
        number = np.asarray(value)
        # an int of more than 64 bits
        number = np.asarray(float(value)) if number.dtype == object else number
        return _plain_array(number, budget, depth)
    if issubclass(kind, (list, tuple)):
        return _plain_sequence(value, budget, depth)
    if issubclass(kind, dict):
        return _plain_dict(value, budget, depth)
    if issubclass(kind, range):
        return TooLarge((len(value),)) if len(value) > MOST_CELLS else np.array(value)
    if issubclass(kind, numbers.Real):
        return np.asarray(float(value))
    if issubclass(kind, (collections.deque, array.array)) or _is_shape(kind):
        return _plain_sequence(tuple(value), budget, depth)
    if issubclass(kind, decimal.Decimal):
        return np.asarray(float(value))
    if hasattr(kind, "detach") and hasattr(kind, "__array__"):
        # a PyTorch tensor that records gradients refuses to be read
        value = value.detach()
    if hasattr(kind, "__array__"):
        return _plain_array(np.asarray(value), budget, depth)
    return _unreadable(value)


def _is_shape(kind: type) -> bool:
    """Whether a type is TensorFlow's for shapes; its package need not be there."""
    name = type.__dict__["__name__"].__get__(kind)
    return name == "TensorShape" and str(kind.__module__).startswith("tensorflow.")


def _plain_array(cells: np.ndarray, budget: list[int], depth: int) -> Any:
    masked = "numpy.ma" in sys.modules and issubclass(type(cells), np.ma.MaskedArray)
    if masked and np.ma.is_masked(cells):
        return Unreadable("a masked array with masked cells", "Fill them with numbers.")
    cells = np.ndarray.view(cells, np.ndarray)
    if cells.size > MOST_CELLS:
        return TooLarge(cells.shape)
    if cells.dtype.kind in "biufc":
        return cells.copy()
    if cells.dtype.kind in "OUS":
        items = _plain(cells.tolist(), budget, depth + 1)
        if cells.dtype.kind != "O" or isinstance(items, np.ndarray) or is_blank(items):
            return items
        return Unreadable(
            "an array of Python objects (dtype object)",
            "Rows of different lengths give such an array; make it hold numbers only.",
        )
    try:
        # bfloat16 and its relatives register a conversion to float; dates and records do not
        return cells.astype(np.float64) if cells.dtype.kind == "V" else _odd_array(cells)
    except (TypeError, ValueError):
        return _odd_array(cells)


def _odd_array(cells: np.ndarray) -> Unreadable:
    return Unreadable(f"an array of dtype {cells.dtype.name}", "Make it hold numbers.")


def _plain_sequence(value: list | tuple, budget: list[int], depth: int) -> Any:
    length = len(value)
    if length > _LONGEST_LIST:
        return TooLarge((length,))
    if depth >= _DEEPEST:
        return Unreadable("a list nested without end", "A list of rows is two levels deep.")
    if _HARMLESS.issuperset(map(type, value)):
        numbers_in_it = np.array(value)
        if numbers_in_it.dtype.kind in "biuf":
            return numbers_in_it
    items = tuple(_plain(item, budget, depth + 1) for item in value)
    if all(isinstance(item, np.ndarray) for item in items):
        if len({item.shape for item in items}) == 1:
            return np.stack(items)
    return items


def _plain_dict(value: dict, budget: list[int], depth: int) -> Any:
    if depth >= _DEEPEST:
        return Unreadable("a dict nested without end")
    if not all(type(key) in (str, int) for key in value):
        return Unreadable("a dict whose keys are not all texts", "Use texts as keys.")
    return {key: _plain(item, budget, depth + 1) for key, item in value.items()}


def _unreadable(value: Any) -> Unreadable:
    kind = type(value)
    if inspect.iscoroutine(value):
        value.close()
        return Unreadable("a coroutine", "Write def, not async def.")
    if issubclass(kind, (set, frozenset)):
        return Unreadable("a set", "A set has no order; use a list.")
    if hasattr(kind, "__next__"):
        return Unreadable(
            f"{with_article(type_name(value))} object, which makes its values one by one",
            "Return all values at once: not yield but return, or list(…) around it.",
        )
    if issubclass(kind, type):
        return Unreadable("a class", "Give a number, a NumPy array or a list of numbers.")
    if callable(value):
        return Unreadable(
            f"{with_article(type_name(value))} object, which wants to be called",
            "Call it with brackets and give what it returns.",
        )
    return Unreadable(
        f"{with_article(type_name(value))} object",
        "Give a number, a NumPy array or a list of numbers.",
    )
