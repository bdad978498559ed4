"""MNIST's two file formats, read and checked: IDX (plain or gzip) and Keras' `mnist.npz`.

Whatever is read here is compared, array by array, with the shape and the SHA-256 that genuine
MNIST has (with the shape alone where it is Fashion-MNIST). A file that differs is refused with a
`ValueError` that names it and says what is wrong with it; the file itself is never touched, and
pickled content is never loaded.

IDX is the format of the original distribution: two zero bytes, a byte for the type (8 is
`uint8`), a byte for the number of axes, then the length of each axis as a big-endian 32-bit
integer, then the values, the last axis running fastest.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Expected(NamedTuple):
    """What a genuine array looks like: its shape and the SHA-256 of its bytes in C order.

    Where no SHA-256 is known it is None.
    """

    shape: tuple[int, ...]
    sha256: str | None


FULL = {
    "x_train": Expected(
        (60_000, 28, 28), "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757"
    ),
    "y_train": Expected(
        (60_000,), "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13"
    ),
    "x_test": Expected(
        (10_000, 28, 28), "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161"
    ),
    "y_test": Expected(
        (10_000,), "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"
    ),
}
"""The complete MNIST, 60,000 training and 10,000 test digits."""

SAMPLE = {
    "x_train": Expected(
        (4_000, 28, 28), "20fb4916dacea3bfe7e27216e79300fa37aaed433fc8d9e562cb3edac99e602d"
    ),
    "y_train": Expected(
        (4_000,), "8a660894a13bd57e16239b9bcdd68e53a2121dfa78d8146a6dcce3b4fe2c24ae"
    ),
    "x_test": Expected(
        (1_000, 28, 28), "c819306fbc200c97f56c6e467ab3cd7fbdb4530239632f486c3164802208cdb9"
    ),
    "y_test": Expected(
        (1_000,), "0a94114279aee67c3e400a01190159074f88bdabc8a51c6b48eb36b43bbd506e"
    ),
}
"""The 5,000 digits of `data/mnist_sample.npz`."""

FASHION = {name: Expected(expected.shape, None) for name, expected in FULL.items()}
"""Fashion-MNIST, 60,000 and 10,000 images of clothes, in files that are named as MNIST's are."""

IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
NPZ_NAME = "mnist.npz"


def find_files(folder: Path) -> dict[str, Path] | None:
    """Find the file that holds each of the four arrays in a folder, without opening any.

    Parameters
    ----------
    folder : Path
        A folder, which need not exist. The four IDX files are taken first, each as `.gz` or else
        unpacked, then `mnist.npz`.

    Returns
    -------
    dict of str to Path, or None
        The file of `x_train`, `y_train`, `x_test` and `y_test`; None if there is no MNIST.

    Raises
    ------
    ValueError
        If some of the four IDX files are there, others are missing, and there is no `mnist.npz`.
    """
    found = {}
    for array_name, idx_name in IDX_NAMES.items():
        for path in (folder / f"{idx_name}.gz", folder / idx_name):
            if os.path.lexists(path):
                found.setdefault(array_name, path)
    if len(found) == len(IDX_NAMES):
        return found
    if os.path.lexists(folder / NPZ_NAME):
        return dict.fromkeys(IDX_NAMES, folder / NPZ_NAME)
    if found:
        missing = ", ".join(IDX_NAMES[name] for name in IDX_NAMES if name not in found)
        raise ValueError(
            f"MNIST in {folder} is incomplete: {missing} (.gz or unpacked) is missing. "
            f"Put it beside {', '.join(path.name for path in found.values())}, or move these away"
        )
    return None


