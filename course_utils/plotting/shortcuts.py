"""Residual networks: one block as boxes and arrows, and the shortcuts of a whole network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from course_utils.plotting.boxes_and_arrows import arrow, box, shortcut
from course_utils.plotting.style import BLUE, GREEN, ORANGE, PURPLE, SKY

if TYPE_CHECKING:
    import keras

Kind = Literal["plain", "residual", "projection"]

# What stands in a block, with the width of its box; all lengths in inches.
_BOXES = (("conv 3×3", 1.35), ("ReLU", 0.85), ("conv 3×3", 1.35))
_BOX_HEIGHT, _GAP, _PLUS = 0.55, 0.46, 0.24
_LEFT, _ROW, _RISE = 2.3, 1.75, 0.68
_COLORS = {"conv 3×3": GREEN, "conv 1×1": ORANGE, "ReLU": "0.85"}
_TITLES = {
    "plain": "plain\ny = ReLU(F(x))",
    "residual": "residual\ny = ReLU(x + F(x))",
    "projection": "residual, other shape\ny = ReLU(Px + F(x))",
}
# One colour and one hatch for the layers of each stage, told by the side of their maps.
_STAGES = ((BLUE, ""), (GREEN, "//"), (PURPLE, ".."), (SKY, "xx"))


def draw_blocks(kinds: Sequence[Kind]) -> Figure:
    """Draw two convolutions in a row as a block, one row for each way to connect them.

    Parameters
    ----------
    kinds
        ``"plain"`` for the convolutions alone, ``"residual"`` with the input added to their result,
        ``"projection"`` with the input sent through a 1×1 convolution before it is added.

    Returns
    -------
    matplotlib.figure.Figure
        One axes, a unit an inch.

    Raises
    ------
    ValueError
        If there are no kinds, or another one.
    """
    kinds = list(kinds)
    if not kinds or any(kind not in _TITLES for kind in kinds):
        names = ", ".join(f'"{kind}"' for kind in _TITLES)
        raise ValueError(f"kinds is {kinds!r}: use one or more of {names}")
    height = _ROW * len(kinds)
    fig, ax = plt.subplots(figsize=(10.6, height))
    for row, kind in enumerate(kinds):
        _draw_block(ax, kind, height - 1.05 - row * _ROW)
    ax.set(xlim=(-0.1, 10.5), ylim=(-0.1, height - 0.1), aspect="equal")
    ax.axis("off")
    return fig


def _draw_block(ax: Axes, kind: Kind, y: float) -> None:
    ax.text(0, y, _TITLES[kind], va="center", fontsize=14, linespacing=1.4)
    x = _LEFT + 0.15
    ax.text(x, y, "x", ha="center", va="center", fontsize=17, style="italic")
    fork, end = x + 0.36, x + 0.15
    for label, width in _BOXES:
        arrow(ax, (end, y), (end + _GAP, y))
        _box(ax, label, end + _GAP, y, width)
        end += _GAP + width
    _brace(ax, x + 0.15 + _GAP, end, y - _BOX_HEIGHT / 2 - 0.05, "F(x)")
    if kind != "plain":
        centre = end + _GAP + _PLUS
        arrow(ax, (end, y), (centre - _PLUS, y))
        shortcut(ax, fork, centre, y, rise=_RISE, radius=_PLUS, fontsize=20)
        if kind == "projection":
            _box(ax, "conv 1×1", (fork + centre) / 2 - 0.65, y + _RISE, 1.3, height=0.42)
        end = centre + _PLUS
    arrow(ax, (end, y), (end + _GAP, y))
    _box(ax, "ReLU", end + _GAP, y, 0.85)
    end += _GAP + 0.85
    arrow(ax, (end, y), (end + _GAP, y))
    ax.text(end + _GAP + 0.15, y, "y", ha="center", va="center", fontsize=17, style="italic")


def _brace(ax: Axes, left: float, right: float, y: float, label: str) -> None:
    """Draw a curly bracket that opens upwards, from `left` to `right`, and its label below."""
    middle, depth = (left + right) / 2, 0.11
    bends = [
        ((left, y), (left, y - depth), (left + depth, y - depth)),
        ((middle - depth, y - depth), (middle, y - depth), (middle, y - 2 * depth)),
        ((middle + depth, y - depth), (right - depth, y - depth), (right, y)),
    ]
    (start, corner, end), (before, tip, lowest), (after, far, top) = bends
    vertices = [start, corner, end, before, tip, lowest, tip, after, far, (right, y - depth), top]
    codes = [Path.MOVETO, *[Path.CURVE3] * 2, Path.LINETO, *[Path.CURVE3] * 2]
    codes += [*[Path.CURVE3] * 2, Path.LINETO, *[Path.CURVE3] * 2]
    ax.add_patch(PathPatch(Path(vertices, codes), facecolor="none", edgecolor="0.3", linewidth=1.5))
    ax.text(middle, y - 2 * depth - 0.02, label, ha="center", va="top", fontsize=14, style="italic")


def _box(
    ax: Axes, label: str, left: float, y: float, width: float, height: float = _BOX_HEIGHT
) -> None:
    color = "black" if label in ("ReLU", "conv 1×1") else "white"
    box(ax, label, left, y, width, height, facecolor=_COLORS[label], color=color, fontsize=13)


class Shortcut(NamedTuple):
    """A shortcut: it leaves after the layer number `start` and joins after the layer `end`.

    Layers with a kernel are counted along the longest path through the network, from 1.
    `projected` tells whether a layer with a kernel lies on the shortcut.
    """

    start: int
    end: int
    projected: bool


def draw_shortcuts(model: keras.Model, *, title: str = "") -> Figure:
    """Draw the layers of a network in a row, and an arc for every shortcut between them.

    Parameters
    ----------
    model
        A functional Keras model; a layer `Add` of two inputs is where a shortcut joins.
    title
        Written above.

    Returns
    -------
    matplotlib.figure.Figure
        One axes. A box for each layer with a kernel on the longest path through the model, numbered
        from 1; shortcuts that add their input as it is are solid arcs, those with a layer of their
        own dashed ones. Below, the shape of the maps wherever it changes.

    Raises
    ------
    ValueError
        If the model isn't built, or an `Add` has more or fewer than two inputs.
    """
    if not getattr(model, "built", False):
        raise ValueError(f"model is {model!r}: give a Keras model that begins with keras.Input")
    main, shortcuts = trace_shortcuts(model)
    count = len(main)
    fig, ax = plt.subplots(figsize=(10.6, 2.9))
    shapes = [tuple(layer.output.shape[1:]) for layer in main]
    order = list(dict.fromkeys(shapes))
    for k, shape in enumerate(shapes):
        color, hatch = _STAGES[order.index(shape) % len(_STAGES)]
        ax.bar(k + 1, 1, width=0.62, bottom=-0.5, color=color, hatch=hatch, edgecolor="white")
        if k:
            ax.plot([k + 0.31, k + 0.69], [0, 0], color="0.2", linewidth=1.5, zorder=0)
    for start, end, projected in shortcuts:
        left, right = start + 0.5, end + 0.5
        angle = np.linspace(0, np.pi, 40)
        x = (left + right) / 2 - (right - left) / 2 * np.cos(angle)
        style: dict[str, Any] = {"linestyle": (0, (3, 1.2)) if projected else "-", "linewidth": 2.6}
        ax.plot(x, 0.05 + 1.25 * np.sin(angle), color=ORANGE, **style)
        ax.plot(right, 0.05, "v", color=ORANGE, markersize=7)
    for shape in order:
        places = [k + 1 for k, other in enumerate(shapes) if other == shape]
        text = "×".join(map(str, shape))
        ax.text(float(np.mean(places)), -0.68, text, ha="center", va="top", fontsize=13)
    ax.set(xlim=(0.4, count + 0.7), ylim=(-1.15, 1.55), title=title)
    ax.axis("off")
    return fig


def trace_shortcuts(model: keras.Model) -> tuple[list[keras.Layer], list[Shortcut]]:
    """Return the layers with a kernel on the longest path through a model, and its shortcuts.

    Raises
    ------
    ValueError
        If an `Add` of the model has more or fewer than two inputs.
    """
    before: dict[str, set[str]] = {}
    longest: dict[str, list[keras.Layer]] = {}
    shortcuts = []
    for layer in model.layers:
        # The input of a Sequential model is not among its layers.
        parents = [name for name in _parents(layer) if name in longest]
        path = max((longest[name] for name in parents), key=len, default=[])
        if type(layer).__name__ == "Add":
            if len(parents) != 2:
                raise ValueError(
                    f"layer {layer.name!r} adds {len(parents)} inputs: shortcuts are drawn for "
                    "layers that add two"
                )
            long, short = sorted(parents, key=lambda name: len(longest[name]), reverse=True)
            common = [one for one in longest[short] if one.name in before[long] | {long}]
            shared = [one for one in common if one in path]
            projected = len(shared) < len(longest[short])
            shortcuts.append(Shortcut(len(shared), len(path), projected))
        own = [layer] if getattr(layer, "kernel", None) is not None else []
        longest[layer.name] = [*path, *own]
        before[layer.name] = set().union(*(before[name] | {name} for name in parents))
    return max(longest.values(), key=len), shortcuts


def _parents(layer: keras.Layer) -> list[str]:
    """Names of the layers whose results a layer takes."""
    if type(layer).__name__ == "InputLayer":
        return []
    given = layer.input if isinstance(layer.input, (list, tuple)) else [layer.input]
    return [tensor._keras_history.operation.name for tensor in given]
