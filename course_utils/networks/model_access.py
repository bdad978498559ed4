"""Inside a Keras model: its layers, what they answer on the way, and the images it takes.

What the viewers of `course_utils.networks.inspection` share. Keras is imported when a function
needs it, not before.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_real

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    LayerLike: TypeAlias = str | int | keras.Layer

_NOTHING = object()
_BATCH = 256


# --- layers -------------------------------------------------------------------------------------


def all_layers(model: keras.Model) -> list[keras.Layer]:
    """Return the layers of a model, and those of models inside it right after each."""
    found = []
    for layer in model.layers:
        found.append(layer)
        if hasattr(layer, "layers"):
            found += all_layers(layer)
    return found


def _check_model(model: keras.Model) -> None:
    if not hasattr(model, "layers"):
        raise ValueError(f"model is {model!r}: give a Keras model")
    if not model.built or any(not one.built for one in model.layers):
        raise ValueError(
            f"model is {model.name!r}, which has no weights before it knows its input: "
            "begin the model with keras.Input, or call it on data once"
        )


def layer_of(model: keras.Model, layer: LayerLike) -> keras.Layer:
    """Find a layer by its name, by its place in `model.layers`, or as itself.

    Raises
    ------
    ValueError
        If the model isn't of Keras or has no weights yet, it has no such layer (the message lists
        those it has), or the name belongs to several.
    """
    _check_model(model)
    every = all_layers(model)
    names = ", ".join(one.name for one in every)
    if isinstance(layer, str):
        found = [one for one in every if one.name == layer]
        if len(found) > 1:
            raise ValueError(
                f"layer is {layer!r}, a name that {len(found)} layers of {model.name!r} have: "
                "give the layer itself"
            )
    elif isinstance(layer, (int, np.integer)) and not isinstance(layer, bool):
        inside = -len(model.layers) <= layer < len(model.layers)
        found = [model.layers[layer]] if inside else []
    else:
        found = [one for one in every if one is layer]
    if not found:
        raise ValueError(
            f"layer is {getattr(layer, 'name', layer)!r}, which model {model.name!r} doesn't have: "
            f"use one of {names}"
        )
    return found[0]


def kernel_of(layer: keras.Layer) -> Any | None:
    """Return the kernels of a convolution, the first of a separable one, None of other layers."""
    if not any("Conv" in kind.__name__ for kind in type(layer).__mro__):
        return None
    return getattr(layer, "kernel", getattr(layer, "depthwise_kernel", None))


def last_convolution(model: keras.Model) -> keras.Layer:
    """Return the last convolution of a model.

    Raises
    ------
    ValueError
        If the model has none, isn't of Keras or has no weights yet.
    """
    _check_model(model)
    found = [one for one in all_layers(model) if kernel_of(one) is not None]
    if not found:
        names = ", ".join(one.name for one in all_layers(model))
        raise ValueError(
            f"model {model.name!r} has no convolution: name a layer that has height and width "
            f"(its layers are {names})"
        )
    return found[-1]


# --- running a model up to a layer, or with a layer changed ---------------------------------------


class _Reached(BaseException):
    """Ends a model's run; not an `Exception`, which Keras would rewrite."""


@contextmanager
def _calling(layer: keras.Layer, call: Callable[..., Any]) -> Iterator[None]:
    """Let the layer do `call`, given its own call and its arguments, for a while.

    Unlike a new model from `model.inputs` to `layer.output`, this serves models of every kind:
    built and never called, nested, or with a layer used twice.
    """
    own = layer.call
    with _changed(layer, "call", lambda *args, **kwargs: call(own, *args, **kwargs)):
        yield


@contextmanager
def _changed(layer: keras.Layer, name: str, value: object) -> Iterator[None]:
    before = layer.__dict__.get(name, _NOTHING)
    # Around Keras' __setattr__, which keeps a built layer from being changed.
    object.__setattr__(layer, name, value)
    try:
        yield
    finally:
        if before is _NOTHING:
            object.__delattr__(layer, name)
        else:
            object.__setattr__(layer, name, before)


