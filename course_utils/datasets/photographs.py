"""Photographs: the one of the course, and any picture file of the reader's own."""

from __future__ import annotations

import os
import re
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_ADDRESS = re.compile(r"(https?|ftp|file|data):", re.IGNORECASE)


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
    if not isinstance(file, (str, os.PathLike)):
        raise ValueError(
            f"path is {type(file).__name__}, not a file's name: give a text such as 'mine.jpg'"
        )
    given = os.fspath(file)
    name = f"file {given!r}"
    if not given.strip():
        raise ValueError(f"{name} has no name: give the picture's, such as 'mine.jpg'")
    if _ADDRESS.match(given):
        raise ValueError(
            f"{name} is an address, not a file: save the picture on this computer (in the browser: "
            "right click, Save image as), then give the file's name"
        )
    path = Path(given).expanduser()
    if path.is_dir():
        raise ValueError(f"{name} is a folder: name the picture in it, such as {given}/mine.jpg")
    if not path.exists():
        raise FileNotFoundError(
            f"{name} isn't there (looked in folder {path.absolute().parent.name!r}): put it "
            "there, check the spelling and the ending, or give the whole path"
        )
    return _read(path, name, longest)


def _read(path: Path, name: str, longest: int) -> NDArray[np.uint8]:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Large photographs are welcome; Pillow still refuses what would fill the memory.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                return _colours(picture, longest)
    except UnidentifiedImageError as error:
        if _is_heic(path):
            raise ValueError(
                f"{name} is a HEIC photograph, the iPhone's own kind, which can't be read here: "
                "open it on the phone or computer, export or share it as JPEG, and give that file"
            ) from error
        raise ValueError(
            f"{name} isn't a picture that can be read: save it as PNG or JPEG"
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(
            f"{name} can't be read as a picture ({error}): copy it again, or save it anew as PNG "
            "or JPEG"
        ) from error


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


def _is_heic(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(32)
    return start[4:8] == b"ftyp" and any(brand in start[8:] for brand in _HEIC_BRANDS)
