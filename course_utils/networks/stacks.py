"""The lectures' networks for MNIST and the course's own, layer by layer: `models` builds them.

Each is a function of `keras.layers`, so that Keras is imported by the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (28, 28, 1)
CLASSES = 10


def _dense(layers: ModuleType) -> list[keras.Layer]:
    return [
        layers.Flatten(name="flatten"),
        layers.Dense(512, activation="relu", name="dense1"),
        layers.Dense(CLASSES, activation="softmax", name="output"),
    ]


def _two_conv(layers: ModuleType) -> list[keras.Layer]:
    return [
        layers.Conv2D(10, 5, activation="relu", name="conv1"),
        layers.MaxPooling2D(2, name="pool1"),
        layers.Conv2D(20, 5, activation="relu", name="conv2"),
        layers.MaxPooling2D(2, name="pool2"),
        layers.Flatten(name="flatten"),
        layers.Dense(100, activation="relu", name="dense1"),
        layers.Dense(CLASSES, activation="softmax", name="output"),
    ]


def _three_conv(layers: ModuleType) -> list[keras.Layer]:
    return [
        layers.Conv2D(32, 3, padding="same", activation="relu", name="conv1"),
        layers.MaxPooling2D(2, name="pool1"),
        layers.Conv2D(64, 3, padding="same", activation="relu", name="conv2"),
        layers.MaxPooling2D(2, name="pool2"),
        layers.Conv2D(64, 3, padding="same", activation="relu", name="conv3"),
        layers.Flatten(name="flatten"),
        layers.Dense(100, activation="relu", name="dense1"),
        layers.Dropout(0.3, name="dropout1"),
        layers.Dense(CLASSES, activation="softmax", name="output"),
    ]


def _five_conv(layers: ModuleType) -> list[keras.Layer]:
    return [
        layers.Conv2D(64, 7, padding="same", activation="relu", name="conv1"),
        layers.MaxPooling2D(2, name="pool1"),
        layers.Conv2D(128, 3, padding="same", activation="relu", name="conv2"),
        layers.Conv2D(128, 3, padding="same", activation="relu", name="conv3"),
        layers.MaxPooling2D(2, name="pool2"),
        layers.Conv2D(256, 3, padding="same", activation="relu", name="conv4"),
        layers.Conv2D(256, 3, padding="same", activation="relu", name="conv5"),
        layers.MaxPooling2D(2, name="pool3"),
        layers.Flatten(name="flatten"),
        layers.Dense(128, activation="relu", name="dense1"),
        layers.Dropout(0.5, name="dropout1"),
        layers.Dense(64, activation="relu", name="dense2"),
        layers.Dropout(0.5, name="dropout2"),
        layers.Dense(CLASSES, activation="softmax", name="output"),
    ]


def _fast_conv(layers: ModuleType) -> list[keras.Layer]:
    # The first layer has the most places, and with one channel TensorFlow is slow at each of them:
    # a stride takes a quarter of them, and pooling isn't needed. Later, pooling comes before the
    # normalisation, which then has a quarter of the cells to work on.
    # A bias would be subtracted again by the normalisation; beta takes its place.
    return [
        layers.Conv2D(16, 6, strides=2, use_bias=False, name="conv1"),
        layers.BatchNormalization(momentum=0.9, name="norm1"),
        layers.ReLU(name="relu1"),
        layers.Conv2D(48, 3, use_bias=False, name="conv2"),
        layers.MaxPooling2D(2, name="pool2"),
        layers.BatchNormalization(momentum=0.9, name="norm2"),
        layers.ReLU(name="relu2"),
        layers.Flatten(name="flatten"),
        layers.Dense(64, use_bias=False, name="dense1"),
        layers.BatchNormalization(momentum=0.9, name="norm3"),
        layers.ReLU(name="relu3"),
        layers.Dense(CLASSES, activation="softmax", name="output"),
    ]


def _best_conv(layers: ModuleType) -> list[keras.Layer]:
    def stage(number: int, filters: int, size: int, *, pooled: bool) -> list[keras.Layer]:
        return [
            layers.Conv2D(filters, size, padding="same", use_bias=False, name=f"conv{number}"),
            *([layers.MaxPooling2D(2, name=f"pool{number}")] if pooled else []),
            layers.BatchNormalization(momentum=0.98, name=f"norm{number}"),
            layers.ReLU(name=f"relu{number}"),
        ]

    return [
        *stage(1, 16, 5, pooled=True),
        *stage(2, 32, 5, pooled=True),
        *stage(3, 64, 3, pooled=False),
        *stage(4, 64, 3, pooled=True),
        layers.Flatten(name="flatten"),
        layers.Dense(64, use_bias=False, name="dense1"),
        layers.BatchNormalization(momentum=0.98, name="norm5"),
        layers.ReLU(name="relu5"),
        layers.Dropout(0.3, name="dropout1"),
        layers.Dense(CLASSES, activation="softmax", name="output"),
    ]


STACKS: dict[str, Callable[[ModuleType], list[keras.Layer]]] = {
    "dense": _dense,
    "two_conv": _two_conv,
    "three_conv": _three_conv,
    "five_conv": _five_conv,
    "fast_conv": _fast_conv,
    "best_conv": _best_conv,
}
