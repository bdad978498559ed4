"""A pen of our own: strokes drawn on a page that need not be evenly lit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_numeric


def draw_strokes(
    strokes: Sequence[ArrayLike],
    shape: tuple[int, int] = (200, 160),
    *,
    pen: float = 10.0,
    paper: float = 230.0,
    ink: float = 40.0,
    shading: float = 0.0,
    grain: float = 0.0,
    seed: int = 0,
) -> np.ndarray:
    """Draw with a round pen on a page that need not be evenly lit.

    Parameters
    ----------
    strokes
        One or more arrays (points, 2) of x (to the right) and y (down), in pixels. The pen runs
        through the points of each in a smooth curve.
    shape
        Height and width of the page in pixels.
    pen
        Width of the line in pixels.
    paper, ink
        Brightness, 0 to 255; ink may be the lighter of the two.
    shading
        How much darker the page is at its bottom right corner than at its top left one, in
        brightness; the ink lies in the same shade.
    grain
        Standard deviation of the noise in brightness.
    seed
        Of the noise.

    Returns
    -------
    numpy.ndarray
        uint8 (h, w).

    Raises
    ------
    ValueError
        If there are no strokes, one isn't (points, 2) with two points or more, or the pen isn't
        wider than nothing.
    """
    height, width = (as_integer("shape", side, 1) for side in shape)
    if not len(strokes):
        raise ValueError("strokes is empty: give at least one array (points, 2)")
    if not pen > 0:
        raise ValueError(f"pen is {pen}: give a width above 0, in pixels")
    nearest = np.full((height, width), np.inf)
    for stroke in strokes:
        points = as_numeric("strokes", stroke, ("points", "x and y"))
        if points.shape[1] != 2 or len(points) < 2:
            raise ValueError(
                f"strokes has one of shape {points.shape}: give (points, 2), two or more"
            )
        path = smooth_path(points.astype(float))
        for start, end in pairwise(path):
            _draw_nearer(nearest, start, end, pen / 2 + 1)
    covered = (pen / 2 - nearest + 0.5).clip(0, 1)
    rows, columns = np.mgrid[:height, :width]
    shade = shading * (rows / height + columns / width) / 2
    page = paper + covered * (ink - paper) - shade
    page += np.random.default_rng(seed).normal(scale=grain, size=page.shape) if grain else 0
    return page.round().clip(0, 255).astype(np.uint8)


def _draw_nearer(nearest: np.ndarray, start: np.ndarray, end: np.ndarray, reach: float) -> None:
    """Lower each pixel's distance to that from a straight piece, within reach of the pen."""
    low = np.floor(np.minimum(start, end) - reach).astype(int).clip(0)
    high = np.ceil(np.maximum(start, end) + reach).astype(int).clip(0) + 1
    part = nearest[low[1] : high[1], low[0] : high[0]]
    if not part.size:
        return
    x = np.arange(low[0], low[0] + part.shape[1]) - start[0]
    y = np.arange(low[1], low[1] + part.shape[0])[:, None] - start[1]
    dx, dy = end - start
    along = ((x * dx + y * dy) / max(dx * dx + dy * dy, 1e-12)).clip(0, 1)
    np.minimum(part, np.hypot(x - along * dx, y - along * dy), out=part)


def smooth_path(points: np.ndarray, pieces: int = 8) -> np.ndarray:
    """Return points on a curve through all of `points` (E. Catmull and R. Rom, 1974)."""
    padded = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    t = np.linspace(0, 1, pieces, endpoint=False)[:, None]
    curve = [
        0.5
        * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * (b - c) + d - a) * t**3)
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:])
    ]
    return np.concatenate([*curve, points[-1:]])
