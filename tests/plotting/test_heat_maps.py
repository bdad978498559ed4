"""Heat over images: where it lies and how strong it is."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_utils.plotting import draw_heat_maps
from course_utils.plotting.style import ORANGE

IMAGE = np.arange(12.0).reshape(3, 4)


def test_the_map_lies_over_its_image_the_stronger_the_more_opaque():
    fig = draw_heat_maps([IMAGE, IMAGE[..., None]], [np.array([[0, 2], [1, 4]])] * 2, ["a", "b"])
    assert [ax.get_title() for ax in fig.axes] == ["a", "b"]
    for ax in fig.axes:
        image, heat = ax.images
        np.testing.assert_array_equal(image.get_array(), IMAGE)
        rgba = heat.get_array()
        np.testing.assert_allclose(rgba[..., 3], np.array([[0, 0.5], [0.25, 1]]) * rgba[1, 1, 3])
        assert 0.5 < rgba[1, 1, 3] < 1
        np.testing.assert_allclose(rgba[0, 0, :3], to_rgb(ORANGE))


def test_on_paper_ink_is_dark_and_the_background_white():
    for paper, corner in ((False, 0.0), (True, 1.0)):
        ax = draw_heat_maps([IMAGE], [np.zeros((2, 2))], paper=paper).axes[0]
        image = ax.images[0]
        assert ax.spines["left"].get_visible() == paper
        drawn = image.cmap(image.norm(IMAGE))[..., 0]
        assert drawn[0, 0] == corner and drawn[-1, -1] == 1 - corner


def test_a_map_covers_the_image_or_what_it_is_told():
    stretched = draw_heat_maps([IMAGE], [np.ones((2, 2))]).axes[0]
    assert list(stretched.images[1].get_extent()) == [-0.5, 3.5, 2.5, -0.5]
    placed = draw_heat_maps([IMAGE], [np.ones((2, 2))], extents=[(0.5, 2.5, 1.5, -0.5)]).axes[0]
    assert list(placed.images[1].get_extent()) == [0.5, 2.5, 1.5, -0.5]
    # The image is shown whole however small the map.
    assert placed.get_xlim() == (-0.5, 3.5) and placed.get_ylim() == (2.5, -0.5)


def test_rows_have_their_names_and_maps_without_extent_cover_the_image():
    axes = draw_heat_maps(
        [IMAGE] * 4,
        [np.ones((2, 2))] * 4,
        columns=2,
        row_names=["up", "down"],
        extents=[None, None, (0, 1, 1, 0), None],
    ).axes
    assert [ax.get_ylabel() for ax in axes] == ["up", "", "down", ""]
    assert list(axes[0].images[1].get_extent()) == [-0.5, 3.5, 2.5, -0.5]
    assert list(axes[2].images[1].get_extent()) == [0, 1, 1, 0]


def test_a_map_of_zeros_leaves_the_image_as_it_is():
    heat = draw_heat_maps([IMAGE], [np.zeros((2, 2))]).axes[0].images[1]
    assert not heat.get_array()[..., 3].any()


def test_places_that_are_left_over_stay_empty():
    axes = draw_heat_maps([IMAGE] * 3, [np.ones((1, 1))] * 3, columns=2).axes
    assert len(axes) == 4 and not axes[3].images and not axes[3].spines["left"].get_visible()


@pytest.mark.parametrize(
    ("arguments", "options", "says"),
    [
        (([], []), {}, "images is empty"),
        (([IMAGE], []), {}, "maps has 0 entries for 1"),
        (([IMAGE], [IMAGE], ["a", "b"]), {}, "titles has 2"),
        (([IMAGE], [IMAGE]), {"extents": [(0, 1, 1, 0)] * 2}, "extents has 2"),
        (([IMAGE], [IMAGE]), {"row_names": "ab"}, "row_names has 2 entries for 1 rows"),
        (([IMAGE], [-IMAGE]), {}, "without negative"),
        (([IMAGE], [IMAGE[0]]), {}, r"shape \(4,\)"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, options, says):
    with pytest.raises(ValueError, match=says):
        draw_heat_maps(*arguments, **options)
