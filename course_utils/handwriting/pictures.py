"""Pictures in: files and arrays of every usual kind become brightness, 0 black to 1 white."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_numeric
from course_utils.handwriting.pen import resized
from course_utils.picture_opening import opened

LEAST = 8  # pixels along each side of a picture
LONGEST = 1024  # pixels; more of a photograph only cost time

Picture = ArrayLike | str | os.PathLike

_LUMA = (0.299, 0.587, 0.114)  # of red, green, blue: ITU-R BT.601
_DEPTHS = (1, 8, 10, 12, 14, 16)  # bits of a brightness: what white is
_MOST_FRAMES = 60


def grey_of(picture: Picture) -> tuple[str, np.ndarray, float]:
    """Return the brightness of a picture, however it is given.

    Parameters
    ----------
    picture
        See `course_utils.handwriting.like_mnist`.

    Returns
    -------
    name : str
        What to call the picture in a message.
    grey : numpy.ndarray
        Array (h, w), 0 black to 1 white, `LONGEST` pixels at most along the longer side.
    share : float
        How many times as many pixels the picture itself has along a side.

    Raises
    ------
    FileNotFoundError, ValueError
        See `course_utils.handwriting.like_mnist`.
    """
    if isinstance(picture, (str, os.PathLike)):
        name = f"file {os.fspath(picture)!r}"
        with opened(picture, folders=", or use read_folder") as image:
            array = _pixels(image)
    else:
        name = "picture"
        if not isinstance(picture, np.ndarray) and hasattr(picture, "getbands"):
            picture = _pixels(picture)  # an image of Pillow's
        array = as_numeric(name, picture, ("height", "width"), ("height", "width", "colours"))
    if array.ndim == 3 and array.shape[2] not in (1, 3, 4):
        raise ValueError(
            f"{name} has shape {array.shape}: the last axis should be 1 (grey), 3 (red, green, "
            "blue) or 4 (with opacity)"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has NaN or infinity in it: fill the gaps before")
    if min(array.shape[:2]) < LEAST:
        raise ValueError(
            f"{name} is {array.shape[0]}×{array.shape[1]} pixels, too small to be read: "
            f"give at least {LEAST} each way"
        )
    grey = _brightness(array.astype(float) / _white(array))
    if max(grey.shape) <= LONGEST:
        return name, grey, 1.0
    smaller = resized(grey, LONGEST)
    return name, smaller, max(grey.shape) / LONGEST


def _white(array: np.ndarray) -> int:
    """Return the number that stands for white: the largest of the fewest bits that suffice."""
    if array.dtype.kind == "b":
        return 1
    most = float(array.max())
    if array.dtype.kind == "f" and most <= 1:
        return 1
    return next((2**bits - 1 for bits in _DEPTHS if most <= 2**bits - 1), int(most))


def _brightness(array: np.ndarray) -> np.ndarray:
    if array.ndim == 2:
        return array
    colours, opacity = array[..., :3], array[..., 3:]
    if opacity.size:
        opacity = opacity[..., 0]
        if not opacity.any():  # all see-through: what colours there are were meant to be seen
            opacity = np.ones_like(opacity)
        grey = _of_colours(colours)
        weight = opacity.sum()
        # What is drawn on nothing gets the ground on which it can be seen.
        ground = 0.0 if (grey * opacity).sum() > 0.5 * weight else 1.0
        return grey * opacity + ground * (1 - opacity)
    return _of_colours(colours)


def _of_colours(colours: np.ndarray) -> np.ndarray:
    """Return the luma, or where that hardly varies, the colour that does: yellow on white is."""
    if colours.shape[2] == 1:
        return colours[..., 0]
    luma = colours @ np.array(_LUMA)
    some = (slice(None, None, max(1, len(luma) // 256)),) * 2

    def contrast(grey: np.ndarray) -> float:
        return float(np.ptp(np.quantile(grey[some], (0.002, 0.998))))

    channels = [colours[..., k] for k in range(3)]
    best = max(channels, key=contrast)
    return best if contrast(luma) < 0.25 and contrast(best) > 2.5 * contrast(luma) else luma


# --- files --------------------------------------------------------------------------------------


def _pixels(image) -> np.ndarray:
    """Return the pixels of an image of Pillow's, upright, of the frame that shows most."""
    from PIL import ImageOps

    if getattr(image, "n_frames", 1) > 1:
        _seek_fullest(image)
    image.draft(None, (2 * LONGEST, 2 * LONGEST))  # a large JPEG is made smaller as it is read
    # Cameras store how they were held beside the picture.
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith(("I", "F")) or upright.mode in ("L", "1"):
        pixels = np.asarray(upright)
        # An image says how many bits it has; a scanner may use twelve of sixteen.
        return pixels.astype(bool) if upright.mode == "1" else pixels
    transparent = "A" in upright.getbands() or "transparency" in upright.info
    return np.asarray(upright.convert("RGBA" if transparent else "RGB"))


def _seek_fullest(image) -> None:
    """Go to the first frame that shows nearly as much as any: animations often begin blank."""
    spreads = []
    for frame in range(min(image.n_frames, _MOST_FRAMES)):
        image.seek(frame)
        spreads.append(float(np.asarray(image.convert("L"), float).std()))
    image.seek(int(np.argmax(np.array(spreads) >= 0.5 * max(spreads))))
