"""Layers in a chain."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_batch, as_integer
from course_utils.layers.layer import Layer


class Sequential:
    """A chain of layers: forward from the first to the last, backward from the last to the first.

    Parameters
    ----------
    layers
        At least one `Layer`, in the order of the forward pass.

    Attributes
    ----------
    layers : list of Layer

    Raises
    ------
    ValueError
        If there is no layer, or something that isn't one.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)
        wrong = [layer for layer in self.layers if not isinstance(layer, Layer)]
        if wrong or not self.layers:
            found = repr(wrong[0]) if wrong else "nothing"
            raise ValueError(f"layers holds {found}: give objects such as ReLU() in a list")

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return the last layer's output for a batch."""
        first, *rest = self.layers
        out = first.forward(x)
        for layer in rest:
            out = layer.forward(out)
        return out

    def predict(self, x: ArrayLike, *, batch_size: int = 256) -> np.ndarray:
        """Return the last layer's output for any number of examples, a batch at a time.

        A convolution needs room for all patches of a batch, which would be gigabytes for a whole
        data set.
        """
        x, batch_size = as_batch("x", x, ("batch", "…")), as_integer("batch_size", batch_size, 1)
        starts = range(0, max(len(x), 1), batch_size)
        return np.concatenate([self.forward(x[start : start + batch_size]) for start in starts])

    def backward(self, gradient: ArrayLike) -> np.ndarray:
        """Fill the gradients of all layers, and return that of the first one's input.

        `gradient` is the slope of the loss for each cell of what `forward` last returned.
        """
        *rest, last = self.layers
        slope = last.backward(gradient)
        for layer in reversed(rest):
            slope = layer.backward(slope)
        return slope
