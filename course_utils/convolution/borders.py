"""What lies beyond the border of an image: zeros, or the image itself once more.

`padding` says how many cells are added, `border` what they hold. Both are described in
`course_utils.convolution`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_batch, as_choice, as_integer
from course_utils.convolution.windows import (
    BATCH,
    IMAGE,
    SIGNAL,
    Padding,
    Pair,
    Plans,
    as_pair,
    fill_around,
    too_much_padding,
    zeros_along,
    zeros_around,
)

# Beyond "abcd": 00abcd00, cbabcdcb, aaabcddd, cdabcdab.
BORDERS = ("zeros", "reflect", "repeat", "wrap")


def sources(
    n: int, before: int, after: int, border: object, part: slice | None = None
) -> np.ndarray:
    """Return which of `n` cells each cell of the longer axis is a copy of; −1 where it is 0.

    Reflection and wrapping go on where more cells are added than there are, as in `numpy.pad`.

    Parameters
    ----------
    n, before, after
        Cells of the axis, and how many are added on either side.
    border
        One of `BORDERS`.
    part
        Which cells of the longer axis to tell of; all if None.

    Returns
    -------
    numpy.ndarray
        Integers (before + n + after,), or as many as the part has.

    Raises
    ------
    ValueError
        If there is no such border.
    """
    check_border(border)
    part = part or slice(0, before + n + after)
    places = np.arange(part.start - before, part.stop - before)
    if border == "zeros":
        return np.where((places >= 0) & (places < n), places, -1)
    if border == "repeat":
        return places.clip(0, n - 1)
    if border == "wrap":
        return places % n
    # There and back is one period; the two end cells come once in it.
    period = max(2 * (n - 1), 1)
    places %= period
    return np.minimum(places, period - places)


def check_border(border: object) -> None:
    """Raise a `ValueError` if `border` is none of `BORDERS`."""
    as_choice("border", border, BORDERS)


def extend(array: np.ndarray, amounts: Sequence[tuple[int, int]], border: object) -> np.ndarray:
    """Return a new array with so many cells before and after each axis, filled by `border`."""
    check_border(border)
    if border == "zeros":
        return fill_around(array, amounts)
    shape = tuple(n + before + after for n, (before, after) in zip(array.shape, amounts))
    out = array
    try:
        for axis, (before, after) in enumerate(amounts):
            if before or after:
                out = out.take(sources(array.shape[axis], before, after, border), axis)
    except (MemoryError, ValueError):
        raise ValueError(too_much_padding(array.shape, shape)) from None
    return out if any(map(any, amounts)) else array.copy()


def bordered(
    array: np.ndarray, plans: Plans, border: object, first: int
) -> tuple[np.ndarray, Plans]:
    """Add what isn't zeros around the axes from `first` on; return the plans that remain.

    Zeros are left to those who add them more cheaply: array and plans are then returned as they
    are.
    """
    check_border(border)
    if border == "zeros" or not any(plan.before or plan.after for plan in plans):
        return array, plans
    around = [(plan.before, plan.after) for plan in plans]
    rest = array.ndim - first - len(plans)
    extended = extend(array, [(0, 0)] * first + around + [(0, 0)] * rest, border)
    vertical, horizontal = (plan._replace(before=0, after=0) for plan in plans)
    return extended, (vertical, horizontal)


def gather(extended: np.ndarray, plans: Plans, border: object) -> np.ndarray:
    """Return images in which every cell is the sum of all its copies in the extended images.

    It leads gradients back through `bordered`: a cell that stands at three places has three slopes.
    Axes 1 and 2 are shortened by what `plans` had added.
    """
    for axis, plan in enumerate(plans, start=1):
        n = extended.shape[axis] - plan.before - plan.after
        cells = np.moveaxis(extended, axis, 0)
        total = cells[plan.before : plan.before + n].copy()
        if border != "zeros":
            origins = sources(n, plan.before, plan.after, border)
            for place in (*range(plan.before), *range(plan.before + n, len(cells))):
                total[origins[place]] += cells[place]
        extended = np.moveaxis(total, 0, axis)
    return extended


def pad(
    x: ArrayLike,
    padding: Padding,
    *,
    kernel_size: Pair | None = None,
    stride: Pair = 1,
    dilation: Pair = 1,
    border: str = "zeros",
) -> np.ndarray:
    """Return `x` with the cells around it that a convolution with this padding would add.

    Parameters
    ----------
    x
        A signal (n,), an image (h, w) or a batch of images (count, h, w, channels); only the
        spatial axes are padded.
    padding, border
        See `course_utils.convolution`.
    kernel_size
        Length of the kernel along the spatial axes: an integer, or a pair for images. The words
        ``"same"`` and ``"full"`` need it; a number of cells doesn't.
    stride, dilation
        Used by ``"same"`` and ``"full"``.

    Returns
    -------
    numpy.ndarray
        A new array of the dtype of `x`.

    Raises
    ------
    ValueError
        If `x` has another rank, there is no such border, or the padding needs a `kernel_size` that
        isn't given.

    Examples
    --------
    >>> pad([1, 2, 3, 4], 2, border="reflect")
    array([3, 2, 1, 2, 3, 4, 3, 2])
    """
    array = as_batch("x", x, SIGNAL, IMAGE, BATCH)
    if kernel_size is None:
        if isinstance(padding, str) and padding in ("same", "full"):
            raise ValueError(
                f"kernel_size is missing: padding={padding!r} depends on it, "
                "give for example kernel_size=3"
            )
        kernel_size = 1
    if array.ndim == 1:
        k = as_integer("kernel_size", kernel_size, 1)
        step, spread = as_integer("stride", stride, 1), as_integer("dilation", dilation, 1)
        return extend(array, [zeros_along(len(array), k, padding, step, spread)], border)
    first = 0 if array.ndim == 2 else 1
    amounts = zeros_around(
        array.shape[first : first + 2],
        as_pair("kernel_size", kernel_size),
        padding,
        as_pair("stride", stride),
        as_pair("dilation", dilation),
    )
    return extend(array, [(0, 0)] * first + amounts + [(0, 0)] * first, border)
