"""Pooling: each window of an image is replaced by one number that sums it up. Nothing is learned.

The modes follow I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), section 9.3:

======================  ==========================================================================
``"max"``               the largest value
``"mean"``              the average
``"sum"``               the sum
``"product"``           the product
``"l2"``                the Euclidean length, √Σx²
``"distance"``          the average weighted by nearness to the window's centre, `distance_weights`
======================  ==========================================================================

Padding never takes part: a window that reaches over the border is summed up over the cells of the
image alone, as in TensorFlow. Only the mean can be told to count it.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_batch, common_dtype, largest_size, sum_dtype
from course_utils.convolution import (
    BATCH,
    AxisPlan,
    Padding,
    Pair,
    Plans,
    as_pair,
    cells_of_windows,
    fill_around,
    plan_image,
)
from course_utils.integer_sums import hold_to_64_bits

MODES = ("max", "mean", "sum", "product", "l2", "distance")

_AXES = ("height", "width"), BATCH

# From so many cells on, windows of float32 are summed up in float64.
_MANY = 64
# Squares of float64 between this and its inverse, and sums of many of them, are ordinary numbers.
_LARGE = 1e140


def pool2d(
    images: ArrayLike,
    size: Pair,
    *,
    stride: Pair | None = None,
    padding: Padding = "valid",
    dilation: Pair = 1,
    mode: str = "max",
    count_padding: bool = False,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Return the images with every window replaced by one number, channel by channel.

    On n cells with p cells of padding before and q after, windows of k cells, stride s and dilation
    d have ⌊(n + p + q − d·(k − 1) − 1) / s⌋ + 1 positions along an axis.

    Parameters
    ----------
    images
        One image (h, w) or a batch (batch, h, w, channels).
    size
        Height and width of the window: an integer for both, or a pair.
    stride
        Step between two windows, an integer or a pair; `size`, windows without overlap, if None.
    padding
        As in `course_utils.convolution`; ``"valid"`` drops what is left over on the right and at
        the bottom.
    dilation
        Distance between two neighbouring cells of a window, an integer or a pair.
    mode
        One of `MODES`.
    count_padding
        For ``"mean"`` only: if true, divide by the number of cells that a window has on the padded
        image, so that padding counts as zeros and what stands at the border becomes darker. It is
        PyTorch's ``count_include_pad``, which is true there unless told otherwise.
    ceil_mode
        If true, cells that are left over on the right and at the bottom get a window of their own,
        which reaches over the edge: ⌈…⌉ in place of ⌊…⌋ in the formula, unless that window would
        begin beyond the image. What lies outside image and padding is never counted. TensorFlow has
        no such mode; PyTorch and ONNX have.

    Returns
    -------
    numpy.ndarray
        Array (out_h, out_w) or (batch, out_h, out_w, channels), empty for a batch of no images.
        ``"max"`` keeps the dtype; sums of integers are 64-bit; the other modes keep floating dtypes
        and make integers `float64`, in which a product of many pixels doesn't wrap around.

    Raises
    ------
    ValueError
        If the images have another rank, the window is larger than they are, a window sees the
        padding alone, `count_padding` is asked of another mode than ``"mean"``, or mode, size,
        stride, padding or dilation can't be understood.

    Examples
    --------
    >>> row = [[8, 8, 8, 8, 8]]
    >>> pool2d(row, (1, 3), padding=(0, 1), stride=2, mode="mean")
    array([[8., 8., 8.]])
    >>> pool2d(row, (1, 3), padding=(0, 1), stride=2, mode="mean", count_padding=True).round(2)
    array([[5.33, 8.  , 5.33]])
    >>> pool2d(row, (1, 2), ceil_mode=True).shape
    (1, 3)
    """
    check_mode(mode)
    if count_padding and mode != "mean":
        raise ValueError(
            f'count_padding is {count_padding}, but mode is {mode!r}: leave it out, only "mean" '
            "divides by a number of cells"
        )
    array = as_batch("images", images, *_AXES)
    batch = array[None, :, :, None] if array.ndim == 2 else array
    plans = plan_pooling(batch.shape[1:3], size, stride, padding, dilation, ceil_mode)
    if mode == "mean":
        out = _mean(batch, plans, count_padding)
    else:
        out = _POOLERS[mode](batch, plans)
    return out[0, :, :, 0] if array.ndim == 2 else out


