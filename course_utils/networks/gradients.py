"""How large the gradient of the loss is in each layer of a network.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_numeric

if TYPE_CHECKING:
    import keras


def gradient_norms(
    model: keras.Model,
    images: ArrayLike,
    labels: ArrayLike,
    *,
    of: Literal["kernels", "maps"] = "kernels",
    loss: str | Callable = "sparse_categorical_crossentropy",
) -> dict[str, float]:
    """Measure the gradient of the loss in every layer that has a kernel.

    Parameters
    ----------
    model
        A Keras model with one output that begins with `keras.Input`. It is run as in training,
        batch normalisation with the averages of this batch, and comes back unchanged.
    images, labels
        One batch, as the model and the loss take them. For the default loss the labels are class
        numbers (batch,).
    of
        ``"kernels"`` for the gradient with respect to the kernel of each layer, which is what
        training changes it by; ``"maps"`` for the gradient with respect to what the layer gives,
        the layer that gives the model's result left out.
    loss
        A Keras loss, or its name; the mean over the batch is differentiated.

    Returns
    -------
    dict
        Euclidean norm (root of the sum of squares over all entries) by the name of the layer, in
        the order of `model.layers`.

    Raises
    ------
    ValueError
        If `of` is another word, the model has no layer with a kernel or isn't built, or images and
        labels aren't real numbers or differ in number.
    """
    if of not in ("kernels", "maps"):
        raise ValueError(f'of is {of!r}: use "kernels" or "maps"')
    if not getattr(model, "built", False):
        raise ValueError(f"model is {model!r}: give a Keras model that begins with keras.Input")
    single = len(model.inputs) == 1
    batch: Any = as_numeric("images", images, ("images", "…")) if single else images
    truth = as_numeric("labels", labels, ("images", "…"))
    if single and len(batch) != len(truth):
        raise ValueError(f"labels has {len(truth)} rows for {len(batch)} images: give one for each")
    weighted = [layer for layer in model.layers if getattr(layer, "kernel", None) is not None]
    # A Sequential model has lists of these before it has `input` and `output`.
    inputs, outputs = model.inputs, model.outputs
    if of == "maps":
        # Keras differentiates a softmax and its cross-entropy in one piece, past the probabilities.
        weighted = [layer for layer in weighted if layer.output is not outputs[0]]
    if not weighted:
        raise ValueError(f"model is {model.name!r}, none of whose layers has a kernel to look at")
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras
    import tensorflow as tf

    measure = keras.losses.get(loss)
    opened = keras.Model(
        inputs[0] if len(inputs) == 1 else inputs,
        [*(layer.output for layer in weighted), outputs[0]],
    )
    # A run as in training moves the running averages of batch normalisation.
    before = [variable.numpy() for variable in model.non_trainable_variables]
    try:
        with tf.GradientTape() as tape:
            *maps, predictions = opened(batch, training=True)
            value = tf.reduce_mean(measure(tf.convert_to_tensor(truth), predictions))
        if of == "kernels":
            gradients = tape.gradient(value, [layer.kernel.value for layer in weighted])
        else:
            gradients = tape.gradient(value, maps)
    finally:
        for variable, content in zip(model.non_trainable_variables, before):
            variable.assign(content)
    return {
        layer.name: float(np.linalg.norm(np.ravel(gradient)))
        for layer, gradient in zip(weighted, gradients)
    }
