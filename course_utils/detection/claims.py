"""Which detections are right: each object can be found once, by the surest that overlaps it.

The rule is that of the PASCAL VOC challenges or that of COCO: see `course_utils.detection.precision`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from course_utils.arguments import as_switch
from course_utils.detection.boxes import (
    Detections,
    Objects,
    as_detections,
    as_objects,
    as_share,
    intersection_over_union,
)


class Outcome(NamedTuple):
    """What a detector got `right` and `wrong` in an image, and what it `missed`."""

    right: Detections
    wrong: Detections
    missed: Objects


def true_positives(
    found: Detections,
    truth: Objects,
    *,
    threshold: float = 0.5,
    inclusive: bool = False,
    second_choice: bool = False,
) -> np.ndarray:
    """Tell which detections in an image are right.

    Each detection, the surest first, is compared with the object of its class that it overlaps
    most. It is right if their intersection over union is at least `threshold` and no surer
    detection has claimed that object: a second box on the same object is wrong.

    Parameters
    ----------
    found
        What a detector says about the image; among equal scores the earlier one goes first.
    truth
        What is in it.
    threshold
        Between 0 and 1.
    inclusive
        If true, boxes name their last row and column instead of their edges: see
        `intersection_over_union`.
    second_choice
        If true, a detection is compared with those objects of its class only that no surer one has
        claimed, as in COCO: where its first choice is taken, the next may do.

    Returns
    -------
    numpy.ndarray
        `bool`, one for each detection, in the order of `found`.

    Raises
    ------
    ValueError
        If a box isn't one, boxes, labels and scores aren't equally many, a label isn't a class
        number, a score is NaN, or `threshold` isn't between 0 and 1.
    """
    found, truth = as_detections("found", found), as_objects("truth", truth)
    return _claims(found, truth, as_share("threshold", threshold), inclusive, second_choice) >= 0


def sort_out(
    found: Detections,
    truth: Objects,
    *,
    threshold: float = 0.5,
    inclusive: bool = False,
    second_choice: bool = False,
) -> Outcome:
    """Separate what a detector got right in an image from its faults.

    Parameters
    ----------
    found, truth, threshold, inclusive, second_choice
        As in `true_positives`.

    Returns
    -------
    Outcome
        Right and wrong detections, in the order of `found`, and the objects that no detection has
        claimed.

    Raises
    ------
    ValueError
        As in `true_positives`.
    """
    found, truth = as_detections("found", found), as_objects("truth", truth)
    claims = _claims(found, truth, as_share("threshold", threshold), inclusive, second_choice)
    missed = np.setdiff1d(np.arange(len(truth.labels)), claims)
    return Outcome(
        Detections(*(part[claims >= 0] for part in found)),
        Detections(*(part[claims < 0] for part in found)),
        Objects(*(part[missed] for part in truth)),
    )


def _claims(
    found: Detections, truth: Objects, threshold: float, inclusive: bool, second_choice: bool
) -> np.ndarray:
    """Return for each detection the place of the object that it finds, or −1."""
    overlaps = intersection_over_union(found.boxes, truth.boxes, inclusive=inclusive)
    overlaps[found.labels[:, None] != truth.labels] = -1
    second_choice = as_switch("second_choice", second_choice)
    claims = np.full(len(overlaps), -1)
    free = np.ones(overlaps.shape[1], bool)
    for place in np.argsort(-found.scores, kind="stable") if free.size else ():
        if second_choice:
            overlaps[place, ~free] = -1
            # Among equal overlaps the last, as in pycocotools.
            best = len(free) - 1 - overlaps[place, ::-1].argmax()
        else:
            best = overlaps[place].argmax()
        # A threshold of 0 must not make boxes right that touch nothing.
        if overlaps[place, best] > 0 and overlaps[place, best] >= threshold and free[best]:
            claims[place], free[best] = best, False
    return claims


def ranked(
    found: Sequence[Detections],
    truths: Sequence[Objects],
    label: int,
    *,
    threshold: float = 0.5,
    inclusive: bool = False,
    second_choice: bool = False,
) -> tuple[np.ndarray, int]:
    """Return whether each detection of a class is right, over many images, the surest first.

    Parameters
    ----------
    found, truths
        What is found and what is there, one entry an image.
    label
        The class.
    threshold, inclusive, second_choice
        As in `true_positives`.

    Returns
    -------
    right : numpy.ndarray
        `bool`, one for each detection of the class; among equal scores the earlier image leads.
    positives : int
        How many objects of the class there are.

    Raises
    ------
    ValueError
        As in `true_positives`; also if `found` and `truths` aren't equally many.
    """
    found, truths = by_image(found, truths)
    threshold = as_share("threshold", threshold)
    return ranked_checked(found, truths, label, threshold, inclusive, second_choice)


def by_image(
    found: Sequence[Detections], truths: Sequence[Objects]
) -> tuple[list[Detections], list[Objects]]:
    """Return what is found and what is there in each image, checked.

    Raises
    ------
    ValueError
        If they aren't equally many, or one isn't what its name says.
    """
    for name, entries in (("found", found), ("truths", truths)):
        if not isinstance(entries, (list, tuple)):
            raise ValueError(
                f"{name} is a {type(entries).__name__}: give a list with one entry an image"
            )
    if len(found) != len(truths):
        raise ValueError(f"found has {len(found)} entries for {len(truths)} truths: one an image")
    return (
        [as_detections(f"found[{k}]", one) for k, one in enumerate(found)],
        [as_objects(f"truths[{k}]", one) for k, one in enumerate(truths)],
    )


def ranked_checked(
    found: list[Detections],
    truths: list[Objects],
    label: int,
    threshold: float,
    inclusive: bool,
    second_choice: bool,
) -> tuple[np.ndarray, int]:
    """Return what `ranked` does, of arguments that have been checked."""
    right, scores, positives = [np.zeros(0, bool)], [np.zeros(0)], 0
    for one, truth in zip(found, truths):
        mine, there = one.labels == label, truth.labels == label
        of_class = Detections(*(part[mine] for part in one))
        objects = Objects(*(part[there] for part in truth))
        right.append(_claims(of_class, objects, threshold, inclusive, second_choice) >= 0)
        scores.append(of_class.scores)
        positives += int(there.sum())
    order = np.argsort(-np.concatenate(scores), kind="stable")
    return np.concatenate(right)[order], positives
