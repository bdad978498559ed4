"""How one network is trained many times, each time from a fresh random start.

Keras and TensorFlow are imported when a function needs them, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_numeric
from course_utils.forecasting.forecasters import ROWS, Fit, Forecaster
from course_utils.forecasting.scaling import standardised
from course_utils.forecasting.splits import expanding_forecasts

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

# Steps that a network takes in one call of the compiled loop.
_STEPS_A_CALL = 50


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
        import keras

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
            x, y = as_numeric("x", x, ROWS), as_numeric("y", y, ("rows",))
            if len(x) != len(y):
                raise ValueError(f"y has {len(y)} rows for {len(x)} windows: give one each")
            self._start(seed)
            order = shuffled_rows(len(x), steps * self.batch_size, seed)
            for rows in order.reshape(steps // _STEPS_A_CALL, _STEPS_A_CALL, self.batch_size):
                self._take_steps(x[rows].astype("float32"), y[rows].astype("float32"))
            weights = self.model.get_weights()

            def forecast(windows: ArrayLike) -> np.ndarray:
                windows = as_numeric("windows", windows, ROWS)
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
            import keras

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


def shuffled_rows(rows: int, count: int, seed: int) -> np.ndarray:
    """Return row numbers in the order in which training takes them.

    Parameters
    ----------
    rows
        How many rows there are.
    count
        How many numbers to return: all rows in random order, then all again in another.
    seed
        Of the orders.

    Returns
    -------
    numpy.ndarray
        Integers (count,) from 0 to rows − 1.

    Raises
    ------
    ValueError
        If `rows` or `count` isn't a positive integer.
    """
    rows, count = as_integer("rows", rows, 1), as_integer("count", count, 1)
    rng = np.random.default_rng(seed)
    passes = -(-count // rows)
    return np.concatenate([rng.permutation(rows) for _ in range(passes)])[:count]
