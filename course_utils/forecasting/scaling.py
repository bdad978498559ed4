"""How inputs are brought to one scale without a look at the future."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_solvable
from course_utils.forecasting.forecasters import Fit, Forecaster


def standardised(fit: Fit) -> Fit:
    """Return `fit` on inputs and targets of mean 0 and standard deviation 1.

    Means and deviations, one for each channel, come from the rows that `fit` learns from and from
    no others; forecasts are returned in the unit of y.
    """

    def fit_scaled(x: ArrayLike, y: ArrayLike) -> Forecaster:
        x, y = as_solvable("x", x, ("rows", "width", "…")), as_solvable("y", y, ("rows",))
        centre, scale = x.mean(axis=(0, 1)), _scale(x.std(axis=(0, 1)))
        y_centre, y_scale = y.mean(), _scale(y.std())
        learned = fit((x - centre) / scale, (y - y_centre) / y_scale)

        def forecast(windows: ArrayLike) -> np.ndarray:
            windows = as_solvable("windows", windows, ("rows", "width", "…"))
            return y_centre + y_scale * learned((windows - centre) / scale)

        return forecast

    return fit_scaled


def _scale(deviation: np.ndarray) -> np.ndarray:
    # What never varies is divided by 1: it is 0 already.
    return np.where(deviation > 0, deviation, 1.0)
