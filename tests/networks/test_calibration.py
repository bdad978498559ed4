"""Calibration against loops, against SciPy's minimum, and on answers whose truth is known."""

import doctest

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from course_utils.networks import calibration
from course_utils.networks.calibration import (
    answered_and_right,
    expected_calibration_error,
    fit_temperature,
    reliability,
    soften,
)


def drawn(n=4000, classes=5, sharpness=1.0, seed=0):
    """Rows whose labels are drawn from them, then sharpened: scores times `sharpness`."""
    rng = np.random.default_rng(seed)
    scores = 1.5 * rng.normal(size=(n, classes))
    true = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    labels = (true.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    said = np.exp(sharpness * scores)
    return said / said.sum(axis=1, keepdims=True), labels


def test_examples_of_the_docstrings():
    assert doctest.testmod(calibration).failed == 0


@pytest.mark.parametrize("bins", [1, 7, 10, 15])
def test_the_error_is_that_of_a_loop(bins):
    probabilities, labels = drawn(300, sharpness=2)
    total = 0.0
    for k in range(bins):
        inside = [
            (max(row), int(np.argmax(row)) == label)
            for row, label in zip(probabilities, labels)
            if k / bins <= max(row) and (max(row) < (k + 1) / bins or k == bins - 1)
        ]
        if inside:
            sure, right = np.mean(inside, axis=0)
            total += len(inside) / len(labels) * abs(sure - right)
    assert expected_calibration_error(probabilities, labels, bins=bins) == pytest.approx(total)


def test_bins_hold_every_answer_once():
    probabilities, labels = drawn(500)
    found = reliability(probabilities, labels)
    assert found.counts.sum() == 500 and len(found.edges) == 11
    mean = np.nansum(found.counts * found.accuracy) / 500
    assert mean == pytest.approx(np.mean(probabilities.argmax(axis=1) == labels))
    # of five classes one always has a fifth or more
    assert found.counts[:2].tolist() == [0, 0] and np.isnan(found.accuracy[0])


def test_an_answer_on_an_edge_belongs_above_and_certainty_to_the_last():
    found = reliability([[0.5, 0.5], [1.0, 0.0]], [0, 0], bins=2)
    assert found.counts.tolist() == [0, 2]


def test_true_probabilities_are_calibrated_and_sharpened_ones_are_not():
    assert expected_calibration_error(*drawn(20_000)) < 0.015
    assert expected_calibration_error(*drawn(20_000, sharpness=3)) > 0.1


@pytest.mark.parametrize("sharpness", [0.4, 1.0, 2.5])
def test_the_temperature_undoes_what_sharpened_them(sharpness):
    probabilities, labels = drawn(20_000, sharpness=sharpness)
    assert fit_temperature(probabilities, labels) == pytest.approx(sharpness, rel=0.05)


def test_the_temperature_is_scipys_minimum():
    probabilities, labels = drawn(800, sharpness=2)

    def cross_entropy(log_temperature):
        scaled = np.log(probabilities) / np.exp(log_temperature)
        of_truth = scaled[np.arange(len(labels)), labels]
        return np.mean(np.log(np.exp(scaled).sum(axis=1)) - of_truth)

    found = minimize_scalar(
        cross_entropy, bounds=(-4, 4), method="bounded", options={"xatol": 1e-9}
    )
    assert fit_temperature(probabilities, labels) == pytest.approx(np.exp(found.x), rel=1e-5)


def test_without_a_minimum_it_ends_at_an_end():
    assert fit_temperature([[0.9, 0.1], [0.2, 0.8]], [0, 1]) == 0.01
    assert fit_temperature([[0.9, 0.1], [0.2, 0.8]], [1, 0]) == 100


def test_softening_is_dividing_the_scores():
    rng = np.random.default_rng(1)
    scores = rng.normal(size=(6, 4)) * 5

    def softmax(z):
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)

    np.testing.assert_allclose(soften(softmax(scores), 3), softmax(scores / 3), rtol=1e-10)
    np.testing.assert_allclose(soften(softmax(scores), 1), softmax(scores), rtol=1e-10)


def test_a_probability_of_zero_stays_a_number():
    softened = soften(np.array([[1, 0, 0]], "float32"), 2)
    assert np.isfinite(softened).all() and softened[0].argmax() == 0


def test_every_threshold_is_counted_as_a_loop_counts():
    probabilities, labels = drawn(200)
    sure, correct = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    for threshold, answered, right in zip(*answered_and_right(probabilities, labels)):
        given = sure >= threshold
        assert answered == pytest.approx(given.mean())
        assert right == pytest.approx(correct[given].mean())


def test_equal_probabilities_are_answered_together():
    thresholds, answered, right = answered_and_right([[0.8, 0.2]] * 4, [0, 1, 0, 0])
    assert (thresholds.tolist(), answered.tolist(), right.tolist()) == ([0.8], [1.0], [0.75])


@pytest.mark.parametrize(
    ("probabilities", "labels", "says"),
    [
        ([[0.5, 0.6]], [0], r"row 0 with the sum 1.1 .* what a softmax makes"),
        ([[1.5, -0.5]], [0], "lowest number -0.5"),
        ([[0.5, 0.5], [np.nan, 1]], [0, 0], "row 1 with the sum nan"),
        ([[0.5, 0.5]], [0, 1], "labels has 2 entries for 1 rows"),
        ([[0.5, 0.5]], [2], "labels holds 2"),
        ([0.5, 0.5], [0], "probabilities has 1 axis"),
    ],
)
@pytest.mark.parametrize(
    "function", [reliability, expected_calibration_error, fit_temperature, answered_and_right]
)
def test_bad_arguments_are_named(function, probabilities, labels, says):
    with pytest.raises(ValueError, match=says):
        function(probabilities, labels)


@pytest.mark.parametrize("temperature", [0, -1, np.nan, "hot"])
def test_a_temperature_is_above_zero(temperature):
    with pytest.raises(ValueError, match=f"temperature is .*{temperature}.*use a number above 0"):
        soften([[0.5, 0.5]], temperature)


def test_a_number_of_bins_is_a_positive_integer():
    with pytest.raises(ValueError, match="bins is 0"):
        reliability([[0.5, 0.5]], [0], bins=0)
