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

from course_utils.handwriting.ruling import without_lines

LEAST_CONTRAST = 0.06  # of black against white
NOISE_FACTOR = 5.0
FAINT, RIM, STRONG, SPECK = 0.22, 0.1, 0.5, 0.05
WINDOWS = (0.5, 0.25, 0.12)  # of the closings, as a share of the shorter side

_AROUND = np.ones((3, 3), bool)


@dataclass(frozen=True)
class Piece:
    """One connected piece of ink: its box in pixels, and what it is like."""

    label: int
    top: int
    left: int
    bottom: int
    right: int
    strength: float  # sum of its strong ink
    thickness: float  # of its strokes, in pixels
    edges: int  # how many edges of the picture it touches
    contact: float  # how far it lies along them, as a share of its longer side

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def is_solid(self) -> bool:
        """Whether it is a blob rather than strokes."""
        return self.thickness > 0.45 * float(np.hypot(self.height, self.width))


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


_GROUNDS = ["smooth", *(f"closing {share}" for share in WINDOWS)]


def candidates(grey: np.ndarray) -> Iterator[Ink]:
    """Yield every way to part ink from paper that finds some, the likelier ink first.

    Parameters
    ----------
    grey
        Array (h, w), 0 black to 1 white.
    """
    leaning = _leaning(grey)
    for dark in (True, False) if leaning >= 0 else (False, True):
        page = grey if dark else 1 - grey
        for name, paper in _papers(page):
            one = _parted(page, paper, dark, leaning if dark else -leaning, name)
            if one is not None:
                yield one


def _leaning(grey: np.ndarray) -> float:
    """Tell whether the ink is darker than the paper: 1 surely, −1 surely not.

    Two signs are added: whether more is darker than the picture's rim or lighter, and whether thin
    things are darker than their surroundings or lighter, in windows of three sizes.
    """
    calm = ndimage.gaussian_filter(grey, min(1.0, min(grey.shape) / 200))
    score = float(np.clip(_log_ratio(np.median(_ring(grey)) - calm), -3, 3))
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


def _papers(page: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the ways to estimate the paper's brightness where darker ink lies on it."""
    smooth = _smooth_page(page)
    yield "smooth", smooth
    # Without the slope of the light, which a closing takes for a dark edge.
    calm = ndimage.gaussian_filter(page - smooth, min(1.0, min(page.shape) / 200))
    for share in WINDOWS:
        window = max(3, int(share * min(page.shape)) | 1)
        if window < 9 and share < WINDOWS[0]:
            continue
        yield f"closing {share}", smooth + ndimage.grey_closing(calm, (window,) * 2, mode="nearest")


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
    all_pieces = _pieces(ink, labels, count)
    total = sum(piece.strength for piece in all_pieces)
    kept, inside = _kept(all_pieces, page.shape)
    if not kept:
        return None
    keep = np.zeros(count + 1, bool)
    keep[[piece.label for piece in kept]] = True
    labels = _with_rims(np.where(keep[labels], labels, 0), ink, 2 * noise / full, kept)
    boxes = ndimage.find_objects(labels)
    kept = [
        replace(one, top=rows.start, left=columns.start, bottom=rows.stop, right=columns.stop)
        for one in kept for rows, columns in [boxes[one.label - 1]]
    ]
    return Ink(
        np.where(labels > 0, ink, 0), labels, kept, inside / max(total, 1e-9), dark, leaning, full,
        ground,
    )


def _with_rims(
    labels: np.ndarray, ink: np.ndarray, noise: float, kept: list[Piece]
) -> np.ndarray:
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


# --- pieces -------------------------------------------------------------------------------------


def _pieces(ink: np.ndarray, labels: np.ndarray, count: int) -> list[Piece]:
    numbers = np.arange(1, count + 1)
    strengths = ndimage.sum_labels(np.where(ink > STRONG, ink, 0), labels, numbers)
    least = SPECK * 0.2 * strengths.max()
    height, width = ink.shape
    found = []
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        strength = float(strengths[number - 1])
        if strength <= max(least, 0):
            continue
        rows, columns = box
        inked = np.pad((labels[box] == number) & (ink[box] > STRONG), 1)
        away = ndimage.distance_transform_edt(inked)
        middle = inked & (away == ndimage.maximum_filter(away, 3))
        edges = (rows.start == 0, columns.start == 0, rows.stop == height, columns.stop == width)
        contact = 0.0
        if any(edges):
            mine = labels[box] == number
            sides = (mine[0], mine[:, 0], mine[-1], mine[:, -1])
            touching = sum(int(side.sum()) for side, is_edge in zip(sides, edges) if is_edge)
            contact = touching / max(mine.shape)
        found.append(
            Piece(number, rows.start, columns.start, rows.stop, columns.stop, strength,
                  float(2 * np.median(away[middle]) - 1), sum(edges), contact)
        )
    return found


def _kept(pieces: list[Piece], shape: tuple[int, int]) -> tuple[list[Piece], float]:
    """Return the pieces that are writing, and the strength of those that lie inside."""
    pieces = [one for one in pieces if not _is_frame(one, pieces)]
    inner = [one for one in pieces if not one.edges and not one.is_solid]
    # A digit that the picture's edge cuts touches it with the ends of its strokes only.
    inside = sum(one.strength * max(1 - one.contact, 0) for one in pieces if not one.is_solid)
    outer = [one for one in pieces if one.edges]
    if inner and outer:
        best = max(inner, key=lambda one: one.strength)
        # What hangs at the picture's edge is writing only if it looks like what lies inside.
        if best.strength >= 0.08 * max(one.strength for one in outer):
            outer = [one for one in outer if _is_alike(one, best, shape)]
            pieces = inner + outer + [one for one in pieces if not one.edges and one.is_solid]
    if not pieces:
        return [], 0.0
    strongest = max((one.strength for one in inner + outer), default=0.0) or max(
        one.strength for one in pieces)
    return [one for one in pieces if one.strength >= SPECK * strongest], inside


def _is_alike(outer: Piece, inner: Piece, shape: tuple[int, int]) -> bool:
    return (
        0.7 <= outer.height / inner.height <= 1.4
        and 0.5 <= outer.thickness / inner.thickness <= 2
        and outer.contact < 0.35
        and not outer.is_solid
        and outer.edges == 1
    )


def _is_frame(piece: Piece, pieces: list[Piece]) -> bool:
    """Tell whether a piece is thin, far larger than what it encloses, and encloses writing."""
    if piece.thickness > 0.06 * min(piece.height, piece.width):
        return False
    within = [
        one for one in pieces
        if one is not piece and one.top > piece.top and one.left > piece.left
        and one.bottom < piece.bottom and one.right < piece.right and not one.is_solid
        and one.height > 0.3 * piece.height
    ]
    return sum(one.strength for one in within) > 0.12 * piece.strength
