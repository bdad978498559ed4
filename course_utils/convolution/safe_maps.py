"""Feature maps by Fourier transforms, with the digits that the direct sum keeps (`rounding`)."""

import math

import numpy as np

from course_utils.convolution.fourier import correlate_by_fft, maps_by_fft
from course_utils.convolution.path_costs import Work, im2col_nanoseconds
from course_utils.convolution.rounding import correlate_safely, roundings, tolerated
from course_utils.convolution.single_windows import ASKED, CELL, INSIDE, TOGETHER
from course_utils.convolution.tiles import Part
from course_utils.convolution.windows import Plans, windows_on

# So many cells of a window are asked before those that know enough are left out.
ASKED_AT_ONCE = 3


def maps_of_pairs(
    padded: np.ndarray, filters: np.ndarray, plans: Plans, dtype: np.dtype, *, safe: bool = True
) -> np.ndarray:
    """Return the feature maps of padded images, each channel by each filter and a tile at a time.

    If `safe`, with the digits of the direct sum; the filters then have to be finite.
    """
    vertical, horizontal = (plan._replace(before=0, after=0) for plan in plans)
    c_in, c_out = filters.shape[2:]
    out = np.empty((len(padded), vertical.size, horizontal.size, c_out), dtype)
    for image, maps in zip(padded, out, strict=True):
        for o in range(c_out):
            for c in range(c_in):
                part = Part(image[..., c], filters[..., c, o], (vertical, horizontal))
                sums = maps[..., o] if c == 0 else np.empty(part.size, dtype)
                if safe:
                    correlate_safely(part, dtype, sums)
                else:
                    correlate_by_fft(part, sums)
                if c:
                    maps[..., o] += sums
    return out


def maps_together(padded: np.ndarray, filters: np.ndarray, plans: Plans) -> np.ndarray | None:
    """Return the feature maps of padded images, all transformed; None if that isn't safe."""
    norms = np.empty((len(padded), filters.shape[3]))
    maps = maps_by_fft(padded, filters, plans, padded.dtype, norms)
    # What isn't finite spreads over all cells.
    if not (np.isfinite(norms).all() and np.isfinite(maps).all()):
        return None
    return maps if _mended(maps, norms, padded, filters, plans) else None


def _mended(
    maps: np.ndarray, norms: np.ndarray, padded: np.ndarray, filters: np.ndarray, plans: Plans
) -> bool:
    """Sum directly what is too small for the rounding of `maps`; say whether that was worth it."""
    cells = filters[..., 0].size
    of_filters = np.sqrt(np.square(filters, dtype=float).sum(axis=(0, 1, 2)))
    lightest = np.min(of_filters, where=of_filters > 0, initial=np.inf)
    if math.isinf(lightest):
        return True
    of_images = np.sqrt(np.square(padded, dtype=float).sum(axis=(1, 2, 3)))
    tolerance = tolerated(padded.dtype, cells)
    points = math.prod(padded.shape[1:3])
    one_image = Work(1, *padded.shape[1:3], *filters.shape[2:], plans, padded.itemsize)
    room = im2col_nanoseconds(one_image) / 2
    eps = float(np.finfo(float).eps)
    for image, of_map, norm, some in zip(padded, norms, of_images, maps, strict=True):
        if norm == 0:
            some[...] = 0
            continue
        if not 1e-140 < norm * lightest <= norm * of_filters.max() < 1e140:
            return False
        least = np.array([roundings(points, norm, *both) for both in zip(of_filters, of_map)])
        least *= 1 / tolerance + eps
        doubtful = np.flatnonzero(~(np.abs(some) >= least))
        doubtful = _asked(doubtful, least, image, filters, plans)
        if len(doubtful) * (INSIDE + CELL * cells) > room:
            return False
        _sum(doubtful, image, filters, plans, some)
    return True


def _asked(
    doubtful: np.ndarray, least: np.ndarray, image: np.ndarray, filters: np.ndarray, plans: Plans
) -> np.ndarray:
    """Return `doubtful` without the windows in which some of the heaviest cells make up enough."""
    vertical, horizontal = plans
    weights = np.abs(filters).reshape(-1, filters.shape[3])
    heaviest = np.argsort(-weights, axis=0)[:ASKED]
    sizes = np.zeros(len(doubtful))
    for start, cells in enumerate(heaviest):
        i, j, o = np.unravel_index(doubtful, (vertical.size, horizontal.size, len(least)))
        m, n, c = np.unravel_index(cells[o], filters.shape[:3])
        rows = i * vertical.stride + m * vertical.dilation
        columns = j * horizontal.stride + n * horizontal.dilation
        sizes += np.abs(image[rows, columns, c], dtype=float) * weights[cells[o], o]
        if start % ASKED_AT_ONCE == ASKED_AT_ONCE - 1 or start == len(heaviest) - 1:
            kept = ~(sizes >= least[o])
            doubtful, sizes = doubtful[kept], sizes[kept]
    return doubtful


def _sum(
    where: np.ndarray, image: np.ndarray, filters: np.ndarray, plans: Plans, out: np.ndarray
) -> None:
    """Write the direct sums of these cells of the flattened maps of one image."""
    seen = windows_on(image[None], plans)[0]
    banks = filters.reshape(-1, filters.shape[3]).T
    at_once = max(1, TOGETHER // banks.shape[1])
    for start in range(0, len(where), at_once):
        i, j, o = np.unravel_index(where[start : start + at_once], out.shape)
        cells = seen[i, j].reshape(len(i), -1)
        out[i, j, o] = np.einsum("ij,ij->i", cells, banks[o], dtype=float)
