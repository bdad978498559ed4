"""The transposed convolution: the way back of `conv2d`, used to go forward to larger images.

V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning" (2016), chapter 4.
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_batch, as_integer, as_numeric, per_axis
from course_utils.convolution.banks import bias_of
from course_utils.convolution.direct_sums import matmul_quietly
from course_utils.convolution.patch_matrices import cells_of_windows
from course_utils.convolution.windows import (
    BATCH,
    AxisPlan,
    Padding,
    Pair,
    as_pair,
    padding_of_axes,
    zeros_along,
)
from course_utils.integer_sums import within_64_bits
from course_utils.memory import within_memory
from course_utils.sum_dtypes import common_dtype, sum_dtype

# Bytes of products that are added to the output at once.
PRODUCT_BYTES_AT_ONCE = 8 * 2**20

_BANK = ("height", "width", "channels out", "channels in")


@within_memory("images", "filters", "stride")
@within_64_bits("images", "filters", "bias")
def conv2d_transpose(
    images: ArrayLike,
    filters: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    output_padding: Pair | None = None,
    dilation: Pair = 1,
    groups: int = 1,
) -> np.ndarray:
    """Return what the backward pass of `conv2d` makes of these images: larger ones, as a rule.

    Each input cell stamps the filters, times its value, on the output, `stride` cells from its
    neighbour's stamp; where stamps overlap, they add up:
    y[b, i·s + m·d − p, j·s + n·d − q, o] += Σ_c images[b, i, j, c] · filters[m, n, o, c],
    for all i, j, m, n, and at last + bias[o]. That is how `conv2d` with the same filters leads the
    slopes of its output back to its input, as matrices do: where `conv2d` is M @ x, it is M.T @ y.

    With p and q cells of padding before and after, stride s, dilation d and r cells of output
    padding, n cells become (n − 1)·s + d·(k − 1) + 1 − p − q + r.

    Parameters
    ----------
    images
        Array (batch, h, w, c_in).
    filters
        Array (k_h, k_w, c_out / groups, c_in), as that `conv2d` takes them, and as Keras'
        `Conv2DTranspose` has them: the channels that come out stand before those that go in.
        PyTorch's are (c_in, c_out / groups, k_h, k_w), for ``.transpose(2, 3, 1, 0)``.
    bias
        Array (c_out,), or None for none.
    stride, dilation
        Of the `conv2d` whose way back this is.
    padding
        Of that `conv2d`, too: what it adds around its input is cut off here, so that more padding
        gives a smaller output. Numbers are those of PyTorch. Words are those of Keras:
        ``"valid"`` cuts nothing off, ``"same"`` makes n cells n·s, and ``"full"`` cuts off
        d·(k − 1) on each side.
    output_padding
        Cells that are added at the bottom and on the right, at least 0 and fewer than stride or
        dilation: with a stride, `conv2d` makes outputs of one size from inputs of several, and this
        says which is meant. None is 0 for numbers and ``"full"``; for ``"valid"`` it is what is
        missing to n·s, as in Keras. For ``"same"`` None makes n·s cells, and a number
        (n − 1)·s + r, or one more if d·(k − 1) + 1 is odd.
    groups
        As in `conv2d`: a divisor of c_in and of c_out.

    Returns
    -------
    numpy.ndarray
        Array (batch, out_h, out_w, c_out); empty for a batch of no images.

    Raises
    ------
    ValueError
        If a rank, the number of channels or groups or the length of the bias is wrong, or padding,
        output_padding, stride or dilation can't be understood, or nothing would be left.

    Examples
    --------
    >>> conv2d_transpose([[[[1], [10]]]], [[[[1]], [[2]], [[3]]]])[0, 0, :, 0]
    array([ 1, 12, 23, 30])
    """
    images = as_batch("images", images, BATCH)
    filters = as_numeric("filters", filters, _BANK)
    groups = as_integer("groups", groups, 1)
    _check_channels(images, filters, groups)
    c_out = filters.shape[2] * groups
    bias = bias_of(bias, [(c_out,)])
    dtype = common_dtype(images, filters, bias)
    strides, dilations = as_pair("stride", stride), as_pair("dilation", dilation)
    more = (None, None) if output_padding is None else per_axis("output_padding", output_padding)
    axes = zip(
        images.shape[1:3], filters.shape[:2], padding_of_axes(padding), strides, dilations, more
    )
    (height, vertical), (width, horizontal) = (_plan(*axis) for axis in axes)
    inside = np.zeros((len(images), height, width, c_out), sum_dtype(dtype))
    images, filters = (array.astype(inside.dtype, copy=False) for array in (images, filters))
    plans = (vertical, horizontal)
    shape = tuple(n + plan.before + plan.after for n, plan in zip((height, width), plans))
    for image, out in zip(images, inside):
        total = np.zeros((*shape, c_out), inside.dtype)
        _stamp(image, filters, plans, groups, total)
        out[...] = total[vertical.before :, horizontal.before :][:height, :width]
    if bias is not None:
        inside += bias.astype(inside.dtype, copy=False)
    return inside.astype(dtype, copy=False)


def _plan(
    n: int, k: int, padding: object, stride: int, dilation: int, more: object
) -> tuple[int, AxisPlan]:
    """Return how many cells `n` become, and how a convolution of those would come to `n` again."""
    span = (k - 1) * dilation + 1
    stamped = (n - 1) * stride + span
    limit = max(stride, dilation)
    if more is not None:
        more = as_integer("output_padding", more, 0)
        if more >= limit:
            raise ValueError(
                f"output_padding is {more}: use less than the stride, at most {limit - 1} here"
            )
    if padding == "same":
        size = n * stride if more is None else (n - 1) * stride + span % 2 + more
        if not (n - 1) * stride < size <= n * stride:
            raise ValueError(
                f'output_padding is {more}: with padding "same" it would make {n} cells {size}, of '
                f"which conv2d doesn't make {n} again: leave it out for {n * stride} cells"
            )
        before = max(stamped - size, 0) // 2
    else:
        before, behind = zeros_along(n, k, padding, stride, dilation)
        if more is None:
            more = max(stride - span, 0) if padding == "valid" else 0
        size = stamped - before - behind + more
        if size < 1:
            raise ValueError(
                f"padding of {before} and {behind} leaves nothing of {stamped} cells: use less "
                "padding"
            )
    # With output padding, the last cells may lie where no stamp reaches.
    after = max(stamped - before - size, 0)
    return size, AxisPlan(before, after, stride, dilation, k, n)


def _stamp(
    image: np.ndarray,
    filters: np.ndarray,
    plans: tuple[AxisPlan, AxisPlan],
    groups: int,
    total: np.ndarray,
) -> None:
    """Add every input cell's stamp to `total`, for one filter cell at a time, some rows at once."""
    of_group = filters.shape[2]
    sees = image.shape[2] // groups
    rows_at_once = max(1, PRODUCT_BYTES_AT_ONCE // (total.itemsize * image.shape[1] * of_group))
    for m, n in np.ndindex(filters.shape[:2]):
        cells = cells_of_windows(total[None], plans, m, n)[0]
        for group in range(groups):
            heard = slice(group * sees, (group + 1) * sees)
            told = slice(group * of_group, (group + 1) * of_group)
            weights = filters[m, n, :, heard].T
            for top in range(0, len(image), rows_at_once):
                rows = slice(top, top + rows_at_once)
                cells[rows, :, told] += matmul_quietly(image[rows, :, heard], weights)


def _check_channels(images: np.ndarray, filters: np.ndarray, groups: int) -> None:
    c_in = images.shape[3]
    if filters.shape[3] != c_in:
        raise ValueError(
            f"images has {c_in} channels, but filters takes {filters.shape[3]}: the last axis of "
            "filters must be as long as that of images; the one before it is for the channels "
            "that come out"
        )
    if c_in % groups:
        raise ValueError(
            f"groups is {groups}, but images has {c_in} channels: use a divisor of {c_in}"
        )
