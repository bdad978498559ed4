"""A U-Net as a U: levels down and up, and what leads across."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from course_utils.arguments import as_integer
from course_utils.plotting.boxes_and_arrows import arrow, box
from course_utils.plotting.style import BLUE, GREEN, ORANGE, SKY

# Lengths in inches.
_WIDTH, _HEIGHT, _STEP, _DROP = 1.75, 0.75, 2.1, 1.25


def draw_unet(
    levels: Sequence[tuple[int, int]], bottom: tuple[int, int], *, classes: int, skips: bool = True
) -> Figure:
    """Draw a U-Net: its levels on the way down at the left, on the way up at the right.

    Parameters
    ----------
    levels
        From top to bottom: the side of the maps in cells, and how many maps there are.
    bottom
        The same for the lowest level.
    classes
        How many numbers come out for each pixel.
    skips
        Whether what was there on the way down is laid beside what comes up.

    Returns
    -------
    matplotlib.figure.Figure
        One axes, a unit an inch.

    Raises
    ------
    ValueError
        If there are no levels, or a number is below 1.
    """
    if not levels:
        raise ValueError("levels is empty: give the side and the number of maps of each level")
    sizes = [
        (as_integer("levels", side, 1), as_integer("levels", maps, 1)) for side, maps in levels
    ]
    lowest = as_integer("bottom", bottom[0], 1), as_integer("bottom", bottom[1], 1)
    classes = as_integer("classes", classes, 1)
    depth = len(sizes)
    right = (2 * depth + 1) * _STEP
    middle = depth * _STEP
    fig, ax = plt.subplots(figsize=(right + _STEP, (depth + 1) * _DROP))

    def place(left: float, level: int, size: tuple[int, int], color: str) -> None:
        side, maps = size
        box(
            ax,
            f"{side}×{side}×{maps}",
            left,
            -_DROP * level,
            _WIDTH,
            _HEIGHT,
            facecolor=color,
            color="black" if color == SKY else "white",
            fontsize=15,
        )

    def word(x: float, y: float, text: str, ha: str) -> None:
        ax.text(x, y, text, ha=ha, va="center", fontsize=13)

    for level, size in enumerate(sizes):
        left, up = level * _STEP, right - (level + 1) * _STEP
        place(left, level, size, SKY)
        place(up, level, size, GREEN)
        y, below = -_DROP * level, -_DROP * (level + 1)
        arrow(ax, (left + _WIDTH, y - 0.2), (left + _STEP, below + 0.2))
        arrow(ax, (up - _STEP + _WIDTH, below + 0.2), (up, y - 0.2))
        word(left + _WIDTH - 0.05, below + 0.47, "pool 2×2", "right")
        word(up + 0.05, below + 0.47, "stamp 2×2", "left")
        if skips:
            arrow(ax, (left + _WIDTH, y + 0.1), (up, y + 0.1), color=ORANGE, width=3)
            word(middle + _WIDTH / 2, y + 0.3, "laid beside", "center")
    place(middle, depth, lowest, BLUE)
    end = right - _STEP + _WIDTH
    arrow(ax, (end, 0), (end + 0.45, 0))
    word(end + 0.5, 0, f"1×1: {classes}\nper pixel", "left")
    ax.set(xlim=(-0.15, end + 1.75), ylim=(-_DROP * depth - _HEIGHT, _HEIGHT), aspect="equal")
    ax.axis("off")
    return fig
