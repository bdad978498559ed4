"""The confusion matrix: counts, diagonal, mistakes."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_utils.plotting import draw_confusion_matrix
from course_utils.plotting.style import ORANGE, SKY

MATRIX = np.array([[1200, 0, 3], [1, 40, 0], [0, 6, 50]])


def cell(ax, row, column):
    return ax.patches[row * 3 + column]


def test_every_count_but_zero_is_written_in_its_cell():
    ax = draw_confusion_matrix(MATRIX).axes[0]
    written = {(int(t.get_position()[1]), int(t.get_position()[0])): t.get_text() for t in ax.texts}
    assert written == {
        (0, 0): "1200",
        (0, 2): "3",
        (1, 0): "1",
        (1, 1): "40",
        (2, 1): "6",
        (2, 2): "50",
    }
    assert min(text.get_fontsize() for text in ax.texts) >= 12


def test_the_diagonal_is_blue_and_mistakes_orange_by_their_number():
    ax = draw_confusion_matrix(MATRIX).axes[0]
    assert all(cell(ax, k, k).get_facecolor()[:3] == to_rgb(SKY) for k in range(3))
    few, some, most = cell(ax, 1, 0), cell(ax, 0, 2), cell(ax, 2, 1)
    assert all(one.get_facecolor()[:3] == to_rgb(ORANGE) for one in (few, some, most))
    assert few.get_alpha() < some.get_alpha() < most.get_alpha() == 1
    assert cell(ax, 0, 1).get_facecolor()[:3] == to_rgb("white")


def test_rows_run_down_and_axes_are_named():
    ax = draw_confusion_matrix(MATRIX, names=["cat", "dog", "cow"], title="animals").axes[0]
    assert ax.get_ylim() == (2.5, -0.5)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["cat", "dog", "cow"]
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("written", "read as")
    assert ax.get_title() == "animals"


def test_a_matrix_without_mistakes_is_drawn():
    ax = draw_confusion_matrix(5 * np.eye(10, dtype=int)).axes[0]
    assert [text.get_text() for text in ax.texts] == ["5"] * 10


@pytest.mark.parametrize(
    ("matrix", "names", "says"),
    [
        (np.ones((2, 3)), (), r"matrix has shape \(2, 3\)"),
        (np.ones(4), (), "matrix has shape"),
        (np.ones((0, 0)), (), "matrix has shape"),
        (np.ones((2, 2)), ("one",), "names has 1 entries for 2 classes"),
    ],
)
def test_bad_arguments_are_named(matrix, names, says):
    with pytest.raises(ValueError, match=says):
        draw_confusion_matrix(matrix, names=names)
