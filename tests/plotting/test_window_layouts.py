"""Windows on signals and on images: which cells are drawn as what, and the numbers beside them."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.convolution import correlate1d, output_size
from course_utils.plotting import SignalCase, draw_windows_on_image, draw_windows_on_signal


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def cells(ax, kind):
    return [patch.get_xy() for patch in ax.patches if patch.get_gid() == kind]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def legend(fig):
    return [text.get_text() for text in fig.legends[0].get_texts()]


# --- signals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("padding", "zeros", "windows", "visits"),
    [
        ("valid", [], 3, "1 2 3 2 1"),
        ("same", [-1, 5], 5, "2 3 3 3 2"),
        ("full", [-2, -1, 5, 6], 7, "3 3 3 3 3"),
        ((0, 1), [5], 4, "1 2 3 3 2"),
    ],
)
def test_every_window_is_drawn_and_visits_are_counted(padding, zeros, windows, visits):
    fig = draw_windows_on_signal([SignalCase(5, 3, "a line", padding)], counts=True)
    (ax,) = fig.axes
    assert cells(ax, "input") == [(x, 0) for x in range(5)]
    assert cells(ax, "zero") == [(x, 0) for x in zeros]
    assert len(cells(ax, "window")) == 3 * windows
    assert texts(ax) == ["0"] * len(zeros) + visits.split() + ["times seen"]
    assert ax.get_title() == "a line"


def test_windows_start_a_stride_apart_and_their_cells_a_dilation():
    (ax,) = draw_windows_on_signal([SignalCase(9, 3, stride=3, dilation=2)]).axes
    starts = [x for x, _ in cells(ax, "window")]
    assert starts == [0, 2, 4, 3, 5, 7]
    assert len({y for _, y in cells(ax, "window")}) == 2


def test_weights_and_results_are_written():
    case = SignalCase([1, 2, 3, 4], [1, 10, 100], padding="same", stride=2)
    (ax,) = draw_windows_on_signal([case]).axes
    assert texts(ax) == [
        "1",
        "2",
        "3",
        "4",
        "0",
        "1",
        "10",
        "100",
        "= 321",
        "1",
        "10",
        "100",
        "= 43",
    ]


def test_results_are_those_of_the_convolution():
    signal, kernel = [3, -1, 4, 1, -5, 9, 2], [2, -1]
    (ax,) = draw_windows_on_signal([SignalCase(signal, kernel, "", 1, 2, 3)]).axes
    written = [text[2:].replace("−", "-") for text in texts(ax) if text.startswith("=")]
    wanted = correlate1d(signal, kernel, padding=1, stride=2, dilation=3)
    assert [int(text) for text in written] == wanted.tolist()


def test_what_no_window_reads_is_crossed_out_and_named():
    fig = draw_windows_on_signal([SignalCase(n, 3, stride=2) for n in (5, 6)])
    whole, cut = fig.axes
    assert cells(whole, "unread") == [] and cells(cut, "unread") == [(5, 0)]
    assert legend(fig) == ["signal", "window", "never read"]
    hatched = [patch for patch in cut.patches if patch.get_hatch()]
    assert [patch.get_gid() for patch in hatched] == ["unread"]


def test_an_unread_value_stays_readable_and_an_unread_zero_does_not_count():
    (ax,) = draw_windows_on_signal([SignalCase([1, 2, 3, 4], [1, 1, 1], "", 1, 2)]).axes
    assert cells(ax, "unread") == [(4, 0)] and texts(ax)[:5] == ["0", "1", "2", "3", "4"]
    (ax,) = draw_windows_on_signal([SignalCase([1, 2, 3, 7], [1, 1, 1], "", 0, 2)]).axes
    assert "7" in texts(ax) and cells(ax, "unread") == [(3, 0)]


def test_cases_share_one_scale():
    fig = draw_windows_on_signal([SignalCase(4, 3), SignalCase(9, 3, "a longer one")])
    fig.canvas.draw()
    sizes = [
        abs(ax.transData.transform((1, 0)) - ax.transData.transform((0, 0)))[0] for ax in fig.axes
    ]
    assert sizes[0] == pytest.approx(sizes[1], rel=0.03)


def test_all_cells_lie_in_the_axes():
    fig = draw_windows_on_signal([SignalCase(5, 3, padding="full"), SignalCase([1, 2, 3], [1, 2])])
    for ax in fig.axes:
        (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
        for patch in ax.patches:
            x, y = patch.get_xy()
            assert left <= x and x + patch.get_width() <= right
            assert top <= y and y + patch.get_height() <= bottom


def test_unusable_cases_are_refused():
    with pytest.raises(ValueError, match="cases is empty"):
        draw_windows_on_signal([])
    with pytest.raises(ValueError, match="larger than the signal"):
        draw_windows_on_signal([SignalCase(2, 3)])
    with pytest.raises(ValueError, match="stride is 0"):
        draw_windows_on_signal([SignalCase(5, 3, stride=0)])


# --- images -------------------------------------------------------------------------------------


@pytest.mark.parametrize("padding", ["valid", "same", "full"])
def test_three_windows_stand_above_their_cells(padding):
    fig = draw_windows_on_image(5, 3, padding=padding)
    (ax,) = fig.axes
    out = output_size(5, 3, padding=padding)
    side = out + 2
    assert len(cells(ax, "input")) == 3 * 25
    assert len(cells(ax, "zero")) == 3 * (side**2 - 25)
    assert len(cells(ax, "pane")) == 3 * 9
    assert len(cells(ax, "made")) == 3 and len(cells(ax, "output")) == 3 * (out**2 - 1)
    named = [text for text in texts(ax) if text != "0"]
    image = "image\n5×5" + (f",\nwith zeros\n{side}×{side}" if side > 5 else "")
    assert named == [
        "cell [0, 0]",
        "cell [0, 1]",
        f"cell [{out - 1}, {out - 1}]",
        image,
        f"feature map\n{out}×{out}",
    ]
    assert legend(fig) == (["image", "zeros", "window"] if side > 5 else ["image", "window"])


def test_zeros_are_written_while_there_is_room():
    assert texts(draw_windows_on_image(5, 3, padding="same").axes[0]).count("0") == 3 * 24
    assert texts(draw_windows_on_image(5, 3, padding="full").axes[0]).count("0") == 3 * 56
    assert texts(draw_windows_on_image(9, 5, padding="full").axes[0]).count("0") == 0


@pytest.mark.parametrize("padding", ["same", "full"])
def test_pixels_and_zeros_differ_under_the_window(padding):
    """In the pixels of the figure: one sees through the window what lies under it."""
    fig = draw_windows_on_image(5, 3, padding=padding, at=[(0, 0)])
    fig.canvas.draw()
    picture = np.asarray(fig.canvas.buffer_rgba())[..., :3].astype(int)
    (ax,) = fig.axes
    seen = {}
    for x, y in cells(ax, "pane"):
        kind = "input" if (x, y) in cells(ax, "input") else "zero"
        # Beside the middle, where a 0 may stand.
        column, row = ax.transData.transform((x + 0.2, y + 0.8))
        seen.setdefault(kind, set()).add(tuple(picture[len(picture) - 1 - int(row), int(column)]))
    assert all(len(colors) == 1 for colors in seen.values()) and set(seen) == {"input", "zero"}
    (pixel,), (zero,) = seen["input"], seen["zero"]
    grey = np.array([0.299, 0.587, 0.114])
    assert abs(grey @ pixel - grey @ zero) > 15, "also without colours"


def test_the_frame_spans_the_dilated_window_at_its_stride():
    (ax,) = draw_windows_on_image((9, 8), (3, 2), dilation=(2, 3), stride=(2, 1)).axes
    frames = [patch for patch in ax.patches if patch.get_gid() == "span"]
    assert {(frame.get_width(), frame.get_height()) for frame in frames} == {(4, 5)}
    assert [frame.get_y() for frame in frames] == [1, 1, 5]
    first = frames[0].get_x()
    window = cells(ax, "pane")[:6]
    assert window == [(first + x, 1 + y) for y in (0, 2, 4) for x in (0, 3)]


def test_pixels_that_no_window_reads_are_crossed_out():
    fig = draw_windows_on_image(6, 3, stride=2, at=[(1, 1)])
    (ax,) = fig.axes
    left = min(x for x, _ in cells(ax, "input"))
    unread = {(x - left, y - 1) for x, y in cells(ax, "unread")}
    assert unread == {(x, y) for x in range(6) for y in range(6) if 5 in (x, y)}
    assert legend(fig) == ["image", "window", "never read"]


def test_only_the_chosen_cells_are_shown():
    (ax,) = draw_windows_on_image((4, 6), 3, at=[(1, 3), (0, 2)]).axes
    assert texts(ax)[:2] == ["cell [1, 3]", "cell [0, 2]"]
    assert len(cells(ax, "input")) == 2 * 24


def test_a_map_of_one_cell_is_shown_once():
    (ax,) = draw_windows_on_image(3, 3).axes
    assert len(cells(ax, "made")) == 1 and cells(ax, "output") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (dict(image_shape=2, kernel_size=3), "larger than the image"),
        (dict(image_shape=5, kernel_size=3, at=[(0, 3)]), r"at holds \(0, 3\)"),
        (dict(image_shape=5, kernel_size=3, at=[(-1, 0)]), "3 rows and 3 columns"),
        (dict(image_shape=5, kernel_size=3, padding="half"), "padding is 'half'"),
    ],
)
def test_unusable_images_are_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        draw_windows_on_image(**arguments)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: draw_windows_on_image(5, 3, padding="full"),
        lambda: draw_windows_on_image(9, 3, stride=2, dilation=2),
        lambda: draw_windows_on_image((3, 20), 3),
        lambda: draw_windows_on_signal([SignalCase(n, 3, stride=2) for n in (5, 6, 7, 8)]),
        lambda: draw_windows_on_signal([SignalCase(12, 2)], counts=True),
    ],
)
def test_every_figure_fits_a_slide(draw):
    width, height = draw().get_size_inches()
    assert width <= 11 and height <= 4.61
