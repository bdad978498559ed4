"""Paired differences: a row per change, told apart by whether its interval leaves 0 out."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from course_utils.plotting import draw_paired_differences
from course_utils.plotting.style import BLUE, ORANGE

DIFFERENCES = {"helps": [-2.0, -1.0, -1.5], "luck": [1.0, -1.0, 0.3]}
MARGINS = {"helps": 0.7, "luck": 1.2}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return draw_paired_differences(DIFFERENCES, MARGINS, xlabel="points").axes[0]


def dots(ax):
    return [line for line in ax.lines if line.get_marker() == "o"]


def test_one_row_per_change_the_first_at_the_top(ax):
    assert [label.get_text() for label in ax.get_yticklabels()] == ["helps", "luck"]
    assert ax.yaxis_inverted() and ax.get_xlabel() == "points"


def test_every_difference_is_a_dot_and_zero_a_line(ax):
    assert [list(line.get_xdata()) for line in dots(ax)] == list(DIFFERENCES.values())
    assert any(np.all(np.asarray(line.get_xdata()) == 0) for line in ax.lines)


def test_the_interval_is_the_mean_and_its_margin(ax):
    ends = [bar.lines[2][0].get_segments()[0][:, 0].tolist() for bar in ax.containers]
    assert ends[0] == pytest.approx([-2.2, -0.8]) and ends[1] == pytest.approx([-1.1, 1.3])


def test_what_leaves_zero_out_looks_different_without_colour_too(ax):
    clear, unclear = dots(ax)
    assert to_hex(clear.get_color()).upper() == BLUE
    assert to_hex(unclear.get_color()).upper() == ORANGE
    assert to_hex(clear.get_markerfacecolor()).upper() == BLUE
    assert unclear.get_markerfacecolor() == "white"


@pytest.mark.parametrize(
    ("differences", "margins", "says"),
    [
        ({}, {}, "differences is empty"),
        ({"a": []}, {"a": 1}, "none for 'a'"),
        ({"a": [1]}, {}, "margins has None for 'a'"),
        ({"a": [1]}, {"a": -1}, "margins has -1 for 'a'"),
    ],
)
def test_what_cannot_be_drawn_is_named(differences, margins, says):
    with pytest.raises(ValueError, match=says):
        draw_paired_differences(differences, margins, xlabel="x")
