"""What each notebook's seconds were spent on, and how much memory it took: stacked bars."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import BLUE, ORANGE, PADDING_COLOR, PURPLE, SKY

# Light and dark in turn, and hatching, so that the parts differ without their colours too.
_LOOKS = {
    "kernel": (PADDING_COLOR, ""),
    "imports": (SKY, ".."),
    "execution": (BLUE, ""),
    "training": (ORANGE, "//"),
}


def draw_run_times(
    names: Sequence[str],
    times: Sequence[Mapping[str, float]],
    memory: Sequence[float],
    *,
    title: str = "",
) -> Figure:
    """Draw a divided bar of seconds and a bar of memory for each notebook, the first at the top.

    Parameters
    ----------
    names
        One a notebook (n,).
    times
        For each notebook seconds by kind, ``kernel``, ``imports``, ``execution`` and
        ``training``; a kind that is missing counts as 0.
    memory
        For each notebook its peak memory in bytes, 0 if unknown.
    title
        Written above both panels.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes: seconds, with the total at each bar's end, and megabytes.

    Raises
    ------
    ValueError
        If there are no notebooks, the three differ in length, a kind is unknown, or a number is
        negative.
    """
    if not names or not len(names) == len(times) == len(memory):
        raise ValueError(
            f"names, times and memory have {len(names)}, {len(times)} and {len(memory)} entries: "
            "give one of each for at least one notebook"
        )
    for name, parts in zip(names, times):
        for kind, seconds in parts.items():
            if kind not in _LOOKS:
                raise ValueError(f"times has {kind!r} for {name}: use {', '.join(_LOOKS)}")
            if not seconds >= 0:
                raise ValueError(f"times has {kind} {seconds} for {name}: use at least 0")
    if any(not size >= 0 for size in memory):
        raise ValueError(f"memory is {list(memory)}: use numbers of at least 0")
    fig, (left, right) = plt.subplots(
        1, 2, figsize=(12, 0.42 * len(names) + 2), width_ratios=(5, 2), sharey=True
    )
    rows, ends = np.arange(len(names)), np.zeros(len(names))
    for kind, (color, hatch) in _LOOKS.items():
        lengths = np.array([parts.get(kind, 0.0) for parts in times])
        label = "kernel start and end" if kind == "kernel" else kind
        left.barh(
            rows, lengths, 0.7, left=ends, color=color, hatch=hatch, edgecolor="white", label=label
        )
        ends += lengths
    _write_ends(left, ends, "{:.1f}")
    megabytes = np.array(memory, dtype=float) / 1e6
    right.barh(rows, megabytes, 0.7, color=PURPLE, edgecolor="white")
    _write_ends(right, megabytes, "{:.0f}")
    left.set(xlabel="seconds", yticks=rows, yticklabels=list(names))
    right.set(xlabel="peak memory, MB")
    left.invert_yaxis()
    for ax in (left, right):
        ax.tick_params(axis="y", length=0)
    handles, labels = left.get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    if title:
        fig.suptitle(title)
    return fig


def _write_ends(ax: plt.Axes, ends: np.ndarray, written: str) -> None:
    for row, end in enumerate(ends):
        ax.annotate(
            written.format(end) if end else "?",
            (end, row),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=12,
        )
    # Room for the number at the end of the longest bar.
    ax.set_xlim(0, 1.2 * (ends.max() or 1.0))
