"""The rules of VOC and COCO: an example with published figures, and slow versions of both.

The slow versions follow the definitions (VOC's development kits of 2007 and 2010; COCO's
detection-eval page), one detection and one object at a time, in plain Python.
"""

import doctest

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils.detection import precision
from course_utils.detection.boxes import (
    Detections,
    Objects,
    areas,
    intersection_over_union,
    non_maximum_suppression,
)
from course_utils.detection.precision import (
    COCO_THRESHOLDS,
    average_precision,
    mean_average_precision,
    ranked,
    sort_out,
    true_positives,
)

STABLE = settings(derandomize=True, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)

# R. Padilla, S. L. Netto and E. A. B. da Silva, "A survey on performance metrics for
# object-detection algorithms" (2020): seven images, 15 objects and 24 detections of one class, each
# as left, top, width and height, the detections with their score in percent before.
PEOPLE = [
    [(25, 16, 38, 56), (129, 123, 41, 62)],
    [(123, 11, 43, 55), (38, 132, 59, 45)],
    [(16, 14, 35, 48), (123, 30, 49, 44), (99, 139, 47, 47)],
    [(53, 42, 40, 52), (154, 43, 31, 34)],
    [(59, 31, 44, 51), (48, 128, 34, 52)],
    [(36, 89, 52, 76), (62, 58, 44, 67)],
    [(28, 31, 55, 63), (58, 67, 50, 58)],
]
FOUND = [
    [(88, 5, 67, 31, 48), (70, 119, 111, 40, 67), (80, 124, 9, 49, 67)],
    [(71, 64, 111, 64, 58), (54, 26, 140, 60, 47), (74, 19, 18, 43, 35)],
    [
        (18, 109, 15, 77, 39),
        (67, 86, 63, 46, 45),
        (38, 160, 62, 36, 53),
        (91, 105, 131, 47, 47),
        (44, 18, 148, 40, 44),
    ],
    [(35, 83, 28, 28, 26), (78, 28, 68, 42, 67), (45, 87, 89, 25, 39), (14, 10, 155, 60, 26)],
    [(62, 50, 38, 28, 46), (44, 95, 11, 53, 28), (95, 29, 131, 72, 29), (23, 29, 163, 72, 29)],
    [(45, 43, 48, 74, 38), (84, 17, 155, 29, 35), (43, 95, 110, 25, 42)],
    [(48, 16, 20, 101, 88), (95, 33, 116, 37, 49)],
]


def edges(left, top, width, height):
    return [top, left, top + height, left + width]


def objects(rows):
    return Objects(np.array([edges(*row) for row in rows]), np.zeros(len(rows), int))


def detections(rows):
    boxes, scores = [edges(*row[1:]) for row in rows], [row[0] / 100 for row in rows]
    return Detections(np.array(boxes), np.zeros(len(rows), int), np.array(scores))


@pytest.mark.parametrize(
    ("inclusive", "points", "percent"),
    [(True, None, 24.57), (False, None, 22.54), (True, 11, 26.84), (False, 11, 26.84)],
)
def test_the_survey_s_example(inclusive, points, percent):
    result = mean_average_precision(
        [detections(rows) for rows in FOUND],
        [objects(rows) for rows in PEOPLE],
        classes=1,
        threshold=0.3,
        points=points,
        inclusive=inclusive,
    )
    assert round(100 * result.mean, 2) == percent


def test_inclusive_boxes_are_a_pixel_longer():
    assert areas([[0, 0, 0, 0], [1, 2, 3, 5]], inclusive=True).tolist() == [1, 12]
    assert areas([[0, 0, 0, 0], [1, 2, 3, 5]]).tolist() == [0, 6]
    one, other = [[0, 0, 1, 1]], [[1, 1, 2, 2]]
    assert intersection_over_union(one, other).item() == 0
    assert intersection_over_union(one, other, inclusive=True).item() == pytest.approx(1 / 7)
    assert non_maximum_suppression([*one, *other], [2, 1], threshold=0.1).tolist() == [0, 1]
    kept = non_maximum_suppression([*one, *other], [2, 1], threshold=0.1, inclusive=True)
    assert kept.tolist() == [0]
    found, truth = Detections(one, [0], [1.0]), Objects(other, [0])
    options = {"threshold": 0.1, "inclusive": True}
    assert true_positives(found, truth, threshold=0.1).tolist() == [False]
    assert true_positives(found, truth, **options).tolist() == [True]
    assert len(sort_out(found, truth, **options).missed.labels) == 0
    assert ranked([found], [truth], 0, **options)[0].tolist() == [True]


