"""Inputs of one scale, without a look at the future."""

import numpy as np

from course_utils.forecasting import fit_linear, standardised


def test_scaling_uses_the_rows_it_learns_from(rows):
    seen = {}

    def spy(x, y):
        seen.update(x=x, y=y)
        return lambda new: seen.setdefault("new", new)[:, 0, 0] * 0

    x, y = rows
    forecast = standardised(spy)(x[:30], y[:30])(x[30:])
    np.testing.assert_allclose(seen["x"].mean(axis=(0, 1)), 0, atol=1e-12)
    np.testing.assert_allclose(seen["x"].std(axis=(0, 1)), 1)
    np.testing.assert_allclose([seen["y"].mean(), seen["y"].std()], [0, 1], atol=1e-12)
    assert not np.allclose(seen["new"].std(axis=(0, 1)), 1, atol=1e-3)
    np.testing.assert_allclose(forecast, y[:30].mean())


def test_what_never_varies_is_scaled_to_zero():
    x, y = np.full((5, 2, 1), 7.0), np.full(5, 3.0)
    np.testing.assert_allclose(standardised(fit_linear)(x, y)(x), 3)
