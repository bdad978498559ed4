"""Where the complete MNIST may lie on this machine, and the download if it lies nowhere.

Places are tried in this order: the folder given as `data_dir`, the folder in the environment
variable `CNN_COURSE_DATA`, Keras' cache (`$KERAS_HOME/datasets`, or `~/.keras/datasets`). The
first that holds MNIST is used. If its files are incomplete, damaged or not MNIST, that is an
error at once, even if a later place has sound ones: to pass over them in silence would hide the
damage from the person who put them there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.datasets import mnist_files
from course_utils.datasets.downloading import LimitedDownloader, network_hint
from course_utils.datasets.mnist_layouts import other_formats

FOLDER_VARIABLE = "CNN_COURSE_DATA"
FASHION_FOLDERS = ("fashion-mnist", "FashionMNIST")  # Keras' name, then torchvision's

# The file that keras.datasets.mnist downloads, and its SHA-256 in Keras' source.
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
URL_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
RETRIES = 2
TIMEOUT_SECONDS = 10  # of silence
DOWNLOAD_SECONDS = 900  # in all: 11 MB at the pace of a slow telephone line
MAX_BYTES = 12_000_000  # the file has 11,490,434


class Place(NamedTuple):
    """A folder that may hold MNIST, and what made us look there."""

    reason: str
    folder: Path


def mnist_places(data_dir: str | os.PathLike[str] | None = None) -> list[Place]:
    """List the folders where the complete MNIST is looked for, in order.

    Parameters
    ----------
    data_dir : str or path, optional
        A folder to look in first; a leading `~` is the home folder. It need not exist.

    Returns
    -------
    list of Place
        One to three places. A download goes to the first.

    Raises
    ------
    ValueError
        If `data_dir` is not a path, or one of the places is a file.
    """
    places = []
    if data_dir is not None:
        if not isinstance(data_dir, (str, os.PathLike)) or not os.fspath(data_dir):
            raise ValueError(
                f"data_dir={data_dir!r} is not a path: give the folder that holds MNIST, or None"
            )
        places.append(Place("data_dir", _folder(data_dir)))
    if os.environ.get(FOLDER_VARIABLE):
        places.append(Place(f"${FOLDER_VARIABLE}", _folder(os.environ[FOLDER_VARIABLE])))
    places.append(Place("Keras' cache", _folder(_keras_home()) / "datasets"))
    for reason, folder in places:
        if folder.is_file():
            raise ValueError(f"{reason}: {folder} is a file: give the folder that holds it")
    return places


def find_full_mnist(data_dir: str | os.PathLike[str] | None = None) -> Path | None:
    """Return the folder from which the complete MNIST would be read; nothing is downloaded.

    Parameters
    ----------
    data_dir : str or path, optional
        A folder to look in first.

    Returns
    -------
    Path or None
        The first place that holds the files, whose contents are not checked here; None if no
        place does.

    Raises
    ------
    ValueError
        As `mnist_places`, and if the first place with MNIST files holds an incomplete set.
    """
    return _first_with_files(place.folder for place in mnist_places(data_dir))


def load_full_mnist(
    data_dir: str | os.PathLike[str] | None = None,
) -> dict[str, NDArray[np.uint8]]:
    """Read the complete MNIST from the first place that holds it, or else download it there.

    Parameters
    ----------
    data_dir : str or path, optional
        A folder to look in first, and to download to.

    Returns
    -------
    dict of str to ndarray of uint8
        `x_train` (60000, 28, 28), `y_train` (60000,), `x_test` (10000, 28, 28), `y_test` (10000,).

    Raises
    ------
    FileNotFoundError
        If no place holds it and the download fails.
    ValueError
        If the first place with MNIST files holds incomplete, damaged or other ones.
    """
    places = mnist_places(data_dir)
    for _, folder in places:
        files = mnist_files.find_files(folder)
        if files:
            return mnist_files.read_arrays(files, mnist_files.FULL)

    target = places[0].folder / mnist_files.NPZ_NAME
    try:
        _download(target)
    except (OSError, ValueError) as error:
        raise FileNotFoundError(_not_found(places, target, error)) from error
    return mnist_files.read_arrays(dict.fromkeys(mnist_files.FULL, target), mnist_files.FULL)


def find_fashion_mnist(data_dir: str | os.PathLike[str] | None = None) -> Path | None:
    """Return the folder that holds Fashion-MNIST; nothing is downloaded.

    Its files are named as MNIST's are, so they lie in a folder of their own: `fashion-mnist`, as
    Keras keeps them, or torchvision's `FashionMNIST`.

    Parameters
    ----------
    data_dir : str or path, optional
        A folder to look in first.

    Returns
    -------
    Path or None
        The first such folder in the places of `mnist_places` that holds the files.

    Raises
    ------
    ValueError
        As `mnist_places`, and if the first such folder with any of them holds an incomplete set.
    """
    return _first_with_files(
        place.folder / name for place in mnist_places(data_dir) for name in FASHION_FOLDERS
    )


def load_fashion_files(folder: Path) -> dict[str, NDArray[np.uint8]]:
    """Read Fashion-MNIST from the folder that holds its files.

    Returns
    -------
    dict of str to ndarray of uint8
        As `load_full_mnist`.

    Raises
    ------
    ValueError
        If files are damaged, or their labels aren't those of Fashion-MNIST: as many of each class.
    """
    files = mnist_files.find_files(folder) or {}
    arrays = mnist_files.read_arrays(files, mnist_files.FASHION)
    for name in ("y_train", "y_test"):
        counts = np.bincount(arrays[name], minlength=10)
        if len(counts) != 10 or counts.min() != counts.max():
            raise ValueError(
                f"{files[name]}: not Fashion-MNIST, which has as many images of each of its ten "
                f"classes, but {counts.tolist()}. The file was left as it is: replace it or move "
                f"the folder {folder.name} away"
            )
    return arrays


def _first_with_files(folders: Iterable[Path]) -> Path | None:
    return next((folder for folder in folders if mnist_files.find_files(folder)), None)


def _folder(path: str | os.PathLike[str]) -> Path:
    return Path(os.path.abspath(os.path.expanduser(path)))


def _keras_home() -> str:
    """Return Keras' own folder without importing Keras (the rule of its `backend/config.py`)."""
    if os.environ.get("KERAS_HOME"):
        return os.environ["KERAS_HOME"]
    home = os.path.expanduser("~")
    return os.path.join(home if os.access(home, os.W_OK) else "/tmp", ".keras")


