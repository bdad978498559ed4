"""How much rounding a Fourier transform leaves, and where that is too much.

The direct sum rounds each output in proportion to the numbers under its window, a transform rounds
all alike, in proportion to the largest. Where the numbers differ much, small outputs of a transform
have no right digit left. `correlate_safely` transforms only where that can't be. Where a sum is
small beside the rounding, it looks whether the sizes under the window, Σ |x|·|k|, are small as
well, by another transform in single precision; if so the direct sum takes its place
(`single_windows`). Where that would be so for many windows, smaller parts of image and kernel are
transformed, whose numbers differ less, and added up.
"""

import math
from collections.abc import Iterator

import numpy as np

from course_utils.convolution.direct_sums import correlate_directly
from course_utils.convolution.folded import Norms, correlate_in_shares
from course_utils.convolution.fourier import Circle, fft_part
from course_utils.convolution.path_costs import Work, direct_nanoseconds, fft_nanoseconds
from course_utils.convolution.single_windows import (
    ASKING,
    dispelled,
    sees_anything,
    sum_windows,
    windows_nanoseconds,
)
from course_utils.convolution.tiles import Part, Slices, part_of, tiles
from course_utils.convolution.transform_sizes import (
    POINTS_AT_ONCE,
    Transforms,
    circular_length,
    fast_length,
    transform_nanoseconds,
    transformed_axes,
    transforms,
)

# A transform may round this many times as much as one rounding of Σ |x|·|k|, in float64; 64 cells
# of a larger kernel count as one more, since the direct sum rounds after each.
MOST_ROUNDINGS = 1024
# Of one rounding of a float32, if that is the result's dtype.
MOST_OF_A_SINGLE = 0.25

WINDOWS_AT_ONCE = 2**18

# A part that isn't safe is cut in halves where its direct sum takes so many transforms' time: at
# each cut the transforms take up to four times as long together, and the direct sums less.
WORTH_DIVIDING = 4

Sides = tuple[int, int]


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
    tolerance = tolerated(dtype, whole.kernel.size)
    if how.points > POINTS_AT_ONCE:
        _in_shares(whole, tolerance, dtype, out)
    else:
        _in_tiles(whole, how, tolerance, dtype, out)


def _in_tiles(
    whole: Part, how: Transforms, tolerance: float, dtype: np.dtype, out: np.ndarray
) -> None:
    circles = Circle(how.lengths, how.framed), Circle(how.lengths, how.framed, np.float32)
    for where in tiles(whole.size, how.tile):
        part = fft_part(whole, where)
        if part is None:
            out[where] = 0
        elif not _transform(part, tolerance, circles, out[where]):
            out[where] = _divided(part_of(whole, where) or part, tolerance, dtype)


