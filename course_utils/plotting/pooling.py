"""Pooling in pictures: which window makes which cell, with numbers and without."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_utils.convolution import output_size
from course_utils.plotting.matrices import number
from course_utils.plotting.style import (
    BLUE,
    GREEN,
    INPUT_COLOR,
    ORANGE,
    OUTPUT_COLOR,
    PURPLE,
    SKY,
    VERMILION,
)
from course_utils.pooling import pool2d

_WINDOW_COLORS = (SKY, ORANGE, GREEN, PURPLE, BLUE, VERMILION)
# The first windows of a layout, each with dashes of its own.
_FRAMES = ((BLUE, "-"), (VERMILION, (0, (3, 1.2))), (PURPLE, (0, (1.2, 0.8))))
# Cells between the grids of a figure.
_BETWEEN = 3.0


def draw_pooling(
    image: np.ndarray,
    size: int,
    *,
    mode: str = "max",
    titles: tuple[str, str] = ("detector map", "pooled"),
    cell: float = 0.62,
) -> Figure:
    """Draw windows that lie side by side, and the number that each of them becomes.

    A window and its number are tinted alike. With mode "max" the winning cells are framed.

    Parameters
    ----------
    image
        Array (h, w).
    size
        Side of a window, which is also the stride. Cells that no window takes stay white.
    mode
        As in `course_utils.pooling.pool2d`.
    titles
        Over the two grids.
    cell
        Side of a cell in inches.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes, one unit a cell.

    Raises
    ------
    ValueError
        If the image isn't (h, w) or pooling isn't possible.
    """
    image = np.asarray(image)
    if image.ndim != 2:
        raise ValueError(f"image has shape {image.shape}: give one image (h, w)")
    pooled = pool2d(image, size, mode=mode)
    (h, w), (rows, columns) = image.shape, pooled.shape
    fig, (left, right) = plt.subplots(
        1,
        2,
        figsize=((w + columns + _BETWEEN) * cell, (h + 0.4) * cell + 0.65),
        width_ratios=(w + 0.2, columns + 0.2),
    )
    for i, j in np.ndindex(h, w):
        a, b = i // size, j // size
        taken = a < rows and b < columns
        _cell(left, i, j, float(image[i, j]), _tint(a, b) if taken else "white")
    for a, b in np.ndindex(rows, columns):
        _cell(right, a, b, pooled[a, b], _tint(a, b))
        corner = (b * size, a * size)
        left.add_patch(Rectangle(corner, size, size, fill=False, edgecolor="0.25", linewidth=2.5))
        if mode == "max":
            window = image[a * size : (a + 1) * size, b * size : (b + 1) * size]
            i, j = np.unravel_index(window.argmax(), window.shape)
            left.add_patch(
                Rectangle(
                    (corner[0] + j + 0.1, corner[1] + i + 0.1),
                    0.8,
                    0.8,
                    fill=False,
                    edgecolor="black",
                    linewidth=2.5,
                    gid="winner",
                    zorder=3,
                )
            )
    for ax, (height, width), title in zip((left, right), (image.shape, pooled.shape), titles):
        ax.set(xlim=(-0.1, width + 0.1), ylim=(height + 0.1, -0.1), aspect="equal", title=title)
        ax.axis("off")
    return fig


def draw_pooling_windows(shape: tuple[int, int], size: int, strides: Sequence[int]) -> Figure:
    """Draw where the windows lie for one or more strides, and the size of what comes out.

    The first three windows of the top row are framed, each with the colour and the dashes of the
    cell it makes.

    Parameters
    ----------
    shape
        Height and width of the map to be pooled.
    size
        Side of a window.
    strides
        One case for each, side by side.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes a case, the map and to its right what comes out, one unit a cell.

    Raises
    ------
    ValueError
        If there are no strides, or a window doesn't fit on the map.
    """
    if not strides:
        raise ValueError("strides is empty: give at least one")
    outs = [tuple(output_size(n, size, stride=stride) for n in shape) for stride in strides]
    h, w = shape
    # Room for the title above a small result.
    widths = [width + 0.4 for out in outs for width in (w, max(out[1], 0.4 * w))]
    cell = min(0.4, (10.6 - 0.3 * len(widths)) / sum(widths), 3.6 / h)
    fig, axes = plt.subplots(
        1,
        len(widths),
        squeeze=False,
        width_ratios=widths,
        figsize=(sum(widths) * cell + 0.3 * len(widths), (h + 0.4) * cell + 0.75),
    )
    for left, right, stride, out in zip(axes[0, ::2], axes[0, 1::2], strides, outs):
        _grid(left, h, w, INPUT_COLOR)
        _grid(right, out[0], out[1], OUTPUT_COLOR)
        for place, (color, dashes) in enumerate(_FRAMES[: out[1]]):
            look: dict[str, Any] = dict(
                fill=False, edgecolor=color, linestyle=dashes, linewidth=3, zorder=3
            )
            # A little smaller from window to window, so that no frame hides another.
            gap = 0.1 * place
            left.add_patch(
                Rectangle(
                    (place * stride + gap, gap),
                    size - 2 * gap,
                    size - 2 * gap,
                    gid="window",
                    **look,
                )
            )
            right.add_patch(Rectangle((place + 0.14, 0.14), 0.72, 0.72, gid="made", **look))
        left.set_title(f"{h}×{w}, stride {stride}")
        right.set_title(f"→ {out[0]}×{out[1]}")
        for ax, columns in ((left, w), (right, max(out[1], 0.4 * w))):
            spare = (columns - out[1]) / 2 if ax is right else 0
            ax.set(xlim=(-spare - 0.2, columns - spare + 0.2), ylim=(h + 0.2, -0.2), aspect="equal")
    return fig


def _tint(row: int, column: int) -> tuple[float, ...]:
    """A pale colour that differs from those of the windows beside, above and below."""
    color = _WINDOW_COLORS[(3 * row + column) % len(_WINDOW_COLORS)]
    return tuple(0.38 * part + 0.62 for part in to_rgb(color))


def _cell(ax: Axes, i: int, j: int, value: float, color: object) -> None:
    ax.add_patch(Rectangle((j, i), 1, 1, facecolor=color, edgecolor="0.65", linewidth=1))
    ax.text(j + 0.5, i + 0.5, number(value), ha="center", va="center", fontsize=17)


def _grid(ax: Axes, rows: int, columns: int, color: str) -> None:
    pale = tuple(0.2 * part + 0.8 for part in to_rgb(color))
    for i, j in np.ndindex(rows, columns):
        ax.add_patch(Rectangle((j, i), 1, 1, facecolor=pale, edgecolor="0.6", linewidth=0.8))
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
