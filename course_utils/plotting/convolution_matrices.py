"""The matrix of a convolution, with equal weights coloured and lettered alike."""

import string

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from course_utils.convolution import convolution_matrix
from course_utils.plotting.style import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
)

_COLORS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, YELLOW, "#7F7F7F", "#B8A07E")
# Mixed with white by this share, so that black letters stay readable.
_PALE = 0.45


def draw_convolution_matrix(
    kernel: np.ndarray, image_shape: tuple[int, int], *, flip: bool = False
) -> Figure:
    """Draw a kernel beside the matrix that slides it over an image, the same letter a weight.

    Parameters
    ----------
    kernel
        Array (k_h, k_w); its non-zero cells get a letter and a colour each.
    image_shape
        (h, w) of the images that the matrix multiplies.
    flip
        Draw the matrix of the convolution; by default that of the cross-correlation.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes, the kernel and the matrix (out_h·out_w, h·w). Lines separate the rows of the
        image and of the feature map.

    Raises
    ------
    ValueError
        If the kernel isn't a matrix, has no or more than 26 non-zero cells, or doesn't fit.
    """
    kernel = np.asarray(kernel)
    count = np.count_nonzero(kernel)
    if kernel.ndim != 2 or not 0 < count <= 26:
        raise ValueError(
            f"kernel has shape {kernel.shape} and {count} non-zero cells: "
            "give a matrix with 1 to 26 of them, one for each letter"
        )
    weights = np.zeros(kernel.shape, int)
    weights[kernel != 0] = np.arange(1, count + 1)
    matrix = convolution_matrix(weights, image_shape, flip=flip)
    out_width = image_shape[1] - kernel.shape[1] + 1
    cell = min(0.33, 9.2 / matrix.shape[1])
    # Room in cells for the letters' frames, the titles and the axes' names.
    width, height = kernel.shape[1] + matrix.shape[1] + 5, max(matrix.shape[0], kernel.shape[0]) + 4
    fig, axes = plt.subplots(
        1,
        2,
        figsize=(width * cell, height * cell),
        width_ratios=(kernel.shape[1], matrix.shape[1]),
    )
    _draw_lettered(axes[0], weights, kernel.shape, cell)
    _draw_lettered(axes[1], matrix, (out_width, image_shape[1]), cell)
    axes[0].set_title("Kernel")
    axes[1].set_title(f"Its matrix, {matrix.shape[0]}×{matrix.shape[1]}")
    axes[1].set_xlabel("cells of the image, row after row")
    axes[1].set_ylabel("cells of the\nfeature map")
    return fig


def _draw_lettered(ax: Axes, weights: np.ndarray, blocks: tuple[int, int], cell: float) -> None:
    """Draw numbered weights as coloured letters, a line after every block of rows and columns."""
    pale = [(1.0, 1.0, 1.0)] + [
        tuple(_PALE + (1 - _PALE) * part for part in to_rgb(_COLORS[k % len(_COLORS)]))
        for k in range(26)
    ]
    h, w = weights.shape
    ax.imshow(np.array(pale)[weights], extent=(0, w, h, 0), interpolation="nearest")
    for i, j in np.argwhere(weights):
        ax.text(
            j + 0.5,
            i + 0.5,
            string.ascii_lowercase[weights[i, j] - 1],
            ha="center",
            va="center",
            fontsize=min(15, 45 * cell),
        )
    for at in range(h + 1):
        thick = at % blocks[0] == 0
        ax.axhline(at, color="0.25" if thick else "0.85", linewidth=1.6 if thick else 0.6)
    for at in range(w + 1):
        thick = at % blocks[1] == 0
        ax.axvline(at, color="0.25" if thick else "0.85", linewidth=1.6 if thick else 0.6)
    ax.set(xlim=(-0.05, w + 0.05), ylim=(h + 0.05, -0.05), aspect="equal", xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
