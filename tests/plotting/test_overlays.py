"""A picture over a template: each pixel says by its colour in which of the two there is ink."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_utils.plotting import draw_overlays
from course_utils.plotting.style import ORANGE, SKY


def test_each_pixel_has_the_colour_of_where_the_ink_is():
    image, template = np.array([[0, 1.0, 0, 1.0]]), np.array([[0, 0, 3.0, 3.0]])
    (ax,) = draw_overlays([image], template).axes
    colors = np.asarray(ax.images[0].get_array())[0]
    expected = [(0, 0, 0), to_rgb(ORANGE), to_rgb(SKY), (1, 1, 1)]
    np.testing.assert_allclose(colors, expected)


def test_half_the_ink_is_half_as_bright():
    (ax,) = draw_overlays([np.array([[1.0, 0.5]])], np.zeros((1, 2))).axes
    colors = np.asarray(ax.images[0].get_array())[0]
    np.testing.assert_allclose(colors[1], colors[0] / 2)


def test_titles_and_a_legend_say_what_is_what():
    fig = draw_overlays(
        [np.eye(2)] * 2, np.eye(2), ["0 px", "1 px"], names=("the four", "the mean")
    )
    assert [ax.get_title() for ax in fig.axes] == ["0 px", "1 px"]
    labels = [text.get_text() for text in fig.legends[0].get_texts()]
    assert labels == ["ink in both", "only the four", "only the mean"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([], np.eye(2)), "images is empty"),
        (([np.eye(2)], np.eye(2), ["a", "b"]), "titles has 2 entries for 1"),
        (([np.eye(3)], np.eye(2)), r"images\[0\] has shape \(3, 3\)"),
    ],
)
def test_what_does_not_fit_is_named(arguments, says):
    with pytest.raises(ValueError, match=says):
        draw_overlays(*arguments)
