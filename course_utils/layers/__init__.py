"""Layers of a convolutional network in NumPy, each with a forward and a backward pass.

``forward(x)`` computes a layer's output and remembers what the way back needs.
``backward(gradient)`` takes the slope of the loss for every cell of that output, and does two
things: it stores in `gradients` the slopes for the layer's own `parameters`, and it returns the
slopes for the input, which are the ``gradient`` of the layer before. That is the chain rule, one
layer at a time: D. Rumelhart, G. Hinton and R. Williams, "Learning representations by
back-propagating errors" (1986).

Batches of images are (batch, height, width, channels), as in Keras, and kernels (k_h, k_w, c_in,
c_out), so that weights go from one to the other unchanged. Layers compute in the dtype of their
parameters if their input has it too: `float32` to train, `float64` to check gradients.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from course_utils.arguments import as_integer, as_numeric
from course_utils.convolution import (
    Padding,
    Pair,
    Plans,
    as_pair,
    cells_of_windows,
    columns_by_image,
    fold,
    pad_for,
    plan_image,
    without_padding,
    zeros_with_padding,
)
from course_utils.layers.gradient_check import central_difference, relative_error
from course_utils.layers.optimizers import SGD
from course_utils.pooling import pool2d

__all__ = [
    "Conv2D",
    "Dense",
    "Flatten",
    "Layer",
    "MaxPooling2D",
    "ReLU",
    "SGD",
    "Sequential",
    "SoftmaxCrossEntropy",
    "central_difference",
    "he_normal",
    "relative_error",
    "softmax",
]

_BATCH = ("batch", "height", "width", "channels")
_ROWS = ("batch", "units")


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
            If the gradient has another shape than the output.
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
        gradient = np.asarray(gradient)
        if gradient.shape != self._output_shape:
            raise ValueError(
                f"gradient has shape {gradient.shape}: give a slope for each cell of the output, "
                f"shape {self._output_shape}"
            )
        return self._input, gradient


class Conv2D(Layer):
    """A convolution layer as Keras': cross-correlation with a bank of kernels, plus a bias.

    With x the input, y the output and G the slopes of the loss for y, without stride and padding:
    ∂L/∂kernel[m, n] = Σ_ij G[i, j] · x[i + m, j + n], the correlation of x with G;
    ∂L/∂x = the full convolution of G with the kernel (its correlation with the flipped one);
    ∂L/∂bias = Σ_ij G[i, j].
    I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), equations 9.11 and 9.13.

    Parameters
    ----------
    channels
        Channels of the input, c_in.
    filters
        How many kernels, c_out.
    kernel_size
        Height and width of a kernel: an integer for both, or a pair.
    stride, padding
        As in `course_utils.convolution`.
    rng
        For the kernels' first values, by `he_normal`; the bias begins at 0.
    dtype
        Of the parameters, `float32` or `float64`.

    Attributes
    ----------
    parameters : dict
        ``"kernel"`` (k_h, k_w, c_in, c_out) and ``"bias"`` (c_out,).

    Raises
    ------
    ValueError
        If a number isn't a positive integer, or `rng` or `dtype` can't be used. `forward` raises
        it as `course_utils.convolution.conv2d` does.
    """

    def __init__(
        self,
        channels: int,
        filters: int,
        kernel_size: Pair,
        *,
        stride: Pair = 1,
        padding: Padding = "valid",
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        channels, filters = as_integer("channels", channels, 1), as_integer("filters", filters, 1)
        self.kernel_size = as_pair("kernel_size", kernel_size)
        self.stride, self.padding = as_pair("stride", stride), padding
        shape = (*self.kernel_size, channels, filters)
        kernel = he_normal(shape, int(np.prod(shape[:3])), rng=rng, dtype=dtype)
        self.parameters = {"kernel": kernel, "bias": np.zeros(filters, kernel.dtype)}

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return the feature maps (batch, out_h, out_w, c_out) of images (batch, h, w, c_in)."""
        x = as_numeric("x", x, _BATCH)
        kernel = self.parameters["kernel"]
        if x.shape[3] != kernel.shape[2]:
            raise ValueError(f"x has {x.shape[3]} channels: this layer takes {kernel.shape[2]}")
        plans = self._plan(x.shape)
        output = columns_by_image(x, plans) @ kernel.reshape(-1, kernel.shape[3])
        output += self.parameters["bias"]
        return self._remember(x, output.reshape(len(x), plans[0].size, plans[1].size, -1))

    def backward(self, gradient: ArrayLike) -> np.ndarray:
        """Store the gradients of kernel and bias; return that of the images. See `Layer`."""
        x, gradient = self._recall(gradient)
        kernel, plans = self.parameters["kernel"], self._plan(x.shape)
        slopes = gradient.reshape(len(x), -1, kernel.shape[3])
        # Unrolled anew, as the patches are k_h·k_w times as large as the images to remember.
        by_image = columns_by_image(x, plans).transpose(0, 2, 1) @ slopes
        self.gradients = {
            "kernel": by_image.sum(axis=0).reshape(kernel.shape),
            "bias": slopes.sum(axis=(0, 1)),
        }
        return fold(slopes @ kernel.reshape(-1, kernel.shape[3]).T, x.shape, plans)

    def _plan(self, shape: tuple[int, ...]) -> Plans:
        return plan_image(
            shape[1:3], self.kernel_size, self.padding, self.stride, 1, ("x", "kernel")
        )


