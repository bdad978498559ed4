"""Differences that belong together in pairs, one row per change."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import BLUE, ORANGE


def draw_paired_differences(
    differences: Mapping[str, Sequence[float]],
    margins: Mapping[str, float],
    *,
    xlabel: str,
    title: str = "",
) -> Figure:
    """Draw each difference as a dot, their mean as a line with its margin, and where nothing is.

    Parameters
    ----------
    differences
        For each change's name one difference per pair, for example one per seed; the first name
        stands at the top.
    margins
        For each name, how far the mean may be off to either side.
    xlabel, title
        What the axis and the figure are called, with units.

    Returns
    -------
    matplotlib.figure.Figure
        Where the interval mean ± margin leaves 0 out, the dots are filled and the interval is
        blue; elsewhere they are hollow and it is orange.

    Raises
    ------
    ValueError
        If there are no differences, or a name has none or no margin of at least 0.
    """
    if not differences:
        raise ValueError("differences is empty: give at least one name with its differences")
    for name, values in differences.items():
        if not len(values):
            raise ValueError(f"differences has none for {name!r}: give one per pair")
        if not margins.get(name, -1) >= 0:
            raise ValueError(
                f"margins has {margins.get(name)} for {name!r}: give a number of at least 0"
            )
    fig, ax = plt.subplots(figsize=(10, 0.6 * len(differences) + 1.2))
    ax.axvline(0, color="black", linewidth=1)
    for k, (name, values) in enumerate(differences.items()):
        mean, margin = float(np.mean(values)), margins[name]
        clear = abs(mean) > margin
        color = BLUE if clear else ORANGE
        ax.errorbar(mean, k, xerr=margin, color=color, capsize=6, linewidth=3, marker="|", ms=18)
        ax.plot(
            values,
            np.full(len(values), k + 0.25),
            "o",
            ms=7,
            color=color,
            markerfacecolor=color if clear else "white",
        )
    ax.set(
        xlabel=xlabel, title=title, yticks=np.arange(len(differences)), yticklabels=[*differences]
    )
    ax.set_ylim(len(differences) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, labelsize=14)
    return fig
