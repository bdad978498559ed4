"""A part of the output as a smaller cross-correlation: what keeps the memory of large ones bounded.

The windows of a tile of the output see only some cells of the image; and where the kernel is larger
than the image, so that most of its cells lie on padding, only some cells of the kernel. Those parts,
with the zeros that are left around them, are a cross-correlation like the first.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from course_utils.convolution.windows import AxisPlan

Plans = tuple[AxisPlan, AxisPlan]
Slices = tuple[slice, slice]


class Part(NamedTuple):
    """A cross-correlation on arrays that are views of a larger one's."""

    image: np.ndarray
    kernel: np.ndarray
    plans: Plans

    @property
    def height(self) -> int:
        """Of the image with its zeros."""
        return self.image.shape[0] + self.plans[0].before + self.plans[0].after

    @property
    def width(self) -> int:
        """Of the image with its zeros."""
        return self.image.shape[1] + self.plans[1].before + self.plans[1].after

    @property
    def size(self) -> tuple[int, int]:
        """Of the output."""
        return self.plans[0].size, self.plans[1].size

    @property
    def transposed(self) -> "Part":
        """The same with the axes exchanged; its output is the transposed one."""
        return Part(self.image.T, self.kernel.T, self.plans[::-1])


def tiles(size: tuple[int, int], sides: tuple[int, int]) -> Iterator[Slices]:
    """Cut an output of this size into tiles of at most these sides, a row of tiles after another.

    The tiles along an axis are of nearly equal length.
    """
    for rows in _pieces(size[0], sides[0]):
        for columns in _pieces(size[1], sides[1]):
            yield rows, columns


def _pieces(n: int, side: int) -> Iterator[slice]:
    count = -(-n // max(1, side))
    for i in range(count):
        yield slice(i * n // count, (i + 1) * n // count)


def part_of(
    whole: Part, where: Slices, cells: Slices | None = None, *, crop: bool = True
) -> Part | None:
    """Return what the windows of one tile of the output need, None where they see no cell.

    Parameters
    ----------
    whole
        The cross-correlation that the part belongs to.
    where
        Rows and columns of its output.
    cells
        Rows and columns of its kernel; all if None.
    crop
        Leave out cells of the kernel that meet nothing but zeros. If false they stay, as zeros
        times an infinity aren't zero.
    """
    cells = cells or (slice(0, whole.plans[0].k), slice(0, whole.plans[1].k))
    along_rows, along_columns = (
        _part_of_axis(*axis, crop)
        for axis in zip(whole.plans, whole.image.shape, where, cells, strict=True)
    )
    if along_rows is None or along_columns is None:
        return None
    rows, kernel_rows, vertical = along_rows
    columns, kernel_columns, horizontal = along_columns
    return Part(
        whole.image[rows, columns],
        whole.kernel[kernel_rows, kernel_columns],
        (vertical, horizontal),
    )


def _part_of_axis(
    plan: AxisPlan, n: int, windows: slice, cells: slice, crop: bool
) -> tuple[slice, slice, AxisPlan] | None:
    # Where the first and the last window of the tile begin on the image, without its zeros.
    first = windows.start * plan.stride - plan.before
    last = (windows.stop - 1) * plan.stride - plan.before
    low, high = cells.start, cells.stop
    if crop:
        low = max(low, -(last // plan.dilation))
        high = min(high, (n - 1 - first) // plan.dilation + 1)
        if low >= high:
            return None
    start, stop = first + low * plan.dilation, last + (high - 1) * plan.dilation + 1
    before, after = max(0, -start), max(0, stop - n)
    seen = slice(min(max(start, 0), n), min(max(stop, 0), n))
    if seen.start == seen.stop:
        before, after = stop - start, 0
    size = windows.stop - windows.start
    part = plan._replace(before=before, after=after, k=high - low, size=size)
    return seen, slice(low, high), part
