"""Pooling over whole images: one number for each, whatever its size."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_batch
from course_utils.integer_sums import hold_to_64_bits
from course_utils.pooling.modes import check_mode, nearness
from course_utils.pooling.windows import AXES
from course_utils.sum_dtypes import common_dtype, largest_size

# Numbers that are looked at together where they have to be copied.
_AT_ONCE = 2**20


def global_pool2d(images: ArrayLike, *, mode: str = "max") -> np.ndarray:
    """Return one number an image and channel, whatever the images' size.

    Parameters
    ----------
    images
        One image (h, w) or a batch (batch, h, w, channels).
    mode
        One of `MODES`.

    Returns
    -------
    numpy.ndarray or NumPy scalar
        A number for one image, an array (batch, channels) for a batch; dtypes as in `pool2d`.

    Raises
    ------
    ValueError
        As `pool2d`.
    """
    check_mode(mode)
    array = as_batch("images", images, *AXES)
    batch = array[None, :, :, None] if array.ndim == 2 else array
    out = _over_all(batch, mode)
    return out[0, 0] if array.ndim == 2 else out


def _over_all(images: np.ndarray, mode: str) -> np.ndarray:
    """Sum up whole images (batch, h, w, channels), column by column.

    NumPy adds whole rows at once, and the many partial sums round less than a single one would.
    """
    if mode == "max":
        return images.max(axis=1).max(axis=1)
    dtype = images.dtype if images.dtype.kind == "f" else np.dtype(np.float64)
    if mode == "sum":
        dtype = common_dtype(images)
    wide = dtype if dtype.kind != "f" else np.result_type(dtype, np.float64)
    if mode == "l2":
        out = _lengths(images, wide)
    elif mode == "distance":
        out = _near_the_middle(images, wide)
    else:
        reduce = np.prod if mode == "product" else np.sum
        out = reduce(reduce(images, axis=1, dtype=wide), axis=1)
    if mode == "mean":
        out = out / math.prod(images.shape[1:3])
    if mode == "sum" and images.dtype.kind != "f":
        _hold(out, images)
    return out.astype(dtype, copy=False)


def _rows(images: np.ndarray, dtype: np.dtype) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Yield some rows of some images at a time: which they are, and a copy of this dtype."""
    count, height, width, channels = images.shape
    at_once = max(1, min(count, _AT_ONCE // (width * channels)))
    rows_at_once = max(1, _AT_ONCE // (at_once * width * channels))
    for first in range(0, count, at_once):
        some = slice(first, first + at_once)
        for top in range(0, height, rows_at_once):
            rows = slice(top, top + rows_at_once)
            yield some, rows, images[some, rows].astype(dtype)


def _lengths(images: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return √Σx² of each image and channel, in units in which no square overflows or vanishes."""
    highest, lowest = images.max(axis=1).max(axis=1), images.min(axis=1).min(axis=1)
    largest = np.maximum(highest.astype(dtype), -lowest.astype(dtype))
    plain = (largest > 0) & np.isfinite(largest)
    exponents = np.where(plain, np.frexp(np.where(plain, largest, 1))[1] - 1, 0)
    units = np.ldexp(np.ones_like(largest), exponents)
    squares = np.zeros_like(largest)
    for some, _, part in _rows(images, dtype):
        part /= units[some, None, None]
        squares[some] += np.square(part, out=part).sum(axis=1).sum(axis=1)
    return units * np.sqrt(squares)


def _near_the_middle(images: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return the average of each image and channel, weighted by `distance_weights`."""
    out = np.zeros((len(images), images.shape[3]), dtype)
    weight = np.zeros((len(images), 1), dtype)
    for some, rows, part in _rows(images, dtype):
        weights = nearness((images.shape[1], images.shape[2]), rows)
        part *= weights[:, :, None]
        out[some] += part.sum(axis=1).sum(axis=1)
        weight[some] += weights.sum()
    return out / weight


def _hold(found: np.ndarray, images: np.ndarray) -> None:
    """Refuse sums of integers that have left 64 bits."""

    def in_floats(*, absolute: bool = False) -> np.ndarray:
        out = np.zeros(found.shape)
        for some, _, part in _rows(images, np.dtype(np.float64)):
            out[some] += (np.abs(part) if absolute else part).sum(axis=(1, 2))
        return out

    terms = math.prod(images.shape[1:3])
    bound = largest_size(images) * terms
    hold_to_64_bits(found, bound=bound, terms=terms, in_floats=in_floats, names=("images",))
