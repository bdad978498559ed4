"""Tables in which some cells belong together: equal colours for equal numbers."""

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_utils.plotting.matrices import number
from course_utils.plotting.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION

_FEW = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION)
# Mixed with white by this share, so that black numbers stay readable.
_PALE = 0.5


class TieTable(NamedTuple):
    """A table to be drawn: which cells belong together, and what stands in them.

    `groups` holds integers (rows, columns), 0 for an empty cell; cells with equal numbers get one
    colour. `values`, of the same shape, are written into the cells; by default the groups' own
    numbers. `rows` and `columns` name the rows, at the left, and the columns, above.
    """

    groups: np.ndarray
    title: str = ""
    caption: str = ""
    values: np.ndarray | None = None
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()


def draw_tied_tables(
    tables: Sequence[TieTable], *, columns: int = 4, width: float = 10.0
) -> Figure:
    """Draw tables side by side, cells that belong together in one colour.

    Parameters
    ----------
    tables
        What to draw.
    columns
        Tables in a row of the figure.
    width
        Of the figure, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        One axes a table, one unit a cell, the first row at the top; a cell is a `Rectangle`, and
        a cell of no group has neither a colour nor a number.

    Raises
    ------
    ValueError
        If there are no tables, the groups of one aren't whole numbers (rows, columns) from 0 on, or
        its values or names don't fit them.
    """
    tables = list(tables)
    if not tables:
        raise ValueError("tables is empty: give at least one TieTable")
    for place, table in enumerate(tables):
        _check(table, place)
    columns = min(columns, len(tables))
    shapes = [np.shape(table.groups) for table in tables]
    tallest, widest = (max(shape[axis] for shape in shapes) for axis in (0, 1))
    named_rows, named_columns = (
        any(len(getattr(t, name)) for t in tables) for name in ("rows", "columns")
    )
    cell = width / columns / (widest + 0.8 + named_rows)
    lines = -(-len(tables) // columns)
    height = lines * ((tallest + 0.4 + named_columns) * cell + 0.9)
    fig, axes = plt.subplots(lines, columns, squeeze=False, figsize=(width, height))
    for ax in axes.flat[len(tables) :]:
        ax.axis("off")
    for ax, table in zip(axes.flat, tables):
        _draw(ax, table, cell)
        ax.set(
            xlim=(-0.1 - 0.9 * named_rows, widest + 0.1),
            ylim=(tallest + 0.1, -0.1 - 0.9 * named_columns),
        )
    return fig


def _check(table: TieTable, place: int) -> None:
    groups = np.asarray(table.groups)
    if groups.ndim != 2 or groups.size == 0 or groups.dtype.kind not in "iu" or groups.min() < 0:
        raise ValueError(
            f"tables[{place}] has groups of shape {groups.shape} and dtype {groups.dtype}: give "
            "whole numbers (rows, columns) from 0 on"
        )
    if table.values is not None and np.shape(table.values) != groups.shape:
        raise ValueError(
            f"tables[{place}] has values of shape {np.shape(table.values)} for groups of shape "
            f"{groups.shape}: give one for each cell"
        )
    for name, count in (("rows", groups.shape[0]), ("columns", groups.shape[1])):
        if len(getattr(table, name)) not in (0, count):
            raise ValueError(
                f"tables[{place}] names {len(getattr(table, name))} {name}: give {count}, or none"
            )


def _draw(ax: Axes, table: TieTable, cell: float) -> None:
    groups = np.asarray(table.groups)
    written = groups if table.values is None else np.asarray(table.values)
    longest = max(len(number(float(value))) for value in written[groups > 0]) if groups.any() else 1
    fontsize = min(16.0, 72 * cell * 0.62, 72 * cell * 1.3 / longest)
    colors = _colors([int(group) for group in np.unique(groups) if group])
    for i, j in np.ndindex(groups.shape):
        group = int(groups[i, j])
        face = colors.get(group, "white")
        ax.add_patch(Rectangle((j, i), 1, 1, facecolor=face, edgecolor="0.7", linewidth=0.8))
        if group:
            ax.text(
                j + 0.5,
                i + 0.54,
                number(float(written[i, j])),
                ha="center",
                va="center",
                fontsize=fontsize,
            )
    for i, name in enumerate(table.rows):
        ax.text(-0.25, i + 0.54, name, ha="right", va="center", fontsize=min(16, 45 * cell))
    for j, name in enumerate(table.columns):
        ax.text(j + 0.5, -0.2, name, ha="center", va="bottom", fontsize=min(16, 45 * cell))
    ax.set(title=table.title, aspect="equal", xticks=[], yticks=[])
    ax.set_xlabel(table.caption)
    ax.spines[:].set_visible(False)


def _colors(groups: list[int]) -> dict[int, tuple[float, ...]]:
    """A colour for each group, pale enough to write on."""
    if len(groups) <= len(_FEW):
        full = [tuple(int(c[k : k + 2], 16) / 255 for k in (1, 3, 5)) for c in _FEW]
    else:
        full = [
            tuple(shade[:3])
            for shade in plt.get_cmap("turbo")(np.linspace(0.05, 0.95, len(groups)))
        ]
    return {
        group: tuple(_PALE * part + 1 - _PALE for part in color)
        for group, color in zip(groups, full)
    }
