"""Canvases with the class of each pixel in colour."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.plotting import draw_masks


@pytest.fixture
def canvas():
    image, mask = np.zeros((1, 12, 12), np.uint8), np.full((1, 12, 12), 10)
    image[0, 1:5, 1:5], mask[0, 1:5, 1:5] = 255, 3
    image[0, 7:11, 7:11], mask[0, 7:11, 7:11] = 255, 8
    image[0, 0, 11], mask[0, 0, 11] = 255, 5
    return image, mask


def test_each_piece_has_its_colour_and_its_class(canvas):
    (ax,) = draw_masks(*canvas).axes
    picture = ax.images[0].get_array()
    assert (picture[2, 2] == picture[4, 4]).all() and (picture[2, 2] != picture[8, 8]).any()
    # A single pixel is coloured, and too small to write on.
    assert [text.get_text() for text in ax.texts] == ["3", "8"]
    for text in ax.texts:
        column, row = text.get_position()
        assert canvas[1][0, row, column] == int(text.get_text())


def test_paper_is_dimmed_and_has_no_colour(canvas):
    image, mask = canvas
    mask[0, 7:11, 7:11] = 10
    (ax,) = draw_masks(image, mask).axes
    picture = ax.images[0].get_array()
    assert np.ptp(picture[8, 8]) == 0 and 0 < picture[8, 8, 0] < 0.5 and picture[6, 6].max() == 0


def test_several_masks_are_rows_with_names(canvas):
    image, mask = canvas
    fig = draw_masks(
        np.repeat(image, 3, axis=0), {"truth": mask.repeat(3, 0), "said": mask.repeat(3, 0)}
    )
    assert len(fig.axes) == 6
    assert [ax.get_ylabel() for ax in fig.axes] == ["truth", "", "", "said", "", ""]


def test_ten_classes_have_ten_colours():
    image = np.full((1, 4, 40), 255, np.uint8)
    mask = np.repeat(np.arange(10), 4)[np.newaxis, np.newaxis].repeat(4, axis=1)
    (ax,) = draw_masks(image, mask).axes
    assert len(np.unique(ax.images[0].get_array()[0], axis=0)) == 10
    assert [text.get_text() for text in ax.texts] == list("0123456789")


@pytest.mark.parametrize(
    ("images", "masks", "message"),
    [
        (np.zeros((1, 3, 3)), np.zeros((1, 3, 4), int), "masks has shape .1, 3, 4. and images"),
        (np.zeros((1, 3, 3)), np.full((1, 3, 3), 11), "masks holds class 11: classes run"),
        (np.zeros((1, 3, 3)), {}, "nothing to draw"),
    ],
)
def test_what_does_not_fit_is_named(images, masks, message):
    with pytest.raises(ValueError, match=message):
        draw_masks(images, masks)
    plt.close("all")
