"""Pooling windows, with numbers and without."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from course_utils.plotting import draw_pooling, draw_pooling_windows

MAP = np.array([[1, 9, 0, 2, 5], [0, 2, 4, 0, 3], [7, 0, 1, 1, 0]])


def boxes(ax, gid=None):
    """Left, top, width, height of the rectangles with this name, and their colours."""
    return [
        (patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height())
        for patch in ax.patches
        if isinstance(patch, Rectangle) and patch.get_gid() == gid
    ]


def faces(ax):
    """Colour of the unit cell at each (row, column)."""
    return {
        (int(patch.get_y()), int(patch.get_x())): patch.get_facecolor()
        for patch in ax.patches
        if patch.get_fill() and patch.get_width() == 1
    }


def numbers(ax):
    return [text.get_text() for text in ax.texts]


def test_every_number_and_its_pooled_ones_are_written():
    left, right = draw_pooling(MAP, 2).axes
    assert numbers(left) == [str(value) for value in MAP.flat]
    assert numbers(right) == ["9", "4"]
    assert numbers(draw_pooling(MAP, 2, mode="mean").axes[1]) == ["3", "1.5"]


def test_a_window_and_its_number_are_tinted_alike_and_the_rest_is_white():
    left, right = (faces(ax) for ax in draw_pooling(MAP, 2).axes)
    assert left[0, 0] == left[1, 1] == right[0, 0] != right[0, 1]
    assert left[0, 2] == left[1, 3] == right[0, 1]
    assert left[0, 4] == left[2, 0] == (1, 1, 1, 1)


def test_windows_beside_and_below_each_other_differ_in_tint():
    tints = faces(draw_pooling(np.zeros((8, 16)), 2).axes[1])
    for (i, j), tint in tints.items():
        assert tint != tints.get((i + 1, j)) and tint != tints.get((i, j + 1))


def test_winners_are_framed_only_where_the_largest_wins():
    left, _ = draw_pooling(MAP, 2).axes
    winners = boxes(left, "winner")
    assert [(int(y), int(x)) for x, y, _, _ in winners] == [(0, 1), (1, 2)]
    assert not boxes(draw_pooling(MAP, 2, mode="sum").axes[0], "winner")


def test_only_one_image_can_be_drawn():
    with pytest.raises(ValueError, match=r"image has shape \(2, 4, 4, 1\)"):
        draw_pooling(np.zeros((2, 4, 4, 1)), 2)
    with pytest.raises(ValueError, match="window"):
        draw_pooling(MAP, 4)


def test_a_layout_has_a_map_and_its_result_for_each_stride():
    axes = draw_pooling_windows((12, 12), 3, [3, 1]).axes
    assert [len(boxes(ax)) for ax in axes] == [144, 16, 144, 100]
    titles = [ax.get_title() for ax in axes]
    assert titles == ["12×12, stride 3", "→ 4×4", "12×12, stride 1", "→ 10×10"]


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_first_windows_move_by_the_stride_and_look_like_their_cells(stride):
    left, right = draw_pooling_windows((7, 12), 3, [stride]).axes
    windows, made = boxes(left, "window"), boxes(right, "made")
    assert [round(x + width / 2, 6) for x, _, width, _ in windows] == [
        1.5 + place * stride for place in range(3)
    ]
    assert [int(x) for x, _, _, _ in made] == [0, 1, 2]
    looks = [
        [(p.get_edgecolor(), p.get_linestyle()) for p in ax.patches if p.get_gid() == gid]
        for ax, gid in ((left, "window"), (right, "made"))
    ]
    assert looks[0] == looks[1] and len(set(looks[0])) == 3


def test_no_more_windows_are_framed_than_there_are():
    left, right = draw_pooling_windows((4, 4), 3, [3]).axes
    assert len(boxes(left, "window")) == len(boxes(right, "made")) == 1


def test_a_layout_without_a_stride_or_with_too_large_a_window_is_refused():
    with pytest.raises(ValueError, match="strides is empty"):
        draw_pooling_windows((12, 12), 3, [])
    with pytest.raises(ValueError, match="5"):
        draw_pooling_windows((4, 4), 5, [1])
