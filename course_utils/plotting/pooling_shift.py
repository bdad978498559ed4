"""What a shift by one changes: a row of detector values, and the pooled row above it.

After figure 9.8 of I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016).
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from course_utils.plotting.matrices import number
from course_utils.plotting.style import ORANGE, SKY


def _paler(color: str, share: float) -> str:
    red, green, blue = (share * part + 1 - share for part in to_rgb(color))
    return to_hex((red, green, blue))


_CHANGED, _SAME = _paler(ORANGE, 0.75), _paler(SKY, 0.45)
# Height of the upper row above the lower one, in cells.
_RISE = 2.2


def draw_pooling_shift(
    before: Sequence[float],
    after: Sequence[float],
    *,
    width: int = 3,
    titles: tuple[str, str] = ("before", "input moved right by one"),
) -> Figure:
    """Draw two detector rows with their max-pooled rows, and which values differ between them.

    Parameters
    ----------
    before, after
        Detector values (n,) before and after the shift.
    width
        Of the pooling windows, which lie inside the row and have stride 1.
    titles
        Over the two panels.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes. Lines join each pooled value to its window; on the right, changed values are
        orange and bold, equal ones pale blue, and each row says how many have changed.

    Raises
    ------
    ValueError
        If the rows aren't equally long, or the window doesn't fit.
    """
    rows = [np.asarray(row) for row in (before, after)]
    if rows[0].ndim != 1 or rows[0].shape != rows[1].shape:
        raise ValueError(
            f"before and after have shapes {rows[0].shape} and {rows[1].shape}: "
            "give two rows of one length"
        )
    if not 1 <= width <= len(rows[0]):
        raise ValueError(f"width is {width}: use 1 to {len(rows[0])}, the length of the rows")
    pooled = [np.lib.stride_tricks.sliding_window_view(row, width).max(axis=1) for row in rows]
    n = len(rows[0])
    fig, axes = plt.subplots(1, 2, figsize=(10.6, 3.3))
    for ax, low, high, title in zip(axes, rows, pooled, titles):
        shifted = ax is axes[1]
        for j in range(len(high)):
            for m in range(width):
                ax.plot(
                    [j + m + 0.5, j + width / 2], [1, _RISE], color="0.7", linewidth=1.3, zorder=0
                )
        for values, first, bottom, left in (
            (low, rows[0], 0.0, 0.0),
            (high, pooled[0], _RISE, (width - 1) / 2),
        ):
            changed = values != first
            for j, value in enumerate(values):
                _draw_value(ax, left + j, bottom, value, bool(changed[j]) if shifted else None)
            if shifted:
                words = f"{np.count_nonzero(changed)} of {len(values)}\nchanged"
                ax.text(n + 0.25, bottom + 0.5, words, va="center", fontsize=14)
            else:
                name = "pooled" if bottom else "detector"
                ax.text(-0.25, bottom + 0.5, name, ha="right", va="center", fontsize=14)
        ax.set_title(title, x=(n / 2 + (0.3 if shifted else 2.1)) / (n + 2.4))
        start = -0.3 if shifted else -2.1
        ax.set(xlim=(start, start + n + 2.4), ylim=(-0.15, _RISE + 1.15), aspect="equal")
        ax.axis("off")
    fig.legend(
        handles=[
            Patch(facecolor=_CHANGED, edgecolor="0.3", label="changed"),
            Patch(facecolor=_SAME, edgecolor="0.3", label="the same as before"),
        ],
        loc="outside lower center",
        ncols=2,
    )
    return fig


def _draw_value(ax: Axes, x: float, y: float, value: float, changed: bool | None) -> None:
    face = "white" if changed is None else _CHANGED if changed else _SAME
    gid = None if changed is None else "changed" if changed else "same"
    ax.add_patch(
        Rectangle((x + 0.05, y), 0.9, 1, facecolor=face, edgecolor="0.3", linewidth=1.5, gid=gid)
    )
    ax.text(
        x + 0.5,
        y + 0.5,
        number(value),
        ha="center",
        va="center",
        fontsize=17,
        fontweight="bold" if changed else "normal",
    )
