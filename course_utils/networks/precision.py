"""What Keras' dtype policies change, and how long an epoch takes under each on this machine.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_choice, as_class_numbers, as_integer, as_numeric

if TYPE_CHECKING:
    import keras

POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")


@contextmanager
def policy(name: str) -> Iterator[None]:
    """Build layers under one of Keras' dtype policies; afterwards the former one holds again.

    Parameters
    ----------
    name
        "float32", "mixed_float16" or "mixed_bfloat16".

    Raises
    ------
    ValueError
        If it is another one.
    """
    as_choice("name", name, POLICIES)
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.mixed_precision.set_dtype_policy(before)


def seconds_per_epoch(
    build: Callable[[], keras.Model],
    images: ArrayLike,
    labels: ArrayLike,
    name: str,
    *,
    epochs: int = 2,
) -> float:
    """Measure how long an epoch of `fit` takes under a dtype policy.

    Parameters
    ----------
    build
        Called under the policy, without arguments; gives a Keras model that answers with class
        probabilities.
    images, labels
        Array (n, height, width, channels), and integers (n,).
    name
        "float32", "mixed_float16" or "mixed_bfloat16".
    epochs
        How many are measured, by the clock; the quickest counts. One more comes before them, in
        which TensorFlow prepares the step.

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    ValueError
        If the policy is unknown, or images and labels aren't of these forms.
    """
    epochs = as_integer("epochs", epochs, 1)
    images = as_numeric("images", images, ("images", "height", "width", "channels"))
    labels = as_class_numbers("labels", labels, ("images",))
    from course_utils.quiet_tensorflow import without_stderr

    seconds = []
    with policy(name):
        model = build()
        model.compile("adam", "sparse_categorical_crossentropy")

        def measure() -> None:
            for _ in range(epochs + 1):
                began = time.perf_counter()
                model.fit(images, labels, batch_size=64, epochs=1, verbose=0)
                seconds.append(time.perf_counter() - began)

        # TensorFlow says on the standard error where a processor can't calculate in float16.
        without_stderr(measure)
    return float(np.min(seconds[1:]))
