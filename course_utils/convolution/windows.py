"""Where the windows of a convolution or a pooling lie: cells around the input, steps and counts.

The arguments `padding`, `stride` and `dilation` are described in `course_utils.convolution`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_numeric, per_axis, size_text

SIGNAL = ("length",)
IMAGE = ("height", "width")
BATCH = ("batch", "height", "width", "channels")

PADDING_WORDS = ("valid", "same", "full")

# What the public functions take: one value for both axes, or one for each.
Pair = int | tuple[int, int]
Padding = str | int | tuple[object, object]


class AxisPlan(NamedTuple):
    """Where the windows lie along one axis.

    `before` and `after` are the cells added on either side, `stride` the step between windows,
    `dilation` the distance between a window's cells, `k` how many cells a window has and `size` how
    many windows there are. `beyond` are those of `after` that no padding asked for: a last window
    that reaches over the edge needs them.
    """

    before: int
    after: int
    stride: int
    dilation: int
    k: int
    size: int
    beyond: int = 0

    @property
    def span(self) -> int:
        """Cells from a window's first to its last, both included."""
        return (self.k - 1) * self.dilation + 1

    @property
    def reach(self) -> int:
        """Cells from the first cell of the first window to the first cell of the last, included."""
        return (self.size - 1) * self.stride + 1


Plans = tuple[AxisPlan, AxisPlan]


def plan_axis(
    n: int, k: int, padding: object, stride: object, dilation: object, names: tuple[str, str]
) -> AxisPlan:
    """Plan the windows of `k` cells on `n` cells; `names` say what those are in an error."""
    stride, dilation = as_integer("stride", stride, 1), as_integer("dilation", dilation, 1)
    before, after = zeros_along(n, k, padding, stride, dilation)
    return _plan_all((n,), (k,), [(before, after)], [stride], [dilation], names)[0]


def plan_image(
    shape: tuple[int, ...],
    kernel_shape: tuple[int, ...],
    padding: object,
    stride: object,
    dilation: object,
    names: tuple[str, str],
    *,
    ceil_mode: bool = False,
) -> Plans:
    """Plan the windows along the vertical and the horizontal axis of an image.

    With `ceil_mode` there is one more window where cells are left over, if it begins before the
    end of the image.
    """
    strides, dilations = as_pair("stride", stride), as_pair("dilation", dilation)
    amounts = zeros_around(shape, kernel_shape, padding, strides, dilations)
    beyond = [0, 0]
    if ceil_mode:
        axes = zip(shape, kernel_shape, amounts, strides, dilations)
        beyond = [_beyond(*axis) for axis in axes]
        amounts = [(before, after + more) for (before, after), more in zip(amounts, beyond)]
    vertical, horizontal = _plan_all(shape, kernel_shape, amounts, strides, dilations, names)
    return vertical._replace(beyond=beyond[0]), horizontal._replace(beyond=beyond[1])


def _beyond(n: int, k: int, amounts: tuple[int, int], stride: int, dilation: int) -> int:
    """Return how far one more window would reach over the end; 0 if there is no place for it."""
    before, after = amounts
    left_over = n + before + after - ((k - 1) * dilation + 1)
    windows = left_over // stride + 1
    start = windows * stride - before
    if left_over % stride == 0 or start >= n or windows < 0:
        return 0
    return windows * stride - left_over


