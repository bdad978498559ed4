"""One kernel slid over one image, as fast as NumPy goes: what `convolution` rests on."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from course_utils.arguments import common_dtype, sum_dtype
from course_utils.convolution.fourier import correlate_by_fft
from course_utils.convolution.path_costs import AUTO, Work, check_method, fastest
from course_utils.convolution.windows import AxisPlan, pad_for

# Output rows worked on at once: they and what they are made from stay in a processor's cache.
ROWS_AT_ONCE = 32

METHODS = ("direct", "fft")


def correlate(
    image: np.ndarray,
    kernel: np.ndarray,
    plans: tuple[AxisPlan, AxisPlan],
    method: str = "auto",
) -> np.ndarray:
    """Return Σ_m Σ_n padded[i·s + m·d, j·s + n·d] · kernel[m, n] for every window of the plans.

    `method` is described in `course_utils.convolution`.
    """
    check_method(method, METHODS)
    dtype = common_dtype(image, kernel)
    padded = pad_for(image, plans, sum_dtype(dtype), first=0)
    floating = "f" in image.dtype.kind + kernel.dtype.kind
    kernel = kernel.astype(padded.dtype, copy=False)
    quick = padded.dtype in (np.float32, np.float64)
    if method == "fft":
        found = correlate_by_fft(padded, kernel, plans)
        single = dtype.kind == "f" and dtype.itemsize <= 4
        return found.astype(np.float32 if single else np.float64, copy=False)
    if method == AUTO and quick and floating:
        work = Work(1, *padded.shape, 1, 1, plans, padded.itemsize)
        if fastest(work, METHODS) == "fft":
            found = correlate_by_fft(padded, kernel, plans)
            # A number that isn't finite spreads over all cells here, and over its windows below.
            if np.isfinite(found).all():
                return found.astype(dtype, copy=False)
    found = by_rows(padded, kernel, plans) if quick else _by_shifts(padded, kernel, plans)
    return found.astype(dtype, copy=False)


def _by_shifts(
    padded: np.ndarray, kernel: np.ndarray, plans: tuple[AxisPlan, AxisPlan]
) -> np.ndarray:
    """Add the shifted image once for each kernel cell: exact for integers, and for any dtype."""
    vertical, horizontal = plans
    out = np.zeros((vertical.size, horizontal.size), padded.dtype)
    for m, n in np.ndindex(kernel.shape):
        top, left = m * vertical.dilation, n * horizontal.dilation
        out += (
            kernel[m, n]
            * padded[
                top : top + vertical.reach : vertical.stride,
                left : left + horizontal.reach : horizontal.stride,
            ]
        )
    return out


def by_rows(padded: np.ndarray, kernel: np.ndarray, plans: tuple[AxisPlan, AxisPlan]) -> np.ndarray:
    """Weight the rows of each window by one matrix product, then add the shifted columns.

    For output row i the product kernel.T @ padded[rows of the window] holds, for each kernel column
    n and each image column, the sum over the kernel's rows. Only k_w shifted additions are left,
    instead of k_h·k_w, and the rest runs at the speed of the BLAS library.
    """
    vertical, horizontal = plans
    width = padded.shape[1]
    down, right = padded.strides
    windows = as_strided(
        padded,
        (vertical.size, vertical.k, width),
        (down * vertical.stride, down * vertical.dilation, right),
        writeable=False,
    )
    weights = np.ascontiguousarray(kernel.T)
    out = np.empty((vertical.size, horizontal.size), padded.dtype)
    room = np.empty((min(ROWS_AT_ONCE, vertical.size), horizontal.k, width), padded.dtype)
    for start in range(0, vertical.size, ROWS_AT_ONCE):
        rows = out[start : start + ROWS_AT_ONCE]
        sums = matmul_quietly(weights, windows[start : start + len(rows)], out=room[: len(rows)])
        rows[...] = sums[:, 0, : horizontal.reach : horizontal.stride]
        for n in range(1, horizontal.k):
            left = n * horizontal.dilation
            rows += sums[:, n, left : left + horizontal.reach : horizontal.stride]
    return out


def matmul_quietly(one: np.ndarray, other: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return `np.matmul` without its warnings of invalid values.

    BLAS fills the edges of its blocks with zeros and multiplies those too, so that an infinity
    warns of a NaN which is in no result.
    """
    with np.errstate(invalid="ignore"):
        return np.matmul(one, other, out=out)
