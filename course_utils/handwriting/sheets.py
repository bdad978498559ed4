"""Sheets of paper with a digit on them, and what a camera makes of them."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from course_utils.handwriting.writings import Random, Writing, placed


def places(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[: shape[0], : shape[1]]
    return y / shape[0], x / shape[1]


def photo(page: np.ndarray, random: Random, *, blur: float = 0.8, grain: float = 3) -> np.ndarray:
    page = ndimage.gaussian_filter(page, blur) if blur else page
    return (
        (page + random.normal(scale=grain, size=page.shape)).round().clip(0, 255).astype(np.uint8)
    )


def sheet(
    write: Writing,
    random: Random,
    *,
    pen: float | None = None,
    height: float | None = None,
    shape: tuple[int, int] = (320, 260),
    paper: float | None = None,
    ink: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return a page of paper with ink, float, and where the ink is."""
    pen = random.uniform(4, 9) if pen is None else pen
    height = random.uniform(110, 190) if height is None else height
    paper = random.uniform(190, 240) if paper is None else paper
    ink = random.uniform(20, 80) if ink is None else ink
    cover = placed(write(height, pen), shape, random)
    return paper + cover * (ink - paper), cover
