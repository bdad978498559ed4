"""Pages as students photograph and draw them: one digit under every condition that is usual.

`CONDITIONS` holds a maker for each; the benchmark and the tests draw their pictures with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import ndimage

from course_utils.handwriting.sheets import photo, places, sheet
from course_utils.handwriting.surroundings import (
    corner,
    frame,
    next_page,
    on_a_table,
    ruled,
    squared,
    strip,
    thumb,
)
from course_utils.handwriting.writings import Random, Writing, placed


def _pen(pen: float) -> Callable[[Writing, Random], np.ndarray]:
    def make(write: Writing, random: Random) -> np.ndarray:
        page, _ = sheet(write, random, pen=pen)
        return page.astype(np.uint8)

    return make


def _mouse(side: int, pen: float) -> Callable[[Writing, Random], np.ndarray]:
    def make(write: Writing, random: Random) -> np.ndarray:
        cover = write(side * random.uniform(0.6, 0.85), pen)
        crisp = cover > 0.5 if cover.max() > 0.5 else cover > 0.3
        ground, ink = (255, 0) if random.random() < 0.6 else (0, 255)
        return np.where(placed(crisp, (side, side), random) > 0, ink, ground).astype(np.uint8)

    return make


def _chalk(write: Writing, random: Random) -> np.ndarray:
    page, cover = sheet(
        write,
        random,
        pen=random.uniform(5, 11),
        paper=random.uniform(25, 70),
        ink=random.uniform(170, 235),
    )
    dust = ndimage.gaussian_filter(random.normal(size=page.shape), 1.0)
    page += (
        cover * 110 * dust + 12 * ndimage.gaussian_filter(random.normal(size=page.shape), 12) * 12
    )
    return photo(page, random, grain=4)


def _whiteboard(write: Writing, random: Random) -> np.ndarray:
    page, _cover = sheet(
        write,
        random,
        pen=random.uniform(5, 9),
        paper=random.uniform(150, 200),
        ink=random.uniform(40, 90),
    )
    y, x = places(page.shape)
    for _ in range(3):
        cy, cx, size = random.uniform(0, 1, 2).tolist() + [random.uniform(0.08, 0.3)]
        page += random.uniform(30, 80) * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / size**2)
    return photo(page, random, grain=2)


def _shading(write: Writing, random: Random) -> np.ndarray:
    page, _ = sheet(write, random)
    y, x = places(page.shape)
    return photo(
        page
        - random.uniform(60, 130) * (random.uniform(0, 1) * y + random.uniform(0.3, 1) * x) / 1.5,
        random,
    )


def _hard_shadow(write: Writing, random: Random) -> np.ndarray:
    page, _ = sheet(write, random)
    y, x = places(page.shape)
    lean = random.uniform(-0.8, 0.8)
    side = (x - 0.5 + lean * (y - 0.5) > random.uniform(-0.25, 0.25)).astype(float)
    side = 1 - side if random.random() < 0.5 else side
    return photo(
        page * (1 - random.uniform(0.15, 0.45) * side), random, blur=random.uniform(0.6, 2)
    )


def _out_of_focus(write: Writing, random: Random) -> np.ndarray:
    pen = random.uniform(14, 26)
    cover = write(random.uniform(130, 160), pen)
    margin = int(random.uniform(8, 20))
    cover = np.pad(cover, margin)
    paper, ink = random.uniform(130, 210), random.uniform(30, 70)
    return photo(paper + cover * (ink - paper), random, blur=random.uniform(4, 8), grain=1)


def _cut_at_the_edge(write: Writing, random: Random) -> np.ndarray:
    cover = write(random.uniform(110, 160), random.uniform(7, 12))
    high, wide = cover.shape
    top, bottom, left, right = (int(random.integers(0, 4)) for _ in range(4))
    paper, ink = random.uniform(190, 240), random.uniform(20, 70)
    page = paper + cover * (ink - paper)
    if wide < 0.35 * high:
        page = np.pad(page, ((0, 0), (high // 4, high // 4)), constant_values=paper)
    return photo(
        page[top : page.shape[0] - bottom, left : page.shape[1] - right], random, blur=0.5, grain=2
    )


def _pencil(write: Writing, random: Random) -> np.ndarray:
    paper = random.uniform(200, 240)
    page, cover = sheet(
        write, random, pen=random.uniform(2, 4), paper=paper, ink=paper - random.uniform(40, 70)
    )
    page += cover * 20 * ndimage.gaussian_filter(random.normal(size=page.shape), 0.8)
    return photo(page, random, grain=random.uniform(2, 5))


def _far_away(write: Writing, random: Random) -> np.ndarray:
    page, _ = sheet(
        write, random, shape=(640, 800), height=random.uniform(60, 110), pen=random.uniform(2, 4)
    )
    _y, x = places(page.shape)
    return photo(page - 50 * x, random, blur=1.0)


def _binary(write: Writing, random: Random) -> np.ndarray:
    _page, cover = sheet(write, random)
    return np.where(cover > 0.5, 0, 255).astype(np.uint8)


def _like_mnist(write: Writing, random: Random) -> np.ndarray:
    cover = write(80, random.uniform(8, 12))
    fitted = ndimage.zoom(cover, 20 / max(cover.shape), order=1)
    return (255 * placed(fitted, (28, 28), random)).clip(0, 255).astype(np.uint8)


def _crumpled(write: Writing, random: Random) -> np.ndarray:
    page, _ = sheet(write, random)
    folds = ndimage.gaussian_filter(random.normal(size=page.shape), random.uniform(8, 25))
    page *= 1 + 0.12 * np.sign(folds) * np.abs(folds / folds.std()) ** 0.5 * 0.6
    return photo(page, random, grain=5)


CONDITIONS: dict[str, Callable[[Writing, Random], np.ndarray]] = {
    "pen of 1 pixel": _pen(1),
    "pen of 2 pixels": _pen(2),
    "pen of 5 pixels": _pen(5),
    "pen of 12 pixels": _pen(12),
    "pen of 22 pixels": _pen(22),
    "mouse, 28×28, 1 pixel": _mouse(28, 1.2),
    "mouse, 28×28, 3 pixels": _mouse(28, 3),
    "mouse, 100×100": _mouse(100, 3),
    "mouse, 400×400": _mouse(400, 9),
    "as MNIST's own": _like_mnist,
    "black and white": _binary,
    "far away, thin pen": _far_away,
    "pencil": _pencil,
    "shade on one side": _shading,
    "hard shadow": _hard_shadow,
    "strip of the table": strip,
    "corner of the table": corner,
    "page on a table": on_a_table,
    "thumb": thumb,
    "frame": frame,
    "next page": next_page,
    "ruled paper": ruled,
    "squared paper": squared,
    "crumpled paper": _crumpled,
    "out of focus": _out_of_focus,
    "cut at the edge": _cut_at_the_edge,
    "chalk": _chalk,
    "whiteboard": _whiteboard,
}


def number(
    writings: Sequence[Writing],
    random: Random,
    *,
    condition: str = "plain",
    gap: float | None = None,
) -> np.ndarray:
    """Draw several digits from left to right, of about one height, as a number.

    `condition` is "plain", "shade on one side" or "ruled paper".
    """
    height, pen = random.uniform(60, 110), random.uniform(3, 8)
    gap = random.uniform(0.15, 0.5) if gap is None else gap
    covers = [write(height * random.uniform(0.85, 1.1), pen) for write in writings]
    width = int(sum(one.shape[1] + gap * height for one in covers) + 60)
    shape = (int(height * 2.2), max(width, int(height * 2)))
    cover = np.zeros(shape)
    x = 30
    for one in covers:
        top = int(shape[0] / 2 - one.shape[0] / 2 + random.uniform(-0.08, 0.08) * height)
        part = cover[top : top + one.shape[0], x : x + one.shape[1]]
        np.maximum(part, one[: part.shape[0], : part.shape[1]], out=part)
        x += int(one.shape[1] + gap * height * random.uniform(0.7, 1.3))
    paper, ink = random.uniform(190, 240), random.uniform(20, 80)
    page = paper + cover * (ink - paper)
    y, across = np.mgrid[: shape[0], : shape[1]]
    if condition == "shade on one side":
        page = page - random.uniform(40, 100) * across / shape[1]
    elif condition == "ruled paper":
        step = height * random.uniform(0.3, 0.8)
        lines = (y + random.uniform(-0.02, 0.02) * across) % step < 1.6
        page = np.where(lines & (cover < 0.5), np.minimum(page, random.uniform(110, 200)), page)
    return photo(page, random)
