"""The ways in which people keep MNIST in a folder, and other formats that lie there instead.

The four IDX files are called `train-images-idx3-ubyte` or, by some archive tools,
`train-images.idx3-ubyte`; each is compressed (`.gz`) or not. torchvision puts them into
`MNIST/raw`, and one of Kaggle's data sets each into a folder of its own name. Keras has one file,
`mnist.npz`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
NPZ_NAME = "mnist.npz"

_SUBFOLDERS = ("", "MNIST/raw", "raw")
_CSV = "CSV, a digit in each line of text"
_PICKLE = "a pickle, which can run any code when it is loaded, so the course never loads one"
_OTHER_FORMATS = {
    "mnist_train.csv": _CSV,
    "mnist_test.csv": _CSV,
    "train.csv": "CSV, perhaps Kaggle's Digit Recognizer, which is 42,000 of MNIST's digits",
    "mnist.pkl.gz": _PICKLE,
    "mnist.pkl": _PICKLE,
    "mnist-original.mat": "a MATLAB file",
    "mnist.mat": "a MATLAB file",
    "mnist_all.mat": "a MATLAB file",
    "mnist_784.arff": "ARFF, a digit in each line of text",
    "MNIST/processed/training.pt": "PyTorch's own format, a pickle",
    "processed/training.pt": "PyTorch's own format, a pickle",
    "mnist.h5": "an HDF5 file",
}


def find_files(folder: Path) -> dict[str, Path] | None:
    """Find the file that holds each of the four arrays in a folder, without opening any.

    Parameters
    ----------
    folder : Path
        A folder, which need not exist. The four IDX files are taken first, from the folder itself
        or from torchvision's folder below it, each as `.gz` or else unpacked; then `mnist.npz`.

    Returns
    -------
    dict of str to Path, or None
        The file of `x_train`, `y_train`, `x_test` and `y_test`; None if there is no MNIST.

    Raises
    ------
    ValueError
        If some of the four IDX files are there, others are missing, and there is no `mnist.npz`.
    """
    incomplete: dict[str, Path] = {}
    for place in (folder / below for below in _SUBFOLDERS):
        found = _idx_files(place)
        if len(found) == len(IDX_NAMES):
            return found
        incomplete = incomplete or found
    archive = _file_named(folder, [NPZ_NAME])
    if archive is not None:
        return dict.fromkeys(IDX_NAMES, archive)
    if incomplete:
        missing = ", ".join(IDX_NAMES[name] for name in IDX_NAMES if name not in incomplete)
        raise ValueError(
            f"MNIST in {folder} is incomplete: {missing} (.gz or unpacked) is missing. "
            f"Put it beside {', '.join(path.name for path in incomplete.values())}, or move these "
            "away"
        )
    return None


def other_formats(folder: Path) -> list[str]:
    """Name the files of a folder that hold MNIST in a format which the course doesn't read.

    Returns
    -------
    list of str
        A sentence for each: the file, what it is, and what to do.
    """
    remedy = f"put {NPZ_NAME} or the four IDX files beside it (data --fetch downloads {NPZ_NAME})"
    return [
        f"{folder / name} is {what}: {remedy}"
        for name, what in _OTHER_FORMATS.items()
        if (folder / name).is_file()
    ]


def _idx_files(place: Path) -> dict[str, Path]:
    found = {}
    for array_name, idx_name in IDX_NAMES.items():
        path = _file_named(place, list(_spellings(idx_name)))
        if path is not None:
            found[array_name] = path
    return found


def _spellings(idx_name: str) -> Iterator[str]:
    stem, _, kind = idx_name.rpartition("-idx")
    for ending in (".gz", ""):
        yield f"{idx_name}{ending}"
        yield f"{stem}.idx{kind}{ending}"


def _file_named(place: Path, names: list[str]) -> Path | None:
    """The first of the names that is there; of a folder with such a name, the file inside it."""
    folders = []
    for name in names:
        path = place / name
        if path.is_dir():
            folders.append(path)
        elif os.path.lexists(path):
            return path
    for outer in folders:
        for name in names:
            if (outer / name).is_file():
                return outer / name
    # An empty folder of that name is told when it is to be read.
    return folders[0] if folders else None
