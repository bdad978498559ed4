"""Precision against recall, and the area that average precision measures."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.detection import average_precision, precision_recall
from course_utils.plotting.style import BLUE, ORANGE

_MOST_POINTS = 40


def draw_precision_recall(right: Sequence[bool], positives: int, *, title: str = "") -> Figure:
    """Draw precision after each detection against recall, and the falling curve above it.

    Parameters
    ----------
    right
        Whether each detection is right, the surest first.
    positives
        How many objects there are to be found.
    title
        Written above; the average precision is added.

    Returns
    -------
    matplotlib.figure.Figure
        One axes: a line through the detections, with points if there are at most 40; the steps of
        the best precision from each recall on; and the area under them, filled.

    Raises
    ------
    ValueError
        If there is nothing to be found, or more is right than there is.
    """
    precision, recall = precision_recall(right, positives)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    # The steps reach from recall 0 to the last recall, where they fall to 0.
    edges = np.concatenate([[0.0], recall])
    fig, ax = plt.subplots(figsize=(6.4, 4.2))
    ax.stairs(best, edges, fill=True, color=ORANGE, alpha=0.3)
    ax.stairs(best, edges, color=ORANGE, linewidth=2.5, label="best from here on", baseline=None)
    marker = "o" if len(recall) <= _MOST_POINTS else ""
    ax.plot(recall, precision, marker=marker, linestyle="--", color=BLUE, label="after each one")
    area = average_precision(right, positives)
    ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.04))
    ax.set_title(f"{title}: AP {area:.2f}" if title else f"AP {area:.2f}")
    ax.legend(loc="lower left")
    return fig
