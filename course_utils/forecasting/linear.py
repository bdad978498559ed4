"""What straight lines forecast: least squares, and least squares with a penalty."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_amount, as_solvable
from course_utils.forecasting.forecasters import ROWS, Fit, Forecaster, as_examples


def fit_linear(x: ArrayLike, y: ArrayLike) -> Forecaster:
    """Fit a linear autoregression by least squares: a constant and one weight for each input.

    With fewer rows than weights it is the solution of smallest norm.

    Raises
    ------
    ValueError
        If x and y aren't equally many rows of real, finite numbers.
    """
    x, y = as_examples(x, y)
    weights = np.linalg.lstsq(_with_constant(x), y, rcond=None)[0]
    return lambda windows: _with_constant(as_solvable("windows", windows, ROWS)) @ weights


def ridge(penalty: float) -> Fit:
    """Return a fit like `fit_linear` that also keeps its weights small.

    It minimises Σ (y − c − w·x)² + penalty · Σ w². The constant c is free. As the penalty treats
    all inputs alike, they should have one scale: wrap the fit in `standardised`.

    Parameters
    ----------
    penalty
        How much a weight costs: 0 is least squares, a huge one gives the mean of y.

    Raises
    ------
    ValueError
        If `penalty` is negative or no number; later, where `fit_linear` raises it.

    References
    ----------
    A. E. Hoerl and R. W. Kennard, "Ridge regression: biased estimation for nonorthogonal
    problems", Technometrics (1970).
    """
    remedy = "use 0 for least squares, or a positive number"
    penalty = as_amount("penalty", penalty, remedy)
    if penalty < 0:
        raise ValueError(f"penalty is {penalty}: {remedy}")

    def fit(x: ArrayLike, y: ArrayLike) -> Forecaster:
        x, y = as_examples(x, y)
        columns = x.reshape(len(x), -1)
        centre, mean = columns.mean(axis=0), y.mean()
        # Rows √penalty · w = 0 below the data make least squares minimise the sum above.
        extended = np.vstack([columns - centre, np.sqrt(penalty) * np.eye(columns.shape[1])])
        targets = np.concatenate([y - mean, np.zeros(columns.shape[1])])
        weights = np.linalg.lstsq(extended, targets, rcond=None)[0]

        def forecast(windows: ArrayLike) -> np.ndarray:
            windows = as_solvable("windows", windows, ROWS)
            return mean + (windows.reshape(len(windows), -1) - centre) @ weights

        return forecast

    return fit


def _with_constant(x: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(x)), x.reshape(len(x), -1)])
