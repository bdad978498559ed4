"""How the cells of every window become one number: a function for each mode.

Each takes images (batch, h, w, channels) and where their windows lie.
"""

import math
from collections.abc import Callable

import numpy as np

from course_utils.arguments import as_choice
from course_utils.convolution import AxisPlan, Pair, Plans, as_pair, cells_of_windows, fill_around
from course_utils.integer_sums import hold_to_64_bits
from course_utils.memory import within_memory
from course_utils.sum_dtypes import common_dtype, largest_size, sum_dtype

MODES = ("max", "mean", "sum", "product", "l2", "distance")

# From so many cells on, windows of float32 are summed up in float64.
_MANY = 64
# Squares of float64 between this and its inverse, and sums of many of them, are ordinary numbers.
_LARGE = 1e140


def check_mode(mode: object) -> None:
    """Raise a `ValueError` if `mode` is none of `MODES`."""
    as_choice("mode", mode, MODES)


@within_memory("size")
def distance_weights(size: Pair) -> np.ndarray:
    """Return weights that fall with the distance from a window's centre and sum to 1.

    A cell at distance r, in cells, weighs 1 / (1 + r) before the weights are divided by their sum.

    Parameters
    ----------
    size
        Height and width of the window: an integer for both, or a pair.

    Returns
    -------
    numpy.ndarray
        Array (height, width), `float64`.

    Raises
    ------
    ValueError
        If a side isn't a positive integer.
    """
    h, w = as_pair("size", size)
    weights = nearness((h, w), slice(0, h))
    return weights / weights.sum()


def nearness(size: tuple[int, int], rows: slice) -> np.ndarray:
    """Return 1 / (1 + r) for some rows of a window of this size, r from the window's centre."""
    h, w = size
    down = np.arange(rows.start, min(rows.stop, h))[:, None] - (h - 1) / 2
    return 1 / (1 + np.hypot(down, np.arange(w) - (w - 1) / 2))


