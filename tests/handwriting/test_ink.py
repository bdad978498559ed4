"""Ink from paper: tables, thumbs, shadows, frames, rulings and blur are put aside."""

import numpy as np
import pytest
from scipy import ndimage

from course_utils.handwriting import draw_strokes, read_page, stages
from course_utils.handwriting.ink import candidates
from course_utils.handwriting.ruling import without_lines

THREE = [[(50, 50), (80, 38), (105, 60), (75, 92), (110, 125), (85, 160), (45, 148)]]
SEVEN = [[(60, 50), (130, 48), (130, 48), (100, 110), (85, 180)]]
PAGES = {3: THREE, 7: SEVEN}
ROWS, COLUMNS = np.mgrid[:200, :160]


def drawn(strokes, **options):
    return draw_strokes(strokes, **options).astype(float)


def strip(page):
    return np.where(COLUMNS < 12, 60, page)


def thin_strip(page):
    return np.where(COLUMNS < 2, 60, page)


def corner(page):
    return np.where(ROWS + COLUMNS < 40, 60, page)


def thumb(page):
    return np.where(((COLUMNS - 30) / 20) ** 2 + ((ROWS - 205) / 35) ** 2 < 1, 120, page)


def frame(page):
    inner = (ROWS > 3) & (ROWS < 196) & (COLUMNS > 3) & (COLUMNS < 156)
    line = inner & ~((ROWS > 4) & (ROWS < 195) & (COLUMNS > 4) & (COLUMNS < 155))
    return np.where(line, 90, page)


def hard_shadow(page):
    return page - 60 * (COLUMNS + 0.5 * ROWS > 130)


def ruled(page):
    return np.where(((ROWS - 20) % 40 == 0) & (page > 150), 150, page)


def squared(page):
    return np.where(((ROWS % 20 == 0) | (COLUMNS % 20 == 0)) & (page > 200), 200, page)


def next_page(page):
    return np.where(COLUMNS > 150, np.where(COLUMNS < 154, 90, 210), page)


SPOILERS = [strip, thin_strip, corner, thumb, frame, hard_shadow, ruled, squared, next_page]


@pytest.mark.parametrize("digit", PAGES)
@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda one: one.__name__)
def test_what_else_is_in_the_picture_is_left_out(digit, spoil):
    page = spoil(drawn(PAGES[digit], pen=5)).round().clip(0, 255).astype(np.uint8)
    assert [one.digit for one in read_page(page)] == [digit]
    kept = stages(page)["ink"] > 0.5
    own = drawn(PAGES[digit], pen=9, paper=0, ink=255) > 0
    # Of what lies off the stroke nearly nothing is taken for ink.
    assert kept[~own].sum() < 0.05 * kept.sum()


@pytest.mark.parametrize("digit", PAGES)
def test_a_close_up_out_of_focus_is_not_blank(digit):
    page = drawn(PAGES[digit], pen=24, paper=150, ink=60)[18:194, 20:150]
    blurred = ndimage.gaussian_filter(page, 8).round().astype(np.uint8)
    assert [one.digit for one in read_page(blurred)] == [digit]


def test_ink_at_the_picture_s_edge_is_kept():
    page = draw_strokes(SEVEN, pen=10)[46:184, 56:134]
    (one,) = read_page(page)
    assert one.digit == 7 and one.box[0] <= 2 and one.box[2] >= page.shape[0] - 2


def test_chalk_is_lighter_than_its_board():
    random = np.random.default_rng(2)
    page = draw_strokes(THREE, pen=7, paper=50, ink=210) + random.normal(scale=6, size=(200, 160))
    way = next(candidates(page.clip(0, 255) / 255))
    assert not way.dark
    assert [one.digit for one in read_page(page.clip(0, 255))] == [3]


