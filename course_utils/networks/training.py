"""Before and during training: a validation part, the learning rate's way, following the epochs.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_numeric

if TYPE_CHECKING:
    import keras

Examples = tuple[np.ndarray, np.ndarray]

_ROWS = ("examples", "…")


def split_validation(
    images: ArrayLike, labels: ArrayLike, count: int, *, seed: int
) -> tuple[Examples, Examples]:
    """Set `count` examples, drawn at random, aside for validation.

    Parameters
    ----------
    images, labels
        Arrays with one example a row, as many of one as of the other.
    count
        How many examples to set aside.
    seed
        Of the random order: the same seed gives the same split.

    Returns
    -------
    (x_train, y_train), (x_valid, y_valid) : tuples of numpy.ndarray
        Copies; together they hold every example once.

    Raises
    ------
    ValueError
        If images and labels aren't real numbers or differ in number, or `count` leaves nothing to
        train on.
    """
    count = as_integer("count", count, 1)
    images, labels = as_numeric("images", images, _ROWS), as_numeric("labels", labels, _ROWS)
    if len(images) != len(labels):
        raise ValueError(
            f"labels has {len(labels)} rows for {len(images)} images: give one for each"
        )
    if count >= len(images):
        raise ValueError(
            f"count is {count} of {len(images)} examples, which leaves none to train on: "
            f"set aside at most {len(images) - 1}"
        )
    order = np.random.default_rng(seed).permutation(len(images))
    valid, train = order[:count], order[count:]
    return (images[train], labels[train]), (images[valid], labels[valid])


def create_variables(model: keras.Model) -> None:
    """Create what the optimiser and the metrics of a compiled classifier keep, before `fit`.

    Keras creates these variables while TensorFlow traces the first step, and TensorFlow then
    traces it a second time: for a network of twenty layers that costs seconds. The results of
    the training stay the same.

    Parameters
    ----------
    model
        A built and compiled model that gives one row of class probabilities an example, with
        integer labels, as ``loss="sparse_categorical_crossentropy"`` takes them.

    Raises
    ------
    ValueError
        If the model isn't compiled, or has no weights yet.
    """
    if not model.compiled:
        raise ValueError(f"model is {model.name!r}, which has no optimiser: call compile first")
    if not model.built:
        raise ValueError(
            f"model is {model.name!r}, which has no weights before it knows its input: "
            "begin the model with keras.Input, or call it on data once"
        )
    model.optimizer.build(model.trainable_variables)
    classes = model.output_shape[-1]
    model.compute_metrics(None, np.zeros(1, "int32"), np.full((1, classes), 1 / classes, "float32"))
    model.reset_metrics()


def restart(model: keras.Model, weights: list[np.ndarray], *, seed: int) -> None:
    """Put a compiled model back to where its training began, faster than building it anew.

    Parameters
    ----------
    model
        Compiled, with an optimiser that keeps nothing but zeros at first, such as SGD, RMSprop or
        Adam.
    weights
        As `model.get_weights()` gave them. The learning rate stays what it is; a schedule begins
        anew.
    seed
        Of the random numbers from now on, such as the order of the digits.

    Raises
    ------
    ValueError
        If the model isn't compiled, or the weights don't fit.
    """
    if not model.compiled:
        raise ValueError(f"model is {model.name!r}, which has no optimiser: call compile first")
    import keras

    keras.utils.set_random_seed(seed)
    model.set_weights(weights)
    for variable in model.optimizer.variables:
        if variable.name != "learning_rate":
            variable.assign(np.zeros(variable.shape, variable.dtype))


def warm_up_and_decay(
    learning_rate: float, steps: int, *, warm_up: float = 0.2
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a schedule that rises to its peak on a straight line, and falls to zero on another.

    With T = `steps`, of which W = `warm_up` · T, rounded, are on the way up, step t = 0, 1, …
    takes learning_rate · min((t + 1) / W, (T − t) / (T − W)): the peak is reached in the last step
    of the warm-up, and the last step of all is a small one. After it the rate stays 0. L. N. Smith
    and N. Topin, "Super-convergence" (2019), without the third phase and the change of momentum.

    Parameters
    ----------
    learning_rate
        The highest.
    steps
        Of the whole training: batches an epoch times epochs.
    warm_up
        Share of the steps on the way up, between 0 and 1, neither included.

    Returns
    -------
    keras.optimizers.schedules.LearningRateSchedule
        For the `learning_rate` of a Keras optimiser. Called with a step's number, it gives the
        rate of that step, float32.

    Raises
    ------
    ValueError
        If `learning_rate` or `steps` isn't positive, or `warm_up` leaves no step on one side.
    """
    steps = as_integer("steps", steps, 2)
    if not learning_rate > 0:
        raise ValueError(f"learning_rate is {learning_rate}: use a number above 0, such as 0.01")
    rising = round(warm_up * steps)
    if not 0 < rising < steps:
        raise ValueError(
            f"warm_up is {warm_up}, which puts {rising} of {steps} steps on the way up: "
            "use a share such as 0.2, that leaves at least one step on each side"
        )
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    class WarmUpAndDecay(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step: keras.KerasTensor) -> keras.KerasTensor:
            step = keras.ops.cast(step, "float32")
            up, down = (step + 1) / rising, (steps - step) / (steps - rising)
            return learning_rate * keras.ops.maximum(keras.ops.minimum(up, down), 0)

        def get_config(self) -> dict[str, float]:
            return {"learning_rate": learning_rate, "steps": steps, "warm_up": warm_up}

    return WarmUpAndDecay()


