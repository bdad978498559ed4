"""Lines told apart by more than colour."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_utils.plotting import draw_lines


def test_lines_have_names_dashes_and_data():
    ax = draw_lines([1, 2], {"a": [3, 4], "b": [5, np.nan]}, xlabel="x", ylabel="y").axes[0]
    first, second = ax.lines
    assert first.get_ydata().tolist() == [3, 4] and np.isnan(second.get_ydata()[1])
    assert first.get_linestyle() != second.get_linestyle()
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["a", "b"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")


def test_each_line_may_have_its_own_x():
    x = {"a": [0, 1], "b": [5, 6, 7]}
    ax = draw_lines(x, {"a": [1, 2], "b": [1, 2, 3]}, xlabel="x", ylabel="y").axes[0]
    assert [line.get_xdata().tolist() for line in ax.lines] == [[0, 1], [5, 6, 7]]


def test_one_line_needs_no_legend_and_scales_can_be_logarithmic():
    ax = draw_lines([1, 2], {"a": [1, 2]}, xlabel="x", ylabel="y", logx=True, logy=True).axes[0]
    assert ax.get_legend() is None
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_points_are_marked_on_request():
    plain, marked = (
        draw_lines([1], {"a": [1]}, xlabel="x", ylabel="y", markers=m).axes[0].lines[0]
        for m in (False, True)
    )
    assert plain.get_marker() == "None" and marked.get_marker() == "o"


@pytest.mark.parametrize("last", [3, 4, 19, 20])
def test_what_is_counted_has_ticks_at_whole_numbers(last):
    x = np.arange(1, last + 1)
    ax = draw_lines(x, {"a": x}, xlabel="layer", ylabel="y", counted=True).axes[0]
    np.testing.assert_array_equal(ax.get_xticks(), np.round(ax.get_xticks()))


@pytest.mark.parametrize(("top", "plain"), [(8, True), (1e6, False)])
def test_a_few_powers_of_ten_are_written_as_plain_numbers(top, plain):
    fig = draw_lines([1, 2], {"a": [0.2, top]}, xlabel="x", ylabel="y", logy=True)
    fig.canvas.draw()
    labels = [tick.get_text() for tick in fig.axes[0].get_yticklabels()]
    assert ("0.5" in labels) == plain
    assert any("10^" in label for label in labels) != plain


def test_the_x_axis_is_marked_in_words_on_request():
    ticks = {2008.75: "2008 Q4", 2009.5: "2009 Q3"}
    fig = draw_lines([2008.75, 2009, 2009.5], {"a": [1, 2, 3]}, xlabel="x", ylabel="y", ticks=ticks)
    ax = fig.axes[0]
    assert ax.get_xticks().tolist() == list(ticks)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == list(ticks.values())


def test_a_band_lies_around_its_line_in_its_colour():
    lines = {"a": [1, 2], "b": [3, 5]}
    fig = draw_lines([0, 1], lines, xlabel="x", ylabel="y", bands={"b": ([2, 4], [4, 6])})
    ax = fig.axes[0]
    (band,) = ax.collections
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices}
    assert {(0, 2), (0, 4), (1, 4), (1, 6)} <= corners
    assert tuple(band.get_facecolor()[0][:3]) == to_rgb(ax.lines[1].get_color())
    with pytest.raises(ValueError, match="bands has 'c', which is none of the lines: a, b"):
        draw_lines([0, 1], lines, xlabel="x", ylabel="y", bands={"c": ([0, 0], [1, 1])})


def labels(axis):
    axis.figure.canvas.draw()
    return [tick.get_text() for tick in axis.get_ticklabels()]


def test_measured_places_are_the_ticks_of_a_logarithmic_axis():
    x = [1, 20, 500, 4000]
    ax = draw_lines(x, {"a": x}, xlabel="x", ylabel="y", logx=True, logy=True).axes[0]
    assert labels(ax.xaxis) == ["1", "20", "500", "4,000"]
    assert "1,000" in labels(ax.yaxis) and not any("10^" in text for text in labels(ax.yaxis))


def test_places_that_lie_too_near_are_not_all_ticks():
    x = np.arange(1, 201)
    ax = draw_lines(x, {"a": x}, xlabel="x", ylabel="y", logx=True).axes[0]
    assert {"1", "2", "5", "10", "100"} <= set(labels(ax.xaxis)) and len(labels(ax.xaxis)) < 15


def test_stairs_jump_where_the_next_point_is():
    plain, stairs = (
        draw_lines([3, 4], {"a": [1, 2]}, xlabel="x", ylabel="y", steps=steps).axes[0].lines[0]
        for steps in (False, True)
    )
    assert (plain.get_drawstyle(), stairs.get_drawstyle()) == ("default", "steps-post")


def test_stretches_are_shaded_and_named_once():
    ax = draw_lines(
        [0, 9], {"a": [1, 2]}, xlabel="x", ylabel="y", shaded=[(1, 2), (4, 6)], shaded_name="off"
    ).axes[0]
    spans = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in ax.patches]
    assert spans == [(1, 2), (4, 6)]
    assert sorted(t.get_text() for t in ax.get_legend().get_texts()) == ["a", "off"]
