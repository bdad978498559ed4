"""Forecasting a series: windows, splits that respect time, linear autoregression, small networks.

Rows are windows of the past with the value that follows. A *fit* is a function ``fit(x, y)`` that
learns from such rows and returns a function from windows to forecasts; every method of the course,
from "no change" to a network, has this form, so that all of them are judged alike.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_amount, as_double, as_integer, as_numeric, as_real
from course_utils.magnitudes import power_of_two, root_mean_square

if TYPE_CHECKING:
    import keras

Forecaster = Callable[[ArrayLike], np.ndarray]
Fit = Callable[[ArrayLike, ArrayLike], Forecaster]

# Steps that a network takes in one call of the compiled loop.
_STEPS_A_CALL = 50
_ROWS = ("rows", "…")


def make_windows(
    series: ArrayLike, width: int, *, horizon: int = 1, target: ArrayLike | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a series into windows of the past and the value that follows each.

    Parameters
    ----------
    series
        What a forecast may use: (periods,), or (periods, channels) for several series.
    width
        Periods in a window.
    horizon
        How many periods the forecast value lies after the window's last period.
    target
        What is to be forecast (periods,); by default the series, or its first channel.

    Returns
    -------
    x : numpy.ndarray
        Windows (rows, width, channels), the oldest period first, with
        rows = periods − width − horizon + 1.
    y : numpy.ndarray
        Targets (rows,): ``y[i] = target[i + width - 1 + horizon]``.

    Raises
    ------
    ValueError
        If the series is too short for one row, or target and series differ in length.
    """
    series = as_numeric("series", series, ("periods",), ("periods", "channels"))
    width, horizon = as_integer("width", width, 1), as_integer("horizon", horizon, 1)
    if series.ndim == 1:
        series = series[:, None]
    target = series[:, 0] if target is None else as_numeric("target", target, ("periods",))
    if len(target) != len(series):
        raise ValueError(
            f"target has {len(target)} periods, series {len(series)}: give one value a period"
        )
    if len(series) < width + horizon:
        raise ValueError(
            f"series has {len(series)} periods, but a window of {width} with its target "
            f"{horizon} later takes {width + horizon}: use a smaller width or horizon"
        )
    windows = np.lib.stride_tricks.sliding_window_view(series, width, axis=0)
    x = windows.transpose(0, 2, 1)[: len(windows) - horizon].copy()
    return x, target[width - 1 + horizon :].copy()


def expanding_splits(
    rows: int, first: int, *, every: int = 1, horizon: int = 1
) -> list[tuple[slice, slice]]:
    """Split rows in time: learn from the past, forecast a block, move on, learn from more.

    Parameters
    ----------
    rows
        How many rows there are, in order of time.
    first
        The first row to be forecast.
    every
        Rows in a block, that is, after how many forecasts the method learns anew.
    horizon
        The horizon of the rows. When row i is forecast, the target of row j is known only if
        j ≤ i − horizon, so horizon − 1 rows before each block are left out.

    Returns
    -------
    list of (slice, slice)
        Rows to learn from and rows to forecast, one pair a block.

    Raises
    ------
    ValueError
        If nothing is left to learn from, or to forecast.

    Examples
    --------
    >>> expanding_splits(7, 4, every=2)
    [(slice(0, 4, None), slice(4, 6, None)), (slice(0, 6, None), slice(6, 7, None))]
    """
    rows, every = as_integer("rows", rows, 1), as_integer("every", every, 1)
    horizon, first = as_integer("horizon", horizon, 1), as_integer("first", first, 1)
    if first >= rows:
        raise ValueError(f"first is {first} of {rows} rows: use at most {rows - 1}")
    if first < horizon:
        raise ValueError(
            f"first is {first}, but with horizon {horizon} no earlier target is known by then: "
            f"use at least {horizon}"
        )
    return [
        (slice(0, start - horizon + 1), slice(start, min(start + every, rows)))
        for start in range(first, rows, every)
    ]


