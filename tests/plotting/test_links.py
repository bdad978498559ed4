"""Layers as dots and lines."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex

from course_utils.plotting import LinkPanel, draw_links
from course_utils.plotting.style import INPUT_COLOR, OUTPUT_COLOR

SHARED = np.array([[1, 2, 0, 0], [0, 1, 2, 0], [0, 0, 1, 2]])
DENSE = np.arange(1, 13).reshape(3, 4)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def lines(ax):
    return [each for each in ax.collections if isinstance(each, LineCollection)]


def dots(ax):
    return [each for each in ax.collections if isinstance(each, PathCollection)]


def filled(collection):
    """Indices of the dots that aren't white, and their colours."""
    faces = [to_hex(face) for face in collection.get_facecolors()]
    return [(k, face.upper()) for k, face in enumerate(faces) if face != "#ffffff"]


def test_every_link_is_a_line_between_its_dots():
    ax = draw_links([LinkPanel([SHARED], "title", "caption")]).axes[0]
    (collection,) = lines(ax)
    below, above = (each.get_offsets() for each in dots(ax))
    assert (len(below), len(above)) == (4, 3)
    drawn = {tuple(map(tuple, np.round(segment, 6))) for segment in collection.get_segments()}
    wanted = {
        (tuple(np.round(below[j], 6)), tuple(np.round(above[i], 6))) for i, j in np.argwhere(SHARED)
    }
    assert drawn == wanted and len(drawn) == 6
    assert (ax.get_title(), ax.get_xlabel()) == ("title", "caption")


def test_an_input_is_followed_upwards():
    ax = draw_links([LinkPanel([SHARED], highlight=("input", 1))]).axes[0]
    faint, strong = lines(ax)
    assert (len(faint.get_segments()), len(strong.get_segments())) == (4, 2)
    below, above = dots(ax)
    assert filled(below) == [(1, INPUT_COLOR)]
    assert filled(above) == [(0, OUTPUT_COLOR), (1, OUTPUT_COLOR)]


def test_an_output_is_followed_down_through_all_layers():
    upper = np.array([[1, 2, 0], [0, 1, 2]])
    ax = draw_links([LinkPanel([SHARED, upper], highlight=("output", 0))]).axes[0]
    rows = dots(ax)
    assert [[k for k, _ in filled(row)] for row in rows] == [[0, 1, 2], [0, 1], [0]]
    assert len(lines(ax)[1].get_segments()) == 2 + 4


def test_equal_weights_share_a_colour_and_dashes():
    ax = draw_links([LinkPanel([SHARED], weights=True)]).axes[0]
    first, second = lines(ax)
    assert [len(each.get_segments()) for each in (first, second)] == [3, 3]
    assert to_hex(first.get_color()[0]) != to_hex(second.get_color()[0])
    assert first.get_linestyle() != second.get_linestyle()


def test_many_weights_all_differ_in_colour():
    ax = draw_links([LinkPanel([DENSE], weights=True)]).axes[0]
    assert len({to_hex(each.get_color()[0]) for each in lines(ax)}) == len(lines(ax)) == 12


def test_the_same_number_in_two_layers_is_not_the_same_weight():
    ax = draw_links([LinkPanel([SHARED, [[1, 2, 0], [0, 1, 2]]], weights=True)]).axes[0]
    assert len({to_hex(each.get_color()[0]) for each in lines(ax)}) == 4


def test_panels_stand_in_columns_at_one_scale():
    panels = [LinkPanel([SHARED]), LinkPanel([DENSE]), LinkPanel([DENSE, [[1, 2, 3]]])]
    fig = draw_links(panels, columns=2, width=6)
    used = fig.axes[:3]
    assert len(fig.axes) == 4 and not fig.axes[3].axison
    assert len({(*ax.get_xlim(), *ax.get_ylim()) for ax in used}) == 1
    assert fig.get_figwidth() == 6


@pytest.mark.parametrize(
    ("panels", "says"),
    [
        ([], "panels is empty"),
        ([LinkPanel([])], "give arrays"),
        ([LinkPanel([np.ones(3, int)])], "give arrays"),
        ([LinkPanel([SHARED]), LinkPanel([SHARED, SHARED])], r"panels\[1\].*the one below"),
        ([LinkPanel([SHARED], highlight=("input", 4))], "highlights"),
        ([LinkPanel([SHARED], highlight=("output", 3))], "highlights"),
        ([LinkPanel([SHARED], highlight=("middle", 0))], "highlights"),
    ],
)
def test_unusable_panels_are_refused(panels, says):
    with pytest.raises(ValueError, match=says):
        draw_links(panels)


def test_rows_of_dots_are_named_beside_them():
    ax = draw_links([LinkPanel([SHARED], rows=["series", "layer"])]).axes[0]
    heights = [each.get_offsets()[0][1] for each in dots(ax)]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["series", "layer"]
    assert ax.get_yticks().tolist() == heights
    assert not draw_links([LinkPanel([SHARED])]).axes[0].get_yticklabels()
    with pytest.raises(ValueError, match=r"panels\[0\] has 1 rows named for 2 rows of dots"):
        draw_links([LinkPanel([SHARED], rows=["series"])])
