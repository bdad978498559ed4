"""Ruled and squared paper: straight lines across the picture, found and taken out of the ink."""

from __future__ import annotations

import numpy as np

_SLOPES = 0.15  # the steepest tilt of the lines, either way: 8.5 degrees
_COVERED = 0.6  # share of the picture's width over which a line is seen
_MOST_INK = 0.45  # share of the picture; above it nothing is a line


def without_lines(ink: np.ndarray, faint: float) -> tuple[np.ndarray, int]:
    """Take straight lines that run across the picture out of the ink.

    Parameters
    ----------
    ink
        Array (h, w), 0 paper to 1 ink.
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
    gone = np.zeros(ink.shape, bool)
    for lines, turned_gone in ((level, gone), (upright, gone.T)):
        turned = inked.T if turned_gone is not gone else inked
        for slope, offset, thickness in lines:
            _mark(turned_gone, turned, slope, offset, thickness)
    on_lines = ink[gone]
    kept = _crossings(ink, inked, gone, float(np.median(on_lines)) if on_lines.size else 0.0)
    return np.where(gone & ~kept, 0, ink), len(level) + len(upright)


def _lines(ink: np.ndarray, faint: float) -> list[tuple[float, float, int]]:
    """Return slope, offset and thickness of each straight line that runs from left to right."""
    height, width = ink.shape
    rows, columns = np.nonzero(ink > faint)
    if not len(rows):
        return []
    centre = columns - (width - 1) / 2
    count = max(3, int(2 * _SLOPES * width / 1.5) | 1)
    best: tuple[float, float, np.ndarray] | None = None
    # All lines of a sheet have one slope: the one whose sums are sharpest.
    for slope in np.linspace(-_SLOPES, _SLOPES, min(count, 161)):
        places = np.rint(rows - slope * centre).astype(int)
        inside = (places >= 0) & (places < height)
        cover = np.bincount(places[inside], minlength=height) / width
        sharp = float((cover[cover > 0.4] ** 2).sum())
        if best is None or sharp > best[0]:
            best = (sharp, float(slope), cover)
    _, slope, cover = best
    found, row = [], 0
    peaks = cover >= _COVERED
    while row < height:
        if not peaks[row]:
            row += 1
            continue
        end = row
        while end + 1 < height and cover[end + 1] >= 0.35 * cover[row:end + 1].max():
            end += 1
        start = row
        while start and cover[start - 1] >= 0.35 * cover[row]:
            start -= 1
        if end - start + 1 <= max(3, 0.03 * height):
            found.append((slope, (start + end) / 2, end - start + 1))
        row = end + 1
    # A single line may be a stroke: of a 7, an L, a 1 in a picture cut close around it.
    return found if len(found) > 1 or (found and _spans(ink, faint, *found[0])) else []


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


def _mark(gone: np.ndarray, inked: np.ndarray, slope: float, offset: float, thickness: int) -> None:
    height, width = gone.shape
    columns = np.arange(width)
    middle = offset + slope * (columns - (width - 1) / 2)
    for k in np.arange(-(thickness // 2) - 1, thickness // 2 + 2):
        rows = np.rint(middle + k).astype(int)
        fine = (rows >= 0) & (rows < height)
        gone[rows[fine], columns[fine]] |= inked[rows[fine], columns[fine]]


def _crossings(ink: np.ndarray, inked: np.ndarray, gone: np.ndarray, tone: float) -> np.ndarray:
    """Tell which pixels on the lines belong to strokes: darker than lines, or between two ends."""
    from scipy import ndimage

    darker = ink > 0.5 * (1 + tone) if tone < 0.75 else np.zeros(ink.shape, bool)
    rest = inked & ~gone
    # Ink on both sides of a line, seen from each pixel on it along four directions.
    thick = 2 + int(np.ceil(_thickness(gone)))
    kept = np.zeros(ink.shape, bool)
    for step in ((1, 0), (0, 1), (1, 1), (1, -1)):
        near = [_reach(rest, step, sign, thick) for sign in (1, -1)]
        kept |= near[0] & near[1]
    whole = (rest | darker | (kept & gone))
    return ndimage.binary_closing(whole, np.ones((3, 3))) & gone & (kept | darker)


def _reach(rest: np.ndarray, step: tuple[int, int], sign: int, far: int) -> np.ndarray:
    seen = np.zeros(rest.shape, bool)
    for k in range(1, far + 1):
        moved = np.zeros_like(rest)
        dy, dx = sign * k * step[0], sign * k * step[1]
        height, width = rest.shape
        if abs(dy) >= height or abs(dx) >= width:
            break
        into = (slice(max(0, -dy), height - max(0, dy)), slice(max(0, -dx), width - max(0, dx)))
        out_of = (slice(max(0, dy), height - max(0, -dy)), slice(max(0, dx), width - max(0, -dx)))
        moved[into] = rest[out_of]
        seen |= moved
    return seen


def _thickness(gone: np.ndarray) -> float:
    from scipy import ndimage

    if not gone.any():
        return 1.0
    return float(2 * np.median(ndimage.distance_transform_edt(np.pad(gone, 1))[1:-1, 1:-1][gone]))
