"""Feature maps of batches of images, by one bank of filters for all positions.

It is a cross-correlation, channels last. `padding`, `border`, `stride`, `dilation` and `method` are
described in `course_utils.convolution`.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_batch, as_integer, as_numeric
from course_utils.convolution.bands import bands
from course_utils.convolution.banks import BANK, CHANNELS_FIRST, bias_of, check_channels
from course_utils.convolution.borders import check_border
from course_utils.convolution.direct_sums import by_rows, matmul_quietly
from course_utils.convolution.fourier import maps_by_fft
from course_utils.convolution.path_costs import (
    AUTO,
    FEWEST_CELLS_TRANSFORMED,
    TILED_CELLS,
    check_method,
    fastest,
    transforms_of_pairs,
)
from course_utils.convolution.safe_maps import maps_of_pairs, maps_together, work_of
from course_utils.convolution.sliding import correlate_beyond
from course_utils.convolution.windows import (
    BATCH,
    AxisPlan,
    Padding,
    Pair,
    Plans,
    plan_image,
    windows_on,
)
from course_utils.integer_sums import within_64_bits
from course_utils.memory import within_memory
from course_utils.sum_dtypes import common_dtype, sum_dtype

# Bytes of patches that are unrolled at once: they stay in a processor's cache, and however large
# the batch or an image is, no call needs more for them.
PATCH_BYTES_AT_ONCE = 8 * 2**20

# The same for maps of single channels, which are added up in place and not unrolled.
CHANNEL_BYTES_AT_ONCE = 2**18

FEW_CHANNELS = 4

# OpenBLAS gives a product of no more multiplications than this to one thread. With few filters
# several threads would wait for each other longer than they work.
UNTHREADED_PRODUCT = 2**18
FEW_FILTERS, FEW_WEIGHTS = 12, 5000


@within_memory("images", "filters", "padding")
@within_64_bits("images", "filters", "bias")
def conv2d(
    images: ArrayLike,
    filters: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
    groups: int = 1,
    border: str = "zeros",
    method: str = "auto",
) -> np.ndarray:
    """Return the feature maps of a batch of images, as Keras' `Conv2D` layer computes them.

    y[b, i, j, o] = bias[o] + Σ_m Σ_n Σ_c images[b, i·s + m·d, j·s + n·d, c] · filters[m, n, c, o].

    With G groups the channels are cut into G equal parts, and each part of the filters sees its own
    part of the channels only: in the formula c + ⌊o·G / c_out⌋·(c_in / G) takes the place of
    images' c, and c ends at c_in / G. With as many groups as channels, every filter sees a single
    channel, which is called depthwise.

    Parameters
    ----------
    images
        Array (batch, h, w, c_in): channels last.
    filters
        Array (k_h, k_w, c_in / groups, c_out). PyTorch's are (c_out, c_in / groups, k_h, k_w), for
        ``.transpose(2, 3, 1, 0)``; those of Keras' `DepthwiseConv2D` are (k_h, k_w, c_in, times),
        for ``.reshape(k_h, k_w, 1, -1)`` with ``groups=c_in``.
    bias
        Array (c_out,), or None for none.
    stride, padding, dilation, border, method
        See `course_utils.convolution`. By ``"fft"`` integers give floating-point results.
    groups
        How many parts the channels are cut into: a divisor of c_in and of c_out.

    Returns
    -------
    numpy.ndarray
        Array (batch, out_h, out_w, c_out); empty for a batch of no images.

    Raises
    ------
    ValueError
        If a rank, the number of channels or groups or the length of the bias is wrong, the filters
        don't fit on the images, or there is no such border or method.
    """
    images = as_batch("images", images, BATCH)
    filters = as_numeric("filters", filters, BANK)
    check_method(method)
    groups = as_integer("groups", groups, 1)
    check_channels(images, filters, groups)
    sizes = images.shape[1:3], filters.shape[:2]
    try:
        plans = plan_image(*sizes, padding, stride, dilation, ("images", "filters"))
    except ValueError as error:
        height, width, channels = images.shape[1:]
        if height < filters.shape[0] and height < width == channels:
            raise ValueError(f"{error}, {CHANNELS_FIRST.format('images')}") from None
        raise
    bias = bias_of(bias, [(filters.shape[3],)])
    dtype = common_dtype(images, filters, bias)
    check_border(border)
    shape = (len(images), plans[0].size, plans[1].size, filters.shape[3])
    if not len(images):
        return np.zeros(shape, float if method == "fft" and dtype.kind != "f" else dtype)
    single = filters.shape[2:] == (1, 1) and common_dtype(images, filters) == sum_dtype(dtype)
    if single and method != "im2col" and images[0].size > TILED_CELLS:
        maps = _one_by_one(images, filters[:, :, 0, 0], plans, border, method)
        if bias is not None:
            maps += bias.astype(maps.dtype, copy=False)
        return maps
    if method == AUTO and "f" not in images.dtype.kind + filters.dtype.kind:
        method = "im2col"  # exact
    sums = sum_dtype(dtype)
    filters = filters.astype(sums, copy=False)
    out: np.ndarray | None = None
    # Groups are copied apart, single channels taken where they stand.
    uncopied = None if groups == 1 else math.inf if filters.shape[2] == 1 else 0
    cut = bands(images, plans, border, sums, makes=filters.shape[3], uncopied=uncopied)
    for where, padded, of_band, all_at_once in cut:
        if groups == 1:
            maps = _maps(padded, filters, of_band, method)
        else:
            maps = _maps_by_group(padded, filters, of_band, method, groups)
        if bias is not None:
            maps += bias.astype(maps.dtype, copy=False)
        if not (method == "fft" and dtype.kind != "f"):
            maps = maps.astype(dtype, copy=False)
        if all_at_once:
            return maps
        if out is None:
            out = np.empty(shape, maps.dtype)
        out[where] = maps
        del padded, maps
    assert out is not None  # of a batch that isn't empty
    return out


def _one_by_one(
    images: np.ndarray, kernel: np.ndarray, plans: Plans, border: str, method: str
) -> np.ndarray:
    """Slide one kernel over each of some large images of one channel, which need no padded copy."""
    first = correlate_beyond(images[0, :, :, 0], kernel, plans, border, method)
    if len(images) == 1:
        return first[None, :, :, None]
    out = np.empty((len(images), *first.shape, 1), first.dtype)
    out[0, :, :, 0] = first
    for image, maps in zip(images[1:], out[1:], strict=True):
        maps[:, :, 0] = correlate_beyond(image[:, :, 0], kernel, plans, border, method)
    return out


def _maps_by_group(
    padded: np.ndarray, filters: np.ndarray, plans: Plans, method: str, groups: int
) -> np.ndarray:
    """Compute the feature maps of each part of the channels by its part of the filters."""
    few_cells = filters.shape[0] * filters.shape[1] < FEWEST_CELLS_TRANSFORMED
    if filters.shape[2] == 1 and method != "fft" and (few_cells or method != AUTO):
        return _by_channels(padded, filters, plans)
    sees, makes = filters.shape[2], filters.shape[3] // groups
    parts = []
    for group in range(groups):
        seen = np.ascontiguousarray(padded[..., group * sees : (group + 1) * sees])
        bank = filters[..., group * makes : (group + 1) * makes]
        parts.append(_maps(seen, bank, plans, method))
    return np.concatenate(parts, axis=3)


def _by_channels(padded: np.ndarray, filters: np.ndarray, plans: Plans) -> np.ndarray:
    """Add the shifted channels, weighted, once for each filter cell: nothing sums over channels."""
    v, u = plans
    c_out = filters.shape[3]
    times = c_out // padded.shape[3]
    out = np.zeros((len(padded), v.size, u.size, c_out), padded.dtype)
    rows_at_once = max(1, CHANNEL_BYTES_AT_ONCE // (u.size * c_out * padded.itemsize))
    with np.errstate(invalid="ignore"):
        for image, maps in zip(padded, out):
            for top in range(0, v.size, rows_at_once):
                part = maps[top : top + rows_at_once]
                reach = (len(part) - 1) * v.stride + 1
                seen = image[top * v.stride :][: reach + v.span - 1]
                if times > 1:
                    seen = seen.repeat(times, axis=2)
                for m, n in np.ndindex(v.k, u.k):
                    down, right = m * v.dilation, n * u.dilation
                    cells = seen[down : down + reach : v.stride, right : right + u.reach : u.stride]
                    part += cells * filters[m, n, 0]
    return out


def _maps(
    padded: np.ndarray, filters: np.ndarray, plans: tuple[AxisPlan, AxisPlan], method: str
) -> np.ndarray:
    """Compute feature maps, without a bias, by the method or by the one expected to be fastest."""
    quick = padded.dtype in (np.float32, np.float64)
    chosen = method
    if method == AUTO:
        chosen = fastest(work_of(padded, filters, plans)) if quick else "im2col"
    if chosen == "fft":
        maps = _by_transforms(padded, filters, plans, method, quick)
        if maps is not None:
            return maps
        chosen = "im2col"
    if chosen == "direct" and quick:
        return _by_pairs(padded, filters, plans)
    return _by_patches(padded, filters, plans)


def _by_transforms(
    padded: np.ndarray, filters: np.ndarray, plans: Plans, method: str, quick: bool
) -> np.ndarray | None:
    """Return feature maps by Fourier transforms, None if they lose digits and weren't asked for."""
    pairs = transforms_of_pairs(work_of(padded, filters, plans))
    dtype = padded.dtype if quick else np.dtype(np.float64)
    if method == "fft" and not pairs:
        return maps_by_fft(padded, filters, plans, dtype)
    if method != "fft" and not np.isfinite(filters).all():
        return None
    if pairs:
        return maps_of_pairs(padded, filters, plans, dtype, safe=method != "fft")
    return maps_together(padded, filters, plans)


