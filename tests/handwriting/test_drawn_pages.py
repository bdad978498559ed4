"""Pages drawn by one call."""

import numpy as np
import pytest

from course_utils.handwriting import CONDITIONS, draw_number, draw_page, read_page


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_draws_a_page_that_its_seed_decides(condition):
    page = draw_page(3, condition, seed=4)
    assert page.dtype == np.uint8 and page.ndim == 2 and np.ptp(page) > 30
    np.testing.assert_array_equal(page, draw_page(3, condition, seed=4))
    other = draw_page(3, condition, seed=5)
    assert page.shape != other.shape or (page != other).any()


def test_a_digit_is_read_and_a_sign_of_ones_own_drawn():
    assert [one.digit for one in read_page(draw_page(7))] == [7]
    page = draw_page(("50,0 50,100", 0.15), "pen of 12 pixels")
    rows, columns = np.nonzero(page < page.max() / 2)
    assert np.ptp(rows) > 4 * np.ptp(columns)


def test_a_letter_and_a_sign_have_names():
    assert draw_page("A").shape == draw_page("plus").shape


def test_a_number_is_read_from_left_to_right():
    page = draw_number((2, 0, 4), seed=1)
    assert [one.digit for one in read_page(page)] == [2, 0, 4]


def test_what_is_not_known_is_named():
    with pytest.raises(ValueError, match="condition is 'rain'"):
        draw_page(1, "rain")
    with pytest.raises(ValueError, match="sign is 10"):
        draw_page(10)
    with pytest.raises(ValueError, match="condition is 'thumb'"):
        draw_number((1,), "thumb")
    with pytest.raises(ValueError, match="digits is empty"):
        draw_number(())
