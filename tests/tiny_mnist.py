"""A tiny MNIST in files: written as people have it, and compared with what was loaded."""

import gzip

import numpy as np

from course_utils.datasets import mnist_files

NAMES = ["x_train", "y_train", "x_test", "y_test"]


def idx_bytes(array):
    sides = np.array(array.shape, dtype=">u4").tobytes()
    return bytes([0, 0, 8, array.ndim]) + sides + array.tobytes()


def write_idx(folder, arrays, suffix=".gz"):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        content = idx_bytes(array)
        path = folder / (mnist_files.IDX_NAMES[name] + suffix)
        path.write_bytes(gzip.compress(content) if suffix else content)


def write_npz(folder, arrays):
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "mnist.npz", **arrays)
    return folder / "mnist.npz"


def assert_same(loaded, arrays):
    flat = [array for part in loaded for array in part]
    for array, name in zip(flat, NAMES, strict=True):
        np.testing.assert_array_equal(array, arrays[name])
        assert array.dtype == np.uint8 and array.flags.writeable and array.flags.c_contiguous


def tree(folder):
    """Every path under a folder, hidden ones too."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
