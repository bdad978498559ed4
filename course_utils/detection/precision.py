"""How good a detector is: precision, recall, and the average precision of each class.

The rules are those of the PASCAL VOC challenges from 2010 on: M. Everingham et al., "The PASCAL
Visual Object Classes Challenge: a retrospective" (2015), section 2.4, and the development kit of
2010, section 3.4.1. Published figures follow one of three rules, which may differ by several
percentage points on the same boxes:

================  ======================================================================
VOC 2007          ``points=11, inclusive=True``
VOC 2010 to 2012  ``inclusive=True``
COCO              ``threshold=COCO_THRESHOLDS, points=101, second_choice=True``
================  ======================================================================

`inclusive` is for boxes that name their last pixel, as VOC's files do (`boxes`); those of this
course don't. COCO's rule is that of T.-Y. Lin et al., "Microsoft COCO: common objects in context"
(2014), and of pycocotools; its figure is called mAP@[.5:.95], or AP alone. COCO looks at the 100
surest detections of each class in an image; leave out the others first, if there are more. Crowds,
difficult objects and ranges of size are not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_real
from course_utils.detection.boxes import Detections, Objects, as_share
from course_utils.detection.claims import (
    Outcome,
    by_image,
    ranked,
    ranked_checked,
    sort_out,
    true_positives,
)
from course_utils.memory import within_memory

__all__ = [
    "COCO_THRESHOLDS",
    "Evaluation",
    "Outcome",
    "PrecisionRecall",
    "as_truth_values",
    "average_precision",
    "mean_average_precision",
    "precision_recall",
    "ranked",
    "sort_out",
    "true_positives",
]

# From 0.5 to 0.95 in steps of 0.05, as pycocotools rounds them.
COCO_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).tolist())


class PrecisionRecall(NamedTuple):
    """After each detection, the surest first: shares that are `precision` and `recall` so far."""

    precision: np.ndarray
    recall: np.ndarray


class Evaluation(NamedTuple):
    """`by_class` (classes,), NaN for a class that isn't there, and the `mean` of the others."""

    mean: float
    by_class: np.ndarray


def precision_recall(right: ArrayLike, positives: int) -> PrecisionRecall:
    """Return precision and recall after the first, the first two, the first three … detections.

    Parameters
    ----------
    right
        Whether each detection is right, the surest first, `bool` (n,) or 0 and 1.
    positives
        How many objects there are to be found.

    Returns
    -------
    PrecisionRecall
        `precision`, the share of the detections so far that are right, and `recall`, the share of
        the objects that they have found; `float64` (n,) each.

    Raises
    ------
    ValueError
        If `right` isn't truth values, there is nothing to be found, or more is right than there
        is.
    """
    positives = as_integer("positives", positives, 1)
    right = as_truth_values("right", right)
    hits = np.cumsum(right)
    if right.sum() > positives:
        raise ValueError(
            f"right has {right.sum()} detections that are right, for {positives} objects: "
            "an object can be found once"
        )
    return PrecisionRecall(hits / np.arange(1, len(hits) + 1), hits / positives)


def as_truth_values(name: str, value: ArrayLike) -> np.ndarray:
    """Return `value` as `bool` (n,): booleans, or integers that are 0 or 1.

    Raises
    ------
    ValueError
        If it is anything else: a score isn't a truth value, and the text "False" is true to Python.
    """
    array = as_real(name, value)
    if array.ndim != 1:
        raise ValueError(f"{name} has shape {array.shape}: give one truth value a detection, (n,)")
    if array.size and (array.dtype.kind == "f" or not ((array == 0) | (array == 1)).all()):
        raise ValueError(
            f"{name} holds {array[(array != 0) & (array != 1)][:1].tolist() or array[:1].tolist()} "
            f"as {array.dtype}: give truth values, such as true_positives returns them"
        )
    return array.astype(bool)


