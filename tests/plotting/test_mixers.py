"""Blocks that mix places and channels in turn."""

import pytest
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from course_utils.plotting import draw_mixers


def words(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    ("kind", "boxes", "shortcuts"), [("separable", 2, 0), ("ConvNeXt", 3, 1), ("transformer", 4, 2)]
)
def test_a_row_has_its_boxes_and_shortcuts(kind, boxes, shortcuts):
    ax = draw_mixers([kind]).axes[0]
    assert sum(isinstance(patch, FancyBboxPatch) for patch in ax.patches) == boxes
    assert sum(isinstance(patch, Circle) for patch in ax.patches) == shortcuts
    assert words(ax).count("+") == len(ax.lines) == shortcuts
    arrows = sum(isinstance(patch, FancyArrowPatch) for patch in ax.patches)
    assert arrows == boxes + shortcuts + 1 + shortcuts
    assert words(ax).count("where") == words(ax).count("what") == 1


def test_a_shortcut_leaves_before_what_it_goes_around():
    ax = draw_mixers(["transformer"]).axes[0]
    (first, second) = (line.get_xdata() for line in ax.lines)
    boxes = sorted(
        patch.get_window_extent().x0 for patch in ax.patches if isinstance(patch, FancyBboxPatch)
    )
    left = [ax.transData.transform((x[0], 0))[0] for x in (first, second)]
    assert left[0] < boxes[0] and boxes[1] < left[1] < boxes[2]
    assert first[2] < second[0]


def test_rows_stand_below_each_other_inside_the_axes():
    kinds = ["separable", "ConvNeXt", "transformer"]
    fig = draw_mixers(kinds)
    ax = fig.axes[0]
    heights = [text.get_position()[1] for text in ax.texts if text.get_text() in kinds]
    assert heights == sorted(heights, reverse=True) and len(heights) == 3
    fig.canvas.draw()
    for text in ax.texts:
        box = text.get_window_extent()
        assert fig.bbox.x0 <= box.x0 and box.x1 <= fig.bbox.x1
        assert fig.bbox.y0 <= box.y0 and box.y1 <= fig.bbox.y1


@pytest.mark.parametrize("kinds", [[], ["resnet"]])
def test_unknown_kinds_are_refused(kinds):
    with pytest.raises(ValueError, match='use one or more of "separable", "ConvNeXt"'):
        draw_mixers(kinds)
