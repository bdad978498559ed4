"""Matrices as grids of numbers: every value, frame and window stands where it belongs."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from course_utils.convolution import correlate2d, pad
from course_utils.plotting import (
    Mark,
    Panel,
    draw_equation,
    draw_equations,
    draw_matrix,
    draw_window_steps,
)
from course_utils.plotting.matrices import number
from course_utils.plotting.style import INPUT_COLOR, OUTPUT_COLOR, PADDING_COLOR


def texts(ax):
    return {(t.get_position()[1] - 0.5, t.get_position()[0] - 0.5): t.get_text() for t in ax.texts}


def frames(ax):
    return [p for p in ax.patches if not p.get_fill()]


def test_every_value_stands_in_its_cell_and_nan_stays_empty():
    ax = draw_matrix(plt.figure().subplots(), [[1, -2.5], [np.nan, 0]], title="T")
    assert texts(ax) == {(0, 0): "1", (0, 1): "−2.5", (1, 1): "0"}
    assert ax.get_title() == "T"
    top, bottom = ax.get_ylim()[1], ax.get_ylim()[0]
    assert top < bottom, "the first row is at the top"


def test_the_padding_is_grey_and_the_rest_is_not():
    ax = draw_matrix(plt.figure().subplots(), pad(np.ones((2, 2)), 1), zeros=1)
    grey = {
        (p.get_y(), p.get_x()) for p in ax.patches if p.get_facecolor() == to_rgba(PADDING_COLOR)
    }
    assert len(grey) == 16 - 4 and not grey & {(1, 1), (1, 2), (2, 1), (2, 2)}


def test_a_padded_signal_has_grey_ends():
    ax = draw_matrix(plt.figure().subplots(), [0, 5, 6, 0], zeros=1)
    grey = [p.get_x() for p in ax.patches if p.get_facecolor() == to_rgba(PADDING_COLOR)]
    assert grey == [0, 3]


def test_marks_frame_their_cells():
    ax = draw_matrix(plt.figure().subplots(), np.zeros((4, 5)), marks=[Mark(1, 2, 3, 2, "#ff0000")])
    [frame] = frames(ax)
    assert (frame.get_xy(), frame.get_width(), frame.get_height()) == ((2, 1), 2, 3)
    assert frame.get_edgecolor() == to_rgba("#ff0000")


def test_positive_and_negative_cells_differ_in_colour_and_zero_is_pale():
    ax = draw_matrix(plt.figure().subplots(), [[-1, 0, 1]])
    brown, pale, green = (p.get_facecolor() for p in ax.patches)
    assert brown[0] > brown[2] and green[1] > green[0] and min(pale[:3]) > 0.9


def test_long_numbers_are_drawn_smaller():
    short = draw_matrix(plt.figure().subplots(), [[7]]).texts[0].get_fontsize()
    long = draw_matrix(plt.figure().subplots(), [[-123.25]]).texts[0].get_fontsize()
    assert long < short


def test_only_matrices_are_drawn():
    with pytest.raises(ValueError, match="values has 3 axes"):
        draw_matrix(plt.figure().subplots(), np.zeros((2, 2, 2)))


@pytest.mark.parametrize(
    ("value", "text"), [(3, "3"), (-3.0, "−3"), (0.25, "0.25"), (0.5, "0.5"), (1 / 3, "0.33")]
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_an_equation_has_its_parts_in_order():
    fig = draw_equation([Panel([[1]], "A"), "+", Panel([[2, 3]], "B")])
    first, sign, last = fig.axes
    assert (first.get_title(), sign.texts[0].get_text(), last.get_title()) == ("A", "+", "B")


def test_each_row_of_equations_has_its_caption():
    row = [Panel([[1]]), "=", Panel([[1]])]
    fig = draw_equations([row, row], captions=["one", "two"])
    assert [ax.texts[0].get_text() for ax in fig.axes][3::4] == ["one", "two"]


def test_a_step_shows_window_sum_and_only_what_is_done():
    image, kernel = np.arange(20.0).reshape(4, 5), np.array([[1, 0], [-1, 2]])
    output = correlate2d(image, kernel)
    fig = draw_window_steps(image, kernel, output, [(1, 2)])
    left, _, _, _, right, caption = fig.axes
    [window], [cell] = frames(left), frames(right)
    assert window.get_xy() == (2, 1) and window.get_edgecolor() == to_rgba(INPUT_COLOR)
    assert cell.get_xy() == (2, 1) and cell.get_edgecolor() == to_rgba(OUTPUT_COLOR)
    assert len(texts(right)) == 1 * output.shape[1] + 3
    written = caption.texts[0].get_text()
    assert written.endswith(f"=  {output[1, 2]:.0f}")
    assert written.startswith("7·1 + 8·0 + 12·−1 + 13·2")


def test_a_strided_dilated_step_frames_what_it_spans():
    image, kernel = np.arange(49.0).reshape(7, 7), np.ones((2, 2))
    output = correlate2d(image, kernel, stride=3, dilation=2)
    fig = draw_window_steps(image, kernel, output, [(1, 1)], stride=3, dilation=2)
    [window] = frames(fig.axes[0])
    assert (window.get_xy(), window.get_width(), window.get_height()) == ((3, 3), 3, 3)
    assert fig.axes[5].texts[0].get_text().endswith(f"=  {output[1, 1]:.0f}")


def test_both_signs_of_convolution_are_drawn_in_one_size():
    """Measured in the pixels: in the font the star is a third of the asterisk."""
    heights, middles = [], []
    for sign in ("⋆", "∗"):
        fig = draw_equation([Panel([[1]]), sign, Panel([[2]])])
        fig.canvas.draw()
        box = fig.axes[1].get_window_extent()
        picture = np.asarray(fig.canvas.buffer_rgba())[..., 0]
        rows = np.flatnonzero((picture[:, int(box.x0) : int(box.x1)] < 128).any(axis=1))
        heights.append(rows[-1] - rows[0])
        middles.append((rows[0] + rows[-1]) / 2 - len(picture) + (box.y0 + box.y1) / 2)
    assert heights[0] == pytest.approx(heights[1], rel=0.15) and heights[0] > 8
    assert middles == pytest.approx([0, 0], abs=4)
