"""A picture laid over a template: ink in both, ink in one only."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from course_utils.plotting.style import ORANGE, SKY, frame_picture

_BOTH, _IMAGE, _TEMPLATE = "white", ORANGE, SKY


def draw_overlays(
    images: Sequence[np.ndarray],
    template: np.ndarray,
    titles: Sequence[str] = (),
    *,
    names: tuple[str, str] = ("the digit", "the template"),
    size: float = 2.5,
) -> Figure:
    """Draw images in a row, each laid over the same template, on black.

    White is ink in both, orange in the image only, sky blue in the template only; of all three,
    the more ink, the brighter.

    Parameters
    ----------
    images
        Arrays (h, w) of ink, none negative; each is scaled by its own largest value.
    template
        Array (h, w), scaled likewise.
    titles
        One for each image, or none.
    names
        What image and template are called in the legend.
    size
        Width of a picture in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are no images, titles aren't as many, or an image hasn't the template's shape.
    """
    ground = _scaled(template)
    if not len(images):
        raise ValueError("images is empty: give at least one image")
    if len(titles) not in (0, len(images)):
        raise ValueError(
            f"titles has {len(titles)} entries for {len(images)} images: give one each, or none"
        )
    fig, axes = plt.subplots(
        1, len(images), squeeze=False, figsize=(size * len(images), size + 0.8)
    )
    for k, (ax, image) in enumerate(zip(axes[0], images)):
        ink = _scaled(image)
        if ink.shape != ground.shape:
            raise ValueError(
                f"images[{k}] has shape {ink.shape} and template {ground.shape}: only pictures of "
                "one shape can lie on each other"
            )
        both = np.minimum(ink, ground)
        parts = {_BOTH: both, _IMAGE: ink - both, _TEMPLATE: ground - both}
        ax.imshow(sum(part[..., None] * to_rgb(color) for color, part in parts.items()))
        frame_picture(ax)
        if titles:
            ax.set_title(titles[k])
    labels = {
        _BOTH: "ink in both",
        _IMAGE: f"only {names[0]}",
        _TEMPLATE: f"only {names[1]}",
    }
    handles = [
        Patch(facecolor=color, edgecolor="0.5", label=label) for color, label in labels.items()
    ]
    fig.legend(handles=handles, loc="outside lower center", ncols=3)
    return fig


def _scaled(ink: np.ndarray) -> np.ndarray:
    values = np.asarray(ink, float)
    return np.clip(values / (values.max() or 1.0), 0, 1)
