"""What a kernel makes of an image: the image, the kernel's numbers, and the result in a row."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.matrices import draw_matrix
from course_utils.plotting.style import SIGNED_CMAP, frame_picture, signed_limit


def draw_filtering(
    image: np.ndarray,
    kernel: np.ndarray,
    result: np.ndarray,
    *,
    title: str,
    kernel_title: str = "kernel",
    signed: bool = False,
    size: float = 3.6,
) -> Figure:
    """Draw an image, a small kernel with its numbers, and what the kernel makes of the image.

    Parameters
    ----------
    image, result
        Arrays (h, w). An unsigned result is drawn on the image's own scale of brightness, so that
        brightness can be compared.
    kernel
        Array (k_h, k_w).
    title
        Over the result.
    kernel_title
        Over the kernel.
    signed
        Colour the result brown below zero, white at zero and blue-green above.
    size
        Side of the pictures in inches.

    Returns
    -------
    matplotlib.figure.Figure
    """
    image, result = np.asarray(image), np.asarray(result)
    low, high = float(image.min()), float(image.max())
    fig, (left, middle, right) = plt.subplots(
        1, 3, figsize=(2.62 * size, size), width_ratios=[1, 0.6, 1]
    )
    left.imshow(image, cmap="gray", vmin=low, vmax=high)
    left.set_title("image")
    draw_matrix(middle, kernel, title=kernel_title)
    if signed:
        limit = signed_limit(result)
        right.imshow(result, cmap=SIGNED_CMAP, vmin=-limit, vmax=limit)
    else:
        right.imshow(result, cmap="gray", vmin=low, vmax=high)
    right.set_title(title)
    for ax in (left, right):
        frame_picture(ax)
    return fig
