"""Two ways measured side by side, run by run, under several conditions."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from course_utils.plotting.style import BLUE, ORANGE

Pair = tuple[Sequence[float], Sequence[float]]

_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": BLUE, "marker": "o", "markerfacecolor": "white", "markeredgewidth": 2.5},
    {"color": ORANGE, "marker": "D", "markeredgecolor": "white"},
)
_SPREAD = 0.4  # of the distance between two rows, from the first run to the last


def draw_pairs(
    panels: Mapping[str, Mapping[str, Pair]],
    names: tuple[str, str],
    *,
    xlabel: str,
    limits: tuple[float, float],
    title: str = "",
) -> Figure:
    """Draw the runs of two ways as dots, each pair of runs joined by a line.

    Parameters
    ----------
    panels
        For each panel's title, for each row's name, the numbers of the first way and those of the
        second, as many of both: runs at the same place belong together. All panels have the same
        rows, the first at the top.
    names
        Of the two ways, for the legend.
    xlabel, limits
        What the numbers are called, with units, and where their axis begins and ends.
    title
        Written above all panels.

    Returns
    -------
    matplotlib.figure.Figure
        One axes a panel, side by side; the first way a blue ring, the second an orange diamond.

    Raises
    ------
    ValueError
        If there is nothing to draw, two panels have other rows, or the runs of a row aren't pairs.
    """
    rows = list(next(iter(panels.values()), {}))
    if not rows or any(list(panel) != rows for panel in panels.values()):
        raise ValueError(
            f"panels has the rows {[list(panel) for panel in panels.values()]}: give at least one, "
            "and the same for all panels"
        )
    fig, axes = plt.subplots(
        1, len(panels), figsize=(10.8, 0.75 * len(rows) + 1.9), sharey=True, squeeze=False
    )
    for ax, (panel, values) in zip(axes[0], panels.items()):
        for place, (row, pair) in enumerate(values.items()):
            first, second = pair
            if len(first) != len(second) or not len(first):
                raise ValueError(
                    f"panels has {len(first)} and {len(second)} runs in row {row!r} of {panel!r}: "
                    "give as many of both"
                )
            for k, numbers in enumerate(zip(first, second)):
                height = place + _SPREAD * (k / max(1, len(first) - 1) - 0.5)
                ax.plot(numbers, [height] * 2, color="0.75", linewidth=2, zorder=1)
                for number, look in zip(numbers, _LOOKS):
                    ax.plot(number, height, linestyle="none", markersize=9, **look)
        ax.set(title=panel, xlim=limits, xlabel=xlabel, yticks=range(len(rows)), yticklabels=rows)
        ax.tick_params(axis="y", length=0)
    axes[0, 0].invert_yaxis()
    handles = [
        plt.Line2D([], [], linestyle="none", markersize=9, label=name, **look)
        for name, look in zip(names, _LOOKS)
    ]
    fig.legend(handles=handles, loc="outside lower center", ncols=2)
    if title:
        fig.suptitle(title)
    return fig
