"""The picture of a threshold for paper: how sure the answers are, and the cost of all thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_utils.explorers.threshold.outcomes import Outcomes
from course_utils.plotting import style

DECADES = 5  # of doubt: the axis ends at 0.99999
BINS = 40
TICKS = (0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)


def position(threshold: np.ndarray | float) -> np.ndarray:
    """Where a probability lies on the axis, from 0 to 1: each tenth of the doubt is as wide."""
    doubt = np.maximum(1 - np.asarray(threshold, float), 10.0**-DECADES)
    return -np.log10(doubt) / DECADES


def draw_threshold(
    sure: np.ndarray, wrong: np.ndarray, outcomes: Outcomes, threshold: float, hidden: bool
) -> Figure:
    """Draw the answers and the curve.

    Parameters
    ----------
    sure
        How sure each answer is, (n,).
    wrong
        Which of them are wrong, integers (m,).
    outcomes
        What comes of each threshold.
    threshold
        The one of now.
    hidden
        Whether the curve is left out.
    """
    fig = Figure(figsize=(6.6, 4), layout="constrained")
    above, below = fig.subplots(2, 1, sharex=True, height_ratios=[1.1, 1])
    _draw_answers(above, sure, wrong, threshold)
    _draw_costs(below, outcomes, len(sure), threshold, hidden)
    for ax in (above, below):
        ax.axvline(position(threshold), color=style.BLACK, linewidth=1.5)
    below.set(xlim=(0, 1), xticks=position(np.array(TICKS)), xlabel="threshold")
    below.set_xticklabels([f"{tick:g}" for tick in TICKS])
    return fig


def _draw_answers(ax: Axes, sure: np.ndarray, wrong: np.ndarray, threshold: float) -> None:
    is_wrong = np.zeros(len(sure), bool)
    is_wrong[wrong] = True
    given = sure >= np.float32(threshold)
    edges = np.linspace(0, 1, BINS + 1)
    for part, sign, colour, hatch in (
        (~is_wrong, 1, style.BLUE, None),
        (is_wrong, -1, style.ORANGE, "/////"),
    ):
        filled, hollow = (
            sign * np.histogram(np.minimum(position(sure[part & which]), 1), edges)[0]
            for which in (given, ~given)
        )
        # Each half has a scale of its own: errors are few.
        most = max(int(np.abs(filled + hollow).max()), 1)
        settings: dict[str, Any] = {"width": 1 / BINS, "align": "edge", "edgecolor": colour}
        settings["linewidth"] = 0.8
        face = colour if sign > 0 else "white"
        ax.bar(edges[:-1], filled / most, facecolor=face, hatch=hatch, **settings)
        ax.bar(
            edges[:-1], hollow / most, bottom=filled / most, fill=False, linestyle=":", **settings
        )
        words = f"{'right' if sign > 0 else 'wrong'}: the highest bar is {most}"
        va = "top" if sign > 0 else "bottom"
        ax.text(0.96, 0.95 * sign, words, ha="right", va=va, fontsize=9)
    ax.axhline(0, color=style.BLACK, linewidth=0.8)
    ax.set(ylim=(-1.05, 1.05), yticks=[], ylabel="answers")
    ax.grid(visible=False)


def _draw_costs(ax: Axes, outcomes: Outcomes, n: int, threshold: float, hidden: bool) -> None:
    ax.set(ylabel="cost each")
    if hidden:
        words = "Where do you expect the cheapest threshold?"
        box = {"facecolor": "white", "linewidth": 0}
        ax.text(0.5, 0.5, words, ha="center", va="center", transform=ax.transAxes, bbox=box)
        ax.set_yticks([])
        return
    places = outcomes.places()[::-1]
    ends = [1.0 if not k else float(position(float(outcomes.sure[k - 1]))) for k in places]
    costs = [outcomes.cost_of(k) / n for k in places]
    ax.stairs(costs, [0.0, *ends], baseline=None, color=style.BLUE, linewidth=1.5)
    for outcome, words, pattern in (
        (outcomes.answer_all(), "answer all", "--"),
        (outcomes.refuse_all(), "refuse all", ":"),
    ):
        ax.axhline(outcome.cost / n, color=style.BLACK, linestyle=pattern, linewidth=1, label=words)
    ax.plot(position(threshold), outcomes.at(threshold).cost / n, "o", color=style.ORANGE)
    ax.set_ylim(0)
    ax.legend(loc="best")
