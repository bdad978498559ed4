"""Ruled and squared paper: straight lines across the picture, found and taken out of the ink."""

from __future__ import annotations

import numpy as np

_SLOPES = 0.15  # the steepest tilt of the lines, either way: 8.5 degrees
_COVERED = 0.6  # share of the picture's width over which a line is seen
_POINTS = 20_000  # so many pixels suffice to find the slope
_MOST_INK = 0.45  # share of the picture; above it nothing is a line


def without_lines(ink: np.ndarray, faint: float) -> tuple[np.ndarray, int]:
    """Take straight lines that run across the picture out of the ink.

    Parameters
    ----------
    ink
        Array (h, w), 0 paper to 1 strong ink and above.
    faint
        From what on a pixel is inked.

    Returns
    -------
    ink : numpy.ndarray
        The same without the lines. Where a stroke crosses one, the stroke stays.
    count : int
        How many lines there were.
    """
    if min(ink.shape) < 40 or (ink > faint).mean() > _MOST_INK:
        return ink, 0
    level = _lines(ink, faint)
    upright = _lines(ink.T, faint)
    if not level and not upright:
        return ink, 0
    inked = ink > faint
    far = 3 + max(thickness for _, _, thickness in level + upright)
    gone = [_marked(inked, level), _marked(inked.T, upright).T]
    darker = _darker(ink, ink[gone[0] | gone[1]])
    rest = inked & ~gone[0] & ~gone[1]
    taken = np.zeros(ink.shape, bool)
    for lines, steps in zip(gone, (_DOWN, [step[::-1] for step in _DOWN])):
        taken |= lines & ~_is_crossed(rest, steps, far)
    return np.where(taken & ~darker, 0, ink), len(level) + len(upright)


def _lines(ink: np.ndarray, faint: float) -> list[tuple[float, float, int]]:
    """Return slope, offset and thickness of each straight line that runs from left to right."""
    height, width = ink.shape
    rows, columns = np.nonzero(ink > 0.7 * faint)
    if len(rows) < 0.4 * width:
        return []
    some = np.arange(len(rows))
    if len(rows) > _POINTS:
        some = np.random.default_rng(0).choice(len(rows), _POINTS, replace=False)
    part = len(rows) / min(len(rows), _POINTS)
    centre = columns - (width - 1) / 2

    def cover_of(slope: float, chosen: np.ndarray) -> np.ndarray:
        places = np.rint(rows[chosen] - slope * centre[chosen]).astype(int)
        places = places[(places >= 0) & (places < height)]
        return np.bincount(places, minlength=height) / width

    def sharpness(slope: float) -> float:
        cover = part * cover_of(slope, some)
        return float((cover[cover > 0.3] ** 2).sum())

    # All lines of a sheet have one slope: the one whose sums are sharpest. First roughly, on sums
    # over whole pixels at the picture's ends, then to a quarter of a pixel.
    rough = np.linspace(-_SLOPES, _SLOPES, max(3, int(2 * _SLOPES * width / 1.5) | 1))
    slope = max(rough, key=sharpness)
    step = rough[1] - rough[0]
    slope = max(np.linspace(slope - step, slope + step, 9), key=sharpness)
    found = _peaks(cover_of(slope, np.arange(len(rows))))
    # A single line may be a stroke: of a 7, an L, a 1 in a picture cut close around it.
    lines = [(float(slope), offset, thickness) for offset, thickness in found]
    return lines if len(lines) > 1 or (lines and _spans(ink, faint, *lines[0])) else []


