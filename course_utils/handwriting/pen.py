"""From cut-out ink to a digit as MNIST's are: the width of the pen, the size, and the place.

MNIST's digits were scaled to fit 20×20 pixels and centred by their mass in 28×28, and their strokes
are 1.2 to 4.5 pixels wide, half of them 1.8 to 2.8. A ball pen on a large page leaves a fifth of a
pixel after the scaling: a shape that is legible and that no network has seen.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

SIDE, BOX = 28, 20

# Stroke widths in pixels of the 20×20, as measured on MNIST's training digits: a tenth of them are
# thinner than the least, one in fifty is wider than the most; the usual width is the median.
THINNEST, USUAL, WIDEST = 1.7, 2.25, 4.3

_BLOT = 9.0  # pixels of the 20×20: wider than this it is no stroke, and stays as it is
_FINE = 4  # the pen is measured and changed on a grid so many times as fine as MNIST's


def stroke_width(ink: np.ndarray) -> float:
    """Return how wide the strokes are, in pixels: twice the way from their middle line to paper.

    Parameters
    ----------
    ink
        Array (h, w), 0 paper to 1 ink.

    Returns
    -------
    float
        The median over the middle line of the strokes, 0.0 without ink.
    """
    inked = np.pad(ink > 0.5 * ink.max(), 1)
    away = ndimage.distance_transform_edt(inked)
    middle = inked & (away == ndimage.maximum_filter(away, 3))
    if not middle.any():
        return 0.0
    return float(2 * np.median(away[middle]) - 1)


def with_usual_pen(cropped: np.ndarray) -> np.ndarray:
    """Make strokes that are thinner or wider than MNIST's as wide as MNIST's usually are.

    Parameters
    ----------
    cropped
        Array (h, w) of ink cropped to the digit, 0 paper to 1 ink.

    Returns
    -------
    numpy.ndarray
        The same array where its strokes are of MNIST's width already; else a larger or smaller
        picture of it, cropped, whose longer side is about 80 pixels. A stroke is widened by a grey
        dilation with a disc, narrowed by a grey erosion.
    """
    side = _FINE * BOX
    fine = resized(cropped, side)
    width = stroke_width(fine) / _FINE
    if THINNEST <= width <= WIDEST or width > _BLOT:
        return cropped
    if width < THINNEST:
        # A hair's line lost its black in the scaling; its own darkest pixels are ink.
        fine = _strengthened(fine)
        radius = max(1, round(_FINE * (USUAL - width) / 2))
        changed = ndimage.grey_dilation(np.pad(fine, radius), footprint=_disc(radius))
        # The pen's round end makes the digit larger; scaled back, the pen would be too thin again.
    else:
        radius = max(1, round(_FINE * (width - WIDEST) / 2))
        changed = ndimage.grey_erosion(np.pad(fine, 1), footprint=_disc(radius))
        if changed.max() < 0.5:
            return cropped
    return cropped_to(changed, 0.05)


def fit(cropped: np.ndarray) -> np.ndarray:
    """Scale a digit so that its longer side is 20, its strongest pixel 1."""
    fitted = resized(cropped, BOX)
    return fitted / fitted.max()


def centred(fitted: np.ndarray) -> np.ndarray:
    """Put a digit into 28×28 so that its centre of mass is the middle: uint8, 255 ink."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    place = []
    for axis, side in enumerate(fitted.shape):
        mass = fitted.sum(axis=1 - axis)
        middle = float(np.arange(side) @ mass / mass.sum())
        place.append(min(max(round(SIDE / 2 - middle), 0), SIDE - side))
    (top, left), (height, width) = place, fitted.shape
    image[top : top + height, left : left + width] = np.rint(255 * fitted.clip(0, 1))
    return image


def resized(grey: np.ndarray, longest: int) -> np.ndarray:
    """Scale an array so that its longer side is `longest`; no side falls below one pixel."""
    from PIL import Image

    share = longest / max(grey.shape)
    shape = tuple(max(1, round(side * share)) for side in grey.shape)
    image = Image.fromarray(grey.astype(np.float32))
    # A smaller pixel is the mean of those it covers.
    way = Image.Resampling.BOX if share <= 1 else Image.Resampling.BILINEAR
    return np.asarray(image.resize(shape[::-1], way), float)


def cropped_to(ink: np.ndarray, least: float = 0.0) -> np.ndarray:
    """Cut away the rows and columns at the edges where nothing exceeds `least`."""
    rows, columns = (np.flatnonzero((ink > least).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _strengthened(fine: np.ndarray) -> np.ndarray:
    """Raise faint lines to full ink: each pixel against the strongest in its neighbourhood."""
    around = ndimage.maximum_filter(fine, 2 * _FINE + 1)
    strong = np.maximum(around, 0.25 * fine.max())
    return (fine / strong).clip(0, 1)


def _disc(radius: int) -> np.ndarray:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    return x * x + y * y <= radius * radius + radius
