"""The products and sums of the definition, for one image and one kernel, as fast as NumPy goes.

Four ways add them up, and for each the image and the kernel may be transposed first:

rows
    A product of matrices weights the rows of each window, then the shifted columns are added.
lines
    `numpy.correlate` of a row of the image with a row of the kernel, for each pair of rows.
shifts
    The image is multiplied by each cell of the kernel, shifted and added.

Each works on one tile of the output after another, so that the memory it needs beside input and
output doesn't grow with either.
"""

from math import lcm

import numpy as np
from numpy.lib.stride_tricks import as_strided

from course_utils.convolution.path_costs import Work, direct_way
from course_utils.convolution.tiles import Part, part_of, tiles
from course_utils.convolution.windows import AxisPlan, pad_for

Plans = tuple[AxisPlan, AxisPlan]
Sides = tuple[int, int]

# Bytes of weighted rows at once: they and what they are made from stay in a processor's cache.
ROOM_BYTES = 2**20
ROWS_AT_ONCE = 32

# Bytes of the part of the image that the windows of one tile see; it may have to be copied twice.
TILE_BYTES = 2**23


def correlate_directly(whole: Part, dtype: np.dtype, out: np.ndarray) -> None:
    """Write Σ_m Σ_n padded[i·s + m·d, j·s + n·d] · kernel[m, n] to `out`, summed as `dtype`."""
    dtype = np.dtype(dtype)
    blas = dtype in (np.float32, np.float64)
    work = Work(1, whole.height, whole.width, 1, 1, whole.plans, dtype.itemsize)
    way = direct_way(work, blas)
    if way.endswith("transposed"):
        whole, out, way = whole.transposed, out.T, way.removesuffix(" transposed")
    crop = bool(np.isfinite(whole.kernel).all())
    output_sides, kernel_sides = _sides(whole, way, TILE_BYTES // dtype.itemsize)
    for where in tiles(whole.size, output_sides):
        total = None
        for cells in tiles(whole.kernel.shape, kernel_sides):
            part = part_of(whole, where, cells, crop=crop)
            if part is None:
                continue
            first = total is None and out.dtype == dtype
            room = out[where] if first else np.empty(part.size, dtype)
            sums = _WAYS[way](_padded(part, dtype), part.kernel.astype(dtype), part.plans, room)
            total = sums if total is None else np.add(total, sums, out=total)
        if total is None:
            out[where] = 0
        elif out.dtype != dtype:
            out[where] = total


def as_one_line(whole: Part, dtype: np.dtype) -> np.ndarray | None:
    """Return the output if NumPy makes it from a signal as it is, else None."""
    (vertical, horizontal), image = whole.plans, whole.image
    if vertical.k * vertical.size * horizontal.stride * horizontal.dilation > 1:
        return None
    if len(image) > 1 or horizontal.before or horizontal.after or image.dtype != dtype:
        return None
    work = Work(1, whole.height, whole.width, 1, 1, whole.plans, dtype.itemsize)
    if direct_way(work, dtype in (np.float32, np.float64)) != "lines":
        return None
    return np.correlate(image[0], whole.kernel[0].astype(dtype, copy=False), "valid")[None]


def _sides(whole: Part, way: str, cells: int) -> tuple[Sides, Sides]:
    """Return the sides of the tiles of the output, and of the kernel, that keep to so many cells."""
    vertical, horizontal = whole.plans
    fewest = min(horizontal.k, max(1, cells // 4 // horizontal.dilation))
    k_w = min(fewest, 256 if way == "rows" else 2**16)
    widest = 4096 if way == "rows" else max(2**15, k_w)
    width = min(horizontal.size, widest, max(1, cells // 4 // horizontal.stride))
    lines = cells // (k_w * horizontal.dilation + width * horizontal.stride)
    k_h = min(vertical.k, max(1, lines // 2 // vertical.dilation))
    height = min(vertical.size, max(1, lines // 2 // vertical.stride))
    return (height, width), (k_h, k_w)


def _padded(part: Part, dtype: np.dtype) -> np.ndarray:
    """Return the image with its zeros and each row contiguous; never write into it."""
    image, aligned = part.image, part.image.flags.aligned
    zeros = any(plan.before or plan.after for plan in part.plans)
    if image.dtype == dtype and not zeros and aligned and image.strides[1] == dtype.itemsize:
        return image
    return pad_for(image, part.plans, dtype, first=0)


def by_rows(
    padded: np.ndarray, kernel: np.ndarray, plans: Plans, out: np.ndarray | None = None
) -> np.ndarray:
    """Weight the rows of each window by one matrix product, then add the shifted columns.

    For output row i the product kernel.T @ padded[rows of the window] holds, for each kernel column
    n and each image column, the sum over the kernel's rows. Only k_w shifted additions are left,
    instead of k_h·k_w, and the rest runs at the speed of the BLAS library.
    """
    vertical, horizontal = plans
    width = (horizontal.k - 1) * horizontal.dilation + horizontal.reach
    down, right = padded.strides
    windows = as_strided(
        padded,
        (vertical.size, vertical.k, width),
        (down * vertical.stride, down * vertical.dilation, right),
        writeable=False,
    )
    weights = np.ascontiguousarray(kernel.T)
    out = np.empty((vertical.size, horizontal.size), padded.dtype) if out is None else out
    at_once = ROOM_BYTES // (horizontal.k * width * padded.itemsize)
    at_once = min(max(1, at_once), ROWS_AT_ONCE, vertical.size)
    room = np.empty((at_once, horizontal.k, width), padded.dtype)
    for start in range(0, vertical.size, at_once):
        rows = out[start : start + at_once]
        sums = matmul_quietly(weights, windows[start : start + len(rows)], room[: len(rows)])
        rows[...] = sums[:, 0, : horizontal.reach : horizontal.stride]
        for n in range(1, horizontal.k):
            left = n * horizontal.dilation
            rows += sums[:, n, left : left + horizontal.reach : horizontal.stride]
    return out


def by_lines(padded: np.ndarray, kernel: np.ndarray, plans: Plans, out: np.ndarray) -> np.ndarray:
    """Correlate each row of the kernel with the row of the image that lies under it.

    With stride s and dilation d every cell of the kernel meets the same cells modulo their least
    common multiple: those are correlations without stride and dilation, of which no product is
    thrown away.
    """
    vertical, horizontal = plans
    s, d = horizontal.stride, horizontal.dilation
    period = lcm(s, d)
    if vertical.k == 1 and period == 1:
        for i, row in enumerate(out):
            line = padded[i * vertical.stride, : horizontal.reach + horizontal.span - 1]
            row[...] = np.correlate(line, kernel[0], "valid")
        return out
    out[...] = 0
    for t in range(min(period // s, horizontal.size)):
        for p in range(min(period // d, horizontal.k)):
            lines, weights = padded[:, p * d + t * s :: period], kernel[:, p :: period // d]
            lines, weights = np.ascontiguousarray(lines), np.ascontiguousarray(weights)
            into = out[:, t :: period // s]
            length = into.shape[1] + weights.shape[1] - 1
            for i, row in enumerate(into):
                for m in range(vertical.k):
                    line = lines[i * vertical.stride + m * vertical.dilation, :length]
                    row += np.correlate(line, weights[m], "valid")
    return out


def by_shifts(padded: np.ndarray, kernel: np.ndarray, plans: Plans, out: np.ndarray) -> np.ndarray:
    """Add the shifted image once for each kernel cell: for any dtype."""
    vertical, horizontal = plans
    out[...] = 0
    at_once = max(1, ROOM_BYTES // (4 * horizontal.size * padded.itemsize))
    room = np.empty((min(at_once, vertical.size), horizontal.size), padded.dtype)
    for start in range(0, vertical.size, at_once):
        rows = out[start : start + at_once]
        reach = (len(rows) - 1) * vertical.stride + 1
        for m, n in np.ndindex(kernel.shape):
            top = start * vertical.stride + m * vertical.dilation
            left = n * horizontal.dilation
            seen = padded[
                top : top + reach : vertical.stride,
                left : left + horizontal.reach : horizontal.stride,
            ]
            rows += np.multiply(seen, kernel[m, n], out=room[: len(rows)])
    return out


_WAYS = {"rows": by_rows, "lines": by_lines, "shifts": by_shifts}


def matmul_quietly(one: np.ndarray, other: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return `np.matmul` without its warnings of invalid values.

    BLAS fills the edges of its blocks with zeros and multiplies those too, so that an infinity
    warns of a NaN which is in no result.
    """
    with np.errstate(invalid="ignore"):
        return np.matmul(one, other, out=out)