def expanding_forecasts(
    fit: Fit, x: ArrayLike, y: ArrayLike, first: int, *, every: int = 1, horizon: int = 1
) -> np.ndarray:
    """Forecast the rows from `first` on, each from earlier rows only.

    Parameters
    ----------
    fit
        Learns from (x, y) and returns a function from windows to forecasts.
    x, y
        Rows as `make_windows` gives them.
    first, every, horizon
        As in `expanding_splits`.

    Returns
    -------
    numpy.ndarray
        Forecasts (rows − first,), to be compared with ``y[first:]``.

    Raises
    ------
    ValueError
        If x and y differ in length or aren't real numbers, or a forecast isn't one number a row.
    """
    x, y = as_numeric("x", x, _ROWS), as_numeric("y", y, ("rows",))
    if len(x) != len(y):
        raise ValueError(f"y has {len(y)} rows for {len(x)} windows: give one target each")
    forecasts = []
    for past, block in expanding_splits(len(y), first, every=every, horizon=horizon):
        found = as_real("forecasts", fit(x[past], y[past])(x[block]))
        if found.shape != y[block].shape:
            raise ValueError(
                f"fit gives forecasts of shape {found.shape} for {len(y[block])} rows: "
                "return one number a row"
            )
        forecasts.append(found)
    return np.concatenate(forecasts)


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


def simulate_threshold(
    periods: int, *, slope: float = 0.8, delay: int = 12, seed: int
) -> np.ndarray:
    """Simulate a threshold autoregression whose momentum changes its sign.

    y[t] = ± slope · y[t − 1] + ε[t], plus if y[t − delay] > 0, minus otherwise, with standard
    normal ε. No linear forecast helps, and the best RMSE that any forecast can reach is 1.

    Parameters
    ----------
    periods
        How many to return; 100 more are simulated before them and dropped.
    slope
        Between −1 and 1.
    delay
        How far back the switch lies, in periods.
    seed
        Of the noise.

    Returns
    -------
    numpy.ndarray
        Values (periods,).

    Raises
    ------
    ValueError
        If `slope` isn't between −1 and 1, or a number isn't a positive integer.

    References
    ----------
    H. Tong, "Non-linear Time Series: A Dynamical System Approach" (1990).
    """
    periods, delay = as_integer("periods", periods, 1), as_integer("delay", delay, 1)
    remedy = "use a number between −1 and 1, or the series explodes"
    slope = as_amount("slope", slope, remedy)
    if not -1 < slope < 1:
        raise ValueError(f"slope is {slope}: {remedy}")
    burn_in = 100 + delay
    values = np.random.default_rng(seed).normal(size=periods + burn_in)
    for t in range(delay, len(values)):
        values[t] += (slope if values[t - delay] > 0 else -slope) * values[t - 1]
    return values[burn_in:]


def fit_linear(x: ArrayLike, y: ArrayLike) -> Forecaster:
    """Fit a linear autoregression by least squares: a constant and one weight for each input.

    With fewer rows than weights it is the solution of smallest norm.

    Raises
    ------
    ValueError
        If x and y aren't equally many rows of real, finite numbers.
    """
    x, y = _examples(x, y)
    weights = np.linalg.lstsq(_with_constant(x), y, rcond=None)[0]
    return lambda windows: _with_constant(as_double("windows", windows, _ROWS)) @ weights