def _by_pairs(
    padded: np.ndarray, filters: np.ndarray, plans: tuple[AxisPlan, AxisPlan]
) -> np.ndarray:
    """Slide the kernel of each pair of channels over its image, and add up."""
    c_in, c_out = filters.shape[2:]
    sizes = (plans[0].size, plans[1].size)
    out = np.empty((len(padded), *sizes, c_out), padded.dtype)
    for image, maps in zip(padded, out):
        channels = np.ascontiguousarray(image.transpose(2, 0, 1))
        for o in range(c_out):
            total = by_rows(channels[0], filters[:, :, 0, o], plans)
            for c in range(1, c_in):
                total += by_rows(channels[c], filters[:, :, c, o], plans)
            maps[..., o] = total
    return out


def _by_patches(
    padded: np.ndarray, filters: np.ndarray, plans: tuple[AxisPlan, AxisPlan]
) -> np.ndarray:
    """Unroll the patches into a matrix (im2col), a part of the output at a time, and multiply.

    K. Chellapilla, S. Puri and P. Simard, "High performance convolutional neural networks for
    document processing" (2006).
    """
    vertical, horizontal = plans
    c_in, c_out = filters.shape[2:]
    # With few channels the runs along a row are longer than those along a patch, so the transposed
    # matrix is unrolled several times faster; BLAS multiplies either.
    transposed = c_in <= FEW_CHANNELS
    weights = (filters.transpose(2, 0, 1, 3) if transposed else filters).reshape(-1, c_out)
    out = np.empty((len(padded), vertical.size, horizontal.size, c_out), padded.dtype)
    # Several images at once if they are small, else a part of the rows of one.
    rows_at_once = PATCH_BYTES_AT_ONCE // (horizontal.size * len(weights) * padded.itemsize)
    images_at_once = min(max(1, rows_at_once // vertical.size), len(padded))
    rows_at_once = min(max(1, rows_at_once), vertical.size)
    # One room for all parts: the system takes its time over handing out fresh memory.
    room = np.empty(images_at_once * rows_at_once * horizontal.size * len(weights), padded.dtype)
    for start in range(0, len(padded), images_at_once):
        images = slice(start, start + images_at_once)
        if transposed:
            planes = np.ascontiguousarray(padded[images].transpose(3, 0, 1, 2))
            seen = windows_on(planes.reshape(-1, *planes.shape[2:], 1), plans)[..., 0]
            seen = seen.reshape(*planes.shape[:2], *seen.shape[1:]).transpose(0, 4, 5, 1, 2, 3)
        else:
            seen = windows_on(padded[images], plans)
        for top in range(0, vertical.size, rows_at_once):
            rows = slice(top, top + rows_at_once)
            part = seen[..., rows, :] if transposed else seen[:, rows]
            unrolled = room[: part.size]
            unrolled.reshape(part.shape)[...] = part
            matrix = (
                unrolled.reshape(len(weights), -1).T
                if transposed
                else unrolled.reshape(-1, len(weights))
            )
            _multiply(matrix, weights, out[images, rows].reshape(-1, c_out))
    return out


def _multiply(matrix: np.ndarray, weights: np.ndarray, out: np.ndarray) -> None:
    """Write the product of patches and weights to `out`; with few filters, some rows at a time."""
    rows, c_out = out.shape
    few = c_out <= FEW_FILTERS and weights.size <= FEW_WEIGHTS
    step = UNTHREADED_PRODUCT // weights.size if few else rows
    if step >= rows:
        matmul_quietly(matrix, weights, out=out)
        return
    full = rows - rows % step
    parts = out[:full].reshape(-1, step, c_out)
    matmul_quietly(matrix[:full].reshape(-1, step, len(weights)), weights, out=parts)
    matmul_quietly(matrix[full:], weights, out=out[full:])
