"""Seconds by kind, and memory, as bars."""

import pytest

from course_utils.plotting.run_times import draw_run_times

TIMES = [{"kernel": 1.0, "imports": 2.0, "execution": 0.5, "training": 4.0}, {"kernel": 0.5}]


def test_bars_of_one_notebook_follow_one_another():
    left, right = draw_run_times(["a", "b"], TIMES, [2e8, 0], title="all").axes
    first = [bar for bar in left.patches if abs(bar.get_y() + bar.get_height() / 2) < 0.01]
    assert [(bar.get_x(), bar.get_width()) for bar in first] == [(0, 1), (1, 2), (3, 0.5), (3.5, 4)]
    assert [text.get_text() for text in left.texts] == ["7.5", "0.5"]
    assert [text.get_text() for text in right.texts] == ["200", "?"]
    assert left.yaxis_inverted() and left.get_xlim()[1] > 7.5
    assert [label.get_text() for label in left.get_yticklabels()] == ["a", "b"]


def test_neighbours_differ_in_more_than_their_hue():
    fig = draw_run_times(["a"], TIMES[:1], [1e8])
    bars = fig.axes[0].patches
    light = [sum(bar.get_facecolor()[:3]) / 3 for bar in bars]
    assert all(
        one.get_hatch() != other.get_hatch() or abs(k - j) > 0.2
        for (one, k), (other, j) in zip(zip(bars, light), list(zip(bars, light))[1:])
    )
    assert [text.get_text() for text in fig.legends[0].get_texts()] == [
        "kernel start and end",
        "imports",
        "execution",
        "training",
    ]


@pytest.mark.parametrize(
    ("names", "times", "memory", "says"),
    [
        ([], [], [], "at least one"),
        (["a"], [], [1], "one of each"),
        (["a"], [{"sleep": 1}], [1], "'sleep' for a"),
        (["a"], [{"kernel": -1}], [1], "at least 0"),
        (["a"], [{"kernel": 1}], [-1], "memory"),
    ],
)
def test_unusable_input_is_refused(names, times, memory, says):
    with pytest.raises(ValueError, match=says):
        draw_run_times(names, times, memory)
