"""Forecasting a series: windows, splits that respect time, straight lines, small networks.

Rows are windows of the past with the value that follows. A *fit* is a function ``fit(x, y)`` that
learns from such rows and returns a function from windows to forecasts; every method of the course,
from "no change" to a network, has this form, so that all of them are judged alike.

| file | what it answers |
|---|---|
| `windows` | how a series is cut into windows of the past and the values that follow |
| `splits` | how rows are split in time, so that every forecast learns from its past only |
| `errors` | how far off forecasts are, and whether one is better by more than chance |
| `intervals` | how far a forecast may miss, and how often that holds |
| `linear` | what straight lines forecast, with and without a penalty |
| `scaling` | how inputs are brought to one scale without a look at the future |
| `networks` | which small networks forecast |
| `network_trainer` | how one network is trained many times, from fresh random starts |
| `simulation` | what a series looks like that was made for a convolution |
| `forecasters` | what a fit and a forecaster are |

Keras is imported when a function needs it, not before.
"""

from course_utils.forecasting.errors import diebold_mariano, relative_rmse, rmse
from course_utils.forecasting.forecasters import Fit, Forecaster
from course_utils.forecasting.intervals import coverage, interval_radius
from course_utils.forecasting.linear import fit_linear, ridge
from course_utils.forecasting.network_trainer import NetworkTrainer, shuffled_rows
from course_utils.forecasting.networks import (
    build_dilated_network,
    build_short_network,
)
from course_utils.forecasting.scaling import standardised
from course_utils.forecasting.simulation import simulate_threshold
from course_utils.forecasting.splits import expanding_forecasts, expanding_splits
from course_utils.forecasting.windows import make_windows

__all__ = [
    "Fit",
    "Forecaster",
    "NetworkTrainer",
    "build_dilated_network",
    "build_short_network",
    "coverage",
    "diebold_mariano",
    "expanding_forecasts",
    "expanding_splits",
    "fit_linear",
    "interval_radius",
    "make_windows",
    "relative_rmse",
    "ridge",
    "rmse",
    "shuffled_rows",
    "simulate_threshold",
    "standardised",
]
