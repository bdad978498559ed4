"""Pictures side by side, on one scale: photographs, digits, and feature maps with their signs."""

from collections.abc import Hashable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import SIGNED_CMAP, frame_picture, signed_limit


def draw_images(
    images: Sequence[np.ndarray],
    titles: Sequence[str] = (),
    *,
    columns: int = 5,
    signed: bool | Sequence[bool] = False,
    same_scale: bool | Sequence[Hashable] = True,
    brightness: tuple[float, float] | None = None,
    size: float = 2.2,
    colorbar: bool = False,
) -> Figure:
    """Draw images in a grid, equal numbers equally bright.

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
        Which pictures can be compared. By default all grey ones share one scale of brightness, and
        all signed ones one of colours. False gives each its own, from its least value to its
        largest; a name for each picture lets those of one name share, for a photograph beside two
        maps: ``["photo", "map", "map"]``. Pictures in colour (h, w, 3) are drawn as they are.
    brightness
        What is drawn black and what white in the grey pictures; values beyond are cut off. By
        default the least and the largest value.
    size
        Width of a picture in inches.
    colorbar
        Draw a scale beside the grid; needs pictures that all share one.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are no images, `titles`, `signed` or the names in `same_scale` aren't as many as
        images, a colorbar is asked for where there is more than one scale, or black isn't below
        white.
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
    groups = _groups(same_scale, signs)
    if colorbar and len(set(groups)) > 1:
        raise ValueError(
            "colorbar is True, but the pictures don't share one scale: leave same_scale True and "
            "draw either grey or signed pictures"
        )
    if brightness is not None and not brightness[0] < brightness[1]:
        raise ValueError(f"brightness is {brightness}: give (black, white), black below white")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    shape = np.array([image.shape[:2] for image in images]).max(axis=0)
    height = size * shape[0] / shape[1] + (0.45 if titles else 0.08)
    fig, axes = plt.subplots(
        rows, columns, squeeze=False, figsize=(columns * size + 0.9 * colorbar, rows * height)
    )
    lows, highs = _scales(images, signs, groups, brightness)
    for ax in axes.flat:
        ax.axis("off")
    for k, (ax, image) in enumerate(zip(axes.flat, images)):
        drawn = ax.imshow(
            image, cmap=SIGNED_CMAP if signs[k] else "gray", vmin=lows[k], vmax=highs[k]
        )
        frame_picture(ax)
        if titles:
            ax.set_title(titles[k])
    if colorbar:
        fig.colorbar(drawn, ax=axes, shrink=0.8)
    return fig


def _groups(same_scale: bool | Sequence[Hashable], signs: list[bool]) -> list[Hashable]:
    """Return for each picture the name of its scale: grey and signed ones never share."""
    if isinstance(same_scale, bool):
        names: list[Hashable] = [0] * len(signs) if same_scale else list(range(len(signs)))
    else:
        names = list(same_scale)
        if len(names) != len(signs):
            raise ValueError(
                f"same_scale has {len(names)} entries for {len(signs)} images: give one name each, "
                "or one bool"
            )
    return list(zip(names, signs))


def _scales(
    images: list[np.ndarray],
    signs: list[bool],
    groups: list[Hashable],
    brightness: tuple[float, float] | None,
) -> tuple[list[float], list[float]]:
    lows, highs = [0.0] * len(images), [1.0] * len(images)
    for group in set(groups):
        members = [k for k, other in enumerate(groups) if other == group]
        # A picture in colour has no scale.
        flat = [images[k].astype(float) for k in members if images[k].ndim == 2]
        if signs[members[0]]:
            high = max((signed_limit(image) for image in flat if image.any()), default=1.0)
            low = -high
        else:
            low, high = brightness or (
                min((float(image.min()) for image in flat), default=0.0),
                max((float(image.max()) for image in flat), default=1.0),
            )
            if low == high:  # all of one brightness: 0 is black
                low, high = min(low, 0.0), max(high, 0.0) or 1.0
        for k in members:
            lows[k], highs[k] = low, high
    return lows, highs
