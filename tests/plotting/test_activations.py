"""Activation functions beside their slopes."""

import numpy as np
import pytest

from course_utils.plotting import draw_activations

X = np.array([-2.0, 0.0, 1.0])
CURVES = {"ReLU": [0, 0, 1], "doubled": [-4, 0, 2]}
SLOPES = {"ReLU": [0, 0, 1], "doubled": [2, 2, 2]}


def lines(ax):
    """The named lines of an axes; the axes' cross has names that begin with an underscore."""
    return {line.get_label(): line for line in ax.lines if not line.get_label().startswith("_")}


def test_curves_stand_left_and_slopes_right():
    left, right = draw_activations(X, CURVES, SLOPES).axes
    for ax, values in ((left, CURVES), (right, SLOPES)):
        assert list(lines(ax)) == ["ReLU", "doubled"]
        for name, line in lines(ax).items():
            np.testing.assert_array_equal(line.get_xdata(), X)
            np.testing.assert_array_equal(line.get_ydata(), values[name])
    assert [text.get_text() for text in left.get_legend().get_texts()] == list(CURVES)


def test_a_name_has_one_look_in_both_and_differs_from_the_other_in_dashes():
    left, right = draw_activations(X, CURVES, SLOPES).axes
    looks = [
        {name: (line.get_color(), line.get_linestyle()) for name, line in lines(ax).items()}
        for ax in (left, right)
    ]
    assert looks[0] == looks[1]
    assert len({dashes for _, dashes in looks[0].values()}) == 2


def test_every_slope_is_in_sight():
    left, right = draw_activations(X, CURVES, SLOPES, ylim=(-5, 3)).axes
    assert left.get_ylim() == (-5, 3)
    low, high = right.get_ylim()
    assert low < 0 and high > 2
    assert left.get_xlim() == right.get_xlim() == (-2, 1)


@pytest.mark.parametrize(
    ("curves", "slopes", "says"),
    [
        ({}, {}, "at least one"),
        (CURVES, {"ReLU": [0, 0, 1]}, "the same names"),
        (CURVES, SLOPES | {"ReLU": [0, 1]}, "slopes has 2 values of 'ReLU' for 3"),
    ],
)
def test_what_does_not_fit_together_is_refused(curves, slopes, says):
    with pytest.raises(ValueError, match=says):
        draw_activations(X, curves, slopes)
