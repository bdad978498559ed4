"""The stored network that reads: its layers as plain arrays, run by the course's own convolution.

`reader.npz` holds, without pickle, `layers`, the kinds in order, and for layer N of a kind that
has numbers `kernelN` and `biasN`, stored as float16:

=============  =======================================================================
``conv valid`` cross-correlation with kernel (kh, kw, cin, cout), stride 1, no padding, plus bias
``conv same``  the same, padded with zeros to keep the size
``relu``       negative numbers become 0
``max pool``   the largest of each 2×2 window; what is left over at the end is dropped
``flatten``    (h, w, c) becomes h·w·c, in the order row, column, channel
``dense``      times kernel (in, out), plus bias
``softmax``    exponentials, divided by their sum
=============  =======================================================================

Batch normalisation, which helped the training, has been folded into the layer before it. The
network takes images (n, 28, 28, 1), 0 paper to 1 ink, and gives eleven probabilities: the digits 0
to 9, and "none of these". `data/build_reader.py` made it, and wrote beside it `reader.json`, with
the SHA-256 of the file and how it was made.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_numeric
from course_utils.convolution import conv2d
from course_utils.pooling import pool2d

if TYPE_CHECKING:
    import keras

NONE = 10  # the class of what is no digit

_FILE = Path(__file__).with_name("reader.npz")
_RESTORE = (
    "restore the course's own copy (git checkout -- course_utils/handwriting), or rebuild it with "
    "python data/build_reader.py"
)


class Layer(NamedTuple):
    """One layer of the reader: its `kind` and its numbers, float32, where it has any."""

    kind: str
    kernel: np.ndarray | None
    bias: np.ndarray | None


class Reader(NamedTuple):
    """The stored network and its two thresholds, which were chosen on digits set aside.

    An image is no digit that the network knows where the eleventh probability exceeds
    `none_above`; an answer is sure from the probability `sure_from` on.
    """

    layers: tuple[Layer, ...]
    none_above: float
    sure_from: float


@cache
def stored_reader() -> Reader:
    """Return the network that comes with the course.

    Raises
    ------
    FileNotFoundError
        If its file is missing.
    ValueError
        If its file isn't the one that was made: the SHA-256 differs.
    """
    try:
        content = _FILE.read_bytes()
        known = json.loads(_FILE.with_suffix(".json").read_text(encoding="utf-8"))["sha256"]
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error.filename} isn't there: {_RESTORE}") from error
    if hashlib.sha256(content).hexdigest() != known:
        raise ValueError(f"file {_FILE.name!r} is damaged, its SHA-256 differs: {_RESTORE}")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        layers = []
        for number, kind in enumerate(arrays["layers"].tolist()):
            parts = []
            for name in (f"kernel{number}", f"bias{number}"):
                part = arrays[name].astype(np.float32) if name in arrays.files else None
                if part is not None:
                    part.setflags(write=False)
                parts.append(part)
            layers.append(Layer(kind, *parts))
        return Reader(tuple(layers), float(arrays["none_above"]), float(arrays["sure_from"]))


def probabilities(images: ArrayLike) -> np.ndarray:
    """Let the stored network read images.

    Parameters
    ----------
    images
        Array (n, 28, 28) or (n, 28, 28, 1): uint8 from 0 to 255, or floats from 0 to 1.

    Returns
    -------
    numpy.ndarray
        float32 (n, 11): the probabilities of the digits 0 to 9 and of "none of these".

    Raises
    ------
    ValueError
        If the images have another shape.
    """
    return answers(stored_reader().layers, images)


def answers(layers: Sequence[Layer], images: ArrayLike) -> np.ndarray:
    """Let a network of plain layers read images, by the course's own NumPy.

    Parameters
    ----------
    layers
        As `layers_of` makes them of a Keras model.
    images
        As `probabilities` takes them.

    Returns
    -------
    numpy.ndarray
        float32 (n, units of the last layer).

    Raises
    ------
    ValueError
        If the images have another shape.
    """
    signal = as_batch(images)
    for layer in layers:
        signal = _after(layer, signal)
    return signal


def signals(layers: Sequence[Layer], images: ArrayLike) -> Iterator[np.ndarray]:
    """Yield what each layer of a network answers to images, one after the other.

    Parameters
    ----------
    layers, images
        As `answers` takes them.

    Yields
    ------
    numpy.ndarray
        float32 (n, …): maps (n, h, w, c), or features (n, p) from the flattening on.

    Raises
    ------
    ValueError
        If the images have another shape.
    """
    signal = as_batch(images)
    for layer in layers:
        signal = _after(layer, signal)
        yield signal


def layers_of(model: keras.Sequential) -> tuple[Layer, ...]:
    """Take a Keras model apart into plain layers, the form in which the explorers keep a network.

    Parameters
    ----------
    model
        A chain that takes images (28, 28, 1), of the layers that the table at the top of this
        module names; a convolution or dense layer may bring its ReLU or softmax with it.

    Returns
    -------
    tuple of Layer
        What `answers` runs, with the model's weights as float32.

    Raises
    ------
    ValueError
        If the model has a layer of another kind.
    """
    made: list[Layer] = []
    for layer in model.layers:
        kinds = _kinds_of(layer)
        if kinds is None:
            raise ValueError(
                f"model has the layer {layer.name!r}, a {type(layer).__name__}, with settings that "
                "can't be kept as plain layers: use convolutions with stride 1, 2×2 max pooling, "
                "ReLU, Flatten, dense layers, softmax"
            )
        for kind in kinds:
            kernel = bias = None
            if kind.startswith(("conv", "dense")):
                kernel, *rest = (part.astype(np.float32) for part in layer.get_weights())
                bias = rest[0] if rest else np.zeros(kernel.shape[-1], np.float32)
            made.append(Layer(kind, kernel, bias))
    return tuple(made)


def _kinds_of(layer: keras.Layer) -> list[str] | None:
    """Return the kinds of plain layers that a Keras layer is made of; None if there are none."""
    settings, name = layer.get_config(), type(layer).__name__
    ends = {"linear": [], "relu": ["relu"], "softmax": ["softmax"]}
    end = ends.get(settings.get("activation", "linear"))
    if name == "Conv2D" and end is not None:
        simple = settings["strides"] == (1, 1) and settings["dilation_rate"] == (1, 1)
        return [f"conv {settings['padding']}", *end] if simple and layer.groups == 1 else None
    if name == "MaxPooling2D":
        windows = (settings["pool_size"], settings["strides"], settings["padding"])
        return ["max pool"] if windows == ((2, 2), (2, 2), "valid") else None
    if name in ("Dense", "Activation") and end is not None:
        return [*(["dense"] if name == "Dense" else []), *end]
    if name in ("InputLayer", "Dropout"):
        return []
    usual_relu = name == "ReLU" and not layer.negative_slope and layer.max_value is None
    if usual_relu and not layer.threshold:
        return ["relu"]
    return {"Flatten": ["flatten"], "Softmax": ["softmax"]}.get(name)


def as_batch(images: ArrayLike) -> np.ndarray:
    """Return images as float32 (n, 28, 28, 1), from 0 to 1."""
    array = as_numeric("images", images, ("n", "28", "28"), ("n", "28", "28", "1"))
    if array.shape[1:3] != (28, 28) or array.shape[3:] not in ((), (1,)):
        raise ValueError(f"images has shape {array.shape}: give (n, 28, 28), as like_mnist makes")
    batch = array.reshape(-1, 28, 28, 1).astype(np.float32)
    return batch / 255 if array.dtype.kind in "iu" else batch


def _after(layer: Layer, signal: np.ndarray) -> np.ndarray:
    if layer.kernel is not None and layer.kind.startswith("conv "):
        padding = layer.kind.removeprefix("conv ")
        return conv2d(signal, layer.kernel, bias=layer.bias, padding=padding)
    if layer.kind == "relu":
        return np.maximum(signal, 0)
    if layer.kind == "max pool":
        return pool2d(signal, 2)
    if layer.kind == "flatten":
        return signal.reshape(len(signal), -1)
    if layer.kernel is not None:
        return signal @ layer.kernel + layer.bias
    return softmax(signal)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return exp(scores), each row divided by its sum."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def as_keras() -> keras.Sequential:
    """Return the stored network as a Keras model, not compiled, every layer named.

    Returns
    -------
    keras.Sequential
        Takes images (batch, 28, 28, 1), 0 to 1; gives the eleven probabilities.
    """
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

    import keras

    made, weights = [keras.Input((28, 28, 1))], []
    counts: dict[str, int] = {}
    for kind, kernel, bias in stored_reader().layers:
        short = {"conv valid": "conv", "conv same": "conv", "max pool": "pool"}.get(kind, kind)
        counts[short] = counts.get(short, 0) + 1
        name = f"{short}{counts[short]}"
        if kernel is not None and short == "conv":
            size, filters = kernel.shape[:2], kernel.shape[3]
            padding = kind.removeprefix("conv ")
            made.append(keras.layers.Conv2D(filters, size, padding=padding, name=name))
        elif kernel is not None:
            made.append(keras.layers.Dense(kernel.shape[1], name=name))
        elif short == "pool":
            made.append(keras.layers.MaxPooling2D(2, name=name))
        elif short == "relu":
            made.append(keras.layers.ReLU(name=name))
        elif short == "flatten":
            made.append(keras.layers.Flatten(name=name))
        else:
            made.append(keras.layers.Softmax(name=name))
        weights += [] if kernel is None else [kernel, bias]
    model = keras.Sequential(made, name="reader")
    model.set_weights(weights)
    return model
