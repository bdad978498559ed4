"""The digits of another scanner, and the sheets that they stand on."""

import subprocess
import sys

import numpy as np
import pytest

from course_utils.datasets import load_scanned_digits
from course_utils.datasets.scanned_digits import SHEETS


@pytest.fixture(scope="module")
def digits():
    return load_scanned_digits()


def test_the_parts_are_those_of_scikit_learn_in_its_order(digits):
    from sklearn.datasets import load_digits

    known = load_digits()
    scans = load_scanned_digits(side=8)
    np.testing.assert_array_equal(np.concatenate([part[1] for part in digits]), known.target)
    np.testing.assert_array_equal(16 * np.concatenate([part[0] for part in scans]), known.images)


def test_images_are_as_mnist_s(digits):
    for (images, labels), count in zip(digits, (1029, 258, 510), strict=True):
        assert images.shape == (count, 28, 28) and images.dtype == np.float32
        assert labels.shape == (count,) and labels.dtype == np.int64
        assert images.min() == 0 and 0.9 < images.max() <= 1
        # Of 28 rows and columns, 20 hold the digit.
        assert all((images.sum(axis=axis) > 0).sum(axis=1).max() <= 20 for axis in (1, 2))


def test_the_centre_of_mass_is_in_the_middle(digits):
    for images, _ in digits:
        for axis in (1, 2):
            profile = images.sum(axis=axis)
            centre = profile @ np.arange(28) / profile.sum(axis=1)
            assert np.abs(centre - 13.5).max() < 0.51


def test_enlarging_keeps_a_straight_ramp_straight():
    from course_utils.datasets.scanned_digits import _like_mnist

    ramp = np.tile(np.arange(8, dtype=np.float32) / 7, (1, 8, 1))
    (image,) = _like_mnist(ramp)
    row = image[14][image[14] > 0]
    np.testing.assert_allclose(np.diff(row)[2:-3], 1 / 7 * 8 / 20, atol=1e-6)


def test_every_part_begins_with_a_new_sheet(digits):
    """All sheets begin with 0 to 9, three times."""
    for _, labels in digits:
        np.testing.assert_array_equal(labels[:30], np.tile(np.arange(10), 3))
    assert [end - start for start, end in SHEETS.values()] == [1029, 258, 510]
    assert np.bincount(digits.pool[1]).min() >= 100


def test_the_arrays_are_the_caller_s_own(digits):
    for side in (8, 28):
        first = load_scanned_digits(side=side)
        first.pool[0][:] = 7
        first.pool[1][:] = 7
        again = load_scanned_digits(side=side)
        assert again.pool[0].max() <= 1 and again.pool[1][1] == 1


@pytest.mark.parametrize("side", [20, "28", None])
def test_other_sides_are_refused(side):
    with pytest.raises(ValueError, match="side is .*: use 28 .* 8"):
        load_scanned_digits(side=side)


def test_scikit_learn_is_imported_when_it_is_needed():
    code = "import sys, course_utils.datasets; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
