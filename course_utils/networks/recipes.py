"""Recipes: a network together with the optimiser, schedule and batch size that suit it.

Keras is imported when a recipe is used, not before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_class_numbers, as_integer, as_numeric
from course_utils.networks.augmentation import RandomAffine
from course_utils.networks.models import build_model
from course_utils.networks.stacks import CLASSES
from course_utils.networks.training import (
    create_variables,
    smoothed_cross_entropy,
    warm_up_and_decay,
)

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

WITH_MOMENTUM = ("SGD", "RMSprop")


@dataclass(frozen=True)
class Recipe:
    """How to train one of the course's networks: everything but the digits and the seed.

    The optimiser lowers the cross-entropy. ``dataclasses.replace(recipe, epochs=8)`` changes a
    setting.

    Attributes
    ----------
    network
        A name for `models.build_model`, or for the `build` that `compiled` is given.
    epochs
        How often to go through all digits.
    batch_size
        Digits a step.
    learning_rate
        The highest of the schedule.
    warm_up
        Share of all steps on which the learning rate rises; it then falls to zero
        (`training.warm_up_and_decay`). None keeps it as it is from the first step to the last.
    optimizer
        The name that Keras knows it by, such as "Adam" or "RMSprop".
    augmentation
        How each image is changed anew in every epoch, or None for not at all.
    label_smoothing
        Share of the probability that the targets spread over all classes
        (`training.smoothed_cross_entropy`).
    momentum
        Share of the last step that is added to the next, at least 0 and below 1; other than 0 for
        the optimisers "SGD" and "RMSprop" only.

    Raises
    ------
    ValueError
        If `epochs` or `batch_size` isn't a positive integer, or `momentum` not a share. The other settings are checked by
        the functions above and by Keras, when the recipe is used.
    """

    network: str
    epochs: int
    batch_size: int
    learning_rate: float
    warm_up: float | None
    optimizer: str = "Adam"
    augmentation: RandomAffine | None = None
    label_smoothing: float = 0.0
    momentum: float = 0.0

    def __post_init__(self) -> None:
        as_integer("epochs", self.epochs, 1)
        as_integer("batch_size", self.batch_size, 1)
        if not 0 <= self.momentum < 1:
            raise ValueError(
                f"momentum is {self.momentum}: use a share of at least 0 and below 1, such as 0.9"
            )

    def steps(self, examples: int) -> int:
        """Return how many steps the training takes on so many examples."""
        return self.epochs * -(-examples // self.batch_size)

    def schedule(self, examples: int) -> float | keras.optimizers.schedules.LearningRateSchedule:
        """Return the learning rate, or that of each step, of a training on so many examples."""
        if self.warm_up is None:
            return self.learning_rate
        return warm_up_and_decay(self.learning_rate, self.steps(examples), warm_up=self.warm_up)

    def compiled(
        self, examples: int, build: Callable[[str], keras.Model] = build_model
    ) -> keras.Model:
        """Build the network by its name, ready to be trained on so many examples."""
        schedule = self.schedule(examples)
        model = build(self.network)
        import keras

        settings: dict[str, Any] = {"learning_rate": schedule}
        if self.momentum:
            if self.optimizer not in WITH_MOMENTUM:
                raise ValueError(
                    f"momentum is {self.momentum}, which {self.optimizer!r} doesn't take: use 0, or "
                    f"an optimizer among {', '.join(WITH_MOMENTUM)}"
                )
            settings["momentum"] = self.momentum
        model.compile(
            optimizer=keras.optimizers.get({"class_name": self.optimizer, "config": settings}),
            loss=smoothed_cross_entropy(self.label_smoothing)
            if self.label_smoothing
            else "sparse_categorical_crossentropy",
            metrics=["accuracy"],
            # On a CPU compiling takes longer than it saves in so short a training.
            jit_compile=False,
            # Between the steps Python would have the word, which takes a fifth of the time of a
            # small network. To prepare several steps at once takes half a second: not for a few.
            steps_per_execution=8 if self.steps(examples) >= 400 else 1,
        )
        create_variables(model)
        return model

    def train(
        self, images: ArrayLike, labels: ArrayLike, *, seed: int, **fit_options: Any
    ) -> keras.Model:
        """Build the network and train it.

        Parameters
        ----------
        images
            Array (n, 28, 28, 1) of numbers between 0 and 1.
        labels
            Array (n,) of integers, the true classes.
        seed
            Of the first weights and of the order of the digits.
        fit_options
            For Keras' `fit`, such as `validation_data` or `callbacks`.

        Returns
        -------
        keras.Model
            Trained; `model.history.history` holds what Keras measured after each epoch.

        Raises
        ------
        ValueError
            If images or labels aren't of this form or differ in number, a setting of the recipe
            doesn't hold, or there are too few examples for a warm-up.
        """
        images = as_numeric("images", images, ("images", "height", "width", "channels"))
        labels = as_class_numbers("labels", labels, ("images",), classes=CLASSES)
        if len(images) != len(labels):
            raise ValueError(
                f"labels has {len(labels)} rows for {len(images)} images: give one for each"
            )
        import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

        import keras

        keras.utils.set_random_seed(seed)
        model = self.compiled(len(images))
        options = {"verbose": 0, "epochs": self.epochs} | fit_options
        if self.augmentation is None:
            model.fit(images, labels, batch_size=self.batch_size, **options)
        else:
            # Keras warns that it doesn't shuffle a data set unless it is told not to.
            model.fit(
                self._augmented(self.augmentation, images, labels, seed), shuffle=False, **options
            )
        return model

    def _augmented(
        self, change: RandomAffine, images: np.ndarray, labels: np.ndarray, seed: int
    ) -> tf.data.Dataset:
        """Return batches in another order in every epoch, each image changed anew."""
        import tensorflow as tf

        examples = tf.data.Dataset.from_tensor_slices((images, labels))
        batches = examples.shuffle(len(images), seed=seed).batch(self.batch_size)
        # In this thread's order, so that the seed decides which image is changed how.
        changed = batches.map(lambda some, of_them: (change(some), of_them))
        return changed.prefetch(tf.data.AUTOTUNE)


# 99 % of the full MNIST's test digits after one pass over the 60,000 training digits. The numbers
# were chosen on 10,000 of the training digits that were set aside, never on the test digits.
ONE_EPOCH = Recipe(
    "fast_conv",
    epochs=1,
    batch_size=128,
    learning_rate=0.6,
    warm_up=0.2,
    optimizer="SGD",
    label_smoothing=0.05,
    momentum=0.9,
)

# As few errors as one network of at most 200,000 parameters makes after at most ten minutes on two
# cores. Chosen by its errors on 5,000 or 10,000 training digits that were set aside.
BEST = Recipe(
    "best_conv",
    epochs=30,
    batch_size=128,
    learning_rate=0.01,
    warm_up=0.15,
    augmentation=RandomAffine(rotation=10, scale=0.1, shear=0.1, shift=2),
    label_smoothing=0.1,
)

# The lectures' own settings, each with the learning rate that was its optimiser's default unless
# the slides give one. Renmin's slides have no training: those settings are ours.
WANG = Recipe("two_conv", 50, 128, 0.0001, warm_up=None, optimizer="RMSprop")
NYU = Recipe("three_conv", 15, 65, 0.001, warm_up=None, optimizer="RMSprop")
RENMIN = Recipe("five_conv", 3, 128, 0.001, warm_up=0.2)
