"""Errors, and whether a difference between two methods is more than chance."""

import numpy as np
import pytest

from course_utils.forecasting import diebold_mariano, relative_rmse, rmse


def test_errors():
    assert rmse([1, 2], [1, 4]) == pytest.approx(np.sqrt(2))
    assert relative_rmse([1, -1], [0, 0]) == 1
    assert relative_rmse([2, 2], [1, 1]) == 0.5
    with pytest.raises(ValueError, match="forecast has 1 values for 2"):
        rmse([1, 2], [1])
    with pytest.raises(ValueError, match="0 everywhere"):
        relative_rmse([0, 0], [1, 1])


def test_diebold_mariano_tells_better_from_equal():
    rng = np.random.default_rng(1)
    truth, noise = rng.normal(size=(2, 400))
    assert diebold_mariano(truth, 0.5 * truth, 0 * truth) > 5
    assert diebold_mariano(truth, 0 * truth, 0.5 * truth) < -5
    assert abs(diebold_mariano(truth, 0.1 * noise, 0.1 * noise[::-1])) < 3
    with pytest.raises(ValueError, match="nothing to compare"):
        diebold_mariano(truth, noise, noise)
    with pytest.raises(ValueError, match="have \\[400, 400, 1\\] values"):
        diebold_mariano(truth, noise, [1.0])


@pytest.mark.parametrize(
    ("dtype", "actual", "forecast", "error"),
    [
        ("u1", [100, 2, 200, 7], [200, 5, 10, 3], 107.384),
        ("i1", [100, 2, -100, 7], [-100, 5, 100, 3], 141.44),
        ("f2", [60000], [-60000], 120000),
        ("?", [True, False], [False, True], 1),
    ],
)
def test_errors_are_formed_in_full(dtype, actual, forecast, error):
    actual, forecast = np.array(actual, dtype), np.array(forecast, dtype)
    assert rmse(actual, forecast) == pytest.approx(error, rel=1e-4)
    size = np.sqrt(np.mean(actual.astype(float) ** 2))
    assert relative_rmse(actual, forecast) == pytest.approx(error / size, rel=1e-4)


@pytest.mark.parametrize("unit", [1e-310, 1e-200, 1e200, 1e307])
def test_errors_have_the_unit_of_the_series(unit):
    actual, forecast, rival = np.random.default_rng(0).normal(size=(3, 9))
    scaled = [line * unit for line in (actual, forecast, rival)]
    rel = 1e-9 if unit > 1e-300 else 1e-3
    assert rmse(*scaled[:2]) == pytest.approx(unit * rmse(actual, forecast), rel=rel, abs=0)
    assert relative_rmse(*scaled[:2]) == pytest.approx(relative_rmse(actual, forecast), rel=rel)
    assert diebold_mariano(*scaled) == pytest.approx(
        diebold_mariano(actual, forecast, rival), rel=rel
    )


def test_a_comparison_of_bytes_is_that_of_numbers():
    rng = np.random.default_rng(0)
    lines = rng.integers(0, 256, (3, 20)).astype(np.uint8)
    wanted = diebold_mariano(*lines.astype(float))
    assert diebold_mariano(*lines) == wanted
