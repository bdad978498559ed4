"""Lines over time, steps or epochs."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from course_utils.plotting.log_axes import write_plain_numbers
from course_utils.plotting.style import PADDING_COLOR

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
    steps: bool = False,
    shaded: Sequence[tuple[float, float]] = (),
    shaded_name: str = "",
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
        Logarithmic axes, with plain numbers on them.
    counted
        Whether `x` counts something, such as layers or epochs: ticks at whole numbers only.
    ticks
        Where the x axis is marked, and what is written there, such as ``{2008.75: "2008 Q4"}``.
    bands
        A lower and an upper bound around some of the lines, by the line's name: a shaded band.
    steps
        Draw stairs: from each point on level up to the next `x`, and there a jump. For what is
        rounded or counted and has no slope between its points.
    shaded
        Stretches (start, end) of the axis to shade in grey, for what happened meanwhile.
    shaded_name
        What they are called in the legend.

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
    for k, (start, end) in enumerate(shaded):
        label = shaded_name if shaded_name and k == 0 else None
        ax.axvspan(start, end, color=PADDING_COLOR, linewidth=0, zorder=0, label=label)
    for k, (name, values) in enumerate(lines.items()):
        at = np.asarray(x[name] if isinstance(x, Mapping) else x)
        marker = "osD^v"[k % 5] if markers else None
        (line,) = ax.plot(
            at,
            np.asarray(values),
            label=name,
            linestyle=DASHES[k % len(DASHES)],
            marker=marker,
            drawstyle="steps-post" if steps else "default",
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
        places = x.values() if isinstance(x, Mapping) else [x]
        write_plain_numbers(ax.xaxis, np.concatenate([np.asarray(each, float) for each in places]))
    if logy:
        ax.set_yscale("log")
        write_plain_numbers(ax.yaxis)
    if len(lines) > 1 or shaded_name:
        ax.legend()
    return fig
