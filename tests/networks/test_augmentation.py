"""Random changes of images: what they are bounded by, and that the picture stays the picture."""

import math

import numpy as np
import pytest
import scipy.ndimage

from course_utils.networks.augmentation import RandomAffine


def changed(images, seed=0, **amounts):
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    return RandomAffine(**amounts)(tf.constant(images)).numpy()


def blobs(count, side=29, at=(14.0, 14.0)):
    """A round spot of ink at a place (row, column), the same on every image."""
    rows, columns = np.indices((side, side))
    spot = np.exp(-((rows - at[0]) ** 2 + (columns - at[1]) ** 2) / 8)
    return np.repeat(spot[None, :, :, None], count, axis=0).astype("float32")


def centres(images):
    return np.array([scipy.ndimage.center_of_mass(image[..., 0]) for image in images])


def test_nothing_changes_without_amounts():
    images = np.random.default_rng(0).random((5, 8, 6, 2), dtype="float32")
    np.testing.assert_allclose(changed(images), images, atol=1e-6)


def test_a_shift_is_at_most_so_many_pixels_in_both_directions():
    moved = centres(changed(blobs(200), shift=3)) - 14
    assert np.abs(moved).max() <= 3.01
    # Uniform between −3 and 3: standard deviation 3 / √3.
    np.testing.assert_allclose(moved.std(axis=0), math.sqrt(3), rtol=0.15)
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.25


def test_a_rotation_turns_about_the_centre_by_at_most_so_many_degrees():
    rows, columns = (centres(changed(blobs(200, at=(14, 22)), rotation=30)) - 14).T
    np.testing.assert_allclose(np.hypot(rows, columns), 8, atol=0.05)
    angles = np.degrees(np.arctan2(rows, columns))
    assert 25 < np.abs(angles).max() <= 30.2 and angles.min() < -20 and angles.max() > 20


def test_a_scale_leaves_directions_and_bounds_distances():
    rows, columns = (centres(changed(blobs(200, at=(16, 18)), scale=0.2)) - 14).T
    np.testing.assert_allclose(columns, 2 * rows, atol=0.05)
    # A pixel is looked up at its distance times 0.8 to 1.2.
    assert columns.min() >= 4 / 1.21 and columns.max() <= 4 / 0.79
    assert columns.min() < 3.6 and columns.max() > 4.5


def test_a_shear_slides_rows_sideways():
    rows, columns = (centres(changed(blobs(200, at=(22, 14)), shear=0.25)) - 14).T
    np.testing.assert_allclose(rows, 8, atol=0.05)
    assert 1.5 < np.abs(columns).max() <= 2.05


def test_turning_and_shearing_together_leave_every_area_as_it_is():
    ink = changed(blobs(200), rotation=45, shear=0.5).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(ink, blobs(1).sum(), rtol=0.02)


def test_what_comes_in_from_beyond_the_edges_is_0():
    moved = changed(np.ones((50, 9, 9, 1), "float32"), shift=4)
    assert moved.min() == 0 and moved.max() == pytest.approx(1)


def test_images_are_changed_each_on_its_own_and_again_by_the_same_seed():
    images = blobs(20, at=(10, 17))
    amounts = {"rotation": 20, "scale": 0.2, "shear": 0.2, "shift": 2}
    first, again, other = (changed(images, seed, **amounts) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)
    assert len(np.unique(first.reshape(20, -1), axis=0)) == 20
    assert first.shape == images.shape and first.dtype == np.float32


@pytest.mark.parametrize("name", ["rotation", "scale", "shear", "shift"])
@pytest.mark.parametrize("amount", [-0.1, math.nan])
def test_an_amount_below_0_is_named(name, amount):
    with pytest.raises(ValueError, match=f"{name} is {amount}"):
        RandomAffine(**{name: amount})


def test_an_image_cannot_shrink_to_nothing():
    with pytest.raises(ValueError, match="scale is 1"):
        RandomAffine(scale=1)


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (np.zeros((1, 9, 9)), r"images has shape \(1, 9, 9\).*grey images .*\.\.\., np.newaxis\]"),
        (np.zeros((9, 9, 1)), r"if it is one image, give images\[np.newaxis\]"),
        (np.zeros((9, 9)), r"images\[np.newaxis, \.\.\., np.newaxis\]"),
        (np.zeros(9), r"images has shape \(9,\)"),
        ([np.zeros((9, 9, 1)), np.zeros((8, 9, 1))], "images can't be made an array"),
        (np.zeros((1, 9, 9, 1), complex), "images holds complex numbers"),
        (None, "images is None"),
    ],
)
def test_what_is_no_batch_of_images_is_refused(images, says):
    with pytest.raises(ValueError, match=says):
        RandomAffine(rotation=10)(images)


def test_a_list_and_bytes_are_batches_as_well():
    images = np.random.default_rng(0).integers(0, 256, (2, 9, 9, 1)).astype(np.uint8)
    found = []
    for given in (images, list(images), images.astype(np.float32)):
        import keras

        keras.utils.set_random_seed(1)
        found.append(np.asarray(RandomAffine(rotation=10, shift=1)(given)))
    assert found[0].dtype == np.float32
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


@pytest.mark.parametrize("amount", [np.inf, np.nan, -1, "1", None])
def test_amounts_that_are_none(amount):
    for name in ("rotation", "scale", "shear", "shift"):
        with pytest.raises(ValueError, match=f"{name} is .*: use a number of at least 0"):
            RandomAffine(**{name: amount})
