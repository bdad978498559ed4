"""How a class stands with each exercise."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_utils.plotting.style import BLUE, ORANGE, PADDING_COLOR

_KINDS = (
    ("right", BLUE, ""),
    ("tried, not yet right", ORANGE, "///"),
    ("not tried", PADDING_COLOR, ""),
)


def draw_class(numbers: Sequence[str], counts: Sequence[tuple[int, int, int]]) -> Figure:
    """Draw for each exercise how many students have it right, have tried it, and have not.

    Parameters
    ----------
    numbers
        The exercises' numbers (n,), from top to bottom.
    counts
        Students (n, 3): right, tried and not yet right, not tried.

    Returns
    -------
    matplotlib.figure.Figure
        One horizontal bar for each exercise.

    Raises
    ------
    ValueError
        If there are no exercises, or not three numbers for each.
    """
    table = np.asarray(counts)
    if len(numbers) == 0 or table.shape != (len(numbers), 3):
        raise ValueError(
            f"counts has the shape {table.shape} for {len(numbers)} exercises: give three numbers "
            "for each, and at least one exercise"
        )
    fig, ax = plt.subplots(figsize=(8, 1.2 + 0.34 * len(numbers)))
    left = np.zeros(len(numbers))
    places = np.arange(len(numbers))
    for column, (label, color, hatch) in enumerate(_KINDS):
        width = table[:, column]
        ax.barh(
            places, width, left=left, facecolor=color, edgecolor="white", hatch=hatch, label=label
        )
        left = left + width
    ax.set_yticks(places, labels=list(numbers))
    ax.invert_yaxis()
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("students")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    return fig
