"""Rows of a made series of two channels."""

import numpy as np
import pytest

from course_utils.forecasting import make_windows


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return make_windows(rng.normal(size=(60, 2)) * [1, 20] + [0, 5], 4)