class MaxPooling2D(Layer):
    """Pooling by the maximum; the gradient goes to the cell that was the maximum, and only there.

    Where several cells of a window share the largest value, the first in reading order (row by
    row, left to right) counts as the winner and gets all of the gradient, as in TensorFlow. Any
    share would do: at a tie the maximum has a kink, and no single slope. Cells in two windows get
    the sum of what they win. Nothing is learned.

    Parameters
    ----------
    size
        Height and width of a window: an integer for both, or a pair.
    stride
        Step between windows; `size` if None.
    padding
        As in `course_utils.pooling`.

    Raises
    ------
    ValueError
        If size or stride isn't made of positive integers. `forward` raises it as
        `course_utils.pooling.pool2d` does.
    """

    def __init__(
        self, size: Pair = 2, *, stride: Pair | None = None, padding: Padding = "valid"
    ) -> None:
        super().__init__()
        self.size = as_pair("size", size)
        self.stride = self.size if stride is None else as_pair("stride", stride)
        self.padding = padding
        self._output: np.ndarray | None = None

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return the largest value of every window (batch, out_h, out_w, channels)."""
        x = as_numeric("x", x, _BATCH)
        self._output = pool2d(x, self.size, stride=self.stride, padding=self.padding)
        return self._remember(x, self._output)

    def backward(self, gradient: ArrayLike) -> np.ndarray:
        """Return the gradient of the input: each slope at its window's winner, 0 elsewhere."""
        x, gradient = self._recall(gradient)
        plans = plan_image(x.shape[1:3], self.size, self.padding, self.stride, 1, ("x", "window"))
        padded = pad_for(x, plans, np.result_type(x, np.float32), first=1, value=-np.inf)
        total = zeros_with_padding(x.shape, plans, gradient.dtype)
        undecided = np.ones(gradient.shape, bool)
        for m, n in np.ndindex(self.size):
            won = undecided & (cells_of_windows(padded, plans, m, n) == self._output)
            cells_of_windows(total, plans, m, n)[...] += won * gradient
            undecided &= ~won
        return without_padding(total, plans)