def _examples(x: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return windows and targets as at least float64, equally many, all finite."""
    arrays = as_double("x", x, _ROWS), as_double("y", y, ("rows",))
    for name, array in zip("xy", arrays):
        if not np.isfinite(array).all():
            bad = array[~np.isfinite(array)][0]
            raise ValueError(f"{name} holds {bad}: leave those rows out, nothing is learned there")
    if len(arrays[0]) != len(arrays[1]):
        raise ValueError(f"y has {len(arrays[1])} rows for {len(arrays[0])} windows: give one each")
    return arrays


def _with_constant(x: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(x)), x.reshape(len(x), -1)])


def standardised(fit: Fit) -> Fit:
    """Return `fit` on inputs and targets of mean 0 and standard deviation 1.

    Means and deviations, one for each channel, come from the rows that `fit` learns from and from
    no others; forecasts are returned in the unit of y.
    """

    def fit_scaled(x: ArrayLike, y: ArrayLike) -> Forecaster:
        x, y = as_double("x", x, ("rows", "width", "…")), as_double("y", y, ("rows",))
        centre, scale = x.mean(axis=(0, 1)), _scale(x.std(axis=(0, 1)))
        y_centre, y_scale = y.mean(), _scale(y.std())
        learned = fit((x - centre) / scale, (y - y_centre) / y_scale)

        def forecast(windows: ArrayLike) -> np.ndarray:
            windows = as_double("windows", windows, ("rows", "width", "…"))
            return y_centre + y_scale * learned((windows - centre) / scale)

        return forecast

    return fit_scaled


def _scale(deviation: np.ndarray) -> np.ndarray:
    # What never varies is divided by 1: it is 0 already.
    return np.where(deviation > 0, deviation, 1.0)


def build_short_network(
    width: int, channels: int, *, filters: int = 8, kernel_size: int = 3
) -> keras.Sequential:
    """Build a 1-D CNN for short windows: two convolutions, valid, and one linear unit.

    Parameters
    ----------
    width, channels
        Of the windows it takes.
    filters, kernel_size
        Of both convolutions.

    Returns
    -------
    keras.Sequential
        From windows (batch, width, channels) to forecasts (batch, 1), not compiled.

    Raises
    ------
    ValueError
        If the kernels don't fit into the window.
    """
    if width < 2 * kernel_size - 1:
        raise ValueError(
            f"width is {width}: two kernels of {kernel_size} need at least {2 * kernel_size - 1}"
        )
    keras = _keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((width, channels)),
            layers.Conv1D(filters, kernel_size, activation="relu", name="conv1"),
            layers.Conv1D(filters, kernel_size, activation="relu", name="conv2"),
            layers.Flatten(name="flatten"),
            layers.Dense(1, name="forecast"),
        ],
        name="short",
    )


def build_dilated_network(
    width: int,
    channels: int,
    *,
    filters: int = 8,
    kernel_size: int = 2,
    dilations: Sequence[int] = (1, 2, 4, 8),
) -> keras.Sequential:
    """Build a causal dilated CNN, the convolutional part of WaveNet without gates and skips.

    Parameters
    ----------
    width, channels
        Of the windows it takes.
    filters, kernel_size
        Of every convolution.
    dilations
        One convolution each, the lowest first.

    Returns
    -------
    keras.Sequential
        From windows (batch, width, channels) to forecasts (batch, 1), not compiled. The forecast
        is read off the last period, which sees 1 + (kernel_size − 1)·Σ dilations periods.

    References
    ----------
    A. van den Oord et al., "WaveNet: A generative model for raw audio" (2016).
    """
    keras = _keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((width, channels)),
            *(
                layers.Conv1D(
                    filters,
                    kernel_size,
                    padding="causal",
                    dilation_rate=dilation,
                    activation="relu",
                    name=f"dilation{dilation}",
                )
                for dilation in dilations
            ),
            layers.Cropping1D((width - 1, 0), name="last"),
            layers.Flatten(name="flatten"),
            layers.Dense(1, name="forecast"),
        ],
        name="dilated",
    )


class NetworkTrainer:
    """Trains one Keras model many times, each time from a fresh random start.

    What it does is Keras' own `fit` with Adam and the mean squared error. But an expanding window
    means dozens of short trainings, and `fit` spends more time on starting than on computing. So
    many steps are compiled into one loop, once for the model, and reused by every training.

    Parameters
    ----------
    model
        From windows to one forecast each, (batch, 1). Its weights are overwritten.
    batch_size
        Rows in a step.
    learning_rate
        Of Adam.

    Raises
    ------
    ValueError
        If `batch_size` isn't a positive integer.
    """

    def __init__(
        self, model: keras.Model, *, batch_size: int = 32, learning_rate: float = 0.005
    ) -> None:
        self.model = model
        self.batch_size = as_integer("batch_size", batch_size, 1)
        keras = _keras()
        self._optimizer = keras.optimizers.Adam(learning_rate)
        self._optimizer.build(model.trainable_variables)
        self._at_rest = [variable.numpy() for variable in self._optimizer.variables]
        self._first_weights: dict[int, list[np.ndarray]] = {}
        self._take_steps = self._compiled_loop()

    def fit(self, *, steps: int, seed: int) -> Fit:
        """Return a fit that takes `steps` steps of training, the random start given by `seed`.

        Parameters
        ----------
        steps
            A multiple of 50.
        seed
            Of the first weights and of the order of the rows.

        Raises
        ------
        ValueError
            If `steps` isn't a positive multiple of 50.
        """
        steps = as_integer("steps", steps, 1)
        if steps % _STEPS_A_CALL:
            raise ValueError(f"steps is {steps}: use a multiple of {_STEPS_A_CALL}")

        def fit(x: ArrayLike, y: ArrayLike) -> Forecaster:
            x, y = as_numeric("x", x, _ROWS), as_numeric("y", y, ("rows",))
            if len(x) != len(y):
                raise ValueError(f"y has {len(y)} rows for {len(x)} windows: give one each")
            self._start(seed)
            order = _shuffled_rows(len(x), steps * self.batch_size, seed)
            for rows in order.reshape(steps // _STEPS_A_CALL, _STEPS_A_CALL, self.batch_size):
                self._take_steps(x[rows].astype("float32"), y[rows].astype("float32"))
            weights = self.model.get_weights()

            def forecast(windows: ArrayLike) -> np.ndarray:
                windows = as_numeric("windows", windows, _ROWS)
                # Another training may have overwritten the model meanwhile.
                self.model.set_weights(weights)
                return np.asarray(self.model(windows.astype("float32")), dtype=float)[:, 0]

            return forecast

        return fit

    def forecasts(
        self,
        x: ArrayLike,
        y: ArrayLike,
        first: int,
        *,
        every: int = 1,
        steps: int,
        seeds: Sequence[int],
    ) -> np.ndarray:
        """Return the expanding forecasts of the standardised network, one line a random start.

        Parameters
        ----------
        x, y, first, every
            As in `expanding_forecasts`.
        steps, seeds
            As in `fit`, for each of the seeds.

        Returns
        -------
        numpy.ndarray
            Forecasts (seeds, rows − first).
        """
        fits = (standardised(self.fit(steps=steps, seed=seed)) for seed in seeds)
        return np.stack([expanding_forecasts(fit, x, y, first, every=every) for fit in fits])

    def _start(self, seed: int) -> None:
        if seed not in self._first_weights:
            keras = _keras()
            keras.utils.set_random_seed(seed)
            self._first_weights[seed] = keras.models.clone_model(self.model).get_weights()
        self.model.set_weights(self._first_weights[seed])
        for variable, value in zip(self._optimizer.variables, self._at_rest, strict=True):
            variable.assign(value)

    def _compiled_loop(self) -> Callable[[np.ndarray, np.ndarray], None]:
        import tensorflow as tf

        model, optimizer = self.model, self._optimizer

        @tf.function(jit_compile=True)
        def take_steps(x: tf.Tensor, y: tf.Tensor) -> None:
            for step in tf.range(_STEPS_A_CALL):
                with tf.GradientTape() as tape:
                    error = y[step] - model(x[step], training=True)[:, 0]
                    loss = tf.reduce_mean(error**2)
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply(gradients, model.trainable_variables)

        return take_steps


def _shuffled_rows(rows: int, count: int, seed: int) -> np.ndarray:
    """Return `count` row numbers: all rows in random order, then all again in another."""
    rng = np.random.default_rng(seed)
    passes = -(-count // rows)
    return np.concatenate([rng.permutation(rows) for _ in range(passes)])[:count]


def _keras():
    import keras

    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    return keras
