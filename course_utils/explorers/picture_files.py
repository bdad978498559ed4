"""Pictures on their way between Python and a page: read, made grey, put into an address."""

from __future__ import annotations

import base64
import io
import os

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_numeric
from course_utils.picture_opening import opened

SIDE = 256
_LUMA = (0.299, 0.587, 0.114)  # of red, green, blue: ITU-R BT.601
_SMALL = 64  # pixels, up to which PNG costs little
_QUALITY = 80


def grey_of(picture: ArrayLike | str | os.PathLike) -> np.ndarray:
    """Return a picture as uint8 (h, w): grey, and the middle of it if it is larger than 256×256.

    Parameters
    ----------
    picture
        A file that Pillow reads, or an array (h, w) of grey, (h, w, 3) of colours or (h, w, 4) with
        opacity; integers from 0 to 255, or floats from 0 to 1.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is no image, or the array is none of the above.
    """
    if isinstance(picture, (str, os.PathLike)):
        from PIL import ImageOps

        with opened(picture) as image:
            # Cameras store how they were held beside the picture.
            picture = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    array = as_numeric("image", picture, ("height", "width"), ("height", "width", "colours"))
    if array.ndim == 3 and array.shape[2] not in (3, 4):
        raise ValueError(
            f"image has shape {array.shape}: the last axis should be 3 (red, green, blue) or 4 "
            "(with opacity)"
        )
    if not np.isfinite(array).all():
        raise ValueError("image has NaN or infinity in it: fill the gaps before")
    white = 1 if array.dtype.kind in "fb" and array.max() <= 1 else 255
    grey = array[..., :3] @ np.array(_LUMA) if array.ndim == 3 else array
    grey = np.clip(np.round(grey * (255 / white)), 0, 255).astype(np.uint8)
    return _middle(grey) if max(grey.shape) > SIDE else grey


def as_address(grey: np.ndarray) -> str:
    """Return a picture, uint8 (h, w), as an address that holds it: WebP, or a PNG if small."""
    from PIL import Image

    content = io.BytesIO()
    kind = "png" if max(grey.shape) <= _SMALL else "webp"
    Image.fromarray(grey).save(content, kind, quality=_QUALITY, method=6)
    return f"data:image/{kind};base64,{base64.b64encode(content.getvalue()).decode('ascii')}"


def picture_in(address: str) -> np.ndarray:
    """Return the picture, uint8 (h, w), of an address such as `as_address` makes."""
    from PIL import Image

    content = base64.b64decode(address.partition(",")[2])
    with Image.open(io.BytesIO(content)) as opened:
        return np.asarray(opened.convert("L"))


def _middle(grey: np.ndarray) -> np.ndarray:
    from PIL import Image

    h, w = grey.shape
    side = min(h, w)
    top, left = (h - side) // 2, (w - side) // 2
    square = Image.fromarray(grey[top : top + side, left : left + side])
    small = min(side, SIDE)
    return np.asarray(square.resize((small, small), Image.Resampling.LANCZOS))


def with_few_colours(png: bytes, most: int) -> bytes:
    """Return a PNG with a palette: a third of the bytes, and notebooks stay small."""
    from PIL import Image

    content = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        few = image.convert("RGB").quantize(most, dither=Image.Dither.NONE)
        few.save(content, "png", optimize=True)
    return content.getvalue()
