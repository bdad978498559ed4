"""A chain of layers with values and slopes."""

import pytest
from matplotlib.patches import FancyBboxPatch

from course_utils.plotting import draw_chain
from course_utils.plotting.style import INPUT_COLOR, VERMILION

LAYERS, VALUES = ["first", "second"], ["x", "y", "L"]


def arrows(ax):
    return [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]


def test_every_layer_is_a_named_box():
    (ax,) = draw_chain(LAYERS, VALUES).axes
    assert sum(isinstance(patch, FancyBboxPatch) for patch in ax.patches) == 2
    assert {"first", "second"} <= {text.get_text() for text in ax.texts}


def test_values_go_forward_and_slopes_of_the_loss_come_back():
    (ax,) = draw_chain(LAYERS, VALUES).axes
    written = [text.get_text() for text in ax.texts]
    assert {"$x$", "$y$", "$L$"} <= set(written)
    slopes = [text for text in written if "partial" in text]
    assert slopes == [r"$\frac{\partial L}{\partial x}$", r"$\frac{\partial L}{\partial y}$"]
    forward = [
        text
        for text in ax.texts
        if getattr(text, "arrow_patch", None) and text.xy[0] > text.xyann[0]
    ]
    backward = [
        text
        for text in ax.texts
        if getattr(text, "arrow_patch", None) and text.xy[0] < text.xyann[0]
    ]
    assert len(forward) == 3 and len(backward) == 2
    assert {text.arrow_patch.get_edgecolor()[:3] for text in forward}.isdisjoint(
        {text.arrow_patch.get_edgecolor()[:3] for text in backward}
    )


def test_what_is_learned_hangs_below_its_layer():
    (ax,) = draw_chain(LAYERS, VALUES, learned=["", "w"]).axes
    (label,) = [text for text in ax.texts if "partial w" in text.get_text()]
    boxes = sorted(patch.get_x() for patch in ax.patches)
    assert label.get_position()[0] > boxes[1]
    assert label.get_color() == VERMILION != INPUT_COLOR
    assert len(arrows(ax)) == 3 + 2 + 1


def test_everything_stays_inside_the_figure():
    fig = draw_chain(["softmax\ncross-entropy"] * 5, list("xyapzL"), learned=["w"] * 5)
    fig.canvas.draw()
    whole = fig.bbox
    for text in fig.axes[0].texts:
        box = text.get_window_extent()
        assert box.x0 >= whole.x0 and box.x1 <= whole.x1
        assert box.y0 >= whole.y0 and box.y1 <= whole.y1


@pytest.mark.parametrize(
    ("layers", "values", "learned", "says"),
    [
        ([], ["x"], [], "layers is empty"),
        (["a"], ["x"], [], "values has 1 entries for 1 layers: give 2"),
        (["a"], ["x", "L"], ["w", "v"], "learned has 2 entries for 1 layers: give 1"),
    ],
)
def test_what_does_not_fit_together_is_refused(layers, values, learned, says):
    with pytest.raises(ValueError, match=says):
        draw_chain(layers, values, learned=learned)
