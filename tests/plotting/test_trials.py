"""The trials of a search."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from course_utils.plotting import draw_trials
from course_utils.plotting.style import BLUE, ORANGE

CURVES = [[50, 20, 10], [9, 6, 4], [60], [30, 9, 5]]
SETTINGS = [0.001, 0.01, 0.0001, 0.1]
STOPPED = [False, False, True, False]
WORDS = {"setting": "learning rate", "ylabel": "error, %"}


@pytest.fixture
def axes():
    return draw_trials(CURVES, SETTINGS, STOPPED, **WORDS, title="Four trials").axes


def test_a_curve_a_trial_against_the_epoch(axes):
    drawn = [(line.get_xdata().tolist(), list(line.get_ydata())) for line in axes[0].lines]
    assert drawn == [(list(range(1, len(curve) + 1)), curve) for curve in CURVES]
    assert axes[0].get_yscale() == "log" and axes[0].get_ylabel() == "error, %"


def test_the_end_of_each_trial_against_its_setting(axes):
    drawn = [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes[1].lines]
    assert drawn == [(setting, curve[-1]) for setting, curve in zip(SETTINGS, CURVES)]
    assert axes[1].get_xscale() == "log" and axes[1].get_xlabel() == "learning rate"


def test_the_best_and_the_stopped_stand_out(axes):
    for ax in axes:
        looks = [(to_hex(line.get_color()).upper(), line.get_marker()) for line in ax.lines]
        assert looks == [(BLUE, "o"), (ORANGE, "D"), ("#999999", "X"), (BLUE, "o")]
    legend = [text.get_text() for text in axes[1].get_legend().get_texts()]
    assert sorted(legend) == ["ran to the end", "stopped early", "the best"]


def test_a_stopped_trial_is_never_the_best():
    left, _ = draw_trials([[5, 4], [1]], [1, 2], [False, True], **WORDS).axes
    assert to_hex(left.lines[0].get_color()).upper() == ORANGE


@pytest.mark.parametrize(
    ("curves", "settings", "stopped", "says"),
    [
        ([[1]], [1, 2], [False], "have 1, 2 and 1 entries"),
        ([[1]], [1], [True], "stopped is True for every trial"),
        ([[1], []], [1, 2], [False, True], "curves has an empty one"),
        ([[1]], [0], [False], "settings has 0"),
        ([[1, 0.0]], [1], [False], "curves has 0.0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(curves, settings, stopped, says):
    with pytest.raises(ValueError, match=says):
        draw_trials(curves, settings, stopped, **WORDS)


def test_numpy_arrays_are_welcome():
    fig = draw_trials([np.array([3.0, 2.0])], np.array([0.1]), np.array([False]), **WORDS)
    assert len(fig.axes) == 2
