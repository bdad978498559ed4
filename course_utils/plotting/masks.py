"""Canvases with the class of each pixel in colour."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_numeric
from course_utils.plotting.style import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    frame_picture,
)

# Ten colours can't all be told apart by everybody: the class is written beside its ink as well.
_COLORS = (SKY, ORANGE, GREEN, YELLOW, BLUE, VERMILION, PURPLE, "#B5A642", "#999999", "#7B5EA7")
_LABELLED = 12  # pixels that hang together, from which on their class is written
_DIM = 0.35


def draw_masks(
    images: ArrayLike,
    masks: ArrayLike | Mapping[str, ArrayLike],
    *,
    paper: int = 10,
    size: float = 2.2,
) -> Figure:
    """Draw canvases and lay the class of each pixel over them, in colour and as a number.

    Parameters
    ----------
    images
        Array (n, height, width), brightness from 0 to 255, drawn dimmed.
    masks
        Array (n, height, width) with the class 0 to 9 of each pixel, or `paper`; or several such
        arrays by their names, each of which gets a row, so that the same canvas can be compared
        from top to bottom.
    paper
        The class that has no colour.
    size
        Width of a canvas in inches.

    Returns
    -------
    matplotlib.figure.Figure
        One axes for each canvas and row. A class is written once for each of its pieces of at
        least 12 pixels.

    Raises
    ------
    ValueError
        If images and masks differ in shape, there are none, or a class is above 9.
    """
    from scipy import ndimage

    images = as_numeric("images", images, ("images", "height", "width"))
    paper = as_integer("paper", paper, 0)
    rows = dict(masks) if isinstance(masks, Mapping) else {"": masks}
    if not rows or not len(images):
        raise ValueError("there is nothing to draw: give at least one canvas and one mask")
    fig, axes = plt.subplots(
        len(rows),
        len(images),
        squeeze=False,
        figsize=(size * len(images) + 0.3 * (len(rows) > 1), size * len(rows)),
    )
    for line, (name, given) in zip(axes, rows.items(), strict=True):
        classes = as_numeric("masks", given, ("images", "height", "width"))
        if classes.shape != images.shape:
            raise ValueError(
                f"masks has shape {classes.shape} and images {images.shape}: give a class for "
                "each pixel"
            )
        found = np.unique(classes[classes != paper])
        if found.size and found[-1] >= len(_COLORS):
            raise ValueError(f"masks holds class {found[-1]}: classes run from 0 to 9")
        for ax, image, mask in zip(line, images, classes, strict=True):
            ink = image / 255.0
            picture = np.repeat(_DIM * ink[..., np.newaxis], 3, axis=-1)
            for k in np.unique(mask[mask != paper]):
                picture[mask == k] = np.array(to_rgb(_COLORS[k])) * (
                    0.5 + 0.5 * ink[mask == k][:, np.newaxis]
                )
                pieces, count = ndimage.label(mask == k, np.ones((3, 3)))
                for piece in range(1, count + 1):
                    _write(ax, pieces == piece, str(k))
            ax.imshow(picture)
            frame_picture(ax)
        if name:
            line[0].set_ylabel(name)
    return fig


def _write(ax: Axes, piece: np.ndarray, text: str) -> None:
    """Write a class on the pixel of its piece that is nearest to the piece's middle."""
    places = np.argwhere(piece)
    if len(places) < _LABELLED:
        return
    middle = places.mean(axis=0)
    row, column = places[((places - middle) ** 2).sum(axis=1).argmin()]
    ax.text(
        column,
        row,
        text,
        ha="center",
        va="center",
        color="white",
        fontweight="bold",
        path_effects=[patheffects.withStroke(linewidth=3, foreground="black")],
    )
