"""The matrix of patches: a convolution by one product, and the way back."""

import numpy as np
import pytest
from geometry import geometries
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.convolution import conv2d, patches
from course_utils.convolution.patch_matrices import col2im, im2col

STABLE = settings(derandomize=True, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


@given(geometries(), st.integers(1, 3), st.integers(1, 3), SEEDS)
@settings(STABLE, max_examples=200)
def test_a_convolution_is_one_matrix_product(g, channels, filters, seed):
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(2, *g.image, channels))
    bank = rng.normal(size=(*g.kernel, channels, filters))
    where = g.arguments
    product = im2col(images, g.kernel, **where) @ bank.reshape(-1, filters)
    expected = conv2d(images, bank, **where)
    assert_allclose(product.reshape(expected.shape), expected, rtol=1e-12, atol=1e-12)


@given(geometries(), st.integers(1, 3), SEEDS)
@settings(STABLE, max_examples=200)
def test_col2im_is_the_adjoint_of_im2col(g, channels, seed):
    rng = np.random.default_rng(seed)
    where = g.arguments
    images = rng.normal(size=(2, *g.image, channels))
    columns = im2col(images, g.kernel, **where)
    other = rng.normal(size=columns.shape)
    folded = col2im(other, images.shape, g.kernel, **where)
    assert folded.shape == images.shape
    assert_allclose(np.sum(folded * images), np.sum(other * columns), rtol=1e-9, atol=1e-9)


def test_a_row_is_a_patch_read_row_by_row():
    image = np.arange(12).reshape(3, 4)
    columns = im2col(image[None, :, :, None], 2)
    assert columns[0].tolist() == [0, 1, 4, 5]
    assert_array_equal(columns, patches(image, (2, 2)).reshape(6, 4))
    assert columns.dtype == image.dtype


def test_col2im_counts_how_often_a_pixel_is_seen():
    ones = np.ones((9, 9))
    seen = col2im(ones, (1, 5, 5, 1), 3)[0, :, :, 0]
    assert_array_equal(seen, np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="windows 4×4 are larger than the images 3×3"):
        im2col(np.ones((1, 3, 3, 1)), 4)
    with pytest.raises(ValueError, match="images has 2 axes"):
        im2col(np.ones((3, 3)), 2)
    with pytest.raises(ValueError, match=r"columns has shape \(9, 8\): im2col gives \(9, 9\)"):
        col2im(np.ones((9, 8)), (1, 5, 5, 1), 3)
    with pytest.raises(ValueError, match="shape is"):
        col2im(np.ones((9, 9)), (5, 5, 1), 3)
