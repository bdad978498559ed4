"""What about a picture is unlike MNIST, in words: a hint for whoever wrote it."""

from __future__ import annotations

import numpy as np

from course_utils.handwriting import reader
from course_utils.handwriting.digits import Found
from course_utils.handwriting.ink import Ink
from course_utils.handwriting.pen import (
    BOX,
    THINNEST,
    USUAL,
    WIDEST,
    centred,
    cropped_to,
    fit,
    resized,
    stroke_width,
    with_usual_pen,
)
from course_utils.handwriting.pictures import Picture, grey_of
from course_utils.handwriting.reading import look

# Of MNIST's training digits 96 of 100 have a mean ink, over their pixels above 25 of 255, in here.
MEAN_INK = (160, 213)

_LOW_CONTRAST = 0.15  # of black against white
_SMALL = 20  # pixels: below it, the scaling to 20×20 makes details up
_TURNS = {1: "a quarter turn to the left", 2: "upside down", 3: "a quarter turn to the right"}


def mean_ink(image: np.ndarray) -> float:
    """Return the mean of a 28×28 image's inked pixels, those above 25 of 255; 0.0 without any."""
    inked = image[image > 25]
    return float(inked.mean()) if inked.size else 0.0


def hints(picture: Picture) -> list[str]:
    """Say in words how a picture of a digit differs from what MNIST looks like, and what helps.

    Parameters
    ----------
    picture
        See `course_utils.handwriting.like_mnist`. Of several digits the largest is looked at.

    Returns
    -------
    list of str
        A sentence for each thing that is unusual; empty where the preparation went as it should.

    Raises
    ------
    FileNotFoundError, ValueError
        See `course_utils.handwriting.like_mnist`.
    """
    name, grey, share = grey_of(picture)
    way, digits = look(name, grey)
    digit = max(digits, key=lambda one: max(one.cropped.shape))
    told = [
        _of_several(digits),
        _of_size(digit, share),
        _of_contrast(way),
        _of_pen(digit),
        _of_edges(digit, grey.shape),
        _of_ink(digit),
        _of_turn(digit),
    ]
    return [hint for hint in told if hint]


def _of_several(digits: list[Found]) -> str:
    if len(digits) < 2:
        return ""
    return (
        f"There seem to be {len(digits)} digits in the picture, or something else beside the "
        "digit: read_page reads each; like_mnist takes the largest."
    )


def _of_size(digit: Found, share: float) -> str:
    longest = max(digit.cropped.shape) * share
    if longest >= _SMALL:
        return ""
    return (
        f"The digit is only {longest:.0f} pixels long, fewer than the {BOX} it is scaled to: write "
        "larger, or go nearer."
    )


def _of_contrast(way: Ink) -> str:
    if way.contrast >= _LOW_CONTRAST:
        return ""
    return (
        f"Ink and paper differ by only {100 * way.contrast:.0f} % of black against white: take a "
        "darker pen, or more light."
    )


def _of_pen(digit: Found) -> str:
    width = stroke_width(resized(digit.cropped, 4 * BOX)) / 4
    if THINNEST <= width <= WIDEST:
        return ""
    what, done = ("thin", "widened") if width < THINNEST else ("wide", "narrowed")
    return (
        f"The strokes are {what}: {width:.1f} pixels once the digit fits {BOX}×{BOX}, where MNIST's "
        f"are usually {USUAL:g}. They have been {done}; a pen about a tenth as wide as the digit "
        "is high needs no help."
    )


def _of_edges(digit: Found, shape: tuple[int, ...]) -> str:
    top, left, bottom, right = digit.box
    if top > 0 and left > 0 and bottom < shape[0] and right < shape[1]:
        return ""
    return "The digit touches the picture's edge, so a part may be missing: leave room around it."


def _of_ink(digit: Found) -> str:
    ink = mean_ink(digit.image)
    low, high = MEAN_INK
    if low <= ink <= high:
        return ""
    if ink < low:
        return (
            f"The 28×28 is faint: its ink has a mean of {ink:.0f} of 255, MNIST's has {low} to "
            f"{high}. A darker pen or a sharper picture helps."
        )
    return (
        f"The 28×28 is heavy: its ink has a mean of {ink:.0f} of 255, MNIST's has {low} to {high}. "
        "Its holes may have closed: take a thinner pen, or write larger."
    )


def _of_turn(digit: Found) -> str:
    upright = float(digit.scores[: reader.NONE].max())
    if upright > 0.6:
        return ""
    turned = np.stack(
        [centred(fit(with_usual_pen(cropped_to(np.rot90(digit.cropped, -k))))) for k in _TURNS]
    )
    best = reader.probabilities(turned)[:, : reader.NONE].max(axis=1)
    if best.max() < max(0.95, upright + 0.3):
        return ""
    turn = list(_TURNS.values())[int(best.argmax())]
    return f"The page may lie on its side: it reads better if it was written {turn}."
