"""Windows of the past and the values that follow."""

import numpy as np
import pytest

from course_utils.forecasting import make_windows


@pytest.mark.parametrize(("width", "horizon"), [(1, 1), (3, 1), (4, 3), (9, 1)])
def test_the_answer_lies_horizon_after_the_window(width, horizon):
    x, y = make_windows(np.arange(10), width, horizon=horizon)
    assert x.shape == (10 - width - horizon + 1, width, 1) and len(x) == len(y)
    np.testing.assert_array_equal(y, x[:, -1, 0] + horizon)
    np.testing.assert_array_equal(x[:, :, 0], x[:, :1, 0] + np.arange(width))
    assert y[-1] == 9


def test_several_series_are_channels_and_the_target_may_be_another():
    series = np.stack([np.arange(6), 10 * np.arange(6)], axis=1)
    x, y = make_windows(series, 2)
    assert x[1].tolist() == [[1, 10], [2, 20]] and y.tolist() == [2, 3, 4, 5]
    assert make_windows(series, 2, target=-np.arange(6))[1].tolist() == [-2, -3, -4, -5]


def test_windows_are_the_caller_s_own():
    series = np.arange(6.0)
    for part in make_windows(series, 2):
        assert not np.shares_memory(part, series)
        part[...] = 0


@pytest.mark.parametrize(
    ("series", "width", "options", "says"),
    [
        (np.arange(4), 4, {}, "a window of 4 with its target 1 later takes 5"),
        (np.arange(4), 2, {"horizon": 3}, "takes 5"),
        (np.arange(4), 0, {}, "width is 0"),
        (np.arange(4), 2, {"horizon": 0.5}, "horizon is 0.5"),
        (np.arange(4), 2, {"target": np.arange(3)}, "target has 3 periods, series 4"),
        (np.zeros((4, 2, 2)), 2, {}, "series has 3 axes"),
        (["a", "b"], 1, {}, "series.0. is .a., which is no number"),
    ],
)
def test_bad_windows_are_named(series, width, options, says):
    with pytest.raises(ValueError, match=says):
        make_windows(series, width, **options)
