"""Blocks that first look around and then mix channels, as boxes and arrows."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_utils.plotting.boxes_and_arrows import arrow, box, shortcut
from course_utils.plotting.style import BLUE, GREEN

# What stands in a block: what a box says, what it does; None is a plus sign, to which a shortcut
# leads from the arrow before the box at that place. All lengths in inches.
_WHERE, _WHAT, _SIZE = "where", "what", "size"
_COLORS = {_WHERE: BLUE, _WHAT: GREEN, _SIZE: "0.88"}
_BLOCKS: dict[str, tuple[tuple[str, str] | int, ...]] = {
    "separable": (("depthwise\n3×3", _WHERE), ("1×1", _WHAT)),
    "ConvNeXt": (
        ("depthwise\n7×7", _WHERE),
        ("layer\nnorm", _SIZE),
        ("1×1, GELU,\n1×1", _WHAT),
        0,
    ),
    "transformer": (
        ("layer\nnorm", _SIZE),
        ("attention", _WHERE),
        0,
        ("layer\nnorm", _SIZE),
        ("1×1, GELU,\n1×1", _WHAT),
        3,
    ),
}
_WIDTHS = {_WHERE: 1.35, _WHAT: 1.45, _SIZE: 0.85}
_HEIGHT, _GAP, _PLUS, _LEFT, _ROW = 0.72, 0.38, 0.2, 1.9, 1.7


def draw_mixers(kinds: Sequence[str]) -> Figure:
    """Draw blocks that mix places and mix channels in turn, one row for each.

    Parameters
    ----------
    kinds
        ``"separable"``, ``"ConvNeXt"`` or ``"transformer"``, in the order of the rows.

    Returns
    -------
    matplotlib.figure.Figure
        One axes, a unit an inch. What looks around is blue and says "where" below, what mixes
        channels is green and says "what"; a layer that only sets sizes is grey. Shortcuts are
        orange.

    Raises
    ------
    ValueError
        If there are no kinds, or another one.
    """
    kinds = list(kinds)
    if not kinds or any(kind not in _BLOCKS for kind in kinds):
        names = ", ".join(f'"{kind}"' for kind in _BLOCKS)
        raise ValueError(f"kinds is {kinds!r}: use one or more of {names}")
    height = _ROW * len(kinds)
    fig, ax = plt.subplots(figsize=(11, height))
    ends = [_draw_row(ax, kind, height - 0.95 - row * _ROW) for row, kind in enumerate(kinds)]
    ax.set(xlim=(-0.1, max(*ends, 10.9)), ylim=(-0.1, height - 0.1), aspect="equal")
    ax.axis("off")
    return fig


def _draw_row(ax: Axes, kind: str, y: float) -> float:
    """Draw one block and return where it ends."""
    ax.text(0, y, kind, va="center", fontsize=15)
    x = _LEFT
    ax.text(x, y, "x", ha="center", va="center", fontsize=17, style="italic")
    end = x + 0.15
    forks = []  # the middle of the arrow before each box, from which shortcuts leave
    for part in _BLOCKS[kind]:
        arrow(ax, (end, y), (end + _GAP, y))
        forks.append(end + 0.35 * _GAP)
        if isinstance(part, int):
            centre = end + _GAP + _PLUS
            shortcut(ax, forks[part], centre, y, rise=0.62, radius=_PLUS, fontsize=18)
            end = centre + _PLUS
        else:
            label, role = part
            _box(ax, label, role, end + _GAP, y)
            end += _GAP + _WIDTHS[role]
    arrow(ax, (end, y), (end + _GAP, y))
    ax.text(end + _GAP + 0.15, y, "y", ha="center", va="center", fontsize=17, style="italic")
    return end + _GAP + 0.3


def _box(ax: Axes, label: str, role: str, left: float, y: float) -> None:
    width, color = _WIDTHS[role], "black" if role == _SIZE else "white"
    box(ax, label, left, y, width, _HEIGHT, facecolor=_COLORS[role], color=color, fontsize=12.5)
    if role != _SIZE:
        below = y - _HEIGHT / 2 - 0.06
        ax.text(left + width / 2, below, role, ha="center", va="top", fontsize=13)
