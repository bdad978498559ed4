"""Pages drawn by one call: a digit, letter or sign in some condition, or a number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_utils.handwriting import styles
from course_utils.handwriting.conditions import CONDITIONS, number
from course_utils.handwriting.writings import Random, Writing, by_style

_NUMBERS_ON = ("plain", "shade on one side", "ruled paper")


def draw_page(
    sign: int | str | tuple[str, float], condition: str = "pen of 5 pixels", *, seed: int = 0
) -> np.ndarray:
    """Draw a page with one digit, letter or sign, as someone might photograph it.

    Parameters
    ----------
    sign
        A digit 0 to 9; the name of a letter or sign in `styles.LETTERS` or `styles.SIGNS`; or
        strokes of your own, ``("50,0 50,100 | 20,100 80,100", 0.5)``: points x,y in percent of
        width and height, strokes parted by ``|``, then the width over the height.
    condition
        A name in `CONDITIONS`.
    seed
        Of the hand, of the way to write the sign where there are several, and of the page.

    Returns
    -------
    numpy.ndarray
        uint8 (h, w), 0 black to 255 white.

    Raises
    ------
    ValueError
        If the sign or the condition isn't known.
    """
    if condition not in CONDITIONS:
        raise ValueError(f"condition is {condition!r}: use one of {', '.join(CONDITIONS)}")
    random = np.random.default_rng(seed)
    return CONDITIONS[condition](_hand(sign, random), random)


def draw_number(digits: Sequence[int], condition: str = "plain", *, seed: int = 0) -> np.ndarray:
    """Draw a page with several digits beside each other.

    Parameters
    ----------
    digits
        From left to right.
    condition
        "plain", "shade on one side" or "ruled paper".
    seed
        As for `draw_page`.

    Returns
    -------
    numpy.ndarray
        uint8 (h, w), 0 black to 255 white.

    Raises
    ------
    ValueError
        If there are no digits, one isn't 0 to 9, or the condition isn't known.
    """
    if condition not in _NUMBERS_ON:
        raise ValueError(f"condition is {condition!r}: use one of {', '.join(_NUMBERS_ON)}")
    if len(digits) == 0:
        raise ValueError("digits is empty: give at least one")
    random = np.random.default_rng(seed)
    return number([_hand(int(digit), random) for digit in digits], random, condition=condition)


def _hand(sign: int | str | tuple[str, float], random: Random) -> Writing:
    if isinstance(sign, tuple):
        return by_style(sign, random)
    known: dict[int | str, tuple[tuple[str, float], ...]] = {}
    for of in (styles.DIGITS, styles.LETTERS, styles.SIGNS):
        known.update(of)  # type: ignore[arg-type]
    if sign not in known:
        raise ValueError(
            f"sign is {sign!r}: give a digit from 0 to 9, one of "
            f"{', '.join([*styles.LETTERS, *styles.SIGNS])}, or strokes of your own"
        )
    ways = known[sign]
    return by_style(ways[random.integers(len(ways))], random)
