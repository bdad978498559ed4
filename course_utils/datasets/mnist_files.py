"""MNIST's two file formats, read and checked: IDX (plain or gzip) and Keras' `mnist.npz`.

Whatever is read here is compared, array by array, with the shape and the SHA-256 that genuine
MNIST has (with the shape alone where it is Fashion-MNIST). A file that differs is refused with a
`ValueError` that names it and says what is wrong with it; the file itself is never touched, and
pickled content is never loaded. Of a compressed file no more is unpacked than the arrays must have.

IDX is the format of the original distribution: two zero bytes, a byte for the type (8 is
`uint8`), a byte for the number of axes, then the length of each axis as a big-endian 32-bit
integer, then the values, the last axis running fastest.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import math
import os
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.datasets.mnist_layouts import IDX_NAMES, NPZ_NAME, find_files

__all__ = [
    "FASHION",
    "FULL",
    "IDX_NAMES",
    "NPZ_NAME",
    "SAMPLE",
    "Expected",
    "find_files",
    "read_arrays",
]

_LONGEST_HEADER = 10_000


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
    arrays: dict[str, np.ndarray] = {}
    for name, path in files.items():
        read = _read_npz if path.suffix == ".npz" else _read_idx
        arrays[name] = np.ascontiguousarray(read(path, name, expected[name].shape))
        found, genuine = hashlib.sha256(arrays[name].data).hexdigest(), expected[name].sha256
        if genuine and found != genuine:
            raise _fault(path, f"wrong checksum of {name}: SHA-256 {found} instead of {genuine}")
    return arrays


class _Fault(ValueError):
    """What is wrong with a file."""


def _fault(path: Path, what: str) -> _Fault:
    return _Fault(f"{path}: {what}. The file was left as it is: replace it or move it away")


def _check_shape(path: Path, name: str, found: tuple[int, ...], shape: tuple[int, ...]) -> None:
    if len(found) != len(shape) or found[1:] != shape[1:]:
        raise _fault(path, f"wrong shape of {name}: {found} instead of {shape}")
    if found != shape:
        raise _fault(path, f"wrong count in {name}: {found[0]} digits instead of {shape[0]}")


def _read_idx(path: Path, name: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Read one IDX file of bytes."""
    packed = path.suffix == ".gz"
    magic = bytes([0, 0, 8, len(shape)])
    start = _first_bytes(path)
    try:
        with gzip.open(path) if packed else path.open("rb") as stream:
            header = stream.read(len(magic) + 4 * len(shape))
            if len(header) >= len(magic) and not header.startswith(magic):
                found = f"bad magic number 0x{header[:4].hex()} instead of 0x{magic.hex()}"
                is_gzip = header.startswith(b"\x1f\x8b")
                other = _what_it_is(header if packed else start)
                raise _fault(path, found + " (gzip: name it .gz)" * is_gzip + other)
            if len(header) < len(magic) + 4 * len(shape):
                raise _fault(path, f"truncated: it ends in its header, after {len(header)} bytes")
            sides = np.frombuffer(header, dtype=">u4", offset=len(magic))
            _check_shape(path, name, tuple(sides.tolist()), shape)
            # One byte more than expected, so that surplus is seen and gzip's own checksum is read.
            body = stream.read(math.prod(shape) + 1)
    except EOFError as error:
        raise _fault(path, "truncated gzip: the file ends before its data do") from error
    except (OSError, zlib.error) as error:
        if not packed:
            raise _fault(path, f"cannot be read: {error}") from error
        if other := _what_it_is(start):
            raise _fault(path, f"cannot be read as gzip{other}") from error
        unpacked = " (it is unpacked: take .gz off its name)" * start.startswith(b"\0\0\x08")
        raise _fault(path, f"cannot be read as gzip{unpacked}: {error}") from error
    if len(body) < math.prod(shape):
        raise _fault(path, f"truncated: {len(body)} values instead of {math.prod(shape)}")
    if len(body) > math.prod(shape):
        raise _fault(path, f"wrong length: it goes on after its {math.prod(shape)} values")
    return np.frombuffer(bytearray(body), dtype=np.uint8).reshape(shape)


