"""The series made for a convolution."""

import numpy as np
import pytest

from course_utils.forecasting import simulate_threshold


def test_the_threshold_series_has_no_linear_pattern_but_a_switched_one():
    y = simulate_threshold(20_000, seed=0)
    assert len(y) == 20_000
    now, last, switch = y[12:], y[11:-1], np.where(y[:-12] > 0, 1, -1)
    assert abs(np.corrcoef(now, last)[0, 1]) < 0.05
    assert (now - 0.8 * switch * last).std() == pytest.approx(1, abs=0.02)
    np.testing.assert_array_equal(y, simulate_threshold(20_000, seed=0))
    with pytest.raises(ValueError, match="slope is 1"):
        simulate_threshold(10, slope=1, seed=0)
