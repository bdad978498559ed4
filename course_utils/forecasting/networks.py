"""Which small networks forecast: two convolutions, or a causal dilated stack.

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def build_short_network(
    width: int, channels: int, *, filters: int = 8, kernel_size: int = 3
) -> keras.Sequential:
    """Build a 1-D CNN for short windows: two convolutions, valid, and one linear unit.

    Parameters
    ----------
    width, channels
        Of the windows it takes.
    filters, kernel_size
        Of both convolutions.

    Returns
    -------
    keras.Sequential
        From windows (batch, width, channels) to forecasts (batch, 1), not compiled.

    Raises
    ------
    ValueError
        If the kernels don't fit into the window.
    """
    if width < 2 * kernel_size - 1:
        raise ValueError(
            f"width is {width}: two kernels of {kernel_size} need at least {2 * kernel_size - 1}"
        )
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((width, channels)),
            layers.Conv1D(filters, kernel_size, activation="relu", name="conv1"),
            layers.Conv1D(filters, kernel_size, activation="relu", name="conv2"),
            layers.Flatten(name="flatten"),
            layers.Dense(1, name="forecast"),
        ],
        name="short",
    )


def build_dilated_network(
    width: int,
    channels: int,
    *,
    filters: int = 8,
    kernel_size: int = 2,
    dilations: Sequence[int] = (1, 2, 4, 8),
) -> keras.Sequential:
    """Build a causal dilated CNN, the convolutional part of WaveNet without gates and skips.

    Parameters
    ----------
    width, channels
        Of the windows it takes.
    filters, kernel_size
        Of every convolution.
    dilations
        One convolution each, the lowest first.

    Returns
    -------
    keras.Sequential
        From windows (batch, width, channels) to forecasts (batch, 1), not compiled. The forecast
        is read off the last period, which sees 1 + (kernel_size − 1)·Σ dilations periods.

    References
    ----------
    A. van den Oord et al., "WaveNet: A generative model for raw audio" (2016).
    """
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((width, channels)),
            *(
                layers.Conv1D(
                    filters,
                    kernel_size,
                    padding="causal",
                    dilation_rate=dilation,
                    activation="relu",
                    name=f"dilation{dilation}",
                )
                for dilation in dilations
            ),
            layers.Cropping1D((width - 1, 0), name="last"),
            layers.Flatten(name="flatten"),
            layers.Dense(1, name="forecast"),
        ],
        name="dilated",
    )
