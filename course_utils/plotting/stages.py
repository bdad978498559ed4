"""An image on its way through the stages of a layer, all pictures in one scale of pixels."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import SIGNED_CMAP

# Pixels of room for an arrow, as a share of the widest picture.
_ARROW = 0.4


def draw_stages(
    images: Sequence[np.ndarray],
    steps: Sequence[str],
    titles: Sequence[str],
    *,
    signed: Sequence[bool] = (),
    width: float = 10.6,
) -> Figure:
    """Draw pictures in a row with a named arrow from each to the next.

    A pixel is equally large in all pictures, so that one sees which stage makes them smaller.

    Parameters
    ----------
    images
        Arrays (h, w), at least two.
    steps
        What is done between them, one fewer than images; may hold line breaks.
    titles
        One for each image; its size is written below.
    signed
        For each image whether its sign matters: brown below zero, white at zero, blue-green above,
        one scale for all of these. By default none; the others are grey.
    width
        Of the figure, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        One axes an image, then one an arrow.

    Raises
    ------
    ValueError
        If there are fewer than two images, or steps, titles or signed don't fit their number.
    """
    images = [np.asarray(image, float) for image in images]
    if len(images) < 2 or any(image.ndim != 2 for image in images):
        raise ValueError(
            f"images has shapes {[image.shape for image in images]}: give two or more of (h, w)"
        )
    signed = list(signed) or [False] * len(images)
    wanted = {
        "steps": (steps, len(images) - 1),
        "titles": (titles, len(images)),
        "signed": (signed, len(images)),
    }
    for name, (given, count) in wanted.items():
        if len(given) != count:
            raise ValueError(
                f"{name} has {len(given)} entries for {len(images)} images: give {count}"
            )
    widths, heights = zip(*(image.shape[::-1] for image in images))
    arrow = _ARROW * max(widths)
    ratios = [ratio for w in widths for ratio in (w, arrow)][:-1]
    pixel = (width - 0.5) / sum(ratios)
    fig = plt.figure(figsize=(width, max(heights) * pixel + 0.95))
    grid = fig.add_gridspec(1, len(ratios), width_ratios=ratios)
    maps = [image for image, has_sign in zip(images, signed) if has_sign]
    limit = max((float(np.abs(image).max()) for image in maps), default=1.0) or 1.0
    for k, (image, title, has_sign) in enumerate(zip(images, titles, signed)):
        ax = fig.add_subplot(grid[2 * k])
        if has_sign:
            ax.imshow(image, cmap=SIGNED_CMAP, vmin=-limit, vmax=limit)
        else:
            ax.imshow(image, cmap="gray")
        ax.set(title=title, xticks=[], yticks=[], xlabel=f"{image.shape[0]}×{image.shape[1]}")
        ax.spines[:].set(visible=True, color="0.6")
    for k, step in enumerate(steps):
        ax = fig.add_subplot(grid[2 * k + 1])
        ax.annotate(
            "", (1, 0.5), (0, 0.5), arrowprops={"arrowstyle": "-|>", "lw": 2, "color": "0.2"}
        )
        ax.text(0.5, 0.54, step, ha="center", va="bottom", fontsize=13)
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.axis("off")
    return fig
