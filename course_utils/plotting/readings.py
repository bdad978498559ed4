"""What became of one picture of a digit: the steps, what a network read, and where it looked."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_utils.plotting.style import BLUE, ORANGE, frame_picture

_OPACITY = 0.8


def draw_reading(
    steps: Mapping[str, ArrayLike],
    probabilities: ArrayLike,
    heat: ArrayLike,
    *,
    extent: tuple[float, float, float, float] | None = None,
    title: str = "",
    width: float = 10.6,
) -> Figure:
    """Draw the way of a picture to 28×28, and below it what was read and from where.

    Parameters
    ----------
    steps
        Images (h, w) by name, as `course_utils.handwriting.stages` gives them; the last is what the
        network was shown. Each has a scale of its own.
    probabilities
        Array (classes,).
    heat
        Array (h, w) without negative numbers, drawn over the last image, the more orange the
        larger.
    extent
        Of the heat on the last image, in pixels: left, right, bottom, top, the middle of the first
        pixel being 0; by default the whole image.
    title
        Written above the bars.
    width
        Of the figure, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        One axes for each step, then one with the heat, then one with the bars.

    Raises
    ------
    ValueError
        If there are no steps, or `probabilities` or `heat` have another shape or negative numbers.
    """
    images = {name: np.asarray(image) for name, image in steps.items()}
    shares, cells = np.asarray(probabilities, float), np.asarray(heat, float)
    if not images:
        raise ValueError("steps is empty: give at least one image")
    if shares.ndim != 1:
        raise ValueError(f"probabilities has shape {shares.shape}: give one number for each class")
    if cells.ndim != 2 or not cells.min() >= 0:
        raise ValueError(
            f"heat has shape {cells.shape}: give an array (h, w) without negative numbers"
        )
    fig = plt.figure(figsize=(width, 5.0))
    grid = fig.add_gridspec(2, 1, height_ratios=(1, 1.25))
    above, below = fig.add_subfigure(grid[0]), fig.add_subfigure(grid[1])
    for ax, (name, image) in zip(np.ravel(above.subplots(1, len(images))), images.items()):
        ax.imshow(image, cmap="gray")
        ax.axis("off")
        frame_picture(ax)
        ax.set_title(name)
    looked, bars = below.subplots(1, 2, width_ratios=(1, 2.2))
    last = list(images.values())[-1]
    high, wide = last.shape
    whole = (-0.5, wide - 0.5, high - 0.5, -0.5)
    colours = np.empty((*cells.shape, 4))
    colours[..., :3] = to_rgb(ORANGE)
    colours[..., 3] = _OPACITY * cells / (cells.max() or 1.0)
    looked.imshow(last, cmap="gray", extent=whole)
    looked.imshow(colours, extent=extent or whole)
    looked.set(xlim=whole[:2], ylim=whole[2:], xticks=(), yticks=())
    bars.bar(
        range(len(shares)), shares, color=[BLUE if k else "0.6" for k in shares == shares.max()]
    )
    bars.set(ylim=(0, 1.02), xticks=range(len(shares)), yticks=(0, 0.5, 1), title=title)
    bars.set(ylabel="probability")
    bars.tick_params(axis="x", length=0)
    return fig
