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
image alone, as in TensorFlow.
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_numeric, common_dtype, sum_dtype
from course_utils.convolution import AxisPlan, Padding, Pair, as_pair, fill_around, plan_image

MODES = ("max", "mean", "sum", "product", "l2", "distance")

_AXES = ("height", "width"), ("batch", "height", "width", "channels")


def pool2d(
    images: ArrayLike,
    size: Pair,
    *,
    stride: Pair | None = None,
    padding: Padding = "valid",
    mode: str = "max",
) -> np.ndarray:
    """Return the images with every window replaced by one number, channel by channel.

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
    mode
        One of `MODES`.

    Returns
    -------
    numpy.ndarray
        Array (out_h, out_w) or (batch, out_h, out_w, channels). ``"max"`` keeps the dtype; sums of
        integers are 64-bit; the other modes keep floating dtypes and make integers `float64`, in
        which a product of many pixels doesn't wrap around.

    Raises
    ------
    ValueError
        If the images have another rank, the window is larger than they are, a window lies in the
        padding alone, or mode, size, stride or padding can't be understood.
    """
    if mode not in MODES:
        words = ", ".join(f'"{word}"' for word in MODES)
        raise ValueError(f"mode is {mode!r}: use one of {words}")
    array = as_numeric("images", images, *_AXES)
    batch = array[None, :, :, None] if array.ndim == 2 else array
    window = as_pair("size", size)
    stride = window if stride is None else stride
    plans = plan_image(batch.shape[1:3], window, padding, stride, 1, ("image", "window"))
    _check_no_empty_window(batch.shape[1:3], plans)
    out = _POOLERS[mode](batch, plans)
    return out[0, :, :, 0] if array.ndim == 2 else out


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
    array = as_numeric("images", images, *_AXES)
    if array.ndim == 2:
        return pool2d(array, array.shape, mode=mode)[0, 0]
    return pool2d(array, array.shape[1:3], mode=mode)[:, 0, 0, :]


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


def _check_no_empty_window(shape: tuple[int, ...], plans: tuple[AxisPlan, AxisPlan]) -> None:
    for n, plan in zip(shape, plans):
        starts = np.arange(plan.size) * plan.stride - plan.before
        if np.any(starts >= n) or np.any(starts + plan.k <= 0):
            raise ValueError(
                f"padding of {plan.before} and {plan.after} leaves windows of {plan.k} without a "
                "cell of the image: use less padding than the window is long"
            )


def _fold(
    ufunc: np.ufunc, images: np.ndarray, plans: tuple[AxisPlan, AxisPlan], outside: float
) -> np.ndarray:
    """Return a new array with each window's cells joined by `ufunc`; padding holds `outside`.

    The columns of a window are joined first, then its rows: k_h + k_w steps instead of k_h·k_w.
    """
    out = _surround(images, plans, outside)
    for axis, plan in ((2, plans[1]), (1, plans[0])):
        first, *others = (
            out[(slice(None),) * axis + (slice(m, m + plan.reach, plan.stride),)]
            for m in range(plan.k)
        )
        out = first.copy()
        for cells in others:
            ufunc(out, cells, out=out)
    return out


def _surround(images: np.ndarray, plans: tuple[AxisPlan, AxisPlan], outside: float) -> np.ndarray:
    if not any(plan.before or plan.after for plan in plans):
        return images
    around = [(plan.before, plan.after) for plan in plans]
    return fill_around(images, [(0, 0), *around, (0, 0)], outside)


def _max(images: np.ndarray, plans: tuple[AxisPlan, AxisPlan]) -> np.ndarray:
    kind = images.dtype.kind
    lowest = -np.inf if kind == "f" else False if kind == "b" else np.iinfo(images.dtype).min
    return _fold(np.maximum, images, plans, lowest)


def _sum(images: np.ndarray, plans: tuple[AxisPlan, AxisPlan]) -> np.ndarray:
    dtype = common_dtype(images)
    images = images.astype(sum_dtype(dtype), copy=False)
    return _fold(np.add, images, plans, 0).astype(dtype, copy=False)


def _mean(images: np.ndarray, plans: tuple[AxisPlan, AxisPlan]) -> np.ndarray:
    dtype, images = _as_floating(images)
    count = _fold(np.add, np.ones((1, *images.shape[1:3], 1)), plans, 0).astype(images.dtype)
    return (_fold(np.add, images, plans, 0) / count).astype(dtype, copy=False)


def _product(images: np.ndarray, plans: tuple[AxisPlan, AxisPlan]) -> np.ndarray:
    dtype, images = _as_floating(images)
    return _fold(np.multiply, images, plans, 1).astype(dtype, copy=False)


def _l2(images: np.ndarray, plans: tuple[AxisPlan, AxisPlan]) -> np.ndarray:
    dtype, images = _as_floating(images)
    return np.sqrt(_fold(np.add, np.square(images), plans, 0)).astype(dtype, copy=False)


def _distance(images: np.ndarray, plans: tuple[AxisPlan, AxisPlan]) -> np.ndarray:
    dtype, images = _as_floating(images)
    v, h = plans
    weights = distance_weights((v.k, h.k)).astype(images.dtype)
    inside = _surround(np.ones((1, *images.shape[1:3], 1), images.dtype), plans, 0)
    images = _surround(images, plans, 0)
    total = np.zeros((len(images), v.size, h.size, images.shape[3]), images.dtype)
    weight = np.zeros((1, v.size, h.size, 1), images.dtype)
    for (m, n), nearness in np.ndenumerate(weights):
        rows, columns = slice(m, m + v.reach, v.stride), slice(n, n + h.reach, h.stride)
        total += nearness * images[:, rows, columns]
        weight += nearness * inside[:, rows, columns]
    return (total / weight).astype(dtype, copy=False)


def _as_floating(images: np.ndarray) -> tuple[np.dtype, np.ndarray]:
    """Return the dtype of the result, and the images in the dtype to calculate in."""
    dtype = images.dtype if images.dtype.kind == "f" else np.dtype(np.float64)
    return dtype, images.astype(sum_dtype(dtype), copy=False)


_POOLERS = {
    "max": _max,
    "mean": _mean,
    "sum": _sum,
    "product": _product,
    "l2": _l2,
    "distance": _distance,
}
