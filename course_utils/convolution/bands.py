"""A batch of images a band at a time, so that no padded or converted copy of all is needed.

The windows of some rows of the output see only some rows of the image. Those, with what lies beyond
the border, in the dtype to calculate in, are the images of a smaller call without padding.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from course_utils.convolution.borders import sources
from course_utils.convolution.windows import AxisPlan, Plans

# Bytes of one copy. Where the windows of a single row of the output need more, it has as many.
BAND_BYTES = 2**24
# The same in float64, for pooling, which copies it several times.
PART_BYTES = 2**23


class Band(NamedTuple):
    """The `padded` images that the windows of some output see: `where` that is, and the `plans`.

    `where` are slices of the batch, of the rows and of the columns of the output; `whole` says
    that they are all of it.
    """

    where: tuple[slice, slice, slice]
    padded: np.ndarray
    plans: Plans
    whole: bool


def bands(
    images: np.ndarray,
    plans: Plans,
    border: str,
    dtype: np.dtype,
    *,
    outside: float = 0,
    makes: int = 0,
    uncopied: float | None = None,
) -> Iterator[Band]:
    """Cut the output of a batch into bands, and yield the images that each needs.

    Parameters
    ----------
    images
        Array (batch, h, w, channels), at least one image.
    plans
        Where the windows lie.
    border
        One of `BORDERS`; for ``"zeros"`` the cells beyond hold `outside`.
    dtype
        Of the images that are yielded, contiguous. They may be views: never write into them.
    outside
        See `border`.
    makes
        How many numbers of the output are made of a window, if those count as well.
    uncopied
        Up to how many bytes of an image all are yielded as they are where no copy is needed; None
        for `BAND_BYTES`.
    """
    vertical, horizontal = plans
    count, h, w, channels = images.shape
    everywhere = slice(0, count), slice(0, vertical.size), slice(0, horizontal.size)
    padding = any(plan.before or plan.after for plan in plans)
    ready = not padding and images.dtype == dtype and images.flags.c_contiguous
    if ready and images[0].nbytes <= (BAND_BYTES if uncopied is None else uncopied):
        yield Band(everywhere, images, plans, True)
        return
    made = -(-makes // (vertical.stride * horizontal.stride))
    pixel = max(1, channels, made) * dtype.itemsize
    height, width = (n + plan.before + plan.after for n, plan in zip((h, w), plans, strict=True))
    fitting = BAND_BYTES // (pixel * height * width)
    at_once = min(max(1, fitting), count)
    rows_at_once, columns_at_once = vertical.size, horizontal.size
    if not fitting:
        rows_at_once, columns_at_once = _fitting(plans, pixel, height, width)
    for first in range(0, count, at_once):
        some = slice(first, min(first + at_once, count))
        for rows in _runs(vertical.size, rows_at_once):
            for columns in _runs(horizontal.size, columns_at_once):
                along = [
                    _part(plan, each, n, border)
                    for plan, each, n in zip(plans, (rows, columns), (h, w), strict=True)
                ]
                where, of_band = (some, rows, columns), (along[0][1], along[1][1])
                places = [each for each, _ in along]
                # In no variable: the last band would still be there while the next is made.
                yield Band(
                    where,
                    _take(images[some], places, dtype, outside),
                    of_band,
                    where == everywhere,
                )


def _fitting(plans: Plans, pixel: int, height: int, width: int) -> tuple[int, int]:
    """Return how many rows and columns of the output at once keep to `BAND_BYTES`.

    What neighbouring bands have in common is taken twice: they are as wide as the image where that
    leaves several windows' height, else about square, and never smaller than two windows.
    """
    vertical, horizontal = plans
    cells = BAND_BYTES // pixel
    rows, columns = cells // width, width
    if rows < 4 * vertical.span:
        rows = min(max(math.isqrt(cells), 2 * vertical.span), height)
        columns = min(max(cells // rows, 2 * horizontal.span), width)
    return (
        max(1, (rows - vertical.span) // vertical.stride + 1),
        max(1, (columns - horizontal.span) // horizontal.stride + 1),
    )


def _runs(n: int, at_once: int) -> Iterator[slice]:
    for start in range(0, n, at_once):
        yield slice(start, min(start + at_once, n))


def _part(
    plan: AxisPlan, windows: slice, n: int, border: str
) -> tuple[slice | np.ndarray, AxisPlan]:
    """Return which of n cells some windows see, −1 for what is outside, and the plan of those."""
    size = windows.stop - windows.start
    first = windows.start * plan.stride
    part = plan._replace(before=0, after=0, beyond=0, size=size)
    stop = first + part.reach + plan.span - 1
    if plan.before <= first and stop <= plan.before + n:
        return slice(first - plan.before, stop - plan.before), part
    return sources(n, plan.before, plan.after, border, slice(first, stop)), part


def _take(
    images: np.ndarray, along: list[slice | np.ndarray], dtype: np.dtype, outside: float
) -> np.ndarray:
    """Return these rows and columns of the images, contiguous and of this dtype."""
    rows, columns = along
    if isinstance(rows, slice) and isinstance(columns, slice):
        return np.ascontiguousarray(images[:, rows, columns], dtype)
    out = np.full((len(images), _count(rows), _count(columns), images.shape[3]), outside, dtype)
    (into_rows, from_rows), (into_columns, from_columns) = _inside(rows), _inside(columns)
    out[:, into_rows, into_columns] = images[:, from_rows][:, :, from_columns]
    return out


def _count(places: slice | np.ndarray) -> int:
    return places.stop - places.start if isinstance(places, slice) else len(places)


def _inside(places: slice | np.ndarray) -> tuple[slice, slice | np.ndarray]:
    """Return which of these places are cells, and which cells; as a slice where they follow."""
    if isinstance(places, slice):
        return slice(0, _count(places)), places
    inside = np.flatnonzero(places >= 0)
    if not len(inside):
        return slice(0, 0), slice(0, 0)
    where = slice(int(inside[0]), int(inside[-1]) + 1)
    cells = places[where]
    if (np.diff(cells) == 1).all():
        return where, slice(int(cells[0]), int(cells[-1]) + 1)
    return where, cells


def padded_parts(
    shape: tuple[int, ...], plans: Plans, row_bytes: int | None = None
) -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice], Plans]]:
    """Cut the output of a batch into bands, with the padding left to those who add it.

    Yields which images and which rows of the output it is, which images and which of their rows its
    windows see, and the plans for those.

    Parameters
    ----------
    shape
        (batch, h, w, channels) of the images.
    plans
        Where the windows lie.
    row_bytes
        Bytes that a row of an image's output needs while it is made; None where a float64 copy of
        the rows that it sees is needed.
    """
    vertical, horizontal = plans
    count, h, w, channels = shape
    rows_at_once = vertical.size
    if row_bytes is None:
        row = 8 * (w + horizontal.before + horizontal.after) * channels
        fitting = PART_BYTES // (row * (h + vertical.before + vertical.after))
        if not fitting:
            rows_at_once = max(1, (PART_BYTES // row - vertical.span) // vertical.stride + 1)
    else:
        fitting = PART_BYTES // (row_bytes * vertical.size)
        if not fitting:
            rows_at_once = max(1, PART_BYTES // row_bytes)
    at_once = min(max(1, fitting), max(1, count))
    end = h + vertical.after - vertical.beyond
    for first in range(0, max(1, count), at_once):
        some = slice(first, first + at_once)
        for rows in _runs(vertical.size, rows_at_once):
            start = rows.start * vertical.stride - vertical.before
            part = vertical._replace(size=rows.stop - rows.start)
            stop = start + part.reach + part.span - 1
            after, beyond = max(0, stop - h), max(0, stop - end)
            part = part._replace(before=max(0, -start), after=after, beyond=beyond)
            seen = slice(max(0, start), min(h, stop))
            yield (some, rows), (some, seen), (part, horizontal)