def _first_bytes(path: Path) -> bytes:
    """Return how a file begins; say what it is if it is no file, or can't be opened."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _fault(path, "it is a folder, and the file is not in it")
        # Whoever reads a pipe waits until somebody writes, perhaps for ever.
        if not stat.S_ISREG(mode):
            raise _fault(path, "it is a pipe or a device, no file")
        with path.open("rb") as stream:
            return stream.read(256)
    except OSError as error:
        raise _fault(path, f"cannot be read: {_reason(path, error)}") from error


def _reason(path: Path, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"permission denied, let yourself read it (chmod u+r {path.name})"
    if error.errno == errno.ELOOP:
        return "it is a link that leads back to itself"
    if path.is_symlink():
        return f"it is a link to {os.readlink(path)}, which isn't there"
    return error.strerror or type(error).__name__


def _what_it_is(start: bytes) -> str:
    """Name what is often saved under a data file's name, by how it begins; or return nothing."""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return (
            ": it is a web page, such as a login or a file's page on GitHub, and not the file: "
            "download that"
        )
    if text.startswith(b"version https://git-lfs"):
        return ": it is a Git LFS pointer, which names the file: fetch that with git lfs pull"
    return ""


def _read_npz(path: Path, name: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Read one array of an `.npz` archive, after a look at its header."""
    start = _first_bytes(path)
    # Any other file NumPy would take for a pickle, and say so.
    if not start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        other = _what_it_is(start) or ": it does not start as a zip file does"
        raise _fault(path, f"not an .npz archive{other}")
    try:
        with zipfile.ZipFile(path) as archive:
            members = {entry.removesuffix(".npy"): entry for entry in archive.namelist()}
            if name not in members:
                held = ", ".join(members) or "none"
                raise _fault(path, f"array {name} is missing: it holds {held}")
            with archive.open(members[name]) as stream:
                return _read_npy(stream, path, name, shape)
    except _Fault:
        raise
    # A damaged archive makes zipfile and NumPy raise nearly anything, even NotImplementedError.
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise _fault(path, f"truncated or damaged archive: {reason}") from error


def _read_npy(
    stream: IO[bytes], path: Path, name: str, shape: tuple[int, ...]
) -> NDArray[np.uint8]:
    """Read an array in NumPy's format; not a byte more is unpacked than the array must have."""
    magic = stream.read(8)
    if not magic.startswith(b"\x93NUMPY"):
        raise _fault(path, f"{name} is not an array in NumPy's format")
    # The header's length, in two bytes or, from version 2 on, in four.
    size = stream.read(2 if magic[6] == 1 else 4)
    length = int.from_bytes(size, "little")
    if length > _LONGEST_HEADER:
        raise _fault(path, f"{name} has a header of {length:,} bytes, which no array of digits has")
    header = io.BytesIO(size + stream.read(length))
    read = np.lib.format.read_array_header_1_0 if magic[6] == 1 else _read_header_2
    found, in_columns, dtype = read(header)
    if dtype.hasobject:
        raise _fault(path, f"{name} holds pickled objects, which are never loaded")
    if dtype != np.uint8:
        raise _fault(path, f"wrong dtype of {name}: {dtype} instead of uint8")
    _check_shape(path, name, found, shape)
    # One byte more than expected, so that surplus is seen and zip's own checksum is read.
    body = stream.read(math.prod(shape) + 1)
    if len(body) != math.prod(shape):
        what = "more" if len(body) > math.prod(shape) else f"{len(body)}"
        raise _fault(path, f"wrong length of {name}: {what} values instead of {math.prod(shape)}")
    flat = np.frombuffer(bytearray(body), dtype=np.uint8)
    return flat.reshape(shape[::-1]).T if in_columns else flat.reshape(shape)


def _read_header_2(header: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    return np.lib.format.read_array_header_2_0(header)
