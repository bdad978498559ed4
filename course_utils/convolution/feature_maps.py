"""Feature maps of batches of images: one bank of filters for all positions, a few, or one for each.

`conv2d` shares its filters between all positions, `tiled_conv2d` lets a few banks of filters take
turns, `unshared_conv2d` has a bank for every position. All are cross-correlations, channels last.
`padding`, `stride`, `dilation` and `method` are described in `course_utils.convolution`, from where
these functions are imported; the names follow I. Goodfellow, Y. Bengio and A. Courville, "Deep
Learning" (2016), section 9.5.
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_numeric, common_dtype, size_text, sum_dtype
from course_utils.convolution.direct_sums import by_rows, matmul_quietly
from course_utils.convolution.fourier import maps_by_fft
from course_utils.convolution.path_costs import AUTO, Work, check_method, fastest
from course_utils.convolution.rounding import maps_keep_digits
from course_utils.convolution.windows import (
    AxisPlan,
    Padding,
    Pair,
    pad_for,
    plan_image,
    windows_on,
)

# Bytes of patches that are unrolled at once: they stay in a processor's cache, and however large
# the batch or an image is, no call needs more for them.
PATCH_BYTES_AT_ONCE = 8 * 2**20

FEW_CHANNELS = 4

# OpenBLAS gives a product of no more multiplications than this to one thread. With few filters
# several threads would wait for each other longer than they work.
UNTHREADED_PRODUCT = 2**18
FEW_FILTERS, FEW_WEIGHTS = 12, 5000

BATCH = ("batch", "height", "width", "channels")
_BANK = ("height", "width", "channels in", "channels out")


def conv2d(
    images: ArrayLike,
    filters: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
    method: str = "auto",
) -> np.ndarray:
    """Return the feature maps of a batch of images, as Keras' `Conv2D` layer computes them.

    y[b, i, j, o] = bias[o] + Σ_m Σ_n Σ_c images[b, i·s + m·d, j·s + n·d, c] · filters[m, n, c, o].

    Parameters
    ----------
    images
        Array (batch, h, w, c_in): channels last.
    filters
        Array (k_h, k_w, c_in, c_out).
    bias
        Array (c_out,), or None for none.
    stride, padding, dilation, method
        See the module's docstring. By ``"fft"`` integers give floating-point results.

    Returns
    -------
    numpy.ndarray
        Array (batch, out_h, out_w, c_out).

    Raises
    ------
    ValueError
        If a rank, the number of channels or the length of the bias is wrong, the filters don't
        fit on the images, or there is no such method.
    """
    images = as_numeric("images", images, BATCH)
    filters = as_numeric("filters", filters, _BANK)
    plans = plan_image(
        images.shape[1:3], filters.shape[:2], padding, stride, dilation, ("images", "filters")
    )
    _check_channels(images, filters)
    bias = _bias_of(bias, [(filters.shape[3],)])
    operands = (images, filters) if bias is None else (images, filters, bias)
    dtype = common_dtype(*operands)
    padded = pad_for(images, plans, sum_dtype(dtype), first=1)
    if method == AUTO and "f" not in images.dtype.kind + filters.dtype.kind:
        method = "im2col"  # exact
    out = _maps(padded, filters.astype(padded.dtype, copy=False), plans, method)
    if bias is not None:
        out += bias.astype(out.dtype, copy=False)
    if method == "fft" and dtype.kind != "f":
        return out
    return out.astype(dtype, copy=False)


def unshared_conv2d(
    images: ArrayLike,
    filters: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
) -> np.ndarray:
    """Return the feature maps of a locally connected layer: own weights at every position.

    y[b, i, j, o] =
    bias[i, j, o] + Σ_m Σ_n Σ_c images[b, i·s + m·d, j·s + n·d, c] · filters[i, j, m, n, c, o].

    Parameters
    ----------
    images
        Array (batch, h, w, c_in).
    filters
        Array (out_h, out_w, k_h, k_w, c_in, c_out): one bank of filters for each output position.
    bias
        Array (out_h, out_w, c_out) or (c_out,), or None.
    stride, padding, dilation
        See the module's docstring.

    Returns
    -------
    numpy.ndarray
        Array (batch, out_h, out_w, c_out).

    Raises
    ------
    ValueError
        As `conv2d`; also if the banks aren't as many as the output positions.
    """
    images = as_numeric("images", images, BATCH)
    filters = as_numeric("filters", filters, ("out height", "out width", *_BANK))
    plans = plan_image(
        images.shape[1:3], filters.shape[2:4], padding, stride, dilation, ("images", "filters")
    )
    _check_channels(images, filters)
    positions = (plans[0].size, plans[1].size)
    if filters.shape[:2] != positions:
        raise ValueError(
            f"filters has banks for {size_text(filters.shape[:2])} positions, but the output has "
            f"{size_text(positions)}: give filters of shape {(*positions, *filters.shape[2:])}"
        )
    c_out = filters.shape[5]
    bias = _bias_of(bias, [(c_out,), (*positions, c_out)])
    operands = (images, filters) if bias is None else (images, filters, bias)
    dtype = common_dtype(*operands)
    padded = pad_for(images, plans, sum_dtype(dtype), first=1)
    seen = windows_on(padded, plans).transpose(1, 2, 0, 3, 4, 5)
    patches = seen.reshape(*positions, len(images), -1)
    banks = filters.reshape(*positions, -1, c_out).astype(padded.dtype, copy=False)
    out = matmul_quietly(patches, banks).transpose(2, 0, 1, 3)
    if bias is not None:
        out = out + bias.astype(out.dtype, copy=False)
    return np.ascontiguousarray(out.astype(dtype, copy=False))


def tiled_conv2d(
    images: ArrayLike,
    filters: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
) -> np.ndarray:
    """Return the feature maps of a tiled convolution: t_h × t_w banks of filters, taken in turn.

    The output at row i, column j uses bank [i mod t_h, j mod t_w]. One bank is a convolution; as
    many banks as positions are a locally connected layer.

    Parameters
    ----------
    images
        Array (batch, h, w, c_in).
    filters
        Array (t_h, t_w, k_h, k_w, c_in, c_out).
    bias
        Array (t_h, t_w, c_out) or (c_out,), or None.
    stride, padding, dilation
        See the module's docstring.

    Returns
    -------
    numpy.ndarray
        Array (batch, out_h, out_w, c_out).

    Raises
    ------
    ValueError
        As `conv2d`.
    """
    images = as_numeric("images", images, BATCH)
    filters = as_numeric("filters", filters, ("tile height", "tile width", *_BANK))
    tiles, c_out = filters.shape[:2], filters.shape[5]
    bias = _bias_of(bias, [(c_out,), (*tiles, c_out)])
    if bias is not None:
        bias = np.broadcast_to(bias, (*tiles, c_out))
    plans = plan_image(
        images.shape[1:3], filters.shape[2:4], padding, stride, dilation, ("images", "filters")
    )
    _check_channels(images, filters)
    operands = (images, filters) if bias is None else (images, filters, bias)
    dtype = common_dtype(*operands)
    padded = pad_for(images, plans, sum_dtype(dtype), first=1)
    out = np.empty((len(images), plans[0].size, plans[1].size, c_out), dtype)
    for a in range(min(tiles[0], plans[0].size)):
        for b in range(min(tiles[1], plans[1].size)):
            out[:, a :: tiles[0], b :: tiles[1]] = conv2d(
                padded[:, a * plans[0].stride :, b * plans[1].stride :],
                filters[a, b],
                None if bias is None else bias[a, b],
                stride=(plans[0].stride * tiles[0], plans[1].stride * tiles[1]),
                dilation=dilation,
            )
    return out


def _maps(
    padded: np.ndarray, filters: np.ndarray, plans: tuple[AxisPlan, AxisPlan], method: str
) -> np.ndarray:
    """Compute feature maps, without a bias, by the method or by the one expected to be fastest."""
    check_method(method)
    quick = padded.dtype in (np.float32, np.float64)
    chosen = method
    if method == AUTO:
        work = Work(*padded.shape[:3], *filters.shape[2:], plans, padded.itemsize)
        chosen = fastest(work) if quick else "im2col"
    if chosen == "fft":
        maps = maps_by_fft(padded, filters, plans, padded.dtype if quick else np.float64)
        # A number that isn't finite spreads over all cells here, and over its windows below.
        if method == "fft" or (
            np.isfinite(maps).all() and maps_keep_digits(padded, filters, plans)
        ):
            return maps
        chosen = "im2col"
    if chosen == "direct" and quick:
        return _by_pairs(padded, filters, plans)
    return _by_patches(padded, filters, plans)


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
            first, *others = (by_rows(channels[c], filters[:, :, c, o], plans) for c in range(c_in))
            maps[..., o] = sum(others, start=first)
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


def _check_channels(images: np.ndarray, filters: np.ndarray) -> None:
    if images.shape[3] != filters.shape[-2]:
        raise ValueError(
            f"images has {images.shape[3]} channels, but filters takes {filters.shape[-2]}: "
            f"the last axis of images and the one before the last of filters must be equal"
        )


def _bias_of(bias: ArrayLike | None, shapes: list[tuple[int, ...]]) -> np.ndarray | None:
    if bias is None:
        return None
    bias = as_numeric("bias", bias, *(tuple(map(str, shape)) for shape in shapes))
    if bias.shape not in shapes:
        wanted = " or ".join(str(shape) for shape in shapes)
        raise ValueError(f"bias has shape {bias.shape}: give one number a filter, shape {wanted}")
    return bias