@given(SEEDS)
@settings(STABLE, max_examples=50)
def test_inclusive_overlaps_count_pixels(seed):
    starts = np.random.default_rng(seed).integers(0, 6, (4, 2))
    ends = starts + np.random.default_rng(seed + 1).integers(0, 6, (4, 2))
    boxes = np.concatenate([starts, ends], axis=1)
    rows, columns = np.indices((12, 12))
    masks = [
        (rows >= top) & (rows <= bottom) & (columns >= left) & (columns <= right)
        for top, left, bottom, right in boxes
    ]
    expected = [[np.sum(a & b) / np.sum(a | b) for b in masks] for a in masks]
    found = intersection_over_union(boxes, boxes, inclusive=True)
    np.testing.assert_allclose(found, expected)


def test_the_second_choice():
    # Both detections overlap the first object most.
    truth = Objects(np.array([[0, 0, 10, 10], [0, 2, 10, 12]]), np.array([1, 1]))
    found = Detections(np.array([[0, 0, 10, 10], [0, 0, 10, 11]]), np.array([1, 1]), [0.9, 0.8])
    assert true_positives(found, truth).tolist() == [True, False]
    assert true_positives(found, truth, second_choice=True).tolist() == [True, True]
    strict = true_positives(found, truth, threshold=0.9, second_choice=True)
    assert strict.tolist() == [True, False]
    other = Objects(truth.boxes, np.array([1, 2]))
    assert true_positives(found, other, second_choice=True).tolist() == [True, False]


@pytest.mark.parametrize(
    ("right", "positives", "points", "area"),
    [
        # Precision 1 up to recall 1/2, then 2/3: at 0 to 0.5, and at 0.6 to 1.
        ([True, False, True], 2, 11, (6 + 5 * 2 / 3) / 11),
        ([True, False, True], 2, 101, (51 + 50 * 2 / 3) / 101),
        ([True], 4, 11, 3 / 11),  # 0, 0.1 and 0.2 of a recall of 1/4
        ([True], 4, 101, 26 / 101),
        ([True, True], 2, 2, 1),
        ([False, False], 3, 11, 0),
        ([], 3, 101, 0),
    ],
)
def test_some_points_of_the_curve_by_hand(right, positives, points, area):
    assert average_precision(right, positives, points=points) == pytest.approx(area)


def slow_points(right, positives, points):
    total = 0.0
    for wanted in np.linspace(0, 1, points):
        reached = [
            sum(right[:cut]) / cut
            for cut in range(1, len(right) + 1)
            if sum(right[:cut]) / positives >= wanted
        ]
        total += max(reached, default=0.0)
    return total / points


@given(st.lists(st.booleans(), max_size=14), st.integers(1, 12), st.sampled_from([2, 11, 101]))
@settings(STABLE, max_examples=200)
def test_some_points_of_the_curve_by_their_definition(right, positives, points):
    assume(sum(right) <= positives)
    expected = slow_points(right, positives, points)
    assert average_precision(right, positives, points=points) == pytest.approx(expected)


def overlap(one, other, more):
    height = min(one[2], other[2]) - max(one[0], other[0]) + more
    width = min(one[3], other[3]) - max(one[1], other[1]) + more
    common = max(height, 0) * max(width, 0)
    sizes = [(box[2] - box[0] + more) * (box[3] - box[1] + more) for box in (one, other)]
    return common / (sum(sizes) - common)


