"""Boxes around things in images: how much two overlap, and which of many to keep.

A box is four numbers (top, left, bottom, right) in pixels: the distances of its edges from the
upper left corner of the image. Pixel (0, 0) alone fills the box (0, 0, 1, 1).

Other collections write boxes in other ways. COCO's are (left, top, width, height). Those of the
PASCAL VOC challenges are (left, top, right, bottom), and name pixels instead of edges: the first
and the last column and row that are still inside, so that pixel (0, 0) alone is (0, 0, 0, 0). Put
the four numbers into the order of this module, and say ``inclusive=True`` where a function asks:
heights and widths are then one pixel longer than the difference.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_amount, as_class_numbers, as_double, as_real, as_switch

# Sides from 1 / _LARGE to _LARGE have areas that neither overflow nor vanish.
_LARGE = 1e75


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
        If `found` isn't what a detector says, or `score` isn't between 0 and 1.
    """
    found = as_detections("found", found)
    return Detections(*(part[found.scores >= as_share("score", score)] for part in found))


def areas(boxes: ArrayLike, *, inclusive: bool = False) -> np.ndarray:
    """Return the area of each box in square pixels: (bottom − top) · (right − left).

    Parameters
    ----------
    boxes
        Array (n, 4) of boxes (top, left, bottom, right).
    inclusive
        If true, the four numbers are a box's first and last row and column, as in VOC's files, and
        the area is (bottom − top + 1) · (right − left + 1).

    Returns
    -------
    numpy.ndarray
        `float64` (n,), 0 for a box without height or width.

    Raises
    ------
    ValueError
        If `boxes` isn't of this form, or an edge isn't a finite number or lies on the wrong side.
    """
    return _areas(_with_edges(as_boxes("boxes", boxes), inclusive))


def intersection_over_union(
    boxes: ArrayLike, others: ArrayLike, *, inclusive: bool = False
) -> np.ndarray:
    """Return how much each box overlaps each of the others: common area / area of both together.

    Parameters
    ----------
    boxes, others
        Arrays (n, 4) and (m, 4) of boxes (top, left, bottom, right).
    inclusive
        As in `areas`, for all boxes and for what they share.

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
    return _overlaps(_with_edges(one, inclusive), _with_edges(two, inclusive))


def _with_edges(boxes: np.ndarray, inclusive: bool) -> np.ndarray:
    """Return boxes by their edges, where they may be given by their first and last pixels."""
    return boxes + (0, 0, 1, 1) if as_switch("inclusive", inclusive) else boxes


def _overlaps(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    if not (_plain(one) and _plain(two)):
        return _overlaps_in_units(one / 4, two / 4)
    start = np.maximum(one[:, None, :2], two[:, :2])
    end = np.minimum(one[:, None, 2:], two[:, 2:])
    common = np.prod(np.clip(end - start, 0, None), axis=-1)
    union = _areas(one)[:, None] + _areas(two) - common
    # Where nothing is shared the union may be 0, and the quotient is not looked at.
    return np.divide(common, union, out=np.zeros_like(common), where=common > 0)


def _plain(boxes: np.ndarray) -> bool:
    """Tell whether areas of these boxes neither overflow nor vanish."""
    if np.abs(boxes).max(initial=0) > _LARGE:
        return False
    sides = boxes[:, 2:] - boxes[:, :2]
    return not ((sides > 0) & (sides < 1 / _LARGE)).any()


def _overlaps_in_units(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Return the overlaps with each pair's heights and widths in units of the larger one."""
    sides, other_sides = one[:, None, 2:] - one[:, None, :2], two[:, 2:] - two[:, :2]
    unit = np.maximum(sides, other_sides)
    unit[unit == 0] = 1
    start = np.maximum(one[:, None, :2], two[:, :2])
    end = np.minimum(one[:, None, 2:], two[:, 2:])
    common = np.prod(np.clip(end - start, 0, None) / unit, axis=-1)
    union = np.prod(sides / unit, axis=-1) + np.prod(other_sides / unit, axis=-1) - common
    return np.divide(common, union, out=np.zeros_like(common), where=common > 0)


