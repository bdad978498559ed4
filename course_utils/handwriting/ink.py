"""Ink from paper: how much ink there is at each pixel, whatever the light and whatever else is in
the picture.

The paper's brightness under the ink is estimated in several ways: by a smooth page fitted to what
isn't ink, which suits thick pens, and by grey closings, which fill whatever is narrower than their
window with the paper around it, and keep shadows, table edges and other wide things as ground (the
difference is known as the black-hat). What stands out from the ground falls into pieces; those that
lines of the paper, frames and things at the picture's edge make are put aside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from course_utils.handwriting.paper_sheet import paper_sheet
from course_utils.handwriting.pieces import STRONG, Piece, pieces_of, writing_among
from course_utils.handwriting.ruling import without_lines

LEAST_CONTRAST = 0.06  # of black against white
NOISE_FACTOR = 5.0
FAINT, RIM = 0.22, 0.1
WINDOWS = (0.5, 0.25, 0.12)  # of the closings, as a share of the shorter side

_QUARTER = 0.970  # of a standard deviation, from the twentieth to the fourth part of normal noise

_AROUND = np.ones((3, 3), bool)


@dataclass(frozen=True)
class Ink:
    """What was found: `ink` (h, w) from 0 paper to 1, its `pieces`, and their numbers in `labels`.

    `quality` is the share of all that stands out which lies in strokes within the picture.
    """

    ink: np.ndarray
    labels: np.ndarray
    pieces: list[Piece]
    quality: float
    dark: bool
    leaning: float
    contrast: float
    ground: str

    @property
    def trust(self) -> float:
        """How far this way is to be trusted before anyone has read it, about −1 to 1.

        The right way has strokes within the picture and ink on the likelier side; among equals the
        widest ground is the most faithful to thick pens.
        """
        return (
            0.5 * (round(self.quality, 1) - 1)
            + 0.3 * self.leaning
            - 0.03 * _GROUNDS.index(self.ground)
            - (0.2 if self.contrast < 2 * LEAST_CONTRAST else 0)
        )

    @property
    def is_plain(self) -> bool:
        """Whether the picture shows strokes on a smooth page, and nothing else."""
        inside = all(not one.edges and not one.is_solid for one in self.pieces)
        inside = inside and (self.ink > STRONG).mean() < 0.25
        return self.ground == "smooth" and self.quality > 0.9 and inside


CLOSE = "two tones"
_GROUNDS = ["smooth", *(f"closing {share}" for share in WINDOWS), CLOSE]


def candidates(grey: np.ndarray) -> Iterator[Ink]:
    """Yield every way to part ink from paper that finds some, the likelier ink first.

    Parameters
    ----------
    grey
        Array (h, w), 0 black to 1 white.
    """
    for dark in (True, False):
        one = _cut_close(grey if dark else 1 - grey, dark)
        if one is not None:
            yield one
    sheet = paper_sheet(grey)
    if sheet is not None:
        # Paper is lighter than what is written on it.
        yield from _ways(sheet, True, max(_leaning(sheet), 0.0))
    leaning = _leaning(grey)
    for dark in (True, False) if leaning >= 0 else (False, True):
        yield from _ways(grey if dark else 1 - grey, dark, leaning if dark else -leaning)


def _ways(page: np.ndarray, dark: bool, leaning: float) -> Iterator[Ink]:
    """Yield the ways to part ink from paper where the ink is the darker of the two."""
    pen = 0.0
    for name, window, paper in _papers(page):
        if window < 1.2 * pen:  # it would take the middle of the strokes for paper
            continue
        one = _parted(page, paper, dark, leaning, name)
        if one is None:
            continue
        yield one
        if all(piece.edges for piece in one.pieces):
            # A thing at the edge may be so dark that a thin pen beside it isn't seen.
            covered = ndimage.maximum_filter(one.labels > 0, 7)
            other = _parted(np.where(covered, paper, page), paper, dark, leaning, name)
            if other is not None:
                yield other
        strokes = [piece for piece in one.pieces if not piece.edges and not piece.is_solid]
        if strokes and one.quality > 0.7:
            pen = max(strokes, key=lambda piece: piece.strength).thickness


def _cut_close(page: np.ndarray, dark: bool) -> Ink | None:
    """Take the picture for a digit that was cut out closely: all its ink is one piece, at the edges.

    Then the rim is no paper, and no window is both wider than the strokes and narrower than the
    paper between them. Two tones of brightness are all that is asked for.
    """
    calm = ndimage.gaussian_filter(page, 0.7)
    low, high = np.quantile(calm, (0.02, 0.98))
    if high - low < 0.2:
        return None
    dark_part = calm < low + _threshold((calm - low).clip(0, high - low))
    labels, count = ndimage.label(dark_part, structure=_AROUND)
    sizes = np.bincount(labels.ravel(), minlength=2)[1:]
    if not count or not 0.05 < sizes.max() / page.size < 0.6:
        return None
    if (sizes > max(0.01 * sizes.max(), 3)).sum() > 1:
        return None
    mine = labels == 1 + int(sizes.argmax())
    paper, tone = float(np.median(calm[~dark_part])), float(np.median(calm[mine]))
    ink = ((paper - page) / (paper - tone)).clip(0, 1)
    if ((ink > 0.25) & (ink < 0.75)).mean() > 0.2:  # light that changes, not ink
        return None
    labels = ndimage.maximum_filter(mine, 3) & (ink > RIM)
    ink = np.where(labels, ink, 0)
    kept = pieces_of(ink, mine.astype(int), 1)
    if not kept or kept[0].edges < 2 or kept[0].is_solid:
        return None
    return Ink(ink, labels.astype(int), kept, 1.0, dark, 0.0, paper - tone, CLOSE)


def _leaning(grey: np.ndarray) -> float:
    """Tell whether the ink is darker than the paper: 1 surely, −1 surely not.

    Two signs are added: whether more is darker than the picture's rim or lighter, and whether thin
    things are darker than their surroundings or lighter, in windows of three sizes. A rim that is
    not of one tone, of paper and a table, says little.
    """
    calm = ndimage.gaussian_filter(grey, min(1.0, min(grey.shape) / 200))
    low, rim, high = np.quantile(_ring(grey), (0.25, 0.5, 0.75))
    most = 3.0 if high - low < 0.2 * np.ptp(np.quantile(calm, (0.002, 0.998))) else 1.0
    score = float(np.clip(_log_ratio(rim - calm), -most, most))
    for share in (0.03, 0.06, 0.12):
        window = (max(3, int(share * min(grey.shape)) | 1),) * 2
        dark = ndimage.grey_closing(calm, window, mode="nearest") - calm
        light = calm - ndimage.grey_opening(calm, window, mode="nearest")
        score += float(np.clip(_log_ratio(dark - light), -1.5, 1.5))
    return float(np.clip(score / 3, -1, 1))


def _log_ratio(away: np.ndarray) -> float:
    """Return the logarithm of the energy above 0 over that below, noise left out."""
    noise = 0.3 * float(np.quantile(np.abs(away), 0.998))
    up, down = (float((part[part > noise] ** 2).sum()) for part in (away, -away))
    return float(np.log((up + 1e-6) / (down + 1e-6)))


def _papers(page: np.ndarray) -> Iterator[tuple[str, float, np.ndarray]]:
    """Yield the ways to estimate the paper's brightness where darker ink lies on it.

    Each with its name and the widest stroke that it can bridge, in pixels.
    """
    smooth = _smooth_page(page)
    yield "smooth", np.inf, smooth
    # Without the slope of the light, which a closing takes for a dark edge.
    calm = ndimage.gaussian_filter(page - smooth, min(1.0, min(page.shape) / 200))
    for share in WINDOWS:
        window = max(3, int(share * min(page.shape)) | 1)
        if window < 9 and share < WINDOWS[0]:
            continue
        closed = ndimage.grey_closing(calm, (window,) * 2, mode="nearest")
        yield f"closing {share}", window, smooth + closed


def _parted(
    page: np.ndarray, paper: np.ndarray, dark: bool, leaning: float, ground: str
) -> Ink | None:
    away = paper - page
    away = away - np.median(away)
    noise = _noise(away)
    raised = np.maximum(away, 0)
    level = max(_threshold(raised), NOISE_FACTOR * noise, 0.5 * LEAST_CONTRAST)
    strong = raised > level
    if not strong.any():
        return None
    full = float(np.quantile(raised[strong], 0.75))
    if full < max(LEAST_CONTRAST, NOISE_FACTOR * noise):
        return None
    faint = max(FAINT, 3 * noise / full)
    ink, ruled = without_lines(raised / full, faint)
    if ruled and (ink > STRONG).any():
        # The lines were ink as well when the full ink was measured.
        ink = ink / float(np.quantile(ink[ink > STRONG], 0.75))
    ink = ink.clip(0, 1)
    labels, count = ndimage.label(ink > faint, structure=_AROUND)
    if not count:
        return None
    all_pieces = pieces_of(ink, labels, count)
    total = sum(piece.strength for piece in all_pieces)
    kept, inside = writing_among(all_pieces)
    if not kept:
        return None
    keep = np.zeros(count + 1, bool)
    keep[[piece.label for piece in kept]] = True
    labels = _with_rims(np.where(keep[labels], labels, 0), ink, 2 * noise / full, kept)
    boxes = ndimage.find_objects(labels)
    kept = [
        replace(one, top=rows.start, left=columns.start, bottom=rows.stop, right=columns.stop)
        for one in kept
        for rows, columns in [boxes[one.label - 1]]
    ]
    return Ink(
        np.where(labels > 0, ink, 0),
        labels,
        kept,
        inside / max(total, 1e-9),
        dark,
        leaning,
        full,
        ground,
    )


def _with_rims(labels: np.ndarray, ink: np.ndarray, noise: float, kept: list[Piece]) -> np.ndarray:
    """Give each piece the faint pixels at its rim: they say where between two pixels it ends."""
    reach = max(1, round(0.4 * float(np.median([one.thickness for one in kept]))))
    near = ndimage.maximum_filter(labels, 2 * reach + 1)
    return np.where((labels == 0) & (ink > max(RIM, noise)), near, labels)


def _noise(away: np.ndarray) -> float:
    """Return the standard deviation of the grain, from differences between neighbours.

    The median of their absolute values ignores strokes and edges, however many soft ones there are
    (F. Hampel, 1974; a standard deviation is 1.4826 times that median).
    """
    steps = np.abs(away[:, 1:] - away[:, :-1])
    grain = 1.4826 * float(np.median(steps)) / np.sqrt(2)
    # Blotches that are wider than a pixel: what lies on paper's other side of the median.
    below = away[away < 0]
    blotches = 1.4826 * float(np.median(-below)) if below.size else 0.0
    # Where soft ink covers half of the picture, the median is ink. The lowest quarter is paper.
    low, quarter = np.quantile(away, (0.05, 0.25))
    blotches = min(blotches, float(quarter - low) / _QUARTER)
    return max(grain, 0.6 * blotches)


def _threshold(values: np.ndarray) -> float:
    """Return the value that best parts small from large (N. Otsu, 1979)."""
    counts, edges = np.histogram(values, 256)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(invalid="ignore", divide="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1 + np.nanargmax(between)]) if np.isfinite(between).any() else 0.0


def _smooth_page(page: np.ndarray) -> np.ndarray:
    """Fit a page whose brightness is a quadratic of the place to what isn't ink."""
    y, x = (np.linspace(-1, 1, side) for side in page.shape)
    step = max(1, int(np.sqrt(page.size / 20_000)))
    rows, columns = np.arange(0, page.shape[0], step), np.arange(0, page.shape[1], step)
    values = page[np.ix_(rows, columns)]
    v, u = (part.ravel() for part in np.meshgrid(y[rows], x[columns], indexing="ij"))
    terms = np.stack([np.ones_like(u), u, v, u * u, u * v, v * v], axis=-1)
    away = (values - np.median(_ring(page))).ravel()
    before = None
    for _ in range(6):
        inked = np.abs(away) > _threshold(np.abs(away))
        if (before is not None and (inked == before).all()) or inked.all():
            break
        a, b, c, d, e, f = np.linalg.lstsq(terms[~inked], values.ravel()[~inked], rcond=None)[0]
        away, before = values.ravel() - terms @ np.array([a, b, c, d, e, f]), inked
    if before is None:
        return np.full(page.shape, float(np.median(_ring(page))))
    return (a + b * x + d * x * x) + (c * y + f * y * y)[:, None] + e * np.outer(y, x)


def _ring(grey: np.ndarray) -> np.ndarray:
    """Return the pixels near the edge, where there is mostly paper."""
    inner = np.zeros(grey.shape, bool)
    rows, columns = (max(1, side // 12) for side in grey.shape)
    inner[rows:-rows, columns:-columns] = True
    return grey[~inner]