def slow_right(found, truth, threshold, second_choice, more):
    """Right or wrong for each (score, box), the surest first."""
    taken, outcome = set(), []
    for score, box in sorted(found, key=lambda one: -one[0]):
        best, place = 0.0, None
        for index, other in enumerate(truth):
            if second_choice and index in taken:
                continue
            share = overlap(box, other, more)
            if share > best or (second_choice and share == best > 0):
                best, place = share, index
        right = place is not None and best >= threshold and place not in taken
        if right:
            taken.add(place)
        outcome.append((score, right))
    return outcome


def slow_mean(found, truths, classes, thresholds, points, second_choice, more):
    """The mean over thresholds and over the classes of which there is an object."""
    values = []
    for label in range(classes):
        for threshold in thresholds:
            outcomes, positives = [], 0
            for one, truth in zip(found, truths):
                mine = [(s, b) for b, c, s in zip(*one) if c == label]
                there = [b for b, c in zip(*truth) if c == label]
                positives += len(there)
                outcomes += slow_right(mine, there, threshold, second_choice, more)
            if positives:
                outcomes.sort(key=lambda outcome: -outcome[0])
                right = [outcome[1] for outcome in outcomes]
                values.append(slow_points(right, positives, points))
    return np.mean(values)


def crowded(seed):
    """Some images with objects, and detections near them, two classes."""
    rng = np.random.default_rng(seed)
    found, truths = [], []
    for _ in range(rng.integers(1, 4)):
        count, tries = rng.integers(1, 6), rng.integers(0, 9)
        corners = rng.integers(0, 12, (count, 2))
        boxes = np.concatenate([corners, corners + rng.integers(6, 16, (count, 2))], axis=1)
        labels, places = rng.integers(0, 2, count), rng.integers(0, count, tries)
        near = boxes[places] + rng.integers(-2, 3, (tries, 4))
        scores = rng.random(tries).round(rng.choice([1, 6]))
        said = np.where(rng.random(tries) < 0.8, labels[places], rng.integers(0, 2, tries))
        truths.append(Objects(boxes, labels))
        found.append(Detections(near.reshape(-1, 4), said, scores))
    return found, truths


@given(SEEDS)
@settings(STABLE, max_examples=60)
def test_coco_against_the_slow_version(seed):
    found, truths = crowded(seed)
    options = {"threshold": COCO_THRESHOLDS, "points": 101, "second_choice": True}
    result = mean_average_precision(found, truths, classes=2, **options)
    expected = slow_mean(found, truths, 2, COCO_THRESHOLDS, 101, True, 0)
    assert result.mean == pytest.approx(expected)


@given(SEEDS, st.sampled_from([0.3, 0.5, 0.75]))
@settings(STABLE, max_examples=60)
def test_voc_2007_against_the_slow_version(seed, threshold):
    found, truths = crowded(seed)
    options = {"threshold": threshold, "points": 11, "inclusive": True}
    result = mean_average_precision(found, truths, classes=2, **options)
    expected = slow_mean(found, truths, 2, [threshold], 11, False, 1)
    assert result.mean == pytest.approx(expected)


def test_several_thresholds_are_averaged_class_by_class():
    found, truths = crowded(3)
    each = [
        mean_average_precision(found, truths, classes=3, threshold=one).by_class
        for one in (0.5, 0.9)
    ]
    both = mean_average_precision(found, truths, classes=3, threshold=(0.5, 0.9))
    np.testing.assert_allclose(both.by_class, np.mean(each, axis=0))
    assert len(COCO_THRESHOLDS) == 10
    np.testing.assert_allclose(COCO_THRESHOLDS, 0.5 + 0.05 * np.arange(10))


@pytest.mark.parametrize("points", [1, 0, -11, 11.0, True, "11"])
def test_a_number_of_points_that_is_none(points):
    with pytest.raises(ValueError, match=r"points is .*: use a whole number of at least 2"):
        average_precision([True], 1, points=points)


@pytest.mark.parametrize("threshold", [(), [0.5, 2], "0.5", None, [[0.5]]])
def test_thresholds_that_are_none(threshold):
    found, truths = crowded(3)
    with pytest.raises(ValueError, match=r"threshold is .*between 0 and 1"):
        mean_average_precision(found, truths, classes=2, threshold=threshold)


def test_examples():
    assert doctest.testmod(precision).failed == 0
