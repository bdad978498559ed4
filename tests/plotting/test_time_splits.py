"""What is learned from and what is forecast, drawn over time."""

import numpy as np
import pytest

from course_utils.plotting import draw_time_splits

SPLITS = [(slice(0, 4), slice(4, 6)), (slice(0, 6), slice(6, 7))]
TIMES = 1980 + np.arange(7) / 4


def bars(ax):
    return [(bar.get_x(), bar.get_width()) for bar in ax.patches]


def test_each_split_has_a_bar_of_the_past_and_one_to_forecast():
    ax = draw_time_splits(SPLITS, TIMES, xlabel="year").axes[0]
    assert bars(ax) == [(1980, 1), (1981, 0.5), (1980, 1.5), (1981.5, 0.25)]
    assert ax.get_xlabel() == "year" and ax.get_ylim()[0] > ax.get_ylim()[1]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["learn from", "forecast"]
    past, block = ax.patches[:2]
    assert block.get_hatch() and not past.get_hatch()


def test_a_single_split_is_the_first():
    ax = draw_time_splits(SPLITS[:1], TIMES).axes[0]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["first"]


@pytest.mark.parametrize(
    ("splits", "times", "says"),
    [([], TIMES, "splits is empty"), (SPLITS, TIMES[:5], "times has 5 entries, the splits take 7")],
)
def test_bad_input_is_named(splits, times, says):
    with pytest.raises(ValueError, match=says):
        draw_time_splits(splits, times)
