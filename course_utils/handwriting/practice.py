"""Digits, and what is none, as many pens write them: pictures for a network to learn from.

Each picture ends as `like_mnist` would have left it: cropped, with the usual pen, fit into 20×20,
centred in 28×28.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from course_utils.handwriting import styles
from course_utils.handwriting.drawing import draw_strokes
from course_utils.handwriting.pen import centred, cropped_to, fit, with_usual_pen

FIELD = 84  # pixels along the side on which digits are bent: three times MNIST's
NONE = 10  # the class of what is no digit

_COARSE = 5  # points a side at which the bending is drawn at random


def finished(ink: np.ndarray) -> np.ndarray | None:
    """Return ink (h, w), 0 to 1, as `like_mnist` does, uint8 (28, 28); None if none is left."""
    if ink.max() < 0.3:
        return None
    return centred(fit(with_usual_pen(cropped_to(ink, 0.12))))


def is_narrow(image: np.ndarray) -> bool:
    """Tell whether a finished picture is so narrow that it might be meant as a 1."""
    return cropped_to(image, 40).shape[1] <= 8


def bent(
    image: np.ndarray,
    random: np.random.Generator,
    *,
    rotation: float = 15.0,
    slant: float = 0.3,
    stretch: float = 0.2,
    elastic: float = 0.035,
) -> np.ndarray:
    """Turn, slant, stretch and bend a square picture at random, onto `FIELD` pixels a side."""
    side = image.shape[0]
    angle = np.radians(random.uniform(-rotation, rotation))
    shear = random.uniform(-slant, slant)
    grow = random.uniform(1 - stretch, 1 + stretch)
    across = np.linspace(-0.62, 0.62, FIELD)
    y, x = across[:, None] / grow + 0 * across, across + 0 * across[:, None]
    x = x * grow + shear * y
    x, y = np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y
    x += _smooth_field(random, elastic)
    y += _smooth_field(random, elastic)
    places = np.stack([y, x]) * (side - 8 * side / 28) / 1.0 + (side - 1) / 2
    return ndimage.map_coordinates(image, places, order=1, mode="constant", prefilter=False)


def _smooth_field(random: np.random.Generator, amount: float) -> np.ndarray:
    values = random.normal(scale=amount * random.uniform(0.2, 1), size=(_COARSE, _COARSE))
    return _SPREAD @ values @ _SPREAD.T


def _spread() -> np.ndarray:
    """Return the matrix that makes `FIELD` values of `_COARSE` by smooth interpolation."""
    return ndimage.zoom(np.eye(_COARSE), (FIELD / _COARSE, 1), order=3, mode="nearest")


_SPREAD = _spread()


def with_a_pen(ink: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Make the strokes of `FIELD`² thinner or thicker, crisp or soft, now and then broken."""
    kind = random.random()
    if kind < 0.6:
        # The level at which a blurred stroke is cut decides how wide it becomes.
        soft = ndimage.gaussian_filter(ink, random.uniform(0.8, 2.6))
        level, edge = random.uniform(0.12, 0.62), random.uniform(0.1, 0.5)
        edge = min(edge, 1.9 * level)  # paper stays paper
        ink = ((soft / soft.max() - level) / edge + 0.5).clip(0, 1)
    elif kind < 0.8:
        ink = ndimage.grey_dilation(ink, footprint=_ROUND[int(random.integers(2))])
        if random.random() < 0.5:
            ink = ndimage.gaussian_filter(ink, random.uniform(0.5, 2.5))
            ink /= ink.max()
    elif kind < 0.86:
        ink = ndimage.gaussian_filter(ink, random.uniform(1, 4))
        ink /= ink.max()
    elif kind < 0.94:  # drawn with a mouse on few pixels, each black or white
        cell = int(random.choice([2, 3, 3, 4]))
        few = ink.reshape(FIELD // cell, cell, FIELD // cell, cell).mean(axis=(1, 3))
        ink = np.kron(few > random.uniform(0.2, 0.6) * few.max(), np.ones((cell, cell)))
    if random.random() < 0.06:
        ink = ink * _gap(random)
    if random.random() < 0.05:  # chalk and dry pens leave holes
        coarse = ndimage.gaussian_filter(random.normal(size=ink.shape), random.uniform(0.6, 1.5))
        ink = np.where(coarse > random.uniform(-2, -0.8) * coarse.std(), ink, 0)
    return ink


def _gap(random: np.random.Generator) -> np.ndarray:
    """Return a mask with one thin line of nothing across the picture."""
    angle = random.uniform(0, np.pi)
    y, x = np.mgrid[:FIELD, :FIELD] - FIELD / 2
    away = np.abs(x * np.cos(angle) + y * np.sin(angle) - random.uniform(-18, 18))
    return away > random.uniform(0.8, 2.2)


def with_losses(ink: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Spoil ink of `FIELD`² as cutting it out may: lines of paper, a side cut off, specks."""
    rows, columns = (np.flatnonzero((ink > 0.4).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return ink
    kind = random.random()
    if kind < 0.5:
        return _ruled(ink, random)
    if kind < 0.85:
        most = 0.08 * (rows[-1] - rows[0])
        kept = np.zeros_like(ink)
        top, bottom, left, right = (
            int(random.uniform(0, most)) if random.random() < 0.5 else 0 for _ in range(4)
        )
        if columns[-1] - columns[0] < 3 * most:  # of a 1 nothing would be left
            left = right = 0
        place = (
            slice(rows[0] + top, rows[-1] + 1 - bottom),
            slice(columns[0] + left, columns[-1] + 1 - right),
        )
        kept[place] = ink[place]
        return kept
    specked = ink.copy()
    for _ in range(int(random.integers(1, 4))):
        row, column = (
            random.integers(rows[0], rows[-1] + 1),
            random.integers(columns[0], columns[-1] + 1),
        )
        specked[row : row + 3, column : column + 3] = random.uniform(0.3, 1)
    return specked


def _ruled(ink: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Take lines of ruled or squared paper out of ink, stroke and all, and leave stubs of them."""
    y, x = np.mgrid[:FIELD, :FIELD]
    step, tilt = random.uniform(9, 30), random.uniform(-0.06, 0.06)
    wide, start = random.uniform(0.8, 2.2), random.uniform(0, step)
    lines = (y + tilt * x + start) % step < wide
    if random.random() < 0.5:
        lines |= (x - tilt * y + 2 * start) % step < wide
    patches = ndimage.gaussian_filter(random.normal(size=ink.shape), 4)
    patches /= patches.std()
    near = ndimage.maximum_filter(ink, int(random.integers(3, 9))) > 0.5
    worn = np.where(lines & (patches > random.uniform(-0.5, 1.5)), 0.3 * ink, ink)
    stubs = lines & near & (patches < random.uniform(-1.5, 0.5))
    return np.where(stubs, np.maximum(worn, random.uniform(0.3, 1)), worn)


_ROUND = (ndimage.generate_binary_structure(2, 1), np.ones((3, 3), bool))


def with_flourish(ink: np.ndarray, digit: int, random: np.random.Generator) -> np.ndarray:
    """Add what many hands add: a foot or flag to 1, a bar to 7, a stroke through 0."""
    rows, columns = (np.flatnonzero((ink > 0.4).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return ink
    top, bottom, left, right = rows[0], rows[-1], columns[0], columns[-1]
    high = bottom - top
    lines: list[list[tuple[float, float]]] = []

    def about(amount: float) -> float:
        return float(random.uniform(-amount, amount)) * high

    if digit == 1:
        foot_x = (
            float(np.flatnonzero(ink[max(bottom - 3, 0)] > 0.3).mean())
            if (ink[max(bottom - 3, 0)] > 0.3).any()
            else (left + right) / 2
        )
        head_x = (
            float(np.flatnonzero(ink[top + 3] > 0.3).mean())
            if (ink[top + 3] > 0.3).any()
            else (left + right) / 2
        )
        if random.random() < 0.7:
            reach = random.uniform(0.12, 0.4) * high
            lines.append(
                [(head_x, top + 1), (head_x - reach, top + random.uniform(0.1, 0.4) * high)]
            )
        if random.random() < 0.7:
            reach = random.uniform(0.12, 0.35) * high
            lines.append(
                [(foot_x - reach, bottom + about(0.03)), (foot_x + reach, bottom + about(0.03))]
            )
    elif digit == 7:
        middle = (top + bottom) / 2 + about(0.08)
        hit = np.flatnonzero(ink[int(middle)] > 0.3)
        at = float(hit.mean()) if len(hit) else (left + right) / 2
        reach = random.uniform(0.15, 0.32) * high
        tilt = about(0.06)
        lines.append([(at - reach, middle + tilt), (at + reach, middle - tilt)])
    elif digit == 0:
        over = random.uniform(-0.15, 0.15)
        wide = right - left
        ends = [
            (right + over * wide, top - over * high),
            (left - over * wide, bottom + over * high),
        ]
        if random.random() < 0.15:
            ends = [
                (left - over * wide, top - over * high),
                (right + over * wide, bottom + over * high),
            ]
        lines.append(ends)
    if not lines:
        return ink
    width = random.uniform(4, 8)
    drawn = draw_strokes(lines, ink.shape, pen=width, paper=0, ink=255) / 255
    return np.maximum(ink, drawn)


def drawn_style(style: tuple[str, float], random: np.random.Generator) -> np.ndarray:
    """Draw a style with a pen of random width on `FIELD`²."""
    strokes = styles.written(
        style, 62, random, wobble=random.uniform(0.01, 0.045), rotation=14, slant=0.3
    )
    corner = np.concatenate(strokes)
    middle = (FIELD - corner.max(axis=0)) / 2
    ink = draw_strokes(
        [one + middle for one in strokes],
        (FIELD, FIELD),
        pen=float(np.exp(random.uniform(np.log(1.5), np.log(15)))),
        paper=0,
        ink=255,
    )
    ink = ink / 255
    if random.random() < 0.4:
        ink = ndimage.gaussian_filter(ink, random.uniform(0.4, 2.5))
        ink /= max(ink.max(), 1e-9)
    return ink


def scribble(random: np.random.Generator) -> np.ndarray:
    """Draw one to four strokes that wander about, on `FIELD`²."""
    strokes = []
    for _ in range(int(random.integers(1, 5))):
        count = int(random.integers(3, 16))
        steps = random.normal(size=(count, 2)) * random.uniform(6, 22)
        if random.random() < 0.4:  # to and fro
            steps[::2, 0] = np.abs(steps[::2, 0]) + 10
            steps[1::2, 0] = -np.abs(steps[1::2, 0]) - 8
        if random.random() < 0.25:  # loops
            turn = np.cumsum(random.normal(0.9, 0.4, size=count))
            steps = random.uniform(5, 16) * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        path = random.uniform(20, FIELD - 20, size=2) + np.cumsum(steps, axis=0)
        strokes.append(path)
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1.0)
    strokes = [(one - low) * 60 / size + 12 for one in strokes]
    return (
        draw_strokes(strokes, (FIELD, FIELD), pen=random.uniform(1.5, 10), paper=0, ink=255) / 255
    )


def spoilt(digits: Sequence[np.ndarray], random: np.random.Generator) -> np.ndarray:
    """Make something that is no digit of two: halves, neighbours, mirrored, turned, overwritten.

    `digits` holds two pictures (`FIELD`, `FIELD`) of ink; the second one's neighbours to the right.
    """
    one, other = (cropped_to(np.maximum(ink, 0), 0.2) for ink in digits)
    kind = random.random()
    if kind < 0.35:  # side by side
        high = max(one.shape[0], other.shape[0])
        gap = int(random.integers(-6, 5))
        wide = max(one.shape[1] + other.shape[1] + gap, one.shape[1])
        page = np.zeros((high, wide))
        page[-one.shape[0] :, : one.shape[1]] = one
        place = page[-other.shape[0] :, wide - other.shape[1] :]
        np.maximum(place, other, out=place)
        return page
    if kind < 0.5:  # one above the other
        wide = max(one.shape[1], other.shape[1])
        gap = int(random.integers(0, 6))
        page = np.zeros((one.shape[0] + other.shape[0] + gap, wide))
        page[: one.shape[0], : one.shape[1]] = one
        page[-other.shape[0] :, : other.shape[1]] = other
        return page
    if kind < 0.75:  # cut out of two neighbours
        page = np.zeros((max(one.shape[0], other.shape[0]), one.shape[1] + other.shape[1] + 4))
        page[-one.shape[0] :, : one.shape[1]] = one
        page[-other.shape[0] :, one.shape[1] + 4 :] = other
        middle = one.shape[1] + 2
        half = int(random.uniform(0.25, 0.6) * middle)
        return page[:, max(middle - half, 0) : middle + half]
    # written over each other
    page = np.zeros((FIELD, FIELD))
    for ink in (one, other):
        page[: ink.shape[0], : ink.shape[1]] = np.maximum(page[: ink.shape[0], : ink.shape[1]], ink)
    return page
