"""One look for all figures, and a description stored with each."""

import matplotlib.pyplot as plt
import pytest
from IPython.core.formatters import DisplayFormatter

from course_utils import plotting
from course_utils.plotting import style

ALT = "A line that rises from 0 to 1, drawn for a test."


@pytest.fixture
def displayed(monkeypatch):
    calls = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: calls.append((a, k)))
    return calls


def test_show_stores_the_description_and_closes_the_figure(displayed):
    fig = plt.figure()
    plotting.show(fig, alt=f"  {ALT} ")
    assert displayed == [((fig,), {"metadata": {"image/png": {"alt": ALT}}})]
    assert not plt.fignum_exists(fig.number)


@pytest.mark.parametrize("alt", ["", "a figure", None, 3, " " * 40])
def test_a_figure_without_a_description_is_refused(displayed, alt):
    with pytest.raises(ValueError, match="say in a sentence"):
        plotting.show(plt.figure(), alt=alt)
    assert not displayed


def test_the_course_style_is_readable_and_colour_blind_safe():
    with plt.style.context("default"):
        plotting.use_course_style()
        assert plt.rcParams["font.size"] >= 14 and plt.rcParams["xtick.labelsize"] >= 12
        colors = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert [f"#{c.lstrip('#')}" for c in colors[:3]] == [style.BLUE, style.ORANGE, style.GREEN]


def test_a_figure_can_be_formatted_for_a_notebook():
    assert DisplayFormatter().format(plt.figure())[0]["text/plain"].startswith("<Figure")
