"""Feature maps without one shared bank of filters: a bank for every position, or a few in turn.

I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), section 9.5. The other arguments
are those of `conv2d`, described in `course_utils.convolution`.
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_batch, as_numeric, size_text
from course_utils.convolution.banks import BANK, bias_of, check_channels
from course_utils.convolution.borders import bordered
from course_utils.convolution.direct_sums import matmul_quietly
from course_utils.convolution.feature_maps import PATCH_BYTES_AT_ONCE, conv2d
from course_utils.convolution.windows import (
    BATCH,
    Padding,
    Pair,
    pad_for,
    plan_image,
    windows_on,
)
from course_utils.integer_sums import within_64_bits
from course_utils.memory import within_memory
from course_utils.sum_dtypes import common_dtype, sum_dtype


@within_memory("images", "filters", "padding")
@within_64_bits("images", "filters", "bias")
def unshared_conv2d(
    images: ArrayLike,
    filters: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
    border: str = "zeros",
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
    stride, padding, dilation, border
        See `course_utils.convolution`.

    Returns
    -------
    numpy.ndarray
        Array (batch, out_h, out_w, c_out).

    Raises
    ------
    ValueError
        As `conv2d`; also if the banks aren't as many as the output positions.
    """
    images = as_batch("images", images, BATCH)
    filters = as_numeric("filters", filters, ("out height", "out width", *BANK))
    check_channels(images, filters)
    plans = plan_image(
        images.shape[1:3], filters.shape[2:4], padding, stride, dilation, ("images", "filters")
    )
    positions = (plans[0].size, plans[1].size)
    if filters.shape[:2] != positions:
        raise ValueError(
            f"filters has banks for {size_text(filters.shape[:2])} positions, but the output has "
            f"{size_text(positions)}: give filters of shape {(*positions, *filters.shape[2:])}"
        )
    c_out = filters.shape[5]
    bias = bias_of(bias, [(c_out,), (*positions, c_out)])
    dtype = common_dtype(images, filters, bias)
    sums = sum_dtype(dtype)
    cells = int(np.prod(filters.shape[2:5]))
    banks = filters.reshape(*positions, cells, c_out).astype(sums, copy=False)
    out = np.empty((len(images), *positions, c_out), dtype)
    # Each image's patches are k_h·k_w times as large as the image.
    at_once = max(1, PATCH_BYTES_AT_ONCE // (positions[0] * positions[1] * cells * sums.itemsize))
    for start in range(0, len(images), at_once):
        some, inner = bordered(images[start : start + at_once], plans, border, first=1)
        seen = windows_on(pad_for(some, inner, sums, first=1), inner).transpose(1, 2, 0, 3, 4, 5)
        maps = matmul_quietly(seen.reshape(*positions, len(some), cells), banks)
        if bias is not None:
            maps = maps + bias.astype(sums, copy=False).reshape(*bias.shape[:-1], 1, c_out)
        out[start : start + at_once] = maps.transpose(2, 0, 1, 3)
    return out


@within_memory("images", "filters", "padding")
@within_64_bits("images", "filters", "bias")
def tiled_conv2d(
    images: ArrayLike,
    filters: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
    border: str = "zeros",
) -> np.ndarray:
    """Return the feature maps of a tiled convolution: t_h × t_w banks of filters, taken in turn.

    The output at row i, column j uses bank [i mod t_h, j mod t_w]. One bank is a convolution; as
    many banks as positions are a locally connected layer.

    Parameters
    ----------
    images, stride, padding, dilation, border
        As in `unshared_conv2d`.
    filters
        Array (t_h, t_w, k_h, k_w, c_in, c_out).
    bias
        Array (t_h, t_w, c_out) or (c_out,), or None.

    Returns
    -------
    numpy.ndarray
        Array (batch, out_h, out_w, c_out).

    Raises
    ------
    ValueError
        As `conv2d`.
    """
    images = as_batch("images", images, BATCH)
    filters = as_numeric("filters", filters, ("tile height", "tile width", *BANK))
    tiles, c_out = filters.shape[:2], filters.shape[5]
    bias = bias_of(bias, [(c_out,), (*tiles, c_out)])
    if bias is not None:
        bias = np.broadcast_to(bias, (*tiles, c_out))
    check_channels(images, filters)
    plans = plan_image(
        images.shape[1:3], filters.shape[2:4], padding, stride, dilation, ("images", "filters")
    )
    dtype = common_dtype(images, filters, bias)
    sums = sum_dtype(dtype)
    out = np.empty((len(images), plans[0].size, plans[1].size, c_out), dtype)
    at_once = max(1, PATCH_BYTES_AT_ONCE // (images[:1].size * sums.itemsize or 1))
    for start in range(0, len(images), at_once):
        some, inner = bordered(images[start : start + at_once], plans, border, first=1)
        padded = pad_for(some, inner, sums, first=1)
        for a in range(min(tiles[0], plans[0].size)):
            for b in range(min(tiles[1], plans[1].size)):
                out[start : start + at_once, a :: tiles[0], b :: tiles[1]] = conv2d(
                    padded[:, a * plans[0].stride :, b * plans[1].stride :],
                    filters[a, b],
                    None if bias is None else bias[a, b],
                    stride=(plans[0].stride * tiles[0], plans[1].stride * tiles[1]),
                    dilation=dilation,
                )
    return out