class ReLU(Layer):
    """max(0, x) for every cell. Its slope is 1 above 0, and 0 elsewhere, also at 0 itself."""

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return x with 0 in place of what is negative."""
        x = np.asarray(x)
        return self._remember(x, np.maximum(x, 0))

    def backward(self, gradient: ArrayLike) -> np.ndarray:
        """Return the gradient where the input was positive, 0 elsewhere. See `Layer`."""
        x, gradient = self._recall(gradient)
        return np.where(x > 0, gradient, 0)


class Flatten(Layer):
    """Each example's cells in one row, in the order of memory: rows, columns, channels."""

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return (batch, h·w·channels) for a batch (batch, h, w, channels)."""
        x = np.asarray(x)
        return self._remember(x, x.reshape(len(x), -1))

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
        x = as_numeric("x", x, _ROWS)
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
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def predict(self, x: np.ndarray, *, batch_size: int = 256) -> np.ndarray:
        """Return the last layer's output for any number of examples, a batch at a time.

        A convolution needs room for all patches of a batch, which would be gigabytes for a whole
        data set.
        """
        batch_size = as_integer("batch_size", batch_size, 1)
        starts = range(0, len(x), batch_size)
        return np.concatenate([self.forward(x[start : start + batch_size]) for start in starts])

    def backward(self, gradient: ArrayLike) -> np.ndarray:
        """Fill the gradients of all layers, and return that of the first one's input.

        `gradient` is the slope of the loss for each cell of what `forward` last returned.
        """
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return gradient


def softmax(logits: ArrayLike) -> np.ndarray:
    """Return the probabilities exp(z_k) / Σ_j exp(z_j) along the last axis.

    The largest score is taken off first, which changes nothing in the ratio, so that no power
    overflows.

    Parameters
    ----------
    logits
        Array (…, classes) of scores.

    Returns
    -------
    numpy.ndarray
        Array of the same shape; positive or 0, with sum 1 along the last axis.
    """
    logits = np.asarray(logits)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class SoftmaxCrossEntropy:
    """Softmax and the cross-entropy of its probabilities, averaged over the batch.

    For one example with true class t: L = −log softmax(z)[t] and ∂L/∂z = softmax(z) − one_hot(t).
    C. Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.4.

    Attributes
    ----------
    probabilities : numpy.ndarray or None
        Array (batch, classes) of the last forward pass.
    """

    def __init__(self) -> None:
        self.probabilities: np.ndarray | None = None
        self._labels: np.ndarray | None = None

    def forward(self, logits: ArrayLike, labels: ArrayLike) -> float:
        """Return the mean loss of a batch.

        Parameters
        ----------
        logits
            Scores (batch, classes), any numbers.
        labels
            True classes (batch,), integers from 0.

        Raises
        ------
        ValueError
            If the labels aren't as many integers as the logits have rows, each below the number of
            classes.
        """
        logits = as_numeric("logits", logits, ("batch", "classes"))
        labels = as_numeric("labels", labels, ("batch",))
        if len(labels) != len(logits):
            raise ValueError(f"labels has {len(labels)} entries for {len(logits)} rows of logits")
        if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= logits.shape[1]:
            raise ValueError(
                f"labels holds {labels.min()} to {labels.max()} as {labels.dtype}: give class "
                f"numbers, integers from 0 to {logits.shape[1] - 1}"
            )
        self.probabilities, self._labels = softmax(logits), labels
        # From the logits, not from the probabilities: those may be rounded to 0.
        shifted = logits - logits.max(axis=1, keepdims=True)
        of_truth = shifted[np.arange(len(labels)), labels]
        return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - of_truth))

    def backward(self) -> np.ndarray:
        """Return the gradient of the logits, (probabilities − one-hot labels) / batch.

        Raises
        ------
        RuntimeError
            If `forward` hasn't been called.
        """
        if self.probabilities is None or self._labels is None:
            raise RuntimeError(
                "SoftmaxCrossEntropy.backward needs a forward pass first: call forward(logits, "
                "labels)"
            )
        gradient = self.probabilities.copy()
        gradient[np.arange(len(gradient)), self._labels] -= 1
        return gradient / len(gradient)


def _as_floating(dtype: DTypeLike) -> np.dtype:
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise ValueError(f"dtype is {dtype}: use float32 to train or float64 to check gradients")
    return dtype
