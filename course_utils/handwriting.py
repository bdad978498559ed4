"""Your own handwriting, prepared as MNIST was: a photograph or a drawing becomes a 28×28 digit.

A photograph is a bright page with dark ink, thousands of pixels wide, lit from one side. A digit of
MNIST is bright ink on black, scaled to fit 20×20 pixels and centred by its mass in 28×28: Y. LeCun,
C. Cortes and C. Burges, "The MNIST database of handwritten digits". A network that has learned the
one is lost on the other, unless `like_mnist` comes in between.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_numeric

SIDE, BOX = 28, 20

_LONGEST = 1024  # pixels; more of a photograph only cost time
_LEAST_INK = 8  # pixels along the longer side of a digit
_LEAST_CONTRAST = 0.06  # of black against white
_NOISE_FACTOR = 5
_FAINT, _SPECK = 0.12, 0.05
_LUMA = (0.299, 0.587, 0.114)  # of red, green, blue: ITU-R BT.601

Picture = ArrayLike | str | os.PathLike


def like_mnist(picture: Picture) -> np.ndarray:
    """Turn a picture of one digit into an image as MNIST's are.

    Parameters
    ----------
    picture
        A file that Pillow can read (PNG, JPEG …), or an array (h, w) of grey, (h, w, 3) of red,
        green and blue, or (h, w, 4) with opacity: integers from 0 to 255, or floats from 0 to 1 or
        255. The ground may be light or dark, and unevenly lit.

    Returns
    -------
    numpy.ndarray
        uint8 (28, 28), 0 (paper) to 255 (ink).

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is no image or damaged, the array isn't one of the above or has NaN in it, or
        there is no ink to be found or too little.
    """
    return stages(picture)["centred by mass"]


def stages(picture: Picture) -> dict[str, np.ndarray]:
    """Return what `like_mnist` makes of a picture, step by step.

    Parameters
    ----------
    picture
        See `like_mnist`.

    Returns
    -------
    dict of numpy.ndarray
        "grey" (h, w), 0 black to 1 white; "ink" (h, w), 0 paper to 1 ink; "cropped" to the ink;
        "fit into 20×20", the longer side 20, the other in proportion; "centred by mass", uint8
        (28, 28).

    Raises
    ------
    FileNotFoundError, ValueError
        See `like_mnist`.
    """
    name, grey = _grey_of(picture)
    ink = _ink_on_paper(name, grey)
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    cropped = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if max(cropped.shape) < _LEAST_INK:
        raise ValueError(
            f"{name} has a digit of {cropped.shape[0]}×{cropped.shape[1]} pixels, too small to be "
            f"read: write larger or go nearer, {_LEAST_INK} pixels are the least"
        )
    fitted = _fit(cropped)
    return {
        "grey": grey,
        "ink": ink,
        "cropped": cropped,
        "fit into 20×20": fitted,
        "centred by mass": _centred(fitted),
    }


def draw_strokes(
    strokes: Sequence[ArrayLike],
    shape: tuple[int, int] = (200, 160),
    *,
    pen: float = 10.0,
    paper: float = 230.0,
    ink: float = 40.0,
    shading: float = 0.0,
    grain: float = 0.0,
    seed: int = 0,
) -> np.ndarray:
    """Draw with a round pen on a page that need not be evenly lit.

    Parameters
    ----------
    strokes
        One or more arrays (points, 2) of x (to the right) and y (down), in pixels. The pen runs
        through the points of each in a smooth curve.
    shape
        Height and width of the page in pixels.
    pen
        Width of the line in pixels.
    paper, ink
        Brightness, 0 to 255; ink may be the lighter of the two.
    shading
        How much darker the page is at its bottom right corner than at its top left one, in
        brightness; the ink lies in the same shade.
    grain
        Standard deviation of the noise in brightness.
    seed
        Of the noise.

    Returns
    -------
    numpy.ndarray
        uint8 (h, w).

    Raises
    ------
    ValueError
        If there are no strokes, one isn't (points, 2) with two points or more, or the pen isn't
        wider than nothing.
    """
    height, width = (as_integer("shape", side, 1) for side in shape)
    if not len(strokes):
        raise ValueError("strokes is empty: give at least one array (points, 2)")
    if not pen > 0:
        raise ValueError(f"pen is {pen}: give a width above 0, in pixels")
    rows, columns = np.mgrid[:height, :width]
    nearest = np.full((height, width), np.inf)
    for stroke in strokes:
        points = as_numeric("strokes", stroke, ("points", "x and y"))
        if points.shape[1] != 2 or len(points) < 2:
            raise ValueError(
                f"strokes has one of shape {points.shape}: give (points, 2), two or more"
            )
        path = _smooth(points.astype(float))
        for (x0, y0), (x1, y1) in zip(path, path[1:]):
            length = max((x1 - x0) ** 2 + (y1 - y0) ** 2, 1e-12)
            along = ((columns - x0) * (x1 - x0) + (rows - y0) * (y1 - y0)) / length
            along = along.clip(0, 1)
            away = np.hypot(columns - x0 - along * (x1 - x0), rows - y0 - along * (y1 - y0))
            nearest = np.minimum(nearest, away)
    covered = (pen / 2 - nearest + 0.5).clip(0, 1)
    shade = shading * (rows / height + columns / width) / 2
    page = paper + covered * (ink - paper) - shade
    page += np.random.default_rng(seed).normal(scale=grain, size=page.shape) if grain else 0
    return page.round().clip(0, 255).astype(np.uint8)


def _smooth(points: np.ndarray, pieces: int = 8) -> np.ndarray:
    """Return points on a curve through all of `points` (E. Catmull and R. Rom, 1974)."""
    padded = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    t = np.linspace(0, 1, pieces, endpoint=False)[:, None]
    curve = [
        0.5
        * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * (b - c) + d - a) * t**3)
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:])
    ]
    return np.concatenate([*curve, points[-1:]])


# --- reading ------------------------------------------------------------------------------------


def _grey_of(picture: Picture) -> tuple[str, np.ndarray]:
    """Return what to call the picture in a message, and its brightness from 0 to 1."""
    if isinstance(picture, (str, os.PathLike)):
        name, array = f"file {os.fspath(picture)!r}", _read(Path(picture))
    else:
        name = "picture"
        array = as_numeric(name, picture, ("height", "width"), ("height", "width", "colours"))
    if array.ndim == 3 and array.shape[2] not in (1, 3, 4):
        raise ValueError(
            f"{name} has shape {array.shape}: the last axis should be 1 (grey), 3 (red, green, "
            "blue) or 4 (with opacity)"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has NaN or infinity in it: fill the gaps before")
    if min(array.shape[:2]) < _LEAST_INK:
        raise ValueError(
            f"{name} is {array.shape[0]}×{array.shape[1]} pixels, too small to be read: "
            f"give at least {_LEAST_INK} each way"
        )
    if array.dtype.kind in "iu":
        white = 255 if array.max() <= 255 else 65535
    else:
        white = 1 if array.dtype.kind == "b" or array.max() <= 1 else 255
    array = array.astype(float) / white
    if array.ndim == 2:
        return name, _smaller(array)
    colours, opacity = array[..., :3], array[..., 3:]
    grey = colours @ _LUMA if colours.shape[2] == 3 else colours[..., 0]
    if opacity.size:
        opacity = opacity[..., 0]
        weight = opacity.sum()
        # What is drawn on nothing gets the ground on which it can be seen.
        ground = 0.0 if weight and (grey * opacity).sum() > 0.5 * weight else 1.0
        grey = grey * opacity + ground * (1 - opacity)
    return name, _smaller(grey)


def _read(path: Path) -> np.ndarray:
    if not path.exists():
        raise FileNotFoundError(
            f"file {os.fspath(path)!r} isn't there (looked in folder {Path.cwd().name!r}): put it "
            "there, check the spelling, or give the whole path"
        )
    if path.is_dir():
        raise ValueError(f"file {os.fspath(path)!r} is a folder: name the picture in it")
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            # Cameras store how they were held beside the picture.
            upright = ImageOps.exif_transpose(image)
            if upright.mode.startswith(("I", "F")) or upright.mode == "L":
                return np.asarray(upright)
            transparent = "A" in upright.getbands() or "transparency" in upright.info
            return np.asarray(upright.convert("RGBA" if transparent else "RGB"))
    except UnidentifiedImageError as error:
        raise ValueError(
            f"file {os.fspath(path)!r} isn't an image that can be read: save it as PNG or JPEG"
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(
            f"file {os.fspath(path)!r} can't be read as an image ({error}): copy it again, or save "
            "it anew as PNG or JPEG"
        ) from error


def _smaller(grey: np.ndarray) -> np.ndarray:
    share = _LONGEST / max(grey.shape)
    if share >= 1:
        return grey
    return _resized(grey, tuple(max(1, round(side * share)) for side in grey.shape))


def _resized(grey: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    image = Image.fromarray(grey.astype(np.float32))
    # A smaller pixel is the mean of those it covers.
    way = Image.Resampling.BOX if shape[0] <= grey.shape[0] else Image.Resampling.BILINEAR
    return np.asarray(image.resize(shape[::-1], way), float)


# --- the four steps -----------------------------------------------------------------------------


def _ink_on_paper(name: str, grey: np.ndarray) -> np.ndarray:
    """Return how much ink there is, 0 to 1, whatever is darker and wherever the light falls."""
    from scipy import ndimage

    away = grey - np.median(_ring(grey))
    before = None
    for _ in range(5):
        inked = np.abs(away) > _threshold(np.abs(away))
        if before is not None and (inked == before).all():
            break
        away, before = grey - _paper(grey, ~inked), inked
    sign = -1 if away[inked].sum() < 0 else 1
    ink = np.maximum(sign * away, 0)
    strong = ink > _threshold(ink)
    full = float(np.quantile(ink[strong], 0.75)) if strong.any() else 0.0
    if full < max(_LEAST_CONTRAST, _NOISE_FACTOR * float(np.std(away[~inked]))):
        raise ValueError(
            f"{name} looks blank, nothing stands out from the ground: write with a darker or "
            "thicker pen, and photograph in even light"
        )
    ink = (ink / full).clip(0, 1)
    # Faint pixels count as ink beside strong ones only; small separate spots are dust.
    regions, count = ndimage.label(ink > _FAINT, structure=np.ones((3, 3)))
    strength = ndimage.sum_labels(np.where(ink > 0.5, ink, 0), regions, np.arange(count + 1))
    strength[0] = 0
    kept = strength >= _SPECK * strength.max()
    kept[0] = False
    return np.where(kept[regions], ink, 0)


def _ring(grey: np.ndarray) -> np.ndarray:
    """Return the pixels near the edge, where there is mostly paper."""
    inner = np.zeros(grey.shape, bool)
    rows, columns = (max(1, side // 12) for side in grey.shape)
    inner[rows:-rows, columns:-columns] = True
    return grey[~inner]


def _threshold(values: np.ndarray) -> float:
    """Return the value that best parts small from large (N. Otsu, 1979)."""
    counts, edges = np.histogram(values, 256)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(invalid="ignore", divide="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1 + np.nanargmax(between)]) if np.isfinite(between).any() else 0.0


def _paper(grey: np.ndarray, is_paper: np.ndarray) -> np.ndarray:
    """Fit a page whose brightness is a quadratic of the place, by least squares."""
    y, x = (np.linspace(-1, 1, side) for side in grey.shape)
    rows, columns = np.nonzero(is_paper)
    # Some thousand pixels fix six numbers as well as a million do.
    some = slice(None, None, max(1, len(rows) // 5_000))
    v, u = y[rows[some]], x[columns[some]]
    terms = np.stack([np.ones_like(u), u, v, u * u, u * v, v * v], axis=-1)
    a, b, c, d, e, f = np.linalg.lstsq(terms, grey[rows[some], columns[some]], rcond=None)[0]
    return (a + b * x + d * x * x) + (c * y + f * y * y)[:, None] + e * np.outer(y, x)


def _fit(cropped: np.ndarray) -> np.ndarray:
    share = BOX / max(cropped.shape)
    fitted = _resized(cropped, tuple(max(1, round(side * share)) for side in cropped.shape))
    return fitted / fitted.max()


def _centred(fitted: np.ndarray) -> np.ndarray:
    image = np.zeros((SIDE, SIDE), np.uint8)
    place = []
    for axis, side in enumerate(fitted.shape):
        mass = fitted.sum(axis=1 - axis)
        middle = float(np.arange(side) @ mass / mass.sum())
        place.append(min(max(round(SIDE / 2 - middle), 0), SIDE - side))
    (top, left), (height, width) = place, fitted.shape
    image[top : top + height, left : left + width] = np.rint(255 * fitted.clip(0, 1))
    return image
