"""Read a page: every digit in reading order, how sure each answer is, and what is no digit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from course_utils.handwriting import reader
from course_utils.handwriting.digits import Found, find_digits
from course_utils.handwriting.ink import CLOSE, Ink, candidates
from course_utils.handwriting.pen import stroke_width
from course_utils.handwriting.pictures import Picture, grey_of

Network = Callable[[np.ndarray], Any]

LEAST_INK = 8  # pixels along the longer side of a digit

_ENOUGH = 0.8  # of belief and trust: no other way needs to be tried
_SURELY = 0.9  # belief
_CREDIT = np.where(np.arange(10) == 1, 0.6, 1.0)


@dataclass(frozen=True, eq=False)
class Reading:
    """One digit of a page, as a network reads it.

    Attributes
    ----------
    digit : int or None
        0 to 9, or None for "no digit I know".
    probability : float
        Of that answer, as the network sees it.
    sure : bool
        Whether the probability reaches the threshold chosen on digits that were set aside.
    box : tuple of int
        Top, left, bottom, right in pixels of the picture.
    image : numpy.ndarray
        uint8 (28, 28): what the network was shown.
    probabilities : numpy.ndarray
        Array (10,), of each digit if it is one.
    none : float
        The stored network's probability that it is none of the digits.
    line : int
        On which line of the page, from 0 at the top.
    """

    digit: int | None
    probability: float
    sure: bool
    box: tuple[int, int, int, int]
    image: np.ndarray
    probabilities: np.ndarray
    none: float
    line: int

    def __str__(self) -> str:
        if self.digit is None:
            return f"no digit I know ({100 * self.probability:.0f} %)"
        doubt = "" if self.sure else ", not sure"
        return f"{self.digit} ({100 * self.probability:.0f} %{doubt})"


def read_page(picture: Picture, network: Network | None = None) -> list[Reading]:
    """Read all digits of a picture.

    Parameters
    ----------
    picture
        See `course_utils.handwriting.like_mnist`; it may hold a number, or lines of them.
    network
        What reads the 28×28 images: None for the network stored with the course, or a Keras model
        or function that takes float32 (n, 28, 28, 1) from 0 to 1 and gives ten numbers each,
        probabilities or scores before the softmax (told apart by whether each row is positive and
        adds up to 1). Ten probabilities can't say "none of these": that is always asked of the
        stored network, which also judges which pieces of ink make a digit.

    Returns
    -------
    list of Reading
        Line by line from the top, each line from left to right.

    Raises
    ------
    FileNotFoundError, ValueError
        See `course_utils.handwriting.like_mnist`; also if the network gives something else.
    """
    name, grey, share = grey_of(picture)
    _, digits = look(name, grey)
    return readings_of(digits, network, share)


def look(name: str, grey: np.ndarray) -> tuple[Ink, list[Found]]:
    """Find ink and digits: of the ways to part ink from paper, take the one that reads best.

    Raises
    ------
    ValueError
        If nothing stands out from the ground, or only something too small to be read.
    """
    tried: list[_Tried] = []
    small: tuple[int, int] | None = None
    plain: bool | None = None
    for way in candidates(grey):
        if plain is not None and way.dark != plain:
            break
        digits = _tidied(find_digits(way))
        large = [one for one in digits if max(one.cropped.shape) >= LEAST_INK]
        if not large:
            small = small or digits[0].cropped.shape
            if way.quality > 0.8:
                break
            continue
        belief = _believed(large)
        if plain is not None and belief < _SURELY:
            continue
        tried.append(_Tried(belief, way, large))
        inside = not any(piece.edges for piece in way.pieces)
        sure = tried[-1].value > _ENOUGH and inside and way.ground != CLOSE
        # Of what is light and what is dark, the other may be the ink around this.
        sure = sure and (way.is_plain or way.leaning > 0.5)
        if sure and all(one.scores[: reader.NONE].max() > _SURELY for one in large):
            break
        # Where strokes on the likely side are all that stands out, there is little to choose:
        # another way would mostly break a letter into what looks like digits.
        if way.is_plain and way.leaning > 0.5:
            plain = way.dark
    if not tried and small is None:
        raise ValueError(
            f"{name} looks blank, nothing stands out from the ground: write with a darker or "
            "thicker pen, and photograph in even light"
        )
    if not tried:
        assert small is not None
        raise ValueError(
            f"{name} has a digit of {small[0]}×{small[1]} pixels, too small to be "
            f"read: write larger or go nearer, {LEAST_INK} pixels are the least"
        )
    best = _outermost(max(tried, key=lambda one: one.value), tried)
    return best.way, best.digits


class _Tried(NamedTuple):
    """One way to part ink from paper, what it finds, and how much that looks like digits."""

    belief: float
    way: Ink
    digits: list[Found]

    @property
    def value(self) -> float:
        return self.belief + self.way.trust


def _outermost(best: _Tried, tried: list[_Tried]) -> _Tried:
    """Return what surely is digits around all that `best` found: those would be holes in them.

    The paper within an 8 looks like a 0, that within a 5 like a 6.
    """
    around = [
        one
        for one in tried
        if one.way.dark != best.way.dark
        and one.belief > _SURELY
        and all(any(_holds(outer, inner) for outer in one.digits) for inner in best.digits)
    ]
    return max(around, key=lambda one: one.value, default=best)


def _holds(outer: Found, inner: Found) -> bool:
    top, left, bottom, right = outer.box
    return (
        top <= inner.box[0]
        and left <= inner.box[1]
        and inner.box[2] <= bottom
        and inner.box[3] <= right
    )


def _believed(digits: list[Found]) -> float:
    """Return how much what was found looks like digits, weighted by their height."""
    heights = np.array([max(one.cropped.shape) for one in digits], float)
    scores = np.stack([one.scores[: reader.NONE] for one in digits])
    # Table edges, folds and pieces of strokes all look like a 1.
    return float(np.average((scores * _CREDIT).max(axis=1), weights=heights))


def _tidied(digits: list[Found]) -> list[Found]:
    """Leave out what is much smaller than a digit beside it and is none."""
    good = [one for one in digits if one.scores[reader.NONE] < 0.5]
    if not good:
        return digits
    usual = float(np.median([max(one.cropped.shape) for one in good]))
    pen = float(np.median([stroke_width(one.cropped) for one in good]))

    def belongs(one: Found) -> bool:
        size = max(one.cropped.shape) / usual
        if one.scores[reader.NONE] < 0.5:
            return size >= 0.3
        # Remains of lines, thumbs and tables are of another pen than the digits beside them.
        return size >= 0.6 and 0.5 <= (stroke_width(one.cropped) + 1) / (pen + 1) <= 2

    return [one for one in digits if belongs(one)]


def readings_of(
    digits: list[Found], network: Network | None = None, share: float = 1.0
) -> list[Reading]:
    """Let a network read what `look` has found; `share` scales the boxes."""
    stored = reader.stored_reader()
    # Among letters and scribbles something always looks a little like a digit.
    nones = np.array([one.scores[reader.NONE] for one in digits])
    best = np.array([one.scores[: reader.NONE].max() for one in digits])
    nothing = bool((nones > stored.none_above).any() and (best < stored.sure_from).all())
    images = np.stack([one.image for one in digits])
    scores = np.stack([one.scores for one in digits])
    if network is None:
        ten = scores[:, : reader.NONE] / np.maximum(
            scores[:, : reader.NONE].sum(axis=1, keepdims=True), 1e-9
        )
    else:
        ten = asked(network, images)
    found = []
    for one, image, each in zip(digits, images, ten):
        none = float(one.scores[reader.NONE])
        refused = nothing or none > stored.none_above
        digit = None if refused else int(each.argmax())
        probability = (
            none if refused else float(each.max()) * (1 - none if network is None else 1.0)
        )
        top, left, bottom, right = (round(edge * share) for edge in one.box)
        box = (top, left, bottom, right)
        sure = probability >= stored.sure_from
        found.append(Reading(digit, probability, sure, box, image, each, none, one.line))
    return found


def asked(network: Network, images: np.ndarray) -> np.ndarray:
    """Return ten probabilities of a network for each image, uint8 (n, 28, 28).

    Raises
    ------
    ValueError
        If the network doesn't give ten (or eleven) finite numbers for each image.
    """
    batch = reader.as_batch(images)
    answer = np.asarray(network(batch), float)
    if answer.shape not in ((len(batch), 10), (len(batch), 11)) or not np.isfinite(answer).all():
        raise ValueError(
            f"network gives an array {answer.shape} for {len(batch)} images (28, 28, 1): give a "
            "model or function that returns (n, 10), finite numbers"
        )
    if (answer < 0).any() or not np.allclose(answer.sum(axis=1), 1, atol=1e-3):
        answer = reader.softmax(answer)
    ten = answer[:, :10]
    return ten / np.maximum(ten.sum(axis=1, keepdims=True), 1e-12)
