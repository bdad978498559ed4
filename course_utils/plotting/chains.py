"""A chain of layers with what flows through it: values forward, slopes of the loss backward."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from course_utils.plotting.style import INPUT_COLOR, VERMILION

# All in inches.
_BOX_WIDTH, _BOX_HEIGHT = 1.32, 0.95
_ARROW_AT = 0.24
_HEIGHT = 2.9


def draw_chain(
    layers: Sequence[str],
    values: Sequence[str],
    *,
    learned: Sequence[str] = (),
    width: float = 10.8,
) -> Figure:
    """Draw layers in a row, an arrow forward for each value and one backward for its slope.

    Parameters
    ----------
    layers
        Names of the layers, in the order of the forward pass.
    values
        Mathematical names of what goes into the first layer, between the layers and out of the
        last, without dollar signs: one more than layers. The last one is the loss; slopes are
        written ∂loss/∂value.
    learned
        What each layer learns, a mathematical name, or "" for nothing: its slope is drawn below
        the layer. By default no layer learns.
    width
        Of the figure, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        One axes, a unit an inch.

    Raises
    ------
    ValueError
        If there is no layer, or `values` or `learned` don't fit their number.
    """
    if not layers:
        raise ValueError("layers is empty: give at least one name")
    learned = list(learned) or [""] * len(layers)
    for name, given, count in (
        ("values", values, len(layers) + 1),
        ("learned", learned, len(layers)),
    ):
        if len(given) != count:
            raise ValueError(
                f"{name} has {len(given)} entries for {len(layers)} layers: give {count}"
            )
    fig, ax = plt.subplots(figsize=(width, _HEIGHT))
    gap = (width - 0.2 - len(layers) * _BOX_WIDTH) / (len(layers) + 1)
    loss = values[-1]
    longest = max(len(line) for layer in layers for line in layer.split("\n"))
    for k, value in enumerate(values):
        start = k * (gap + _BOX_WIDTH)
        _draw_flow(ax, start + 0.06, start + gap - 0.06, _ARROW_AT, f"${value}$", INPUT_COLOR)
        if k < len(layers):
            slope = _slope(loss, value)
            _draw_flow(ax, start + gap - 0.06, start + 0.06, -_ARROW_AT, slope, VERMILION)
    for k, (layer, weights) in enumerate(zip(layers, learned)):
        left = gap + k * (gap + _BOX_WIDTH)
        ax.add_patch(
            FancyBboxPatch(
                (left + 0.05, -_BOX_HEIGHT / 2 + 0.05),
                _BOX_WIDTH - 0.1,
                _BOX_HEIGHT - 0.1,
                boxstyle="round,pad=0.05",
                facecolor="0.93",
                edgecolor="0.3",
                linewidth=1.5,
            )
        )
        middle = left + _BOX_WIDTH / 2
        ax.text(middle, 0, layer, ha="center", va="center", fontsize=min(14, 14 * 12 / longest))
        if weights:
            _draw_arrow(ax, (middle, -_BOX_HEIGHT / 2), (middle, -1.05), VERMILION)
            ax.text(
                middle,
                -1.1,
                _slope(loss, weights),
                ha="center",
                va="top",
                fontsize=19,
                color=VERMILION,
            )
    ax.text(0.06, 1.05, "values →", fontsize=14, color=INPUT_COLOR, va="center")
    ax.text(0.06, -1.35, "← slopes", fontsize=14, color=VERMILION, va="center")
    ax.set(xlim=(0, width - 0.2), ylim=(-1.75, 1.2), aspect="equal")
    ax.axis("off")
    return fig


def _slope(loss: str, value: str) -> str:
    return rf"$\frac{{\partial {loss}}}{{\partial {value}}}$"


def _draw_flow(ax: Axes, start: float, end: float, y: float, label: str, color: str) -> None:
    """Draw an arrow along a row, its label above a forward and below a backward one."""
    _draw_arrow(ax, (start, y), (end, y), color)
    forward = end > start
    ax.text(
        (start + end) / 2,
        y + (0.08 if forward else -0.1),
        label,
        ha="center",
        va="bottom" if forward else "top",
        fontsize=17 if forward else 19,
        color=color,
    )


def _draw_arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
    ax.annotate(
        "",
        end,
        start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": color,
            "linewidth": 2.2,
            "mutation_scale": 16,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
