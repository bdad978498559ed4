"""The convolution layer."""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from course_utils.arguments import as_integer, as_numeric
from course_utils.convolution import (
    Padding,
    Pair,
    Plans,
    as_pair,
    columns_by_image,
    fold,
    plan_image,
)
from course_utils.layers.layer import Layer, he_normal

_BATCH = ("batch", "height", "width", "channels")


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
