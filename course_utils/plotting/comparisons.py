"""Named numbers to be compared: horizontal bars, each with its value written beside it."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import BLUE, ORANGE


def draw_comparison(
    values: Mapping[str, float],
    *,
    xlabel: str,
    title: str = "",
    spreads: Mapping[str, float] | None = None,
    highlight: Sequence[str] = (),
    written: str = "{:.2f}",
) -> Figure:
    """Draw one horizontal bar a name, the first at the top.

    Parameters
    ----------
    values
        Lengths of the bars by name, none negative.
    xlabel, title
        What the axis and the figure are called, with units.
    spreads
        Half the length of an error bar, for some or all names.
    highlight
        Names whose bars are orange and hatched; the others are blue.
    written
        How a value is written at its bar's end.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are no values, one is negative or not a number, or a name in `spreads` or
        `highlight` isn't among them.
    """
    if not values:
        raise ValueError("values is empty: give at least one name and number")
    for name, value in values.items():
        if not value >= 0:
            raise ValueError(f"values has {name!r}: {value}: bars need numbers of at least 0")
    spreads = dict(spreads or {})
    unknown = [name for name in (*spreads, *highlight) if name not in values]
    if unknown:
        raise ValueError(f"{unknown[0]!r} isn't among the names of values: {', '.join(values)}")
    ends = {name: value + spreads.get(name, 0) for name, value in values.items()}
    fig, ax = plt.subplots(figsize=(10, 0.42 * len(values) + 1.2))
    for k, (name, value) in enumerate(values.items()):
        marked = name in highlight
        ax.barh(
            k,
            value,
            0.7,
            color=ORANGE if marked else BLUE,
            edgecolor="white",
            hatch="//" if marked else "",
        )
        if name in spreads:
            ax.errorbar(value, k, xerr=spreads[name], color="black", capsize=4, linewidth=1.5)
        ax.annotate(
            written.format(value),
            (ends[name], k),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=13,
        )
    ax.set(xlabel=xlabel, title=title, yticks=np.arange(len(values)), yticklabels=list(values))
    ax.tick_params(axis="y", length=0, labelsize=14)
    ax.invert_yaxis()
    # Room for the number at the end of the longest bar.
    ax.set_xlim(0, 1.15 * (max(ends.values()) or 1.0))
    return fig
