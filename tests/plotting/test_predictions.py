"""Images with the probabilities of their classes."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_utils.plotting import draw_predictions
from course_utils.plotting.style import BLUE, VERMILION

IMAGES = np.random.default_rng(0).random((2, 28, 28, 1))
PROBABILITIES = np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]])


def heights(ax):
    return [bar.get_height() for bar in ax.patches]


def colors(ax):
    return [bar.get_facecolor()[:3] for bar in ax.patches]


def test_images_above_and_a_bar_a_class_below():
    axes = draw_predictions(IMAGES, PROBABILITIES).axes
    assert len(axes) == 4
    np.testing.assert_array_equal(axes[1].images[0].get_array(), IMAGES[1, :, :, 0])
    assert heights(axes[2]) == [0.1, 0.7, 0.2]
    assert heights(axes[3]) == [0.5, 0.2, 0.3]
    assert [tick.get_text() for tick in axes[2].get_xticklabels()] == ["0", "1", "2"]
    assert axes[2].get_ylim() == axes[3].get_ylim()


def test_without_labels_the_largest_bar_is_blue():
    axes = draw_predictions(IMAGES, PROBABILITIES).axes
    assert [ax.get_title() for ax in axes[:2]] == ["read as 1", "read as 0"]
    assert [place for place, color in enumerate(colors(axes[2])) if color == to_rgb(BLUE)] == [1]
    assert not any(bar.get_hatch() for bar in axes[2].patches)


def test_a_mistake_is_hatched_and_the_truth_blue():
    axes = draw_predictions(IMAGES, PROBABILITIES, [1, 2]).axes
    assert [ax.get_title() for ax in axes[:2]] == ["read as 1", "a 2, read as 0"]
    right, mistaken = axes[2:]
    assert colors(right)[1] == to_rgb(BLUE) and to_rgb(VERMILION) not in colors(right)
    assert colors(mistaken)[2] == to_rgb(BLUE) and colors(mistaken)[0] == to_rgb(VERMILION)
    assert [bool(bar.get_hatch()) for bar in mistaken.patches] == [True, False, False]


def test_titles_do_not_overlap():
    fig = draw_predictions(np.zeros((5, 28, 28)), np.eye(10)[:5], [9, 9, 9, 9, 9])
    fig.canvas.draw()
    boxes = [ax.title.get_window_extent() for ax in fig.axes[:5]]
    assert all(one.x1 < other.x0 for one, other in zip(boxes, boxes[1:]))


@pytest.mark.parametrize(
    ("images", "probabilities", "labels", "says"),
    [
        ([], np.ones((0, 3)), None, "images has 0 entries"),
        (np.ones((6, 4, 4)), np.ones((6, 3)), None, "images has 6 entries"),
        (IMAGES, PROBABILITIES[:1], None, "probabilities has shape"),
        (IMAGES, PROBABILITIES[0], None, "probabilities has shape"),
        (IMAGES, PROBABILITIES, [1], "labels has 1 entries for 2 images"),
    ],
)
def test_bad_arguments_are_named(images, probabilities, labels, says):
    with pytest.raises(ValueError, match=says):
        draw_predictions(images, probabilities, labels)
