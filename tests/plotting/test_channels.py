"""Kernels above feature maps, a column a channel."""

import numpy as np
import pytest

from course_utils.plotting import draw_channels
from course_utils.plotting.style import SIGNED_CMAP


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return {"kernels": rng.normal(size=(5, 5, 4)), "maps": rng.random((24, 20, 4))}


def shown(ax):
    return ax.images[0].get_array()


def test_a_row_a_name_and_a_column_a_channel(rows):
    fig = draw_channels(rows, signed=("kernels",))
    assert len(fig.axes) == 8
    np.testing.assert_array_equal(shown(fig.axes[2]), rows["kernels"][:, :, 2])
    np.testing.assert_array_equal(shown(fig.axes[4 + 2]), rows["maps"][:, :, 2])
    assert [ax.get_title() for ax in fig.axes[:4]] == ["1", "2", "3", "4"]
    assert [ax.get_ylabel() for ax in fig.axes if ax.get_ylabel()] == ["kernels", "maps"]


def test_a_signed_row_has_its_white_at_zero_and_each_row_one_scale(rows):
    axes = draw_channels(rows, signed=("kernels",)).axes
    strongest = np.abs(rows["kernels"]).max()
    for ax in axes[:4]:
        assert ax.images[0].get_clim() == (-strongest, strongest)
        assert ax.images[0].get_cmap().name == SIGNED_CMAP
    for ax in axes[4:]:
        assert ax.images[0].get_clim() == (rows["maps"].min(), rows["maps"].max())
        assert ax.images[0].get_cmap().name == "gray"


def test_columns_can_have_titles(rows):
    axes = draw_channels(rows, titles=["0", "1", "2", "3"]).axes
    assert [ax.get_title() for ax in axes[:4]] == ["0", "1", "2", "3"]
    with pytest.raises(ValueError, match="titles has 3 entries for 4 channels"):
        draw_channels(rows, titles=["0", "1", "2"])


def test_a_signed_row_of_zeros_is_drawn():
    ax = draw_channels({"kernels": np.zeros((3, 3, 1))}, signed=("kernels",)).axes[0]
    assert ax.images[0].get_clim() == (-1, 1)


@pytest.mark.parametrize(
    ("rows", "signed", "says"),
    [
        ({}, (), "rows is empty"),
        ({"kernels": np.ones((5, 5))}, (), "row 'kernels' has shape"),
        ({"a": np.ones((5, 5, 2)), "b": np.ones((5, 5, 3))}, (), "channels"),
        ({"a": np.ones((5, 5, 2))}, ("b",), "signed names 'b'"),
        ({"a": np.ones((5, 5, 0))}, (), "row 'a' has shape"),
    ],
)
def test_bad_arguments_are_named(rows, signed, says):
    with pytest.raises(ValueError, match=says):
        draw_channels(rows, signed=signed)
