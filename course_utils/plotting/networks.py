"""A network drawn as what flows through it: stacks of feature maps, then columns of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_utils.plotting.style import GREEN, INPUT_COLOR, PURPLE, SKY

if TYPE_CHECKING:
    import keras

# What a layer's result looks like, by the beginning of its Keras class' name. Layers of other
# kinds (dropout, normalisation, activations) change no shape and are not drawn.
_COLORS = {
    "Input": INPUT_COLOR,
    "Conv": GREEN,
    "MaxPooling": SKY,
    "AveragePooling": SKY,
    "GlobalMaxPooling": SKY,
    "GlobalAveragePooling": SKY,
    "Flatten": "0.6",
    "Dense": PURPLE,
}
_MOST_SHEETS = 20
# All in inches.
_LARGEST_SHEET, _LARGEST_COLUMN = 2.0, 2.5
_COLUMN_WIDTH, _SHEET_STEP, _GAP = 0.22, 0.045, 0.42
_LABEL_WIDTH = 0.72


class Stage(NamedTuple):
    """What one layer gives: its name, the colour of its kind, its shape, and its values if known.

    The shape is (height, width, channels) or (units,), without the batch.
    """

    name: str
    color: str
    shape: tuple[int, ...]
    values: np.ndarray | None


def draw_network(model: keras.Model, *, image: np.ndarray | None = None, title: str = "") -> Figure:
    """Draw a chain of layers: a sheet for each feature map, a column for each vector.

    Parameters
    ----------
    model
        A Keras model that is a chain of layers and begins with `keras.Input`.
    image
        Array (h, w, channels), one input of the model: every sheet and column then shows what the
        layer makes of it, from black (the layer's smallest value) to white. Without it they are
        plain.
    title
        Written above.

    Returns
    -------
    matplotlib.figure.Figure
        One axes, a unit an inch. Sides are drawn by the square root of their length, and at most
        20 sheets of a stack.

    Raises
    ------
    ValueError
        If the model hasn't been built, or `image` isn't one input of it.
    """
    stages = _stages(model, image)
    longest = max((s.shape[0] for s in stages if len(s.shape) == 3), default=1)
    most = max((s.shape[0] for s in stages if len(s.shape) == 1), default=1)
    fig, ax = plt.subplots(figsize=(10.8, 3.5))
    left, ends = 0.0, []
    for stage in stages:
        if len(stage.shape) == 3:
            width = _draw_stack(ax, left, stage, longest)
        else:
            width = _draw_column(ax, left, stage, most)
        size = "×".join(str(side) for side in stage.shape)
        label = f"{stage.name}\n{size}"
        ax.text(left + width / 2, -1.45, label, ha="center", va="top", fontsize=13)
        ends.append((left, left + width))
        left += max(width, _LABEL_WIDTH) + _GAP
    for (_, end), (start, _) in zip(ends, ends[1:]):
        arrow = {"arrowstyle": "-|>", "color": "0.3", "linewidth": 1.5, "mutation_scale": 14}
        ax.annotate("", (start - 0.04, 0), (end + 0.04, 0), arrowprops=arrow)
    ax.set(xlim=(-0.2, left - 0.4), ylim=(-2.05, 1.5), aspect="equal", title=title)
    ax.axis("off")
    return fig


def _stages(model: keras.Model, image: np.ndarray | None) -> list[Stage]:
    if not getattr(model, "built", False):
        raise ValueError(f"model is {model!r}: give a Keras model that begins with keras.Input")
    shape = tuple(model.input_shape[1:])
    values = None
    if image is not None:
        values = np.asarray(image)
        if values.shape != shape:
            raise ValueError(f"image has shape {values.shape}: the model takes one of {shape}")
    stages = [Stage("image", _COLORS["Input"], shape, values)]
    for layer in model.layers:
        if type(layer).__name__ == "InputLayer":
            continue
        if values is not None:
            values = np.asarray(layer(values[None]))[0]
        color = _color_of(layer)
        if color is not None:
            stages.append(Stage(layer.name, color, tuple(layer.output.shape[1:]), values))
    return stages


def _color_of(layer: keras.Layer) -> str | None:
    kind = type(layer).__name__
    return next((color for start, color in _COLORS.items() if kind.startswith(start)), None)


def _draw_stack(ax: Axes, left: float, stage: Stage, longest: int) -> float:
    """Draw sheets from back to front, centred on height 0; return the width of the stack."""
    h, w, channels = stage.shape
    height, width = (_LARGEST_SHEET * np.sqrt(side / longest) for side in (h, w))
    sheets = min(channels, _MOST_SHEETS)
    spread = _SHEET_STEP * (sheets - 1)
    for k in reversed(range(sheets)):
        x, y = left + k * _SHEET_STEP, (-height - spread) / 2 + k * _SHEET_STEP
        _draw_cells(ax, stage, (x, y, width, height), k)
    return width + spread


def _draw_column(ax: Axes, left: float, stage: Stage, most: int) -> float:
    # A gentler scale than that of the sheets, so that ten numbers beside hundreds are still seen.
    height = _LARGEST_COLUMN * (stage.shape[0] / most) ** 0.3
    _draw_cells(ax, stage, (left, -height / 2, _COLUMN_WIDTH, height), None)
    return _COLUMN_WIDTH


def _draw_cells(
    ax: Axes, stage: Stage, place: tuple[float, float, float, float], channel: int | None
) -> None:
    x, y, width, height = place
    frame = Rectangle((x, y), width, height, linewidth=0.8)
    frame.set(facecolor=stage.color, edgecolor="white")
    if stage.values is not None:
        cells = stage.values[:, None] if channel is None else stage.values[:, :, channel]
        low, high = stage.values.min(), stage.values.max()
        extent = (x, x + width, y, y + height)
        ax.imshow(cells, cmap="gray", vmin=low, vmax=high, extent=extent, aspect="auto", zorder=1)
        frame.set(fill=False, edgecolor=stage.color, linewidth=1.2)
    ax.add_patch(frame)
