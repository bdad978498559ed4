"""Convolution and cross-correlation in NumPy: one dimension, two dimensions, and batches of images.

`correlate…` slides the kernel as it is. `convolve…` turns it by 180° first, which is what
mathematics calls a convolution. What deep-learning libraries call a convolution, and `conv2d` here,
is the cross-correlation.

Arguments that many functions share
-----------------------------------
padding
    ``"valid"``: none, the kernel stays inside the input.
    ``"same"``: zeros so that the output has ⌈n / stride⌉ positions, as TensorFlow pads: where the
    number of zeros is odd, the extra one goes to the right and the bottom.
    ``"full"``: dilation·(k − 1) zeros on each side, so that every input cell is seen k times.
    An integer: that many zeros on each side. A pair: in one dimension (before, after); in two
    dimensions one entry for the vertical and one for the horizontal axis, each an integer or a pair
    (before, after).
stride
    Step between two windows in cells, at least 1; in two dimensions also a pair (vertical,
    horizontal).
dilation
    Distance between two neighbouring kernel cells on the input, at least 1; also a pair.
method
    How to compute it; the result is the same up to rounding.
    ``"direct"``: the products and sums of the definition. ``"im2col"``, for batches: the same as
    one product of matrices. ``"fft"``: by Fourier transforms, which the size of the kernel costs
    nothing. ``"auto"``: what is expected to be the fastest for these sizes and keeps the digits.
    By ``"fft"`` the rounding is in proportion to the largest numbers around and not to those under
    a window, so that a zero becomes 1e-16. ``"auto"`` transforms only where that does no harm:
    where it rounds by less than about 2e-13 of the sum of |x|·|k| under the window (for a kernel of
    over 65,000 cells, 3e-18 times their number; 3e-8 for `float32`), or where sums of integers are
    exact once rounded. Windows of zeros, of small numbers near large ones, or with a NaN or an
    infinity, and kernels of fewer than 100 cells are summed directly.
    `course_utils.convolution.path_costs` and `rounding` have the rules.

dtypes: see `course_utils.arguments.common_dtype`. `float16` is summed as `float32` and rounded
once.

Sizes follow V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning"
(2016), relations 6 and 15; the definitions of valid, same, full, unshared and tiled convolution
follow I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), section 9.5.
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_numeric, common_dtype
from course_utils.convolution.feature_maps import BATCH, conv2d, tiled_conv2d, unshared_conv2d
from course_utils.convolution.patch_matrices import (
    Plans,
    cells_of_windows,
    col2im,
    columns_by_image,
    fold,
    im2col,
    without_padding,
    zeros_with_padding,
)
from course_utils.convolution.sliding import correlate
from course_utils.convolution.windows import (
    AxisPlan,
    Padding,
    Pair,
    as_pair,
    fill_around,
    pad_for,
    plan_axis,
    plan_image,
    windows_on,
    zeros_along,
    zeros_around,
)

__all__ = [
    "AxisPlan",
    "Padding",
    "Pair",
    "Plans",
    "as_pair",
    "cells_of_windows",
    "col2im",
    "columns_by_image",
    "conv2d",
    "convolution_matrix",
    "convolve1d",
    "convolve2d",
    "correlate1d",
    "correlate2d",
    "fft_convolve2d",
    "fill_around",
    "fold",
    "im2col",
    "output_size",
    "pad",
    "pad_for",
    "patches",
    "plan_axis",
    "plan_image",
    "tiled_conv2d",
    "unshared_conv2d",
    "without_padding",
    "zeros_with_padding",
]

_SIGNAL = ("length",)
_IMAGE = ("height", "width")

# The axis of height 1 that lets a signal pass as an image.
_TRIVIAL = AxisPlan(before=0, after=0, stride=1, dilation=1, k=1, size=1)


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
        See the module's docstring; here for one axis.

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


def pad(
    x: ArrayLike,
    padding: Padding,
    *,
    kernel_size: Pair | None = None,
    stride: Pair = 1,
    dilation: Pair = 1,
) -> np.ndarray:
    """Return `x` with the zeros around it that a convolution with this padding would add.

    Parameters
    ----------
    x
        A signal (n,), an image (h, w) or a batch of images (count, h, w, channels); only the
        spatial axes are padded.
    padding
        See the module's docstring.
    kernel_size
        Length of the kernel along the spatial axes: an integer, or a pair for images. The words
        ``"same"`` and ``"full"`` need it; a number of zeros doesn't.
    stride, dilation
        Used by ``"same"`` and ``"full"``.

    Returns
    -------
    numpy.ndarray
        A new array of the dtype of `x`.

    Raises
    ------
    ValueError
        If `x` has another rank, or the padding needs a `kernel_size` that isn't given.
    """
    array = as_numeric("x", x, _SIGNAL, _IMAGE, BATCH)
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
        return fill_around(array, [zeros_along(len(array), k, padding, step, spread)])
    first = 0 if array.ndim == 2 else 1
    amounts = zeros_around(
        array.shape[first : first + 2],
        as_pair("kernel_size", kernel_size),
        padding,
        as_pair("stride", stride),
        as_pair("dilation", dilation),
    )
    return fill_around(array, [(0, 0)] * first + amounts + [(0, 0)] * first)


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
        See the module's docstring.

    Returns
    -------
    numpy.ndarray
        Array (out_h, out_w, k_h, k_w); ``[i, j]`` is the patch under the window at row i, column j.

    Raises
    ------
    ValueError
        If the image isn't a matrix of numbers or the patch is larger than it.
    """
    image = as_numeric("image", image, _IMAGE)
    size = as_pair("kernel_size", kernel_size)
    plans = plan_image(image.shape, size, "valid", stride, dilation, ("image", "patch"))
    return windows_on(image[None, :, :, None], plans)[0, :, :, :, :, 0]


