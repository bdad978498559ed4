"""The trials of a search for good settings: how each learned, and what it had been given."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_utils.plotting.log_axes import write_plain_numbers
from course_utils.plotting.style import BLUE, ORANGE


def draw_trials(
    curves: Sequence[Sequence[float]],
    settings: Sequence[float],
    stopped: Sequence[bool],
    *,
    setting: str,
    ylabel: str,
    title: str = "",
) -> Figure:
    """Draw the learning curve of every trial, and where it ended against one of its settings.

    Parameters
    ----------
    curves
        For each trial what was measured after each epoch, positive, the smaller the better.
    settings
        One number a trial, positive.
    stopped
        Whether the search stopped the trial before its end: those are grey crosses and thin lines.
    setting, ylabel, title
        What the setting, the measured number and the figure are called, with units.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes, logarithmic but for the epochs. The best of the trials that ran to their end is
        orange.

    Raises
    ------
    ValueError
        If the three sequences differ in length, all trials were stopped, one measured nothing, or
        a number isn't positive.
    """
    if not len(curves) == len(settings) == len(stopped):
        raise ValueError(
            f"curves, settings and stopped have {len(curves)}, {len(settings)} and {len(stopped)} "
            "entries: give one each for every trial"
        )
    if all(stopped):
        raise ValueError("stopped is True for every trial: at least one has to run to its end")
    if not all(len(curve) for curve in curves):
        raise ValueError("curves has an empty one: leave out trials that measured nothing")
    for name, numbers in (("settings", settings), ("curves", np.concatenate(curves))):
        if not min(numbers) > 0:
            raise ValueError(f"{name} has {min(numbers)}: logarithmic axes need numbers above 0")
    finals = [curve[-1] for curve in curves]
    best = min((k for k, cut in enumerate(stopped) if not cut), key=lambda k: finals[k])
    fig, (left, right) = plt.subplots(1, 2, figsize=(10.6, 4.2), sharey=True)
    named = set()
    for k, curve in enumerate(curves):
        label, look = ("stopped early", {"color": "0.6", "marker": "X", "linewidth": 1.2})
        if not stopped[k]:
            label, look = ("ran to the end", {"color": BLUE, "marker": "o", "linewidth": 1.8})
        if k == best:
            label, look = (
                "the best",
                {"color": ORANGE, "marker": "D", "linewidth": 3, "zorder": 3},
            )
        left.plot(np.arange(1, len(curve) + 1), curve, **(look | {"markevery": [-1]}))
        look = look | {"linestyle": "none", "markersize": 10}
        right.plot(settings[k], finals[k], label=None if label in named else label, **look)
        named.add(label)
    left.set(xlabel="epoch", ylabel=ylabel, yscale="log")
    write_plain_numbers(left.yaxis)
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.set(xlabel=setting, xscale="log")
    right.legend()
    if title:
        fig.suptitle(title)
    return fig
