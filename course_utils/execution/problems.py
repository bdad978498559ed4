"""What a network is asked in a long training: to read digits, or one of the things of Part III.

A problem makes examples from MNIST's digits, trains a network by a recipe, and says what is worth
measuring beside the share of right answers. Keras is imported when a network is trained.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.detection import make_canvases
from course_utils.networks import (
    build_network,
    calibration,
    priors,
    recipes,
    segmentation,
)

if TYPE_CHECKING:
    import keras

# Images, or what was made of them, and a class for each, or for each of their pixels.
Examples = tuple[np.ndarray, np.ndarray]

METHODS = ("from scratch", "frozen", "fine-tuned")
FIRST_NEW = 5  # of the digits that a network of `NewDigits` meets late, as in notebook 19


@dataclass(frozen=True)
class Problem:
    """Which of ten digits is it? The recipe's network is one of `models.build_model`'s."""

    def examples(self, digits: Examples, *, test: bool) -> Examples:
        """Make what is learned from, or judged, out of (images, labels)."""
        images, labels = digits
        return images[..., np.newaxis].astype("float32") / 255, labels

    def quick(self) -> Problem:
        """Return the same problem, made in a second."""
        return self

    def train(
        self, recipe: recipes.Recipe, digits: Examples, *, seed: int, **fit_options: Any
    ) -> keras.Model:
        """Train the recipe's network on (images, labels) of MNIST."""
        return recipe.train(*self.examples(digits, test=False), seed=seed, **fit_options)

    def scores(
        self, model: keras.Model, test: Examples, valid: Examples | None
    ) -> dict[str, float]:
        """Measure what there is beside the accuracy, in per cent, from `examples`."""
        return {}


READING = Problem()


@dataclass(frozen=True)
class Later(Problem):
    """A problem of Part III: another network than `models.build_model`'s, without augmentation."""

    def build(self, recipe: recipes.Recipe, digits: Examples, *, seed: int) -> keras.Model:
        """Return the network to train; the seed is set already."""
        return build_network(filters=8)

    def weights(self, answers: np.ndarray) -> np.ndarray | None:
        """Return how much each answer counts in the loss, or None for all alike."""
        return None

    def train(
        self, recipe: recipes.Recipe, digits: Examples, *, seed: int, **fit_options: Any
    ) -> keras.Model:
        """Build the network and train it."""
        examples = self.examples(digits, test=False)
        options = {"sample_weight": self.weights(examples[1])} | fit_options
        return _fit(recipe, lambda: self.build(recipe, digits, seed=seed), examples, seed, options)


@dataclass(frozen=True)
class HonestReading(Later):
    """Notebook 18: how far are the probabilities of its small network from the truth?"""

    def scores(
        self, model: keras.Model, test: Examples, valid: Examples | None
    ) -> dict[str, float]:
        """Measure the calibration error before and after a temperature, in per cent."""
        said = model.predict(test[0], batch_size=500, verbose=0)
        found = {"calibration error": calibration.expected_calibration_error(said, test[1])}
        if valid is not None:
            known = model.predict(valid[0], batch_size=500, verbose=0)
            soft = calibration.soften(said, calibration.fit_temperature(known, valid[1]))
            found["softened"] = calibration.expected_calibration_error(soft, test[1])
        return {name: 100 * error for name, error in found.items()}


@dataclass(frozen=True)
class NewDigits(Later):
    """Notebook 19: read 5 to 9, with what a network knows that has met 0 to 4 alone, or without.

    Attributes
    ----------
    method
        One of `METHODS`: "from scratch", "frozen" (only a new last layer learns) or "fine-tuned"
        (all layers go on).
    """

    method: str = "from scratch"

    def examples(self, digits: Examples, *, test: bool) -> Examples:
        """Keep the new digits."""
        images, labels = super().examples(digits, test=test)
        return images[labels >= FIRST_NEW], labels[labels >= FIRST_NEW]

    def build(self, recipe: recipes.Recipe, digits: Examples, *, seed: int) -> keras.Model:
        """Return the network; unless from scratch, it has gone once through the old digits."""
        model = super().build(recipe, digits, seed=seed)
        if self.method == "from scratch":
            return model
        images, labels = super().examples(digits, test=False)
        old = labels < FIRST_NEW
        once = dataclasses.replace(recipe, epochs=1)
        _fit(once, lambda: model, (images[old], labels[old]), seed, {})
        return _with_new_head(model, frozen=self.method == "frozen")


