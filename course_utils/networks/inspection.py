"""What a trained network looks for: its filters, its answers, and the pixels it goes by.

Every function takes a Keras model, Sequential or functional, from the course or a reader's own. It
needs weights, so it begins with `keras.Input` or has been built or called; nothing has to be
compiled or named. A layer is given by its name, by its place in `model.layers` (an integer, from
the end if negative), or as the layer itself. The model stays as it is.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer
from course_utils.networks.model_access import (
    all_layers,
    answer_of,
    as_batch,
    class_score,
    input_shape_of,
    kept_answers,
    kernel_of,
    last_convolution,
    last_of,
    layer_of,
    run,
    without_activation,
)

if TYPE_CHECKING:
    import keras

    LayerLike = str | int | keras.Layer

_BATCH = 256


class ReceptiveField(NamedTuple):
    """What one cell in the middle of a layer sees of the image, each pair (vertical, horizontal).

    `size` is that of the rectangle seen, as far as it lies on the image. `corner` is the top left
    pixel that the layer's first cell sees; it is negative where padding begins before the image.
    `jump` is how many pixels further the next cell looks (0 if the layer has one cell).
    `strength` is an array (h, w), the gradient at each pixel, largest 1.
    """

    size: tuple[int, ...]
    corner: tuple[int, ...]
    jump: tuple[int, ...]
    strength: np.ndarray

    def extent(self, height: int, width: int) -> tuple[float, float, float, float]:
        """Return (left, right, bottom, top) in pixels at which to draw a map of this layer.

        Each cell covers one jump, around the centre of what it sees. Stretching the map over the
        whole image instead would put its cells beside what they saw, unless the layer is padded.
        """
        sides = []
        for cells, size, corner, jump in zip((height, width), self.size, self.corner, self.jump):
            middle, step = corner + (size - 1) / 2, jump or size
            sides.append((middle - step / 2, middle + (cells - 0.5) * step))
        (top, bottom), (left, right) = sides
        return left, right, bottom, top


class Patches(NamedTuple):
    """Where images excite one filter most, the strongest first.

    `pictures` (count, h, w) or (count, h, w, channels) are cut out as large as a cell of the layer
    sees, with zeros beyond the image's edge; `images` (count,) are the numbers of the images,
    `responses` (count,) what the filter answers there.
    """

    pictures: np.ndarray
    images: np.ndarray
    responses: np.ndarray


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
    parts = [
        np.asarray(answer_of(model, found, batch[start : start + _BATCH]))
        for start in range(0, len(batch), _BATCH)
    ]
    return np.concatenate(parts)


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


def receptive_field_by_gradient(
    model: keras.Model, layer: LayerLike, input_size: int | tuple[int, int] | None = None
) -> ReceptiveField:
    """Measure what a cell in the middle of a layer sees: the pixels with a gradient.

    A copy of the network is asked, with every weight positive and means in place of maxima, so
    that no pixel cancels another or loses against it. What the formula of
    `course_utils.networks.models.receptive_field` gives for a chain, this measures for any graph.

    Parameters
    ----------
    model, layer
        See the module's docstring.
    input_size
        Of the image, one number or (h, w); by default the model's own. Larger than the receptive
        field, or the field is cut off.

    Returns
    -------
    ReceptiveField

    Raises
    ------
    ValueError
        If there is no such layer, the model takes any size and none is given, the image is too
        small for the layer, or the model is neither Sequential nor functional.
    """
    name = layer_of(model, layer).name
    shape = input_shape_of(model, input_size)
    import tensorflow as tf

    copy = _positive_copy(model, shape)
    found = layer_of(copy, name)
    image = tf.ones((1, *shape))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(image)
        try:
            maps = answer_of(copy, found, image)
        except (ValueError, tf.errors.InvalidArgumentError) as error:
            raise ValueError(
                f"input_size is {shape[:-1]}, with which layer {name!r} can't be reached: "
                "use a larger one"
            ) from error
        cells = tuple(maps.shape[1:-1])
        if 0 in cells:
            raise ValueError(
                f"input_size is {shape[:-1]}, too small for {name!r}: use a larger one"
            )
        if not cells:
            cells = (1,) * (len(shape) - 1)
            maps = tf.reshape(maps, (1, *cells, -1))
        middle = tuple(side // 2 for side in cells)
        # One cell a direction further on tells the jump; where there is none, one back.
        other = tuple(m + 1 if m + 1 < side else m - 1 for m, side in zip(middle, cells))
        seen, seen_next = (maps[0][(*at, 0)] for at in (middle, tuple(max(o, 0) for o in other)))
    strength, shifted = (
        np.abs(tape.gradient(one, image)[0].numpy()).max(axis=-1) for one in (seen, seen_next)
    )
    size, corner, jump = [], [], []
    for axis, (first, last) in enumerate(_bounds(strength)):
        next_first, next_last = _bounds(shifted)[axis]
        steps = other[axis] - middle[axis] if cells[axis] > 1 else 0
        # Where the field is cut off at one end, the other end still tells how far it moved.
        moves = (next_first - first, next_last - last)
        step = max(moves, key=abs) // steps if steps else 0
        size.append(last - first + 1)
        jump.append(step)
        corner.append(first - middle[axis] * step)
    return ReceptiveField(tuple(size), tuple(corner), tuple(jump), strength / strength.max())


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
        See the module's docstring.
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

    units = [unit] if np.ndim(unit) == 0 else list(unit)
    units = [as_integer("unit", one, 0) for one in units]
    noise = np.random.default_rng(seed).uniform(0, 0.1, shape)
    images = np.repeat(noise[None], len(units), axis=0).astype(np.float32)
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
        for axis, (first, last) in enumerate(_bounds(field.strength), start=1):
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
        See the module's docstring; the layer has height and width.
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
    maps = response_maps(model, batch, layer)
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
    ranking, count = np.asarray(ranking, float), as_integer("count", count, 1)
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
        If the shapes differ.
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    if first.shape != second.shape:
        raise ValueError(
            f"second has shape {second.shape}, first {first.shape}: compare maps of one layer"
        )
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def _positive_copy(model: keras.Model, shape: tuple[int, ...]) -> keras.Model:
    import keras

    layers = keras.layers

    def mean_for_max(layer: keras.Layer) -> keras.Layer:
        for axes in "123":
            for kind in ("MaxPooling", "GlobalMaxPooling"):
                if isinstance(layer, getattr(layers, f"{kind}{axes}D")):
                    mean = getattr(layers, f"{kind.replace('Max', 'Average')}{axes}D")
                    return mean.from_config(layer.get_config())
        return layer.__class__.from_config(layer.get_config())

    try:
        copy = keras.models.clone_model(model, clone_function=mean_for_max, recursive=True)
        if not copy.built:
            copy.build((None, *shape))
    except (ValueError, NotImplementedError, TypeError) as error:
        raise ValueError(
            f"model is {model.name!r}, which can't be copied ({error}): give a Sequential or "
            "functional model"
        ) from error
    rng = np.random.default_rng(0)
    for variable in copy.weights:
        if variable.name == "bias":
            variable.assign(np.zeros(variable.shape))
        elif len(variable.shape) >= 2:
            # Sums over a window become weighted means, which neither vanish nor explode.
            inputs = 2 if "depthwise" in variable.name else len(variable.shape) - 1
            count = np.prod(variable.shape[:inputs])
            variable.assign(rng.uniform(0.5, 1.5, variable.shape) / count)
    return copy


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


def _bounds(strength: np.ndarray) -> list[tuple[int, int]]:
    """Return first and last index that isn't zero, along each axis."""
    places = np.nonzero(strength)
    return [(int(along.min()), int(along.max())) for along in places]


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
