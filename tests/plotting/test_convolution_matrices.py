"""The lettered matrix of a convolution."""

from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.plotting import draw_convolution_matrix

CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def letters(ax):
    """Letter by (row, column)."""
    return {
        (int(text.get_position()[1]), int(text.get_position()[0])): text.get_text()
        for text in ax.texts
    }


def test_every_weight_stands_once_in_every_row():
    kernel, matrix = draw_convolution_matrix(CROSS, (5, 5)).axes
    assert letters(kernel) == {(0, 0): "a", (0, 2): "b", (1, 1): "c", (2, 0): "d", (2, 2): "e"}
    assert len(matrix.texts) == 45
    assert Counter(letters(matrix).values()) == dict.fromkeys("abcde", 9)
    assert {row for row, _ in letters(matrix)} == set(range(9))


def test_the_first_row_is_the_kernel_on_the_first_patch():
    matrix = draw_convolution_matrix(CROSS, (5, 5)).axes[1]
    first = {column: letter for (row, column), letter in letters(matrix).items() if row == 0}
    assert first == {0: "a", 2: "b", 6: "c", 10: "d", 12: "e"}


def test_a_convolution_has_the_letters_in_reverse():
    matrix = draw_convolution_matrix(CROSS, (5, 5), flip=True).axes[1]
    first = {column: letter for (row, column), letter in letters(matrix).items() if row == 0}
    assert first == {0: "e", 2: "d", 6: "c", 10: "b", 12: "a"}


def test_equal_letters_have_one_colour_and_zeros_are_white():
    kernel, matrix = draw_convolution_matrix(np.array([[1, 2], [0, 3]]), (3, 4)).axes
    pixels = {ax: ax.images[0].get_array() for ax in (kernel, matrix)}
    color = {letter: tuple(pixels[kernel][cell]) for cell, letter in letters(kernel).items()}
    assert len(set(color.values())) == 3
    for cell, letter in letters(matrix).items():
        assert tuple(pixels[matrix][cell]) == color[letter]
    blank = set(np.ndindex(6, 12)) - set(letters(matrix))
    assert all(tuple(pixels[matrix][cell]) == (1, 1, 1) for cell in blank)


def test_the_title_says_the_shape_and_the_figure_fits_a_slide():
    fig = draw_convolution_matrix(CROSS, (5, 5))
    assert fig.axes[1].get_title() == "Its matrix, 9×25"
    assert fig.get_size_inches()[0] <= 11 and fig.get_size_inches()[1] <= 4.6


def test_thick_lines_separate_the_rows_of_image_and_feature_map():
    matrix = draw_convolution_matrix(CROSS, (5, 5)).axes[1]
    thick = [line for line in matrix.lines if line.get_linewidth() > 1]
    across = {line.get_ydata()[0] for line in thick if len(set(line.get_ydata())) == 1}
    down = {line.get_xdata()[0] for line in thick if len(set(line.get_xdata())) == 1}
    assert across == {0, 3, 6, 9} and down == {0, 5, 10, 15, 20, 25}


@pytest.mark.parametrize("kernel", [np.zeros((3, 3)), np.ones(3), np.ones((6, 6))])
def test_kernels_that_cannot_be_lettered_are_refused(kernel):
    with pytest.raises(ValueError, match="1 to 26"):
        draw_convolution_matrix(kernel, (8, 8))


def test_a_kernel_larger_than_the_image_is_refused():
    with pytest.raises(ValueError, match="larger"):
        draw_convolution_matrix(CROSS, (2, 2))
