"""Sums of integers that leave their 64 bits are noticed, and refused.

NumPy lets such a sum wrap around in silence: 2⁶² + 2⁶² is −2⁶³. In nearly every call the largest
numbers already tell that no sum gets so far. Only where they don't is the sum formed again in
floating point: a sum that has wrapped around lies a multiple of 2⁶⁴ away from that.

`uint64` is summed as `float64`, which rounds from 2⁵³ on; integers stay exact here or are refused.
"""

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec

import numpy as np

from course_utils.sum_dtypes import largest_size

Arguments = ParamSpec("Arguments")

_EXACT = 2**53


def within_64_bits(
    *names: str,
) -> Callable[[Callable[Arguments, np.ndarray]], Callable[Arguments, np.ndarray]]:
    """Let a function that returns sums of products refuse integers whose sums leave 64 bits.

    Parameters
    ----------
    names
        Of its arguments: two that are multiplied, the second not longer than the sums have terms,
        and perhaps a third that is added.

    Returns
    -------
    Callable
        A decorator. The function then raises a `ValueError` that names the first two arguments.
    """

    def decorate(function: Callable[Arguments, np.ndarray]) -> Callable[Arguments, np.ndarray]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checked(*args: Arguments.args, **kwargs: Arguments.kwargs) -> np.ndarray:
            found = function(*args, **kwargs)
            given = signature.bind(*args, **kwargs).arguments
            arrays = {
                name: np.asarray(given[name]) for name in names if given.get(name) is not None
            }
            if given.get("method") == "fft" or any(a.dtype.kind == "f" for a in arrays.values()):
                return found
            if "method" in signature.parameters:
                given["method"] = "direct"

            def in_floats(*, absolute: bool = False) -> np.ndarray:
                floats = {name: array.astype(np.float64) for name, array in arrays.items()}
                if absolute:
                    floats = {name: np.abs(array) for name, array in floats.items()}
                again = signature.bind(**{**given, **floats})
                return function(*again.args, **again.kwargs)

            one, two, *added = arrays.values()
            terms = two.size + len(added)
            bound = largest_size(one) * largest_size(two) * two.size
            hold_to_64_bits(
                found,
                bound=bound + sum(largest_size(array) for array in added),
                terms=terms,
                in_floats=in_floats,
                names=names[:2],
            )
            return found

        return checked

    return decorate


def hold_to_64_bits(
    found: np.ndarray,
    *,
    bound: int,
    terms: int,
    in_floats: Callable[..., np.ndarray],
    names: tuple[str, ...],
) -> None:
    """Raise a `ValueError` if a sum of integers in `found` has wrapped around or been rounded.

    Parameters
    ----------
    found
        Sums of integers, as 64-bit integers, or as `float64` where one of them was `uint64`.
    bound
        No sum of absolute values is larger.
    terms
        No sum has more of them.
    in_floats
        Returns the sums formed in `float64`; with ``absolute=True`` those of the absolute values.
    names
        Of the arguments that the sums are made from.
    """
    first, what = names[0], " and ".join(names)
    make = "make" if len(names) > 1 else "makes"
    if found.dtype.kind == "f":
        if bound > _EXACT and in_floats(absolute=True).max(initial=0) >= _EXACT:
            raise ValueError(
                f"{what} {make} sums beyond 2⁵³, from where float64, in which uint64 is summed, "
                f"rounds: give np.asarray({first}).astype(np.int64) if no number of it is above "
                f"2⁶³, or accept the rounding with np.asarray({first}, dtype=float)"
            )
        return
    if bound < 2**63:
        return
    error = float(bound) * (terms + 2) * np.finfo(np.float64).eps
    if error < 2**62:
        away = np.abs(found.astype(np.float64) - in_floats())
        if away.max(initial=0) < 2**62:
            return
    raise ValueError(
        f"{what} {make} sums beyond ±2⁶³, which 64-bit integers can't hold: give "
        f"np.asarray({first}, dtype=float), which rounds but doesn't wrap around"
    )
