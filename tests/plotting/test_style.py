"""One look for all figures, and a description stored with each."""

import matplotlib.pyplot as plt
import pytest
from IPython.core.formatters import DisplayFormatter

from course_utils import plotting
from course_utils.plotting import style


@pytest.fixture
def displayed(monkeypatch):
    calls = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: calls.append((a, k)))
    return calls


def test_show_stores_a_description_and_closes_the_figure(displayed):
    fig, ax = plt.subplots()
    ax.set(title="A line", xlabel="x", ylabel="y")
    plotting.show(fig)
    alt = "A figure of one panel: A line, x, y."
    assert displayed == [((fig,), {"metadata": {"image/png": {"alt": alt}}})]
    assert not plt.fignum_exists(fig.number)


def test_the_course_style_is_readable_and_colour_blind_safe():
    with plt.style.context("default"):
        plotting.use_course_style()
        assert plt.rcParams["font.size"] >= 14 and plt.rcParams["xtick.labelsize"] >= 12
        colors = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert [f"#{c.lstrip('#')}" for c in colors[:3]] == [style.BLUE, style.ORANGE, style.GREEN]


def test_the_style_starts_from_the_defaults():
    with plt.style.context({"image.origin": "lower", "font.family": "SimHei", "text.usetex": True}):
        plotting.use_course_style()
        assert plt.rcParams["image.origin"] == "upper" and not plt.rcParams["text.usetex"]
        assert plt.rcParams["font.family"] == ["sans-serif"]


def test_a_picture_starts_from_the_defaults():
    seen = []

    def draw():
        seen.append((plt.rcParams["image.origin"], plt.rcParams["text.usetex"]))
        return plt.figure(figsize=(1, 1))

    with plt.style.context({"image.origin": "lower", "text.usetex": True}):
        style.picture(draw)
        assert plt.rcParams["image.origin"] == "lower"
    assert seen == [("upper", False)]


@pytest.mark.parametrize(
    ("backend", "chosen"),
    [
        ("agg", ["inline"]),
        ("TkAgg", ["inline"]),
        ("pdf", ["inline"]),
        ("inline", []),
        ("module://matplotlib_inline.backend_inline", []),
        ("module://ipympl.backend_nbagg", []),
        ("widget", []),
    ],
)
def test_figures_go_into_the_notebook(backend, chosen, monkeypatch):
    calls = []

    class Shell:
        kernel = None

        def run_line_magic(self, name, line):
            assert name == "matplotlib"
            calls.append(line)

    monkeypatch.setattr("IPython.get_ipython", Shell)
    monkeypatch.setattr(plt, "get_backend", lambda: backend)
    with plt.style.context("default"):
        plotting.use_course_style()
    assert calls == chosen


def test_a_figure_can_be_formatted_for_a_notebook():
    assert DisplayFormatter().format(plt.figure())[0]["text/plain"].startswith("<Figure")


def test_a_picture_is_a_png_in_the_course_style_and_leaves_nothing_open():
    import io

    from matplotlib.image import imread

    seen = []

    def draw():
        seen.append(plt.rcParams["font.size"])
        fig = plt.figure(figsize=(2, 1))
        fig.add_axes((0, 0, 1, 1), facecolor=style.BLUE)
        return fig

    with plt.style.context("default"):
        size = plt.rcParams["font.size"]
        content = style.picture(draw)
        assert plt.rcParams["font.size"] == size
    assert seen[0] >= 14
    pixels = imread(io.BytesIO(content), format="png")
    middle = pixels[pixels.shape[0] // 2, pixels.shape[1] // 2, :3]
    assert tuple((middle * 255).round()) == (0, 0x72, 0xB2)
    assert not plt.get_fignums()
