"""Average precision: cases by hand, and a slow version that follows the definition."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course_utils.detection.boxes import Detections, Objects
from course_utils.detection.precision import (
    average_precision,
    mean_average_precision,
    precision_recall,
    ranked,
    sort_out,
    true_positives,
)

NOTHING = Detections(np.zeros((0, 4)), np.zeros(0, int), np.zeros(0))
EMPTY = Objects(np.zeros((0, 4)), np.zeros(0, int))
A, B, C = [0, 0, 10, 10], [0, 20, 10, 30], [20, 0, 30, 10]
NEAR_A = [0, 2, 10, 12]  # IoU 80 / 120 with A
HALF_A = [0, 0, 10, 5]  # IoU 1 / 2 with A
FAR_A = [0, 6, 10, 16]  # IoU 40 / 160 with A


def found(*rows):
    boxes, labels, scores = zip(*rows)
    return Detections(np.array(boxes, float), np.array(labels), np.array(scores, float))


def there(*rows):
    boxes, labels = zip(*rows)
    return Objects(np.array(boxes, float), np.array(labels))


def slow_average_precision(right, positives):
    """The area, summed over each of the recalls 1/positives, 2/positives, … in exact fractions."""
    area = Fraction(0)
    for wanted in range(1, positives + 1):
        # Every cut of the list that reaches this recall, and its precision.
        reached = [
            Fraction(sum(right[:cut]), cut)
            for cut in range(1, len(right) + 1)
            if sum(right[:cut]) >= wanted
        ]
        area += max(reached, default=Fraction(0)) / positives
    return area


@given(st.lists(st.booleans(), max_size=14), st.integers(1, 10))
def test_average_precision_is_that_of_the_definition(right, positives):
    assume(sum(right) <= positives)
    area = average_precision(right, positives)
    assert area == pytest.approx(float(slow_average_precision(right, positives)))
    assert 0 <= area <= 1
    assert average_precision([*right, False], positives) == pytest.approx(area)


@pytest.mark.parametrize(
    ("right", "positives", "area"),
    [
        ([True], 1, 1),
        ([True, True, False, False], 2, 1),
        ([False, True], 1, 1 / 2),
        ([True, False, True], 2, 1 / 2 + 1 / 2 * 2 / 3),
        ([True, False, True, True, False], 4, 1 / 4 + 2 / 4 * 3 / 4),
        ([False, True, True, True], 3, 3 / 4),  # all steps as high as the last
        ([True], 5, 1 / 5),
        ([False, False], 3, 0),
        ([], 3, 0),
    ],
)
def test_average_precision_by_hand(right, positives, area):
    assert average_precision(right, positives) == pytest.approx(area)


def test_precision_and_recall_by_hand():
    precision, recall = precision_recall([True, False, True], 4)
    np.testing.assert_allclose(precision, [1, 1 / 2, 2 / 3])
    np.testing.assert_allclose(recall, [1 / 4, 1 / 4, 2 / 4])
    assert precision_recall([], 2).precision.shape == (0,)


def test_a_detection_is_right_if_class_and_place_are():
    truth = there((A, 1), (B, 2))
    says = found((NEAR_A, 1, 0.9), (B, 1, 0.8), (C, 2, 0.7), (B, 2, 0.6), (FAR_A, 1, 0.5))
    assert true_positives(says, truth).tolist() == [True, False, False, True, False]


def test_half_is_enough_but_not_less():
    assert true_positives(found((HALF_A, 1, 1)), there((A, 1))).tolist() == [True]
    assert true_positives(found((HALF_A, 1, 1)), there((A, 1)), threshold=0.51).tolist() == [False]
    # Threshold 0 asks for some overlap all the same.
    assert true_positives(found((C, 1, 1)), there((A, 1)), threshold=0).tolist() == [False]
    assert true_positives(found((FAR_A, 1, 1)), there((A, 1)), threshold=0).tolist() == [True]


def test_the_second_box_on_an_object_is_wrong_even_if_it_is_better():
    says = found((A, 1, 0.5), (NEAR_A, 1, 0.9))
    assert true_positives(says, there((A, 1))).tolist() == [False, True]


def test_a_detection_claims_the_object_that_it_overlaps_most():
    # Both overlap A most; that B would do for the second does not help it.
    truth = there((A, 1), ([0, 1, 10, 11], 1))
    assert true_positives(found((A, 1, 0.9), (A, 1, 0.8)), truth).tolist() == [True, False]


def test_ties_go_to_the_earlier_detection():
    assert true_positives(found((A, 1, 0.5), (A, 1, 0.5)), there((A, 1))).tolist() == [True, False]


def test_nothing_found_and_nothing_there():
    assert true_positives(NOTHING, there((A, 1))).shape == (0,)
    assert true_positives(found((A, 1, 0.5)), EMPTY).tolist() == [False]
    assert true_positives(NOTHING, EMPTY).shape == (0,)


def test_faults_are_sorted_out():
    truth = there((A, 1), (B, 2), (C, 3))
    says = found((B, 2, 0.9), (A, 7, 0.8), (B, 2, 0.7))
    right, wrong, missed = sort_out(says, truth)
    assert right.scores.tolist() == [0.9]
    assert wrong.labels.tolist() == [7, 2] and wrong.boxes.shape == (2, 4)
    assert missed.labels.tolist() == [1, 3]
    np.testing.assert_array_equal(missed.boxes, [A, C])
    right, wrong, missed = sort_out(NOTHING, truth)
    assert len(right.scores) == len(wrong.scores) == 0 and len(missed.labels) == 3
    assert len(sort_out(says, EMPTY).wrong.scores) == 3


def test_detections_of_all_images_are_ranked_together():
    says = [found((A, 1, 0.4), (B, 1, 0.9)), found((A, 1, 0.6), (A, 2, 1))]
    truths = [there((A, 1), (C, 1)), there((A, 1))]
    right, positives = ranked(says, truths, 1)
    assert right.tolist() == [False, True, True] and positives == 3
    right, positives = ranked(says, truths, 9)
    assert right.shape == (0,) and positives == 0


def test_the_mean_is_over_the_classes_that_are_there():
    says = [found((A, 0, 0.9), (C, 2, 0.8)), found((B, 0, 0.95))]
    truths = [there((A, 0), (B, 1)), EMPTY]
    result = mean_average_precision(says, truths, classes=3)
    np.testing.assert_allclose(result.by_class, [1 / 2, 0, np.nan])
    assert result.mean == pytest.approx(1 / 4)


def test_an_exact_detector_has_one_and_a_silent_one_none():
    truths = [there((A, 0), (B, 1)), there((C, 1)), EMPTY]
    exact = [Detections(t.boxes, t.labels, np.ones(len(t.labels))) for t in truths]
    assert mean_average_precision(exact, truths).mean == 1
    assert mean_average_precision([NOTHING] * 3, truths).mean == 0


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="found has 1 entries for 2 truths"):
        mean_average_precision([NOTHING], [EMPTY, EMPTY])
    with pytest.raises(ValueError, match="truths holds no object"):
        mean_average_precision([NOTHING], [EMPTY])
    with pytest.raises(ValueError, match="positives is 0"):
        average_precision([False], 0)
    with pytest.raises(ValueError, match="2 detections that are right, for 1 objects"):
        average_precision([True, True], 1)
    with pytest.raises(ValueError, match="threshold is 2"):
        true_positives(NOTHING, EMPTY, threshold=2)
    with pytest.raises(ValueError, match="right has shape"):
        precision_recall([[True]], 1)


# --- what is no answer and no truth --------------------------------------------------------------

BOX = [[0, 0, 9, 9]]
FOUND, THERE = Detections(BOX, [3], [0.9]), Objects(BOX, [3])


@pytest.mark.parametrize(
    ("found", "truth", "says"),
    [
        (Detections(BOX, [14], [0.9]), THERE, "found has the label 14, which 10 classes, 0 to 9"),
        (FOUND, Objects(BOX, [10]), r"truths has the label 10, .*give classes=11 or more"),
        (Detections(BOX, [3], [np.nan]), THERE, r"found\[0\].scores\[0\] is nan"),
        (Detections(BOX, [3, 3], [0.9]), THERE, r"found\[0\].labels has 2 entries for 1 boxes"),
        (Detections(BOX, [3], []), THERE, r"found\[0\].scores has shape \(0,\) for 1 boxes"),
        (FOUND, Objects(BOX, []), r"truths\[0\].labels has 0 entries for 1 boxes"),
        (FOUND, Objects(BOX, ["dog"]), r"truths\[0\].labels\[0\] is 'dog'"),
        (FOUND, Objects(BOX, [3.0]), r"truths\[0\].labels has dtype float64"),
        (FOUND, BOX, r"truths\[0\] is a list: give \(boxes, labels\)"),
        (None, THERE, r"found\[0\] is a NoneType"),
    ],
)
def test_faults_in_detections_and_objects_are_named(found, truth, says):
    with pytest.raises(ValueError, match=says):
        mean_average_precision([found], [truth])
    if "classes" not in says:
        for function in (true_positives, sort_out):
            with pytest.raises(
                ValueError, match=says.replace(r"\[0\]", "", 1).replace("ths", "th")
            ):
                function(found, truth)


def test_more_classes_are_counted_when_asked():
    found = [Detections(BOX * 2, [3, 14], [0.9, 0.8])]
    truth = [Objects(BOX * 2, [3, 14])]
    result = mean_average_precision(found, truth, classes=20)
    assert result.mean == 1 and np.flatnonzero(~np.isnan(result.by_class)).tolist() == [3, 14]
    missed = [Objects(BOX * 3, [3, 14, 15])]
    assert mean_average_precision(found, missed, classes=20).mean == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("right", "says"),
    [
        ([0.2, 0.9], r"right holds \[0.2\] as float64: give truth values"),
        ([0.0, 1.0], r"right holds \[0.0\] as float64: give truth values"),
        ([0, 2], r"right holds \[2\] as int64: give truth values"),
        (["False", "True"], r"right\[0\] is 'False', which is no number"),
        ([None, True], r"right\[0\] is None"),
        (True, r"right has shape \(\)"),
    ],
)
def test_what_is_no_truth_value_is_refused(right, says):
    for function in (precision_recall, average_precision):
        with pytest.raises(ValueError, match=says):
            function(right, 2)


def test_truth_values_may_be_ones_and_zeros():
    wanted = average_precision([True, False, True], 2)
    for right in ([1, 0, 1], np.array([1, 0, 1], "u1"), np.array([True, False, True])):
        assert average_precision(right, 2) == wanted


@pytest.mark.parametrize(
    "value", [None, 3, "ab", {"a": 1}, iter([])], ids=lambda v: type(v).__name__
)
def test_what_is_no_list_of_images_is_named(value):
    for name, arguments in (("found", (value, [])), ("truths", ([], value))):
        with pytest.raises(ValueError, match=f"^{name} is a .*: give a list with one entry an"):
            mean_average_precision(*arguments)
