"""One kernel on one signal or image: the cross-correlation and the convolution.

`padding`, `border`, `stride`, `dilation` and `method` are described in `course_utils.convolution`.
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_numeric, as_switch
from course_utils.convolution.borders import sources
from course_utils.convolution.sliding import correlate_beyond
from course_utils.convolution.windows import (
    IMAGE,
    SIGNAL,
    AxisPlan,
    Padding,
    Pair,
    as_pair,
    plan_axis,
    plan_image,
)
from course_utils.integer_sums import within_64_bits
from course_utils.memory import within_memory
from course_utils.sum_dtypes import common_dtype

# The axis of height 1 that lets a signal pass as an image.
_TRIVIAL = AxisPlan(before=0, after=0, stride=1, dilation=1, k=1, size=1)


@within_memory("x", "kernel", "padding")
@within_64_bits("x", "kernel")
def correlate1d(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    padding: Padding = "valid",
    stride: int = 1,
    dilation: int = 1,
    border: str = "zeros",
    method: str = "auto",
) -> np.ndarray:
    """Return the cross-correlation of a signal and a kernel: y[i] = Σ_m x[i·s + m·d] · kernel[m].

    Parameters
    ----------
    x, kernel
        Arrays (n,) and (k,).
    padding, stride, dilation, border, method
        See `course_utils.convolution`.

    Returns
    -------
    numpy.ndarray
        Array (`output_size` (n, k, …),).

    Raises
    ------
    ValueError
        If an argument isn't a non-empty signal of numbers, the kernel doesn't fit, or padding,
        stride, dilation, border or method can't be understood.
    """
    x = as_numeric("x", x, SIGNAL)
    kernel = as_numeric("kernel", kernel, SIGNAL)
    plan = plan_axis(len(x), len(kernel), padding, stride, dilation, ("signal", "kernel"))
    return correlate_beyond(x[None], kernel[None], (_TRIVIAL, plan), border, method)[0]


def convolve1d(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    padding: Padding = "valid",
    stride: int = 1,
    dilation: int = 1,
    border: str = "zeros",
    method: str = "auto",
) -> np.ndarray:
    """Return the convolution of a signal and a kernel: `correlate1d` with the kernel reversed.

    With ``padding="full"`` it is y[i] = Σ_m x[i − m] · kernel[m] for every i where a term exists,
    and commutes. Arguments, result and errors are those of `correlate1d`.

    With a kernel of even length k, ``padding="same"`` is TensorFlow's, whose extra zero comes after
    the signal: it is the part of ``"full"`` that begins at k/2. That of `numpy.convolve` and of
    `scipy.signal` begins one earlier; here it is ``padding=(k // 2, (k - 1) // 2)``. Kernels of odd
    length have a middle, and all agree.

    Examples
    --------
    >>> convolve1d([1, 2, 3, 4, 5], [1, 0], padding="same")
    array([2, 3, 4, 5, 0])
    >>> convolve1d([1, 2, 3, 4, 5], [1, 0], padding=(1, 0))
    array([1, 2, 3, 4, 5])
    """
    kernel = as_numeric("kernel", kernel, SIGNAL)
    return correlate1d(
        x,
        kernel[::-1],
        padding=padding,
        stride=stride,
        dilation=dilation,
        border=border,
        method=method,
    )


@within_memory("image", "kernel", "padding")
@within_64_bits("image", "kernel")
def correlate2d(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    padding: Padding = "valid",
    stride: Pair = 1,
    dilation: Pair = 1,
    border: str = "zeros",
    method: str = "auto",
) -> np.ndarray:
    """Return the cross-correlation of an image and a kernel.

    y[i, j] = Σ_m Σ_n image[i·s + m·d, j·s + n·d] · kernel[m, n] on the padded image: each cell is
    the inner product of one patch with the kernel.

    Parameters
    ----------
    image, kernel
        Arrays (h, w) and (k_h, k_w).
    padding, stride, dilation, border, method
        See `course_utils.convolution`.

    Returns
    -------
    numpy.ndarray
        Array (`output_size` (h, k_h, …), `output_size` (w, k_w, …)).

    Raises
    ------
    ValueError
        If an argument isn't a non-empty matrix of numbers, the kernel is larger than the padded
        image, or padding, stride, dilation, border or method can't be understood.

    Examples
    --------
    >>> correlate2d([[1, 2, 3], [4, 5, 6]], [[1, 0], [0, 1]])
    array([[6, 8]])
    """
    image = as_numeric("image", image, IMAGE)
    kernel = as_numeric("kernel", kernel, IMAGE)
    plans = plan_image(image.shape, kernel.shape, padding, stride, dilation, ("image", "kernel"))
    return correlate_beyond(image, kernel, plans, border, method)


def convolve2d(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    padding: Padding = "valid",
    stride: Pair = 1,
    dilation: Pair = 1,
    border: str = "zeros",
    method: str = "auto",
) -> np.ndarray:
    """Return the convolution of an image and a kernel: `correlate2d` with the kernel turned 180°.

    Arguments, result and errors are those of `correlate2d`. What `convolve1d` says about kernels of
    even length and ``padding="same"`` is true along each axis: SciPy's ``mode="same"`` is
    ``padding=((k_h // 2, (k_h - 1) // 2), (k_w // 2, (k_w - 1) // 2))``.
    """
    kernel = as_numeric("kernel", kernel, IMAGE)
    return correlate2d(
        image,
        kernel[::-1, ::-1],
        padding=padding,
        stride=stride,
        dilation=dilation,
        border=border,
        method=method,
    )


def fft_convolve2d(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    padding: Padding = "valid",
    stride: Pair = 1,
    dilation: Pair = 1,
    border: str = "zeros",
) -> np.ndarray:
    """Return `convolve2d` by way of the Fourier transform, as the convolution theorem allows.

    `convolve2d` with ``method="fft"``: the inverse transform of the product of the transforms. The
    time doesn't depend on the size of the kernel. Unlike in `convolve2d`, one NaN or infinity in
    the image reaches every cell, and integers give floating-point results.

    Arguments and errors are those of `convolve2d`. The result is `float32` where `convolve2d` gives
    `float32` or `float16`, else `float64`.
    """
    return convolve2d(
        image,
        kernel,
        padding=padding,
        stride=stride,
        dilation=dilation,
        border=border,
        method="fft",
    )


@within_memory("kernel", "image_shape", "padding")
def convolution_matrix(
    kernel: ArrayLike,
    image_shape: tuple[int, int],
    *,
    padding: Padding = "valid",
    stride: Pair = 1,
    dilation: Pair = 1,
    border: str = "zeros",
    flip: bool = False,
) -> np.ndarray:
    """Return the matrix M with M @ image.ravel() == correlate2d(image, kernel, …).ravel().

    Each row holds the kernel's cells at one window's position and zeros elsewhere: sparse, and with
    the same few numbers in every row. With ``border="wrap"`` and one row of pixels each row is the
    one above, shifted, and what leaves on the right comes in on the left: a circulant matrix.

    Parameters
    ----------
    kernel
        Array (k_h, k_w).
    image_shape
        (h, w) of the images that the matrix will multiply.
    padding, stride, dilation, border
        See `course_utils.convolution`.
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
    kernel = as_numeric("kernel", kernel, IMAGE)
    if as_switch("flip", flip):
        kernel = kernel[::-1, ::-1]
    h, w = as_pair("image_shape", image_shape)
    plans = plan_image((h, w), kernel.shape, padding, stride, dilation, ("image", "kernel"))
    matrix = np.zeros((plans[0].size, plans[1].size, h, w), common_dtype(kernel))
    of_row, of_column = (
        sources(n, plan.before, plan.after, border) for n, plan in zip((h, w), plans)
    )
    tops, lefts = (np.arange(plan.size) * plan.stride for plan in plans)
    for m, n in np.ndindex(kernel.shape):
        rows = of_row[tops + m * plans[0].dilation]
        columns = of_column[lefts + n * plans[1].dilation]
        i, j = np.flatnonzero(rows >= 0)[:, None], np.flatnonzero(columns >= 0)
        # Beyond the border a window may see a pixel a second time.
        matrix[i, j, rows[i], columns[j]] += kernel[m, n]
    return matrix.reshape(-1, h * w)
