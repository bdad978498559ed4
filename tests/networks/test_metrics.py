"""Counting what a classifier says against what is true."""

import doctest

import numpy as np
import pytest

from course_utils.networks import metrics
from course_utils.networks.metrics import (
    confusion_matrix,
    paired_counts,
    paired_standard_error,
)


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


def two_readers(n=400, seed=0):
    rng = np.random.default_rng(seed)
    hard = rng.random(n)
    return hard < rng.normal(0.8, 0.1, n), hard < rng.normal(0.9, 0.1, n)


def test_the_table_counts_each_example_once():
    a, b = two_readers()
    table = paired_counts(a, b)
    assert table.sum() == len(a)
    assert (table[0].sum(), table[:, 0].sum()) == (a.sum(), b.sum())
    assert table[0, 1] == sum(x and not y for x, y in zip(a.tolist(), b.tolist()))
    np.testing.assert_array_equal(paired_counts(b, a), table.T)


def test_the_paired_error_is_that_of_the_mean_of_the_differences():
    a, b = two_readers()
    differences = a.astype(float) - b
    expected = differences.std() / np.sqrt(len(a))
    np.testing.assert_allclose(paired_standard_error(a, b), expected, rtol=1e-12)


def test_the_paired_error_is_what_other_examples_would_show():
    a, b = two_readers(100_000)
    gaps = (a.astype(float) - b).reshape(250, 400).mean(axis=1)
    np.testing.assert_allclose(
        paired_standard_error(a[:4000], b[:4000]) * np.sqrt(10), gaps.std(), rtol=0.15
    )


def test_readers_who_agree_have_no_error_and_strangers_have_the_unpaired_one():
    a, _ = two_readers()
    assert paired_standard_error(a, a) == 0
    first = np.tile([True, True, False, False], 50)
    second = np.tile([True, False, True, False], 50)  # uncorrelated with the first
    unpaired = np.sqrt((first.var() + second.var()) / 200)
    np.testing.assert_allclose(paired_standard_error(first, second), unpaired, rtol=1e-12)


@pytest.mark.parametrize("function", [paired_counts, paired_standard_error])
@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ([True, False], [True], "right_b has 1 entries and right_a 2"),
        ([1, 2], [True, True], "right_a holds other values"),
        ([True], [0.5], "right_b holds other values"),
        ([[True]], [[True]], "right_a has shape"),
        ([], [], "right_a has shape"),
    ],
)
def test_pairs_are_equally_long_lines_of_truths(function, a, b, says):
    with pytest.raises(ValueError, match=says):
        function(a, b)
