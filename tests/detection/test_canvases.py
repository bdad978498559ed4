"""Canvases of digits: boxes tight around the ink, classes beside them."""

import numpy as np
import pytest

from course_utils.datasets import load_mnist
from course_utils.detection.boxes import intersection_over_union
from course_utils.detection.canvases import INK, make_canvases
from course_utils.networks import segmentation


@pytest.fixture(scope="module")
def digits():
    (images, labels), _ = load_mnist("sample")
    return images[:300], labels[:300]


@pytest.fixture(scope="module")
def canvases(digits):
    return make_canvases(*digits, 40, seed=1)


def test_shapes_and_types(canvases):
    assert canvases.images.shape == (40, 96, 96) and canvases.images.dtype == np.uint8
    assert len(canvases.objects) == 40
    for boxes, labels in canvases.objects:
        assert boxes.shape == (len(labels), 4) and labels.dtype == np.int64
        assert (boxes >= 0).all() and (boxes <= 96).all()
    assert {int(label) for _, labels in canvases.objects for label in labels} == set(range(10))


def test_all_strong_ink_lies_in_boxes(canvases):
    for image, (boxes, _) in zip(canvases.images, canvases.objects):
        inside = np.zeros(image.shape, bool)
        for top, left, bottom, right in boxes.astype(int):
            inside[top:bottom, left:right] = True
        assert not (image[~inside] >= INK).any()


def test_a_box_is_tight(digits):
    images, objects, _ = make_canvases(*digits, 30, digits_each=(1, 1), seed=2)
    for image, (boxes, _) in zip(images, objects):
        rows, columns = np.nonzero(image >= INK)
        tight = [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]
        assert boxes.tolist() == [tight]


