"""Lines over time, steps or epochs."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from course_utils.plotting.log_axes import spans_few_powers, write_plain_numbers

# A line differs from its neighbours in its dashes as well as in its colour.
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def draw_lines(
    x: Sequence[float] | Mapping[str, Sequence[float]],
    lines: Mapping[str, Sequence[float]],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    markers: bool = False,
    logx: bool = False,
    logy: bool = False,
    counted: bool = False,
    ticks: Mapping[float, str] | None = None,
    bands: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
) -> Figure:
    """Draw named lines over one axis, told apart by colour and by dashes.

    Parameters
    ----------
    x
        Where the points lie, for all lines; or a mapping with an own `x` for each line's name.
    lines
        Values by name; NaN leaves a gap.
    xlabel, ylabel, title
        What the axes and the figure are called, with units.
    markers
        Mark each point as well.
    logx, logy
        Logarithmic axes.
    counted
        Whether `x` counts something, such as layers or epochs: ticks at whole numbers only.
    ticks
        Where the x axis is marked, and what is written there, such as ``{2008.75: "2008 Q4"}``.
    bands
        A lower and an upper bound around some of the lines, by the line's name: a shaded band.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a band is of no line.
    """
    bands = bands or {}
    for name in bands:
        if name not in lines:
            raise ValueError(f"bands has {name!r}, which is none of the lines: {', '.join(lines)}")
    fig, ax = plt.subplots()
    for k, (name, values) in enumerate(lines.items()):
        at = np.asarray(x[name] if isinstance(x, Mapping) else x)
        marker = "osD^v"[k % 5] if markers else None
        (line,) = ax.plot(
            at, np.asarray(values), label=name, linestyle=DASHES[k % len(DASHES)], marker=marker
        )
        if name in bands:
            low, high = (np.asarray(bound) for bound in bands[name])
            ax.fill_between(at, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if counted:
        ax.xaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10], integer=True))
    if ticks is not None:
        ax.set_xticks(list(ticks), list(ticks.values()))
    if logx:
        ax.set_xscale("log")
    if logy:
        ax.set_yscale("log")
        if spans_few_powers(ax.yaxis):
            write_plain_numbers(ax.yaxis)
    if len(lines) > 1:
        ax.legend()
    return fig
