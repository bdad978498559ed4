"""An image on its way through the stages of a layer."""

import numpy as np
import pytest

from course_utils.plotting import draw_stages

IMAGE, MAP, POOLED = np.eye(8), np.linspace(-2, 3, 36).reshape(6, 6), np.eye(3)


def draw(**options):
    return draw_stages([IMAGE, MAP, POOLED], ["filter", "pool"], ["a", "b", "c"], **options)


def test_pictures_come_first_and_have_their_titles_and_sizes():
    axes = draw().axes
    assert len(axes) == 3 + 2
    for ax, image, title in zip(axes, (IMAGE, MAP, POOLED), "abc"):
        np.testing.assert_array_equal(ax.images[0].get_array(), image)
        assert ax.get_title() == title
    assert [ax.get_xlabel() for ax in axes[:3]] == ["8×8", "6×6", "3×3"]
    assert [ax.texts[-1].get_text() for ax in axes[3:]] == ["filter", "pool"]


def test_a_pixel_is_equally_large_in_all_pictures():
    fig = draw()
    fig.canvas.draw()
    sides = [
        ax.get_window_extent().width / image.shape[1]
        for ax, image in zip(fig.axes, (IMAGE, MAP, POOLED))
    ]
    np.testing.assert_allclose(sides, sides[0], rtol=0.05)


def test_signed_pictures_share_one_scale_around_zero():
    axes = draw(signed=[False, True, True]).axes
    assert [ax.images[0].get_cmap().name for ax in axes[:3]] == ["gray", "BrBG", "BrBG"]
    assert axes[1].images[0].get_clim() == axes[2].images[0].get_clim() == (-3, 3)


@pytest.mark.parametrize(
    ("images", "steps", "titles", "signed", "says"),
    [
        ([IMAGE], [], ["a"], (), "two or more"),
        ([IMAGE, np.zeros((2, 2, 3))], ["f"], ["a", "b"], (), "two or more"),
        ([IMAGE, MAP], ["f", "g"], ["a", "b"], (), "steps has 2 entries for 2 images: give 1"),
        ([IMAGE, MAP], ["f"], ["a"], (), "titles has 1 entries for 2 images: give 2"),
        ([IMAGE, MAP], ["f"], ["a", "b"], [True], "signed has 1"),
    ],
)
def test_what_does_not_fit_together_is_refused(images, steps, titles, signed, says):
    with pytest.raises(ValueError, match=says):
        draw_stages(images, steps, titles, signed=signed)