@contextmanager
def kept_answers(layer: keras.Layer, *, stop: bool = False) -> Iterator[list[tf.Tensor]]:
    """Keep what the layer answers while the model runs; `stop` ends the run there."""
    kept: list[tf.Tensor] = []

    def call(own: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        kept.append(own(*args, **kwargs))
        if stop:
            raise _Reached
        return kept[-1]

    with _calling(layer, call):
        yield kept


def last_of(kept: list[tf.Tensor], layer: keras.Layer) -> tf.Tensor:
    """Return the layer's last kept answer.

    Raises
    ------
    ValueError
        If it gave none, as an input layer.
    """
    if not kept:
        raise ValueError(
            f"layer is {layer.name!r}, which computes nothing when the model runs: "
            "choose one after it"
        )
    return kept[-1]


@contextmanager
def _without_wide_steps(model: keras.Model) -> Iterator[None]:
    """Let convolutions of one cell whose stride leaves cells out look at the others alone.

    The result is the same. But TensorFlow 2.21 with oneDNN gets the gradient of such a convolution
    wrong, for other cells than those that were seen, and may end the process.
    """
    import keras

    layers = keras.layers
    plain = (
        *(layers.Conv1D, layers.Conv2D, layers.Conv3D),
        *(layers.DepthwiseConv1D, layers.DepthwiseConv2D),
        *(layers.SeparableConv1D, layers.SeparableConv2D),
    )
    with ExitStack() as stack:
        for layer in all_layers(model):
            if not isinstance(layer, plain):
                continue
            kernel, strides = tuple(layer.kernel_size), tuple(layer.strides)
            if set(kernel) == {1} and max(strides) > 1 and layer.data_format == "channels_last":
                stack.enter_context(_changed(layer, "strides", (1,) * len(strides)))
                stack.enter_context(_calling(layer, partial(_call_on_every, strides)))
        yield


def _call_on_every(
    strides: tuple[int, ...], own: Callable[..., Any], inputs: tf.Tensor, *args: Any, **kwargs: Any
) -> Any:
    return own(inputs[(slice(None), *(slice(None, None, s) for s in strides))], *args, **kwargs)


def run(model: keras.Model, batch: tf.Tensor | np.ndarray) -> tf.Tensor:
    """Return what the model gives outside training."""
    with warnings.catch_warnings():
        # A model made from a list of one input takes a bare array as well, but remarks on it.
        warnings.filterwarnings("ignore", message="The structure of `inputs`")
        with _without_wide_steps(model):
            return model(batch, training=False)


def answer_of(model: keras.Model, layer: keras.Layer, batch: tf.Tensor | np.ndarray) -> tf.Tensor:
    """Return what a layer answers; what comes after it isn't computed.

    Raises
    ------
    ValueError
        If the layer computes nothing, as an input layer.
    """
    with kept_answers(layer, stop=True) as kept:
        try:
            run(model, batch)
        except _Reached:
            pass
    return last_of(kept, layer)


def answers_to(model: keras.Model, layer: keras.Layer, batch: np.ndarray) -> np.ndarray:
    """Return what a layer answers to any number of images."""
    parts = [
        np.asarray(answer_of(model, layer, batch[start : start + _BATCH]))
        for start in range(0, len(batch), _BATCH)
    ]
    return np.concatenate(parts)


@contextmanager
def without_activation(layer: keras.Layer) -> Iterator[None]:
    """Take the layer's activation away for a while; a softmax layer passes its input on."""
    import keras

    if isinstance(layer, keras.layers.Softmax):
        with _calling(layer, lambda own, inputs, *args, **kwargs: inputs):
            yield
    elif getattr(layer, "activation", None) is None:
        yield
    else:
        with _changed(layer, "activation", keras.activations.linear):
            yield


def class_score(model: keras.Model, batch: tf.Tensor, class_index: int | None) -> tf.Tensor:
    """Return the score, before softmax or sigmoid, of a class for the only image of the batch.

    `None` stands for the class with the largest score.

    Raises
    ------
    ValueError
        If the model doesn't give (n, classes), or there is no such class.
    """
    import keras

    final = model.layers[-1]
    while hasattr(final, "layers"):
        final = final.layers[-1]
    squashes = isinstance(final, keras.layers.Softmax) or getattr(final, "activation", None) in (
        keras.activations.softmax,
        keras.activations.sigmoid,
    )
    if squashes:
        with without_activation(final):
            scores = run(model, batch)
    else:
        scores = run(model, batch)
    if isinstance(scores, (list, tuple, dict)) or scores.shape.rank != 2:
        shape = getattr(scores, "shape", None)
        raise ValueError(
            f"model {model.name!r} gives {'several outputs' if shape is None else tuple(shape)}: "
            "it should give (n, classes)"
        )
    classes = scores.shape[-1]
    if class_index is None:
        return scores[0, int(np.argmax(scores[0]))]
    class_index = as_integer("class_index", class_index, 0)
    if class_index >= classes:
        raise ValueError(
            f"class_index is {class_index}, but the model knows {classes} classes: "
            f"use 0 to {classes - 1}"
        )
    return scores[0, class_index]


# --- inputs -------------------------------------------------------------------------------------


def _own_input_shape(model: keras.Model) -> tuple[int | None, ...] | None:
    """Return the shape of one input, or None where a model of its own kind doesn't tell."""
    _check_model(model)
    shape = getattr(model, "input_shape", None)
    if isinstance(shape, (list, dict)) or (shape and isinstance(shape[0], (tuple, list))):
        if len(shape) > 1:
            raise ValueError(
                f"model {model.name!r} takes {len(shape)} inputs: give a model of one input"
            )
        shape = next(iter(shape.values() if isinstance(shape, dict) else shape))
    return None if shape is None else tuple(shape[1:])


def as_batch(
    model: keras.Model, name: str, images: ArrayLike, *, single: bool = False
) -> np.ndarray:
    """Return float32 images (n, …, channels) that fit the model.

    Parameters
    ----------
    name
        What the caller calls the argument; it begins the error message.
    images
        A batch, or with `single` one image; a grey one may lack the last axis.

    Raises
    ------
    ValueError
        If they don't fit, aren't real numbers, or the model takes more than one input.
    """
    shape = _own_input_shape(model)
    array = as_real(name, images)
    rank = 3 if shape is None else len(shape)
    given = array.shape
    if single and array.ndim == rank + 1 and len(array) == 1:
        array = array[0]
    if array.ndim == rank - single and shape is not None and shape[-1] == 1:
        array = array[..., np.newaxis]
    if single:
        array = array[np.newaxis]
    fits = (
        array.ndim == rank + 1
        and array.size
        and (shape is None or all(n in (None, m) for n, m in zip(shape, array.shape[1:])))
    )
    if not fits:
        wanted = "(h, w, channels)" if shape is None else str(shape).replace("None", "any")
        raise ValueError(
            f"{name} has shape {given}, but model {model.name!r} takes "
            f"{'one image' if single else 'a batch of images'} of shape {wanted} each: "
            "reshape or resize first"
        )
    return array.astype(np.float32)


def input_shape_of(model: keras.Model, size: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """Return (h, w, channels) of the model's input, with the sides of `size` if it is given.

    Raises
    ------
    ValueError
        If the model doesn't tell its shape, takes any size and none is given, or `size` doesn't
        fit its number of axes.
    """
    own = _own_input_shape(model)
    if own is None:
        raise ValueError(
            f"model {model.name!r} doesn't tell its input's shape: "
            "give a Sequential or functional model that begins with keras.Input"
        )
    known = tuple(side for side in own if side is not None)
    if own[-1:] == (None,):
        raise ValueError(
            f"model {model.name!r} takes images of any number of channels: "
            "begin it with keras.Input of a known number"
        )
    if size is None:
        if len(known) < len(own):
            raise ValueError(f"model {model.name!r} takes images of any size: say which, (h, w)")
        return known
    one_for_all = np.ndim(size) == 0
    sides = [size] * (len(own) - 1) if one_for_all else list(cast("tuple[int, ...]", size))
    if len(sides) != len(own) - 1:
        raise ValueError(f"size is {size!r}: give {len(own) - 1} numbers, or one for all")
    return (*(as_integer("size", side, 1) for side in sides), known[-1])