def correlate1d(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    padding: Padding = "valid",
    stride: int = 1,
    dilation: int = 1,
    method: str = "auto",
) -> np.ndarray:
    """Return the cross-correlation of a signal and a kernel: y[i] = Σ_m x[i·s + m·d] · kernel[m].

    Parameters
    ----------
    x, kernel
        Arrays (n,) and (k,).
    padding, stride, dilation, method
        See the module's docstring.

    Returns
    -------
    numpy.ndarray
        Array (`output_size` (n, k, …),).

    Raises
    ------
    ValueError
        If an argument isn't a non-empty signal of numbers, or the kernel doesn't fit.
    """
    x = as_numeric("x", x, _SIGNAL)
    kernel = as_numeric("kernel", kernel, _SIGNAL)
    plan = plan_axis(len(x), len(kernel), padding, stride, dilation, ("signal", "kernel"))
    return correlate(x[None], kernel[None], (_TRIVIAL, plan), method)[0]


def convolve1d(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    padding: Padding = "valid",
    stride: int = 1,
    dilation: int = 1,
    method: str = "auto",
) -> np.ndarray:
    """Return the convolution of a signal and a kernel: `correlate1d` with the kernel reversed.

    With ``padding="full"`` it is y[i] = Σ_m x[i − m] · kernel[m] for every i where a term exists,
    and commutes. Arguments, result and errors are those of `correlate1d`.
    """
    kernel = as_numeric("kernel", kernel, _SIGNAL)
    options = {"padding": padding, "stride": stride, "dilation": dilation, "method": method}
    return correlate1d(x, kernel[::-1], **options)


