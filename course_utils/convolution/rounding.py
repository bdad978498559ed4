"""How much rounding a Fourier transform leaves, and where that is too much.

The direct sum rounds each output in proportion to the numbers under its window, a transform rounds
all alike, in proportion to the largest. Where the numbers differ much, small outputs of a transform
have no right digit left. `correlate_safely` transforms only where that can't be. Where a sum is
small beside the rounding, it looks whether the sizes under the window, Σ |x|·|k|, are small as
well, by another transform in single precision; if so the direct sum takes its place.
"""

import math
from collections.abc import Iterator

import numpy as np

from course_utils.convolution.direct_sums import correlate_directly
from course_utils.convolution.folded import Norms, correlate_in_shares
from course_utils.convolution.fourier import Circle, Plans, fft_part, maps_by_fft
from course_utils.convolution.path_costs import (
    POINTS_AT_ONCE,
    Work,
    direct_nanoseconds,
    fft_nanoseconds,
    transformed_axes,
    transforms,
)
from course_utils.convolution.tiles import Part, part_of, tiles
from course_utils.convolution.windows import fill_around

# A transform may round this many times as much as one rounding of Σ |x|·|k|, in float64; 64 cells
# of a larger kernel count as one more, since the direct sum rounds after each.
MOST_ROUNDINGS = 1024
# Of one rounding of a float32, if that is the result's dtype.
MOST_OF_A_SINGLE = 0.25

# So many cells of a window are asked first, if not more than this part of the windows is doubtful.
ASKED = 12
MOST_ASKED = 0.2
WINDOWS_AT_ONCE = 2**18

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
        doubtful = ~(np.abs(some) >= least)
        _dispel(doubtful, least, whole, start)
        room -= _windows_nanoseconds(doubtful, whole, start)
        if room < 0:
            return False
        for i, j in np.argwhere(doubtful).tolist():
            some[i, j] = _one_window(whole, start + i, j)
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
    # Written so that a NaN, of numbers too large to transform, is doubtful too.
    doubtful = ~(np.abs(sums) >= least)
    _dispel(doubtful, least, part)
    most = direct_nanoseconds(Work(1, part.height, part.width, 1, 1, part.plans, 8))
    if _windows_nanoseconds(doubtful, part) > most / 8:
        sizes = single.correlate(part, (1 / largest, 1 / heaviest))
        noise = float(np.finfo(np.float32).eps)
        doubtful &= ~(sizes >= _least(single, points, tolerance, noise))
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


def _moderate(largest: float, heaviest: float) -> bool:
    """Return whether such numbers are finite and their norms far from what a float64 can hold."""
    magnitudes = (largest, heaviest, largest * heaviest)
    return 1e-140 < min(magnitudes) <= max(magnitudes) < 1e140


def _least(
    norms: Circle | Norms, points: int, tolerance: float, noise: float = float(np.finfo(float).eps)
) -> float:
    """Return from which size on a sum isn't too small for the rounding of a transform in float64.

    `noise` is the `eps` of the transform from which the size is known.
    """
    rounding = roundings(points, norms.image_norm, norms.kernel_norm, norms.output_norm)
    return rounding * (1 / tolerance + noise)


def _dispel(doubtful: np.ndarray, least: float, part: Part, row: int = 0) -> None:
    """Clear the doubts about windows in which a few cells alone make up enough.

    `row` is that of the output at which `doubtful` begins.
    """
    for choose in (_heaviest_cells, _scattered_cells):
        where = np.flatnonzero(doubtful)
        if not 0 < len(where) < MOST_ASKED * doubtful.size:
            return
        windows = _Windows(part, where, row)
        sizes = np.zeros(len(where))
        for m, n, asked in choose(windows):
            rows = windows.first[0] + m * part.plans[0].dilation
            columns = windows.first[1] + n * part.plans[1].dilation
            # A negative place is a very large one, so that one comparison does for both ends.
            asked = asked & (rows.view(np.uint64) < part.image.shape[0])
            asked &= columns.view(np.uint64) < part.image.shape[1]
            seen = part.image[np.where(asked, rows, 0), np.where(asked, columns, 0)]
            sizes += np.abs(part.kernel[m, n] * seen, dtype=float) * asked
        doubtful.ravel()[where[sizes >= least]] = False


class _Windows:
    """Windows by their places in the flattened output: where each begins, and what it sees.

    `low` and `high` are, for each axis, the first cell of the kernel on the image and the one after
    the last; the others are on zeros.
    """

    def __init__(self, part: Part, where: np.ndarray, row: int = 0) -> None:
        self.kernel = part.kernel
        i, j = np.divmod(where, part.plans[1].size)
        self.first, self.low, self.high = [], [], []
        for plan, n, index in zip(part.plans, part.image.shape, (i + row, j), strict=True):
            first = index * plan.stride - plan.before
            self.first.append(first)
            self.low.append(np.maximum(0, -(first // plan.dilation)))
            self.high.append(np.minimum(plan.k, (n - 1 - first) // plan.dilation + 1))

    @property
    def sides(self) -> list[np.ndarray]:
        """Height and width of the part of the kernel that lies on the image."""
        return [np.maximum(high - low, 0) for low, high in zip(self.low, self.high, strict=True)]


def _heaviest_cells(windows: _Windows) -> Iterator[tuple[int, int, bool]]:
    """Yield the places of the largest weights: one in each of some bands of the kernel."""
    kernel = windows.kernel
    axis = 0 if len(kernel) >= kernel.shape[1] else 1
    for band in np.array_split(np.arange(kernel.shape[axis]), min(ASKED, kernel.shape[axis])):
        cells = np.take(kernel, band, axis)
        m, n = np.divmod(int(np.argmax(np.abs(cells))), cells.shape[1])
        yield (int(band[0] + m), int(n), True) if axis == 0 else (int(m), int(band[0] + n), True)


def _scattered_cells(
    windows: _Windows,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield for each window cells from all over what it sees, none of them twice."""
    sides = windows.sides
    asked = (np.maximum(*sides) >= ASKED) & (np.minimum(*sides) > 0)
    last = [np.maximum(side - 1, 0) for side in sides]
    for q in range(ASKED):
        # A step of 7 along the shorter axis, which has no divisor in common with the number.
        along = [np.where(sides[0] >= sides[1], q, 7 * q % ASKED)]
        along.append(np.where(sides[0] >= sides[1], 7 * q % ASKED, q))
        m, n = (
            np.clip(low + np.minimum(side * steps // ASKED, most), 0, k - 1)
            for low, side, steps, most, k in zip(
                windows.low, sides, along, last, windows.kernel.shape, strict=True
            )
        )
        yield m, n, asked


def _windows_nanoseconds(doubtful: np.ndarray, part: Part, row: int = 0) -> float:
    where = np.flatnonzero(doubtful)
    height, width = _Windows(part, where, row).sides
    return float(np.sum(WINDOW + height * width))


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
