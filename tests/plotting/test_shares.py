"""Shares of totals: lengths, what is written, and what is refused."""

import numpy as np
import pytest

from course_utils.plotting import draw_shares

NETS = {
    "small": {"convolutions": 250, "fully connected": 750},
    "large": {"convolutions": 1_900_000, "fully connected": 100_000},
}


def test_bars_are_divided_by_share_and_end_with_their_total():
    ax = draw_shares({"parameters": NETS}).axes[0]
    widths = np.array([bar.get_width() for bar in ax.patches]).reshape(2, 2)
    np.testing.assert_allclose(widths, [[0.25, 0.95], [0.75, 0.05]])
    np.testing.assert_allclose(ax.patches[2].get_x(), 0.25)
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["25 %", "95 %", "75 %", "1.0 k", "2.0 M"]  # 5 % is too narrow to hold text
    assert [label.get_text() for label in ax.get_yticklabels()] == ["small", "large"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_parts_differ_in_colour_and_hatching_and_have_names():
    fig = draw_shares({"parameters": NETS, "multiplications": NETS}, title="both")
    first, second = fig.axes[0].patches[0], fig.axes[0].patches[2]
    assert first.get_facecolor() != second.get_facecolor()
    assert first.get_hatch() != second.get_hatch()
    assert [ax.get_title() for ax in fig.axes] == ["parameters", "multiplications"]
    names = [text.get_text() for text in fig.legends[0].get_texts()]
    assert names == ["convolutions", "fully connected"]
    assert fig.get_suptitle() == "both"


@pytest.mark.parametrize(
    ("panels", "reply"),
    [
        ({}, "empty"),
        ({"a": {}}, "empty"),
        ({"a": {"net": {str(k): 1 for k in range(5)}}}, "at most 4"),
        ({"a": NETS, "b": {"small": NETS["small"]}}, "bars"),
        ({"a": {"x": {"p": 1}, "y": {"q": 1}}}, "parts"),
        ({"a": {"x": {"p": 0}}}, "above 0"),
        ({"a": {"x": {"p": 2, "q": -1}}}, "at least 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(panels, reply):
    with pytest.raises(ValueError, match=reply):
        draw_shares(panels)
