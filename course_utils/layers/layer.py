"""What all layers share, and the random numbers that their weights begin with."""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from course_utils.arguments import as_floating
from course_utils.memory import within_memory


class Layer:
    """What all layers share: parameters and gradients by name, both empty for most kinds.

    Attributes
    ----------
    parameters : dict of str to numpy.ndarray
        What the layer learns. Change the arrays in place: ``layer.parameters["bias"][...] = 0``.
    gradients : dict of str to numpy.ndarray
        After `backward`: the slope of the loss for each number in `parameters`, by the same names.
    """

    def __init__(self) -> None:
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self._input: np.ndarray | None = None
        self._output_shape: tuple[int, ...] = ()

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return the layer's output for a batch."""
        raise NotImplementedError

    def backward(self, gradient: ArrayLike) -> np.ndarray:
        """Store the gradients of the parameters, and return the gradient of the input.

        Parameters
        ----------
        gradient
            Slope of the loss for each cell of what `forward` last returned, of its shape.

        Returns
        -------
        numpy.ndarray
            Slope of the loss for each cell of the input, of its shape.

        Raises
        ------
        RuntimeError
            If `forward` hasn't been called.
        ValueError
            If the gradient isn't real numbers, or has another shape than the output.
        """
        raise NotImplementedError

    def _remember(self, x: np.ndarray, output: np.ndarray) -> np.ndarray:
        self._input, self._output_shape = x, output.shape
        return output

    def _recall(self, gradient: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Return the last input and the gradient, which is held to the output's shape."""
        if self._input is None:
            raise RuntimeError(
                f"{type(self).__name__}.backward needs a forward pass first: call forward(x)"
            )
        gradient = as_floating("gradient", gradient)
        if gradient.shape != self._output_shape:
            raise ValueError(
                f"gradient has shape {gradient.shape}: give a slope for each cell of the output, "
                f"shape {self._output_shape}"
            )
        return self._input, gradient


@within_memory("shape")
def he_normal(
    shape: tuple[int, ...], fan_in: int, *, rng: np.random.Generator, dtype: DTypeLike = np.float32
) -> np.ndarray:
    """Return normal random weights of mean 0 and variance 2 / fan_in.

    With it, signals keep their size from one ReLU layer to the next. K. He, X. Zhang, S. Ren and
    J. Sun, "Delving deep into rectifiers" (2015), equation 10.

    Parameters
    ----------
    shape
        Of the result.
    fan_in
        How many inputs one output is the weighted sum of.
    rng
        Where the random numbers come from: the same state gives the same weights.
    dtype
        `float32` or `float64`.

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    ValueError
        If `rng` isn't a `numpy.random.Generator` or the dtype is another one.
    """
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng is {rng!r}: give a generator, such as np.random.default_rng(1)")
    dtype = _as_floating(dtype)
    return rng.normal(0, np.sqrt(2 / fan_in), shape).astype(dtype)


def _as_floating(dtype: DTypeLike) -> np.dtype:
    try:
        found = np.dtype(dtype)
    except Exception:  # NumPy has many for what is no dtype
        found = None
    if found not in (np.float32, np.float64):
        said = repr(dtype) if found is None else found
        raise ValueError(f"dtype is {said}: use float32 to train or float64 to check gradients")
    return found
