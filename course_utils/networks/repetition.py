"""The same training from many starts: the step is prepared once, the weights are drawn anew.

Keras and TensorFlow are imported when a function needs them, not before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_class_numbers, as_integer, as_numeric, as_real

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

_IMAGES = ("images", "height", "width", "channels")
_STARTS_KEPT = 8
_PART = 500  # images answered at a time: the maps of more would fill the memory


@dataclass(frozen=True)
class History:
    """What one training left behind, besides the trained model.

    Attributes
    ----------
    losses
        Of each step, before it is taken, on its own batch: (steps,).
    seconds
        Of each epoch, by the clock: (epochs,).
    valid_losses, valid_errors
        After each epoch, on the validation part, if there is one: (epochs,). The errors are in
        per cent.
    """

    losses: np.ndarray
    seconds: np.ndarray
    valid_losses: np.ndarray = field(default_factory=lambda: np.zeros(0))
    valid_errors: np.ndarray = field(default_factory=lambda: np.zeros(0))


class RepeatedTraining:
    """A classifier and its optimiser, trained as often as you like, each time from a fresh start.

    A new Keras model costs a second or so before its first step, while TensorFlow prepares it, and
    that is longer than a short training takes. Here the step is prepared once. Each call of `fit`
    then begins where a new model with this seed would begin: weights, running averages, the state
    of dropout, of random shifts and of the optimiser.

    Parameters
    ----------
    build
        Called without arguments, gives a built Keras model that answers images (batch, height,
        width, channels) with class probabilities (batch, classes), the same model every time but
        for its random weights.
    optimizer
        A Keras optimiser that no other model has used, or its name. It keeps its learning rate
        unless `fit` is given another.
    loss
        Takes classes (batch,) and the model's answers (batch, classes), gives one loss per
        example. The cross-entropy if it is left out.

    Attributes
    ----------
    model : keras.Model
        As the last training left it.
    """

    def __init__(
        self,
        build: Callable[[], keras.Model],
        optimizer: keras.Optimizer | str,
        *,
        loss: Callable[..., tf.Tensor] | None = None,
    ) -> None:
        import course_utils.quiet_tensorflow  # noqa: F401  (before TensorFlow)

        import keras
        import tensorflow as tf

        self.model, self._build = build(), build
        self.optimizer = optimizer = keras.optimizers.get(optimizer)
        optimizer.build(self.model.trainable_variables)
        self._starts: dict[int, list[np.ndarray]] = {}  # of the last few seeds
        self._optimizer_start = [variable.numpy() for variable in optimizer.variables]
        # None where a schedule decides.
        named = (one for one in optimizer.variables if one.name == "learning_rate")
        self._rate = next(named, None)
        self._answers = tf.function(lambda images: self.model(images, training=False))
        # As it stands: a function written in a notebook has no source file to be rewritten from.
        loss = tf.autograph.experimental.do_not_convert(
            loss or keras.losses.sparse_categorical_crossentropy
        )
        model, rate_variable = self.model, self._rate

        def epoch(
            images: tf.Tensor,
            labels: tf.Tensor,
            order: tf.Tensor,
            rates: tf.Tensor,
            batch_size: tf.Tensor,
        ) -> tf.Tensor:
            losses = tf.TensorArray(tf.float32, size=tf.size(rates))
            for step in tf.range(tf.size(rates)):
                picked = order[step * batch_size : (step + 1) * batch_size]
                if rate_variable is not None:
                    rate_variable.assign(rates[step])
                with tf.GradientTape() as tape:
                    answers = model(tf.gather(images, picked), training=True)
                    mean = tf.reduce_mean(loss(tf.gather(labels, picked), answers))
                    total = tf.add_n([mean, *model.losses])
                slopes = tape.gradient(total, model.trainable_variables)
                optimizer.apply(slopes, model.trainable_variables)
                losses = losses.write(step, mean)
            return losses.stack()

        shape = self.model.input_shape
        self._epoch = tf.function(
            epoch,
            input_signature=[
                tf.TensorSpec(shape, tf.float32),
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([], tf.int32),
            ],
        )

    def fit(
        self,
        images: ArrayLike,
        labels: ArrayLike,
        *,
        seed: int,
        epochs: int = 1,
        batch_size: int = 64,
        learning_rate: float | Sequence[float] | np.ndarray | None = None,
        weights: Sequence[np.ndarray] | None = None,
        valid: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> History:
        """Train from the start that belongs to the seed.

        Parameters
        ----------
        images, labels
            Array (n, height, width, channels), as a rule between 0 and 1, and integers (n,).
        seed
            Of the first weights, of the order of the digits, and of dropout and shifts.
        epochs, batch_size
            How often to go through all images, each time in another order, and how many a step;
            the last step of an epoch takes what is left.
        learning_rate
            One number for all steps, or one for each of them, (steps,). That of the optimiser if
            it is left out.
        weights
            To begin with others than the seed's, as `model.get_weights()` gives them.
        valid
            Images and labels to be asked after every epoch.

        Returns
        -------
        History

        Raises
        ------
        ValueError
            If images and labels differ in number or form, or there aren't as many learning rates
            as steps, or the optimiser has no rate that can be set.
        """
        import keras

        images, labels = _examples(images, labels)
        epochs = as_integer("epochs", epochs, 1)
        batch_size = as_integer("batch_size", batch_size, 1)
        steps = -(-len(images) // batch_size)
        self._begin(seed, weights)
        rates = self._rates(learning_rate, steps, epochs)
        tensors = [keras.ops.convert_to_tensor(images), keras.ops.convert_to_tensor(labels)]
        order, found = np.random.default_rng(seed), []
        seconds, asked = [], []
        for epoch in range(epochs):
            began = time.perf_counter()
            picked = order.permutation(len(images)).astype("int32")
            losses = self._epoch(*tensors, picked, rates[epoch], np.int32(batch_size))
            found.append(losses.numpy())
            seconds.append(time.perf_counter() - began)
            if valid is not None:
                asked.append(self.evaluate(*valid))
        history = History(np.concatenate(found), np.array(seconds))
        if valid is None:
            return history
        return History(history.losses, history.seconds, *np.array(asked).T)

    def predict(self, images: ArrayLike) -> np.ndarray:
        """Return what the model answers after the last training, (images, classes)."""
        images = as_numeric("images", images, _IMAGES).astype("float32")
        parts = [images[k : k + _PART] for k in range(0, len(images), _PART)]
        return np.concatenate([self._answers(part).numpy() for part in parts])

    def evaluate(self, images: ArrayLike, labels: ArrayLike) -> tuple[float, float]:
        """Return the mean cross-entropy of these digits and the share misread, in per cent."""
        images, labels = _examples(images, labels)
        answers = self.predict(images)
        of_truth = answers[np.arange(len(labels)), labels]
        wrong = 100 * np.mean(answers.argmax(axis=1) != labels)
        # float32 has no smaller share than this: Keras cuts it off there as well.
        return float(-np.log(np.maximum(of_truth, 1e-7)).mean()), float(wrong)

    def _begin(self, seed: int, weights: Sequence[np.ndarray] | None) -> None:
        """Put model and optimiser to where a new pair with this seed would begin."""
        import keras

        keras.utils.set_random_seed(seed)
        if seed not in self._starts:
            if len(self._starts) == _STARTS_KEPT:
                self._starts.pop(next(iter(self._starts)))
            self._starts[seed] = [variable.numpy() for variable in self._build().variables]
        for mine, first in zip(self.model.variables, self._starts[seed], strict=True):
            mine.assign(first)
        if weights is not None:
            self.model.set_weights(weights)
        for mine, first in zip(self.optimizer.variables, self._optimizer_start, strict=True):
            mine.assign(first)

    def _rates(
        self, learning_rate: float | Sequence[float] | np.ndarray | None, steps: int, epochs: int
    ) -> np.ndarray:
        """Return one learning rate per step, (epochs, steps)."""
        if learning_rate is None:
            # Without a rate to set, the numbers are counted, and not looked at.
            usual = 0.0 if self._rate is None else float(self._rate.numpy())
            return np.full((epochs, steps), usual, "float32")
        if self._rate is None:
            raise ValueError(
                "learning_rate is given, but the optimiser has a schedule of its own: give the "
                "optimiser a number as its learning rate"
            )
        rates = as_real("learning_rate", learning_rate).astype("float32")
        if rates.ndim and rates.shape != (steps * epochs,):
            raise ValueError(
                f"learning_rate has shape {rates.shape}, but there are {steps * epochs} steps: "
                f"give one number, or ({steps * epochs},)"
            )
        return np.broadcast_to(rates, (steps * epochs,)).reshape(epochs, steps)


def _examples(images: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    images = as_numeric("images", images, _IMAGES).astype("float32")
    labels = as_class_numbers("labels", labels, ("images",)).astype("int32")
    if len(images) != len(labels):
        raise ValueError(
            f"labels has {len(labels)} rows for {len(images)} images: give one for each"
        )
    return images, labels
