"""Boxes on images, pairs of boxes, and the grid: what was drawn, and where."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_utils.detection.boxes import Detections, Objects, intersection_over_union
from course_utils.plotting import draw_boxes, draw_grid, draw_overlaps
from course_utils.plotting.style import GREEN, ORANGE, SKY, STYLE_FILE

IMAGE = np.random.default_rng(0).random((96, 96))
TRUTH = Objects(np.array([[10.0, 20, 30, 44], [50, 60, 70, 66]]), np.array([3, 1]))
FOUND = Detections(np.array([[11.0, 21, 30, 43]]), np.array([8]), np.array([0.876]))


def frames(ax):
    """(top, left, bottom, right) of each rectangle, as the image measures it."""
    return [
        [
            p.get_y() + 0.5,
            p.get_x() + 0.5,
            p.get_y() + p.get_height() + 0.5,
            p.get_x() + p.get_width() + 0.5,
        ]
        for p in ax.patches
    ]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_boxes_lie_on_the_edges_of_their_pixels():
    ax = draw_boxes([IMAGE], [{"truth": TRUTH}]).axes[0]
    np.testing.assert_allclose(frames(ax), TRUTH.boxes)
    np.testing.assert_array_equal(ax.images[0].get_array(), IMAGE)
    assert ax.get_xlim() == (-0.5, 95.5) and ax.get_ylim() == (95.5, -0.5)
    assert texts(ax) == []


def test_kinds_differ_in_colour_and_dashes_and_have_a_legend():
    marks = {"truth": TRUTH, "found": FOUND, "wrong": FOUND, "missed": TRUTH}
    fig = draw_boxes([IMAGE], [marks])
    looks = {(patch.get_edgecolor()[:3], patch.get_linestyle()) for patch in fig.axes[0].patches}
    assert len({color for color, _ in looks}) == len({dashes for _, dashes in looks}) == 4
    assert [text.get_text() for text in fig.legends[0].get_texts()] == list(marks)
    assert not draw_boxes([IMAGE], [{"truth": TRUTH}]).legends


def test_classes_and_scores_are_written():
    ax = draw_boxes([IMAGE], [{"found": FOUND, "missed": TRUTH}]).axes[0]
    assert texts(ax) == ["8 (88 %)", "3", "1"]
    assert texts(draw_boxes([IMAGE], [{"right": FOUND}], scores=False).axes[0]) == ["8"]
    assert to_rgb(ax.texts[0].get_color()) == to_rgb(ORANGE)


def test_texts_stay_on_the_image_and_off_each_other():
    corner = [[0.0, 80, 20, 96]] * 2
    twins = Detections(np.array([*corner, [90, 0, 96, 9]]), np.array([4, 9, 7]), np.ones(3))
    with plt.style.context(STYLE_FILE):
        fig = draw_boxes([IMAGE], [{"found": twins}])
        fig.canvas.draw()
    ax = fig.axes[0]
    places = [text.get_window_extent() for text in ax.texts]
    frame = ax.get_window_extent()
    for place in places:
        assert place.x0 >= frame.x0 - 1 and place.x1 <= frame.x1 + 1
        assert place.y0 >= frame.y0 - 4 and place.y1 <= frame.y1 + 4
    corners = [[p.y0, p.x0, p.y1, p.x1] for p in places]
    assert (intersection_over_union(corners, corners) > 0.1).sum() == 3


def test_images_in_a_grid_with_titles():
    fig = draw_boxes([IMAGE] * 3, [{"truth": TRUTH}, {"found": FOUND}, {}], list("abc"), columns=2)
    assert [ax.get_title() for ax in fig.axes] == ["a", "b", "c", ""]
    assert [len(ax.patches) for ax in fig.axes] == [2, 1, 0, 0]


def test_nothing_found_is_drawn_as_nothing():
    nothing = Detections(np.zeros((0, 4)), np.zeros(0, int), np.zeros(0))
    assert not draw_boxes([IMAGE], [{"found": nothing}]).axes[0].patches


@pytest.mark.parametrize(
    ("images", "marks", "titles", "says"),
    [
        ([], [], (), "images is empty"),
        ([IMAGE], [], (), "marks has 0 entries for 1 images"),
        ([IMAGE], [{}], ["a", "b"], "titles has 2 entries"),
        ([IMAGE], [{"guess": TRUTH}], (), "kind 'guess': use one of truth, found"),
    ],
)
def test_bad_arguments_are_named(images, marks, titles, says):
    with pytest.raises(ValueError, match=says):
        draw_boxes(images, marks, titles)


def test_the_shared_part_is_hatched_and_counted():
    fig = draw_overlaps([[0, 0, 4, 4]] * 3, [[2, 1, 6, 5], [0, 0, 4, 4], [5, 5, 7, 7]])
    assert [ax.get_title() for ax in fig.axes] == ["IoU 0.23", "IoU 1.00", "IoU 0.00"]
    assert [ax.get_xlabel() for ax in fig.axes] == ["6 / 26", "16 / 16", "0 / 20"]
    shared = [p for p in fig.axes[0].patches if p.get_facecolor()[:3] == to_rgb(GREEN)]
    assert [(p.get_y(), p.get_x(), p.get_height(), p.get_width()) for p in shared] == [(2, 1, 2, 3)]
    assert [len(ax.patches) for ax in fig.axes] == [4, 4, 2]
    spans = {np.ptp(ax.get_xlim()).round(6) for ax in fig.axes}
    assert len(spans) == 1  # one scale
    for ax in fig.axes:
        assert all(min(ax.get_xlim()) <= p.get_x() for p in ax.patches)
        assert all(p.get_x() + p.get_width() <= max(ax.get_xlim()) for p in ax.patches)


def test_pairs_must_be_pairs():
    with pytest.raises(ValueError, match="boxes has 1 entries, others 2"):
        draw_overlaps([[0, 0, 1, 1]], [[0, 0, 1, 1]] * 2)
    with pytest.raises(ValueError, match="1 to 5 pairs"):
        draw_overlaps([], [])
    with pytest.raises(ValueError, match="titles has 2"):
        draw_overlaps([[0, 0, 1, 1]], [[0, 0, 1, 1]], ["a", "b"])
    assert draw_overlaps([[0, 0, 1, 1]], [[0, 0, 1, 1]], ["a"]).axes[0].get_title() == "a"


def test_the_cell_with_the_centre_is_filled():
    ax = draw_grid(IMAGE, TRUTH, cell=8).axes[0]
    filled = [p for p in ax.patches if p.get_facecolor()[:3] == to_rgb(ORANGE)]
    # The centres are (20, 32) and (60, 63).
    assert [(p.get_y(), p.get_x(), p.get_width()) for p in filled] == [(16, 32, 8), (56, 56, 8)]
    framed = [p for p in ax.patches if p.get_edgecolor()[:3] == to_rgb(SKY)]
    assert [(p.get_y(), p.get_x(), p.get_height(), p.get_width()) for p in framed] == [
        (10, 20, 20, 24),
        (50, 60, 20, 6),
    ]
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[32, 20], [63, 60]])
    assert [len(lines.get_segments()) for lines in ax.collections] == [13, 13]
    assert texts(ax) == ["3", "1"]
