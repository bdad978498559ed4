"""Matrices drawn as grids of numbers, with windows and cells marked: the course's basic picture."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath

from course_utils.plotting.style import (
    INPUT_COLOR,
    KERNEL_COLOR,
    OUTPUT_COLOR,
    PADDING_COLOR,
    SIGNED_CMAP,
)

# How high ⋆ and ∗ are drawn, as a share of the size of the other signs. In the font the star is
# a speck beside the asterisk.
_SIGNS = 0.5


class Mark(NamedTuple):
    """A frame around some cells: its top left cell, its height and width in cells, its colour."""

    row: int
    column: int
    height: int = 1
    width: int = 1
    color: str = INPUT_COLOR


class Panel(NamedTuple):
    """A matrix of an equation: its values, its title and the frames on it.

    `zeros` is how many rows and columns of padding surround the values; they are drawn in grey.
    Cells that are NaN stay empty, for outputs that haven't been computed yet.
    """

    values: np.ndarray
    title: str = ""
    marks: Sequence[Mark] = ()
    zeros: int = 0


def draw_matrix(
    ax: Axes,
    values: np.ndarray,
    *,
    title: str = "",
    marks: Sequence[Mark] = (),
    zeros: int = 0,
    fontsize: float = 16,
) -> Axes:
    """Draw a matrix as a grid with a number in every cell.

    Parameters
    ----------
    ax
        Where to draw.
    values
        Array (h, w) or (n,); NaN cells stay empty.
    title
        Written above.
    marks
        Frames around cells.
    zeros
        How many rows and columns at each edge are padding, drawn on grey.
    fontsize
        Of the numbers, in points; long numbers are drawn smaller, so that they fit their cells.

    Returns
    -------
    matplotlib.axes.Axes
        `ax`, one unit a cell, the first row at the top.

    Raises
    ------
    ValueError
        If `values` has more than two axes.
    """
    grid = np.atleast_2d(np.asarray(values))
    if grid.ndim != 2:
        raise ValueError(
            f"values has {grid.ndim} axes, shape {grid.shape}: draw one matrix at a time"
        )
    h, w = grid.shape
    inside = np.zeros((h, w), bool)
    inside[zeros : h - zeros, zeros : w - zeros] = True
    if zeros and h == 1:
        inside[0, zeros : w - zeros] = True
    strongest = np.nanmax(np.abs(grid), initial=0) or 1
    longest = max((len(number(value)) for value in grid.flat if value == value), default=1)
    fontsize *= min(1, 3.4 / longest)
    # Half the colour range, so that black numbers stay readable on every cell.
    color = plt.get_cmap(SIGNED_CMAP)
    for i, j in np.ndindex(h, w):
        value = grid[i, j]
        face = PADDING_COLOR if not inside[i, j] else color(0.5 + 0.22 * value / strongest)
        if value != value:
            face = "white"
        ax.add_patch(Rectangle((j, i), 1, 1, facecolor=face, edgecolor="0.6", linewidth=1))
        if value == value:
            ax.text(
                j + 0.5, i + 0.5, number(float(value)), ha="center", va="center", fontsize=fontsize
            )
    for mark in marks:
        frame = Rectangle((mark.column, mark.row), mark.width, mark.height, zorder=3, fill=False)
        frame.set(edgecolor=mark.color, linewidth=4, joinstyle="miter")
        ax.add_patch(frame)
    ax.set(xlim=(-0.08, w + 0.08), ylim=(h + 0.08, -0.08), aspect="equal", title=title)
    ax.axis("off")
    return ax


def number(value: float) -> str:
    """Write a number for a cell: whole numbers without a point, others with two digits."""
    value = float(value)
    text = f"{value:.0f}" if value == round(value) else f"{value:.2f}".rstrip("0")
    return text.replace("-", "−")


def draw_equation(
    parts: Sequence[Panel | str], *, cell: float = 0.52, fontsize: float = 16
) -> Figure:
    """Draw matrices and the signs between them in a row, all cells of one size.

    Parameters
    ----------
    parts
        `Panel` for a matrix, text for a sign such as ``"∗"`` or ``"="``.
    cell
        Side of a cell in inches.
    fontsize
        Of the numbers, in points.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return draw_equations([parts], cell=cell, fontsize=fontsize)


