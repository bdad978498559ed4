"""A sheet of paper that lies wholly in the picture: where it is, and the picture without the rest.

A photograph of a page on a table holds more table than ink, and edges longer than any stroke. A
light piece that nearly fills a rectangle, turned or not, is taken for the page; everything around it
becomes paper.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage, spatial

LEAST_SIDE = 0.3  # of a sheet, as a share of the picture's shorter side
LEAST_RECTANGULAR = 0.88  # of the smallest rectangle around it; an ellipse fills 0.79
MOST_RIM = 0.4  # of the picture's edge that a sheet may cover
LEAST_STEP = 0.12  # in brightness from the sheet to what lies around it
MOST_INK = 0.3  # of a sheet

_COARSE = 200  # pixels along the longer side, on which the sheet is looked for


def paper_sheet(grey: np.ndarray) -> np.ndarray | None:
    """Return the picture with paper in place of all that lies around a sheet.

    Parameters
    ----------
    grey
        Array (h, w), 0 black to 1 white.

    Returns
    -------
    numpy.ndarray or None
        Array (h, w); None where there is no such sheet.
    """
    step = max(1, -(-max(grey.shape) // _COARSE))
    calm = ndimage.gaussian_filter(grey, max(1.0, 0.5 * step))[::step, ::step]
    low, high = np.quantile(calm, (0.02, 0.98))
    if high - low < LEAST_STEP:
        return None
    light = calm > (low + high) / 2
    labels, count = ndimage.label(light)
    if not count:
        return None
    bare = labels == 1 + int(np.bincount(labels.ravel(), minlength=2)[1:].argmax())
    filled = ndimage.binary_fill_holes(bare)
    if not _is_sheet(filled, bare, calm):
        return None
    # The edge of a sheet is blurred, and its shadow lies beside it.
    inside = ndimage.binary_erosion(filled, iterations=3)
    paper = inside & light
    if not paper.any():
        return None
    whole = np.kron(inside, np.ones((step, step), bool))[: grey.shape[0], : grey.shape[1]]
    places = ndimage.distance_transform_edt(~paper, return_distances=False, return_indices=True)
    nearest = ndimage.gaussian_filter(calm[tuple(places)], 3)
    spread = np.kron(nearest, np.ones((step, step)))[: grey.shape[0], : grey.shape[1]]
    return np.where(whole, grey, spread)


def _is_sheet(filled: np.ndarray, bare: np.ndarray, calm: np.ndarray) -> bool:
    size = filled.sum()
    if size < LEAST_SIDE**2 * min(filled.shape) ** 2 or bare.sum() < (1 - MOST_INK) * size:
        return False
    rim = np.ones(filled.shape, bool)
    rim[1:-1, 1:-1] = False
    if filled[rim].mean() > MOST_RIM:
        return False
    sides = _smallest_rectangle(filled)
    if min(sides) < LEAST_SIDE * min(filled.shape) or size < LEAST_RECTANGULAR * np.prod(sides):
        return False
    # So near that a drawn frame counts as well.
    beside = ndimage.binary_dilation(filled, iterations=2) & ~filled
    return bool(np.median(calm[bare]) - np.median(calm[beside]) > LEAST_STEP)


def _smallest_rectangle(mask: np.ndarray) -> tuple[float, float]:
    """Return the sides of the smallest rectangle around a mask.

    It has a side in common with the convex hull (H. Freeman and R. Shapira, 1975).
    """
    rows, columns = np.nonzero(mask)
    # The four corners of each pixel.
    points = np.stack([np.r_[rows, rows, rows + 1, rows + 1], np.r_[(columns, columns + 1) * 2]], 1)
    corners = points[spatial.ConvexHull(points).vertices].astype(float)
    edges = np.roll(corners, -1, axis=0) - corners
    along = edges / np.linalg.norm(edges, axis=1, keepdims=True)
    across = along[:, ::-1] * (1, -1)
    lengths, widths = (np.ptp(corners @ axes.T, axis=0) for axes in (along, across))
    best = int((lengths * widths).argmin())
    return float(lengths[best]), float(widths[best])
