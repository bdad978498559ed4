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
    sent, answer = _line("shocks", shocks), _line("response", response)
    if not sent.any():
        raise ValueError("shocks are all zero: give at least one that isn't, to start an echo")
    periods = np.arange(len(sent) + len(answer) - 1)
    above, below = np.zeros(len(periods)), np.zeros(len(periods))
    fig, ax = plt.subplots(figsize=(9, 3.9))
    for k, start in enumerate(np.flatnonzero(sent)):
        echo = np.zeros(len(periods))
        echo[start : start + len(answer)] = sent[start] * answer
        base = np.where(echo >= 0, above, below)
        label = f"echo of the {sent[start]:g} in {xlabel} {start}"
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
    times = _line("time", time)
    given = {"signal": signal, "kernel": kernel, "result": result}
    values = {name: _line(name, line) for name, line in given.items()}
    for name, line in values.items():
        if len(line) != len(times):
            raise ValueError(f"{name} has {len(line)} values for {len(times)} times: give one each")
    outside = [t for t in at if not times[0] <= t <= times[-1]]
    if outside or not len(at):
        raise ValueError(
            f"at is {list(at)}: give times between {times[0]:g} and {times[-1]:g}, at least one"
        )
    f, g = names
    # As far to the left as to the right, so that the flipped function is seen whole.
    tau = np.concatenate([times - times[-1] - (times[1] - times[0]), time])
    first = np.interp(tau, times, values["signal"], left=0)
    fig = plt.figure(figsize=(10.5, 4.6))
    grid = fig.add_gridspec(2, len(at), height_ratios=(1, 1))
    top = 1.25 * max(values["signal"].max(), values["kernel"].max())
    for place, t in enumerate(at):
        ax = fig.add_subplot(grid[0, place])
        flipped = np.interp(t - tau, times, values["kernel"], left=0, right=0)
        ax.plot(tau, first, color=INPUT_COLOR, label=f"{f}(τ)")
        ax.plot(tau, flipped, "--", color=KERNEL_COLOR, label=f"{g}(t − τ)")
        ax.fill_between(tau, first * flipped, color=OUTPUT_COLOR, alpha=0.45, linewidth=0)
        area = np.interp(t, times, values["result"])
        ax.set(
            title=f"t = {t:g}: area {area:.2f}",
            xlim=(-times[-1] / 2, times[-1]),
            ylim=(0, top),
            yticks=[0, 1] if top > 1 else [0],
        )
        ax.text(0.98, 0.05, "τ", transform=ax.transAxes, ha="right", fontsize=14)
        if place == 0:
            ax.legend(loc="upper right", fontsize=12, borderaxespad=0)
    ax = fig.add_subplot(grid[1, :])
    ax.plot(times, values["result"], color=OUTPUT_COLOR)
    ax.plot(at, np.interp(at, times, values["result"]), "o", color="black", markersize=9)
    ax.set(xlabel="t", ylabel=f"({f} ∗ {g})(t)", xlim=(0, times[-1]))
    ax.set_ylim(0, 1.15 * values["result"].max())
    return fig


def _line(name: str, values: Sequence[float]) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{name} has shape {array.shape}: give a non-empty line of numbers (n,)")
    return array