def non_maximum_suppression(
    boxes: ArrayLike,
    scores: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    threshold: float = 0.5,
    inclusive: bool = False,
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
        The class number of each, (n,): boxes of different classes then leave each other alone. None
        treats all alike.
    threshold
        A box is dropped if its intersection over union with a kept one is greater than this.
    inclusive
        As in `areas`.

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
    boxes = _with_edges(as_boxes("boxes", boxes), inclusive)
    scores = _one_each("scores", scores, len(boxes))
    labels = (
        np.zeros(len(boxes))
        if labels is None
        else _one_each("labels", labels, len(boxes), labels=True)
    )
    threshold = as_share("threshold", threshold)
    order = np.argsort(-scores, kind="stable")
    boxes, labels = boxes[order], labels[order]
    plain, own = _plain(boxes), _areas(boxes)
    free = np.ones(len(boxes), bool)
    # Box by box: the number of all pairs grows with the square of the boxes'.
    for k in range(len(boxes)):
        if not free[k]:
            continue
        box, others = boxes[k], boxes[k + 1 :]
        if plain:
            overlaps = _overlaps_of_one(box, own[k], others, own[k + 1 :])
        else:
            overlaps = _overlaps_in_units(box[np.newaxis] / 4, others / 4)[0]
        free[k + 1 :] &= (overlaps <= threshold) | (labels[k + 1 :] != labels[k])
    return order[free].astype(np.int64)


def _overlaps_of_one(
    box: np.ndarray, own: float, others: np.ndarray, areas_of_others: np.ndarray
) -> np.ndarray:
    top, left, bottom, right = box
    height = np.minimum(bottom, others[:, 2]) - np.maximum(top, others[:, 0])
    width = np.minimum(right, others[:, 3]) - np.maximum(left, others[:, 1])
    common = np.maximum(height, 0) * np.maximum(width, 0)
    # Where nothing is shared the union may be 0: then 0 / 1.
    return common / np.where(common > 0, own + areas_of_others - common, 1)


def as_boxes(name: str, value: ArrayLike) -> np.ndarray:
    """Return `value` as `float64` boxes (n, 4), n at least 0; an empty list counts as no boxes.

    Raises
    ------
    ValueError
        If the value isn't real numbers or has another shape, an edge isn't a finite number, or a
        box ends before it begins.
    """
    array = as_real(name, value).astype(np.float64)
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


def as_objects(name: str, value: Objects) -> Objects:
    """Return `value` with `float64` boxes (n, 4) and as many `int64` class numbers.

    Raises
    ------
    ValueError
        If it isn't a pair of such arrays.
    """
    boxes, labels = _parts(name, value, Objects._fields)
    found = as_boxes(f"{name}.boxes", boxes)
    return Objects(found, _labels(name, labels, len(found)))


def as_detections(name: str, value: Detections) -> Detections:
    """Return `value` with `float64` boxes (n, 4), `int64` class numbers and scores, as many.

    Raises
    ------
    ValueError
        If it isn't three such arrays, or a score is NaN.
    """
    boxes, labels, scores = _parts(name, value, Detections._fields)
    found = as_boxes(f"{name}.boxes", boxes)
    count = len(found)
    return Detections(
        found, _labels(name, labels, count), _one_each(f"{name}.scores", scores, count)
    )


def _parts(name: str, value: object, fields: tuple[str, ...]) -> tuple[ArrayLike, ...]:
    parts: tuple[ArrayLike, ...]
    try:
        parts = tuple(value)  # type: ignore[arg-type]
    except TypeError:
        parts = ()
    if len(parts) != len(fields) or isinstance(value, (str, dict, set)):
        what = type(value).__name__
        raise ValueError(f"{name} is a {what}: give ({', '.join(fields)}), arrays of one length")
    return parts


def _labels(name: str, labels: ArrayLike, count: int) -> np.ndarray:
    array = as_class_numbers(f"{name}.labels", labels)
    if len(array) != count:
        raise ValueError(
            f"{name}.labels has {len(array)} entries for {count} boxes: give one for each"
        )
    return array


def as_share(name: str, value: object) -> float:
    """Return `value` as a `float` between 0 and 1.

    Raises
    ------
    ValueError
        If it isn't one.
    """
    number = as_amount(name, value, "use a number between 0 and 1")
    if not 0 <= number <= 1:
        raise ValueError(f"{name} is {value!r}: use a number between 0 and 1")
    return number


def _areas(boxes: np.ndarray) -> np.ndarray:
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)


def _one_each(name: str, value: ArrayLike, count: int, *, labels: bool = False) -> np.ndarray:
    array = as_real(name, value) if labels else as_double(name, value)
    if array.shape != (count,):
        raise ValueError(f"{name} has shape {array.shape} for {count} boxes: give one for each")
    if np.isnan(array).any():
        raise ValueError(f"{name}[{np.flatnonzero(np.isnan(array))[0]}] is nan: give a number")
    return array
