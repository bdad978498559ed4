"""A detector that looks once: a fully convolutional network, its loss, its training, its answers.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_numeric, as_switch
from course_utils.detection import boxes, detection_grid, precision
from course_utils.detection.boxes import (
    Detections,
    Objects,
    areas,
    as_boxes,
    as_detections,
    intersection_over_union,
    non_maximum_suppression,
)
from course_utils.detection.canvases import Canvases, make_canvases
from course_utils.detection.detection_grid import (
    BOX_CHANNELS,
    decode_grid,
    grid_shape,
    grid_targets,
)
from course_utils.detection.precision import (
    COCO_THRESHOLDS,
    average_precision,
    mean_average_precision,
    precision_recall,
)

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

__all__ = [
    "BOX_WEIGHT",
    "COCO_THRESHOLDS",
    "Canvases",
    "Detections",
    "Objects",
    "areas",
    "as_boxes",
    "as_input",
    "average_precision",
    "boxes",
    "build_detector",
    "detect",
    "detection_grid",
    "detector_loss",
    "intersection_over_union",
    "make_canvases",
    "mean_average_precision",
    "non_maximum_suppression",
    "precision",
    "precision_recall",
    "suppress",
    "train_detector",
]

# How much the place and size of a box count in the loss against object and class.
BOX_WEIGHT = 2.0
# Most cells are empty. The bias of the first channel starts where they already say so: a chance of
# 1 in 30 for an object.
_FIRST_CHANCE = 1 / 30


def build_detector(*, filters: int = 16, classes: int = 10) -> keras.Sequential:
    """Build a detector for grey images of any size, not compiled, every layer named.

    Three times two pixels become one, so a cell of the result answers for 8×8 pixels and sees
    54×54. No layer is dense.

    Parameters
    ----------
    filters
        Of the first convolution; the others have two and four times as many.
    classes
        How many there are.

    Returns
    -------
    keras.Sequential
        Takes images (batch, height, width, 1) with brightness 0 to 1 and sides that are multiples
        of 8; gives (batch, height / 8, width / 8, 5 + classes), for `decode_grid`.

    Raises
    ------
    ValueError
        If `filters` or `classes` isn't a positive integer.
    """
    filters, classes = as_integer("filters", filters, 1), as_integer("classes", classes, 1)
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    layers = keras.layers

    def block(k: int, count: int, *, pooled: bool) -> list[keras.Layer]:
        return [
            layers.Conv2D(count, 3, padding="same", use_bias=False, name=f"conv{k}"),
            *([layers.MaxPooling2D(2, name=f"pool{k}")] if pooled else []),
            layers.BatchNormalization(momentum=0.9, name=f"norm{k}"),
            layers.ReLU(name=f"relu{k}"),
        ]

    def start(shape: tuple[int, ...], dtype: str | None = None) -> np.ndarray:
        bias = np.zeros(shape, "float32")
        bias[0] = np.log(_FIRST_CHANCE / (1 - _FIRST_CHANCE))
        return bias

    return keras.Sequential(
        [
            keras.Input((None, None, 1), name="canvas"),
            *block(1, filters, pooled=True),
            *block(2, 2 * filters, pooled=True),
            *block(3, 4 * filters, pooled=True),
            *block(4, 4 * filters, pooled=False),
            *block(5, 4 * filters, pooled=False),
            layers.Conv2D(BOX_CHANNELS + classes, 1, bias_initializer=start, name="answers"),
        ],
        name="detector",
    )


def detector_loss(targets: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
    """Return how wrong the cells' answers are, one number an image.

    The sum over all cells of the cross-entropy of object or no object; and over the cells with an
    object, of the squared errors of place and size, times `BOX_WEIGHT`, and the cross-entropy of
    the class. All divided by the number of objects in the batch.

    Parameters
    ----------
    targets
        As `grid_targets` gives them, (batch, rows, columns, 6).
    answers
        As `build_detector`'s network gives them, (batch, rows, columns, 5 + classes).

    Returns
    -------
    tensorflow.Tensor
        `float32` (batch,).
    """
    import tensorflow as tf

    targets, answers = tf.cast(targets, tf.float32), tf.cast(answers, tf.float32)
    there = targets[..., 0]
    nothing_or_something = tf.nn.sigmoid_cross_entropy_with_logits(there, answers[..., 0])
    place = tf.reduce_sum(tf.square(tf.sigmoid(answers[..., 1:3]) - targets[..., 1:3]), axis=-1)
    size = tf.reduce_sum(tf.square(answers[..., 3:5] - targets[..., 3:5]), axis=-1)
    which = tf.nn.sparse_softmax_cross_entropy_with_logits(
        tf.cast(targets[..., 5], tf.int32), answers[..., BOX_CHANNELS:]
    )
    by_cell = nothing_or_something + there * (BOX_WEIGHT * (place + size) + which)
    objects = tf.maximum(tf.reduce_sum(there), 1.0)
    images = tf.cast(tf.shape(targets)[0], tf.float32)
    return tf.reduce_sum(by_cell, axis=[1, 2]) * images / objects


def train_detector(
    model: keras.Model,
    canvases: Canvases,
    *,
    epochs: int,
    batch_size: int = 16,
    learning_rate: float = 0.005,
    seed: int,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> dict[str, list[float]]:
    """Train a detector with Adam, the learning rate rising for a tenth of the steps, then falling.

    Parameters
    ----------
    model
        As `build_detector` gives it; it is compiled here.
    canvases
        To learn from.
    epochs, batch_size, learning_rate
        As in Keras; `learning_rate` is the largest one.
    seed
        Of the order of the canvases.
    callbacks
        For Keras' `fit`.

    Returns
    -------
    dict of list
        The loss after each epoch, ``{"loss": […]}``.

    Raises
    ------
    ValueError
        If a number isn't positive, or the canvases aren't whole in cells.
    """
    epochs, batch_size = as_integer("epochs", epochs, 1), as_integer("batch_size", batch_size, 1)
    targets = grid_targets(canvases.objects, canvases.images.shape[1:])
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    steps = epochs * -(-len(targets) // batch_size)
    warm_up = max(1, steps // 10)
    rate = keras.optimizers.schedules.CosineDecay(
        learning_rate / 25,
        max(1, steps - warm_up),
        warmup_target=learning_rate,
        warmup_steps=warm_up,
    )
    keras.utils.set_random_seed(seed)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=detector_loss)
    history = model.fit(
        as_input(canvases.images),
        targets,
        epochs=epochs,
        batch_size=batch_size,
        verbose=0,
        callbacks=list(callbacks),
    )
    return history.history


def detect(
    model: keras.Model,
    images: ArrayLike,
    *,
    min_score: float = 0.01,
    threshold: float | None = 0.5,
    by_class: bool = True,
) -> list[Detections]:
    """Find what is in images: one pass of the network, boxes, non-maximum suppression.

    Parameters
    ----------
    model
        As `train_detector` leaves it.
    images
        Array (n, height, width) with brightness 0 to 255, sides multiples of 8.
    min_score
        Less sure detections are left out before anything else.
    threshold
        Of the suppression; None leaves every cell's box as it is.
    by_class
        Whether only boxes of the same class suppress each other.

    Returns
    -------
    list of Detections
        One an image, the surest first; arrays of length 0 where nothing is found.

    Raises
    ------
    ValueError
        If the images aren't of this form, or a share isn't between 0 and 1.
    """
    answers = model.predict(as_input(images), batch_size=32, verbose=0)
    found = [decode_grid(one, min_score=min_score) for one in answers]
    return (
        found
        if threshold is None
        else [suppress(one, threshold=threshold, by_class=by_class) for one in found]
    )


def suppress(found: Detections, *, threshold: float = 0.5, by_class: bool = True) -> Detections:
    """Return the detections that non-maximum suppression keeps, the surest first.

    Parameters
    ----------
    found
        What was found in an image.
    threshold, by_class
        As in `detect`.

    Raises
    ------
    ValueError
        If boxes, labels and scores don't fit each other, a score is NaN, or `threshold` isn't
        between 0 and 1.
    """
    found = as_detections("found", found)
    labels = found.labels if as_switch("by_class", by_class) else None
    kept = non_maximum_suppression(found.boxes, found.scores, labels, threshold=threshold)
    return Detections(*(part[kept] for part in found))


def as_input(images: ArrayLike) -> np.ndarray:
    """Return grey images (n, height, width), 0 to 255, as the network takes them.

    Returns
    -------
    numpy.ndarray
        `float32` (n, height, width, 1), 0 to 1.

    Raises
    ------
    ValueError
        If the images aren't of this form, or a side isn't a multiple of 8.
    """
    images = as_numeric("images", images, ("images", "height", "width"))
    grid_shape(images.shape[1:])
    return images[..., np.newaxis].astype(np.float32) / 255
