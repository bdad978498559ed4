"""Named numbers as horizontal bars."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex

from course_utils.plotting import draw_comparison
from course_utils.plotting.style import BLUE, ORANGE

VALUES = {"stays": 0.0, "moves": 1.25, "turns": 0.5}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_one_bar_a_name_the_first_at_the_top():
    ax = draw_comparison(VALUES, xlabel="difference", title="What moves").axes[0]
    assert [bar.get_width() for bar in ax.patches] == [0.0, 1.25, 0.5]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["stays", "moves", "turns"]
    assert ax.yaxis_inverted()
    assert (ax.get_xlabel(), ax.get_title()) == ("difference", "What moves")


def test_each_value_is_written_at_its_bar():
    ax = draw_comparison(VALUES, xlabel="x", written="{:.1f} px").axes[0]
    assert [text.get_text() for text in ax.texts] == ["0.0 px", "1.2 px", "0.5 px"]
    assert [text.xy for text in ax.texts] == [(0.0, 0), (1.25, 1), (0.5, 2)]


def test_the_number_of_the_longest_bar_has_room():
    left, right = draw_comparison(VALUES, xlabel="x", spreads={"moves": 0.5}).axes[0].get_xlim()
    assert left == 0 and right > 1.75


def test_highlighted_bars_differ_in_colour_and_hatching():
    ax = draw_comparison(VALUES, xlabel="x", highlight=["turns"]).axes[0]
    looks = [(to_hex(bar.get_facecolor()).upper(), bar.get_hatch()) for bar in ax.patches]
    assert [color for color, _ in looks] == [BLUE, BLUE, ORANGE]
    assert looks[2][1] and not looks[0][1]


def test_spreads_are_error_bars():
    ax = draw_comparison(VALUES, xlabel="x", spreads={"turns": 0.1}).axes[0]
    (bar,) = [each for each in ax.containers if each.__class__.__name__ == "ErrorbarContainer"]
    (segment,) = bar.lines[2][0].get_segments()
    assert segment[:, 0].tolist() == pytest.approx([0.4, 0.6])


def test_zeros_alone_can_be_drawn():
    assert draw_comparison({"a": 0}, xlabel="x").axes[0].get_xlim()[1] > 0


@pytest.mark.parametrize(
    ("values", "more", "says"),
    [
        ({}, {}, "values is empty"),
        ({"a": -1}, {}, "at least 0"),
        ({"a": float("nan")}, {}, "at least 0"),
        ({"a": 1}, {"highlight": ["b"]}, "'b' isn't"),
        ({"a": 1}, {"spreads": {"c": 1}}, "'c' isn't"),
    ],
)
def test_unusable_values_are_refused(values, more, says):
    with pytest.raises(ValueError, match=says):
        draw_comparison(values, xlabel="x", **more)