def _peaks(cover: np.ndarray) -> list[tuple[float, int]]:
    """Return offset and thickness of each line, given for each row how much of it is inked."""
    found: list[tuple[float, int]] = []
    most, after = max(4, 0.025 * len(cover)), 0
    for row in np.flatnonzero(cover >= _COVERED):
        if row < after:
            continue
        start = end = int(row)
        highest = float(cover[row : row + 4].max())
        while end + 1 < len(cover) and cover[end + 1] >= 0.3 * highest:
            end += 1
        while start > after and cover[start - 1] >= 0.3 * highest:
            start -= 1
        after = end + 1
        if end - start + 1 <= most:
            found.append(((start + end) / 2, end - start + 1))
    if len(found) < 3:
        return found
    # Ruled paper is even: lines that are faint, or run through writing, are where they must be.
    offsets = np.array([offset for offset, _ in found])
    step = float(np.median(np.diff(offsets)))
    even = np.abs(np.diff(offsets) / step - np.rint(np.diff(offsets) / step)) < 0.12
    if even.mean() < 0.7 or step < 6:
        return found
    thickness = int(np.median([thick for _, thick in found]))
    place = offsets[0] % step
    while place < len(cover):
        nearest = float(offsets[np.abs(offsets - place).argmin()])
        # The step adds up its error: start afresh from the nearest line that was seen.
        place_now = nearest + round((place - nearest) / step) * step
        around = cover[max(int(place_now) - 3, 0) : int(place_now) + 4]
        if abs(place_now - nearest) > 0.5 * step and around.size and around.max() >= _COVERED / 2:
            near = max(int(place_now) - 3, 0) + int(around.argmax())
            found.append((float(near if around.max() < 0.9 else round(place_now)), thickness))
        place += step
    return found


def _spans(ink: np.ndarray, faint: float, slope: float, offset: float, thickness: int) -> bool:
    """Tell whether a line reaches both edges of the picture, and is thin."""
    height, width = ink.shape
    part = max(2, width // 25)
    ends = []
    for columns in (np.arange(part), np.arange(width - part, width)):
        middle = np.rint(offset + slope * (columns - (width - 1) / 2)).astype(int)
        near = [np.clip(middle + k, 0, height - 1) for k in range(-1, 2)]
        ends.append(np.mean([(ink[row, columns] > faint) for row in near], axis=1).max())
    return min(ends) > 0.7 and thickness <= max(2, 0.015 * height)


def _marked(inked: np.ndarray, lines: list[tuple[float, float, int]]) -> np.ndarray:
    """Return which inked pixels lie on lines that run from left to right."""
    height, width = inked.shape
    columns = np.arange(width)
    marked = np.zeros(inked.shape, bool)
    for slope, offset, thickness in lines:
        middle = offset + slope * (columns - (width - 1) / 2)
        for k in np.arange(-(thickness // 2) - 1, thickness // 2 + 2):
            rows = np.rint(middle + k).astype(int)
            fine = (rows >= 0) & (rows < height)
            marked[rows[fine], columns[fine]] = inked[rows[fine], columns[fine]]
    return marked


def _darker(ink: np.ndarray, on_lines: np.ndarray) -> np.ndarray:
    """Return which pixels are so dark that they can't be of the lines: strokes over them."""
    if not on_lines.size:
        return np.zeros(ink.shape, bool)
    tone = float(np.median(on_lines))
    spread = 1.4826 * float(np.median(np.abs(on_lines - tone)))
    return ink > max(0.5 * (1 + tone), tone + 4 * spread)


# Ways across a level line, each to be gone in both senses: rows and columns, in half pixels.
_DOWN = [(2, 0), (2, 2), (2, -2), (2, 1), (2, -1)]


def _is_crossed(rest: np.ndarray, steps: list[tuple[int, int]], far: int) -> np.ndarray:
    """Tell where a stroke crosses: other ink on both sides, along one of the ways."""
    crossed = np.zeros(rest.shape, bool)
    for step in steps:
        crossed |= _reach(rest, step, 1, far) & _reach(rest, step, -1, far)
    return crossed


def _reach(rest: np.ndarray, step: tuple[int, int], sign: int, far: int) -> np.ndarray:
    seen = np.zeros(rest.shape, bool)
    for k in range(1, far + 1):
        moved = np.zeros_like(rest)
        dy, dx = sign * k * step[0] // 2, sign * k * step[1] // 2
        height, width = rest.shape
        if abs(dy) >= height or abs(dx) >= width:
            break
        into = (slice(max(0, -dy), height - max(0, dy)), slice(max(0, -dx), width - max(0, dx)))
        out_of = (slice(max(0, dy), height - max(0, -dy)), slice(max(0, dx), width - max(0, -dx)))
        moved[into] = rest[out_of]
        seen |= moved
    return seen
