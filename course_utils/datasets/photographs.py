"""Photographs: the one of the course, and any picture file of the reader's own."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from course_utils.picture_opening import opened

if TYPE_CHECKING:
    from PIL.Image import Image as Picture


@cache
def course_photo(longest: int) -> NDArray[np.uint8]:
    """Return the portrait that comes with Matplotlib, read-only, `longest` pixels at most."""
    from matplotlib.cbook import get_sample_data
    from matplotlib.image import imread

    photo = imread(get_sample_data("grace_hopper.jpg", asfileobj=False), format="jpg")
    if max(photo.shape) > longest:
        from PIL import Image

        photo = _within(Image.fromarray(photo), longest)
    photo.flags.writeable = False
    return photo


def read_photo(file: str | os.PathLike[str], longest: int) -> NDArray[np.uint8]:
    """Return a picture file as red, green and blue; see `course_utils.datasets.load_photo`."""
    with opened(file) as picture:
        return _colours(picture, longest)


def _colours(picture: Picture, longest: int) -> NDArray[np.uint8]:
    """Return what a viewer would show: upright, on white, 8 bits, `longest` pixels at most."""
    from PIL import Image, ImageOps

    picture.draft("RGB", (2 * longest, 2 * longest))  # a large JPEG is made smaller as it is read
    # Cameras store how they were held beside the picture.
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith(("I", "F")):
        upright = Image.fromarray(_in_eight_bits(np.asarray(upright)))
    if "A" in upright.getbands() or "transparency" in upright.info:
        clear = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return _within(upright.convert("RGB"), longest)


def _within(colours: Picture, longest: int) -> NDArray[np.uint8]:
    from PIL import Image

    # Averages the pixels that become one, so that fine patterns don't turn into coarse ones.
    colours.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.array(colours)


def _in_eight_bits(grey: np.ndarray) -> NDArray[np.uint8]:
    """Return a grey picture of more bits, or of fractions, in eight: black 0, white 255."""
    values = np.nan_to_num(grey.astype(float))
    most = float(values.max())
    if grey.dtype.kind == "f" and most <= 1:
        white = 1.0
    else:  # of a scanner's sixteen bits often only twelve are used
        white = next((2.0**bits - 1 for bits in (8, 10, 12, 14, 16) if most < 2**bits), most)
    return np.clip(np.round(values * (255 / white)), 0, 255).astype(np.uint8)
