"""The named kernels: their sums, their signs, and what they make of the lectures' patches."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.convolution import correlate2d
from course_utils.filters import FILTERS, direction_error

NAMES = [
    "identity",
    "edge",
    "sharpen",
    "box_blur",
    "gaussian_blur",
    "vertical",
    "horizontal",
    "sobel_x",
    "sobel_y",
    "scharr_x",
    "scharr_y",
]
GRADIENTS = NAMES[5:]


def answer(name, image):
    """Return the one number that a filter makes of a 3×3 patch."""
    return correlate2d(image, FILTERS[name].kernel).item()


def test_every_filter_of_the_lectures_is_there():
    assert set(NAMES) <= set(FILTERS)


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_is_a_fixed_kernel_with_two_titles_and_a_source(name):
    named = FILTERS[name]
    assert named.kernel.shape == (3, 3) and named.kernel.dtype == np.float64
    with pytest.raises(ValueError):
        named.kernel[0, 0] = 1
    assert named.title.isascii() and named.title[0].isupper()
    assert any("一" <= character <= "鿿" for character in named.title_zh)
    assert named.effect and named.source


@pytest.mark.parametrize(
    ("name", "total"),
    [("edge", 0), ("identity", 1), ("sharpen", 1), ("box_blur", 1), ("gaussian_blur", 1)]
    + [(name, 0) for name in GRADIENTS],
)
def test_sums(name, total):
    assert FILTERS[name].kernel.sum() == pytest.approx(total)


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradient_kernels_are_a_column_times_a_row(name):
    assert np.linalg.matrix_rank(FILTERS[name].kernel) == 1


@pytest.mark.parametrize(
    ("name", "flat", "bump"),
    [
        ("identity", 0.1, 0.2),
        ("edge", 0, 0.8),
        ("sharpen", 0.1, 0.6),
        ("box_blur", 0.1, 1 / 9),
        ("gaussian_blur", 0.1, 0.125),
        *[(name, 0, 0) for name in GRADIENTS],
    ],
)
def test_on_a_flat_patch_and_one_with_a_brighter_centre(name, flat, bump):
    patch = np.full((3, 3), 0.1)
    assert answer(name, patch) == pytest.approx(flat, abs=1e-15)
    patch[1, 1] = 0.2
    assert answer(name, patch) == pytest.approx(bump, abs=1e-15)


@pytest.mark.parametrize(
    ("across", "along", "size"),
    [
        ("vertical", "horizontal", -3),
        ("sobel_x", "sobel_y", 4),
        ("scharr_x", "scharr_y", 16),
    ],
)
def test_the_signs_at_a_step_from_dark_to_bright(across, along, size):
    step = np.array([[0, 0, 1]] * 3)
    assert answer(across, step) == size and answer(along, step) == 0
    assert answer(across, step.T) == 0 and answer(along, step.T) == size
    assert answer(across, 1 - step) == -size
    assert_array_equal(FILTERS[across].kernel.T, FILTERS[along].kernel)


def test_identity_returns_the_image():
    image = np.random.default_rng(0).normal(size=(6, 5))
    assert_allclose(correlate2d(image, FILTERS["identity"].kernel, padding="same"), image)


def test_what_the_kernels_are_made_of():
    kernels = {name: FILTERS[name].kernel for name in NAMES}
    assert_array_equal(kernels["box_blur"] * 9, np.ones((3, 3)))
    assert_allclose(kernels["gaussian_blur"] * 16, np.outer([1, 2, 1], [1, 2, 1]))
    assert_array_equal(kernels["sobel_x"], np.outer([1, 2, 1], [-1, 0, 1]))
    assert_array_equal(kernels["scharr_x"], np.outer([3, 10, 3], [-1, 0, 1]))
    assert_array_equal(kernels["vertical"], np.outer([1, 1, 1], [1, 0, -1]))
    assert_array_equal(kernels["edge"], 9 * kernels["identity"] - np.ones((3, 3)))


def test_how_true_the_direction_of_each_gradient_pair_is():
    def error(kind):
        return direction_error(FILTERS[f"{kind}_x"].kernel, FILTERS[f"{kind}_y"].kernel)

    plain = direction_error(FILTERS["vertical"].kernel, FILTERS["horizontal"].kernel)
    assert error("scharr") < error("sobel") < plain < 5
    # An opposite sign is no error; the wrong axis is one, of up to a right angle.
    flipped = direction_error(-FILTERS["sobel_x"].kernel, -FILTERS["sobel_y"].kernel)
    assert flipped == pytest.approx(error("sobel"))
    assert direction_error(FILTERS["sobel_y"].kernel, FILTERS["sobel_x"].kernel) > 30


@pytest.mark.parametrize("radius", [0, 1.5, -3, float("nan")])
def test_a_blob_too_small_to_measure_on(radius):
    kernel = FILTERS["sobel_x"].kernel
    with pytest.raises(ValueError, match=r"radius is .*: use more than 1.5 pixels"):
        direction_error(kernel, kernel.T, radius=radius)