def _download(target: Path) -> None:
    """Download `mnist.npz` so that `target` appears complete or not at all."""
    import pooch

    target.parent.mkdir(parents=True, exist_ok=True)
    # A scratch folder of its own for each process, beside the target so that a rename suffices.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".mnist-") as scratch:
        source = pooch.create(
            path=scratch,
            base_url="",
            registry={target.name: f"sha256:{URL_SHA256}"},
            urls={target.name: URL},
            retry_if_failed=RETRIES,
        )
        downloader = LimitedDownloader(
            most_bytes=MAX_BYTES, seconds=DOWNLOAD_SECONDS, timeout=TIMEOUT_SECONDS
        )
        fetched = source.fetch(target.name, downloader=downloader)
        # Pooch's file is readable by its owner only; a copy has the usual permissions.
        _publish(Path(shutil.copyfile(fetched, os.path.join(scratch, "readable"))), target)


def _publish(finished: Path, target: Path) -> None:
    """Give a finished file its name, unless a file of that name has appeared meanwhile."""
    try:
        os.link(finished, target)
    except FileExistsError:
        pass
    except OSError:
        # Some file systems know no hard links, the only rename that never overwrites.
        if not os.path.lexists(target):
            os.replace(finished, target)


def _not_found(places: list[Place], target: Path, error: Exception) -> str:
    """Write the error for a machine without MNIST and without a download."""
    looked_in = "\n".join(f"  - {place.folder} ({place.reason})" for place in places)
    names = ", ".join(f"{name}.gz" for name in mnist_files.IDX_NAMES.values())
    others = [said for place in places for said in other_formats(place.folder)]
    seen = "".join(f"What is there is no help: {said}.\n" for said in others)
    hint = network_hint(error)
    return (
        "The complete MNIST is on none of the places looked in:\n"
        f"{looked_in}\n"
        f"and its download from {URL} to {target.parent} failed:\n"
        f"  {type(error).__name__}: {str(error)[:300]}\n"
        + (f"{hint}\n" if hint else "")
        + seen
        + "Three remedies:\n"
        f"  1. Put {mnist_files.NPZ_NAME} or the four files {names} into one of these folders.\n"
        f"  2. Set ${FOLDER_VARIABLE} (or --data-dir, or data_dir=) to a folder that holds them.\n"
        '  3. Use the sample of 5,000 digits, which needs no download: load_mnist("sample").'
    )