def read_arrays(
    files: Mapping[str, Path], expected: Mapping[str, Expected]
) -> dict[str, NDArray[np.uint8]]:
    """Read arrays from IDX or `.npz` files and check that each is the genuine one.

    Parameters
    ----------
    files : mapping of str to Path
        The file of each array. A name that ends in `.npz` is read as NumPy's archive, one that
        ends in `.gz` as compressed IDX, any other as IDX.
    expected : mapping of str to Expected
        Shape and, where it is known, SHA-256 of each array.

    Returns
    -------
    dict of str to ndarray of uint8
        The arrays, each of its expected shape, writable.

    Raises
    ------
    ValueError
        If a file is truncated, damaged or not what its name says, or holds another array.
    """
    arrays = {}
    for name, path in files.items():
        read = _read_npz if path.suffix == ".npz" else _read_idx
        arrays[name] = np.ascontiguousarray(read(path, name, expected[name].shape))
        found, genuine = hashlib.sha256(arrays[name]).hexdigest(), expected[name].sha256
        if genuine and found != genuine:
            raise _fault(path, f"wrong checksum of {name}: SHA-256 {found} instead of {genuine}")
    return arrays


def _fault(path: Path, what: str) -> ValueError:
    return ValueError(f"{path}: {what}. The file was left as it is: replace it or move it away")


def _check_shape(path: Path, name: str, found: tuple[int, ...], shape: tuple[int, ...]) -> None:
    if len(found) != len(shape) or found[1:] != shape[1:]:
        raise _fault(path, f"wrong shape of {name}: {found} instead of {shape}")
    if found != shape:
        raise _fault(path, f"wrong count in {name}: {found[0]} digits instead of {shape[0]}")


def _read_idx(path: Path, name: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Read one IDX file of bytes."""
    packed = path.suffix == ".gz"
    magic = bytes([0, 0, 8, len(shape)])
    try:
        with gzip.open(path) if packed else path.open("rb") as stream:
            header = stream.read(len(magic) + 4 * len(shape))
            if len(header) >= len(magic) and not header.startswith(magic):
                found = f"bad magic number 0x{header[:4].hex()} instead of 0x{magic.hex()}"
                is_gzip = header.startswith(b"\x1f\x8b")
                raise _fault(path, found + " (gzip: name it .gz)" * is_gzip)
            if len(header) < len(magic) + 4 * len(shape):
                raise _fault(path, f"truncated: it ends in its header, after {len(header)} bytes")
            sides = np.frombuffer(header, dtype=">u4", offset=len(magic))
            _check_shape(path, name, tuple(sides.tolist()), shape)
            # One byte more than expected, so that surplus is seen and gzip's own checksum is read.
            body = stream.read(math.prod(shape) + 1)
    except EOFError as error:
        raise _fault(path, "truncated gzip: the file ends before its data do") from error
    except (OSError, zlib.error) as error:
        hint = " as gzip (if it was unpacked, take .gz off its name)" if packed else ""
        raise _fault(path, f"cannot be read{hint}: {error}") from error
    if len(body) < math.prod(shape):
        raise _fault(path, f"truncated: {len(body)} values instead of {math.prod(shape)}")
    if len(body) > math.prod(shape):
        raise _fault(path, f"wrong length: it goes on after its {math.prod(shape)} values")
    return np.frombuffer(bytearray(body), dtype=np.uint8).reshape(shape)


def _read_npz(path: Path, name: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Read one array of an `.npz` archive."""
    held, array = [], None
    try:
        with path.open("rb") as stream:
            is_zip = stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
            stream.seek(0)
            # Any other file NumPy would take for a pickle, and say so.
            if is_zip:
                with np.load(stream, allow_pickle=False) as archive:
                    held = archive.files
                    array = archive[name] if name in held else None
    # A damaged archive makes zipfile and NumPy raise nearly anything, even NotImplementedError.
    except Exception as error:
        if "allow_pickle=False" in str(error):
            raise _fault(path, f"{name} holds pickled objects, which are never loaded") from error
        reason = str(error) or type(error).__name__
        raise _fault(path, f"truncated or damaged archive: {reason}") from error
    if not is_zip:
        raise _fault(path, "not an .npz archive: it does not start as a zip file does")
    if name not in held:
        raise _fault(path, f"array {name} is missing: it holds {', '.join(held) or 'none'}")
    if not isinstance(array, np.ndarray):
        raise _fault(path, f"{name} is not an array in NumPy's format")
    if array.dtype != np.uint8:
        raise _fault(path, f"wrong dtype of {name}: {array.dtype} instead of uint8")
    _check_shape(path, name, array.shape, shape)
    return array
