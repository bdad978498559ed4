"""The sheet of paper on a table: found at any angle, and never made up of something else."""

import numpy as np
import pytest
from scipy import ndimage

from course_utils.handwriting import conditions, draw_strokes, read_page, styles, writings
from course_utils.handwriting.paper_sheet import paper_sheet
from course_utils.handwriting.pictures import grey_of


def on_a_table(angle: float, *, sides=(180, 130), shape=(400, 360), paper=0.8) -> np.ndarray:
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    y, x = y - shape[0] / 2, x - shape[1] / 2
    down, right = np.cos(angle) * y - np.sin(angle) * x, np.sin(angle) * y + np.cos(angle) * x
    inside = (np.abs(down) < sides[0] / 2) & (np.abs(right) < sides[1] / 2)
    return ndimage.gaussian_filter(np.where(inside, paper, 0.25), 1)


@pytest.mark.parametrize("degrees", range(0, 180, 15))
def test_a_sheet_is_found_at_any_angle(degrees):
    grey = on_a_table(np.radians(degrees))
    random = np.random.default_rng(degrees)
    grey = (grey + random.normal(scale=0.01, size=grey.shape)).clip(0, 1)
    found = paper_sheet(grey)
    assert found is not None and found.shape == grey.shape
    np.testing.assert_allclose(found, 0.8, atol=0.06)


def test_what_is_written_stays_as_it_is():
    grey = on_a_table(0.1)
    grey[190:210, 175:185] = 0.1
    found = paper_sheet(grey)
    np.testing.assert_array_equal(found[180:220, 165:195], grey[180:220, 165:195])
    assert found[:100].min() > 0.75


@pytest.mark.parametrize(
    "grey",
    [
        np.full((300, 300), 0.7),
        np.tile(np.linspace(0.2, 0.9, 300), (300, 1)),
        np.where(np.hypot(*(np.mgrid[:300, :300] - 150)) < 100, 0.8, 0.2),
        on_a_table(0.2, sides=(80, 60)),
        1 - on_a_table(0.2),
        on_a_table(0, sides=(500, 340)),
        np.ones((1, 1)),
        np.eye(28),
        np.tile([0.1, 0.9, 0.1], (200, 1)),
    ],
    ids=["blank", "slope", "disc", "small", "dark", "to the edges", "pixel", "line", "narrow"],
)
def test_other_things_are_no_sheet(grey):
    assert paper_sheet(grey) is None


@pytest.mark.parametrize("digit", range(10))
def test_a_light_digit_is_no_sheet(digit):
    for style in styles.DIGITS[digit]:
        write = writings.by_style(style, np.random.default_rng(digit))
        page = conditions.CONDITIONS["pen of 22 pixels"](write, np.random.default_rng(5))
        assert paper_sheet(grey_of(255 - page)[1]) is None


@pytest.mark.parametrize("degrees", [0, 20, 45, 70])
def test_a_page_is_read_wherever_it_lies(degrees):
    seven = draw_strokes([[(150, 160), (210, 158), (210, 158), (180, 230), (172, 250)]], (400, 360))
    grey = np.minimum(on_a_table(np.radians(degrees), sides=(240, 200)), seven / 255)
    (one,) = read_page((255 * grey).astype(np.uint8))
    assert one.digit == 7 and one.box[0] > 140 and one.box[2] < 270


@pytest.mark.parametrize("pen", [3, 6])
def test_a_drawn_frame_is_left_out(pen):
    corners = [(30, 30), (330, 34), (328, 370), (32, 366), (30, 30)]
    seven = [(110, 130), (240, 128), (240, 128), (200, 230), (180, 300)]
    page = draw_strokes([corners, seven], (400, 360), pen=pen)
    assert paper_sheet(page / 255) is not None
    (one,) = read_page(page)
    assert one.digit == 7 and 100 < one.box[0] and one.box[2] < 330


@pytest.mark.parametrize("side", range(1, 40, 3))
def test_a_picture_of_any_size_is_looked_at(side):
    random = np.random.default_rng(side)
    for k in range(40):
        down, right = random.integers(1, side + 1, 2)
        grey = random.uniform(0, 0.3, size=(side, int(random.integers(1, 60))))
        grey[side - down :, :right] += 0.6
        if k % 2:
            grey = ndimage.rotate(grey, 45, mode="nearest").clip(0, 1)
        found = paper_sheet(grey)
        assert found is None or (found.shape == grey.shape and np.isfinite(found).all())


def test_a_small_sheet_of_nothing_but_its_edge_is_none():
    assert paper_sheet(np.pad(np.ones((6, 6)), 4)) is None


def test_pages_on_a_table_are_read():
    random = np.random.default_rng(0)
    right = []
    for k in range(20):
        ways = styles.DIGITS[k % 10]
        page = conditions.CONDITIONS["page on a table"](
            writings.by_style(ways[k % len(ways)], random), random
        )
        right.append([one.digit for one in read_page(page)] == [k % 10])
    assert np.mean(right) >= 0.95