def tolerated(dtype: np.dtype, cells: int) -> float:
    """Return how many roundings of a float64 a transform may leave in a sum of so many cells."""
    if dtype.itemsize <= 4:
        return MOST_OF_A_SINGLE * float(np.finfo(np.float32).eps / np.finfo(np.float64).eps)
    return max(MOST_ROUNDINGS, cells // 64)


def _in_shares(whole: Part, tolerance: float, dtype: np.dtype, out: np.ndarray) -> None:
    """Write all of the output, in shares of its transform but for the rows where that isn't safe."""
    largest, heaviest = _largest(whole.image), _largest(whole.kernel)
    if not _moderate(largest, heaviest):
        _in_pieces(whole, slice(0, len(out)), tolerance, dtype, out)
        return
    sums = out if out.dtype == np.float64 else np.empty(whole.size)
    norms = correlate_in_shares(whole, sums, copied=sums is not out)
    least = _least(norms, norms.points, tolerance)
    work = Work(1, whole.height, whole.width, 1, 1, whole.plans, 8)
    at_once = max(1, WINDOWS_AT_ONCE // sums.shape[1])
    most = fft_nanoseconds(work) * min(1, at_once / len(sums))
    unsafe = []
    for start in range(0, len(sums), at_once):
        some = sums[start : start + at_once]
        doubtful = dispelled(_doubtful(some, least), least, whole, some.size, start)
        if windows_nanoseconds(doubtful, whole, start) > most:
            unsafe.append(slice(start, start + len(some)))
        else:
            sum_windows(doubtful, whole, some, start)
    if sums is not out:
        out[...] = sums
        del sums
    for rows in unsafe:
        _in_pieces(whole, rows, tolerance, dtype, out)


def _in_pieces(
    whole: Part, rows: slice, tolerance: float, dtype: np.dtype, out: np.ndarray
) -> None:
    """Write these rows: tiles of the output by pieces of the kernel, each transformed if safe."""
    band = part_of(whole, (rows, slice(0, whole.size[1])), crop=False)
    assert band is not None  # without cropping
    into = out[rows]
    for where, sums in _sums_of_pieces(band, *_sides_of_pieces(band), tolerance, dtype):
        into[where] = sums


def _sums_of_pieces(
    part: Part, of_tiles: Sides, of_pieces: Sides, tolerance: float, dtype: np.dtype
) -> Iterator[tuple[Slices, np.ndarray]]:
    """Yield each tile of the output and its sums, added up over pieces of the kernel."""
    for where in tiles(part.size, of_tiles):
        rows, columns = where
        total = np.zeros((rows.stop - rows.start, columns.stop - columns.start))
        for cells in tiles(part.kernel.shape, of_pieces):
            piece = part_of(part, where, cells)
            if piece is not None:
                total += _piece(piece, tolerance, dtype)
        yield where, total


def _piece(part: Part, tolerance: float, dtype: np.dtype) -> np.ndarray:
    """Return the sums of a part that is transformed at once, if at all."""
    if _direct_in_transforms(part) > 1:
        down, right = (
            fast_length(circular_length(plan, n), plan.k)
            for plan, n in zip(part.plans, part.image.shape, strict=True)
        )
        lengths = (down, right)
        out = np.empty(part.size)
        if _transform(part, tolerance, (Circle(lengths), Circle(lengths, dtype=np.float32)), out):
            return out
    return _divided(part, tolerance, dtype)


def _divided(part: Part, tolerance: float, dtype: np.dtype) -> np.ndarray:
    """Return the sums of a part whose transform isn't safe; those of its pieces may be."""
    out = np.empty(part.size)
    if _direct_in_transforms(part) < WORTH_DIVIDING:
        correlate_directly(part, dtype, out)
        return out
    of_tiles = -(-part.size[0] // 2), -(-part.size[1] // 2)
    of_pieces = -(-part.kernel.shape[0] // 2), -(-part.kernel.shape[1] // 2)
    for where, sums in _sums_of_pieces(part, of_tiles, of_pieces, tolerance, dtype):
        out[where] = sums
    return out


def _direct_in_transforms(part: Part) -> float:
    """Return how many times as long as its transform the direct sum of a part takes."""
    work = Work(1, part.height, part.width, 1, 1, part.plans, 8)
    return direct_nanoseconds(work) / fft_nanoseconds(work)


def _sides_of_pieces(part: Part) -> tuple[Sides, Sides]:
    """Return sides of tiles and of pieces of the kernel that need no more than `POINTS_AT_ONCE`."""
    lengths = [max(plan.span, plan.reach) for plan in part.plans]
    # Along each axis a tile and a piece lie behind each other.
    cells = POINTS_AT_ONCE // 4
    shorter = min(*lengths, max(1, math.isqrt(cells)))
    down, right = (min(length, max(1, cells // shorter)) for length in lengths)
    vertical, horizontal = part.plans
    return (
        (max(1, down // vertical.stride), max(1, right // horizontal.stride)),
        (max(1, down // vertical.dilation), max(1, right // horizontal.dilation)),
    )


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
