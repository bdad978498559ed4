"""The ways of optimisers on the map of a valley."""

import numpy as np
import pytest

from course_utils.plotting import draw_descents

WAYS = {
    "straight": [(-2, 1), (-1, 0.5), (0, 0)],
    "still": [(1, 1)],
    "far": np.array([(-2.0, 1.0), (5.0, 5.0)]),
    "last": [(0, 0.5), (0, 0)],
}
LIMITS = {"xlim": (-3, 3), "ylim": (-2, 2)}


def bowl(x, y):
    return x**2 + y**2


def test_a_panel_for_each_way_with_all_its_points():
    fig = draw_descents(bowl, WAYS, **LIMITS)
    shown = [ax for ax in fig.axes if ax.axison]
    assert [ax.get_title() for ax in shown] == list(WAYS)
    for ax, way in zip(shown, WAYS.values()):
        points = np.transpose(ax.lines[0].get_data())
        np.testing.assert_array_equal(points, way)
        assert ax.get_xlim() == (-3, 3) and ax.get_ylim() == (-2, 2)
        assert ax.collections, "contour lines"


def test_start_and_minimum_are_marked():
    (ax,) = draw_descents(bowl, {"a": [(1, 2), (0, 1)]}, **LIMITS, minimum=(0, 0)).axes
    markers = [(line.get_marker(), np.transpose(line.get_data()).tolist()) for line in ax.lines[1:]]
    assert markers == [("s", [[1, 2]]), ("*", [[0, 0]])]


def test_the_lowest_panel_of_each_column_has_numbers():
    fig = draw_descents(bowl, WAYS, **LIMITS)
    fig.canvas.draw()
    numbered = [ax.xaxis.get_tick_params()["labelbottom"] for ax in fig.axes if ax.axison]
    assert numbered == [False, True, True, True]


@pytest.mark.parametrize(
    ("paths", "says"),
    [
        ({}, "paths is empty"),
        ({"a": [1, 2, 3]}, r"paths\['a'\] has shape \(3,\)"),
        ({"a": [(1, 2, 3)]}, r"shape \(1, 3\)"),
    ],
)
def test_what_is_no_path_is_refused(paths, says):
    with pytest.raises(ValueError, match=says):
        draw_descents(bowl, paths, **LIMITS)
