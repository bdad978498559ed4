"""The networks of the lectures in Keras, their parameters, and how far each layer sees.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from course_utils.arguments import as_integer
from course_utils.networks.deep_networks import deep_network
from course_utils.networks.stacks import INPUT_SHAPE, STACKS

if TYPE_CHECKING:
    import keras

Start = Literal["glorot", "he"]

# The names that Keras gives its layers, by what a cell of theirs sees.
_AROUND = ("Conv", "DepthwiseConv", "SeparableConv", "MaxPooling", "AveragePooling")
_ITSELF = (
    "InputLayer Identity Rescaling Normalization BatchNormalization Activation ReLU LeakyReLU "
    "PReLU ELU Softmax Dropout SpatialDropout1D SpatialDropout2D GaussianDropout GaussianNoise "
    "AlphaDropout ZeroPadding1D ZeroPadding2D"
).split()
_EVERYTHING = ("Flatten", "Dense", "GlobalMaxPooling", "GlobalAveragePooling")


def build_model(name: str, *, slim: int = 1) -> keras.Sequential:
    """Build one of the course's networks for MNIST, not compiled, every layer named.

    ==================  ==========  ===============================================================
    name                parameters  where it comes from
    ==================  ==========  ===============================================================
    ``"dense"``            407,050  the fully connected net of the lecture before: 512 hidden units
    ``"two_conv"``          38,390  Wang, slides on convolutional networks: 10 and 20 filters 5×5
    ``"three_conv"``       370,454  NYU, lecture 10: 32, 64 and 64 filters 3×3 (the lecture's code
                                    pads, its text doesn't), dropout 0.3
    ``"five_conv"``      1,413,834  Renmin, class 15, after A. Géron, "Hands-On Machine Learning":
                                    14 layers, the first 64 filters 7×7
    ``"fast_conv"``         85,450  this course, made to learn in one epoch (`recipes.ONE_EPOCH`):
                                    16 filters 6×6 with stride 2, 48 filters 3×3, batch
                                    normalisation after each layer
    ``"best_conv"``        106,970  this course, made to err least (`recipes.BEST`): 16 and 32
                                    filters 5×5, twice 64 filters 3×3, all padded
    ==================  ==========  ===============================================================

    Parameters
    ----------
    name
        One of the names above.
    slim
        Every convolution gets so many times fewer filters; 1 for all of them.

    Returns
    -------
    keras.Sequential
        Takes images (batch, 28, 28, 1), gives ten probabilities each, (batch, 10). Weights are
        drawn by Keras' default initialiser: call `keras.utils.set_random_seed` first to repeat
        them.

    Raises
    ------
    ValueError
        If there is no network of this name, or `slim` leaves a convolution without a filter.
    """
    slim = as_integer("slim", slim, 1)
    if not isinstance(name, str) or name not in STACKS:
        names = ", ".join(f'"{known}"' for known in STACKS)
        raise ValueError(
            f"name is {name!r}: use one of {names}; build_plain and build_resnet make networks of "
            "any depth"
        )
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    stack = STACKS[name](keras.layers)
    if slim > 1:
        stack = [_with_fewer_filters(layer, slim) for layer in stack]
        name = f"{name}_{slim}"
    return keras.Sequential([keras.Input(INPUT_SHAPE), *stack], name=name)


def _with_fewer_filters(layer: keras.Layer, slim: int) -> keras.Layer:
    if not hasattr(layer, "filters"):
        return layer
    if layer.filters < slim:
        raise ValueError(
            f"slim is {slim}, but {layer.name} has {layer.filters} filters: use at most that many"
        )
    return type(layer).from_config(layer.get_config() | {"filters": layer.filters // slim})


def build_plain(
    depth: int = 20, *, filters: int = 8, batch_norm: bool = True, start: Start = "glorot"
) -> keras.Model:
    """Build a deep chain of 3×3 convolutions for MNIST, not compiled, every layer named.

    The network of `build_resnet` without its shortcuts, layer by layer the same otherwise.

    Parameters
    ----------
    depth, filters, batch_norm, start
        As in `build_resnet`.

    Returns
    -------
    keras.Model
        Takes images (batch, 28, 28, 1), gives ten probabilities each, (batch, 10).

    Raises
    ------
    ValueError
        If `depth` isn't 8, 14, 20, …, `filters` isn't a positive integer, or `start` has another
        name.
    """
    return deep_network("plain", depth, filters, batch_norm, start)


def build_resnet(
    depth: int = 20, *, filters: int = 8, batch_norm: bool = True, start: Start = "glorot"
) -> keras.Model:
    """Build a small residual network for MNIST, not compiled, every layer named.

    A 3×3 convolution and a pooling to 14×14, then three stages of (depth − 2) / 6 blocks each, on
    14×14, 7×7 and 4×4 cells with `filters`, twice and four times as many maps; global average
    pooling and ten units. A block is two 3×3 convolutions; its input is added to their result
    before the last ReLU. Where the shapes differ, at the first block of the second and of the
    third stage, the input goes through a 1×1 convolution with stride 2 first. K. He, X. Zhang,
    S. Ren and J. Sun, "Deep residual learning for image recognition" (2016), section 4.2, there
    with 16 filters on 32×32 images and without the pooling.

    Parameters
    ----------
    depth
        How many layers with weights lie between image and result, the 1×1 convolutions not
        counted: 6n + 2 for n blocks a stage.
    filters
        Of the first stage.
    batch_norm
        Whether each convolution is followed by batch normalisation, which replaces its bias. The
        running averages have momentum 0.9, for trainings of a few hundred steps.
    start
        How the weights of the convolutions are drawn: ``"glorot"``, Keras' default, uniform with
        variance 2 / (inputs + outputs of a unit), or ``"he"``, normal with variance 2 / inputs,
        which makes up for what ReLU takes away. K. He, X. Zhang, S. Ren and J. Sun, "Delving deep
        into rectifiers" (2015), section 2.2. The last layer, which has no ReLU, keeps Glorot's.

    Returns
    -------
    keras.Model
        Takes images (batch, 28, 28, 1), gives ten probabilities each, (batch, 10). After the same
        `keras.utils.set_random_seed`, the layers that it shares with `build_plain` of the same
        size, which have the same names, begin with the same weights.

    Raises
    ------
    ValueError
        If `depth` isn't 8, 14, 20, …, `filters` isn't a positive integer, or `start` has another
        name.
    """
    return deep_network("resnet", depth, filters, batch_norm, start)


class ParameterCount(NamedTuple):
    """How many numbers a network or a layer learns: `weights` + `biases` = `total`."""

    weights: int
    biases: int
    total: int


def count_parameters(model: keras.Layer) -> ParameterCount:
    """Count what a Keras model or a single layer holds, multipliers and added numbers apart.

    Parameters
    ----------
    model
        A model or a layer that knows the shape of its input.

    Returns
    -------
    ParameterCount
        `biases` counts the biases, and the shifts (beta) of normalisation layers; `weights`
        everything else. The total is that of Keras' `count_params`, so the running averages of
        batch normalisation are counted too.

    Raises
    ------
    ValueError
        If the weights don't exist yet, or `model` isn't of Keras.
    """
    if not hasattr(model, "weights"):
        raise ValueError(f"model is {model!r}: give a Keras model or layer")
    if not model.built:
        raise ValueError(
            f"model is {model.name!r}, which has no weights before it knows its input: "
            "begin the model with keras.Input, or call it on data once"
        )
    total = sum(math.prod(variable.shape) for variable in model.weights)
    biases = sum(
        math.prod(variable.shape) for variable in model.weights if variable.name in ("bias", "beta")
    )
    return ParameterCount(total - biases, biases, total)


def receptive_field(layers: keras.Model | Iterable[object], *, axis: int = 0) -> list[int]:
    """Return how many input cells, along one axis, a cell sees after each layer.

    With kernel size k, stride s and dilation d of each layer, and jump j (the distance on the input
    between neighbouring cells of a layer), starting from r = j = 1:
    r ← r + (k − 1)·d·j, then j ← s·j. A. Araujo, W. Norris and J. Sim, "Computing receptive fields
    of convolutional neural networks", Distill (2019).

    Parameters
    ----------
    layers
        A Keras model that is a chain of layers, or a sequence of its layers; or a sequence of
        tuples (kernel_size, stride) or (kernel_size, stride, dilation), which needs no Keras.
    axis
        Which spatial axis of a Keras layer to take: 0 vertical, 1 horizontal.

    Returns
    -------
    list of int
        One size a layer, beginning with the first; input layers count as a layer of kernel 1.
        Layers that work cell by cell (activation, dropout, batch normalisation, zero padding) keep
        the size. The list ends before the first layer that sees everything (flatten, dense, global
        pooling), so it pairs up with `model.layers` by `zip`.

    Raises
    ------
    ValueError
        If a tuple isn't made of positive integers, or what a layer sees isn't known.

    Examples
    --------
    >>> receptive_field([(5, 1), (2, 2), (5, 1), (2, 2)])
    [5, 6, 14, 16]
    """
    axis = as_integer("axis", axis, 0)
    chain = getattr(layers, "layers", layers)
    if not isinstance(chain, Iterable):
        raise ValueError(f"layers is {layers!r}: give a Keras model or a sequence of tuples")
    sizes, size, jump = [], 1, 1
    for place, layer in enumerate(chain):
        window: tuple[int, int, int] | None
        if isinstance(layer, (tuple, list)):
            window = _window_of_tuple(layer, place)
        else:
            window = _window_of_layer(layer, axis)
        if window is None:
            break
        kernel_size, stride, dilation = window
        size += (kernel_size - 1) * dilation * jump
        jump *= stride
        sizes.append(size)
    return sizes


def _window_of_tuple(numbers: tuple | list, place: int) -> tuple[int, int, int]:
    if len(numbers) not in (2, 3):
        raise ValueError(
            f"layers[{place}] is {numbers!r}: give (kernel_size, stride) or "
            "(kernel_size, stride, dilation)"
        )
    kernel_size, stride, *dilation = (as_integer(f"layers[{place}]", n, 1) for n in numbers)
    return kernel_size, stride, dilation[0] if dilation else 1


def _window_of_layer(layer: Any, axis: int) -> tuple[int, int, int] | None:
    """Return (kernel size, stride, dilation), or None for a layer that sees everything."""
    if _is_one_of(layer, _EVERYTHING):
        return None
    if _is_one_of(layer, _ITSELF):
        return 1, 1, 1
    if not _is_one_of(layer, _AROUND):
        raise ValueError(
            f"layers has {layer!r}, of which it isn't known what a cell sees: give a chain of "
            "convolutions and poolings, or one tuple (kernel_size, stride, dilation) a layer"
        )
    sizes = layer.pool_size if hasattr(layer, "pool_size") else layer.kernel_size
    if axis >= len(sizes):
        raise ValueError(
            f"axis is {axis}, but layer {layer.name!r} slides along {len(sizes)}: "
            f"use at most {len(sizes) - 1}"
        )
    dilation = getattr(layer, "dilation_rate", (1,) * len(sizes))
    return sizes[axis], layer.strides[axis], dilation[axis]


def _is_one_of(layer: object, names: Iterable[str]) -> bool:
    """Tell whether the layer is of one of these kinds, or made from one, for any number of axes."""
    kinds = {kind.__name__ for kind in type(layer).__mro__}
    return any(f"{name}{axes}" in kinds for name in names for axes in ("", "1D", "2D", "3D"))
