"""What to say, and to advise, where a value isn't an array of real numbers.

The advice is written for the value at hand: a list has no ``.astype``, a tensor with a gradient
has to be detached first.
"""

from collections.abc import Iterable, Mapping

import numpy as np


def not_an_array(name: str, value: object, error: Exception) -> str:
    """Return what to say of a `value` of which NumPy makes no array but this `error`."""
    said = (str(error).splitlines() or [type(error).__name__])[0].strip().rstrip(".")
    tensor = value
    while isinstance(tensor, (list, tuple)) and tensor:
        tensor = tensor[0]
    steps = _steps_to_numbers(tensor)
    if steps:
        what = name if tensor is value else f"its parts as {name}[0]"
        return f"{name} can't be made an array ({said}): give {what}{steps}"
    if isinstance(value, (list, tuple)):
        return f"{name} can't be made an array ({said}): give rows of equal length"
    return f"{name} can't be made an array ({said}): give an array of real numbers"


def _steps_to_numbers(value: object) -> str:
    """Return the calls that make a PyTorch tensor readable for NumPy; none for another value."""
    steps = ".detach()" if getattr(value, "requires_grad", False) else ""
    if getattr(getattr(value, "device", None), "type", "cpu") != "cpu":
        steps += ".cpu()"
    if "bfloat16" in str(getattr(value, "dtype", "")) and hasattr(value, "float"):
        steps += ".float()"
    return steps


def not_real(name: str, value: object, array: np.ndarray) -> str:
    """Return what to say of a `value` whose `array` doesn't hold real numbers."""
    kind = array.dtype.kind
    if kind == "c":
        return (
            f"{name} holds complex numbers: give np.abs({name}), np.real({name}) or np.imag({name})"
        )
    if kind in "Mm":
        of = "dates" if kind == "M" else "time spans"
        spans = f"(np.asarray({name}) - np.min({name}))" if kind == "M" else f"np.asarray({name})"
        return f"{name} holds {of}: give numbers, such as days, {spans} / np.timedelta64(1, 'D')"
    if kind == "V":
        if array.dtype.names:
            first = array.dtype.names[0]
            return f"{name} has fields: give one of them, for example {name}[{first!r}]"
        return (
            f"{name} has dtype {array.dtype}, no real number of NumPy's: give for example "
            f"np.asarray({name}).astype(np.float32)"
        )
    return _whole(name, value, array) if array.ndim == 0 else _parts(name, value, array)


def _whole(name: str, value: object, array: np.ndarray) -> str:
    """Speak of something that NumPy takes for a single object."""
    if hasattr(value, "toarray"):
        return f"{name} is a {type(value).__name__}: give {name}.toarray()"
    if value is None:
        return f"{name} is None: give an array of real numbers"
    if isinstance(value, (str, bytes)):
        return f"{name} is {_short(value)}, which is text: give an array of real numbers"
    if isinstance(value, Mapping):
        return f"{name} is a {type(value).__name__}: give its numbers, list({name}.values())"
    if isinstance(value, (set, frozenset)):
        return f"{name} is a {type(value).__name__}, which has no order: give sorted({name})"
    if isinstance(value, Iterable):
        return f"{name} is a {type(value).__name__}, which isn't an array: give list({name})"
    return f"{name} is {_short(value)}: give an array of real numbers"


def _parts(name: str, value: object, array: np.ndarray) -> str:
    """Speak of an array of objects or of text, by the first that is no number."""
    for place, item in np.ndenumerate(array):
        try:
            float(item)
        except (TypeError, ValueError, OverflowError, RuntimeError):
            return _one_part(name, value, array, place)
    kind = "text" if isinstance(array.flat[0], (str, bytes)) else "a number that isn't NumPy's"
    return f"{name} holds {_short(array.flat[0])}, {kind}: give np.array({name}, dtype=float)"


def _one_part(name: str, value: object, array: np.ndarray, place: tuple[int, ...]) -> str:
    item = array[place]
    where = f"{name}[{', '.join(map(str, place))}]"
    if hasattr(value, "select_dtypes"):
        return (
            f"{name} has a column that holds {_short(item)}: keep the columns of numbers, "
            f"{name}.select_dtypes('number')"
        )
    if isinstance(item, (str, bytes)):
        return f"{where} is {_short(item)}, which is no number: give numbers" + (
            f"; names of classes become numbers by np.unique({name}, return_inverse=True)[1]"
            if array.ndim == 1 and all(isinstance(other, (str, bytes)) for other in array)
            else ""
        )
    if isinstance(item, (complex, np.complexfloating)):
        return (
            f"{where} is {_short(item)}, a complex number: give np.abs({name}), np.real({name}) "
            f"or np.imag({name})"
        )
    return f"{where} is {_short(item)}, which is no real number: put one in its place"


def _short(value: object) -> str:
    text = repr(value.item() if isinstance(value, np.generic) else value).replace("\n", " ")
    return text if len(text) <= 40 else f"{text[:37]}…"
