"""Explorers: convolution to touch. Each is alive in JupyterLab, on the pages, the site and slides.

`Window` slides a kernel over an image, `FilterLab` filters a photograph, `Volume` adds channels
and filters, `Shift` moves a digit, `Sketchpad` reads a drawn one, `Architect` stacks layers,
`Threshold` refuses what is not sure, `Mask` paints which pixels belong to what.

An explorer is made in a notebook's cell and is the cell's last line. There Python sets and reads
what it shows (``window.kernel = …``). Its cell stores a picture with its description, and a small
state from which the same JavaScript module, without any kernel, comes to life on a page.

Who lives here: `explorer` is what all share in Python, `pictures` draws them on paper, `bundling`
puts the modules and style sheets together; `conv.js` is the arithmetic, `frame.js` what all are
built from; each explorer has a folder.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from course_utils.explorers import bundling
from course_utils.explorers.bundling import (
    MIME,
    figure,
    names_in,
    page_script,
    picture_of,
)
from course_utils.explorers.picture_files import with_few_colours
from course_utils.explorers.stored_network import pack_network, unpack_network

if TYPE_CHECKING:
    from course_utils.explorers.architect import Architect
    from course_utils.explorers.filter_lab import FilterLab
    from course_utils.explorers.mask import Mask
    from course_utils.explorers.shift import Shift
    from course_utils.explorers.sketchpad import Sketchpad
    from course_utils.explorers.threshold import Threshold
    from course_utils.explorers.volume import Volume
    from course_utils.explorers.window import Window

# The classes need ipywidgets, which a notebook without an explorer should not wait for.
_CLASSES = {
    "Architect": "architect",
    "FilterLab": "filter_lab",
    "Mask": "mask",
    "Shift": "shift",
    "Sketchpad": "sketchpad",
    "Threshold": "threshold",
    "Volume": "volume",
    "Window": "window",
}

__all__ = [
    "MIME",
    "Architect",
    "FilterLab",
    "Mask",
    "Shift",
    "Sketchpad",
    "Threshold",
    "Volume",
    "Window",
    "bundling",
    "figure",
    "names_in",
    "pack_network",
    "page_script",
    "picture_of",
    "unpack_network",
    "with_few_colours",
]


def __getattr__(name: str) -> object:
    if name in _CLASSES:
        return getattr(import_module(f"course_utils.explorers.{_CLASSES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
