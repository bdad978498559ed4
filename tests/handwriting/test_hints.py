"""Hints: each tells what is unlike MNIST, and silence where nothing is."""

import numpy as np
import pytest
from PIL import Image

from course_utils import datasets
from course_utils.handwriting import MEAN_INK, draw_strokes, hints, mean_ink
from course_utils.handwriting.styles import DIGITS, strokes_of

FOUR = [stroke + (40, 40) for stroke in strokes_of(DIGITS[4][0], 110)]


def test_a_good_picture_needs_no_hint():
    assert hints(draw_strokes(FOUR, pen=12)) == []


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (draw_strokes(FOUR, pen=2), r"strokes are thin: 0\.\d pixels.*widened"),
        (draw_strokes(FOUR, pen=42), r"strokes are wide: [4-9]\.\d pixels.*narrowed"),
        (draw_strokes(FOUR, pen=12, paper=150, ink=125), "differ by only 10 %.*darker pen"),
        (draw_strokes(FOUR, pen=12)[34:, :], "touches the picture's edge.*leave room"),
        (np.rot90(draw_strokes(FOUR, pen=12)), "on its side.*quarter turn to the left"),
        (np.rot90(draw_strokes(FOUR, pen=12), -1), "on its side.*quarter turn to the right"),
        (np.hstack([draw_strokes(FOUR, pen=10)] * 2), "seem to be 2 digits.*read_page"),
    ],
    ids=["thin", "wide", "faint", "edge", "left", "right", "two"],
)
def test_what_is_unusual_is_told(page, says):
    import re

    assert any(re.search(says, hint) for hint in hints(page)), hints(page)


def test_a_small_digit_is_told():
    page = Image.fromarray(draw_strokes(FOUR, pen=12)).resize((20, 25), Image.Resampling.BOX)
    assert any("fewer than the 20" in hint for hint in hints(np.asarray(page)))


def test_the_usual_mean_ink_is_mnist_s():
    images = datasets.load_mnist()[0][0][:2000]
    ink = np.array([mean_ink(image) for image in images])
    assert ((ink >= MEAN_INK[0]) & (ink <= MEAN_INK[1])).mean() == pytest.approx(0.96, abs=0.015)
    assert mean_ink(np.zeros((28, 28), np.uint8)) == 0
