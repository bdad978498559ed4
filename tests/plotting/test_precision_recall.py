"""Precision against recall: the points, the steps, and the area under them."""

import numpy as np
import pytest

from course_utils.detection import average_precision
from course_utils.plotting import draw_precision_recall

RIGHT = [True, False, True, True, False]


def test_points_and_steps():
    ax = draw_precision_recall(RIGHT, 4, title="ones").axes[0]
    assert ax.get_title() == "ones: AP 0.62"
    line = ax.lines[0]
    np.testing.assert_allclose(line.get_xdata(), [0.25, 0.25, 0.5, 0.75, 0.75])
    np.testing.assert_allclose(line.get_ydata(), [1, 1 / 2, 2 / 3, 3 / 4, 3 / 5])
    assert line.get_marker() == "o"
    assert ax.get_xlabel() == "recall" and ax.get_ylabel() == "precision"
    assert ax.get_xlim()[1] > 1 and ax.get_ylim()[1] > 1
    for step in ax.patches:
        values, edges, _ = step.get_data()
        assert (np.diff(values) <= 0).all()
        assert np.sum(values * np.diff(edges)) == pytest.approx(average_precision(RIGHT, 4))


def test_long_lists_have_no_points_and_a_title_is_not_needed():
    ax = draw_precision_recall([True] * 60, 100).axes[0]
    assert ax.lines[0].get_marker() in ("", "None") and ax.get_title() == "AP 0.60"


def test_an_empty_list_is_an_empty_figure():
    assert draw_precision_recall([], 3).axes[0].get_title() == "AP 0.00"


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="positives is 0"):
        draw_precision_recall([], 0)