def draw_equations(
    rows: Sequence[Sequence[Panel | str]],
    *,
    captions: Sequence[str] = (),
    cell: float = 0.52,
    fontsize: float = 16,
) -> Figure:
    """Draw several equations below each other, as `draw_equation`, with a caption under each.

    The rows need the same kinds of parts in the same order. `captions` may hold mathematics.
    """
    first = rows[0]
    widths = [
        1.2 if isinstance(p, str) else max(_sides(r[i])[1] for r in rows) + 0.6
        for i, p in enumerate(first)
    ]
    heights = []
    for row in rows:
        tallest = max(_sides(part)[0] for part in row if not isinstance(part, str))
        heights += [tallest + 1.0] + ([0.9] if captions else [])
    fig = plt.figure(figsize=(sum(widths) * cell, sum(heights) * cell))
    grid = fig.add_gridspec(len(heights), len(first), width_ratios=widths, height_ratios=heights)
    step = 2 if captions else 1
    for r, row in enumerate(rows):
        for c, part in enumerate(row):
            ax = fig.add_subplot(grid[r * step, c])
            if isinstance(part, str):
                _write_sign(ax, part, fontsize * 2)
                ax.axis("off")
            else:
                draw_matrix(
                    ax,
                    part.values,
                    title=part.title,
                    marks=part.marks,
                    zeros=part.zeros,
                    fontsize=fontsize,
                )
        if captions:
            ax = fig.add_subplot(grid[r * step + 1, :])
            ax.text(0.5, 0.6, captions[r], ha="center", va="center", fontsize=fontsize)
            ax.axis("off")
    return fig


def _write_sign(ax: Axes, sign: str, fontsize: float) -> None:
    """Write a sign in the middle of an axes; the two signs of convolution in one size."""
    enlarged = _SIGNS / _height(sign) if sign in ("⋆", "∗") else 1.0
    ax.text(0.5, 0.5, sign, ha="center", va="center_baseline", fontsize=fontsize * enlarged)


@cache
def _height(sign: str) -> float:
    """Return a sign's height as a share of the font's size."""
    return float(TextPath((0, 0), sign, size=1).get_extents().height)


def draw_window_steps(
    image: np.ndarray,
    kernel: np.ndarray,
    output: np.ndarray,
    steps: Sequence[tuple[int, int]],
    *,
    stride: int = 1,
    dilation: int = 1,
    zeros: int = 0,
    titles: tuple[str, str, str] = ("Image", "Kernel", "Feature map"),
) -> Figure:
    """Draw how output cells come about: the window, the kernel, the cell, and the written sum.

    Parameters
    ----------
    image
        Array (h, w), with its padding if there is any.
    kernel
        Array (k_h, k_w), as it is laid on the image.
    output
        Array (out_h, out_w); cells after the step shown are left empty.
    steps
        Output cells (row, column) to show, one row of the figure each.
    stride, dilation
        Of the window.
    zeros
        Rows and columns of padding at each edge of `image`.
    titles
        Over the three matrices.

    Returns
    -------
    matplotlib.figure.Figure
    """
    image, kernel, output = np.asarray(image), np.asarray(kernel), np.asarray(output)
    h, w = ((side - 1) * dilation + 1 for side in kernel.shape)
    rows: list[list[Panel | str]] = []
    captions = []
    for i, j in steps:
        patch = image[
            i * stride : i * stride + h : dilation, j * stride : j * stride + w : dilation
        ]
        done = output.astype(float)
        done.flat[np.ravel_multi_index((i, j), output.shape) + 1 :] = np.nan
        rows.append(
            [
                Panel(image, titles[0], [Mark(i * stride, j * stride, h, w, INPUT_COLOR)], zeros),
                "⋆",
                Panel(
                    kernel, titles[1], [Mark(0, 0, kernel.shape[0], kernel.shape[1], KERNEL_COLOR)]
                ),
                "=",
                Panel(done, titles[2], [Mark(i, j, color=OUTPUT_COLOR)]),
            ]
        )
        terms = [f"{number(p)}·{number(k)}" for p, k in zip(patch.flat, kernel.flat, strict=True)]
        captions.append(" + ".join(terms).replace("+ −", "− ") + f"  =  {number(output[i, j])}")
    return draw_equations(rows, captions=captions)


def _sides(part: Panel | str) -> tuple[int, ...]:
    return (1, 1) if isinstance(part, str) else np.atleast_2d(np.asarray(part.values)).shape
