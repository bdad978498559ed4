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
# Numbers of the maps that are looked at together.
MAPS_AT_ONCE = 2**18


def work_of(padded: np.ndarray, filters: np.ndarray, plans: Plans) -> Work:
    """Return the sizes of the maps of padded images."""
    images, height, width, _ = padded.shape
    c_in, c_out = filters.shape[2:]
    return Work(images, height, width, c_in, c_out, plans, padded.itemsize)


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
    of_filters = np.sqrt(np.einsum("mnco,mnco->o", filters, filters, dtype=float))
    of_images = np.sqrt(np.einsum("bijc,bijc->b", padded, padded, dtype=float))
    products = np.outer(of_images, of_filters)
    if not np.all((products == 0) | ((products > 1e-140) & (products < 1e140))):
        return False
    points = math.prod(padded.shape[1:3])
    one = roundings(points, 1, 1, 0) * products + roundings(points, 0, 0, 1) * norms
    least = one * (1 / tolerated(padded.dtype, cells) + float(np.finfo(float).eps))
    room = im2col_nanoseconds(work_of(padded, filters, plans)) / 2
    heaviest = None
    at_once = max(1, MAPS_AT_ONCE // maps[0].size)
    for start in range(0, len(padded), at_once):
        some = slice(start, start + at_once)
        doubtful = np.flatnonzero(~(np.abs(maps[some]) >= least[some, None, None]))
        if not len(doubtful):
            continue
        if heaviest is None:
            heaviest = _heaviest(filters)
        windows = _Windows(padded[some], filters, plans, maps[some])
        doubtful = windows.asked(doubtful, least[some], heaviest)
        room -= len(doubtful) * (INSIDE + CELL * cells)
        if room < 0:
            return False
        windows.sum(doubtful)
    return True


def _heaviest(filters: np.ndarray) -> np.ndarray:
    """Return the places of the largest weights of each filter: array (so many, c_out)."""
    weights = np.abs(filters).reshape(-1, filters.shape[3])
    many = min(ASKED, len(weights))
    return np.argpartition(weights, len(weights) - many, axis=0)[-many:]


class _Windows:
    """Windows on images, by their places in the flattened maps."""

    def __init__(
        self, images: np.ndarray, filters: np.ndarray, plans: Plans, maps: np.ndarray
    ) -> None:
        self.images, self.filters, self.plans, self.maps = images, filters, plans, maps

    def asked(self, where: np.ndarray, least: np.ndarray, heaviest: np.ndarray) -> np.ndarray:
        """Return those in which some of the heaviest cells don't make up enough."""
        vertical, horizontal = self.plans
        weights = self.filters.reshape(-1, self.filters.shape[3])
        sizes = np.zeros(len(where))
        for start in range(0, len(heaviest), ASKED_AT_ONCE):
            b, i, j, o = np.unravel_index(where, self.maps.shape)
            for cells in heaviest[start : start + ASKED_AT_ONCE]:
                m, n, c = (each[o] for each in np.unravel_index(cells, self.filters.shape[:3]))
                rows = i * vertical.stride + m * vertical.dilation
                columns = j * horizontal.stride + n * horizontal.dilation
                seen = self.images[b, rows, columns, c]
                sizes += np.abs(seen * weights[cells, np.arange(len(cells))][o], dtype=float)
            kept = ~(sizes >= least[b, o])
            where, sizes = where[kept], sizes[kept]
        return where

    def sum(self, where: np.ndarray) -> None:
        """Write their direct sums into the maps."""
        seen = windows_on(self.images, self.plans)
        banks = self.filters.reshape(-1, self.filters.shape[3]).T
        at_once = max(1, TOGETHER // banks.shape[1])
        for start in range(0, len(where), at_once):
            b, i, j, o = np.unravel_index(where[start : start + at_once], self.maps.shape)
            cells = seen[b, i, j].reshape(len(b), -1)
            self.maps[b, i, j, o] = np.einsum("ij,ij->i", cells, banks[o], dtype=float)