def smoothed_cross_entropy(
    smoothing: float,
) -> Callable[[keras.KerasTensor, keras.KerasTensor], keras.KerasTensor]:
    """Return the cross-entropy with targets that leave some probability to the wrong classes.

    With K classes and ε = `smoothing` the target of the true class is 1 − ε + ε/K instead of 1,
    and that of every other ε/K instead of 0, so that no weight gains from growing without end.
    C. Szegedy et al., "Rethinking the Inception architecture for computer vision" (2016),
    section 7.

    Parameters
    ----------
    smoothing
        Share of the probability that is spread over all classes, at least 0 and below 1.

    Returns
    -------
    callable
        A Keras loss: takes true classes (batch,), integers, and probabilities (batch, K), gives
        one loss an example, (batch,).

    Raises
    ------
    ValueError
        If `smoothing` isn't in its range.
    """
    if not 0 <= smoothing < 1:
        raise ValueError(
            f"smoothing is {smoothing}: use a share from 0, which is none, to below 1, such as 0.1"
        )
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    def cross_entropy(
        labels: keras.KerasTensor, probabilities: keras.KerasTensor
    ) -> keras.KerasTensor:
        classes = probabilities.shape[-1]
        # `fit` gives labels as a column.
        targets = keras.ops.one_hot(keras.ops.reshape(labels, (-1,)), classes, dtype="float32")
        return keras.losses.categorical_crossentropy(
            targets, probabilities, label_smoothing=smoothing
        )

    return cross_entropy


def progress_printer(lines: int = 6) -> keras.callbacks.Callback:
    """Return a Keras callback that prints a line after some of the epochs.

    Keras' own progress bar redraws its line, which leaves hundreds of them in a stored notebook.

    Parameters
    ----------
    lines
        At most how many epochs to report, spread evenly from the first to the last.

    Returns
    -------
    keras.callbacks.Callback
        For the `callbacks` of `fit`, together with ``verbose=0``. The loss comes first, the
        metrics after it: accuracies in per cent, everything else with three decimals.

    Raises
    ------
    ValueError
        If `lines` isn't a positive integer.
    """
    lines = as_integer("lines", lines, 1)
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    class ProgressPrinter(keras.callbacks.Callback):
        def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
            self.epochs = self.params["epochs"]
            self.reported = reported_epochs(self.epochs, lines)

        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            if epoch + 1 in self.reported:
                print(progress_line(epoch + 1, self.epochs, logs or {}))

    return ProgressPrinter()


def reported_epochs(epochs: int, lines: int) -> list[int]:
    """Return at most `lines` epochs, spread evenly from the first, 1, to the last."""
    if lines == 1:
        return [epochs]
    return sorted({int(epoch) for epoch in np.linspace(1, epochs, lines).round()})


def progress_line(epoch: int, epochs: int, logs: dict[str, float]) -> str:
    """Write what Keras measured after an epoch as one line."""
    parts = []
    for part, prefix in (("", ""), ("validation ", "val_")):
        names = [name for name in logs if name.startswith("val_") == bool(prefix)]
        # Keras sorts by name; the loss is what training lowers, so it leads.
        names.sort(key=lambda name: name != prefix + "loss")
        if names:
            shown = [_shown(name.removeprefix(prefix), logs[name]) for name in names]
            parts.append(part + ", ".join(shown))
    return f"epoch {epoch:>{len(str(epochs))}}: " + " | ".join(parts)


def _shown(name: str, value: float) -> str:
    if name.endswith("accuracy"):
        return f"{name} {100 * value:5.1f} %"
    return f"{name} {value:.3f}"
