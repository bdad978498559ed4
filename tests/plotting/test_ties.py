"""Tables with what belongs together in one colour."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from course_utils.connectivity import wiring
from course_utils.plotting import TieTable, draw_tied_tables

SHARED = wiring("shared", 5)


def colors(ax, groups):
    """The colour of each cell, by its group."""
    cells = [(patch.get_xy(), to_hex(patch.get_facecolor())) for patch in ax.patches]
    found = {}
    for (column, row), color in cells:
        found.setdefault(int(groups[int(row), int(column)]), set()).add(color)
    return found


@pytest.mark.parametrize("groups", [SHARED, wiring("dense", 7), wiring("tiled", 7)])
def test_equal_numbers_have_one_colour_and_others_another(groups):
    found = colors(draw_tied_tables([TieTable(groups)]).axes[0], groups)
    assert set(found) == set(np.unique(groups).tolist())
    assert all(len(each) == 1 for each in found.values())
    assert len(set.union(*found.values())) == len(found)
    if 0 in found:
        assert found[0] == {"#ffffff"}


def test_numbers_stand_in_the_cells_that_have_a_group():
    ax = draw_tied_tables([TieTable(SHARED, "title", "caption")]).axes[0]
    assert [text.get_text() for text in ax.texts] == ["1", "2", "3"] * 3
    assert (ax.get_title(), ax.get_xlabel()) == ("title", "caption")


def test_values_and_names_are_written():
    groups = 1 + np.add.outer(np.arange(2), np.arange(3))
    table = TieTable(groups, values=-groups, rows="ab", columns=["x", "y", "z"])
    texts = [text.get_text() for text in draw_tied_tables([table]).axes[0].texts]
    assert texts == ["−1", "−2", "−3", "−2", "−3", "−4", "a", "b", "x", "y", "z"]


def test_tables_stand_in_columns_at_one_scale():
    fig = draw_tied_tables([TieTable(SHARED), TieTable([[1]]), TieTable([[2]])], columns=2, width=6)
    assert len(fig.axes) == 4 and not fig.axes[3].axison and fig.get_figwidth() == 6
    assert len({(*ax.get_xlim(), *ax.get_ylim()) for ax in fig.axes[:3]}) == 1


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ([], "tables is empty"),
        ([TieTable([1, 2])], r"tables\[0\] has groups of shape"),
        ([TieTable([[0.5]])], "whole numbers"),
        ([TieTable([[1]]), TieTable([[-1]])], r"tables\[1\].*from 0 on"),
        ([TieTable([[1, 2]], values=[[1]])], "give one for each cell"),
        ([TieTable([[1, 2]], rows="ab")], "names 2 rows: give 1"),
        ([TieTable([[1, 2]], columns="a")], "names 1 columns: give 2"),
    ],
)
def test_unusable_tables_are_refused(tables, says):
    with pytest.raises(ValueError, match=says):
        draw_tied_tables(tables)
