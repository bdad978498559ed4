"""Boxes around things in images: how much two overlap, and which of many to keep.

A box is four numbers (top, left, bottom, right) in pixels: the distances of its edges from the
upper left corner of the image. Pixel (0, 0) alone fills the box (0, 0, 1, 1).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Objects(NamedTuple):
    """What is in an image: `boxes` (n, 4), and the class of each in `labels`, integers (n,)."""

    boxes: np.ndarray
    labels: np.ndarray


class Detections(NamedTuple):
    """What a detector finds in an image: `boxes` (n, 4), `labels` (n,) and `scores` (n,).

    The scores, between 0 and 1, say how sure it is; the surest comes first.
    """

    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray


def at_least(found: Detections, score: float) -> Detections:
    """Return the detections with at least this score, in their order.

    Parameters
    ----------
    found
        What a detector says about an image.
    score
        Between 0 and 1.

    Raises
    ------
    ValueError
        If `score` isn't between 0 and 1.
    """
    sure = np.asarray(found.scores) >= as_share("score", score)
    return Detections(*(np.asarray(part)[sure] for part in found))


def areas(boxes: ArrayLike) -> np.ndarray:
    """Return the area of each box in square pixels.

    Parameters
    ----------
    boxes
        Array (n, 4) of boxes (top, left, bottom, right).

    Returns
    -------
    numpy.ndarray
        `float64` (n,), 0 for a box without height or width.

    Raises
    ------
    ValueError
        If `boxes` isn't of this form, or an edge isn't a finite number or lies on the wrong side.
    """
    return _areas(as_boxes("boxes", boxes))


def intersection_over_union(boxes: ArrayLike, others: ArrayLike) -> np.ndarray:
    """Return how much each box overlaps each of the others: common area / area of both together.

    Parameters
    ----------
    boxes, others
        Arrays (n, 4) and (m, 4) of boxes (top, left, bottom, right).

    Returns
    -------
    numpy.ndarray
        `float64` (n, m): 0 for boxes that share no area, 1 for equal ones. A box without area
        shares none with any, not even with itself.

    Raises
    ------
    ValueError
        If an argument isn't of this form, or an edge isn't a finite number or lies on the wrong
        side.

    Examples
    --------
    >>> intersection_over_union([[0, 0, 2, 2]], [[0, 1, 2, 3], [0, 0, 2, 2], [5, 5, 6, 6]])
    array([[0.33333333, 1.        , 0.        ]])
    """
    one, two = as_boxes("boxes", boxes), as_boxes("others", others)
    start = np.maximum(one[:, None, :2], two[:, :2])
    end = np.minimum(one[:, None, 2:], two[:, 2:])
    common = np.prod(np.clip(end - start, 0, None), axis=-1)
    union = _areas(one)[:, None] + _areas(two) - common
    # Where nothing is shared the union may be 0, and the quotient is not looked at.
    return np.divide(common, union, out=np.zeros_like(common), where=common > 0)


def non_maximum_suppression(
    boxes: ArrayLike,
    scores: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    threshold: float = 0.5,
) -> np.ndarray:
    """Choose among overlapping boxes: the surest stays, and drops those that overlap it too much.

    Greedy, as in P. Felzenszwalb, R. Girshick, D. McAllester and D. Ramanan, "Object detection
    with discriminatively trained part-based models" (2010), section 7.2.

    Parameters
    ----------
    boxes
        Array (n, 4) of boxes (top, left, bottom, right); n may be 0.
    scores
        How sure the detector is of each, (n,). Among equal scores the earlier box goes first.
    labels
        The class of each, (n,): boxes of different classes then leave each other alone. None
        treats all alike.
    threshold
        A box is dropped if its intersection over union with a kept one is greater than this.

    Returns
    -------
    numpy.ndarray
        `int64` places of the boxes that are kept, the surest first.

    Raises
    ------
    ValueError
        If `boxes`, `scores` and `labels` don't fit each other, a score isn't a number, or
        `threshold` isn't between 0 and 1.
    """
    boxes = as_boxes("boxes", boxes)
    scores = _one_each("scores", scores, len(boxes))
    labels = np.zeros(len(boxes)) if labels is None else _one_each("labels", labels, len(boxes))
    threshold = as_share("threshold", threshold)
    overlaps = intersection_over_union(boxes, boxes) > threshold
    overlaps &= labels[:, None] == labels
    kept: list[int] = []
    free = np.ones(len(boxes), bool)
    for place in np.argsort(-scores, kind="stable"):
        if free[place]:
            kept.append(int(place))
            free &= ~overlaps[place]
    return np.array(kept, np.int64)


def as_boxes(name: str, value: ArrayLike) -> np.ndarray:
    """Return `value` as `float64` boxes (n, 4), n at least 0; an empty list counts as no boxes.

    Raises
    ------
    ValueError
        If the value has another shape, an edge isn't a finite number, or a box ends before it
        begins.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} can't be made an array of numbers ({error}): give rows of four, "
            "(top, left, bottom, right)"
        ) from error
    if array.size == 0 and array.ndim <= 2:
        return np.zeros((0, 4))
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(
            f"{name} has shape {array.shape}: give (n, 4), a row (top, left, bottom, right) for "
            "each box; a single box is [box]"
        )
    if not np.isfinite(array).all():
        place = np.flatnonzero(~np.isfinite(array).all(axis=1))[0]
        raise ValueError(f"{name}[{place}] is {array[place].tolist()}: every edge must be finite")
    wrong = (array[:, 2:] < array[:, :2]).any(axis=1)
    if wrong.any():
        place = np.flatnonzero(wrong)[0]
        raise ValueError(
            f"{name}[{place}] is {array[place].tolist()}, which ends before it begins: "
            "order the edges (top, left, bottom, right)"
        )
    return array


def as_share(name: str, value: object) -> float:
    """Return `value` as a `float` between 0 and 1.

    Raises
    ------
    ValueError
        If it isn't one.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not 0 <= number <= 1:
        raise ValueError(f"{name} is {value!r}: use a number between 0 and 1")
    return number


def _areas(boxes: np.ndarray) -> np.ndarray:
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)


def _one_each(name: str, value: ArrayLike, count: int) -> np.ndarray:
    array = np.asarray(value, dtype=np.float64)
    if array.shape != (count,):
        raise ValueError(f"{name} has shape {array.shape} for {count} boxes: give one for each")
    if np.isnan(array).any():
        raise ValueError(f"{name}[{np.flatnonzero(np.isnan(array))[0]}] is nan: give a number")
    return array
