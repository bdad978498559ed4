"""How sure a classifier is against how often it is right, and what is left if it may refuse."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_utils.networks import calibration
from course_utils.plotting.curves import DASHES
from course_utils.plotting.style import BLUE, ORANGE


def draw_reliability(
    answers: Mapping[str, tuple[ArrayLike, ArrayLike]], *, bins: int = 10
) -> Figure:
    """Draw reliability diagrams side by side: accuracy against probability, and how many answers.

    Parameters
    ----------
    answers
        By title, probabilities (n, classes) and true classes (n,).
    bins
        Of equal width, from 0 to 1.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes for each: above, a point for each bin that holds an answer, at its mean
        probability and its share of right answers, with a line down or up to the diagonal; below,
        how many answers each bin holds, on a logarithmic axis.

    Raises
    ------
    ValueError
        If there are no answers, or `course_utils.networks.calibration.reliability` refuses one.
    """
    if not answers:
        raise ValueError("answers is empty: give at least one title with what it shows")
    found = {title: calibration.reliability(*pair, bins=bins) for title, pair in answers.items()}
    fig, axes = plt.subplots(
        2,
        len(found),
        figsize=(4.6 * len(found) + 1, 5.2),
        height_ratios=(3, 1),
        sharex=True,
        sharey="row",
        squeeze=False,
    )
    most = max(one.counts.max() for one in found.values())
    for (above, below), (title, one) in zip(axes.T, found.items(), strict=True):
        above.plot([0, 1], [0, 1], color="0.4", linestyle="--", linewidth=1.5)
        there = one.counts > 0
        at, right = one.confidence[there], one.accuracy[there]
        above.vlines(at, np.minimum(at, right), np.maximum(at, right), color=ORANGE, linewidth=5)
        above.plot(at, right, "o", color=BLUE, markersize=9, clip_on=False, zorder=5)
        above.set(title=title, xlim=(0, 1), ylim=(0, 1.0))
        below.bar(
            one.edges[:-1],
            one.counts,
            width=np.diff(one.edges),
            align="edge",
            facecolor=BLUE,
            edgecolor="white",
        )
        below.set(yscale="log", ylim=(0.8, 2 * most), xlabel="probability of the answer")
    powers = 10 ** np.arange(0, int(np.log10(most)) + 1)
    axes[1, 0].set_yticks(powers, [f"{count:,}" for count in powers])
    axes[0, 0].set_ylabel("share right")
    axes[1, 0].set_ylabel("answers")
    return fig


def draw_answered(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    points: Mapping[str, tuple[float, float]] | None = None,
    lowest: float | None = None,
) -> Figure:
    """Draw how many of the answers are right against the share that is answered.

    Parameters
    ----------
    curves
        By name, the shares answered (m,) and the shares of them that are right (m,), 0 to 1, as
        `course_utils.networks.calibration.answered_and_right` gives them.
    points
        By name, (answered, right), to be marked.
    lowest
        Where the vertical axis begins, in per cent; by default where the lines do, beyond the
        first 20 examples in 1,000, in which single mistakes throw them about.

    Returns
    -------
    matplotlib.figure.Figure
        Both axes in per cent.

    Raises
    ------
    ValueError
        If there are no curves.
    """
    if not curves:
        raise ValueError("curves is empty: give at least one name with what it shows")
    fig, ax = plt.subplots()
    drawn: list[np.ndarray] = []
    for k, (name, (answered, right)) in enumerate(curves.items()):
        answered, right = np.asarray(answered, float), np.asarray(right, float)
        ax.plot(100 * answered, 100 * right, linestyle=DASHES[k % len(DASHES)], label=name)
        drawn.append(right[answered > 0.02])
    for k, (name, place) in enumerate((points or {}).items()):
        _mark(ax, name, place, "osD^v"[k % 5])
    if lowest is None:
        least = min((one.min() for one in drawn if one.size), default=0.0)
        lowest = np.floor(100 * least)
    ax.set(xlabel="answered, % of the digits", ylabel="right, % of the answers")
    ax.set(xlim=(0, 101), ylim=(lowest, 100 + 0.04 * (100 - lowest)))
    ax.legend(loc="center left")
    return fig


def _mark(ax: plt.Axes, name: str, place: Sequence[float], marker: str) -> None:
    ax.plot(
        *(100 * one for one in place), marker, color="black", markersize=9, label=name, zorder=5
    )