def _with_new_head(model: keras.Model, *, frozen: bool) -> keras.Model:
    """Return a network with all weights of another, but for those of its last dense layer."""
    fresh = build_network(filters=8)
    for old, new in zip(model.layers, fresh.layers, strict=True):
        if old is not _head(model):
            new.set_weights(old.get_weights())
            new.trainable = not frozen
    return fresh


def _head(model: keras.Model) -> keras.Layer:
    return [layer for layer in model.layers if layer.weights][-1]


@dataclass(frozen=True)
class CanvasPixels(Later):
    """Notebook 20: which class has each pixel of a canvas with crowded digits?

    The recipe's network is a kind of `segmentation.build_unet`.

    Attributes
    ----------
    canvases
        How many to learn from.
    judged
        How many to judge.
    """

    canvases: int = 8_000
    judged: int = 1_000

    def quick(self) -> Problem:
        """Return the same problem with few canvases."""
        return dataclasses.replace(self, canvases=40, judged=20)

    def examples(self, digits: Examples, *, test: bool) -> Examples:
        """Stamp the digits on canvases; those for the test are always the same."""
        count = self.judged if test else self.canvases
        made = make_canvases(
            *digits,
            count,
            overlap=segmentation.OVERLAPS["crowded"],
            seed=int(test),
            **segmentation.CANVAS,
        )
        return made.images[..., np.newaxis].astype("float32") / 255, made.masks

    def build(self, recipe: recipes.Recipe, digits: Examples, *, seed: int) -> keras.Model:
        """Return a U-Net or one of its rivals."""
        return segmentation.build_unet(recipe.network)

    def weights(self, answers: np.ndarray) -> np.ndarray:
        """Let a pixel of ink count as in notebook 20."""
        counts = np.where(answers == segmentation.PAPER, 1, segmentation.INK_WEIGHT)
        return counts.astype("float32")

    def scores(
        self, model: keras.Model, test: Examples, valid: Examples | None
    ) -> dict[str, float]:
        """Measure the mean IoU of all classes, in per cent."""
        images, masks = test
        said = segmentation.classes_of(model, 255 * images[..., 0])
        overlaps = segmentation.class_overlaps(masks, said, classes=segmentation.PAPER + 1)
        return {"mean IoU": 100 * float(np.nanmean(overlaps))}


@dataclass(frozen=True)
class RearrangedDigits(Later):
    """Notebook 21: read digits whose parts or pixels may stand in another order.

    The recipe's network is one of `priors.build_prior`'s.

    Attributes
    ----------
    arrangement
        One of `priors.ARRANGEMENTS`.
    """

    arrangement: str = "straight"

    def examples(self, digits: Examples, *, test: bool) -> Examples:
        """Put the parts of all images into the same other order."""
        images, labels = super().examples(digits, test=test)
        return priors.rearrange(images, self.arrangement), labels

    def build(self, recipe: recipes.Recipe, digits: Examples, *, seed: int) -> keras.Model:
        """Return one of the networks that are raced there."""
        return priors.build_prior(recipe.network)


def _fit(
    recipe: recipes.Recipe,
    build: Callable[[], keras.Model],
    examples: Examples,
    seed: int,
    fit_options: dict[str, Any],
) -> keras.Model:
    """Build a network and train it with a recipe's optimiser, schedule, batches and epochs."""
    import keras

    keras.utils.set_random_seed(seed)
    model = build()
    recipe.compiled(len(examples[1]), lambda _: model)
    options = {"verbose": 0, "epochs": recipe.epochs} | fit_options
    model.fit(*examples, batch_size=recipe.batch_size, **options)
    return model