def cells_between(plan: AxisPlan, start: int, end: int) -> np.ndarray:
    """Count the cells of each window along an axis that lie from `start` to before `end`."""
    begins = np.arange(plan.size) * plan.stride - plan.before
    first = np.maximum(-((begins - start) // plan.dilation), 0)
    last = np.minimum((end - 1 - begins) // plan.dilation, plan.k - 1)
    return np.maximum(last - first + 1, 0)


def _fold(ufunc: np.ufunc, images: np.ndarray, plans: Plans, outside: float) -> np.ndarray:
    """Return a new array with each window's cells joined by `ufunc`; padding holds `outside`.

    The columns of a window are joined first, then its rows: k_h + k_w steps instead of k_h·k_w.
    """
    out = surround(images, plans, outside)
    for axis, plan in ((2, plans[1]), (1, plans[0])):
        first, *others = (
            out[(slice(None),) * axis + (slice(m, m + plan.reach, plan.stride),)]
            for m in range(0, plan.span, plan.dilation)
        )
        out = first.copy()
        for cells in others:
            ufunc(out, cells, out=out)
    return out


def surround(images: np.ndarray, plans: Plans, outside: float) -> np.ndarray:
    """Return images with the cells around them that the plans add."""
    if not any(plan.before or plan.after for plan in plans):
        return images
    around = [(plan.before, plan.after) for plan in plans]
    return fill_around(images, [(0, 0), *around, (0, 0)], outside)


def largest_of_windows(images: np.ndarray, plans: Plans) -> np.ndarray:
    """Return the largest value of each window."""
    kind = images.dtype.kind
    lowest = -np.inf if kind == "f" else False if kind == "b" else np.iinfo(images.dtype).min
    return _fold(np.maximum, images, plans, lowest)


def _sum(images: np.ndarray, plans: Plans) -> np.ndarray:
    dtype, size = common_dtype(images), (plans[0].k, plans[1].k)
    wide = _as_floating(images, size)[1] if dtype.kind == "f" else images.astype(dtype, copy=False)
    out = _fold(np.add, wide, plans, 0).astype(dtype, copy=False)
    _hold_to_64_bits(out, images, size, lambda floats: _fold(np.add, floats, plans, 0))
    return out


def _hold_to_64_bits(
    found: np.ndarray,
    images: np.ndarray,
    size: tuple[int, ...],
    again: Callable[[np.ndarray], np.ndarray],
) -> None:
    if images.dtype.kind == "f":
        return

    def in_floats(*, absolute: bool = False) -> np.ndarray:
        floats = images.astype(np.float64)
        return again(np.abs(floats) if absolute else floats)

    terms = math.prod(size)
    hold_to_64_bits(
        found,
        bound=largest_size(images) * terms,
        terms=terms,
        in_floats=in_floats,
        names=("images",),
    )


def _mean(images: np.ndarray, plans: Plans, count_padding: bool = False) -> np.ndarray:
    dtype, images = _as_floating(images, (plans[0].k, plans[1].k))
    rows, columns = (
        cells_between(plan, -plan.before, n + plan.after - plan.beyond)
        if count_padding
        else cells_between(plan, 0, n)
        for plan, n in zip(plans, images.shape[1:3], strict=True)
    )
    count = (rows[:, None] * columns)[:, :, None].astype(images.dtype)
    return (_fold(np.add, images, plans, 0) / count).astype(dtype, copy=False)


def _product(images: np.ndarray, plans: Plans) -> np.ndarray:
    dtype, images = _as_floating(images, (plans[0].k, plans[1].k))
    return _fold(np.multiply, images, plans, 1).astype(dtype, copy=False)


def _l2(images: np.ndarray, plans: Plans) -> np.ndarray:
    # The squares of all float32 are numbers of float64, neither infinite nor 0.
    dtype, images = _as_floating(images, None)
    sizes = np.abs(images)
    if ((sizes > _LARGE) & (sizes < np.inf)).any() or ((sizes < 1 / _LARGE) & (sizes > 0)).any():
        out = _fold(np.hypot, sizes, plans, 0)
    else:
        out = np.sqrt(_fold(np.add, np.square(images), plans, 0))
    return out.astype(dtype, copy=False)


def _distance(images: np.ndarray, plans: Plans) -> np.ndarray:
    dtype, images = _as_floating(images, (plans[0].k, plans[1].k))
    v, h = plans
    weights = distance_weights((v.k, h.k)).astype(images.dtype)
    inside = surround(np.ones((1, *images.shape[1:3], 1), images.dtype), plans, 0)
    images = surround(images, plans, 0)
    total = np.zeros((len(images), v.size, h.size, images.shape[3]), images.dtype)
    weight = np.zeros((1, v.size, h.size, 1), images.dtype)
    for (m, n), nearness in np.ndenumerate(weights):
        total += nearness * cells_of_windows(images, plans, m, n)
        weight += nearness * cells_of_windows(inside, plans, m, n)
    return (total / weight).astype(dtype, copy=False)


def _as_floating(
    images: np.ndarray, size: tuple[int, ...] | None = (1, 1)
) -> tuple[np.dtype, np.ndarray]:
    """Return the dtype of the result, and the images in the dtype to calculate in.

    That is `float64` for large windows, whose many roundings would be seen in `float32`; also where
    the `size` of the window is None.
    """
    dtype = images.dtype if images.dtype.kind == "f" else np.dtype(np.float64)
    wide = size is None or math.prod(size) >= _MANY
    least = np.dtype(np.float64) if wide else sum_dtype(dtype)
    return dtype, images.astype(np.result_type(dtype, least), copy=False)


POOLERS = {
    "max": largest_of_windows,
    "mean": _mean,
    "sum": _sum,
    "product": _product,
    "l2": _l2,
    "distance": _distance,
}
