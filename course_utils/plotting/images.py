"""Pictures side by side: photographs, digits, and feature maps with their signs."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import SIGNED_CMAP, signed_limit


def draw_images(
    images: Sequence[np.ndarray],
    titles: Sequence[str] = (),
    *,
    columns: int = 5,
    signed: bool | Sequence[bool] = False,
    same_scale: bool = False,
    size: float = 2.2,
    colorbar: bool = False,
) -> Figure:
    """Draw images in a grid.

    Parameters
    ----------
    images
        Arrays (h, w) or (h, w, 3); they may differ in size.
    titles
        One for each image, or none.
    columns
        Pictures in a row.
    signed
        Colour below zero brown and above zero blue-green, white at zero, for maps with both signs:
        for all images, or one truth value for each.
    same_scale
        Give all pictures one scale of brightness; otherwise each has its own.
    size
        Width of a picture in inches.
    colorbar
        Draw a scale beside the grid; needs `same_scale`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are no images, or `titles` or `signed` aren't as many as images.
    """
    images = [np.asarray(image) for image in images]
    if not images:
        raise ValueError("images is empty: give at least one image")
    if len(titles) not in (0, len(images)):
        raise ValueError(
            f"titles has {len(titles)} entries for {len(images)} images: give one each, or none"
        )
    signs = [signed] * len(images) if isinstance(signed, bool) else list(signed)
    if len(signs) != len(images):
        raise ValueError(
            f"signed has {len(signs)} entries for {len(images)} images: give one each, or one bool"
        )
    if colorbar and not same_scale:
        raise ValueError("colorbar is True without same_scale: one scale needs same_scale=True")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    shape = np.array([image.shape[:2] for image in images]).max(axis=0)
    height = size * shape[0] / shape[1] + (0.45 if titles else 0.08)
    fig, axes = plt.subplots(
        rows, columns, squeeze=False, figsize=(columns * size + 0.9 * colorbar, rows * height)
    )
    lows, highs = _scales(images, signs, same_scale)
    for ax in axes.flat:
        ax.axis("off")
    for k, (ax, image) in enumerate(zip(axes.flat, images)):
        drawn = ax.imshow(
            image, cmap=SIGNED_CMAP if signs[k] else "gray", vmin=lows[k], vmax=highs[k]
        )
        if titles:
            ax.set_title(titles[k])
    if colorbar:
        fig.colorbar(drawn, ax=axes, shrink=0.8)
    return fig


def _scales(
    images: list[np.ndarray], signs: list[bool], same: bool
) -> tuple[list[float], list[float]]:
    lows = [float(image.min()) for image in images]
    highs = [float(image.max()) for image in images]
    if same:
        lows, highs = [min(lows)] * len(images), [max(highs)] * len(images)
    for k, signed in enumerate(signs):
        if signed:
            limit = max(abs(lows[k]), abs(highs[k])) if same else signed_limit(images[k])
            lows[k], highs[k] = -(limit or 1.0), limit or 1.0
    return lows, highs
