"""Counting what a classifier says against what is true."""

import doctest

import numpy as np
import pytest

from course_utils.networks import metrics
from course_utils.networks.metrics import confusion_matrix


def test_examples_of_the_docstrings():
    assert doctest.testmod(metrics).failed == 0


def test_rows_are_the_truth_and_columns_what_was_said():
    matrix = confusion_matrix([2, 2, 2, 0], [2, 1, 1, 0], classes=3)
    assert matrix.tolist() == [[1, 0, 0], [0, 0, 0], [0, 2, 1]]


def test_it_counts_as_a_loop_does():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 500).astype(np.uint8)
    predictions = rng.integers(0, 10, 500)
    by_loop = np.zeros((10, 10), dtype=int)
    for label, prediction in zip(labels, predictions):
        by_loop[label, prediction] += 1
    matrix = confusion_matrix(labels, predictions)
    np.testing.assert_array_equal(matrix, by_loop)
    assert np.trace(matrix) == np.sum(labels == predictions)


def test_small_integers_do_not_wrap_around():
    # 200 · 201 + 200 is far beyond what a uint8 holds
    last = np.array([200], dtype=np.uint8)
    assert confusion_matrix(last, last, classes=201)[200, 200] == 1


@pytest.mark.parametrize(
    ("labels", "predictions", "says"),
    [
        ([0, 1], [0], "predictions has 1 entries for 2 labels"),
        ([0, 10], [0, 1], "labels holds 10"),
        ([0, 1], [0, -1], "predictions holds -1"),
        ([0, 1], [[0, 1]], "predictions has 2 axes"),
        ([0, 1], [0.9, 0.1], "predictions has dtype float64"),
        ([], [], "labels"),
        (["a"], [0], "labels.0. is .a., which is no number"),
    ],
)
def test_bad_arguments_are_named(labels, predictions, says):
    with pytest.raises(ValueError, match=says):
        confusion_matrix(labels, predictions)


def test_a_number_of_classes_is_a_positive_integer():
    with pytest.raises(ValueError, match="classes is 0"):
        confusion_matrix([0], [0], classes=0)
