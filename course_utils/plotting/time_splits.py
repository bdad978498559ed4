"""Splits in time: what is learned from and what is forecast, one row a refit."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import BLUE, ORANGE


def draw_time_splits(
    splits: Sequence[tuple[slice, slice]], times: Sequence[float], *, xlabel: str = "time"
) -> Figure:
    """Draw each split as a row: a blue bar to learn from, an orange hatched bar to forecast.

    Parameters
    ----------
    splits
        Pairs of slices with start and stop, as `course_utils.forecasting.expanding_splits` gives
        them, the first on top.
    times
        When each row of the data is, evenly spaced and rising.
    xlabel
        What the axis of time is called.

    Returns
    -------
    matplotlib.figure.Figure
        One axes with two bars a split.

    Raises
    ------
    ValueError
        If there are no splits, or one reaches beyond `times`.
    """
    if not len(splits):
        raise ValueError("splits is empty: give at least one pair of slices")
    last = max(part.stop for pair in splits for part in pair)
    if last > len(times) or len(times) < 2:
        raise ValueError(f"times has {len(times)} entries, the splits take {max(last, 2)}")
    step = times[1] - times[0]
    fig, ax = plt.subplots(figsize=(9, 0.26 * len(splits) + 1.5))
    looks: tuple[dict[str, Any], ...] = (
        {"color": BLUE, "label": "learn from"},
        {"color": ORANGE, "label": "forecast", "hatch": "//", "edgecolor": "white"},
    )
    for k, pair in enumerate(splits):
        for part, look in zip(pair, looks, strict=True):
            ax.barh(k, (part.stop - part.start) * step, 0.7, left=times[part.start], **look)
    ax.set(
        xlabel=xlabel,
        ylabel="refit",
        yticks=sorted({0, len(splits) - 1}),
        yticklabels=["first", "last"][: len(splits)],
        xlim=(times[0], np.asarray(times)[-1] + step),
    )
    ax.invert_yaxis()
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles[:2], labels[:2], loc="upper right")
    return fig
