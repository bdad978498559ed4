"""Single windows of a cross-correlation, by their places in the flattened output.

Where a transform may have lost digits in a few windows (`rounding`), they are looked at here: what
they see, how large Σ |x|·|k| is at least, how long their direct sums take; and they are summed.
"""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from course_utils.convolution.direct_sums import correlate_directly
from course_utils.convolution.tiles import Part, part_of
from course_utils.convolution.windows import AxisPlan, fill_around, pad_for

# So many cells of a window are asked, if not more than this part of the windows is doubtful.
ASKED = 12
MOST_ASKED = 0.2
# Nanoseconds for one window of asking all of them.
ASKING = 700.0

# Nanoseconds of one window's direct sum: inside the image, where many are summed together, and of
# one that reaches over its edge, beside its products; and of one cell.
INSIDE, ACROSS = 200.0, 15_000.0
CELL = 1.5

# Numbers of the windows inside that are summed together.
TOGETHER = 2**17

# Windows across the edge are summed a block of this side at a time, if so many of it are wanted.
BLOCK = 8
MOST_ALONE = 3
FEW_CELLS = 400


def dispelled(
    doubtful: np.ndarray, least: float, part: Part, count: int, row: int = 0
) -> np.ndarray:
    """Return `doubtful` without the windows in which a few cells alone make up enough.

    Parameters
    ----------
    doubtful
        Places of windows.
    least
        What Σ |x|·|k| has to be.
    part
        The cross-correlation.
    count
        Of all windows that were looked at.
    row
        The row of the output from which the places are counted.
    """
    for choose in (_heaviest_cells, _scattered_cells):
        if not 0 < len(doubtful) < MOST_ASKED * count:
            return doubtful
        windows = _Windows(part, doubtful, row)
        sizes = np.zeros(len(doubtful))
        for m, n, asked in choose(windows):
            rows = windows.first[0] + m * part.plans[0].dilation
            columns = windows.first[1] + n * part.plans[1].dilation
            # A negative place is a very large one, so that one comparison does for both ends.
            asked = asked & (rows.view(np.uint64) < part.image.shape[0])
            asked &= columns.view(np.uint64) < part.image.shape[1]
            seen = part.image[np.where(asked, rows, 0), np.where(asked, columns, 0)]
            sizes += np.abs(part.kernel[m, n] * seen, dtype=float) * asked
        doubtful = doubtful[~(sizes >= least)]
    return doubtful


class _Windows:
    """Where some windows begin, and what they see.

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

    @property
    def cells(self) -> np.ndarray:
        """How many cells of the kernel lie on the image."""
        height, width = self.sides
        return height * width


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


def windows_nanoseconds(where: np.ndarray, part: Part, row: int = 0) -> float:
    """Return how long `sum_windows` takes."""
    if not len(where):
        return 0.0
    cells = _Windows(part, where, row).cells
    across = np.count_nonzero(cells < part.kernel.size)
    alone = ACROSS if across <= MOST_ALONE else ACROSS / 4
    return INSIDE * len(where) + across * alone + CELL * float(cells.sum())


def sees_anything(where: np.ndarray, part: Part) -> np.ndarray:
    """Return of these windows whether a number that isn't 0 lies between their cells or on one."""
    if (
        len(where) * part.kernel.size < part.image.size
        or np.count_nonzero(part.image) == part.image.size
    ):
        # The direct sums find zeros themselves.
        return _Windows(part, where).cells > 0
    around = [(plan.before + 1, plan.after) for plan in part.plans]
    count = fill_around((part.image != 0).astype(np.int32), around)
    for axis, plan in enumerate(part.plans):
        np.cumsum(count, axis=axis, out=count)
        first = (slice(None),) * axis + (slice(0, plan.reach, plan.stride),)
        last = (slice(None),) * axis + (slice(plan.span, plan.span + plan.reach, plan.stride),)
        count = count[last] - count[first]
    return count.ravel()[where] > 0


def sum_windows(where: np.ndarray, part: Part, out: np.ndarray, row: int = 0) -> None:
    """Write the direct sums of these windows to `out`, the output from this row on."""
    if not len(where):
        return
    windows = _Windows(part, where, row)
    inside = windows.cells == part.kernel.size
    i, j = np.divmod(where, part.plans[1].size)
    _sum_inside([first[inside] for first in windows.first], part, out, (i[inside], j[inside]))
    _sum_across(i[~inside], j[~inside], part, out, row)


def _sum_inside(
    first: list[np.ndarray], part: Part, out: np.ndarray, places: tuple[np.ndarray, np.ndarray]
) -> None:
    """Sum windows that lie wholly on the image and begin at these of its cells."""
    if not len(first[0]):
        return
    image, kernel = part.image, part.kernel.astype(float, copy=False).ravel()
    seen = _seen_from_everywhere(image, part.plans)
    at_once = max(1, TOGETHER // len(kernel))
    for start in range(0, len(first[0]), at_once):
        some = slice(start, start + at_once)
        cells = seen[first[0][some], first[1][some]].reshape(-1, len(kernel))
        out[places[0][some], places[1][some]] = np.einsum("ij,j->i", cells, kernel)


def _seen_from_everywhere(image: np.ndarray, plans: tuple[AxisPlan, AxisPlan]) -> np.ndarray:
    """Return a view of the windows that begin at each cell of the image and don't leave it."""
    vertical, horizontal = plans
    (height, width), (down, right) = image.shape, image.strides
    return as_strided(
        image,
        (height - vertical.span + 1, width - horizontal.span + 1, vertical.k, horizontal.k),
        (down, right, down * vertical.dilation, right * horizontal.dilation),
        writeable=False,
    )


def _sum_across(i: np.ndarray, j: np.ndarray, part: Part, out: np.ndarray, row: int) -> None:
    """Sum windows that reach over the edge, those of a block together."""
    blocks = (i // BLOCK) * (part.plans[1].size // BLOCK + 1) + j // BLOCK
    order = np.argsort(blocks, kind="stable")
    ends = np.flatnonzero(np.diff(blocks[order])) + 1
    for some in np.split(order, ends):
        if len(some) <= MOST_ALONE:
            for down, right in zip(i[some].tolist(), j[some].tolist(), strict=True):
                out[down, right] = _one_window(part, row + down, right)
            continue
        top, bottom = int(i[some].min()), int(i[some].max()) + 1
        left, right = int(j[some].min()), int(j[some].max()) + 1
        block = part_of(part, (slice(row + top, row + bottom), slice(left, right)))
        out[i[some], j[some]] = _block(block)[i[some] - top, j[some] - left] if block else 0


def _block(part: Part) -> np.ndarray:
    """Return the whole output of a small part."""
    if part.kernel.size > FEW_CELLS:
        sums = np.empty(part.size)
        correlate_directly(part, sums.dtype, sums)
        return sums
    # Every call of NumPy counts here.
    strides = (slice(None, None, plan.stride) for plan in part.plans)
    seen = _seen_from_everywhere(pad_for(part.image, part.plans, np.dtype(float), 0), part.plans)
    return np.einsum("ijmn,mn->ij", seen[tuple(strides)], part.kernel)


def _one_window(part: Part, i: int, j: int) -> float:
    """Return the sum of one window, of as many cells as aren't zeros around the image."""
    seen = part_of(part, (slice(i, i + 1), slice(j, j + 1)))
    if seen is None:
        return 0.0
    down, right = (plan.dilation for plan in part.plans)
    return float(np.sum(seen.image[::down, ::right] * seen.kernel.astype(float, copy=False)))
