"""How a quantity scales with another: lines on two logarithmic axes with plain numbers on them."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from course_utils.plotting.curves import DASHES
from course_utils.plotting.log_axes import PLAIN, write_plain_numbers


def draw_scaling(
    x: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
) -> Figure:
    """Draw named lines with markers on two logarithmic axes, a tick at every measured `x`.

    A power law is a straight line in such a figure, and its exponent is the slope.

    Parameters
    ----------
    x
        Where all lines were measured (n,), positive.
    lines
        Values (n,) by name, positive; NaN where one wasn't measured.
    xlabel, ylabel, title
        What the axes and the figure are called, with units.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a line has another length than `x`, or a number is zero or negative.
    """
    places = np.asarray(x, dtype=float)
    measured = {name: np.asarray(values, dtype=float) for name, values in lines.items()}
    for name, values in measured.items():
        if values.shape != places.shape:
            raise ValueError(
                f"lines[{name!r}] has shape {values.shape} and x {places.shape}: give one value for "
                "each x, NaN where there is none"
            )
        if (places <= 0).any() or (values <= 0).any():
            raise ValueError(
                f"x or lines[{name!r}] has a number that isn't positive: a logarithmic axis "
                "needs positive ones, or NaN for none"
            )
    fig, ax = plt.subplots(figsize=(9 if len(lines) <= 3 else 11, 4.4))
    for k, (name, values) in enumerate(measured.items()):
        ax.plot(
            places, values, label=name, linestyle=DASHES[k % len(DASHES)], marker="osD^v"[k % 5]
        )
    ax.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel, title=title)
    ax.set_xticks(x)
    ax.xaxis.set_major_formatter(PLAIN)
    ax.xaxis.set_minor_locator(NullLocator())
    write_plain_numbers(ax.yaxis)
    if len(lines) > 3:
        # Beside the axes: so many lines leave no corner free.
        fig.legend(loc="outside right center")
    elif len(lines) > 1:
        ax.legend()
    return fig
