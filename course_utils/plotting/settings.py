"""A number measured over a grid of settings: one panel a setting, one dot a run."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import BLUE, VERMILION

_SPREAD = 0.5  # how far the dots of one value spread sideways, of the distance between two values


def draw_settings(
    settings: Sequence[Mapping[str, object]],
    values: Sequence[float],
    *,
    ylabel: str,
    title: str = "",
) -> Figure:
    """Draw every run as a dot in each panel, at the value that the panel's setting had in it.

    Each value's mean over all its runs, and so over all other settings, is a thick bar. Compare
    how far the bars of a panel lie apart with how far the dots of one value scatter.

    Parameters
    ----------
    settings
        For each run its settings by name (n,), the same names for all. A setting with a single
        value gets no panel, unless all have one.
    values
        The number for each run (n,); what isn't finite is left out and counted below its value.
    ylabel, title
        What the number and the figure are called.

    Returns
    -------
    matplotlib.figure.Figure
        One axes a panel, all with the same vertical axis. The values of a setting are evenly
        spaced, sorted if they are numbers, and in the order of their first run if not.

    Raises
    ------
    ValueError
        If there are no runs or settings, or `values` or the names don't fit them.
    """
    if not settings or not settings[0] or len(settings) != len(values):
        raise ValueError(
            f"settings has {len(settings)} entries and values {len(values)}: give as many of both, "
            "for at least one run with one setting"
        )
    names = list(settings[0])
    if any(list(each) != names for each in settings):
        raise ValueError(f"settings has runs with other names than {names}: give all the same")
    numbers = np.asarray(values, dtype=float)
    varied = [name for name in names if len(_levels(settings, name)) > 1] or names[:1]
    fig, axes = plt.subplots(
        1, len(varied), figsize=(1.5 + 4.2 * len(varied), 4.4), sharey=True, squeeze=False
    )
    for ax, name in zip(axes[0], varied):
        levels = _levels(settings, name)
        labels = []
        for place, level in enumerate(levels):
            here = numbers[[each[name] == level for each in settings]]
            finite = here[np.isfinite(here)]
            if len(finite):
                ax.hlines(finite.mean(), place - 0.36, place + 0.36, color=VERMILION, linewidth=4)
            # Beside one another, in the order of the runs, so that none hides another.
            sideways = np.linspace(-1, 1, len(finite)) * _SPREAD / 2 if len(finite) > 1 else [0]
            ax.plot(
                place + np.asarray(sideways)[: len(finite)],
                finite,
                "o",
                color=BLUE,
                fillstyle="none",
                markeredgewidth=1.8,
                zorder=3,
            )
            lost = len(here) - len(finite)
            labels.append(f"{level}" + (f"\n({lost} not finite)" if lost else ""))
        ax.set(xlabel=name, xticks=range(len(levels)), xlim=(-0.6, len(levels) - 0.4))
        turn = len("".join(labels)) > 34
        ax.set_xticklabels(labels, rotation=30 if turn else 0, ha="right" if turn else "center")
        ax.grid(axis="y", color="#DDDDDD", linewidth=0.8)
        ax.set_axisbelow(True)
    axes[0, 0].set_ylabel(ylabel)
    dot, bar = (
        plt.Line2D(
            [], [], marker="o", linestyle="", fillstyle="none", markeredgewidth=1.8, color=BLUE
        ),
        plt.Line2D([], [], color=VERMILION, linewidth=4),
    )
    fig.legend([dot, bar], ["one run", "mean"], loc="outside lower center", ncols=2)
    if title:
        fig.suptitle(title)
    return fig


def _levels(settings: Sequence[Mapping[str, object]], name: str) -> list:
    """Return the values that a setting has, each once."""
    found: list = []
    for each in settings:
        if each[name] not in found:
            found.append(each[name])
    numeric = all(isinstance(value, (int, float)) for value in found)
    return sorted(found) if numeric else found
