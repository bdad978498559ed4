"""Straight lines: least squares with and without a penalty."""

import numpy as np
import pytest

from course_utils.forecasting import fit_linear, make_windows, ridge, rmse


def test_least_squares_finds_the_weights_of_an_autoregression():
    rng = np.random.default_rng(2)
    y = np.zeros(3000)
    for t in range(2, len(y)):
        y[t] = 1 + 0.5 * y[t - 1] - 0.3 * y[t - 2] + 0.1 * rng.normal()
    forecast = fit_linear(*make_windows(y, 2))
    windows = np.array([[0, 0], [0, 1], [1, 0]], dtype=float)[:, :, None]
    np.testing.assert_allclose(forecast(windows), [1, 1.5, 0.7], atol=0.06)


def test_missing_numbers_are_not_learned_from():
    with pytest.raises(ValueError, match="y holds nan: leave those rows out"):
        fit_linear(np.ones((3, 2)), [1, np.nan, 2])


def test_ridge_is_the_closed_form(rows):
    x, y = rows
    columns = x.reshape(len(x), -1)
    centred, targets = columns - columns.mean(axis=0), y - y.mean()
    for penalty in (0.5, 40.0):
        gram = centred.T @ centred + penalty * np.eye(centred.shape[1])
        weights = np.linalg.solve(gram, centred.T @ targets)
        wanted = y.mean() + centred @ weights
        np.testing.assert_allclose(ridge(penalty)(x, y)(x), wanted, rtol=1e-9, atol=1e-12)


def test_ridge_lies_between_least_squares_and_the_mean(rows):
    x, y = rows
    np.testing.assert_allclose(ridge(0)(x, y)(x), fit_linear(x, y)(x), atol=1e-10)
    np.testing.assert_allclose(ridge(1e15)(x, y)(x), np.full(len(y), y.mean()), atol=1e-8)
    errors = [rmse(y, ridge(penalty)(x, y)(x)) for penalty in (0, 1, 100, 10_000)]
    assert errors == sorted(errors) and errors[0] < errors[-1]


def test_the_constant_of_ridge_costs_nothing(rows):
    x, y = rows
    moved = ridge(30.0)(x, y + 1000)(x)
    np.testing.assert_allclose(moved, ridge(30.0)(x, y)(x) + 1000)


@pytest.mark.parametrize("penalty", [-1, np.nan, np.inf, "3", None])
def test_bad_penalties_are_named(penalty):
    with pytest.raises(ValueError, match="penalty is .*use 0 for least squares"):
        ridge(penalty)
