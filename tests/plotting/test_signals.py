"""Echoes that add up, and the flipped function that slides."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.plotting import draw_echoes, draw_flip_and_slide

NAMES = {"xlabel": "quarter", "ylabel": "effect"}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_bars_stack_up_to_the_convolution():
    ax = draw_echoes([1, 0, 2], [8, 4, 2, 1], **NAMES).axes[0]
    first, second = ax.containers
    assert [bar.get_height() for bar in first] == [8, 4, 2, 1, 0, 0]
    assert [bar.get_height() for bar in second] == [0, 0, 16, 8, 4, 2]
    tops = [bar.get_y() + bar.get_height() for bar in second]
    assert tops[2:] == [18, 9, 4, 2]
    assert ax.lines[0].get_ydata().tolist() == [8, 4, 18, 9, 4, 2]


def test_sums_are_written_and_the_legend_names_each_shock():
    ax = draw_echoes([1, 0, 2], [8, 4, 2, 1], **NAMES).axes[0]
    assert [text.get_text() for text in ax.texts] == ["8", "4", "18", "9", "4", "2"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "echo of the 1 in quarter 0",
        "echo of the 2 in quarter 2",
        "sum of the echoes",
    ]
    assert ax.get_xlabel() == "quarter" and ax.get_ylabel() == "effect"


def test_echoes_differ_in_their_hatching_too():
    ax = draw_echoes([1, 2, 3], [2, 1], **NAMES).axes[0]
    assert len({bars[0].get_hatch() for bars in ax.containers}) == 3


def test_echoes_of_both_signs_stack_away_from_zero():
    ax = draw_echoes([1, -1], [3, 2], **NAMES).axes[0]
    positive, negative = ax.containers
    assert (positive[1].get_y(), positive[1].get_height()) == (0, 2)
    assert (negative[1].get_y(), negative[1].get_height()) == (0, -3)
    assert ax.lines[0].get_ydata().tolist() == [3, -1, -2]


@pytest.mark.parametrize(
    ("shocks", "response", "says"),
    [
        ([], [1], "shocks has shape"),
        ([1], [[1, 2]], "response has shape"),
        ([0, 0], [1], "all zero"),
    ],
)
def test_unusable_shocks_are_refused(shocks, response, says):
    with pytest.raises(ValueError, match=says):
        draw_echoes(shocks, response, **NAMES)


@pytest.fixture
def functions():
    time = np.arange(0, 4, 0.01)
    box, decay = (time < 1) * 1.0, np.exp(-time)
    return time, box, decay, np.convolve(box, decay)[: len(time)] * 0.01


def test_a_panel_for_each_time_shows_the_kernel_flipped_and_slid(functions):
    fig = draw_flip_and_slide(*functions, at=[0.5, 2])
    *panels, below = fig.axes
    assert len(panels) == 2
    for ax, t in zip(panels, (0.5, 2)):
        tau, flipped = ax.lines[1].get_xdata(), ax.lines[1].get_ydata()
        before = tau < t - 0.02
        np.testing.assert_allclose(
            flipped[before & (tau > t - 3.9)], np.exp(tau - t)[before & (tau > t - 3.9)], atol=1e-3
        )
        assert not flipped[tau > t + 0.02].any()
    assert len(below.lines) == 2


def test_titles_and_dots_tell_the_areas(functions):
    *_, result = functions
    fig = draw_flip_and_slide(*functions, at=[1, 3])
    assert fig.axes[0].get_title() == f"t = 1: area {result[100]:.2f}"
    assert fig.axes[1].get_title() == f"t = 3: area {result[300]:.2f}"
    dots = fig.axes[-1].lines[1]
    np.testing.assert_allclose(dots.get_xdata(), [1, 3])
    np.testing.assert_allclose(dots.get_ydata(), result[[100, 300]])


def test_the_shaded_area_is_the_result(functions):
    *_, result = functions
    ax = draw_flip_and_slide(*functions, at=[1]).axes[0]
    outline = ax.collections[0].get_paths()[0].vertices
    x, y = outline.T
    area = abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2
    assert area == pytest.approx(result[100], abs=0.02)


def test_names_reach_legend_and_axis(functions):
    fig = draw_flip_and_slide(*functions, at=[1], names=("shock", "echo"))
    legend = [text.get_text() for text in fig.axes[0].get_legend().get_texts()]
    assert legend == ["shock(τ)", "echo(t − τ)"]
    assert fig.axes[-1].get_ylabel() == "(shock ∗ echo)(t)"


@pytest.mark.parametrize("at", [[], [5], [-1, 1]])
def test_times_outside_are_refused(functions, at):
    with pytest.raises(ValueError, match="at is .* give times between 0 and 3.99"):
        draw_flip_and_slide(*functions, at=at)


def test_lines_of_other_lengths_are_refused(functions):
    time, box, decay, result = functions
    with pytest.raises(ValueError, match="kernel has 10 values for 400 times"):
        draw_flip_and_slide(time, box, decay[:10], result, at=[1])
