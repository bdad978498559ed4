"""The fully connected layer, and what stands around it: ReLU and Flatten."""

import math

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from course_utils.arguments import as_batch, as_integer, as_real
from course_utils.layers.layer import Layer, he_normal

_ROWS = ("batch", "units")


class ReLU(Layer):
    """max(0, x) for every cell. Its slope is 1 above 0, and 0 elsewhere, also at 0 itself."""

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return x with 0 in place of what is negative."""
        x = as_real("x", x)
        return self._remember(x, np.maximum(x, 0))

    def backward(self, gradient: ArrayLike) -> np.ndarray:
        """Return the gradient where the input was positive, 0 elsewhere. See `Layer`."""
        x, gradient = self._recall(gradient)
        return np.where(x > 0, gradient, 0)


class Flatten(Layer):
    """Each example's cells in one row, in the order of memory: rows, columns, channels."""

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return (batch, h·w·channels) for a batch (batch, h, w, channels)."""
        x = as_batch("x", x, ("batch", "…"))
        return self._remember(x, x.reshape(len(x), math.prod(x.shape[1:])))

    def backward(self, gradient: ArrayLike) -> np.ndarray:
        """Return the gradient in the shape of the input. See `Layer`."""
        x, gradient = self._recall(gradient)
        return gradient.reshape(x.shape)


class Dense(Layer):
    """A fully connected layer, y = x @ kernel + bias.

    ∂L/∂kernel = xᵀ G, ∂L/∂bias = the sum of G over the batch, ∂L/∂x = G kernelᵀ.

    Parameters
    ----------
    inputs, units
        Length of an input and of an output.
    rng, dtype
        As in `Conv2D`.

    Attributes
    ----------
    parameters : dict
        ``"kernel"`` (inputs, units) and ``"bias"`` (units,).

    Raises
    ------
    ValueError
        If a number isn't a positive integer, or `rng` or `dtype` can't be used. `forward` raises
        it if its input isn't (batch, inputs).
    """

    def __init__(
        self, inputs: int, units: int, *, rng: np.random.Generator, dtype: DTypeLike = np.float32
    ) -> None:
        super().__init__()
        inputs, units = as_integer("inputs", inputs, 1), as_integer("units", units, 1)
        kernel = he_normal((inputs, units), inputs, rng=rng, dtype=dtype)
        self.parameters = {"kernel": kernel, "bias": np.zeros(units, kernel.dtype)}

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return the outputs (batch, units) for inputs (batch, inputs)."""
        x = as_batch("x", x, _ROWS)
        kernel = self.parameters["kernel"]
        if x.shape[1] != len(kernel):
            raise ValueError(
                f"x has {x.shape[1]} numbers an example: this layer takes {len(kernel)}"
            )
        return self._remember(x, x @ kernel + self.parameters["bias"])

    def backward(self, gradient: ArrayLike) -> np.ndarray:
        """Store the gradients of kernel and bias; return that of the input. See `Layer`."""
        x, gradient = self._recall(gradient)
        self.gradients = {"kernel": x.T @ gradient, "bias": gradient.sum(axis=0)}
        return gradient @ self.parameters["kernel"].T
