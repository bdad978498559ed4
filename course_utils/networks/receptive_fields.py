"""What a cell of a layer sees of the image: measured, for any network.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from course_utils.networks.model_access import all_layers, answer_of, input_shape_of, layer_of

if TYPE_CHECKING:
    import keras

    from course_utils.networks.model_access import LayerLike

# No gradient that isn't 0 is taken for smaller, as a share of the largest in its layer. float32
# goes down to 1e-38, which leaves one layer to divide by 1e18.
_FAINTEST = 1e-20


class ReceptiveField(NamedTuple):
    """What one cell in the middle of a layer sees of the image, each pair (vertical, horizontal).

    `size` is that of the rectangle seen, as far as it lies on the image. `corner` is the top left
    pixel that the layer's first cell sees; it is negative where padding begins before the image.
    `jump` is how many pixels further the next cell looks (0 if the layer has one cell).
    `strength` is an array (h, w): about how strongly each pixel counts, largest 1, and 0 for those
    that don't count at all.
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


def receptive_field_by_gradient(
    model: keras.Model, layer: LayerLike, input_size: int | tuple[int, ...] | None = None
) -> ReceptiveField:
    """Measure what a cell in the middle of a layer sees: the pixels that reach it.

    A copy of the network is asked, with every weight positive and means in place of maxima, so
    that no pixel cancels another or loses against it. Between two layers the gradient is brought
    back to the size of 1, and what isn't 0 is kept from vanishing: whether a pixel is seen doesn't
    depend on how many layers it goes through. What the formula of
    `course_utils.networks.models.receptive_field` gives for a chain, this measures for any graph.

    Parameters
    ----------
    model, layer
        See `course_utils.networks.inspection`.
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
        small for the layer, no pixel reaches the layer, or the model is neither Sequential nor
        functional.
    """
    found = layer_of(model, layer)
    name, shape = found.name, input_shape_of(model, input_size)
    import tensorflow as tf

    copy = _open_copy(model, shape)
    twin = all_layers(copy)[all_layers(model).index(found)]
    image = tf.ones((1, *shape))
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(image)
        try:
            maps = answer_of(copy, twin, image)
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
        # All channels of the cell, which may come by different ways.
        seen, seen_next = (
            tf.reduce_sum(maps[0][at]) for at in (middle, tuple(max(o, 0) for o in other))
        )
    gradients = [tape.gradient(one, image) for one in (seen, seen_next)]
    if any(gradient is None or not np.any(gradient) for gradient in gradients):
        raise ValueError(f"layer is {name!r}, which no pixel of the image reaches")
    strength, shifted = (np.abs(gradient[0].numpy()).max(axis=-1) for gradient in gradients)
    size, corner, jump = [], [], []
    for axis, (first, last) in enumerate(bounds(strength)):
        next_first, next_last = bounds(shifted)[axis]
        steps = other[axis] - middle[axis] if cells[axis] > 1 else 0
        # Where the field is cut off at one end, the other end still tells how far it moved.
        moves = (next_first - first, next_last - last)
        step = max(moves, key=abs) // steps if steps else 0
        size.append(last - first + 1)
        jump.append(step)
        corner.append(first - middle[axis] * step)
    return ReceptiveField(tuple(size), tuple(corner), tuple(jump), strength / strength.max())


def bounds(strength: np.ndarray) -> list[tuple[int, int]]:
    """Return first and last index that isn't zero, along each axis."""
    places = np.nonzero(strength)
    return [(int(along.min()), int(along.max())) for along in places]


def _open_copy(model: keras.Model, shape: tuple[int, ...]) -> keras.Model:
    """Return a copy in which whatever a layer could see of its input moves what it gives."""
    import keras

    try:
        copy = keras.models.clone_model(model, clone_function=_in_single, recursive=True)
        if not copy.built:
            copy.build((None, *shape))
    except (ValueError, NotImplementedError, TypeError) as error:
        raise ValueError(
            f"model is {model.name!r}, which can't be copied ({error}): give a Sequential or "
            "functional model"
        ) from error
    for variable in copy.weights:
        if "float" in variable.dtype:
            variable.assign(np.full(variable.shape, _weight(variable.name, variable.shape)))
    for layer in copy._flatten_layers(include_self=False):
        if not list(layer._flatten_layers(include_self=False)):
            if _weighs(layer):
                # Around Keras' __setattr__, which keeps a built layer from being changed.
                object.__setattr__(layer, "activation", keras.activations.linear)
            object.__setattr__(layer, "call", _letting_through(_open_call(layer)))
    return copy


def _in_single(layer: keras.Layer) -> keras.Layer:
    # In half precision small gradients would vanish, even within one layer.
    config = layer.get_config()
    return layer.__class__.from_config(
        config | {"dtype": "float32"} if "dtype" in config else config
    )


def _weight(name: str, shape: tuple[int, ...]) -> float:
    """Return what to fill a variable with: sums become means, normalisations change nothing."""
    if len(shape) >= 2:
        return 1 / np.prod(shape[:-1])
    return 0.0 if name in ("bias", "beta", "moving_mean", "mean") else 1.0


def _weighs(layer: keras.Layer) -> bool:
    names = {kind.__name__ for kind in type(layer).__mro__}
    return hasattr(layer, "activation") and any("Conv" in n or "Dense" in n for n in names)


def _open_call(layer: keras.Layer) -> Callable[..., Any]:
    """Return the layer's call, or one that depends on all that the layer looks at."""
    import keras

    layers, ops = keras.layers, keras.ops
    if (
        isinstance(
            layer, (layers.Activation, layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU)
        )
        and getattr(layer, "activation", None) is not keras.activations.softmax
    ):
        return lambda inputs, *_, **__: inputs
    if isinstance(layer, (layers.Maximum, layers.Minimum)):
        return lambda inputs, *_, **__: sum(inputs[1:], start=inputs[0])
    kinds = {kind.__name__ for kind in type(layer).__mro__}
    if any(kinds & {f"{kind}{axes}D" for axes in "123"} for kind in ["MaxPooling"]):
        return lambda inputs, *_, **__: ops.average_pool(
            inputs, layer.pool_size, layer.strides, layer.padding, layer.data_format
        )
    if kinds & {f"GlobalMaxPooling{axes}D" for axes in "123"}:
        return lambda inputs, *_, **__: ops.mean(
            inputs,
            axis=tuple(range(1, len(inputs.shape) - 1))
            if layer.data_format == "channels_last"
            else tuple(range(2, len(inputs.shape))),
            keepdims=layer.keepdims,
        )
    if kinds & {f"AdaptiveMaxPooling{axes}D" for axes in "123"}:
        return lambda inputs, *_, **__: ops.adaptive_average_pool(
            inputs, layer.output_size, layer.data_format
        )
    return layer.call


def _letting_through(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a call that gives ones, and on the way back a gradient of about 1 or exactly 0."""
    import tensorflow as tf

    @tf.custom_gradient
    def through(answer: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        def back(gradient: tf.Tensor) -> tf.Tensor:
            size = tf.abs(gradient)
            share = tf.math.divide_no_nan(size, tf.reduce_max(size))
            # Never all alike: of equal slopes a normalisation makes 0.
            uneven = tf.random.stateless_uniform(tf.shape(size), (1, 2), 0.9, 1.1)
            return tf.where(size > 0, uneven * tf.maximum(share, _FAINTEST), 0.0)

        return tf.ones_like(answer), back

    def opened(answer: Any) -> Any:
        return through(answer) if getattr(answer, "dtype", None) == tf.float32 else answer

    return lambda *args, **kwargs: tf.nest.map_structure(opened, call(*args, **kwargs))
