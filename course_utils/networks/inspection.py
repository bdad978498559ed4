"""What a trained network looks for: its filters, its answers, and the pixels it goes by.

What a cell sees is measured in `receptive_fields`, what a filter wants to see is shown in
`excitation`; both are offered here as well.

Every function takes a Keras model, Sequential or functional, from the course or a reader's own. It
needs weights, so it begins with `keras.Input` or has been built or called; nothing has to be
compiled or named. A layer is given by its name, by its place in `model.layers` (an integer, from
the end if negative), or as the layer itself. The model stays as it is.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_double, as_integer
from course_utils.magnitudes import power_of_two
from course_utils.networks.excitation import Patches, exciting_image, strongest_patches
from course_utils.networks.model_access import (
    all_layers,
    answers_to,
    as_batch,
    class_score,
    kept_answers,
    kernel_of,
    last_convolution,
    last_of,
    layer_of,
    run,
)
from course_utils.networks.receptive_fields import ReceptiveField, receptive_field_by_gradient

if TYPE_CHECKING:
    import keras

    from course_utils.networks.model_access import LayerLike

__all__ = [
    "Patches",
    "ReceptiveField",
    "exciting_image",
    "filters",
    "grad_cam",
    "likeness",
    "probability_without",
    "receptive_field_by_gradient",
    "response_maps",
    "saliency",
    "strongest_patches",
    "without_softmax",
]


def filters(model: keras.Model, layer: LayerLike) -> np.ndarray:
    """Return the kernels of a convolution.

    Parameters
    ----------
    model, layer
        See the module's docstring.

    Returns
    -------
    numpy.ndarray
        A copy, (k_h, k_w, c_in, filters) for `Conv2D`.

    Raises
    ------
    ValueError
        If there is no such layer, it has no filters, or the model has no weights yet.
    """
    found = layer_of(model, layer)
    kernel = kernel_of(found)
    if kernel is None:
        having = [one.name for one in all_layers(model) if kernel_of(one) is not None]
        raise ValueError(
            f"layer is {found.name!r}, a {type(found).__name__}, which has no filters: "
            + (f"use one of {', '.join(having)}" if having else "no layer of this model has any")
        )
    return np.array(kernel.numpy())


def response_maps(model: keras.Model, images: ArrayLike, layer: LayerLike) -> np.ndarray:
    """Return what a layer answers to images, after its activation.

    Parameters
    ----------
    model, layer
        See the module's docstring.
    images
        Array (n, h, w, channels), or (n, h, w) for a grey model, scaled as in training.

    Returns
    -------
    numpy.ndarray
        float32, (n, h, w, filters) for a convolution or pooling: the layer's feature map, of which
        ``[..., k]`` is the response map of filter k. (n, units) for a dense layer.

    Raises
    ------
    ValueError
        If there is no such layer, or the images don't fit the model.
    """
    found, batch = layer_of(model, layer), as_batch(model, "images", images)
    return answers_to(model, found, batch)


def saliency(model: keras.Model, image: ArrayLike, class_index: int | None = None) -> np.ndarray:
    """Return how strongly each pixel would move the score of a class.

    The score is what goes into the final softmax: behind it, a sure network's gradients vanish.
    K. Simonyan, A. Vedaldi and A. Zisserman, "Deep inside convolutional networks" (2014).

    Parameters
    ----------
    model
        Gives (n, classes).
    image
        Array (h, w, channels), or (h, w) for a grey model, scaled as in training.
    class_index
        Which class; by default the one that the model reads.

    Returns
    -------
    numpy.ndarray
        float32 (h, w), absolute gradients, the largest of the channels; units of score a unit of
        brightness.

    Raises
    ------
    ValueError
        If the image doesn't fit the model, or there is no such class.
    """
    import tensorflow as tf

    batch = tf.constant(as_batch(model, "image", image, single=True))
    with tf.GradientTape() as tape:
        tape.watch(batch)
        score = class_score(model, batch, class_index)
    gradient = tape.gradient(score, batch)
    if gradient is None:
        return np.zeros(batch.shape[1:-1], np.float32)
    return np.abs(gradient.numpy())[0].max(axis=-1)


def grad_cam(
    model: keras.Model,
    image: ArrayLike,
    class_index: int | None = None,
    layer: LayerLike | None = None,
) -> np.ndarray:
    """Return where a convolution found what speaks for a class.

    With feature map A and score s: ReLU(Σₖ wₖ·Aₖ), where wₖ is the mean of ∂s/∂Aₖ over all
    positions. R. Selvaraju et al., "Grad-CAM: visual explanations from deep networks via
    gradient-based localization" (2017).

    Parameters
    ----------
    model, image, class_index
        As in `saliency`.
    layer
        See the module's docstring; by default the last convolution.

    Returns
    -------
    numpy.ndarray
        float32 (h, w), none negative, as coarse as the layer: `receptive_field_by_gradient` tells
        where its cells look, and its `extent` where to draw them.

    Raises
    ------
    ValueError
        If the image doesn't fit the model, there is no such class or layer, the layer has no
        height and width, or the model has no convolution to take by default.
    """
    import tensorflow as tf

    found = last_convolution(model) if layer is None else layer_of(model, layer)
    batch = tf.constant(as_batch(model, "image", image, single=True))
    with kept_answers(found) as kept, tf.GradientTape() as tape:
        tape.watch(batch)
        score = class_score(model, batch, class_index)
    maps = last_of(kept, found)
    if maps.shape.rank < 3:
        raise ValueError(
            f"layer is {found.name!r}, which gives {maps.shape[-1]} numbers without a place: "
            "name a convolution or a pooling before it is flattened"
        )
    gradients = tape.gradient(score, maps)
    if gradients is None:
        raise ValueError(f"layer is {found.name!r}, on which the score doesn't depend")
    weights = np.mean(gradients[0], axis=tuple(range(maps.shape.rank - 2)))
    return np.maximum(maps[0].numpy() @ weights, 0)


def probability_without(
    model: keras.Model, image: ArrayLike, ranking: ArrayLike, count: int = 25
) -> float:
    """Return what is left for the class read when the pixels ranked first are made black.

    If a map tells which pixels matter, blanking those it ranks first hurts more than blanking as
    many others. W. Samek et al., "Evaluating the visualization of what a deep neural network has
    learned" (2017).

    Parameters
    ----------
    model
        Gives (n, classes).
    image
        As in `saliency`; 0 is black.
    ranking
        Array (h, w), larger for what goes first. Pixels that are black already are left out.
    count
        How many pixels.

    Returns
    -------
    float
        What the model gives, after its last activation, to the class that it read before.

    Raises
    ------
    ValueError
        If the image doesn't fit the model, or the ranking not the image.
    """
    batch = as_batch(model, "image", image, single=True)
    ranking, count = as_double("ranking", ranking, ("…",)), as_integer("count", count, 1)
    if ranking.shape != batch.shape[1:-1]:
        raise ValueError(
            f"ranking has shape {ranking.shape} for an image {batch.shape[1:-1]}: "
            "give one number a pixel"
        )
    order = np.where(batch[0].any(axis=-1), ranking, -np.inf).ravel().argsort()[::-1]
    blanked = batch.copy()
    blanked.reshape(-1, batch.shape[-1])[order[:count]] = 0
    read, left = (np.asarray(run(model, one))[0] for one in (batch, blanked))
    return float(left[read.argmax()])


def likeness(first: ArrayLike, second: ArrayLike) -> float:
    """Return how alike two maps are: their correlation over the cells, 0 if one is even.

    Parameters
    ----------
    first, second
        Arrays of one shape.

    Returns
    -------
    float
        −1 to 1.

    Raises
    ------
    ValueError
        If the shapes differ, or an argument isn't a non-empty array of real numbers.
    """
    one, two = as_double("first", first, ("…",)), as_double("second", second, ("…",))
    if one.shape != two.shape:
        raise ValueError(
            f"second has shape {two.shape}, first {one.shape}: compare maps of one layer"
        )
    if (one == one.flat[0]).all() or (two == two.flat[0]).all():
        return 0.0
    # A correlation has no unit, in which squares shall neither overflow nor vanish.
    one = np.divide(one, power_of_two(one))
    two = np.divide(two, power_of_two(two))
    return float(np.corrcoef(one.ravel(), two.ravel())[0, 1])


def without_softmax(model: keras.Model) -> keras.Model:
    """Return a copy of a classifier that gives its logits, the scores before the last activation.

    Parameters
    ----------
    model
        See the module's docstring; its last layer has an activation, such as softmax or sigmoid.

    Returns
    -------
    keras.Model
        With weights of its own, and layers of the same names.

    Raises
    ------
    ValueError
        If the last layer has no activation.
    """
    import keras

    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    if not hasattr(copy.layers[-1], "activation"):
        raise ValueError(
            f"model ends with {copy.layers[-1].name!r}, a {type(copy.layers[-1]).__name__} without "
            "an activation: give a model whose last layer is dense, or leave its last layer out"
        )
    copy.layers[-1].activation = keras.activations.linear
    return copy
