"""Histograms of activations, layer by layer."""

import numpy as np
import pytest

from course_utils.plotting import draw_layer_histograms

LAYERS = [np.array([[0.0, 0.5], [0.5, 1.5]]), np.array([3.0, 0.1, 0.1, 0.0])]


def heights(ax):
    return np.array([bar.get_height() for bar in ax.patches])


def test_a_row_a_network_a_column_a_layer():
    fig = draw_layer_histograms({"one": LAYERS, "two": LAYERS}, limit=2, xlabel="size", title="t")
    assert len(fig.axes) == 4
    assert [ax.get_ylabel() for ax in fig.axes] == ["one", "", "two", ""]
    assert [ax.get_xlabel() for ax in fig.axes] == ["", "", "layer 1", "2"]
    assert fig.get_supxlabel() == "size" and fig.get_suptitle() == "t"


def test_zeros_are_left_out_and_the_far_ones_heaped_up_at_the_end():
    first, second = draw_layer_histograms({"one": LAYERS}, limit=2).axes
    assert first.get_xlim() == (0, 2)
    assert np.count_nonzero(heights(first)) == 2 and heights(first).max() == 1
    assert heights(first)[0] == 0, "an exact zero"
    assert heights(second)[-1] == 0.5 and heights(second)[1] == 1


def test_the_size_is_written_above():
    first, second = draw_layer_histograms({"one": LAYERS}, limit=2).axes
    assert first.get_title() == f"{np.sqrt(2.75 / 4):.2g}"
    assert second.get_title() == f"{np.sqrt(9.02 / 4):.2g}"


def test_negative_numbers_widen_the_axis():
    (ax,) = draw_layer_histograms({"one": [np.array([-1.0, 1.0])]}, limit=2).axes
    assert ax.get_xlim() == (-2, 2)


def test_a_dead_layer_can_be_drawn():
    (ax,) = draw_layer_histograms({"one": [np.zeros(5)]}, limit=2).axes
    assert not heights(ax).any() and ax.get_title() == "0"


@pytest.mark.parametrize(
    ("networks", "limit", "says"),
    [
        ({}, 1, "layers {}"),
        ({"a": []}, 1, "'a': 0"),
        ({"a": LAYERS, "b": LAYERS[:1]}, 1, "'b': 1"),
        ({"a": LAYERS}, 0, "limit is 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(networks, limit, says):
    with pytest.raises(ValueError, match=says):
        draw_layer_histograms(networks, limit=limit)
