"""An image and the numbers it is made of."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_utils.plotting.style import VERMILION


def draw_pixels(image: np.ndarray, top: int, left: int, height: int, width: int) -> Figure:
    """Draw a grey image with a frame on one region, and beside it the region's pixel values.

    Parameters
    ----------
    image
        Array (h, w) of whole numbers from 0 (black) to 255 (white).
    top, left, height, width
        The region, in pixels.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the region doesn't lie inside the image.
    """
    image = np.asarray(image)
    h, w = image.shape
    if not (0 <= top < top + height <= h and 0 <= left < left + width <= w):
        raise ValueError(
            f"the region of {height}×{width} at ({top}, {left}) leaves the image {h}×{w}: "
            "choose top, left, height and width inside it"
        )
    fig, (whole, region) = plt.subplots(1, 2, figsize=(9.6, 4.6))
    whole.imshow(image, cmap="gray", vmin=0, vmax=255)
    whole.set(title=f"{h}×{w} pixels", xticks=[], yticks=[])
    whole.add_patch(
        Rectangle(
            (left - 0.5, top - 0.5), width, height, fill=False, edgecolor=VERMILION, linewidth=4
        )
    )
    part = image[top : top + height, left : left + width]
    region.imshow(part, cmap="gray", vmin=0, vmax=255)
    region.set(title="the frame's numbers", xticks=[], yticks=[])
    for (i, j), value in np.ndenumerate(part):
        region.text(
            j,
            i,
            f"{value:.0f}",
            ha="center",
            va="center",
            color="black" if value > 127 else "white",
        )
    return fig
