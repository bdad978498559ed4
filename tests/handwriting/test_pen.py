"""The width of the pen: measured, and brought to MNIST's."""

import numpy as np
import pytest

from course_utils.handwriting import BOX, draw_strokes, like_mnist, stages, stroke_width
from course_utils.handwriting.pen import (
    THINNEST,
    WIDEST,
    centred,
    cropped_to,
    fit,
    resized,
    with_usual_pen,
)

SEVEN = [[(60, 50), (130, 48), (100, 110), (85, 180)]]


def ink(pen):
    page = draw_strokes(SEVEN, (260, 220), pen=pen, paper=0, ink=255)
    return cropped_to(page / 255)


def width_in_box(image):
    return stroke_width(resized(cropped_to(image), 4 * BOX)) / 4


@pytest.mark.parametrize("pen", [3, 5, 9, 15, 25])
def test_the_width_of_strokes_is_the_pen_s(pen):
    assert stroke_width(ink(pen)) == pytest.approx(pen, abs=1)
    assert stroke_width(np.zeros((5, 5))) == 0


@pytest.mark.parametrize("pen", [1, 2, 3, 5, 9, 15, 25, 40])
def test_every_pen_becomes_as_wide_as_mnist_s(pen):
    fitted = fit(with_usual_pen(ink(pen)))
    assert THINNEST - 0.2 <= width_in_box(fitted) <= WIDEST + 0.3
    assert max(fitted.shape) == BOX and fitted.max() == 1


def test_a_usual_pen_is_left_alone():
    usual = ink(18)
    assert with_usual_pen(usual) is usual


def test_a_wide_pen_is_narrowed_and_a_blot_is_not_lost():
    wide = ink(60)
    assert width_in_box(with_usual_pen(wide)) < width_in_box(wide) - 0.5
    blot = np.ones((40, 40))
    assert with_usual_pen(blot).max() == 1


def test_a_hair_s_line_is_as_dark_as_a_pen_s():
    # 1 pixel on 320: a twelfth of a pixel in 20×20, nearly nothing without the pen's repair.
    page = draw_strokes([np.array(SEVEN[0]) * 2], (400, 320), pen=1)
    digit = like_mnist(page)
    assert digit[digit > 25].mean() > 150


def test_the_grey_of_strong_ink_is_255_and_no_more():
    digit = centred(np.array([[0.0, 1.0], [0.5, 1.7]]))
    assert digit.max() == 255 and sorted(digit[digit > 0].tolist()) == [128, 255, 255]


def test_an_upright_one_may_be_narrower_than_eight_pixels():
    page = draw_strokes([[(40, 10), (40, 60)]], (70, 80), pen=4)
    steps = stages(page)
    assert steps["cropped"].shape[1] < 8
    assert steps["fit into 20×20"].shape[0] == 20


def test_a_stroke_may_shrink_to_one_pixel():
    thin = np.ones((200, 6))
    assert resized(thin, BOX).shape == (20, 1) and resized(thin.T, BOX).shape == (1, 20)
    assert fit(thin).shape == (20, 1)


def test_the_pen_is_a_stage_where_it_was_changed():
    names = ["grey", "ink", "cropped", "fit into 20×20", "centred by mass"]
    assert list(stages(draw_strokes(SEVEN, pen=16))) == names
    assert list(stages(draw_strokes(SEVEN, pen=3))) == [*names[:3], "usual pen", *names[3:]]
