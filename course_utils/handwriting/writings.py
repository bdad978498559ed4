"""What is written: digits of real hands and of drawn styles, as coverage by ink for any pen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from course_utils.handwriting import styles
from course_utils.handwriting.drawing import draw_strokes, smooth_path
from course_utils.handwriting.pen import cropped_to

Random = np.random.Generator
# Gives coverage by ink, 0 to 1, for a height in pixels and a width of the pen.
Writing = Callable[[float, float], np.ndarray]


def by_style(style: tuple[str, float], random: Random) -> Writing:
    """Return a writing in one of the styles of `styles`, in a hand drawn at random."""
    strokes = styles.written(style, 1.0, random)

    def write(height: float, pen: float) -> np.ndarray:
        scaled = [stroke * height for stroke in strokes]
        # The pen's curve swings out beyond the points that it runs through.
        way, margin = np.concatenate([smooth_path(one) for one in scaled]), pen / 2 + 1
        first, last = way.min(axis=0) - margin, way.max(axis=0) + margin
        wide, high = np.ceil(last - first).astype(int) + 1
        moved = [one - first for one in scaled]
        return cropped_to(draw_strokes(moved, (high, wide), pen=pen, paper=0, ink=255) / 255)

    return write


def by_hand(image: np.ndarray) -> Writing:
    """Return the writing of a real hand: an image of MNIST, (28, 28), written anew by a pen."""
    ink = cropped_to(np.asarray(image) / 255, 0.2)

    def write(height: float, pen: float) -> np.ndarray:
        share = max(height / max(ink.shape), 1.0)
        large = ndimage.zoom(np.pad(ink, 1), share, order=1, grid_mode=True, mode="nearest")
        inked = ndimage.gaussian_filter(large, 0.2 * share) > 0.5
        line = thinned(inked if inked.any() else large > 0.4)
        pad = int(pen / 2 + 3)
        away = ndimage.distance_transform_edt(~np.pad(line, pad))
        return cropped_to((pen / 2 - away + 0.5).clip(0, 1))

    return write


def as_it_is(image: np.ndarray) -> Writing:
    """Return the writing of a real hand with its own pen, whatever pen is asked for."""
    ink = cropped_to(np.asarray(image) / 255, 0.1)

    def write(height: float, pen: float) -> np.ndarray:
        share = height / max(ink.shape)
        large = ndimage.zoom(np.pad(ink, 1), share, order=1, grid_mode=True, mode="nearest")
        soft = ndimage.gaussian_filter(large, 0.3 * share)
        return cropped_to(((soft - 0.42) * max(share, 2) / 2 + 0.5).clip(0, 1))

    return write


def thinned(inked: np.ndarray) -> np.ndarray:
    """Return lines of one pixel (T. Zhang and C. Suen, "A fast parallel algorithm", 1984)."""
    inked = np.pad(inked, 1)
    while True:
        before = inked.sum()
        for first in (True, False):
            around = [
                np.roll(inked, (i, j), (0, 1))
                for i, j in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
            ]
            count = sum(one.astype(int) for one in around)
            turns = sum((~a & b).astype(int) for a, b in zip(around, around[1:] + around[:1]))
            up, right, down, left = around[0], around[2], around[4], around[6]
            ends = (
                (~(up & right & down) & ~(right & down & left))
                if first
                else (~(up & right & left) & ~(up & down & left))
            )
            inked = inked & ~((count >= 2) & (count <= 6) & (turns == 1) & ends)
        if inked.sum() == before:
            return inked[1:-1, 1:-1]


def placed(cover: np.ndarray, shape: tuple[int, int], random: Random) -> np.ndarray:
    """Put coverage somewhere near the middle of a page of this shape."""
    page = np.zeros(shape)
    (height, width), (high, wide) = shape, cover.shape
    top = int((height - high) * random.uniform(0.35, 0.65))
    left = int((width - wide) * random.uniform(0.35, 0.65))
    page[max(top, 0) : top + high, max(left, 0) : left + wide] = cover[:height, :width]
    return page
