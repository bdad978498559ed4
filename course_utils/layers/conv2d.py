"""The convolution layer."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from course_utils.arguments import as_batch, as_integer
from course_utils.convolution import (
    BATCH,
    CHANNELS_FIRST,
    Padding,
    Pair,
    Plans,
    as_pair,
    bordered,
    check_border,
    columns_by_image,
    fold,
    gather,
    padded_parts,
    plan_image,
)
from course_utils.layers.layer import Layer, he_normal


class Conv2D(Layer):
    """A convolution layer as Keras': cross-correlation with a bank of kernels, plus a bias.

    With x the input, y the output and G the slopes of the loss for y, without stride, padding and
    dilation:
    ∂L/∂kernel[m, n] = Σ_ij G[i, j] · x[i + m, j + n], the correlation of x with G;
    ∂L/∂x = the full convolution of G with the kernel (its correlation with the flipped one);
    ∂L/∂bias = Σ_ij G[i, j].
    I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), equations 9.11 and 9.13.
    In general ∂L/∂kernel[m, n] = Σ_ij G[i, j] · x[i·s + m·d, j·s + n·d] on the padded x, and ∂L/∂x
    is `course_utils.convolution.conv2d_transpose` of G with the kernel. A cell that stands beyond
    the border as well, by reflection, repetition or wrapping, gets the sum of the slopes of all its
    copies.

    Parameters
    ----------
    channels
        Channels of the input, c_in.
    filters
        How many kernels, c_out.
    kernel_size
        Height and width of a kernel: an integer for both, or a pair.
    stride, padding, dilation, border
        As in `course_utils.convolution`.
    groups
        How many parts the channels are cut into, each seen by its own part of the filters: a
        divisor of channels and of filters. ``groups=channels`` is a depthwise layer, as Keras'
        `DepthwiseConv2D`. See `course_utils.convolution.conv2d`.
    rng
        For the kernels' first values, by `he_normal`; the bias begins at 0.
    dtype
        Of the parameters, `float32` or `float64`.

    Attributes
    ----------
    parameters : dict
        ``"kernel"`` (k_h, k_w, c_in / groups, c_out) and ``"bias"`` (c_out,).

    Raises
    ------
    ValueError
        If a number isn't a positive integer, the groups don't divide channels and filters, there is
        no such border, or `rng` or `dtype` can't be used. `forward` raises it as
        `course_utils.convolution.conv2d` does.
    """

    def __init__(
        self,
        channels: int,
        filters: int,
        kernel_size: Pair,
        *,
        stride: Pair = 1,
        padding: Padding = "valid",
        dilation: Pair = 1,
        groups: int = 1,
        border: str = "zeros",
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        channels, filters = as_integer("channels", channels, 1), as_integer("filters", filters, 1)
        self.kernel_size = as_pair("kernel_size", kernel_size)
        self.stride, self.padding = as_pair("stride", stride), padding
        self.dilation, self.border = as_pair("dilation", dilation), border
        check_border(border)
        self.groups = as_integer("groups", groups, 1)
        for name, count in (("channels", channels), ("filters", filters)):
            if count % self.groups:
                raise ValueError(
                    f"groups is {groups}, but {name} is {count}: use a divisor of {count}"
                )
        shape = (*self.kernel_size, channels // self.groups, filters)
        kernel = he_normal(shape, math.prod(shape[:3]), rng=rng, dtype=dtype)
        self.parameters = {"kernel": kernel, "bias": np.zeros(filters, kernel.dtype)}

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return the feature maps (batch, out_h, out_w, c_out) of images (batch, h, w, c_in)."""
        x = as_batch("x", x, BATCH)
        kernel = self.parameters["kernel"]
        channels = kernel.shape[2] * self.groups
        if x.shape[3] != channels:
            first = f", {CHANNELS_FIRST.format('x')}" if x.shape[1] == channels else ""
            raise ValueError(f"x has {x.shape[3]} channels: this layer takes {channels}{first}")
        extended, plans = bordered(x, self._plan(x.shape), self.border, first=1)
        v, u = plans
        output = np.empty((len(x), v.size, u.size, kernel.shape[3]), np.result_type(x, kernel))
        matrices = self._matrices()
        for where, seen, of_part in self._parts(extended, plans):
            product = _joined(self._patches(extended[seen], of_part) @ matrices)
            output[where] = product.reshape(output[where].shape)
        output += self.parameters["bias"]
        return self._remember(x, output)

    def backward(self, gradient: ArrayLike) -> np.ndarray:
        """Store the gradients of kernel and bias; return that of the images. See `Layer`."""
        x, gradient = self._recall(gradient)
        kernel = self.parameters["kernel"]
        matrices = self._matrices().transpose(0, 2, 1)
        extended, plans = bordered(x, self._plan(x.shape), self.border, first=1)
        cells = self.kernel_size[0] * self.kernel_size[1]
        of_kernel = np.zeros(
            (self.groups, cells * kernel.shape[2], kernel.shape[3] // self.groups), gradient.dtype
        )
        of_extended = np.zeros(extended.shape, gradient.dtype)
        # Unrolled anew, as the patches are k_h·k_w times as large as the images to remember.
        for where, seen, of_part in self._parts(extended, plans):
            patches = self._patches(extended[seen], of_part)
            slopes = gradient[where]
            slopes = slopes.reshape(len(slopes), math.prod(slopes.shape[1:3]), slopes.shape[3])
            by_group = _parted(slopes, self.groups)
            of_kernel += (patches.transpose(0, 1, 3, 2) @ by_group).sum(axis=0)
            of_patches = by_group @ matrices
            of_patches = of_patches.reshape(*of_patches.shape[:3], cells, kernel.shape[2])
            of_patches = of_patches.transpose(0, 2, 3, 1, 4)
            of_extended[seen] += fold(of_patches, extended[seen].shape, of_part)
        self.gradients = {
            "kernel": _joined(of_kernel).reshape(kernel.shape),
            "bias": gradient.sum(axis=(0, 1, 2)),
        }
        if self.border == "zeros":
            return of_extended
        return gather(of_extended, self._plan(x.shape), self.border)

    def _plan(self, shape: tuple[int, ...]) -> Plans:
        names = ("x", "kernel")
        sizes = shape[1:3], self.kernel_size
        return plan_image(*sizes, self.padding, self.stride, self.dilation, names)

    def _parts(
        self, extended: np.ndarray, plans: Plans
    ) -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice], Plans]]:
        """Cut the output so that the patches of a part stay small. See `padded_parts`."""
        cells = math.prod(self.kernel_size) * extended.shape[3]
        return padded_parts(extended.shape, plans, plans[1].size * cells * extended.itemsize)

    def _patches(self, images: np.ndarray, plans: Plans) -> np.ndarray:
        """Return (batch, groups, out_h·out_w, k_h·k_w·c_in / groups)."""
        columns = columns_by_image(images, plans)
        cells = math.prod(self.kernel_size)
        sees = images.shape[3] // self.groups
        apart = columns.reshape(*columns.shape[:2], cells, self.groups, sees)
        apart = apart.transpose(0, 3, 1, 2, 4)
        return apart.reshape(*apart.shape[:3], cells * sees)

    def _matrices(self) -> np.ndarray:
        """Return the kernel of each group as a matrix, (groups, k_h·k_w·c_in / groups, makes)."""
        kernel = self.parameters["kernel"]
        return _parted(kernel.reshape(-1, kernel.shape[3]), self.groups)


def _parted(values: np.ndarray, groups: int) -> np.ndarray:
    """Cut the last axis into groups, and put them before the last axis but one."""
    parts = values.reshape(*values.shape[:-1], groups, values.shape[-1] // groups)
    return parts.swapaxes(-3, -2)


def _joined(parts: np.ndarray) -> np.ndarray:
    """Undo `_parted`."""
    values = parts.swapaxes(-3, -2)
    return values.reshape(*values.shape[:-2], values.shape[-2] * values.shape[-1])