@within_memory("points")
def average_precision(right: ArrayLike, positives: int, *, points: int | None = None) -> float:
    """Return the area under the curve of precision against recall, made to fall only.

    At every recall counts the best precision that is reached there or later. All points of the
    curve make AP = Σ (recall_i − recall_{i−1}) · max_{j ≥ i} precision_j. With N `points` it is the
    mean height at N recalls instead, AP = 1/N · Σ_r max_{recall_j ≥ r} precision_j for
    r = 0, 1 / (N − 1), …, 1, and 0 where no recall is so large.

    Parameters
    ----------
    right
        Whether each detection is right, the surest first, `bool` (n,) or 0 and 1.
    positives
        How many objects there are to be found.
    points
        11 for the rule of VOC 2007, 101 for that of COCO, at least 2; None for all. Recall and r
        are compared as floating-point numbers, as both programs do.

    Returns
    -------
    float
        Between 0, nothing found, and 1, everything found before the first fault.

    Raises
    ------
    ValueError
        If there is nothing to be found, more is right than there is, or `points` isn't a whole
        number of at least 2.

    Examples
    --------
    >>> average_precision([True, False, True], positives=2)
    0.8333333333333333
    >>> round(average_precision([True, False, True], positives=2, points=11), 4)
    0.8485
    """
    precision, recall = precision_recall(right, positives)
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    if points is not None:
        wanted = np.linspace(0, 1, as_integer("points", points, 2))
        return float(np.append(best_from_here, 0)[np.searchsorted(recall, wanted)].mean())
    return float(np.sum(np.diff(recall, prepend=0) * best_from_here))


@within_memory("classes", "points")
def mean_average_precision(
    found: Sequence[Detections],
    truths: Sequence[Objects],
    *,
    classes: int = 10,
    threshold: float | Sequence[float] = 0.5,
    points: int | None = None,
    inclusive: bool = False,
    second_choice: bool = False,
) -> Evaluation:
    """Return the average precision of every class, and their mean, mAP.

    Parameters
    ----------
    found, truths
        What is found and what is there, one entry an image. Give detections of low score as well:
        average precision looks at all of them in order.
    classes
        How many there are: labels run from 0 to `classes` − 1.
    threshold
        From which intersection over union on a box counts as right: 0.5 for mAP@0.5. With several,
        such as `COCO_THRESHOLDS` for mAP@[.5:.95], every average precision is the mean over them.
    points
        As in `average_precision`.
    inclusive, second_choice
        As in `true_positives`. This module's docstring says what VOC and COCO take.

    Returns
    -------
    Evaluation
        Classes of which no object is there have no average precision (NaN) and are left out of the
        mean.

    Raises
    ------
    ValueError
        As in `true_positives`; also if `found` and `truths` aren't equally many, a label isn't
        below `classes`, or there isn't a single object.
    """
    classes = as_integer("classes", classes, 1)
    found, truths = by_image(found, truths)
    thresholds = _as_thresholds(threshold)
    _check_classes("found", found, classes)
    _check_classes("truths", truths, classes)
    by_class = np.full(classes, np.nan)
    for label in range(classes):
        at_each = []
        for one in thresholds:
            right, positives = ranked_checked(found, truths, label, one, inclusive, second_choice)
            if positives:
                at_each.append(average_precision(right, positives, points=points))
        if at_each:
            by_class[label] = np.mean(at_each)
    if np.isnan(by_class).all():
        raise ValueError(
            f"truths holds no object of the classes 0 to {classes - 1}: precision and recall need "
            "something to be found"
        )
    return Evaluation(float(np.nanmean(by_class)), by_class)


def _as_thresholds(value: object) -> list[float]:
    if isinstance(value, (list, tuple, np.ndarray)) and np.ndim(value) == 1:
        if not len(value):
            raise ValueError(f"threshold is {value!r}: give a number between 0 and 1, or several")
        return [as_share("threshold", one) for one in value]
    return [as_share("threshold", value)]


def _check_classes(
    name: str, entries: Sequence[Detections] | Sequence[Objects], classes: int
) -> None:
    largest = max((int(one.labels.max(initial=0)) for one in entries), default=0)
    if largest >= classes:
        raise ValueError(
            f"{name} has the label {largest}, which {classes} classes, 0 to {classes - 1}, don't "
            f"have: give classes={largest + 1} or more"
        )
