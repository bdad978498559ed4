"""Pairs of runs: where each dot lies, and what joins two."""

import pytest
from matplotlib.colors import to_rgb

from course_utils.plotting import draw_pairs
from course_utils.plotting.style import BLUE, ORANGE

PANELS = {
    "shallow": {"up": ([1, 2], [3, 5]), "down": ([4, 4], [4, 1])},
    "deep": {"up": ([0, 1], [9, 8]), "down": ([7, 6], [5, 4])},
}


def draw(panels=PANELS, **options):
    return draw_pairs(panels, ("one", "other"), xlabel="read, %", limits=(0, 10), **options)


def dots(ax, color):
    lines = [line for line in ax.lines if line.get_marker() not in ("None", None)]
    return [line.get_xdata()[0] for line in lines if to_rgb(line.get_color()) == to_rgb(color)]


def test_each_run_is_a_dot_of_its_way_in_its_panel():
    fig = draw(title="both")
    assert [ax.get_title() for ax in fig.axes] == ["shallow", "deep"]
    assert dots(fig.axes[0], BLUE) == [1, 2, 4, 4] and dots(fig.axes[0], ORANGE) == [3, 5, 4, 1]
    assert dots(fig.axes[1], ORANGE) == [9, 8, 5, 4]
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["one", "other"]
    assert fig.get_suptitle() == "both"
    assert {ax.get_xlim() for ax in fig.axes} == {(0, 10)}


def test_a_line_joins_what_belongs_together_and_rows_run_down():
    ax = draw().axes[0]
    joined = [line for line in ax.lines if line.get_marker() == "None"]
    assert [list(line.get_xdata()) for line in joined] == [[1, 3], [2, 5], [4, 4], [4, 1]]
    heights = [line.get_ydata()[0] for line in joined]
    assert heights == sorted(heights) and len(set(heights)) == 4
    assert ax.yaxis_inverted()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["up", "down"]


def test_a_single_run_stands_on_its_row():
    ax = draw({"a": {"up": ([1], [2])}}).axes[0]
    assert ax.lines[0].get_ydata()[0] == pytest.approx(0, abs=0.3)


@pytest.mark.parametrize(
    ("panels", "says"),
    [
        ({}, "panels has the rows"),
        ({"a": {}}, "give at least one"),
        ({"a": PANELS["deep"], "b": {"up": ([1], [2])}}, "the same for all panels"),
        ({"a": {"up": ([1, 2], [3])}}, "2 and 1 runs in row 'up' of 'a'"),
        ({"a": {"up": ([], [])}}, "0 and 0 runs"),
    ],
)
def test_what_is_no_pairs_is_refused(panels, says):
    with pytest.raises(ValueError, match=says):
        draw(panels)
