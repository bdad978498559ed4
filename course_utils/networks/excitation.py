"""What a filter wants to see: an image made for it, and what excites it most among images.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer
from course_utils.networks.model_access import (
    answer_of,
    answers_to,
    as_batch,
    input_shape_of,
    layer_of,
    without_activation,
)
from course_utils.networks.receptive_fields import bounds, receptive_field_by_gradient

if TYPE_CHECKING:
    import keras

    from course_utils.networks.model_access import LayerLike


class Patches(NamedTuple):
    """Where images excite one filter most, the strongest first.

    `pictures` (count, h, w) or (count, h, w, channels) are cut out as large as a cell of the layer
    sees, with zeros beyond the image's edge; `images` (count,) are the numbers of the images,
    `responses` (count,) what the filter answers there.
    """

    pictures: np.ndarray
    images: np.ndarray
    responses: np.ndarray


def exciting_image(
    model: keras.Model,
    layer: LayerLike,
    unit: int | Sequence[int],
    *,
    steps: int = 60,
    seed: int = 0,
    size: int | tuple[int, int] | None = None,
    step_size: float = 0.1,
    decay: float = 0.03,
    smoothing: float = 0.1,
    crop: bool = False,
) -> np.ndarray:
    """Make an image that a filter answers strongly, by gradient ascent from faint noise.

    The answer is that of the cell in the middle of the filter's response map (of the unit itself
    for a dense layer), before the activation. After every step the pixels shrink a little, mix a
    little with their neighbours and are kept between 0 and 1, or the result would be noise that no
    eye can read. D. Erhan, Y. Bengio, A. Courville and P. Vincent, "Visualizing higher-layer
    features of a deep network" (2009).

    Parameters
    ----------
    model, layer
        See `course_utils.networks.inspection`.
    unit
        Number of the filter or unit, or several of them for several images.
    steps
        Of the ascent.
    seed
        Of the noise; each unit begins with the same.
    size
        Of the image, for a model that takes any.
    step_size
        How far a step moves the pixels, root mean square over those that have a gradient.
    decay
        Share that each pixel loses after a step.
    smoothing
        Share of each pixel that its neighbours replace after a step.
    crop
        Cut the image down to what the cell in the middle sees.

    Returns
    -------
    numpy.ndarray
        float32 (h, w), or (h, w, channels) unless the model is grey; from 0 to 1. With several
        units, (units, h, w …).

    Raises
    ------
    ValueError
        If there is no such layer or unit, `steps` isn't a positive integer, or the filter has no
        gradient to climb.
    """
    found, shape = layer_of(model, layer), input_shape_of(model, size)
    steps = as_integer("steps", steps, 1)

    given = [unit] if np.ndim(unit) == 0 else list(cast("Sequence[int]", unit))
    units = [as_integer("unit", one, 0) for one in given]
    noise = np.random.default_rng(seed).uniform(0, 0.1, shape)
    images: np.ndarray = np.repeat(noise[None], len(units), axis=0).astype(np.float32)
    axes = tuple(range(1, images.ndim))
    climbed = np.zeros(len(units), bool)
    with without_activation(found):
        for _ in range(steps):
            gradient = _gradient_of_middle(model, found, images, units)
            climbed |= gradient.any(axis=axes)
            touched = np.maximum((gradient != 0).sum(axis=axes, keepdims=True), 1)
            power = (gradient**2).sum(axis=axes, keepdims=True) / touched
            images = images + step_size * gradient / np.sqrt(np.maximum(power, 1e-30))
            images = (1 - decay) * _mixed_with_neighbours(images, smoothing)
            images = np.clip(images, 0, 1).astype(np.float32)
    if not climbed.all():
        raise ValueError(
            f"unit is {units[int(climbed.argmin())]} of layer {found.name!r}, which has no "
            "gradient to climb: it answers nothing here; name the convolution before an "
            "activation layer, or try another unit"
        )
    if crop:
        field = receptive_field_by_gradient(model, layer, shape[:-1])
        for axis, (first, last) in enumerate(bounds(field.strength), start=1):
            images = np.take(images, range(first, last + 1), axis=axis)
    images = images[..., 0] if shape[-1] == 1 else images
    return images[0] if np.ndim(unit) == 0 else images


def strongest_patches(
    model: keras.Model, images: ArrayLike, layer: LayerLike, unit: int, count: int = 9
) -> Patches:
    """Cut out of images what excites a filter most, at most one patch an image.

    Parameters
    ----------
    model, layer
        See `course_utils.networks.inspection`; the layer has height and width.
    images
        As in `response_maps`.
    unit
        Number of the filter.
    count
        How many patches, at most as many as images.

    Returns
    -------
    Patches

    Raises
    ------
    ValueError
        If there is no such layer or filter, or `count` is more than the images.
    """
    batch = as_batch(model, "images", images)
    maps = answers_to(model, layer_of(model, layer), batch)
    unit, count = as_integer("unit", unit, 0), as_integer("count", count, 1)
    name = layer_of(model, layer).name
    if maps.ndim != 4:
        raise ValueError(
            f"layer is {name!r}, which gives an array {maps.shape}: name a convolution or a "
            "pooling of images, (n, h, w, filters)"
        )
    if unit >= maps.shape[-1]:
        raise ValueError(
            f"unit is {unit}, but layer {name!r} has {maps.shape[-1]}: "
            f"use 0 to {maps.shape[-1] - 1}"
        )
    if count > len(batch):
        raise ValueError(f"count is {count} for {len(batch)} images: use at most {len(batch)}")
    field = receptive_field_by_gradient(model, layer, batch.shape[1:3])
    answers = maps[..., unit].reshape(len(maps), -1)
    chosen = np.argsort(-answers.max(axis=1), kind="stable")[:count]
    rows, columns = np.unravel_index(answers[chosen].argmax(axis=1), maps.shape[1:3])
    (height, width), (top, left), (down, right) = field.size, field.corner, field.jump
    padded = np.pad(batch[chosen], ((0, 0), (height, height), (width, width), (0, 0)))
    pictures = np.stack(
        [
            one[height + top + i * down :, width + left + j * right :][:height, :width]
            for one, i, j in zip(padded, rows, columns)
        ]
    )
    pictures = pictures[..., 0] if pictures.shape[-1] == 1 else pictures
    return Patches(pictures, chosen, answers[chosen].max(axis=1))


def _gradient_of_middle(
    model: keras.Model, layer: keras.Layer, images: np.ndarray, units: list[int]
) -> np.ndarray:
    """Return, for each image, the gradient of its unit's answer in the middle of the layer."""
    import tensorflow as tf

    batch = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(batch)
        answers = answer_of(model, layer, batch)
        count = answers.shape[-1]
        if max(units) >= count:
            raise ValueError(
                f"unit is {max(units)}, but layer {layer.name!r} has {count}: use 0 to {count - 1}"
            )
        middle = tuple(side // 2 for side in answers.shape[1:-1])
        total = tf.reduce_sum(answers[(slice(None), *middle)] * tf.one_hot(units, count))
    gradient = tape.gradient(total, batch)
    return np.zeros_like(images) if gradient is None else gradient.numpy()


def _mixed_with_neighbours(images: np.ndarray, share: float) -> np.ndarray:
    """Replace a share of each pixel by the mean of its neighbours, along each spatial axis."""
    for axis in range(1, images.ndim - 1):
        width = [(0, 0)] * images.ndim
        width[axis] = (1, 1)
        padded = np.pad(images, width, mode="edge")
        last = images.shape[axis]
        before, after = (np.take(padded, range(k, k + last), axis=axis) for k in (0, 2))
        images = (1 - share) * images + share * (before + after) / 2
    return images
