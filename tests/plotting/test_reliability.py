"""Reliability diagrams and curves of what is answered: what is drawn is what is counted."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.networks import calibration
from course_utils.plotting import draw_answered, draw_reliability

PROBABILITIES = np.array([[0.95, 0.05], [0.9, 0.1], [0.3, 0.7], [0.45, 0.55]])
LABELS = np.array([0, 1, 1, 1])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def axes():
    pair = (PROBABILITIES, LABELS)
    return draw_reliability({"before": pair, "after": pair}).axes


def test_a_pair_of_axes_for_each(axes):
    assert len(axes) == 4 and [ax.get_title() for ax in axes[:2]] == ["before", "after"]
    assert axes[0].get_ylim() == axes[1].get_ylim() and axes[2].get_ylim() == axes[3].get_ylim()


def test_a_point_for_each_bin_with_answers(axes):
    (points,) = [line for line in axes[0].lines if line.get_marker() == "o"]
    np.testing.assert_allclose(points.get_xdata(), [0.55, 0.7, 0.925])
    np.testing.assert_allclose(points.get_ydata(), [1, 1, 0.5])
    (diagonal,) = [line for line in axes[0].lines if line.get_linestyle() == "--"]
    np.testing.assert_array_equal(diagonal.get_xdata(), diagonal.get_ydata())


def test_every_answer_is_in_a_bar(axes):
    heights = [bar.get_height() for bar in axes[2].patches]
    assert heights == calibration.reliability(PROBABILITIES, LABELS).counts.tolist()
    assert axes[2].get_yscale() == "log"
    assert [label.get_text() for label in axes[2].get_yticklabels()] == ["1"]


def test_curves_are_in_per_cent_and_points_are_marked():
    curve = (np.array([0.01, 0.5, 1.0]), np.array([0.0, 1.0, 0.75]))
    (ax,) = draw_answered({"network": curve}, points={"chosen": (0.5, 1.0)}).axes
    line, point = ax.lines
    np.testing.assert_allclose(line.get_xdata(), [1, 50, 100])
    np.testing.assert_allclose([*point.get_xdata(), *point.get_ydata()], [50, 100])
    # the first 2 % are a few digits only
    assert ax.get_ylim()[0] == 75
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["network", "chosen"]


def test_the_axis_begins_where_it_is_told():
    (ax,) = draw_answered({"network": ([1.0], [0.9])}, lowest=80).axes
    assert ax.get_ylim()[0] == 80


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="answers is empty"):
        draw_reliability({})
    with pytest.raises(ValueError, match="curves is empty"):
        draw_answered({})
