"""Two operations in either order."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.plotting import draw_two_ways

X = np.arange(12.0).reshape(3, 4)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def pictures(fig):
    return [ax for ax in fig.axes if ax.images]


def test_two_chains_and_the_difference_of_their_ends():
    fig = draw_two_ways((X, -X, X + 1), (X, X * 2, X + 3))
    shown = [ax.images[0].get_array() for ax in pictures(fig)]
    for drawn, wanted in zip(shown, (X, -X, X + 1, X, X * 2, X + 3, np.full((3, 4), 2))):
        np.testing.assert_array_equal(drawn, wanted)
    assert len(shown) == 7


def test_the_relative_difference_is_written():
    one, other = np.full((2, 2), 4.0), np.full((2, 2), 3.0)
    difference = pictures(draw_two_ways((one, one, one), (one, one, other)))[-1]
    assert difference.get_xlabel() == "relative: 0.25"
    same = pictures(draw_two_ways((one, one, one), (one, one, one)))[-1]
    assert same.get_xlabel() == "relative: 0.00"
    assert same.xaxis.label.get_color() != difference.xaxis.label.get_color()


def test_maps_and_the_difference_share_one_scale_around_zero():
    axes = pictures(draw_two_ways((X, X, X), (X, X, -20 * np.ones((3, 4)))))
    limits = [ax.images[0].get_clim() for ax in axes]
    assert [limits[k] for k in (1, 2, 5, 6)] == [(-20, 20)] * 4
    assert limits[0] == limits[4] == (0, 11)


def test_unsigned_ends_stay_grey():
    axes = pictures(draw_two_ways((X, X, X), (X, X, X), signed=False))
    assert {ax.images[0].get_cmap().name for ax in axes[:6]} == {"gray"}


def test_steps_and_titles_are_written():
    fig = draw_two_ways((X, X, X), (X, X, X), first_steps=("f", "turn"), second_steps=("turn", "f"))
    texts = [text.get_text() for ax in fig.axes for text in ax.texts if text.get_text()]
    assert texts == ["f", "turn", "turn", "f"]
    assert [ax.get_title() for ax in pictures(fig)[:6]] == [
        "x",
        "f(x)",
        "g(f(x))",
        "x",
        "g(x)",
        "f(g(x))",
    ]


def test_zero_ends_do_not_divide_by_zero():
    nothing = np.zeros((2, 2))
    fig = draw_two_ways((X, nothing, nothing), (X, nothing, nothing))
    assert pictures(fig)[-1].get_xlabel() == "relative: 0.00"


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ((X, X), (X, X, X), "first has 2"),
        ((X, X, X), (X,), "second has 1"),
        ((X, X, X), (X, X, X.T), "can't be compared"),
    ],
)
def test_unusable_chains_are_refused(first, second, says):
    with pytest.raises(ValueError, match=says):
        draw_two_ways(first, second)
