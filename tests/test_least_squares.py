"""Least squares with a ridge: against closed forms, brute force and scikit-learn's definition."""

import numpy as np
import pytest
from scipy import optimize

from course_utils.connectivity import KINDS, wiring
from course_utils.least_squares import classify_by_ridge, learn, learning_curve

RNG = np.random.default_rng(0)
RULE = np.array([0, 1, 2, -1])[wiring("shared", 12)]


@pytest.mark.parametrize("kind", KINDS)
def test_without_noise_and_ridge_every_layer_finds_a_rule_that_it_can_hold(kind):
    x = RNG.normal(size=(40, 12))
    found = learn(wiring(kind, 12), x, x @ RULE.T, ridge=1e-10)
    np.testing.assert_allclose(found, RULE, atol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_numbers_get_equal_weights_and_missing_links_none(kind):
    table = wiring(kind, 9)
    x, y = RNG.normal(size=(5, 9)), RNG.normal(size=(5, 7))
    found = learn(table, x, y)
    assert np.all(found[table == 0] == 0)
    for weight in range(1, table.max() + 1):
        assert len(np.unique(found[table == weight])) == 1


@pytest.mark.parametrize("examples", [1, 30])
def test_no_other_weights_have_a_smaller_penalised_error(examples):
    table = wiring("tiled", 6)
    x, y = RNG.normal(size=(examples, 6)), RNG.normal(size=(examples, 4))

    def error(weights):
        matrix = np.append(0, weights)[table]
        return np.sum((x @ matrix.T - y) ** 2) + 0.25 * weights @ weights

    best = optimize.minimize(error, np.zeros(table.max()), tol=1e-12).x
    np.testing.assert_allclose(learn(table, x, y), np.append(0, best)[table], atol=1e-5)


def test_a_dense_layer_is_one_ridge_regression_for_each_output():
    x, y = RNG.normal(size=(20, 5)), RNG.normal(size=(20, 3))
    wanted = np.linalg.solve(x.T @ x + 0.7 * np.eye(5), x.T @ y).T
    np.testing.assert_allclose(learn(wiring("dense", 5), x, y, ridge=0.7), wanted)


def test_a_learning_curve_falls_and_the_same_seed_gives_the_same_one():
    curve = learning_curve("shared", RULE, [1, 10, 100])
    assert curve == sorted(curve, reverse=True) and curve[-1] < 0.1
    assert curve == learning_curve("shared", RULE, [1, 10, 100])
    assert curve != learning_curve("shared", RULE, [1, 10, 100], seed=1)


def test_a_layer_without_the_links_never_finds_the_rule():
    shuffled = RULE[:, np.random.default_rng(0).permutation(12)]
    assert learning_curve("shared", shuffled, [300], repetitions=2)[0] > 0.5
    assert learning_curve("dense", shuffled, [300], repetitions=2)[0] < 0.1


def test_noise_of_half_the_size_leaves_half_the_error():
    loud, quiet = (
        learning_curve("dense", RULE, [2000], noise=noise, repetitions=3)[0] for noise in (1, 0.5)
    )
    assert quiet == pytest.approx(loud / 2, rel=0.02)


@pytest.mark.parametrize("features", [4, 60])
def test_scores_are_those_of_a_ridge_regression_with_an_intercept(features):
    train, test = RNG.normal(size=(30, features)) + 3, RNG.normal(size=(7, features))
    labels = RNG.integers(0, 3, 30)
    ridge = 0.1 * np.mean(np.sum((train - train.mean(axis=0)) ** 2, axis=0))
    # The intercept as a regressor of its own that the ridge leaves alone.
    x = np.column_stack([np.ones(30), train])
    penalty = ridge * np.diag([0.0] + [1.0] * features)
    weights = np.linalg.solve(x.T @ x + penalty, x.T @ np.eye(3)[labels])
    wanted = np.column_stack([np.ones(7), test]) @ weights
    np.testing.assert_allclose(classify_by_ridge(train, labels, test, classes=3), wanted)


def test_scores_do_not_depend_on_the_order_or_the_scale_of_the_features():
    train, test = RNG.normal(size=(20, 6)), RNG.normal(size=(5, 6))
    labels, order = RNG.integers(0, 10, 20), RNG.permutation(6)
    scores = classify_by_ridge(train, labels, test)
    moved = classify_by_ridge(train[:, order] * 8, labels, test[:, order] * 8)
    np.testing.assert_allclose(moved, scores)


def test_features_that_say_nothing_are_no_error():
    scores = classify_by_ridge(np.ones((4, 2)), [0, 1, 1, 1], np.ones((1, 2)), classes=2)
    np.testing.assert_allclose(scores, [[0.25, 0.75]])


@pytest.mark.parametrize(
    ("function", "arguments", "says"),
    [
        (learn, (np.zeros((2, 3), int), np.ones((4, 3)), np.ones((4, 2))), "table has no link"),
        (learn, (np.ones((2, 3)), np.ones((4, 3)), np.ones((4, 2))), "table has dtype float64"),
        (learn, (wiring("shared", 4), np.ones((4, 3)), np.ones((4, 2))), r"x has shape \(4, 3\)"),
        (learn, (wiring("shared", 4), np.ones((4, 4)), np.ones((3, 2))), r"y has shape \(3, 2\)"),
        (learn, (wiring("shared", 4), np.ones((4, 4)), np.ones((4, 2)), 0), "ridge is 0"),
        (learning_curve, ("shared", np.zeros((10, 12)), [1]), "not all zeros"),
        (learning_curve, ("shared", np.ones((9, 12)), [1]), "give 10 rows"),
        (learning_curve, ("shared", RULE, [0]), "counts is 0"),
        (classify_by_ridge, (np.ones((3, 2)), [0, 1], np.ones((1, 2))), "labels are 2"),
        (classify_by_ridge, (np.ones((2, 2)), [0, 11], np.ones((1, 2))), "labels holds 11"),
        (classify_by_ridge, (np.ones((2, 2)), [0, 1], np.ones((1, 3))), "test has 3 features"),
    ],
)
def test_what_does_not_fit_is_refused(function, arguments, says):
    with pytest.raises(ValueError, match=says):
        function(*arguments)
