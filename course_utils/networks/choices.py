"""A small convolutional network with every choice as an argument.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from course_utils.arguments import as_integer
from course_utils.networks.stacks import CLASSES, INPUT_SHAPE
from course_utils.networks.training import Examples, create_variables

if TYPE_CHECKING:
    import keras

POOLINGS = {"max": "MaxPooling2D", "mean": "AveragePooling2D"}
PADDINGS = ("valid", "same")
DENSE_UNITS = 64


def build_network(
    *,
    filters: int = 16,
    kernel_size: int = 5,
    stride: int = 1,
    padding: str = "valid",
    pooling: str | None = "max",
    convolutions: int = 2,
    norm: bool = False,
    dropout: float = 0.0,
    shift: int = 0,
    initializer: str = "glorot_uniform",
    l2: float = 0.0,
) -> keras.Sequential:
    """Build a network for MNIST by its choices, not compiled, every layer named.

    Convolutions, each followed by pooling and ReLU, then 64 units with ReLU and ten
    probabilities.

    Parameters
    ----------
    filters
        Of the first convolution; each further one has twice as many.
    kernel_size, stride, padding
        Of every convolution; padding is "valid" or "same".
    pooling
        "max" or "mean" over 2×2 after every convolution, or None for no pooling.
    convolutions
        How many.
    norm
        Batch normalisation before every ReLU, with momentum 0.9 as for a few hundred steps.
    dropout
        Share of the 64 units that are switched off in a training step.
    shift
        Digits are moved at random by up to so many pixels, each way, in training.
    initializer
        Keras' name for how the first weights of all but the last layer are drawn.
    l2
        Weight of the squares of these weights in the loss.

    Returns
    -------
    keras.Sequential
        Takes images (batch, 28, 28, 1), gives ten probabilities each, (batch, 10).

    Raises
    ------
    ValueError
        If an argument is out of its range, or the maps become smaller than a kernel or a pool.
    """
    filters = as_integer("filters", filters, 1)
    kernel_size = as_integer("kernel_size", kernel_size, 1)
    stride = as_integer("stride", stride, 1)
    convolutions = as_integer("convolutions", convolutions, 1)
    shift = as_integer("shift", shift, 0)
    for name, given, known in (
        ("padding", padding, PADDINGS),
        ("pooling", pooling, (*POOLINGS, None)),
    ):
        if given not in known:
            raise ValueError(f"{name} is {given!r}: use one of {', '.join(map(repr, known))}")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is {dropout}: use a share of at least 0 and below 1")
    if not l2 >= 0:
        raise ValueError(f"l2 is {l2}: use a number of at least 0, such as 0.0001")
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    layers = keras.layers
    weights = {
        "kernel_initializer": initializer,
        "kernel_regularizer": keras.regularizers.L2(l2) if l2 else None,
    }
    model = keras.Sequential([keras.Input(INPUT_SHAPE, name="image")], name="choices")
    if shift:
        share = shift / INPUT_SHAPE[0]
        model.add(layers.RandomTranslation(share, share, fill_mode="constant", name="shift"))

    def detector(k: int) -> None:
        if norm:
            model.add(layers.BatchNormalization(momentum=0.9, name=f"norm{k}"))
        model.add(layers.ReLU(name=f"relu{k}"))

    side = INPUT_SHAPE[0]
    for k in range(1, convolutions + 1):
        needed = kernel_size if padding == "valid" else 1
        after = -(-(side - needed + 1) // stride)
        if after < (2 if pooling else 1):
            raise ValueError(
                f"convolutions is {convolutions}, but at number {k} the maps have {side}×{side} "
                "cells, too few for kernel and pool: use fewer, a smaller kernel or stride, or "
                "padding='same'"
            )
        model.add(
            layers.Conv2D(
                filters * 2 ** (k - 1), kernel_size, stride, padding, name=f"conv{k}", **weights
            )
        )
        side = after
        if pooling:
            side //= 2
            model.add(getattr(layers, POOLINGS[pooling])(2, name=f"pool{k}"))
        detector(k)
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dense(DENSE_UNITS, name="dense1", **weights))
    detector(convolutions + 1)
    if dropout:
        model.add(layers.Dropout(dropout, name="dropout1"))
    model.add(layers.Dense(CLASSES, activation="softmax", name="output"))
    return model


def train_network(
    optimizer: keras.Optimizer,
    training: Examples,
    validation: Examples,
    *,
    epochs: int,
    seed: int,
    batch_size: int = 64,
    **choices: Any,
) -> keras.Model:
    """Build a network by its choices and train it on the cross-entropy, without a word.

    Parameters
    ----------
    optimizer
        A Keras optimiser that no other network has used.
    training, validation
        Pairs of images (n, 28, 28, 1), between 0 and 1, and labels (n,), integers.
    epochs, batch_size
        How often to go through the training part, and how many digits a step.
    seed
        Of the first weights, of the order of the digits, and of dropout and shifts.
    choices
        For `build_network`.

    Returns
    -------
    keras.Model
        Trained; `model.history.history` holds loss, accuracy, val_loss and val_accuracy, one value
        an epoch each.
    """
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    keras.utils.set_random_seed(seed)
    model = build_network(**choices)
    model.compile(
        optimizer=optimizer,
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # compiling takes longer than it saves in so short a training
    )
    create_variables(model)
    model.fit(
        *training,
        batch_size=batch_size,
        epochs=epochs,
        verbose=0,
        validation_data=validation,
        validation_batch_size=len(validation[0]),
    )
    return model
