"""How much rounding a Fourier transform leaves, and where that is too much.

The direct sum rounds each output in proportion to the numbers under its window, a transform rounds
all alike, in proportion to the largest. Where the numbers differ much, small outputs of a transform
have no right digit left. `correlate_safely` transforms only where that can't be. Where a sum is
small beside the rounding, it looks whether the sizes under the window, Σ |x|·|k|, are small as
well, by another transform in single precision; if so the direct sum takes its place.
"""

import math

import numpy as np

from course_utils.convolution.direct_sums import correlate_directly
from course_utils.convolution.fourier import Circle, fft_part
from course_utils.convolution.path_costs import (
    Work,
    direct_nanoseconds,
    transformed_axes,
    transforms,
)
from course_utils.convolution.tiles import Part, part_of, tiles
from course_utils.convolution.windows import fill_around, pad_for

# A transform may round this many times as much as one rounding of Σ |x|·|k|, in float64; 64 cells
# of a larger kernel count as one more, since the direct sum rounds after each.
MOST_ROUNDINGS = 1024
# Of one rounding of a float32, if that is the result's dtype.
MOST_OF_A_SINGLE = 0.25

# So many of the kernel's cells are asked first, if not more than this part of the windows is
# doubtful.
HEAVIEST = 12
MOST_ASKED = 0.2

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
    # Beyond these the norms would leave what a float64 can hold.
    magnitudes = (largest, heaviest, largest * heaviest)
    if not 1e-140 < min(magnitudes) <= max(magnitudes) < 1e140:
        return False
    sums = double.correlate(part)
    # No sum of sizes is smaller than the sum itself.
    least = _least(double, part, tolerance)
    # Written so that a NaN, of numbers too large to transform, is doubtful too.
    doubtful = ~(np.abs(sums) >= least)
    _ask_the_heaviest(doubtful, least, part)
    most = direct_nanoseconds(Work(1, part.height, part.width, 1, 1, part.plans, 8))
    if _windows_nanoseconds(doubtful, part) > most / 8:
        sizes = single.correlate(part, (1 / largest, 1 / heaviest))
        doubtful &= ~(sizes >= _least(single, part, tolerance))
        del sizes
    empty = None
    if doubtful.any():
        empty = ~_sees_anything(part)
        doubtful &= ~empty
        if _windows_nanoseconds(doubtful, part) > most:
            return False
    out[...] = sums
    if empty is not None:
        out[empty] = 0
        for i, j in np.argwhere(doubtful).tolist():
            out[i, j] = _one_window(part, i, j)
    return True


def _least(circle: Circle, part: Part, tolerance: float) -> float:
    """Return from which size on a sum isn't too small for the rounding of a transform in float64."""
    points = math.prod(circle.lengths[axis] for axis in transformed_axes(part.plans))
    rounding = roundings(points, circle.image_norm, circle.kernel_norm, circle.output_norm)
    return rounding * (1 / tolerance + float(np.finfo(circle.dtype).eps))


def _ask_the_heaviest(doubtful: np.ndarray, least: float, part: Part) -> None:
    """Clear the doubts about windows in which the heaviest cells alone make up enough."""
    where = np.flatnonzero(doubtful)
    if not 0 < len(where) < MOST_ASKED * doubtful.size:
        return
    weights = np.abs(part.kernel).ravel()
    heaviest = np.argpartition(weights, -min(HEAVIEST, len(weights)))[-HEAVIEST:]
    padded = pad_for(part.image, part.plans, np.dtype(float), first=0)
    vertical, horizontal = part.plans
    i, j = np.divmod(where, horizontal.size)
    begins = i * (vertical.stride * padded.shape[1]) + j * horizontal.stride
    m, n = np.divmod(heaviest, horizontal.k)
    cells = m * (vertical.dilation * padded.shape[1]) + n * horizontal.dilation
    sizes = np.zeros(len(where))
    for cell, weight in zip(cells.tolist(), weights[heaviest].tolist(), strict=True):
        sizes += weight * np.abs(padded.ravel().take(begins + cell))
    doubtful.ravel()[where[sizes >= least]] = False


def _windows_nanoseconds(doubtful: np.ndarray, part: Part) -> float:
    return np.count_nonzero(doubtful) * (WINDOW + part.kernel.size)


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
