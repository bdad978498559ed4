"""Digits of another scanner: eight pixels a side, brought into the form of MNIST's."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Scans = tuple[NDArray[np.float32], NDArray[np.int64]]

SCAN_SIDE, BOX, SIDE = 8, 20, 28  # as it came; the box of an MNIST digit; its picture
_INK = 16  # pixels of the bitmap that one scanned pixel counts
# The people filled sheets with the same digits in the same order. Where a sheet ends, new hands begin.
SHEETS = {"pool": (0, 1029), "valid": (1029, 1287), "test": (1287, 1797)}


class ScannedDigits(NamedTuple):
    """Three parts, each images (n, side, side), float32 from 0 paper to 1 ink, and labels (n,)."""

    pool: Scans
    valid: Scans
    test: Scans


def load_scanned_digits(*, side: int = SIDE) -> ScannedDigits:
    """Load the digits that come with scikit-learn, from another scanner than MNIST's.

    Each was scanned as a bitmap of 32×32 black and white pixels, of which 4×4 at a time were
    counted: 8×8 numbers from 0 to 16. They stand in the order of the sheets that thirteen people
    filled, and the parts are whole sheets: 1,029 digits to take labels from, at least 100 a class,
    258 for validation and 510 for the exam. Whose sheet is whose wasn't kept. There are fourteen
    sheets, so that one person may have filled two of them.

    Parameters
    ----------
    side
        28: enlarged to 20×20 by linear interpolation and placed with their centre of mass in the
        middle of 28×28, as MNIST's are. 8: as they came, divided by 16.

    Returns
    -------
    ScannedDigits
        The arrays are the caller's own.

    Raises
    ------
    ValueError
        If `side` is neither 28 nor 8.

    References
    ----------
    E. Alpaydin and C. Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning
    Repository (1998), the part for testing; `sklearn.datasets.load_digits` has a copy of it.
    """
    if side not in (SIDE, SCAN_SIDE):
        raise ValueError(f"side is {side!r}: use 28 for digits like MNIST's, 8 for the scans")
    scans, labels = _scans()
    images = scans if side == SCAN_SIDE else _like_mnist(scans)
    parts = (slice(*span) for span in SHEETS.values())
    return ScannedDigits(*((images[part].copy(), labels[part].copy()) for part in parts))


@cache
def _scans() -> Scans:
    from sklearn.datasets import load_digits

    found = load_digits()
    return (found.images / _INK).astype(np.float32), found.target.astype(np.int64)


def _like_mnist(scans: NDArray[np.float32]) -> NDArray[np.float32]:
    """Enlarge scans (n, 8, 8) to 20×20, and centre them by their mass in 28×28."""
    # Interpolation is linear in the image: one matrix for the rows, the same for the columns.
    at = (np.arange(BOX) + 0.5) * SCAN_SIDE / BOX - 0.5
    stretch = np.stack([np.interp(at, range(SCAN_SIDE), one) for one in np.eye(SCAN_SIDE)], axis=1)
    boxes = stretch @ scans @ stretch.T
    images = np.zeros((len(scans), SIDE, SIDE), np.float32)
    middle, most = (SIDE - 1) / 2, SIDE - BOX
    for image, box in zip(images, boxes, strict=True):
        centre = [box.sum(axis=1 - axis) @ np.arange(BOX) / box.sum() for axis in (0, 1)]
        top, left = (int(np.clip(np.rint(middle - one), 0, most)) for one in centre)
        image[top : top + BOX, left : left + BOX] = box
    return images
