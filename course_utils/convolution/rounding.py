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
from course_utils.convolution.folded import Norms, correlate_in_shares
from course_utils.convolution.fourier import Circle, Plans, fft_part, maps_by_fft
from course_utils.convolution.path_costs import (
    POINTS_AT_ONCE,
    Work,
    direct_nanoseconds,
    fft_nanoseconds,
    transform_nanoseconds,
    transformed_axes,
    transforms,
)
from course_utils.convolution.single_windows import (
    ASKING,
    dispelled,
    sees_anything,
    sum_windows,
    windows_nanoseconds,
)
from course_utils.convolution.tiles import Part, part_of, tiles

# A transform may round this many times as much as one rounding of Σ |x|·|k|, in float64; 64 cells
# of a larger kernel count as one more, since the direct sum rounds after each.
MOST_ROUNDINGS = 1024
# Of one rounding of a float32, if that is the result's dtype.
MOST_OF_A_SINGLE = 0.25

WINDOWS_AT_ONCE = 2**18


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
    tolerance = _tolerance(dtype, whole.kernel.size)
    if how.points > POINTS_AT_ONCE and _in_shares(whole, tolerance, out):
        return
    circles = Circle(how.lengths, how.framed), Circle(how.lengths, how.framed, np.float32)
    for where in tiles(whole.size, how.tile):
        part = fft_part(whole, where)
        if part is None:
            out[where] = 0
        elif not _transform(part, tolerance, circles, out[where]):
            correlate_directly(part_of(whole, where) or part, dtype, out[where])


def maps_keep_digits(padded: np.ndarray, filters: np.ndarray, plans: Plans) -> bool:
    """Return whether `maps_by_fft` of these images keeps the digits of every number of the maps."""
    tolerance = _tolerance(padded.dtype, filters[..., 0].size)
    sizes_of_filters = np.abs(filters, dtype=float)
    heaviest = math.sqrt(np.square(sizes_of_filters).sum(axis=(0, 1, 2)).max())
    sums = sizes_of_filters.sum(axis=(0, 1, 2)).max()
    for image in padded:
        sizes = np.abs(image[None], dtype=float)
        norm = math.sqrt(np.sum(np.square(sizes)))
        if not math.isfinite(norm * sums):
            return False
        maps = maps_by_fft(sizes, sizes_of_filters, plans, float)
        # The output's norm is at most the image's times the sum of the weights (Young).
        rounding = roundings(sizes[0, :, :, 0].size, norm, heaviest, norm * sums)
        if not np.all(maps >= rounding * (1 / tolerance + float(np.finfo(float).eps))):
            return False
    return True


def _tolerance(dtype: np.dtype, cells: int) -> float:
    """Return how many roundings of a float64 a transform may leave in a sum of so many cells."""
    if dtype.itemsize <= 4:
        return MOST_OF_A_SINGLE * float(np.finfo(np.float32).eps / np.finfo(np.float64).eps)
    return max(MOST_ROUNDINGS, cells // 64)


def _in_shares(whole: Part, tolerance: float, out: np.ndarray) -> bool:
    """Write all of the output to `out` if that is safe, and say whether it was."""
    largest, heaviest = _largest(whole.image), _largest(whole.kernel)
    if not _moderate(largest, heaviest):
        return False
    sums = out if out.dtype == np.float64 else np.empty(whole.size)
    norms = correlate_in_shares(whole, sums)
    least = _least(norms, norms.points, tolerance)
    work = Work(1, whole.height, whole.width, 1, 1, whole.plans, 8)
    room = fft_nanoseconds(work)
    at_once = max(1, WINDOWS_AT_ONCE // sums.shape[1])
    for start in range(0, len(sums), at_once):
        some = sums[start : start + at_once]
        doubtful = dispelled(_doubtful(some, least), least, whole, some.size, start)
        room -= windows_nanoseconds(doubtful, whole, start)
        if room < 0:
            return False
        sum_windows(doubtful, whole, some, start)
    if sums is not out:
        out[...] = sums
    return True


def _transform(
    part: Part, tolerance: float, circles: tuple[Circle, Circle], out: np.ndarray
) -> bool:
    """Write one tile to `out` if that is safe, and say whether it was."""
    double, single = circles
    largest, heaviest = _largest(part.image), _largest(part.kernel)
    if largest == 0 or heaviest == 0:
        out[...] = 0
        return True
    if not _moderate(largest, heaviest):
        return False
    points = math.prod(double.lengths[axis] for axis in transformed_axes(part.plans))
    sums = double.correlate(part)
    # No sum of sizes is smaller than the sum itself.
    least = _least(double, points, tolerance)
    doubtful = _doubtful(sums, least)
    again = transform_nanoseconds(double.lengths, points) / 2
    summed = windows_nanoseconds(doubtful, part)
    if len(doubtful) * ASKING < again < summed:
        doubtful = dispelled(doubtful, least, part, sums.size)
        summed = windows_nanoseconds(doubtful, part)
    if summed > again:
        scale = 1 / largest / heaviest
        sizes = single.correlate(part, (1 / largest, 1 / heaviest)).ravel()
        noise = _rounding(single, points) * float(np.finfo(np.float32).eps)
        doubtful = doubtful[~(sizes[doubtful] >= least * scale + noise)]
        del sizes
    empty = doubtful[:0]
    if len(doubtful):
        sees = sees_anything(doubtful, part)
        doubtful, empty = doubtful[sees], doubtful[~sees]
        most = direct_nanoseconds(Work(1, part.height, part.width, 1, 1, part.plans, 8))
        if windows_nanoseconds(doubtful, part) > most:
            return False
    out[...] = sums
    if len(empty):
        out[np.divmod(empty, out.shape[1])] = 0
    sum_windows(doubtful, part, out)
    return True


def _doubtful(sums: np.ndarray, least: float) -> np.ndarray:
    """Return the places in the flattened sums of those that are small beside the rounding.

    A NaN, of numbers too large to transform, is one of them.
    """
    return np.flatnonzero(~(np.abs(sums) >= least))


def _moderate(largest: float, heaviest: float) -> bool:
    """Return whether such numbers are finite and their norms far from what a float64 can hold."""
    magnitudes = (largest, heaviest, largest * heaviest)
    return 1e-140 < min(magnitudes) <= max(magnitudes) < 1e140


def _rounding(norms: Circle | Norms, points: int) -> float:
    return roundings(points, norms.image_norm, norms.kernel_norm, norms.output_norm)


def _least(norms: Circle | Norms, points: int, tolerance: float) -> float:
    """Return from which size on a sum isn't too small for the rounding of its transform."""
    return _rounding(norms, points) * (1 / tolerance + float(np.finfo(float).eps))


def _largest(numbers: np.ndarray) -> float:
    """Return the largest absolute value, 0 of no numbers; NaN where there is one."""
    return float(max(-numbers.min(), numbers.max())) if numbers.size else 0.0
