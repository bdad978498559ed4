"""Pooling by windows, and which cell of a window is the largest."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_batch, as_switch
from course_utils.convolution import (
    BATCH,
    AxisPlan,
    Padding,
    Pair,
    Plans,
    as_pair,
    cells_of_windows,
    padded_parts,
    plan_image,
)
from course_utils.memory import within_memory
from course_utils.pooling.modes import (
    POOLERS,
    cells_between,
    check_mode,
    largest_of_windows,
    surround,
)

AXES = ("height", "width"), BATCH


@within_memory("images", "size", "padding")
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
    count_padding = as_switch("count_padding", count_padding)
    if count_padding and mode != "mean":
        raise ValueError(
            f'count_padding is {count_padding}, but mode is {mode!r}: leave it out, only "mean" '
            "divides by a number of cells"
        )
    array = as_batch("images", images, *AXES)
    batch = array[None, :, :, None] if array.ndim == 2 else array
    plans = plan_pooling(batch.shape[1:3], size, stride, padding, dilation, ceil_mode)
    options = {"count_padding": count_padding} if mode == "mean" else {}
    shape = (len(batch), plans[0].size, plans[1].size, batch.shape[3])
    out: np.ndarray | None = None
    for where, seen, of_part in padded_parts(batch.shape, plans):
        found = POOLERS[mode](batch[seen], of_part, **options)
        if out is None:
            out = found if found.shape == shape else np.empty(shape, found.dtype)
        if out is not found:
            out[where] = found
    assert out is not None  # there is a part, if only an empty one
    return out[0, :, :, 0] if array.ndim == 2 else out


@within_memory("images", "size", "padding")
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
    array = as_batch("images", images, *AXES)
    batch = array[None, :, :, None] if array.ndim == 2 else array
    plans = plan_pooling(batch.shape[1:3], size, stride, padding, dilation, ceil_mode)
    rows, columns = (np.arange(plan.size) * plan.stride - plan.before for plan in plans)
    out = np.empty((len(batch), plans[0].size, plans[1].size, batch.shape[3]), np.int64)
    for where, seen, of_part in padded_parts(batch.shape, plans):
        into, tops = out[where], rows[where[1]]
        for m, n, won in winning_cells(batch[seen], of_part):
            down, right = tops + m * plans[0].dilation, columns + n * plans[1].dilation
            np.copyto(into, (down[:, None] * batch.shape[2] + right)[:, :, None], where=won)
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
    ceil_mode = as_switch("ceil_mode", ceil_mode)
    stride = window if stride is None else stride
    names = ("image", "window")
    plans = plan_image(shape, window, padding, stride, dilation, names, ceil_mode=ceil_mode)
    for plan, n in zip(plans, shape, strict=True):
        if not cells_between(plan, 0, n).all():
            before, after = plan.before, plan.after - plan.beyond
            raise ValueError(
                f"padding of {before} and {after} leaves windows of {plan.k} without a cell "
                "of the image: use less padding than the window is long"
                + (", or a smaller dilation" if plan.dilation > 1 else "")
            )
    return plans


def winning_cells(images: np.ndarray, plans: Plans) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield each cell of a window, its row and column in there, and in which windows it wins.

    The last is `bool` (batch, out_h, out_w, channels). One cell wins in each window: the largest,
    the first of them in reading order where several are; the first NaN, if there is one; and never
    one outside the image.
    """
    largest = largest_of_windows(images, plans)
    padded = surround(images, plans, 0)
    down, right = (_on_image(*axis) for axis in zip(plans, images.shape[1:3], strict=True))
    everywhere = down.all() and right.all()
    with_nan = images.dtype.kind == "f" and np.isnan(largest).any()
    undecided = np.ones(largest.shape, bool)
    for m, n in np.ndindex(plans[0].k, plans[1].k):
        cells = cells_of_windows(padded, plans, m, n)
        won = cells == largest
        if with_nan:
            won |= np.isnan(cells)
        if not everywhere:
            won &= (down[:, m, None] & right[:, n])[:, :, None]
        won &= undecided
        yield m, n, won
        undecided ^= won


def _on_image(plan: AxisPlan, n: int) -> np.ndarray:
    """Return which cells of each window lie on an axis of n cells: `bool` (windows, k)."""
    begins = np.arange(plan.size)[:, None] * plan.stride - plan.before
    places = begins + np.arange(plan.k) * plan.dilation
    return (places >= 0) & (places < n)
