"""Networks for images of any size: three ways to end one, and dense layers as convolutions.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from course_utils.arguments import as_choice, as_integer
from course_utils.networks.stacks import CLASSES, INPUT_SHAPE

if TYPE_CHECKING:
    import keras

ENDINGS = ("fixed", "pooled", "class_maps")
_KEPT = (
    "Conv2D DepthwiseConv2D SeparableConv2D MaxPooling2D AveragePooling2D BatchNormalization "
    "Activation ReLU LeakyReLU Softmax Dropout"
).split()


def build_any_size(ending: str) -> keras.Sequential:
    """Build one of three networks that begin alike and end differently, not compiled.

    All begin with 16 filters 5×5, pooling, 64 filters 5×5, pooling: a digit of 28×28 pixels
    becomes 4×4×64 cells. The endings are those of I. Goodfellow, Y. Bengio and A. Courville, "Deep
    Learning" (2016), figure 9.11, left to right:

    ================  ==========  ===============================================================
    ending            parameters  from the last maps to ten probabilities
    ================  ==========  ===============================================================
    ``"fixed"``           36,330  the 1,024 numbers into a dense layer: images must be 28×28
    ``"pooled"``          31,850  pooled to 3×3×64 = 576 numbers, whatever the size; a dense layer
    ``"class_maps"``      26,730  a 1×1 convolution to one map a class; the average of each map
    ================  ==========  ===============================================================

    Parameters
    ----------
    ending
        One of the three names.

    Returns
    -------
    keras.Sequential
        Takes images (batch, 28, 28, 1), or (batch, height, width, 1) of at least 16×16 pixels;
        gives ten probabilities each. Every layer is named; the last is a softmax of its own, after
        the scores.

    Raises
    ------
    ValueError
        If there is no ending of this name.
    """
    as_choice("ending", ending, ENDINGS)
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    layers = keras.layers
    endings = {
        "fixed": [layers.Flatten(name="flatten"), layers.Dense(CLASSES, name="scores")],
        "pooled": [
            grid_pooling(3, name="grid_pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(CLASSES, name="scores"),
        ],
        "class_maps": [
            layers.Conv2D(CLASSES, 1, name="class_maps"),
            layers.GlobalAveragePooling2D(name="scores"),
        ],
    }
    return keras.Sequential(
        [
            keras.Input(INPUT_SHAPE if ending == "fixed" else (None, None, INPUT_SHAPE[2])),
            layers.Conv2D(16, 5, activation="relu", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(64, 5, activation="relu", name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            *endings[ending],
            layers.Softmax(name="softmax"),
        ],
        name=ending,
    )


def grid_pooling(size: int, *, name: str | None = None) -> keras.Layer:
    """Return a layer that pools maps of any size to `size` × `size` cells, the largest of each.

    Along an axis of n cells, window i runs from ⌊i·n/size⌋ to before ⌈(i+1)·n/size⌉: windows grow
    with the image, and overlap by one cell where n isn't a multiple of `size`. That is adaptive
    max pooling. Keras' `AdaptiveMaxPooling2D` has to know the image's size when the network is
    built; this layer needn't.

    Parameters
    ----------
    size
        Number of windows along each axis.
    name
        Of the layer.

    Returns
    -------
    keras.Layer
        Takes (batch, height, width, channels), gives (batch, size, size, channels).

    Raises
    ------
    ValueError
        If `size` isn't a positive integer.
    """
    size = as_integer("size", size, 1)
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    def windows(length: int) -> list[slice]:
        return [slice(i * length // size, -(-(i + 1) * length // size)) for i in range(size)]

    class GridPooling(keras.layers.Layer):
        def call(self, maps: keras.KerasTensor) -> keras.KerasTensor:
            _, height, width, _ = keras.ops.shape(maps)
            cells = [
                keras.ops.max(maps[:, rows, columns], axis=(1, 2))
                for rows in windows(height)
                for columns in windows(width)
            ]
            stacked = keras.ops.stack(cells, axis=1)
            return keras.ops.reshape(stacked, (-1, size, size, maps.shape[-1]))

        def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
            return shape[0], size, size, shape[3]

    return GridPooling(name=name)


def to_convolutional(model: keras.Sequential, *, probabilities: bool = True) -> keras.Sequential:
    """Rewrite a classifier with dense layers as one with convolutions, for images of any size.

    The first dense layer sees maps of height × width cells, flattened: the same weights, reshaped,
    are a kernel of that size. Later dense layers become 1×1 convolutions. J. Long, E. Shelhamer
    and T. Darrell, "Fully convolutional networks for semantic segmentation" (2015), section 3.1.

    Parameters
    ----------
    model
        A chain of convolutions, poolings, activations, batch normalisation and dropout, then
        `Flatten`, then dense layers, beginning with `keras.Input` of a known size.
    probabilities
        False takes a softmax at the end away, so that the maps hold the scores before it.

    Returns
    -------
    keras.Sequential
        With copies of the weights and the same names, without the layer that flattens. Takes
        (batch, height, width, channels) and gives (batch, rows, columns, classes): a single cell
        for images of the size that `model` takes, and that cell is what `model` says. For a larger
        image, each cell is what `model` says about the window below it, if no layer pads.

    Raises
    ------
    ValueError
        If the model has no size, no `Flatten`, or a layer of another kind.
    """
    shape = getattr(model, "input_shape", None)
    if not getattr(model, "built", False) or not shape or len(shape) != 4 or None in shape[1:]:
        raise ValueError(
            f"model is {model!r}: give a chain of layers that begins with keras.Input of a known "
            "size (height, width, channels)"
        )
    import keras

    chain = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    copies: list[tuple[Any, Any, tuple | None]] = []
    maps_shape: tuple = ()
    flat = False
    for layer in chain:
        kind = type(layer).__name__
        if kind == "Flatten" and not flat:
            maps_shape, flat = layer.input.shape[1:], True
        elif kind == "Dense" and flat:
            copies.append((_as_convolution(layer, maps_shape[:2]), layer, maps_shape))
            maps_shape = (1, 1, layer.units)
        elif kind in _KEPT:
            copies.append((type(layer).from_config(layer.get_config()), layer, None))
        else:
            raise ValueError(
                f"model has the layer {layer.name!r} ({kind}), which to_convolutional can't carry "
                "over: give convolutions and poolings, one Flatten, then dense layers"
            )
    if not flat:
        raise ValueError(f"model is {model.name!r}, which has no Flatten: it needs no rewriting")
    if not probabilities:
        if type(copies[-1][1]).__name__ == "Softmax":
            del copies[-1]
        elif getattr(copies[-1][0], "activation", None) is keras.activations.softmax:
            copies[-1][0].activation = keras.activations.linear
    result = keras.Sequential(
        [keras.Input((None, None, shape[3])), *(copy for copy, _, _ in copies)],
        name=f"{model.name}_convolutional",
    )
    for copy, layer, seen in copies:
        weights = layer.get_weights()
        if seen is not None:
            weights[0] = weights[0].reshape(*seen, -1)
        copy.set_weights(weights)
    return result


def _as_convolution(dense: keras.Layer, size: tuple[int, int]) -> keras.Layer:
    import keras

    return keras.layers.Conv2D(
        dense.units, size, activation=dense.activation, use_bias=dense.use_bias, name=dense.name
    )
