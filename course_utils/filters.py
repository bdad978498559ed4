"""The named kernels of the course, each with its English and Chinese title and its source.

The gradient kernels carry two sign conventions. The plain `vertical` and `horizontal` kernels, as
lectures print them, subtract what lies to the right (or below) from what lies to the left (above);
Sobel's and Scharr's do the opposite. A step from dark to bright, left to right, therefore answers
negatively in one and positively in the other.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_amount, as_numeric
from course_utils.convolution import correlate2d
from course_utils.memory import within_memory


class Filter(NamedTuple):
    """A named kernel.

    Attributes
    ----------
    kernel
        Read-only `float64` array (3, 3), to be slid over the image as it is (cross-correlation).
    title, title_zh
        What it is called in English and in Chinese.
    effect
        What it does to an image, in a few words.
    source
        Where it comes from.
    """

    kernel: np.ndarray
    title: str
    title_zh: str
    effect: str
    source: str


def _filter(
    rows: list[list[float]], title: str, title_zh: str, effect: str, source: str, scale: float = 1
) -> Filter:
    kernel = np.array(rows, dtype=np.float64) / scale
    kernel.setflags(write=False)
    return Filter(kernel, title, title_zh, effect, source)


_SOBEL = "I. Sobel and G. Feldman, Stanford Artificial Intelligence Project (1968)"
_SCHARR = "H. Scharr, Optimale Operatoren in der digitalen Bildverarbeitung, Heidelberg (2000)"
_PREWITT = "J. Prewitt, Object enhancement and extraction (1970), up to the sign"
_CLASSIC = "R. Gonzalez and R. Woods, Digital Image Processing, chapter 3"

FILTERS: dict[str, Filter] = {
    "identity": _filter(
        [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        "Identity",
        "恒等",
        "returns the image unchanged",
        "the neutral element of convolution, a discrete unit impulse",
    ),
    "edge": _filter(
        [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
        "Edge detection",
        "边缘检测",
        "answers zero on flat areas and strongly where the centre differs from its surroundings",
        f"the negative discrete Laplacian over eight neighbours; {_CLASSIC}",
    ),
    "sharpen": _filter(
        [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
        "Sharpen",
        "锐化",
        "adds to each pixel what sets it apart from its four neighbours",
        f"the identity minus the Laplacian over four neighbours; {_CLASSIC}",
    ),
    "box_blur": _filter(
        [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
        "Box blur",
        "均值模糊",
        "replaces each pixel by the mean of its 3×3 neighbourhood",
        f"the moving average in two dimensions; {_CLASSIC}",
        scale=9,
    ),
    "gaussian_blur": _filter(
        [[1, 2, 1], [2, 4, 2], [1, 2, 1]],
        "Gaussian blur",
        "高斯模糊",
        "averages the neighbourhood with weights that fall away from the centre",
        f"the binomial approximation of a Gaussian; {_CLASSIC}",
        scale=16,
    ),
    "vertical": _filter(
        [[1, 0, -1], [1, 0, -1], [1, 0, -1]],
        "Upright edges",
        "垂直边缘",
        "left minus right: negative where the image becomes brighter to the right",
        _PREWITT,
    ),
    "horizontal": _filter(
        [[1, 1, 1], [0, 0, 0], [-1, -1, -1]],
        "Level edges",
        "水平边缘",
        "top minus bottom: negative where the image becomes brighter downwards",
        _PREWITT,
    ),
    "sobel_x": _filter(
        [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
        "Sobel, upright edges",
        "索贝尔算子（水平梯度）",
        "right minus left, the middle row counted twice",
        _SOBEL,
    ),
    "sobel_y": _filter(
        [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
        "Sobel, level edges",
        "索贝尔算子（垂直梯度）",
        "bottom minus top, the middle column counted twice",
        _SOBEL,
    ),
    "scharr_x": _filter(
        [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
        "Scharr, upright edges",
        "沙尔算子（水平梯度）",
        "right minus left, weighted for a more accurate direction of the gradient than Sobel's",
        _SCHARR,
    ),
    "scharr_y": _filter(
        [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
        "Scharr, level edges",
        "沙尔算子（垂直梯度）",
        "bottom minus top, weighted for a more accurate direction of the gradient than Sobel's",
        _SCHARR,
    ),
}


@within_memory("radius")
def direction_error(kernel_x: ArrayLike, kernel_y: ArrayLike, *, radius: float = 6) -> float:
    """Return how far a pair of gradient kernels misses the gradient's direction, on a round blob.

    The brightness exp(−(r / radius)²) falls evenly in all directions from the centre, so that its
    true gradient points at the centre. The error is the mean over the ring 3 < r < 2·radius, where
    the gradient is neither flat nor faint; a pair of opposite sign counts as the same direction.

    Parameters
    ----------
    kernel_x, kernel_y
        Arrays (3, 3): the derivative along the columns' and along the rows' direction.
    radius
        Of the blob, in pixels.

    Returns
    -------
    float
        Mean absolute error in degrees.

    Raises
    ------
    ValueError
        If a kernel isn't a matrix of real numbers, or the radius isn't larger than 1.5, which
        leaves no ring to measure on.
    """
    radius = as_amount("radius", radius, "use more than 1.5 pixels")
    if radius <= 1.5:
        raise ValueError(f"radius is {radius}: use more than 1.5 pixels")
    kernel_x, kernel_y = (
        as_numeric(name, kernel, ("height", "width"))
        for name, kernel in (("kernel_x", kernel_x), ("kernel_y", kernel_y))
    )
    reach = int(np.ceil(2 * radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    r = np.hypot(x, y)
    blob = np.exp(-((r / radius) ** 2))
    gx = correlate2d(blob, kernel_x, padding="same")
    gy = correlate2d(blob, kernel_y, padding="same")
    off = np.arctan2(gy * -x - gx * -y, gx * -x + gy * -y)
    off = np.minimum(np.abs(off), np.pi - np.abs(off))
    return float(np.degrees(off[(r > 3) & (r < 2 * radius)].mean()))
