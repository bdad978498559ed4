"""What a total is made of, compared between several totals of very different size."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import EngFormatter

from course_utils.plotting.style import BLACK, GREEN, ORANGE, PURPLE, SKY

# The order keeps notebook 10's colours: convolutions green, fully connected layers purple.
_LOOKS = ((GREEN, ""), (PURPLE, "//"), (SKY, ".."), (ORANGE, "\\\\"))
_LEAST_WRITTEN = 0.1


def draw_shares(
    panels: Mapping[str, Mapping[str, Mapping[str, float]]], *, title: str = ""
) -> Figure:
    """Draw bars of equal length, divided by what their totals are made of.

    Parameters
    ----------
    panels
        For each panel's title, for each bar's name, the size of each part by its name:
        ``{"parameters": {"net": {"convolutions": 260, "fully connected": 1010}}}``. All bars have
        the same parts, at most four, and all panels the same bars.
    title
        Written above all panels.

    Returns
    -------
    matplotlib.figure.Figure
        One axes a panel, the first bar at the top. A share of at least a tenth is written into its
        part, in per cent; the total stands at the bar's end (k: thousands, M: millions).

    Raises
    ------
    ValueError
        If there is nothing to draw, the bars or parts of two panels differ, there are more than
        four parts, or a size is negative or a total zero.
    """
    bars, parts = _names(panels)
    fig, axes = plt.subplots(
        1, len(panels), figsize=(10.8, 0.62 * len(bars) + 1.6), sharey=True, squeeze=False
    )
    for ax, (panel, sizes) in zip(axes[0], panels.items()):
        values = np.array([[sizes[bar][part] for part in parts] for bar in bars], dtype=float)
        totals = values.sum(axis=1)
        if not (np.all(values >= 0) and np.all(totals > 0)):
            raise ValueError(
                f"panels has {panel!r} with the totals {totals.tolist()}: shares need sizes of at "
                "least 0 and totals above 0"
            )
        shares = values / totals[:, None]
        left = np.zeros(len(bars))
        for k, part in enumerate(parts):
            color, hatch = _LOOKS[k]
            ax.barh(
                np.arange(len(bars)),
                shares[:, k],
                0.7,
                left=left,
                label=part,
                color=color,
                edgecolor="white",
                hatch=hatch,
            )
            for bar, share in enumerate(shares[:, k]):
                if share >= _LEAST_WRITTEN:
                    box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}
                    ax.text(
                        left[bar] + share / 2,
                        bar,
                        f"{100 * share:.0f} %",
                        ha="center",
                        va="center",
                        fontsize=13,
                        color=BLACK,
                        bbox=box,
                    )
            left += shares[:, k]
        for bar, total in enumerate(totals):
            ax.text(1.03, bar, _compact(total), ha="left", va="center", fontsize=13)
        ax.set(title=panel, xlim=(0, 1.27), xticks=[], yticks=np.arange(len(bars)))
        ax.set_yticklabels(bars, fontsize=14)
        ax.tick_params(axis="y", length=0)
        ax.spines[["left", "bottom"]].set_visible(False)
    axes[0, 0].invert_yaxis()
    handles = [
        Patch(facecolor=color, hatch=hatch, edgecolor="white", label=part)
        for part, (color, hatch) in zip(parts, _LOOKS)
    ]
    fig.legend(handles=handles, loc="outside lower center", ncols=len(parts))
    if title:
        fig.suptitle(title)
    return fig


def _names(panels: Mapping[str, Mapping[str, Mapping[str, float]]]) -> tuple[list[str], list[str]]:
    """Return the names of the bars and of the parts, which all panels share."""
    first = next(iter(panels.values()), {})
    bars = list(first)
    parts = list(next(iter(first.values()), {}))
    if not parts:
        raise ValueError("panels is empty: give at least one panel with one bar and one part")
    if len(parts) > len(_LOOKS):
        raise ValueError(f"panels has {len(parts)} parts: draw at most {len(_LOOKS)}")
    for panel, sizes in panels.items():
        if list(sizes) != bars:
            raise ValueError(f"panels has {panel!r} with the bars {list(sizes)}: give {bars}")
        for bar, of_bar in sizes.items():
            if set(of_bar) != set(parts):
                raise ValueError(
                    f"panels has {panel!r}, {bar!r} with the parts {list(of_bar)}: give {parts}"
                )
    return bars, parts


def _compact(number: float) -> str:
    return EngFormatter(places=0 if number < 1000 else 1, sep=" ")(number)