def max_pool2d_argmax(
    images: ArrayLike,
    size: Pair,
    *,
    stride: Pair | None = None,
    padding: Padding = "valid",
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Return where on the image the largest value of every window stands.

    Parameters
    ----------
    images, size, stride, padding, dilation, ceil_mode
        As in `pool2d`.

    Returns
    -------
    numpy.ndarray
        `int64` of the shape that `pool2d` gives: row · w + column on the image (h, w) of the same
        channel, as PyTorch's ``return_indices``. TensorFlow's `max_pool_with_argmax` counts the
        channels too: this times their number, plus the channel. Where several cells of a window
        share the largest value, it is the first in reading order, row by row and left to right; NaN
        counts as larger than any number.

    Raises
    ------
    ValueError
        As `pool2d`.

    Examples
    --------
    >>> max_pool2d_argmax([[1, 7, 0, 0], [2, 3, 0, 9]], 2)
    array([[1, 7]])
    """
    array = as_batch("images", images, *_AXES)
    batch = array[None, :, :, None] if array.ndim == 2 else array
    plans = plan_pooling(batch.shape[1:3], size, stride, padding, dilation, ceil_mode)
    rows, columns = (np.arange(plan.size) * plan.stride - plan.before for plan in plans)
    out = np.empty((len(batch), plans[0].size, plans[1].size, batch.shape[3]), np.int64)
    for m, n, won in winning_cells(batch, plans):
        down, right = rows + m * plans[0].dilation, columns + n * plans[1].dilation
        np.copyto(out, (down[:, None] * batch.shape[2] + right)[:, :, None], where=won)
    return out[0, :, :, 0] if array.ndim == 2 else out


def plan_pooling(
    shape: tuple[int, ...],
    size: Pair,
    stride: Pair | None,
    padding: Padding,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> Plans:
    """Return where the windows of a pooling lie on images of this shape (h, w).

    Raises
    ------
    ValueError
        If they don't fit, or a window sees no cell of the image. The arguments are those of
        `pool2d`.
    """
    window = as_pair("size", size)
    stride = window if stride is None else stride
    names = ("image", "window")
    plans = plan_image(shape, window, padding, stride, dilation, names, ceil_mode=ceil_mode)
    for axis in _axes(shape, plans):
        if not axis.on_image.any(axis=1).all():
            before, after = axis.plan.before, axis.plan.after - axis.plan.beyond
            raise ValueError(
                f"padding of {before} and {after} leaves windows of {axis.plan.k} without a cell "
                "of the image: use less padding than the window is long"
                + (", or a smaller dilation" if axis.plan.dilation > 1 else "")
            )
    return plans


def winning_cells(images: np.ndarray, plans: Plans) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield each cell of a window, its row and column in there, and in which windows it wins.

    The last is `bool` (batch, out_h, out_w, channels). One cell wins in each window: the largest,
    the first of them in reading order where several are; the first NaN, if there is one; and never
    one outside the image.
    """
    largest = _max(images, plans)
    padded = _surround(images, plans, 0)
    vertical, horizontal = _axes(images.shape[1:3], plans)
    everywhere = vertical.on_image.all() and horizontal.on_image.all()
    with_nan = images.dtype.kind == "f" and np.isnan(largest).any()
    undecided = np.ones(largest.shape, bool)
    for m, n in np.ndindex(plans[0].k, plans[1].k):
        cells = cells_of_windows(padded, plans, m, n)
        won = cells == largest
        if with_nan:
            won |= np.isnan(cells)
        if not everywhere:
            won &= (vertical.on_image[:, m, None] & horizontal.on_image[:, n])[:, :, None]
        won &= undecided
        yield m, n, won
        undecided ^= won


def global_pool2d(images: ArrayLike, *, mode: str = "max") -> np.ndarray:
    """Return one number an image and channel, whatever the images' size.

    Parameters
    ----------
    images
        One image (h, w) or a batch (batch, h, w, channels).
    mode
        One of `MODES`.

    Returns
    -------
    numpy.ndarray or NumPy scalar
        A number for one image, an array (batch, channels) for a batch; dtypes as in `pool2d`.

    Raises
    ------
    ValueError
        As `pool2d`.
    """
    check_mode(mode)
    array = as_batch("images", images, *_AXES)
    batch = array[None, :, :, None] if array.ndim == 2 else array
    out = _over_all(batch, mode)
    return out[0, 0] if array.ndim == 2 else out


def _over_all(images: np.ndarray, mode: str) -> np.ndarray:
    """Sum up whole images (batch, h, w, channels), column by column.

    NumPy adds whole rows at once, and the many partial sums round less than a single one would.
    """
    shape = images.shape[1:3]
    if mode == "distance":
        plans = plan_pooling(shape, shape, None, "valid")
        return _distance(images, plans)[:, 0, 0, :]
    if mode == "max":
        return images.max(axis=1).max(axis=1)
    dtype = common_dtype(images) if mode == "sum" else _as_floating(images[:0])[0]
    wide = dtype if dtype.kind != "f" else np.result_type(dtype, np.float64)
    if mode == "l2":
        return _whole_lengths(images.astype(wide, copy=False)).astype(dtype, copy=False)
    reduce = np.prod if mode == "product" else np.sum
    out = reduce(reduce(images, axis=1, dtype=wide), axis=1)
    if mode == "mean":
        out = out / math.prod(shape)
    if mode == "sum":
        _hold_to_64_bits(out, images, shape, lambda floats: floats.sum(axis=(1, 2)))
    return out.astype(dtype, copy=False)


def _whole_lengths(images: np.ndarray) -> np.ndarray:
    """Return √Σx² of each image and channel, in units in which no square overflows or vanishes."""
    largest = np.abs(images).max(axis=1, keepdims=True).max(axis=2, keepdims=True)
    plain = (largest > 0) & np.isfinite(largest)
    exponents = np.where(plain, np.frexp(np.where(plain, largest, 1))[1] - 1, 0)
    units = np.ldexp(np.ones_like(largest), exponents)
    squares = np.square(images / units).sum(axis=1).sum(axis=1)
    return units[:, 0, 0, :] * np.sqrt(squares)


def check_mode(mode: object) -> None:
    """Raise a `ValueError` if `mode` is none of `MODES`."""
    if mode not in MODES:
        words = ", ".join(f'"{word}"' for word in MODES)
        raise ValueError(f"mode is {mode!r}: use one of {words}")


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
    rows = np.arange(h)[:, None] - (h - 1) / 2
    columns = np.arange(w) - (w - 1) / 2
    weights = 1 / (1 + np.hypot(rows, columns))
    return weights / weights.sum()


class _Axis(NamedTuple):
    """The windows along one axis; which of their cells lie on the image, or on the padded one.

    `on_image` and `on_padded` are `bool` (windows, k).
    """

    plan: AxisPlan
    on_image: np.ndarray
    on_padded: np.ndarray


def _axes(shape: tuple[int, ...], plans: Plans) -> list[_Axis]:
    found = []
    for n, plan in zip(shape, plans):
        starts = np.arange(plan.size)[:, None] * plan.stride - plan.before
        places = starts + np.arange(plan.k) * plan.dilation
        end = n + plan.after - plan.beyond
        found.append(_Axis(plan, (places >= 0) & (places < n), places < end))
    return found


def _fold(ufunc: np.ufunc, images: np.ndarray, plans: Plans, outside: float) -> np.ndarray:
    """Return a new array with each window's cells joined by `ufunc`; padding holds `outside`.

    The columns of a window are joined first, then its rows: k_h + k_w steps instead of k_h·k_w.
    """
    out = _surround(images, plans, outside)
    for axis, plan in ((2, plans[1]), (1, plans[0])):
        first, *others = (
            out[(slice(None),) * axis + (slice(m, m + plan.reach, plan.stride),)]
            for m in range(0, plan.span, plan.dilation)
        )
        out = first.copy()
        for cells in others:
            ufunc(out, cells, out=out)
    return out


def _surround(images: np.ndarray, plans: Plans, outside: float) -> np.ndarray:
    if not any(plan.before or plan.after for plan in plans):
        return images
    around = [(plan.before, plan.after) for plan in plans]
    return fill_around(images, [(0, 0), *around, (0, 0)], outside)


def _max(images: np.ndarray, plans: Plans) -> np.ndarray:
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
        (axis.on_padded if count_padding else axis.on_image).sum(axis=1)
        for axis in _axes(images.shape[1:3], plans)
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
    inside = _surround(np.ones((1, *images.shape[1:3], 1), images.dtype), plans, 0)
    images = _surround(images, plans, 0)
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


_POOLERS = {
    "max": _max,
    "sum": _sum,
    "product": _product,
    "l2": _l2,
    "distance": _distance,
}
