"""One kernel slid over one image: the way is chosen here, by the sizes and by the numbers."""

import math

import numpy as np

from course_utils.convolution.bands import bands
from course_utils.convolution.borders import check_border
from course_utils.convolution.direct_sums import as_one_line, correlate_directly
from course_utils.convolution.fourier import correlate_by_fft
from course_utils.convolution.path_costs import AUTO, Work, check_method, fastest
from course_utils.convolution.rounding import correlate_safely
from course_utils.convolution.tiles import Part
from course_utils.convolution.transform_sizes import POINTS_AT_ONCE, transforms
from course_utils.convolution.windows import AxisPlan
from course_utils.sum_dtypes import common_dtype, sum_dtype

METHODS = ("direct", "fft")

# Up to here a floating-point number holds every integer.
EXACT = {np.float32: 2**24, np.float64: 2**53}


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
    whole = Part(image, kernel, plans)
    if method == "fft":
        single = dtype.kind == "f" and dtype.itemsize <= 4
        out = np.empty(whole.size, np.float32 if single else np.float64)
        correlate_by_fft(whole, out)
        return out
    floating = "f" in image.dtype.kind + kernel.dtype.kind
    sums = sum_dtype(dtype)
    quick = sums in (np.float32, np.float64)
    transform = method == AUTO and quick and _faster_by_fft(whole, sums)
    line = as_one_line(whole, dtype) if floating and sums == dtype and not transform else None
    if line is not None:
        return line
    out = np.empty(whole.size, dtype)
    if not floating:
        _correlate_integers(whole, dtype, method, out)
        return out
    if transform and np.isfinite(kernel).all():
        correlate_safely(whole, sums, out)
    else:
        correlate_directly(whole, sums, out)
    return out


def correlate_beyond(
    image: np.ndarray,
    kernel: np.ndarray,
    plans: tuple[AxisPlan, AxisPlan],
    border: str,
    method: str = "auto",
) -> np.ndarray:
    """Return what `correlate` does, where the border isn't zeros: a band of the output at a time."""
    check_border(border)
    if border == "zeros" or not any(plan.before or plan.after for plan in plans):
        return correlate(image, kernel, plans, method)
    out: np.ndarray | None = None
    for where, padded, of_band, all_at_once in bands(
        image[None, :, :, None], plans, border, image.dtype
    ):
        found = correlate(padded[0, :, :, 0], kernel, of_band, method)
        if all_at_once:
            return found
        if out is None:
            out = np.empty((plans[0].size, plans[1].size), found.dtype)
        out[where[1:]] = found
        del padded, found
    assert out is not None  # of an image that isn't empty
    return out


def _faster_by_fft(whole: Part, dtype: np.dtype) -> bool:
    work = Work(1, whole.height, whole.width, 1, 1, whole.plans, dtype.itemsize)
    return fastest(work, METHODS) == "fft"


def _correlate_integers(whole: Part, dtype: np.dtype, method: str, out: np.ndarray) -> None:
    """Sum in floating point where no sum is too large for that to be exact, as it is faster."""
    weights = np.abs(whole.kernel.astype(float))
    largest = _largest(whole.image)
    # The sum of the weights is rounded itself.
    most = largest * float(weights.sum()) * (1 + 1e-9)
    sums = dtype
    for floating, limit in EXACT.items():
        if most < limit:
            sums = np.dtype(floating)
            break
    if method == AUTO and sums != np.int64 and _faster_by_fft(whole, sums):
        points = min(POINTS_AT_ONCE, whole.image.size)
        norms = largest * math.sqrt(points) * float(np.linalg.norm(weights))
        lengths = transforms(whole.plans, whole.image.shape).points
        if most < EXACT[np.float64] and 32 * math.log2(lengths + 1) * 2**-53 * norms < 0.25:
            correlate_by_fft(whole, out, rounded=True)
            return
    correlate_directly(whole, sums, out)


def _largest(numbers: np.ndarray) -> int:
    """Return the largest absolute value, which a signed integer may not hold itself."""
    return max(abs(int(numbers.min())), abs(int(numbers.max())))