@pytest.mark.parametrize("tilt", [-0.05, 0.0, 0.02])
def test_ruled_lines_go_and_the_strokes_across_them_stay(tilt):
    ink = draw_strokes(SEVEN, pen=6, paper=0, ink=255) / 255
    lines = ((ROWS + tilt * COLUMNS) % 24 < 2) & (ink < 0.5)
    cleaned, count = without_lines(np.where(lines, 0.6, ink), 0.22)
    assert count >= 6
    assert cleaned[lines].mean() < 0.1
    assert cleaned[ink > 0.5].mean() > 0.93


def test_strokes_are_no_lines():
    ink = draw_strokes([[(10, 30), (150, 30)], [(80, 30), (80, 190)]], pen=8, paper=0, ink=255)
    cleaned, count = without_lines(ink / 255, 0.22)
    assert count == 0
    np.testing.assert_array_equal(cleaned, ink / 255)


@pytest.mark.parametrize("aslant", [0.0, 0.12])
@pytest.mark.parametrize("tone", [0.45, 0.95])
def test_lines_of_a_sheet_seen_aslant_go_one_by_one(aslant, tone):
    ink = draw_strokes(SEVEN, pen=6, paper=0, ink=255) / 255
    lines = np.zeros(ink.shape, bool)
    for k in range(1, 12):
        # From the top to the bottom of the sheet their slopes grow, as a camera sees them.
        middle = 17 * k + (0.15 + aslant * k / 11) * (COLUMNS - 79.5)
        lines |= np.abs(ROWS - middle) < 1
    lines &= ink < 0.5
    cleaned, count = without_lines(np.where(lines, tone, ink), 0.22)
    assert count >= 10
    assert cleaned[lines].mean() < 0.1 * tone
    assert cleaned[ink > 0.5].mean() > 0.9


def test_squared_paper_of_a_pen_s_tone_is_taken_out():
    ink = draw_strokes(THREE, pen=6, paper=0, ink=255) / 255
    lines = ((ROWS % 20 < 2) | (COLUMNS % 20 < 2)) & (ink < 0.5)
    cleaned, _ = without_lines(np.where(lines, 0.8, ink), 0.22)
    assert cleaned[lines].mean() < 0.15 and cleaned[ink > 0.5].mean() > 0.85


def test_two_ones_and_a_frame_are_no_ruling():
    ones = draw_strokes([[(50, 10), (50, 190)], [(100, 10), (100, 190)]], pen=4, paper=0, ink=255)
    assert without_lines(ones / 255, 0.22)[1] == 0
    sides = np.zeros((200, 160))
    sides[[8, 191], 6:154] = sides[8:192, 6] = sides[8:192, 153] = 1
    assert without_lines(sides, 0.22)[1] == 0


@pytest.mark.parametrize("digit", PAGES)
@pytest.mark.parametrize("dark", [True, False])
def test_a_picture_cut_close_to_the_ink_is_one_digit(digit, dark):
    page = draw_strokes(PAGES[digit], pen=16)
    rows, columns = (np.flatnonzero((page < 100).any(axis=axis)) for axis in (1, 0))
    page = page[rows[0] + 2 : rows[-1] - 1, columns[0] + 2 : columns[-1] - 1]
    assert [one.digit for one in read_page(page if dark else 255 - page)] == [digit]


@pytest.mark.parametrize("digit", PAGES)
def test_a_small_digit_beside_a_bar_at_the_edge_is_found(digit):
    small = [(np.array(stroke) * 0.35 + (25, 60)).tolist() for stroke in PAGES[digit]]
    page = drawn(small, pen=3)
    page = np.where((np.abs(COLUMNS - 145) < 5) & (ROWS > 60), 50, page).astype(np.uint8)
    assert [one.digit for one in read_page(page)] == [digit]


@pytest.mark.parametrize("digit", PAGES)
def test_a_page_in_a_dark_room_is_still_paper(digit):
    page = drawn(PAGES[digit], pen=6)
    room = (ROWS < 22) | (ROWS > 182) | (COLUMNS < 24 + 0.05 * ROWS)
    page = ndimage.gaussian_filter(np.where(room, 60, page), 0.7).astype(np.uint8)
    assert [one.digit for one in read_page(page)] == [digit]