def test_a_digit_at_scale_one_is_itself(digits):
    images, objects, _ = make_canvases(
        digits[0][:1], digits[1][:1], 1, size=50, digits_each=(1, 1), scales=(1, 1), seed=0
    )
    top, left, bottom, right = objects[0].boxes[0].astype(int)
    rows, columns = np.nonzero(digits[0][0] >= INK)
    wanted = digits[0][0, rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    np.testing.assert_array_equal(images[0, top:bottom, left:right], wanted)
    assert objects[0].labels.tolist() == [digits[1][0]]


def test_boxes_hardly_overlap(canvases):
    for boxes, _ in canvases.objects:
        overlaps = intersection_over_union(boxes, boxes)
        np.fill_diagonal(overlaps, 0)
        assert (overlaps <= 0.05).all()


def test_how_many_and_how_large(digits):
    images, objects, _ = make_canvases(
        *digits, 20, size=(64, 224), digits_each=(2, 4), scales=(0.5, 0.6), seed=3
    )
    assert images.shape == (20, 64, 224)
    assert {len(labels) for _, labels in objects} == {2, 3, 4}
    sides = np.concatenate([boxes[:, 2:] - boxes[:, :2] for boxes, _ in objects])
    assert sides.max() <= 0.6 * 22
    assert any(len(boxes) and boxes[:, 3].max() > 150 for boxes, _ in objects)


def test_a_crowded_canvas_leaves_digits_out(digits):
    _, objects, _ = make_canvases(*digits, 3, size=44, digits_each=(30, 30), seed=4)
    assert all(1 <= len(labels) < 30 for _, labels in objects)


def test_an_empty_canvas_has_no_boxes(digits):
    images, objects, _ = make_canvases(*digits, 2, digits_each=(0, 0), seed=5)
    assert not images.any() and objects[0].boxes.shape == (0, 4)


def test_the_seed_decides(digits, canvases):
    again, other = (make_canvases(*digits, 40, seed=seed) for seed in (1, 2))
    np.testing.assert_array_equal(again.images, canvases.images)
    assert not np.array_equal(other.images, canvases.images)


def test_every_digit_has_its_turn():
    shades = np.arange(100, 120, dtype=np.uint8)  # one grey each, so that it is known again
    squares = np.broadcast_to(shades[:, None, None], (20, 5, 5))
    images, _, _ = make_canvases(
        squares, np.arange(20), 20, size=9, digits_each=(1, 1), scales=(1, 1), seed=0
    )
    assert sorted(image.max() for image in images) == shades.tolist()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"labels": [1]}, "labels has 1 entries for 300 digits"),
        ({"count": 0}, "count is 0"),
        ({"size": 40}, r"size is \(40, 40\), too small for digits of 42×42"),
        ({"size": (96, 30)}, "too small"),
        ({"digits_each": (4, 2)}, r"digits_each is \(4, 2\)"),
        ({"scales": (2, 1)}, r"scales is \(2, 1\)"),
        ({"scales": (0, 1)}, r"scales is \(0, 1\)"),
        ({"digits": np.zeros((300, 28, 28))}, r"digits\[\d+\] has no pixel of at least 64"),
        ({"digits": np.zeros((300, 28))}, "digits has 2 axes"),
    ],
)
def test_bad_arguments_are_named(digits, change, says):
    arguments = {"digits": digits[0], "labels": digits[1], "count": 1, "seed": 0} | change
    with pytest.raises(ValueError, match=says):
        make_canvases(**arguments)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"digits": np.full((300, 28, 28), 300)},
            "digits holds 300 to 300: brightness runs from 0",
        ),
        ({"digits": np.full((300, 28, 28), -1)}, "digits holds -1 to -1"),
        ({"digits": np.full((300, 28, 28), 0.5)}, "digits holds 0.5 to 0.5: .*multiply by it"),
        ({"digits": np.full((300, 28, 28), np.nan)}, "digits holds nan"),
        ({"labels": np.full(300, 1.5)}, "labels has dtype float64"),
        ({"digits_each": 3}, "digits_each is 3: give a pair"),
        ({"scales": 1.0}, "scales is 1.0: give a pair"),
        ({"scales": ("a", 2)}, "scales is 'a'"),
    ],
)
def test_numbers_that_would_be_cut_are_refused(digits, change, says):
    arguments = {"digits": digits[0], "labels": digits[1], "count": 1, "seed": 0} | change
    with pytest.raises(ValueError, match=says):
        make_canvases(**arguments)


def test_a_mask_says_whose_ink_each_pixel_is(digits):
    found = make_canvases(*digits, 40, digits_each=(2, 6), overlap=0.2, seed=6)
    assert found.masks.shape == found.images.shape and found.masks.dtype == np.uint8
    # Paper is what is dark; ink belongs to a digit that is there, inside its box.
    np.testing.assert_array_equal(found.masks == segmentation.PAPER, found.images < INK)
    for mask, (boxes, labels) in zip(found.masks, found.objects):
        assert set(np.unique(mask)) <= {*labels, segmentation.PAPER}
        for box, label in zip(boxes.astype(int), labels):
            assert (mask[box[0] : box[2], box[1] : box[3]] == label).any()


def test_where_digits_overlap_the_brighter_pixel_names_the_class():
    bright, dim = (np.full((4, 4), value, np.uint8) for value in (200, 120))
    found = make_canvases(
        [bright, dim], [3, 7], 1, size=4, digits_each=(2, 2), scales=(1, 1), overlap=1, seed=0
    )
    assert len(found.objects[0].labels) == 2 and (found.masks == 3).all()


def test_the_share_of_overlap_is_kept(digits):
    def most(overlap):
        objects = make_canvases(*digits, 30, digits_each=(5, 9), overlap=overlap, seed=7).objects
        return max(
            np.triu(intersection_over_union(boxes, boxes), 1).max(initial=0) for boxes, _ in objects
        )

    assert most(0) == 0 < most(0.1) <= 0.1 < most(0.4) <= 0.4
    with pytest.raises(ValueError, match="overlap is 2: use a number between 0 and 1"):
        make_canvases(*digits, 1, overlap=2, seed=0)