def correlate2d(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    padding: Padding = "valid",
    stride: Pair = 1,
    dilation: Pair = 1,
    method: str = "auto",
) -> np.ndarray:
    """Return the cross-correlation of an image and a kernel.

    y[i, j] = Σ_m Σ_n image[i·s + m·d, j·s + n·d] · kernel[m, n] on the padded image: each cell is
    the inner product of one patch with the kernel.

    Parameters
    ----------
    image, kernel
        Arrays (h, w) and (k_h, k_w).
    padding, stride, dilation, method
        See the module's docstring.

    Returns
    -------
    numpy.ndarray
        Array (`output_size` (h, k_h, …), `output_size` (w, k_w, …)).

    Raises
    ------
    ValueError
        If an argument isn't a non-empty matrix of numbers, the kernel is larger than the padded
        image, or padding, stride, dilation or method can't be understood.

    Examples
    --------
    >>> correlate2d([[1, 2, 3], [4, 5, 6]], [[1, 0], [0, 1]])
    array([[6, 8]])
    """
    image = as_numeric("image", image, _IMAGE)
    kernel = as_numeric("kernel", kernel, _IMAGE)
    plans = plan_image(image.shape, kernel.shape, padding, stride, dilation, ("image", "kernel"))
    return correlate(image, kernel, plans, method)


def convolve2d(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    padding: Padding = "valid",
    stride: Pair = 1,
    dilation: Pair = 1,
    method: str = "auto",
) -> np.ndarray:
    """Return the convolution of an image and a kernel: `correlate2d` with the kernel turned 180°.

    Arguments, result and errors are those of `correlate2d`.
    """
    kernel = as_numeric("kernel", kernel, _IMAGE)
    options = {"padding": padding, "stride": stride, "dilation": dilation, "method": method}
    return correlate2d(image, kernel[::-1, ::-1], **options)


def fft_convolve2d(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    padding: Padding = "valid",
    stride: Pair = 1,
    dilation: Pair = 1,
) -> np.ndarray:
    """Return `convolve2d` by way of the Fourier transform, as the convolution theorem allows.

    `convolve2d` with ``method="fft"``: the inverse transform of the product of the transforms. The
    time doesn't depend on the size of the kernel. Unlike in `convolve2d`, one NaN or infinity in
    the image reaches every cell, and integers give floating-point results.

    Arguments and errors are those of `convolve2d`. The result is `float32` where `convolve2d` gives
    `float32` or `float16`, else `float64`.
    """
    options = {"padding": padding, "stride": stride, "dilation": dilation, "method": "fft"}
    return convolve2d(image, kernel, **options)


def convolution_matrix(
    kernel: ArrayLike,
    image_shape: tuple[int, int],
    *,
    padding: Padding = "valid",
    stride: Pair = 1,
    dilation: Pair = 1,
    flip: bool = False,
) -> np.ndarray:
    """Return the matrix M with M @ image.ravel() == correlate2d(image, kernel, …).ravel().

    Each row holds the kernel's cells at one window's position and zeros elsewhere: sparse, and with
    the same few numbers in every row.

    Parameters
    ----------
    kernel
        Array (k_h, k_w).
    image_shape
        (h, w) of the images that the matrix will multiply.
    padding, stride, dilation
        See the module's docstring.
    flip
        If true, the matrix of `convolve2d` instead.

    Returns
    -------
    numpy.ndarray
        Dense array (out_h·out_w, h·w) of the kernel's dtype (integers as 64-bit).

    Raises
    ------
    ValueError
        As `correlate2d`; also if `image_shape` isn't a pair of positive integers.
    """
    kernel = as_numeric("kernel", kernel, _IMAGE)
    if flip:
        kernel = kernel[::-1, ::-1]
    h, w = as_pair("image_shape", image_shape)
    plans = plan_image((h, w), kernel.shape, padding, stride, dilation, ("image", "kernel"))
    matrix = np.zeros((plans[0].size, plans[1].size, h, w), common_dtype(kernel))
    tops, lefts = (np.arange(plan.size) * plan.stride - plan.before for plan in plans)
    for m in range(kernel.shape[0]):
        for n in range(kernel.shape[1]):
            rows, columns = tops + m * plans[0].dilation, lefts + n * plans[1].dilation
            i = np.flatnonzero((rows >= 0) & (rows < h))[:, None]
            j = np.flatnonzero((columns >= 0) & (columns < w))
            matrix[i, j, rows[i], columns[j]] = kernel[m, n]
    return matrix.reshape(-1, h * w)
