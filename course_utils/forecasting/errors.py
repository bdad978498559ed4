"""How far off forecasts are, and whether one is better than another by more than chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_double
from course_utils.magnitudes import power_of_two, root_mean_square


def rmse(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Return the root mean squared error, in the unit of the series.

    Raises
    ------
    ValueError
        If the two aren't equally long lines of numbers.
    """
    actual, forecast = (
        as_double(name, values, ("rows",))
        for name, values in (("actual", actual), ("forecast", forecast))
    )
    if len(actual) != len(forecast):
        raise ValueError(
            f"forecast has {len(forecast)} values for {len(actual)} actual ones: give one each"
        )
    return root_mean_square(actual - forecast)


def relative_rmse(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Return the RMSE divided by that of the forecast "0", for example "no change".

    Below 1 is better than that forecast, above 1 worse.

    Raises
    ------
    ValueError
        If the two aren't equally long lines of numbers, or "0" is right everywhere.
    """
    error = rmse(actual, forecast)
    naive_error = root_mean_square(as_double("actual", actual, ("rows",)))
    if naive_error == 0:
        raise ValueError("actual is 0 everywhere: the forecast 0 can't be improved on, use rmse")
    return error / naive_error


def diebold_mariano(actual: ArrayLike, forecast: ArrayLike, rival: ArrayLike) -> float:
    """Compare two one-step forecasts by their squared errors, period by period.

    Returns
    -------
    float
        Mean gain of `forecast` over `rival`, divided by its standard error: about standard normal
        if neither is better, positive where `forecast` is.

    Raises
    ------
    ValueError
        If the three aren't equally long, or the gain never varies.

    References
    ----------
    F. X. Diebold and R. S. Mariano, "Comparing predictive accuracy", Journal of Business and
    Economic Statistics (1995), equation for uncorrelated gains.
    """
    lines = {"actual": actual, "forecast": forecast, "rival": rival}
    arrays = [as_double(name, values, ("rows",)) for name, values in lines.items()]
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) > 1:
        raise ValueError(f"actual, forecast and rival have {lengths} values: give one a row each")
    truth, ours, theirs = arrays
    errors, their_errors = truth - ours, truth - theirs
    # The result doesn't depend on the unit, in which squares shall neither overflow nor vanish.
    scale = power_of_two(errors, their_errors)
    gain = (their_errors / scale) ** 2 - (errors / scale) ** 2
    if np.ptp(gain) == 0:
        raise ValueError("forecast and rival differ by the same in every row: nothing to compare")
    return float(gain.mean() / (gain.std() / np.sqrt(len(gain))))
