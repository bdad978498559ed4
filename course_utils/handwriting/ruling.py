"""Ruled and squared paper: straight lines across the picture, found and taken out of the ink."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

_SLOPES = 0.4  # the steepest tilt of the lines, either way: 22 degrees
_COVERED = 0.5  # share of the picture's width over which a line is seen
_COARSE = 360  # pixels a side of the picture in which lines are looked for first
_POINTS = 8_000  # so many pixels suffice for that
_MOST_TRIED = 150
_SPARSE = 0.1  # share of the picture that is inked; below it a line may be found by its neighbours
_MOST_INK = 0.45  # share of the picture; above it nothing is a line

Line = tuple[float, float, int]  # slope, row at the picture's middle column, thickness


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
    level, upright = _of_paper(_lines(ink, faint), _lines(ink.T, faint), ink.shape)
    if not level and not upright:
        return ink, 0
    inked = ink > faint
    far = 3 + max(thickness for _, _, thickness in level + upright)
    gone = [_marked(inked, level), _marked(inked.T, upright).T]
    rest = inked & ~gone[0] & ~gone[1]
    taken = np.zeros(ink.shape, bool)
    for lines, steps in zip(gone, (_DOWN, [step[::-1] for step in _DOWN])):
        taken |= lines & ~_is_crossed(rest, steps, far)
    darker = _darker(ink, ink[taken])
    return np.where(taken & ~darker, 0, ink), len(level) + len(upright)


def _of_paper(
    level: tuple[list[Line], list[Line]],
    upright: tuple[list[Line], list[Line]],
    shape: tuple[int, ...],
) -> tuple[list[Line], list[Line]]:
    """Return the lines that aren't strokes: of a 7, of an 11, of a 1 in a picture cut close to it.

    Lines of paper go on to the picture's edges, and there are several of them.
    """
    kept: list[list[Line]] = []
    for (found, through), height in zip((level, upright), shape):
        if len(found) == 2 and all(min(at, height - at) < 0.2 * height for _, at, _ in found):
            kept.append([])  # two sides of a frame
        elif len(found) > 1:
            few = len(found) < 4
            kept.append(
                through if few and len(through) > 1 else [] if few or not through else found
            )
        else:
            kept.append([line for line in through if line[2] <= max(2, 0.03 * height)])
    if max(len(lines) for lines in kept) > 1:
        # On paper that is known to be ruled, lines across the others need less.
        pairs = ((kept[0], level), (kept[1], upright))
        kept = [
            lines or (found if 2 * len(through) >= len(found) else through)
            for lines, (found, through) in pairs
        ]
    return kept[0], kept[1]


def _lines(ink: np.ndarray, faint: float) -> tuple[list[Line], list[Line]]:
    """Return slope, offset and thickness of each straight line that runs from left to right.

    And of those that reach both edges of the picture.

    Every pixel votes for all lines through it (P. Hough, 1962): first on a smaller picture, then
    around each line found at full size. A sheet seen from the side has lines of several slopes.
    """
    height, width = ink.shape
    inked = ink > 0.7 * faint
    if inked.any(axis=0).mean() < _COVERED:
        return [], []
    shrink = -(-max(ink.shape) // _COARSE)
    coarse = _shrunk(inked, shrink)
    if coarse.mean() < _SPARSE:
        coarse = ndimage.maximum_filter1d(coarse, 3, axis=0)
    cover, slopes = _votes(coarse)
    peaks = cover == ndimage.maximum_filter(cover, (9, 5))
    found: list[Line] = []
    most = max(4, 0.035 * height)
    rows, columns = np.nonzero(inked)
    centre = columns - (width - 1) / 2

    reach = 2 * shrink + 8 + int(most)

    def is_new(slope: float, offset: float) -> bool:
        ends = np.array([-width / 2, width / 2])
        away = [np.abs(offset - o + (slope - s) * ends).max() for s, o, _ in found]
        return min(away, default=np.inf) > 4 + 0.008 * height

    def take(chosen: np.ndarray, least: float) -> None:
        order = np.argsort(-cover.ravel()[chosen], kind="stable")
        for index in chosen[order][:_MOST_TRIED]:
            slope, offset = slopes[index // cover.shape[1]], (index % cover.shape[1] + 0.5) * shrink
            if not is_new(slope, offset) or not _fits(slope, offset, found):
                continue
            near = np.abs(rows - offset - slope * centre) < reach
            line, seen = _sharpest(
                rows[near],
                centre[near],
                slope,
                offset,
                shrink / width,
                reach,
                2 * shrink + 1,
                ink.shape,
            )
            if seen >= least and line[2] <= most and is_new(line[0], line[1]):
                found.append(line)

    # The surest first: they tell how the others run.
    take(np.flatnonzero(peaks & (cover >= 0.85)), 0.8)
    take(np.flatnonzero(peaks & (cover >= _COVERED)), _COVERED)
    if len(found) < 2:
        return found, [line for line in found if _spans(ink, faint, *line)]
    # What runs as they do is one too, though it is faint or runs through writing.
    offsets = (np.arange(cover.shape[1]) + 0.5) * shrink
    alike = np.abs(slopes[:, None] - _usual_slope(offsets, found)) < 0.012
    take(np.flatnonzero(peaks & alike & (cover >= 0.65 * _COVERED)), 0.6 * _COVERED)
    return found, [line for line in found if _spans(ink, faint, *line)]


def _usual_slope(offset: np.ndarray, lines: list[Line]) -> np.ndarray:
    """Return how a line there runs beside these: the slope grows evenly on a sheet seen aslant."""
    known = np.array(lines)
    if len(known) < 4:
        return np.full(np.shape(offset), np.median(known[:, 0]))
    return np.polyval(np.polyfit(known[:, 1], known[:, 0], 1), offset)


def _fits(slope: float, offset: float, lines: list[Line]) -> bool:
    """Tell whether a line runs as those beside it do; a stroke of a digit seldom does."""
    if len(lines) < 2:
        return True
    return abs(slope - float(_usual_slope(np.array(offset), lines))) < 0.05


def _shrunk(inked: np.ndarray, times: int) -> np.ndarray:
    """Return a smaller picture: a pixel is inked where one of those that it covers is."""
    padded = np.pad(inked, [(0, -side % times) for side in inked.shape])
    height, width = (side // times for side in padded.shape)
    return np.asarray(padded.reshape(height, times, width, times).any(axis=(1, 3)))


def _votes(inked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each slope and offset which share of the line within the picture is inked."""
    height, width = inked.shape
    rows, columns = np.nonzero(inked)
    part = 1.0
    if len(rows) > _POINTS:
        part = len(rows) / _POINTS
        some = np.random.default_rng(0).choice(len(rows), _POINTS, replace=False)
        rows, columns = rows[some], columns[some]
    centre = (columns - (width - 1) / 2).astype(np.float32)
    slopes = np.linspace(-_SLOPES, _SLOPES, max(3, int(2 * _SLOPES * width) | 1))
    offsets, half = np.arange(height), width / 2
    cover = np.empty((len(slopes), height))
    for k, slope in enumerate(slopes):
        places = np.rint(rows - np.float32(slope) * centre).astype(np.int64)
        counts = np.bincount(places[(places >= 0) & (places < height)], minlength=height)
        steep = max(abs(slope), 1e-9)
        reach = np.minimum(half, offsets / steep) + np.minimum(half, (height - offsets) / steep)
        cover[k] = part * counts / np.maximum(reach, 0.6 * width)
    return cover, slopes


