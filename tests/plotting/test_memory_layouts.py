"""Places of an image's numbers in memory: which are drawn where, and what is refused."""

import numpy as np
import pytest

from course_utils.plotting import draw_memory_layouts

LAST = ("height", "width", "channels")
FIRST = ("channels", "height", "width")


def numbers(ax) -> list[int]:
    return [int(text.get_text()) for text in ax.texts if text.get_text().isdigit()]


def colours(ax) -> list[tuple]:
    return [patch.get_facecolor() for patch in ax.patches if patch.get_fill()]


def test_each_number_stands_where_its_layout_puts_it():
    image = np.arange(12).reshape(2, 3, 2)  # its values are its places, channels last
    fig = draw_memory_layouts((2, 3, 2), {"last": LAST, "first": FIRST})
    last, first, row_last, row_first = fig.axes
    assert numbers(last) == [*image[:, :, 0].ravel(), *image[:, :, 1].ravel()]
    assert numbers(first) == list(range(12))
    assert numbers(row_last) == numbers(row_first) == list(range(12))
    assert [last.get_title(), first.get_title()] == ["last", "first"]


def test_the_row_takes_its_colours_from_the_channels():
    fig = draw_memory_layouts((2, 2, 2), {"last": LAST, "first": FIRST})
    _, _, row_last, row_first = (colours(ax) for ax in fig.axes)
    one, two = row_first[0], row_first[-1]
    assert one != two
    assert row_last == [one, two] * 4 and row_first == [one] * 4 + [two] * 4
    hatches = {patch.get_hatch() for patch in fig.axes[3].patches if patch.get_fill()}
    assert len(hatches) == 2


@pytest.mark.parametrize("order", [LAST, FIRST, ("width", "channels", "height")])
def test_any_order_shows_every_place_once(order):
    fig = draw_memory_layouts((2, 3, 2), {"it": order})
    assert sorted(numbers(fig.axes[0])) == list(range(12))
    assert numbers(fig.axes[0])[0] == 0


@pytest.mark.parametrize("shape", [(2, 2, 4), (4, 5, 2), (2, 2), (0, 2, 2)])
def test_what_is_too_large_or_empty_is_refused(shape):
    with pytest.raises(ValueError, match="shape is"):
        draw_memory_layouts(shape, {"it": LAST})


def test_an_order_has_each_axis_once():
    with pytest.raises(ValueError, match="'it'.*height, width, channels"):
        draw_memory_layouts((2, 2, 2), {"it": ("height", "height", "channels")})
