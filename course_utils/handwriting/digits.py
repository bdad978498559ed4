"""From pieces of ink to digits in reading order: which pieces belong together, which are two.

Neighbouring pieces are joined, and wide ones cut, in every way that a hand might have meant; the
stored network tells how much each outcome looks like a digit, and the best whole is taken, as in
Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
recognition" (1998), section V.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_utils.handwriting import reader
from course_utils.handwriting.ink import Ink
from course_utils.handwriting.pen import centred, cropped_to, fit, with_usual_pen
from course_utils.handwriting.pieces import STRONG

_MOST_JOINED = 4  # pieces of one digit
_MOST_CUTS = 4  # of one piece
_WIDE = 0.85  # width over height from which a piece may be two digits
_JOIN_COST = 0.7  # what each gap within a digit takes from its score, at a gap of its height
_CUT_COST = 3.0  # what each cut takes: a piece is rather one digit
_WIDE_CUT_COST = 2.0  # the same for a piece that is wider than digits are high
_WORST = -3.5
_STACKED = 0.1  # the widest gap between two pieces of a digit, one above the other, to its height


class Found(NamedTuple):
    """A digit, or what might be one, cut out of the ink."""

    box: tuple[int, int, int, int]  # top, left, bottom, right
    cropped: np.ndarray  # (h, w), 0 to 1
    image: np.ndarray  # uint8 (28, 28)
    scores: np.ndarray  # (11,), the stored network's probabilities
    line: int


class _Part(NamedTuple):
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


def find_digits(found: Ink) -> list[Found]:
    """Return the digits of a picture line by line, each line from left to right."""
    parts = [
        _Part(
            one.top,
            one.left,
            np.where(
                found.labels[one.top : one.bottom, one.left : one.right] == one.label,
                found.ink[one.top : one.bottom, one.left : one.right],
                0,
            ),
            one.label,
            one.width,
        )
        for one in found.pieces
    ]
    digits: list[Found] = []
    for number, line in enumerate(_lines(_stacked(parts))):
        digits.extend(_best_whole(line, number))
    return digits


# --- one above the other ------------------------------------------------------------------------


def _stacked(parts: list[_Part]) -> list[_Part]:
    """Join pieces that lie closely one above the other and make a digit: a torn 7, an 8 of two rings.

    Lines of writing keep a larger distance, and their digits are of one height.
    """
    parts = list(parts)
    tallest = max(part.height for part in parts)
    parts.sort(key=lambda part: part.top)
    k = 0
    while k < len(parts):
        upper = parts[k]
        others = [part for part in parts if part is not upper]
        below = [part for part in others if _is_close_below(upper, part, others, tallest)]
        for lower in sorted(below, key=lambda part: part.top):
            (top, left, _, _), ink, image = _joined([upper, lower])
            scores = reader.probabilities(image[None])[0]
            if scores[: reader.NONE].max() < 0.6:
                continue
            one = _Part(top, left, ink, upper.piece, ink.shape[1])
            parts = [part for part in parts if part is not upper and part is not lower]
            parts.insert(k, one)
            break
        else:
            k += 1
    return parts


def _is_close_below(upper: _Part, lower: _Part, others: list[_Part], tallest: int) -> bool:
    height = lower.bottom - upper.top
    gap = lower.top - upper.bottom
    shared = min(upper.right, lower.right) - max(upper.left, lower.left)
    narrower = min(upper.ink.shape[1], lower.ink.shape[1])
    if min(upper.height, lower.height) < 0.15 * height or shared < 0.25 * narrower:
        return False
    # Beside a digit of a line the two would stick out.
    beside = [part.height for part in others if part is not lower and part.height > 0.3 * tallest]
    if beside and height > 1.35 * float(np.median(beside)):
        return False
    return -0.2 * height < gap < _STACKED * height


# --- lines --------------------------------------------------------------------------------------


def _lines(parts: list[_Part]) -> list[list[_Part]]:
    """Part the pieces into lines of writing, from the top down."""
    tallest = max(part.height for part in parts)
    tall = [part for part in parts if part.height >= 0.45 * tallest]
    usual = float(np.median([part.height for part in tall]))
    lines: list[list[_Part]] = []
    for part in sorted((one for one in parts if one.height >= 0.45 * usual), key=_left):
        best, overlap = None, 0.0
        for line in lines:
            # Lines climb and fall: what counts is the nearest neighbour.
            last = min(line, key=lambda one: abs(one.left - part.left) + abs(one.top - part.top))
            shared = min(last.bottom, part.bottom) - max(last.top, part.top)
            share = shared / min(last.height, part.height)
            if share > max(overlap, 0.35):
                best, overlap = line, share
        if best is None:
            lines.append([part])
        else:
            best.append(part)
    lines.sort(key=lambda line: float(np.mean([(one.top + one.bottom) / 2 for one in line])))
    for part in parts:
        if part.height < 0.45 * usual:
            _attach(part, lines, usual)
    return [sorted(line, key=_left) for line in lines]


def _attach(part: _Part, lines: list[list[_Part]], usual: float) -> None:
    """Give a bar or a dot to the line of the nearest piece, or a line of its own."""

    def away(one: _Part) -> float:
        down = max(one.top - part.bottom, part.top - one.bottom, 0)
        across = max(one.left - part.right, part.left - one.right, 0)
        return float(np.hypot(down, across))

    near, line = min(
        ((min(away(one) for one in line), line) for line in lines), key=lambda pair: pair[0]
    )
    if near <= 0.8 * usual:
        line.append(part)


def _left(part: _Part) -> int:
    return part.left


# --- the best whole -----------------------------------------------------------------------------


def _best_whole(line: list[_Part], number: int) -> list[Found]:
    """Join and cut the pieces of a line so that the whole looks most like digits."""
    usual = float(
        np.median(
            [one.height for one in line if one.height >= 0.5 * max(part.height for part in line)]
        )
    )
    line = _with_cuts(line, usual)
    n = len(line)
    spans = [
        (i, j)
        for i in range(n)
        for j in range(i + 1, min(i + _MOST_JOINED + _MOST_CUTS, n) + 1)
        if _may_join(line[i:j], usual)
    ]
    made = [_joined(line[i:j]) for i, j in spans]
    images = np.stack([image for _, _, image in made])
    scores = reader.probabilities(images)
    best: list[tuple[float, int, int]] = [(0.0, -1, -1)] + [(-np.inf, -1, -1)] * n
    for k, (i, j) in enumerate(spans):
        value = best[i][0] + _value(scores[k], made[k][0], line[i:j], line, usual)
        if value > best[j][0]:
            best[j] = (value, i, k)
    chosen, j = [], n
    while j > 0:
        _, i, k = best[j]
        chosen.append(Found(made[k][0], made[k][1], made[k][2], scores[k], number))
        j = i
    return chosen[::-1]


def _value(
    scores: np.ndarray,
    box: tuple[int, int, int, int],
    parts: list[_Part],
    line: list[_Part],
    usual: float,
) -> float:
    """Return how good it is to take these parts for one digit, 0 at best."""
    value = max(float(np.log(scores[: reader.NONE].max() + 1e-9)), _WORST)
    gaps = sum(
        max(after.left - max(one.right for one in parts[: k + 1]), 0)
        for k, after in enumerate(parts[1:])
    )
    value -= _JOIN_COST * gaps / usual
    # Two ends of one piece in two digits: it was cut.
    pieces = {part.piece for part in parts}
    cut = sum(1 for one in line if one.piece in pieces and all(one is not own for own in parts))
    value -= (_CUT_COST if parts[0].wide <= 1.1 * usual else _WIDE_CUT_COST) * 0.5 * min(cut, 2)
    if cut and int(scores[: reader.NONE].argmax()) == 1:
        value -= 0.5  # any stroke looks like a 1 once it is cut off
    return value


def _may_join(parts: list[_Part], usual: float) -> bool:
    if len(parts) == 1:
        return True
    if len({one.piece for one in parts}) > _MOST_JOINED:
        return False
    top, bottom = min(one.top for one in parts), max(one.bottom for one in parts)
    left, right = min(one.left for one in parts), max(one.right for one in parts)
    # A bar may lie well above the rest.
    most = 2.5 if sum(one.height > 0.45 * usual for one in parts) < 2 else 1.7
    if bottom - top > most * usual or right - left > 1.6 * max(usual, 0.8 * (bottom - top)):
        return False
    edge = parts[0].right
    for part in parts[1:]:
        if part.left - edge > 0.35 * usual:
            return False
        edge = max(edge, part.right)
    return True


def _joined(parts: list[_Part]) -> tuple[tuple[int, int, int, int], np.ndarray, np.ndarray]:
    top, bottom = min(one.top for one in parts), max(one.bottom for one in parts)
    left, right = min(one.left for one in parts), max(one.right for one in parts)
    ink = np.zeros((bottom - top, right - left))
    for one in parts:
        place = ink[one.top - top : one.bottom - top, one.left - left : one.right - left]
        np.maximum(place, one.ink, out=place)
    return (top, left, bottom, right), ink, centred(fit(with_usual_pen(ink)))


# --- cuts ---------------------------------------------------------------------------------------


def _with_cuts(line: list[_Part], usual: float) -> list[_Part]:
    """Cut wide pieces where they are thinnest, so that they may be joined again otherwise."""
    parts = []
    for part in line:
        parts.extend(_cut(part, usual))
    return sorted(parts, key=_left)


def _cut(part: _Part, usual: float) -> list[_Part]:
    height, width = part.ink.shape
    if width < _WIDE * min(height, usual) or height < 0.4 * usual or width < 12:
        return [part]
    inked = part.ink > STRONG * 0.6
    amount = inked.sum(axis=0) + 0.5 * _spread(inked)
    margin = max(3, int(0.25 * min(height, usual)))
    places: list[int] = []
    for column in np.argsort(amount, kind="stable"):
        if len(places) == _MOST_CUTS or amount[column] > 0.5 * height:
            break
        if margin <= column < width - margin and all(abs(column - one) > margin for one in places):
            places.append(int(column))
    pieces = []
    for start, end in zip([0, *sorted(places)], [*sorted(places), width]):
        ink = part.ink[:, start:end]
        rows = np.flatnonzero((ink > 0).any(axis=1))
        if len(rows):
            pieces.append(
                _Part(
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


def whole(found: Ink) -> Found:
    """Take all ink of a picture for one digit."""
    cropped = cropped_to(found.ink)
    rows, columns = (np.flatnonzero(found.ink.any(axis=axis)) for axis in (1, 0))
    image = centred(fit(with_usual_pen(cropped)))
    box = (int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    return Found(box, cropped, image, reader.probabilities(image[None])[0], 0)
