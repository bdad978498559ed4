"""Residual blocks and the shortcuts of a network."""

import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from course_utils.networks import build_model, build_plain, build_resnet
from course_utils.plotting import draw_blocks, draw_shortcuts
from course_utils.plotting.shortcuts import Shortcut, trace_shortcuts


def labels(ax):
    return [text.get_text() for text in ax.texts]


def test_a_plain_block_has_four_boxes_and_no_plus():
    ax = draw_blocks(["plain"]).axes[0]
    boxes = [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    assert len(boxes) == 4 and "+" not in labels(ax)
    assert labels(ax).count("conv 3×3") == labels(ax).count("ReLU") == 2


def test_a_residual_block_has_a_plus_and_one_arrow_more():
    axes = {kind: draw_blocks([kind]).axes[0] for kind in ("plain", "residual", "projection")}
    arrows = {
        kind: sum(isinstance(patch, FancyArrowPatch) for patch in ax.patches)
        for kind, ax in axes.items()
    }
    assert arrows["residual"] == arrows["projection"] == arrows["plain"] + 2
    assert labels(axes["residual"]).count("+") == 1
    assert "conv 1×1" not in labels(axes["residual"])
    assert "conv 1×1" in labels(axes["projection"])


def test_rows_stand_below_each_other_inside_the_axes():
    fig = draw_blocks(["plain", "residual", "projection"])
    ax = fig.axes[0]
    rows = [text.get_position()[1] for text in ax.texts if "y = " in text.get_text()]
    assert rows == sorted(rows, reverse=True) and len(set(rows)) == 3
    fig.canvas.draw()
    frame = fig.bbox
    for artist in [*ax.texts, *ax.patches]:
        box = artist.get_window_extent()
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1
        assert frame.y0 <= box.y0 and box.y1 <= frame.y1
    ends = [p.get_window_extent().x1 for p in ax.patches if isinstance(p, FancyArrowPatch)]
    assert max(ends) <= ax.get_window_extent().x1


@pytest.mark.parametrize("kinds", [[], ["dense"], "plain"])
def test_another_kind_is_refused(kinds):
    with pytest.raises(ValueError, match='"plain", "residual", "projection"'):
        draw_blocks(kinds)


def test_shortcuts_are_found_in_the_graph():
    main, shortcuts = trace_shortcuts(build_resnet(14))
    assert len(main) == 14 and main[0].name == "conv1" and main[-1].name == "output"
    assert not any("projection" in layer.name for layer in main)
    assert shortcuts == [
        Shortcut(1, 3, False),
        Shortcut(3, 5, False),
        Shortcut(5, 7, True),
        Shortcut(7, 9, False),
        Shortcut(9, 11, True),
        Shortcut(11, 13, False),
    ]


@pytest.mark.parametrize("model", [build_plain(8, batch_norm=False), build_model("two_conv")])
def test_a_chain_has_none(model):
    main, shortcuts = trace_shortcuts(model)
    assert shortcuts == []
    assert [layer.name for layer in main] == [layer.name for layer in model.layers if layer.weights]


def test_a_box_a_layer_an_arc_a_shortcut():
    ax = draw_shortcuts(build_resnet(8, batch_norm=False), title="eight").axes[0]
    assert len(ax.patches) == 8 and ax.get_title() == "eight"
    arcs = [line for line in ax.lines if len(line.get_xdata()) > 2]
    assert [(arc.get_xdata()[0], arc.get_xdata()[-1]) for arc in arcs] == [
        pytest.approx((1.5, 3.5)),
        pytest.approx((3.5, 5.5)),
        pytest.approx((5.5, 7.5)),
    ]
    assert [arc.get_linestyle() for arc in arcs] == ["-", "--", "--"]
    assert labels(ax) == ["28×28×8", "14×14×8", "7×7×16", "4×4×32", "10"]


def test_a_sum_of_three_and_an_unbuilt_model_are_refused():
    import keras

    start = keras.Input((4,), name="start")
    ends = [keras.layers.Dense(4, name=f"d{k}")(start) for k in range(3)]
    with pytest.raises(ValueError, match="'sum' adds 3 inputs"):
        draw_shortcuts(keras.Model(start, keras.layers.Add(name="sum")(ends)))
    with pytest.raises(ValueError, match="begins with keras.Input"):
        draw_shortcuts(keras.Sequential([keras.layers.Dense(1, name="d")]))
