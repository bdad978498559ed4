"""A picture file, opened: one way, and one set of messages, for all who read one."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

# A Path has made one slash of the two after the colon.
_ADDRESS = re.compile(r"(https?|ftp|file|data):", re.IGNORECASE)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_HEIC = (
    "is a HEIC photograph, the iPhone's own kind, which can't be read here. Two steps: open it on "
    "the phone or computer and export or share it as JPEG; then give that file. (Settings, Camera, "
    "Formats, Most Compatible makes the next photographs JPEG.)"
)


@contextmanager
def opened(file: str | os.PathLike, folders: str = "") -> Iterator[Picture]:
    """Open a picture file by Pillow; what goes wrong, while it is read as well, is said plainly.

    Parameters
    ----------
    file
        The file's name; ``~`` is the home folder.
    folders
        What else to try where the file is a folder: the end of that message.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If `file` is no name, an address or a folder, a HEIC photograph, no picture, or a damaged
        one.
    """
    if not isinstance(file, (str, os.PathLike)):
        raise ValueError(
            f"path is {type(file).__name__}, not a file's name: give a text such as 'mine.jpg'"
        )
    given = os.fspath(file)
    name = f"file {given!r}"
    if isinstance(given, bytes):
        given = os.fsdecode(given)
    if not given.strip():
        raise ValueError(f"{name} has no name: give the picture's, such as 'mine.jpg'")
    if _ADDRESS.match(given):
        raise ValueError(
            f"{name} is an address, not a file: save the picture on this computer (in the browser: "
            "right click, Save image as), then give the file's name"
        )
    path = Path(given).expanduser()
    if path.is_dir():
        raise ValueError(
            f"{name} is a folder: name the picture in it, such as {given}/mine.jpg{folders}"
        )
    if not path.exists():
        raise FileNotFoundError(
            f"{name} isn't there (looked in folder {path.absolute().parent.name!r}): put it "
            "there, check the spelling and the ending, or give the whole path"
        )
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Large photographs are welcome; Pillow still refuses what would fill the memory.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                yield picture
    except UnidentifiedImageError as error:
        if _is_heic(path):
            raise ValueError(f"{name} {_HEIC}") from error
        raise ValueError(
            f"{name} isn't a picture that can be read: save it as PNG or JPEG"
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(
            f"{name} can't be read as a picture ({error}): copy it again, or save it anew as PNG "
            "or JPEG"
        ) from error


def _is_heic(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(32)
    return start[4:8] == b"ftyp" and any(brand in start[8:] for brand in _HEIC_BRANDS)
