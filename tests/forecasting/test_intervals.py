"""Intervals around forecasts, and how often they hold."""

import numpy as np
import pytest

from course_utils.forecasting import coverage, interval_radius


@pytest.mark.parametrize("level", [0.5, 0.7, 0.8, 0.9])
@pytest.mark.parametrize("n", [9, 19, 39])
def test_intervals_hold_as_often_as_they_promise(level, n):
    rng = np.random.default_rng(n)
    held = [
        abs(new) <= interval_radius(errors, level)
        for errors, new in ((rng.standard_t(3, n), rng.standard_t(3)) for _ in range(4000))
    ]
    wanted = np.ceil(round((n + 1) * level, 9)) / (n + 1)
    assert np.mean(held) == pytest.approx(wanted, abs=0.03)


def test_the_radius_is_one_of_the_errors():
    errors = [-3, 1, 0.5, -2, 4, 5, -6, 7, 8]
    assert interval_radius(errors, 0.9) == 8
    assert interval_radius(errors, 0.7) == 6  # the 7th of 9, though 10 * 0.7 > 7 in floating point
    assert interval_radius(errors, 0.71) == 7
    assert interval_radius(np.array([-128, 100], np.int8), 0.6) == 128


@pytest.mark.parametrize(
    ("errors", "level", "says"),
    [
        ([1.0] * 8, 0.9, "8 errors can't vouch for a share of 0.9: .* at most 0.89"),
        ([1.0] * 8, 1, "level is 1"),
        ([1.0] * 8, "a", "level is 'a'"),
        ([1.0, np.nan], 0.5, "errors holds nan"),
        ([], 0.5, "errors is empty"),
    ],
)
def test_promises_that_cannot_be_kept_are_named(errors, level, says):
    with pytest.raises(ValueError, match=says):
        interval_radius(errors, level)


def test_coverage_counts_the_bounds():
    assert coverage([1, 2, 3, 4], [1, 1, 1, 1], 2) == 0.75
    assert coverage([1, 2, 3, 4], [1, 1, 1, 1], [0, 0, 3, 3]) == 0.75
    assert coverage(np.array([200], np.uint8), np.array([210], np.uint8), 10) == 1
    with pytest.raises(ValueError, match="actual has 2 values, forecast 1"):
        coverage([1, 2], [1], 1)
    with pytest.raises(ValueError, match=r"radius has the shape \(3,\)"):
        coverage([1, 2], [1, 2], [1, 1, 1])