def _sharpest(
    rows: np.ndarray,
    centre: np.ndarray,
    slope: float,
    offset: float,
    step: float,
    most: int,
    around: int,
    shape: tuple[int, ...],
) -> tuple[Line, float]:
    """Return the line nearest to a rough one that is inked most, and over which share it is."""
    height, width = shape
    low = int(offset) - most
    best: tuple[float, float, np.ndarray] = (-1.0, slope, np.zeros(1))
    for one in np.linspace(slope - 1.2 * step, slope + 1.2 * step, 9):
        places = np.rint(rows - one * centre).astype(int) - low
        counts = np.bincount(places[places >= 0]) if (places >= 0).any() else np.zeros(1)
        sharp = float((counts.astype(float) ** 2).sum())
        if sharp > best[0]:
            best = (sharp, float(one), counts)
    _, slope, counts = best
    # Other lines may run close by.
    expected = int(offset) - low
    first = max(expected - around, 0)
    if first >= len(counts):
        return (slope, offset, 1), 0.0
    highest = first + int(counts[first : expected + around + 1].argmax())
    start = end = highest
    while end + 1 < len(counts) and counts[end + 1] >= 0.6 * counts[highest]:
        end += 1
    while start > 0 and counts[start - 1] >= 0.6 * counts[highest]:
        start -= 1
    middle = low + (start + end) / 2
    half, steep = width / 2, max(abs(slope), 1e-9)
    reach = min(half, max(middle, 0) / steep) + min(half, max(height - middle, 0) / steep)
    seen = counts[max(highest - 1, 0) : highest + 2].sum() if end == start else counts[highest]
    return (slope, middle, end - start + 1), float(seen / max(reach, 0.6 * width))


def _spans(ink: np.ndarray, faint: float, slope: float, offset: float, thickness: int) -> bool:
    """Tell whether a line reaches both edges of the picture."""
    height, width = ink.shape
    part = max(2, width // 15)
    columns = np.arange(width)
    middle = offset + slope * (columns - (width - 1) / 2)
    within = np.flatnonzero((middle >= 0) & (middle <= height - 1))
    if len(within) < 2 * part:
        return False
    ends = []
    for some in (within[:part], within[-part:]):
        row = np.rint(middle[some]).astype(int)
        near = [np.clip(row + k, 0, height - 1) for k in range(-1, 2)]
        ends.append(np.mean([(ink[one, some] > faint) for one in near], axis=1).max())
    return min(ends) > 0.5


def _marked(inked: np.ndarray, lines: list[Line]) -> np.ndarray:
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
