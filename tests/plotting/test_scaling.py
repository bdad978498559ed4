"""Lines on two logarithmic axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.plotting import draw_scaling

NAMES = {"xlabel": "side", "ylabel": "ms"}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_lines_keep_their_numbers_and_differ_in_dashes_and_markers():
    x = [3, 9, 27]
    ax = draw_scaling(x, {"one": [1, 9, 81], "two": [5, 5, np.nan]}, **NAMES).axes[0]
    assert ax.get_xscale() == ax.get_yscale() == "log"
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [1, 9, 81])
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), [5, 5, np.nan])
    assert len({(line.get_linestyle(), line.get_marker()) for line in ax.lines}) == 2
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "two"]


def test_the_ticks_are_the_measured_places_in_plain_numbers():
    fig = draw_scaling([3, 9, 27], {"one": [1, 9, 81]}, **NAMES)
    fig.canvas.draw()
    ax = fig.axes[0]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["3", "9", "27"]
    assert not ax.get_xticks(minor=True).size
    assert "10" in [tick.get_text() for tick in ax.get_yticklabels()]
    assert ax.get_legend() is None


def test_the_names_of_many_lines_stand_beside_the_axes():
    fig = draw_scaling([1, 10], {name: [1, 10] for name in "abcd"}, **NAMES)
    fig.canvas.draw()
    assert fig.axes[0].get_legend() is None
    (legend,) = fig.legends
    assert [text.get_text() for text in legend.get_texts()] == list("abcd")
    assert legend.get_window_extent().x0 >= fig.axes[0].get_window_extent().x1


@pytest.mark.parametrize("top", [20, 1e6])
def test_few_powers_of_ten_get_ticks_between_them(top):
    fig = draw_scaling([1, 2], {"one": [1, top]}, **NAMES)
    fig.canvas.draw()
    labels = [tick.get_text() for tick in fig.axes[0].get_yticklabels()]
    assert ("5" in labels) == (top == 20)


@pytest.mark.parametrize(
    ("x", "line", "says"),
    [
        ([1, 2], [1], "one value for each x"),
        ([0, 2], [1, 1], "positive"),
        ([1, 2], [1, -1], "positive"),
    ],
)
def test_what_cannot_be_drawn_is_refused(x, line, says):
    with pytest.raises(ValueError, match=says):
        draw_scaling(x, {"one": line}, **NAMES)
    assert not plt.get_fignums()
