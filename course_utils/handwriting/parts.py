"""Parts of digits: pieces of ink, wide ones cut where they are thinnest, and joined again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_utils.handwriting.pen import centred, fit, with_usual_pen
from course_utils.handwriting.pieces import STRONG

MOST_CUTS = 4  # of one piece
_WIDE = 0.85  # width over height from which a piece may be two digits


class Part(NamedTuple):
    """A piece, or what a cut left of one: a mask's box and its ink."""

    top: int
    left: int
    ink: np.ndarray
    piece: int  # which piece it was cut from,
    wide: int  # and how wide that was

    @property
    def bottom(self) -> int:
        return self.top + self.ink.shape[0]

    @property
    def right(self) -> int:
        return self.left + self.ink.shape[1]

    @property
    def height(self) -> int:
        return self.ink.shape[0]


def left_of(part: Part) -> int:
    return part.left


def joined(parts: list[Part]) -> tuple[tuple[int, int, int, int], np.ndarray, np.ndarray]:
    top, bottom = min(one.top for one in parts), max(one.bottom for one in parts)
    left, right = min(one.left for one in parts), max(one.right for one in parts)
    ink = np.zeros((bottom - top, right - left))
    for one in parts:
        place = ink[one.top - top : one.bottom - top, one.left - left : one.right - left]
        np.maximum(place, one.ink, out=place)
    return (top, left, bottom, right), ink, centred(fit(with_usual_pen(ink)))


def with_cuts(line: list[Part], usual: float) -> list[Part]:
    """Cut wide pieces where they are thinnest, so that they may be joined again otherwise."""
    parts = []
    for part in line:
        parts.extend(_cut(part, usual))
    return sorted(parts, key=left_of)


def _cut(part: Part, usual: float) -> list[Part]:
    height, width = part.ink.shape
    if width < _WIDE * min(height, usual) or height < 0.4 * usual or width < 12:
        return [part]
    inked = part.ink > STRONG * 0.6
    amount = inked.sum(axis=0) + 0.5 * _spread(inked)
    margin = max(3, int(0.25 * min(height, usual)))
    places: list[int] = []
    for column in np.argsort(amount, kind="stable"):
        if len(places) == MOST_CUTS or amount[column] > 0.5 * height:
            break
        if margin <= column < width - margin and all(abs(column - one) > margin for one in places):
            places.append(int(column))
    pieces = []
    for start, end in zip([0, *sorted(places)], [*sorted(places), width]):
        ink = part.ink[:, start:end]
        rows = np.flatnonzero((ink > 0).any(axis=1))
        if len(rows):
            pieces.append(
                Part(
                    part.top + int(rows[0]),
                    part.left + start,
                    ink[rows[0] : rows[-1] + 1],
                    part.piece,
                    part.wide,
                )
            )
    return pieces


def _spread(inked: np.ndarray) -> np.ndarray:
    """Return for each column how far apart its highest and lowest ink are."""
    rows = np.arange(len(inked))[:, None]
    low = np.where(inked, rows, -1).max(axis=0)
    high = np.where(inked, rows, len(inked)).min(axis=0)
    return np.maximum(low - high + 1, 0)
