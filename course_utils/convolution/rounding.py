"""How much rounding a Fourier transform leaves, and where that is too much.

The direct sum rounds each output in proportion to the numbers under its window, a transform rounds
all alike, in proportion to the largest. Where the numbers differ much, small outputs of a transform
have no right digit left. `correlate_safely` transforms only where that can't be: it computes the
sizes Σ |x|·|k| under every window as well, by transforms in single precision, and takes the direct
sum where a size is small.
"""

import math

import numpy as np

from course_utils.convolution.direct_sums import correlate_directly
from course_utils.convolution.fourier import Circle, fft_part, seen_by_windows
from course_utils.convolution.path_costs import Work, direct_nanoseconds, transforms
from course_utils.convolution.tiles import Part, part_of, tiles
from course_utils.convolution.windows import fill_around

# A transform may round this many times as much as one rounding of Σ |x|·|k|, in float64; 64 cells
# of a larger kernel count as one more, since the direct sum rounds after each.
MOST_ROUNDINGS = 1024
# Of one rounding of a float32, if that is the result's dtype.
MOST_OF_A_SINGLE = 0.25

# Nanoseconds of one window's direct sum, beside its products.
WINDOW = 15_000.0


def roundings(points: int, image: float, kernel: float, output: float) -> float:
    """Return what the rounding of one output stays below, as a multiple of the dtype's `eps`.

    Each transform adds errors of about 0.6·√log₂ n·eps of its norm, spread evenly over all n places
    as noise is (J. C. Schatzman, "Accuracy of the discrete Fourier transform and the fast Fourier
    transform", 1996); five times as much is met nowhere among millions.

    Parameters
    ----------
    points
        How many numbers are transformed.
    image, kernel, output
        Euclidean norms of what is transformed, and of the result.
    """
    return 3 * math.sqrt(math.log2(points + 1) / points) * (output + 2 * image * kernel)


def correlate_safely(whole: Part, dtype: np.dtype, out: np.ndarray) -> None:
    """Write what `correlate_directly` writes, by transforms wherever they keep its digits."""
    how = transforms(whole.plans, whole.image.shape)
    circles = Circle(how.lengths), Circle(how.lengths, np.float32)
    tolerance = MOST_OF_A_SINGLE * float(np.finfo(np.float32).eps / np.finfo(np.float64).eps)
    if dtype.itemsize > 4:
        tolerance = max(MOST_ROUNDINGS, whole.kernel.size // 64)
    for where in tiles(whole.size, how.tile):
        part = fft_part(whole, where)
        if part is None:
            out[where] = 0
        elif not _transform(part, tolerance, circles, out[where]):
            correlate_directly(part_of(whole, where) or part, dtype, out[where])


def _transform(
    part: Part, tolerance: float, circles: tuple[Circle, Circle], out: np.ndarray
) -> bool:
    """Write one tile to `out` if that is safe, and say whether it was."""
    double, single = circles
    largest, heaviest = _largest(part.image), _largest(part.kernel)
    if largest == 0 or heaviest == 0:
        out[...] = 0
        return True
    # Far from what a float64 can hold, the sizes could be lost themselves.
    if not 1e-250 < min(largest, heaviest, largest * heaviest):
        return False
    if not max(largest, heaviest, largest * heaviest) < 1e250:
        return False
    scales = (1 / largest, 1 / heaviest)
    norms = [
        float(np.linalg.norm(numbers.astype(float, copy=False) * scale))
        for numbers, scale in zip((part.image, part.kernel), scales, strict=True)
    ]
    points = math.prod(double.lengths)
    sums = None
    if part.image.min() >= 0 and part.kernel.min() >= 0:
        sums = double.correlate(part)
        sizes, noise, unit = sums, np.finfo(np.float64).eps, largest * heaviest
    else:
        sizes, noise, unit = single.correlate(part, scales), np.finfo(np.float32).eps, 1.0
    rounding = roundings(points, *norms, float(np.linalg.norm(sizes)) / unit)
    least = rounding * (1 / tolerance + noise) * unit
    # Written so that a NaN, of numbers too large to transform, is doubtful too.
    doubtful = ~(seen_by_windows(sizes, part.plans) >= least)
    del sizes
    empty = None
    if doubtful.any():
        empty = ~_sees_anything(part)
        doubtful &= ~empty
        work = Work(1, part.height, part.width, 1, 1, part.plans, 8)
        if np.count_nonzero(doubtful) * (WINDOW + part.kernel.size) > direct_nanoseconds(work):
            return False
    out[...] = seen_by_windows(double.correlate(part) if sums is None else sums, part.plans)
    if empty is not None:
        out[empty] = 0
        for i, j in np.argwhere(doubtful).tolist():
            out[i, j] = _one_window(part, i, j)
    return True


def _largest(numbers: np.ndarray) -> float:
    """Return the largest absolute value, 0 of no numbers; NaN where there is one."""
    return float(max(-numbers.min(), numbers.max())) if numbers.size else 0.0


def _sees_anything(part: Part) -> np.ndarray:
    """Return for every window whether a number that isn't zero lies between its cells or on one."""
    around = [(plan.before + 1, plan.after) for plan in part.plans]
    count = fill_around((part.image != 0).astype(np.int32), around)
    for axis, plan in enumerate(part.plans):
        np.cumsum(count, axis=axis, out=count)
        first = (slice(None),) * axis + (slice(0, plan.reach, plan.stride),)
        last = (slice(None),) * axis + (slice(plan.span, plan.span + plan.reach, plan.stride),)
        count = count[last] - count[first]
    return count > 0


def _one_window(part: Part, i: int, j: int) -> float:
    """Return the sum of one window, of as many cells as aren't zeros around the image."""
    seen = part_of(part, (slice(i, i + 1), slice(j, j + 1)))
    if seen is None:
        return 0.0
    down, right = (plan.dilation for plan in part.plans)
    return float(np.sum(seen.image[::down, ::right] * seen.kernel.astype(float, copy=False)))
