"""What a shift changes in a detector row and in the pooled row above it."""

import numpy as np
import pytest

from course_utils.plotting import draw_pooling_shift

BEFORE, AFTER = [5, 0, 7, 0, 4, 1], [3, 5, 0, 7, 0, 4]


def values(ax):
    """Numbers of the lower and of the upper row, from left to right."""
    numbers = [text for text in ax.texts if text.get_text().isdigit()]
    rows = sorted({text.get_position()[1] for text in numbers})
    return [
        [int(text.get_text()) for text in numbers if text.get_position()[1] == row] for row in rows
    ]


def count(ax, gid):
    return sum(patch.get_gid() == gid for patch in ax.patches)


def test_both_rows_stand_in_both_panels():
    left, right = draw_pooling_shift(BEFORE, AFTER).axes
    assert values(left) == [BEFORE, [7, 7, 7, 4]]
    assert values(right) == [AFTER, [5, 7, 7, 7]]


def test_changed_values_are_marked_and_counted_after_the_shift_only():
    left, right = draw_pooling_shift(BEFORE, AFTER).axes
    assert (count(right, "changed"), count(right, "same")) == (6 + 2, 0 + 2)
    assert count(left, "changed") == count(left, "same") == 0
    bold = [text for text in right.texts if text.get_fontweight() == "bold"]
    assert len(bold) == 8
    words = {text.get_text() for text in right.texts}
    assert {"6 of 6\nchanged", "2 of 4\nchanged"} <= words


@pytest.mark.parametrize("width", [1, 2, 4])
def test_lines_join_each_pooled_value_to_its_window(width):
    ax = draw_pooling_shift(BEFORE, AFTER, width=width).axes[0]
    assert len(ax.lines) == (6 - width + 1) * width
    feet = [line.get_xdata()[0] for line in ax.lines[:width]]
    assert feet == [m + 0.5 for m in range(width)]
    # The top of a window's lines is above its middle.
    assert {line.get_xdata()[1] for line in ax.lines[:width]} == {np.mean(feet)}


def test_the_legend_names_both_colours():
    legend = draw_pooling_shift(BEFORE, AFTER).legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["changed", "the same as before"]


def test_rows_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="one length"):
        draw_pooling_shift([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="width is 4: use 1 to 3"):
        draw_pooling_shift([1, 2, 3], [4, 1, 2], width=4)