def _plan_all(
    shape: tuple[int, ...],
    kernel_shape: tuple[int, ...],
    amounts: Sequence[tuple[int, int]],
    strides: Sequence[int],
    dilations: Sequence[int],
    names: tuple[str, str],
) -> tuple[AxisPlan, ...]:
    spans = tuple((k - 1) * d + 1 for k, d in zip(kernel_shape, dilations))
    padded = tuple(n + sum(amount) for n, amount in zip(shape, amounts))
    short = max(span - n for span, n in zip(spans, padded))
    if short > 0:
        raise ValueError(_too_large(names, kernel_shape, shape, spans, padded, short))
    return tuple(
        AxisPlan(before, after, s, d, k, (n - span) // s + 1)
        for (before, after), s, d, k, n, span in zip(
            amounts, strides, dilations, kernel_shape, padded, spans
        )
    )


def _too_large(
    names: tuple[str, str],
    kernel: tuple[int, ...],
    shape: tuple[int, ...],
    spans: tuple[int, ...],
    padded: tuple[int, ...],
    short: int,
) -> str:
    what, with_what = names
    reach = "" if spans == kernel else f", spread over {size_text(spans)} by dilation,"
    zeros = "" if padded == shape else f" (padded to {size_text(padded)})"
    more = "" if padded == shape else " more"
    verb = "are" if with_what.endswith("s") else "is"
    return (
        f"{with_what} {size_text(kernel)}{reach} {verb} larger than the {what} "
        f"{size_text(shape)}{zeros}: pad the {what} by at least {-(-short // 2)}{more} "
        f"or use a smaller {with_what.removesuffix('s')}"
    )


def as_pair(name: str, value: object) -> tuple[int, int]:
    """Return a positive integer for the vertical and one for the horizontal axis."""
    vertical, horizontal = per_axis(name, value)
    return as_integer(name, vertical, 1), as_integer(name, horizontal, 1)


def zeros_around(
    shape: tuple[int, ...],
    kernel_shape: tuple[int, ...],
    padding: object,
    strides: Sequence[int],
    dilations: Sequence[int],
) -> list[tuple[int, int]]:
    """Return the numbers of zeros before and after the vertical and the horizontal axis."""
    axes = zip(shape, kernel_shape, padding_of_axes(padding), strides, dilations)
    return [zeros_along(*axis) for axis in axes]


def padding_of_axes(padding: object) -> tuple[object, object]:
    """Return the padding of the vertical and that of the horizontal axis."""
    try:
        return per_axis("padding", padding)
    except ValueError:
        raise ValueError(_unknown_padding(padding)) from None


def _unknown_padding(padding: object) -> str:
    words = ", ".join(f'"{word}"' for word in PADDING_WORDS)
    return f"padding is {padding!r}: use one of {words}, a number of zeros, or a pair of numbers"


def zeros_along(n: int, k: int, padding: object, stride: int, dilation: int) -> tuple[int, int]:
    """Return the number of zeros before and after one axis, at least 0 each."""
    span = (k - 1) * dilation + 1
    if isinstance(padding, str):
        if padding == "valid":
            return 0, 0
        if padding == "full":
            return span - 1, span - 1
        if padding == "same":
            total = max((-(-n // stride) - 1) * stride + span - n, 0)
            return total // 2, total - total // 2
        raise ValueError(_unknown_padding(padding))
    if isinstance(padding, np.ndarray):
        padding = padding.tolist()
    if isinstance(padding, (tuple, list)):
        if len(padding) != 2:
            raise ValueError(_unknown_padding(padding))
        return as_integer("padding", padding[0], 0), as_integer("padding", padding[1], 0)
    if padding is None or isinstance(padding, (dict, set)):
        raise ValueError(_unknown_padding(padding))
    amount = as_integer("padding", padding, 0)
    return amount, amount


def fill_around(
    array: np.ndarray, amounts: Sequence[tuple[int, int]], value: float = 0
) -> np.ndarray:
    """Return a new array with so many cells of `value` before and after each axis."""
    shape = tuple(n + before + after for n, (before, after) in zip(array.shape, amounts))
    try:
        out = np.full(shape, value, array.dtype)
    except (MemoryError, ValueError):
        raise ValueError(too_much_padding(array.shape, shape)) from None
    out[tuple(slice(b, b + n) for n, (b, _) in zip(array.shape, amounts))] = array
    return out


def too_much_padding(shape: tuple[int, ...], padded: tuple[int, ...]) -> str:
    """Say that an array of this shape can't be padded so far."""
    return (
        f"padding makes {size_text(shape)} cells {size_text(padded)}, more than the memory holds: "
        "use less padding"
    )


def pad_for(
    array: np.ndarray,
    plans: Plans,
    dtype: np.dtype,
    first: int,
    value: float = 0,
) -> np.ndarray:
    """Return `array` contiguous, as `dtype`, with the plans' cells around the axes from `first` on.

    Where nothing has to be added or converted it is the array itself: never write into it.
    """
    array = array.astype(dtype, copy=False)
    if any(plan.before or plan.after for plan in plans):
        around = [(plan.before, plan.after) for plan in plans]
        rest = array.ndim - first - len(plans)
        return fill_around(array, [(0, 0)] * first + around + [(0, 0)] * rest, value)
    return np.ascontiguousarray(array)


def windows_on(images: np.ndarray, plans: Plans) -> np.ndarray:
    """Return a view (batch, out_h, out_w, k_h, k_w, channels) of the windows on padded images."""
    v, h = plans
    seen = sliding_window_view(images, (v.span, h.span), axis=(1, 2))
    seen = seen[:, :: v.stride, :: h.stride, :, :: v.dilation, :: h.dilation]
    return seen[:, : v.size, : h.size].transpose(0, 1, 2, 4, 5, 3)


def output_size(
    n: int, k: int, *, padding: Padding = "valid", stride: int = 1, dilation: int = 1
) -> int:
    """Return how many positions a kernel of `k` cells has on an input of `n` cells.

    With p zeros before and q after the input, stride s and dilation d it is
    ⌊(n + p + q − d·(k − 1) − 1) / s⌋ + 1.

    Parameters
    ----------
    n, k
        Length of the input and of the kernel along one axis, in cells.
    padding, stride, dilation
        See `course_utils.convolution`; here for one axis.

    Raises
    ------
    ValueError
        If a length, stride or dilation isn't a positive integer, the padding is unknown or
        negative, or the kernel doesn't fit.

    Examples
    --------
    >>> output_size(28, 5)
    24
    >>> output_size(5, 3, padding=1, stride=2)
    3
    """
    n, k = as_integer("n", n, 1), as_integer("k", k, 1)
    return plan_axis(n, k, padding, stride, dilation, ("input", "kernel")).size


def patches(
    image: ArrayLike, kernel_size: Pair, *, stride: Pair = 1, dilation: Pair = 1
) -> np.ndarray:
    """Return every patch of `image` that a kernel of this size sees, as a read-only view.

    Parameters
    ----------
    image
        Array (h, w).
    kernel_size
        An integer, or a pair (height, width).
    stride, dilation
        See `course_utils.convolution`.

    Returns
    -------
    numpy.ndarray
        Array (out_h, out_w, k_h, k_w); ``[i, j]`` is the patch under the window at row i, column j.

    Raises
    ------
    ValueError
        If the image isn't a matrix of numbers or the patch is larger than it.
    """
    image = as_numeric("image", image, IMAGE)
    size = as_pair("kernel_size", kernel_size)
    plans = plan_image(image.shape, size, "valid", stride, dilation, ("image", "patch"))
    return windows_on(image[None, :, :, None], plans)[0, :, :, :, :, 0]
