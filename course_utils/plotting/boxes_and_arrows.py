"""The parts of a drawn network: rounded boxes, arrows between them, and a shortcut's plus sign."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from course_utils.plotting.style import ORANGE

Place = tuple[float, float]


def box(
    ax: Axes,
    label: str,
    left: float,
    y: float,
    width: float,
    height: float,
    *,
    facecolor: str,
    color: str,
    fontsize: float,
) -> None:
    """Draw a box that begins at `left` and whose middle is at the height `y`, with its label."""
    ax.add_patch(
        FancyBboxPatch(
            (left, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=facecolor,
            edgecolor="0.2",
            linewidth=1.2,
            zorder=2,
        )
    )
    ax.text(
        left + width / 2,
        y,
        label,
        ha="center",
        va="center",
        fontsize=fontsize,
        color=color,
        linespacing=1.15,
        zorder=3,
    )


def arrow(ax: Axes, start: Place, end: Place, *, color: str = "0.2", width: float = 1.8) -> None:
    """Draw an arrow from one place to another."""
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=14,
            shrinkA=0,
            shrinkB=0,
            color=color,
            linewidth=width,
            zorder=2,
        )
    )


def shortcut(
    ax: Axes, fork: float, centre: float, y: float, *, rise: float, radius: float, fontsize: float
) -> None:
    """Draw a plus sign at `centre`, and the line that leaves at `fork` and comes down to it."""
    ax.add_patch(
        plt.Circle((centre, y), radius, facecolor="white", edgecolor=ORANGE, linewidth=3, zorder=2)
    )
    ax.text(centre, y - 0.02, "+", ha="center", va="center", fontsize=fontsize, zorder=3)
    top = y + rise
    ax.plot([fork, fork, centre], [y, top, top], color=ORANGE, linewidth=3, zorder=1)
    arrow(ax, (centre, top), (centre, y + radius), color=ORANGE, width=3)
