"""Convolution of signals: echoes that add up, and a flipped function that slides over another."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_utils.plotting.style import INPUT_COLOR, KERNEL_COLOR, OUTPUT_COLOR

# Bars differ in their hatching as well as in their colour.
_HATCHES = ("", "//", "..", "xx", "\\\\", "++")


def draw_echoes(
    shocks: Sequence[float],
    response: Sequence[float],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
) -> Figure:
    """Draw a convolution as stacked bars: each shock starts its own echo, and the echoes add up.

    Parameters
    ----------
    shocks
        The signal (n,), one value a period; zeros start no echo.
    response
        What a shock of size 1 causes (k,), from its own period on.
    xlabel, ylabel, title
        What the axes and the figure are called; `xlabel` is the name of a period, "quarter".

    Returns
    -------
    matplotlib.figure.Figure
        n + k − 1 periods; the dots and numbers are the sums.

    Raises
    ------
    ValueError
        If `shocks` or `response` isn't a non-empty line of numbers, or every shock is zero.
    """
    shocks, response = _line("shocks", shocks), _line("response", response)
    if not shocks.any():
        raise ValueError("shocks are all zero: give at least one that isn't, to start an echo")
    periods = np.arange(len(shocks) + len(response) - 1)
    above, below = np.zeros(len(periods)), np.zeros(len(periods))
    fig, ax = plt.subplots(figsize=(9, 3.9))
    for k, start in enumerate(np.flatnonzero(shocks)):
        echo = np.zeros(len(periods))
        echo[start : start + len(response)] = shocks[start] * response
        base = np.where(echo >= 0, above, below)
        label = f"echo of the {shocks[start]:g} in {xlabel} {start}"
        ax.bar(
            periods,
            echo,
            0.7,
            base,
            label=label,
            color=f"C{k}",
            edgecolor="white",
            hatch=_HATCHES[k % len(_HATCHES)],
        )
        above, below = above + np.maximum(echo, 0), below + np.minimum(echo, 0)
    total = above + below
    (dots,) = ax.plot(periods, total, "o", color="black", label="sum of the echoes")
    for period, value in zip(periods, total):
        ax.annotate(
            f"{value:g}",
            (period, value),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            fontsize=13,
        )
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, xticks=periods)
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.margins(y=0.15)
    ax.legend(handles=[*ax.containers, dots])
    return fig


def draw_flip_and_slide(
    time: Sequence[float],
    signal: Sequence[float],
    kernel: Sequence[float],
    result: Sequence[float],
    at: Sequence[float],
    *,
    names: tuple[str, str] = ("f", "g"),
) -> Figure:
    """Draw the convolution of two functions: above the flipped one slides, below the areas it cuts.

    Parameters
    ----------
    time
        Evenly spaced times (n,) from 0 on; both functions are zero before.
    signal, kernel
        Values (n,) of f and g.
    result
        Values (n,) of f ∗ g at these times.
    at
        The times t to show above: two to four of them, in `time`'s range.
    names
        What f and g are called.

    Returns
    -------
    matplotlib.figure.Figure
        One panel for each t, with f(τ), g(t − τ) and their product's area; then the result.

    Raises
    ------
    ValueError
        If the lines differ in length, or a time of `at` lies outside.
    """
    time = _line("time", time)
    values = {"signal": signal, "kernel": kernel, "result": result}
    for name, given in values.items():
        values[name] = _line(name, given)
        if len(values[name]) != len(time):
            raise ValueError(
                f"{name} has {len(values[name])} values for {len(time)} times: give one each"
            )
    outside = [t for t in at if not time[0] <= t <= time[-1]]
    if outside or not len(at):
        raise ValueError(
            f"at is {list(at)}: give times between {time[0]:g} and {time[-1]:g}, at least one"
        )
    f, g = names
    # As far to the left as to the right, so that the flipped function is seen whole.
    tau = np.concatenate([time - time[-1] - (time[1] - time[0]), time])
    first = np.interp(tau, time, values["signal"], left=0)
    fig = plt.figure(figsize=(10.5, 4.6))
    grid = fig.add_gridspec(2, len(at), height_ratios=(1, 1))
    top = 1.25 * max(values["signal"].max(), values["kernel"].max())
    for place, t in enumerate(at):
        ax = fig.add_subplot(grid[0, place])
        flipped = np.interp(t - tau, time, values["kernel"], left=0, right=0)
        ax.plot(tau, first, color=INPUT_COLOR, label=f"{f}(τ)")
        ax.plot(tau, flipped, "--", color=KERNEL_COLOR, label=f"{g}(t − τ)")
        ax.fill_between(tau, first * flipped, color=OUTPUT_COLOR, alpha=0.45, linewidth=0)
        area = np.interp(t, time, values["result"])
        ax.set(
            title=f"t = {t:g}: area {area:.2f}",
            xlim=(-time[-1] / 2, time[-1]),
            ylim=(0, top),
            yticks=[0, 1] if top > 1 else [0],
        )
        ax.text(0.98, 0.05, "τ", transform=ax.transAxes, ha="right", fontsize=14)
        if place == 0:
            ax.legend(loc="upper right", fontsize=12, borderaxespad=0)
    ax = fig.add_subplot(grid[1, :])
    ax.plot(time, values["result"], color=OUTPUT_COLOR)
    ax.plot(at, np.interp(at, time, values["result"]), "o", color="black", markersize=9)
    ax.set(xlabel="t", ylabel=f"({f} ∗ {g})(t)", xlim=(0, time[-1]))
    ax.set_ylim(0, 1.15 * values["result"].max())
    return fig


def _line(name: str, values: Sequence[float]) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{name} has shape {array.shape}: give a non-empty line of numbers (n,)")
    return array
