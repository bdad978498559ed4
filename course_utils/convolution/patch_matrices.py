"""The matrix of patches (im2col), which makes a convolution one matrix product, and its way back.

K. Chellapilla, S. Puri and P. Simard, "High performance convolutional neural networks for document
processing" (2006).
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_batch, as_integer
from course_utils.convolution.windows import (
    BATCH,
    Padding,
    Pair,
    Plans,
    as_pair,
    fill_around,
    pad_for,
    plan_image,
    windows_on,
)
from course_utils.integer_sums import hold_to_64_bits
from course_utils.memory import within_memory
from course_utils.sum_dtypes import common_dtype, largest_size

_NAMES = ("images", "windows")


@within_memory("images", "kernel_size", "padding")
def im2col(
    images: ArrayLike,
    kernel_size: Pair,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
) -> np.ndarray:
    """Return the matrix of patches: one row for each window, one column for each of its cells.

    A convolution is then one matrix product, ``im2col(images, k) @ kernel.reshape(-1, c_out)``.

    Parameters
    ----------
    images
        Array (batch, h, w, channels).
    kernel_size
        Height and width of a window: an integer for both, or a pair.
    stride, padding, dilation
        As in `course_utils.convolution`.

    Returns
    -------
    numpy.ndarray
        Array (batch·out_h·out_w, k_h·k_w·channels) of the dtype of `images`.

    Raises
    ------
    ValueError
        If `images` has another rank or the windows don't fit on them.
    """
    images = as_batch("images", images, BATCH)
    kernel_size = as_pair("kernel_size", kernel_size)
    plans = plan_image(images.shape[1:3], kernel_size, padding, stride, dilation, _NAMES)
    columns = columns_by_image(images, plans)
    return columns.reshape(columns.shape[0] * columns.shape[1], columns.shape[2])


def col2im(
    columns: ArrayLike,
    shape: tuple[int, int, int, int],
    kernel_size: Pair,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
) -> np.ndarray:
    """Return images in which every cell is the sum of all its copies in a matrix of patches.

    It leads the gradients of `im2col` back: a pixel that went into nine patches has nine slopes,
    and their sum is its own. What came from padding is dropped.

    Parameters
    ----------
    columns
        Array (batch·out_h·out_w, k_h·k_w·channels), as `im2col` returns it.
    shape
        (batch, h, w, channels) of the images.
    kernel_size, stride, padding, dilation
        As given to `im2col`.

    Returns
    -------
    numpy.ndarray
        Array of this shape and the dtype of `columns`; sums of integers are 64-bit.

    Raises
    ------
    ValueError
        If `shape` isn't four positive integers (a batch may be 0), `columns` hasn't the shape that
        `im2col` gives for it, or sums of integers leave 64 bits.
    """
    columns = as_batch("columns", columns, ("batch·windows", "cells"))
    if len(shape) != len(BATCH):
        raise ValueError(f"shape is {shape}: give (batch, height, width, channels)")
    batch, h, w, channels = (
        as_integer("shape", side, minimum) for side, minimum in zip(shape, (0, 1, 1, 1))
    )
    kernel_size = as_pair("kernel_size", kernel_size)
    plans = plan_image((h, w), kernel_size, padding, stride, dilation, _NAMES)
    wanted = (batch * plans[0].size * plans[1].size, kernel_size[0] * kernel_size[1] * channels)
    if columns.shape != wanted:
        raise ValueError(
            f"columns has shape {columns.shape}: im2col gives {wanted} for images {shape}"
        )
    images = (batch, h, w, channels)
    found = fold(columns.astype(common_dtype(columns), copy=False), images, plans)
    if columns.dtype.kind != "f":
        cells = kernel_size[0] * kernel_size[1]

        def in_floats(*, absolute: bool = False) -> np.ndarray:
            floats = columns.astype(np.float64)
            return fold(np.abs(floats) if absolute else floats, images, plans)

        hold_to_64_bits(
            found,
            bound=largest_size(columns) * cells,
            terms=cells,
            in_floats=in_floats,
            names=("columns",),
        )
    return found


def columns_by_image(images: np.ndarray, plans: Plans) -> np.ndarray:
    """Return the matrix of patches of each image, (batch, out_h·out_w, k_h·k_w·channels).

    A product for each image, not one for all: the patches then stay in a processor's cache, and
    BLAS starts no threads, whose waiting for each other costs more than they save at these sizes.
    """
    padded = pad_for(images, plans, images.dtype, first=1)
    v, u = plans
    shape = (len(images), v.size * u.size, v.k * u.k * images.shape[3])
    return windows_on(padded, plans).reshape(shape)


def fold(columns: np.ndarray, shape: tuple[int, ...], plans: Plans) -> np.ndarray:
    """Add every row of a matrix of patches to where its patch lies on images of this shape."""
    v, u = plans
    patches = columns.reshape(shape[0], v.size, u.size, v.k, u.k, shape[3])
    total = zeros_with_padding(shape, plans, columns.dtype)
    for m, n in np.ndindex(v.k, u.k):
        cells_of_windows(total, plans, m, n)[...] += patches[:, :, :, m, n]
    return without_padding(total, plans)


def cells_of_windows(padded: np.ndarray, plans: Plans, m: int, n: int) -> np.ndarray:
    """Return a view of the cell at row m, column n of every window."""
    v, u = plans
    top, left = m * v.dilation, n * u.dilation
    return padded[:, top : top + v.reach : v.stride, left : left + u.reach : u.stride]


def zeros_with_padding(shape: tuple[int, ...], plans: Plans, dtype: np.dtype) -> np.ndarray:
    """Return zeros for images of this shape and for the cells that the plans add around them."""
    around = [(0, 0), *((plan.before, plan.after) for plan in plans), (0, 0)]
    return fill_around(np.zeros(shape, dtype), around)


def without_padding(padded: np.ndarray, plans: Plans) -> np.ndarray:
    """Return a view of the images without the cells that the plans added around them."""
    v, u = plans
    h, w = padded.shape[1] - v.before - v.after, padded.shape[2] - u.before - u.after
    return padded[:, v.before : v.before + h, u.before : u.before + w]
