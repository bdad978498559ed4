"""Deep chains of 3×3 convolutions, with and without shortcuts, that begin with the same weights.

The residual network follows K. He et al., "Deep residual learning for image recognition" (2016),
section 4.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from course_utils.arguments import as_integer
from course_utils.networks.stacks import CLASSES, INPUT_SHAPE

if TYPE_CHECKING:
    import keras

_INITIALIZERS = {"glorot": "glorot_uniform", "he": "he_normal"}


def deep_network(kind: str, depth: int, filters: int, batch_norm: bool, start: str) -> keras.Model:
    """Build a "plain" chain or a "resnet"; `models.build_resnet` tells of the arguments."""
    depth, filters = as_integer("depth", depth, 1), as_integer("filters", filters, 1)
    blocks = (depth - 2) // 6
    if blocks < 1 or depth != 6 * blocks + 2:
        below = max(8, 6 * blocks + 2)
        raise ValueError(
            f"depth is {depth}, which isn't 6n + 2 (three stages of n blocks of two layers): use "
            + (f"{below} or {below + 6}" if depth > 8 else "at least 8")
        )
    if not isinstance(start, str) or start not in _INITIALIZERS:
        raise ValueError(f'start is {start!r}: use "glorot" or "he"')
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    layers = keras.layers

    def convolution(count: int, size: int, name: str, strides: int = 1) -> keras.Layer:
        return layers.Conv2D(
            count,
            size,
            strides,
            padding="same",
            use_bias=not batch_norm,
            kernel_initializer=_INITIALIZERS[start],
            name=name,
        )

    def normalised(maps: keras.KerasTensor, name: str) -> keras.KerasTensor:
        return layers.BatchNormalization(momentum=0.9, name=name)(maps) if batch_norm else maps

    widths = [filters * 2**stage for stage in range(3) for _ in range(blocks)]
    changes = [k > 0 and width != widths[k - 1] for k, width in enumerate(widths)]
    # A layer draws the seed of its weights when it is made. Those that both kinds of network share
    # are made first, so that they begin with the same weights.
    first = convolution(filters, 3, "conv1")
    pairs = [
        (
            convolution(width, 3, f"block{k}_conv1", 1 + change),
            convolution(width, 3, f"block{k}_conv2"),
        )
        for k, (width, change) in enumerate(zip(widths, changes), start=1)
    ]
    output = layers.Dense(CLASSES, activation="softmax", name="output")

    image = keras.Input(INPUT_SHAPE, name="image")
    maps = layers.ReLU(name="relu1")(normalised(first(image), "norm1"))
    maps = layers.MaxPooling2D(2, name="pool1")(maps)
    for k, (width, change, pair) in enumerate(zip(widths, changes, pairs), start=1):
        block = f"block{k}_"
        shortcut = maps
        maps = layers.ReLU(name=block + "relu1")(normalised(pair[0](maps), block + "norm1"))
        maps = normalised(pair[1](maps), block + "norm2")
        if kind == "resnet":
            if change:
                projection = convolution(width, 1, block + "projection", 2)
                shortcut = normalised(projection(shortcut), block + "projection_norm")
            maps = layers.Add(name=block + "add")([shortcut, maps])
        maps = layers.ReLU(name=block + "relu2")(maps)
    pooled = layers.GlobalAveragePooling2D(name="pool2")(maps)
    return keras.Model(image, output(pooled), name=f"{kind}_{depth}")
