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
from course_utils.handwriting.parts import MOST_CUTS, Part, joined, left_of, with_cuts

_MOST_JOINED = 4  # pieces of one digit
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


def find_digits(found: Ink) -> list[Found]:
    """Return the digits of a picture line by line, each line from left to right."""
    parts = [
        Part(
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


def _stacked(parts: list[Part]) -> list[Part]:
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
            (top, left, _, _), ink, image = joined([upper, lower])
            scores = reader.probabilities(image[None])[0]
            if scores[: reader.NONE].max() < 0.6:
                continue
            one = Part(top, left, ink, upper.piece, ink.shape[1])
            parts = [part for part in parts if part is not upper and part is not lower]
            parts.insert(k, one)
            break
        else:
            k += 1
    return parts


def _is_close_below(upper: Part, lower: Part, others: list[Part], tallest: int) -> bool:
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


def _lines(parts: list[Part]) -> list[list[Part]]:
    """Part the pieces into lines of writing, from the top down."""
    tallest = max(part.height for part in parts)
    tall = [part for part in parts if part.height >= 0.45 * tallest]
    usual = float(np.median([part.height for part in tall]))
    lines: list[list[Part]] = []
    for part in sorted((one for one in parts if one.height >= 0.45 * usual), key=left_of):
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
    return [sorted(line, key=left_of) for line in lines]


def _attach(part: Part, lines: list[list[Part]], usual: float) -> None:
    """Give a bar or a dot to the line of the nearest piece, or a line of its own."""

    def away(one: Part) -> float:
        down = max(one.top - part.bottom, part.top - one.bottom, 0)
        across = max(one.left - part.right, part.left - one.right, 0)
        return float(np.hypot(down, across))

    near, line = min(
        ((min(away(one) for one in line), line) for line in lines), key=lambda pair: pair[0]
    )
    if near <= 0.8 * usual:
        line.append(part)


# --- the best whole -----------------------------------------------------------------------------


def _best_whole(line: list[Part], number: int) -> list[Found]:
    """Join and cut the pieces of a line so that the whole looks most like digits."""
    usual = float(
        np.median(
            [one.height for one in line if one.height >= 0.5 * max(part.height for part in line)]
        )
    )
    line = with_cuts(line, usual)
    n = len(line)
    spans = [
        (i, j)
        for i in range(n)
        for j in range(i + 1, min(i + _MOST_JOINED + MOST_CUTS, n) + 1)
        if _may_join(line[i:j], usual)
    ]
    made = [joined(line[i:j]) for i, j in spans]
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
    parts: list[Part],
    line: list[Part],
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


def _may_join(parts: list[Part], usual: float) -> bool:
    if len(parts) == 1:
        return True
    if len({one.piece for one in parts}) > _MOST_JOINED:
        return False
    top, bottom = min(one.top for one in parts), max(one.bottom for one in parts)
    left, right = min(one.left for one in parts), max(one.right for one in parts)
    # A bar may lie well above the rest, and reach far beyond it: that of a slanted 5.
    has_bars = len({one.piece for one in parts if one.height > 0.45 * usual}) < 2
    tallest, widest = (2.5, 1.8) if has_bars else (1.7, 1.28)
    if bottom - top > tallest * usual:
        return False
    if right - left > max(1.6 * usual, widest * (bottom - top)):
        return False
    edge = parts[0].right
    for part in parts[1:]:
        if part.left - edge > 0.35 * usual:
            return False
        edge = max(edge, part.right)
    return True
