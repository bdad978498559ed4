"""Which pieces make a digit: numbers, lines, and digits in more than one piece."""

import numpy as np
import pytest

from course_utils.handwriting import draw_strokes, read_page
from course_utils.handwriting.styles import DIGITS, strokes_of


def written(digits, *, height=80, gap=40, top=40, left=30, styles=None):
    strokes, x = [], left
    for k, digit in enumerate(digits):
        own = strokes_of(DIGITS[digit][styles[k] if styles else 0], height)
        wide = max(stroke[:, 0].max() for stroke in own)
        strokes += [stroke + (x, top) for stroke in own]
        x += wide + gap
    return strokes, int(x + left)


def read(page):
    return [one.digit for one in read_page(page)]


@pytest.mark.parametrize("number", [[2, 0, 2, 6], [3, 1, 4], [7, 7], [9, 0, 5, 6, 8]])
def test_a_number_is_read_from_left_to_right(number):
    strokes, width = written(number)
    readings = read_page(draw_strokes(strokes, (170, width), pen=6))
    assert [one.digit for one in readings] == number
    lefts = [one.box[1] for one in readings]
    assert lefts == sorted(lefts)


def test_lines_are_read_from_the_top_down():
    first, width = written([3, 7, 2], top=30)
    second, wider = written([8, 0, 4], top=170)
    readings = read_page(draw_strokes(first + second, (290, max(width, wider)), pen=6))
    assert [one.digit for one in readings] == [3, 7, 2, 8, 0, 4]
    assert [one.line for one in readings] == [0, 0, 0, 1, 1, 1]


def test_boxes_are_in_pixels_of_the_picture():
    strokes, width = written([7, 3])
    page = draw_strokes(strokes, (170, width), pen=6)
    small = [one.box for one in read_page(page)]
    large = [one.box for one in read_page(np.kron(page, np.ones((8, 8), np.uint8)))]
    for box, same in zip(small, large):
        np.testing.assert_allclose(np.array(same) / 8, box, atol=1.5)
    own = np.concatenate(strokes[:1])
    assert abs(small[0][0] - (own[:, 1].min() - 3)) <= 3
    assert abs(small[0][1] - (own[:, 0].min() - 3)) <= 3


def test_a_five_with_its_bar_apart_is_one_digit():
    body = [(60, 60), (56, 95), (95, 90), (112, 120), (90, 152), (52, 145)]
    page = draw_strokes([body, [(68, 44), (112, 42)]], pen=7)
    assert read(page) == [5]


def test_the_bar_of_a_wide_slanted_five_may_reach_far_beyond_it():
    body = [(60, 60), (56, 95), (95, 90), (112, 120), (90, 152), (52, 145)]
    strokes = [
        [(100 + 1.6 * (x - 80) + 0.5 * (100 - y), 100 + 0.62 * (y - 100)) for x, y in stroke]
        for stroke in (body, [(68, 44), (112, 42)])
    ]
    assert read(draw_strokes(strokes, pen=5)) == [5]


def test_a_crossed_seven_and_a_broken_four_are_one_digit():
    strokes, width = written([7], styles=[1])
    assert read(draw_strokes(strokes, (170, width + 60), pen=6)) == [7]
    left = [(50, 40), (42, 95), (42, 95), (88, 93)]
    assert read(draw_strokes([left, [(98, 45), (96, 150)]], pen=6)) == [4]


def test_specks_beside_a_digit_are_no_digits():
    strokes, width = written([8], styles=[1])
    page = draw_strokes(strokes, (170, width + 60), pen=6)
    page[150:154, 10:14] = 40
    page[20:23, 100:104] = 40
    assert read(page) == [8]


@pytest.mark.parametrize("gap", [4, 9])
def test_two_rings_one_above_the_other_are_an_eight(gap):
    turn = np.linspace(0, 2 * np.pi, 13)[:, None]
    ring = np.hstack([np.sin(turn), -np.cos(turn)])
    upper, lower = ring * (24, 27) + (80, 60), ring * (30, 33) + (80, 60 + 27 + 33 + 6 + gap)
    assert read(draw_strokes([upper, lower], pen=6)) == [8]


def test_digits_of_two_lines_stay_two():
    first, width = written([0, 0], top=20)
    second, _ = written([0, 0], top=20 + 80 + 24)
    page = draw_strokes(first + second, (230, width), pen=6)
    assert read(page) == [0, 0, 0, 0]


def test_an_open_four_with_its_leg_apart_is_one_digit():
    left = [(40, 40), (40, 100), (40, 100), (100, 102)]
    assert read(draw_strokes([left, [(112, 36), (109, 140)]], pen=6)) == [4]


def test_a_seven_torn_by_a_fold_is_one_digit():
    strokes, width = written([7])
    page = draw_strokes(strokes, (170, width + 60), pen=8)
    page[78:82] = 230
    assert read(page) == [7]
