"""The pooling layer."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_batch
from course_utils.convolution import (
    BATCH,
    Padding,
    Pair,
    as_pair,
    cells_of_windows,
    without_padding,
    zeros_with_padding,
)
from course_utils.layers.layer import Layer
from course_utils.pooling import plan_pooling, pool2d, winning_cells


class MaxPooling2D(Layer):
    """Pooling by the maximum; the gradient goes to the cell that was the maximum, and only there.

    Where several cells of a window share the largest value, the first in reading order (row by
    row, left to right) counts as the winner and gets all of the gradient, as in TensorFlow. Any
    share would do: at a tie the maximum has a kink, and no single slope. Cells in two windows get
    the sum of what they win. NaN wins over every number, as it does in `forward`. Nothing is
    learned.

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

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return the largest value of every window (batch, out_h, out_w, channels)."""
        x = as_batch("x", x, BATCH)
        return self._remember(x, pool2d(x, self.size, stride=self.stride, padding=self.padding))

    def backward(self, gradient: ArrayLike) -> np.ndarray:
        """Return the gradient of the input: each slope at its window's winner, 0 elsewhere."""
        x, gradient = self._recall(gradient)
        plans = plan_pooling(x.shape[1:3], self.size, self.stride, self.padding)
        total = zeros_with_padding(x.shape, plans, gradient.dtype)
        finite = np.isfinite(gradient).all()  # 0 · ∞ is NaN
        for m, n, won in winning_cells(x, plans):
            cells = cells_of_windows(total, plans, m, n)
            cells += won * gradient if finite else np.where(won, gradient, 0)
        return without_padding(total, plans)
