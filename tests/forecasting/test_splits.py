"""Splits in time: every forecast learns from its past only."""

import numpy as np
import pytest

from course_utils.forecasting import (
    expanding_forecasts,
    expanding_splits,
    fit_linear,
    ridge,
    standardised,
)


@pytest.mark.parametrize("every", [1, 3, 7, 100])
def test_every_row_is_forecast_once_from_earlier_rows(every):
    splits = expanding_splits(20, 6, every=every)
    forecast = [i for _, block in splits for i in range(20)[block]]
    assert forecast == list(range(6, 20))
    assert all(past == slice(0, block.start) for past, block in splits)


def test_targets_that_were_not_known_are_left_out():
    horizon = 4
    for past, block in expanding_splits(30, 10, every=5, horizon=horizon):
        # the last target to learn from is of the very period in which the forecast is made
        assert past.stop - 1 + horizon == block.start


@pytest.mark.parametrize(
    ("arguments", "options", "says"),
    [
        ((10, 10), {}, "first is 10 of 10 rows: use at most 9"),
        ((10, 0), {}, "first is 0"),
        ((10, 2), {"horizon": 3}, "use at least 3"),
        ((10, 2), {"every": 0}, "every is 0"),
    ],
)
def test_bad_splits_are_named(arguments, options, says):
    with pytest.raises(ValueError, match=says):
        expanding_splits(*arguments, **options)


@pytest.mark.parametrize("fit", [fit_linear, standardised(fit_linear), ridge(3.0)])
def test_forecasts_do_not_change_with_the_future(rows, fit):
    x, y = rows
    before = expanding_forecasts(fit, x, y, 20, every=5)
    x, y = x.copy(), y.copy()
    x[40:], y[40:] = 1e6, -1e6
    np.testing.assert_array_equal(expanding_forecasts(fit, x, y, 20, every=5)[:20], before[:20])


def test_forecasts_of_a_wrong_shape_are_named(rows):
    with pytest.raises(ValueError, match=r"forecasts of shape \(1, 1\) for 1 rows"):
        expanding_forecasts(lambda x, y: lambda new: np.zeros((len(new), 1)), *rows, 10)
    with pytest.raises(ValueError, match="y has 3 rows for 56 windows"):
        expanding_forecasts(fit_linear, rows[0], rows[1][:3], 2)
