"""How explorers are drawn where nothing is alive: grids of numbers and maps.

Pyplot, which keeps a list of open figures, stays out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_utils.plotting import style

FADED = "#59636e"


@contextmanager
def in_course_style() -> Iterator[None]:
    """Draw in the course's style, and leave the reader's own settings as they were."""
    with mpl.rc_context():
        mpl.rc_file(style.STYLE_FILE, use_default_template=False)
        yield


def new_figure(width: float, height: float, columns: int = 1, **options: Any) -> tuple:
    """Return a figure and its axes in one row; it belongs to no window and needs no closing."""
    fig = Figure(figsize=(width, height), layout="constrained")
    return fig, fig.subplots(1, columns, squeeze=False, **options)[0]


def number(value: float) -> str:
    """Write a number as the explorers do: at most three decimals, with a true minus sign."""
    rounded = round(float(value), 3) + 0.0
    return f"{rounded:g}".replace("-", "−")


def draw_cells(
    ax: Axes,
    values: np.ndarray,
    *,
    title: str = "",
    padding: tuple[int, int, int, int] = (0, 0, 0, 0),
    under: Set[tuple[int, int]] = frozenset(),
    picked: tuple[int, int] | None = None,
    unread: np.ndarray | None = None,
    shown: Callable[[int, int], str] | None = None,
) -> None:
    """Draw a matrix cell by cell.

    Parameters
    ----------
    values
        Array (h, w).
    padding
        Rows of zeros above and below, columns left and right; drawn dashed, with their zeros.
    under
        Cells that the window covers, padding counted from −1 down; drawn see-through.
    picked
        The cell that is spoken of.
    unread
        bool (h, w): cells that no window reads; drawn hatched.
    shown
        What stands in cell (i, j), in place of its number.
    """
    h, w = values.shape
    top, bottom, left, right = padding
    size = 11 if max(h + top + bottom, w + left + right) <= 7 else 8
    for i in range(-top, h + bottom):
        for j in range(-left, w + right):
            inside = 0 <= i < h and 0 <= j < w
            face = "white" if inside else style.PADDING_COLOR
            hatch = "////" if inside and unread is not None and unread[i, j] else None
            ax.add_patch(
                Rectangle(
                    (j, i),
                    1,
                    1,
                    facecolor=face,
                    edgecolor="#8a939c",
                    hatch=hatch,
                    linestyle="-" if inside else ":",
                    linewidth=0.8,
                )
            )
            words = "0" if not inside else shown(i, j) if shown else number(values[i, j])
            colour = "black" if inside else FADED
            ax.text(
                j + 0.5,
                i + 0.5,
                words,
                ha="center",
                va="center",
                color=colour,
                fontsize=size if len(words) < 5 else 0.7 * size,
                zorder=3,
            )
    for i, j in under:
        ax.add_patch(
            Rectangle((j, i), 1, 1, facecolor=style.ORANGE, alpha=0.3, linewidth=0, zorder=2)
        )
        ax.add_patch(Rectangle((j, i), 1, 1, fill=False, edgecolor=style.VERMILION, zorder=2))
    if picked is not None:
        ax.add_patch(
            Rectangle(
                picked[::-1],
                1,
                1,
                facecolor=(0, 0.62, 0.45, 0.25),
                edgecolor=style.GREEN,
                linewidth=2,
                zorder=2,
            )
        )
    ax.set(xlim=(-left - 0.05, w + right + 0.05), ylim=(h + bottom + 0.05, -top - 0.05))
    ax.set_aspect("equal")
    ax.axis("off")
    ax.set_title(title)


def share_cells(axes: Iterable[Axes]) -> None:
    """Give the cells of matrices beside each other one size, and put the matrices at one height."""
    axes = list(axes)
    most = max(abs(np.subtract(*ax.get_ylim())) for ax in axes)
    for ax in axes:
        top = ax.get_ylim()[1]
        ax.set_ylim(top + most, top)
        ax.set_anchor("N")


def draw_map(ax: Axes, values: np.ndarray, *, title: str = "", grey: bool = False) -> None:
    """Draw a matrix as pixels: grey from 0 to 1, or signed on a scale that is white at zero."""
    if grey:
        ax.imshow(values, cmap="gray", vmin=0, vmax=1)
    else:
        limit = style.signed_limit(values)
        ax.imshow(values, cmap=style.SIGNED_CMAP, vmin=-limit, vmax=limit)
        title = f"{title}, ±{number(limit)}"
    ax.axis("off")
    ax.set_title(title)


def draw_message(ax: Axes, message: str) -> None:
    """Say what can't be drawn."""
    ax.text(0.5, 0.5, message, ha="center", va="center", wrap=True, transform=ax.transAxes)
    ax.axis("off")
