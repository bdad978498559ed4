"""Pieces of ink: what each is like, and which are writing rather than frames, tables and thumbs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

STRONG, SPECK = 0.5, 0.05
MOST = 150  # pieces of a page


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

    @property
    def is_bar(self) -> bool:
        """Whether it is long and narrow: one straight stroke, or the edge of something."""
        return min(self.height, self.width) < 0.25 * max(self.height, self.width)


def pieces_of(ink: np.ndarray, labels: np.ndarray, count: int) -> list[Piece]:
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
            Piece(
                number,
                rows.start,
                columns.start,
                rows.stop,
                columns.stop,
                strength,
                float(2 * np.median(away[middle]) - 1),
                sum(edges),
                contact,
            )
        )
    return found


def writing_among(pieces: list[Piece]) -> tuple[list[Piece], float]:
    """Return the pieces that are writing, and the strength of those that lie inside."""
    pieces = [one for one in pieces if not _is_frame(one, pieces)]
    inner = [one for one in pieces if not one.edges and not one.is_solid]
    # A digit that the picture's edge cuts touches it with the ends of its strokes only.
    # What lies at two edges is rather a table, or the page on it.
    inside = sum(
        one.strength * max(1 - one.contact, 0) * (0.5 if one.edges > 1 else 1)
        for one in pieces
        if not one.is_solid
    )
    outer = [one for one in pieces if one.edges]
    if inner and outer:
        best = max(inner, key=lambda one: one.strength)
        # What hangs at the picture's edge is writing only if it looks like what lies inside. Bars
        # there are edges of tables and of things even beside a small digit.
        least = 0.02 if all(one.is_bar or one.contact > 0.35 for one in outer) else 0.08
        if best.strength >= least * max(one.strength for one in outer):
            outer = [one for one in outer if _is_alike(one, best)]
            pieces = inner + outer + [one for one in pieces if not one.edges and one.is_solid]
    if not pieces:
        return [], 0.0
    strongest = max((one.strength for one in inner + outer), default=0.0) or max(
        one.strength for one in pieces
    )
    kept = [one for one in pieces if one.strength >= SPECK * strongest]
    # A page that falls into more pieces than anyone writes is noise: its strongest will do.
    return sorted(kept, key=lambda one: -one.strength)[:MOST], inside


def _is_alike(outer: Piece, inner: Piece) -> bool:
    return (
        0.7 <= outer.height / inner.height <= 1.4
        and 0.5 <= outer.thickness / inner.thickness <= 2
        and outer.contact < 0.35
        and not outer.is_solid
        and not outer.is_bar
        and outer.edges == 1
    )


def _is_frame(piece: Piece, pieces: list[Piece]) -> bool:
    """Tell whether a piece is thin, far larger than what it encloses, and encloses writing."""
    if piece.thickness > 0.06 * min(piece.height, piece.width):
        return False
    within = [
        one
        for one in pieces
        if one is not piece
        and one.top > piece.top
        and one.left > piece.left
        and one.bottom < piece.bottom
        and one.right < piece.right
        and not one.is_solid
        and one.height > 0.3 * piece.height
    ]
    return sum(one.strength for one in within) > 0.12 * piece.strength
