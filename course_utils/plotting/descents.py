"""Ways down a valley: the steps of optimisers on the map of a function of two numbers."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

_GRID = 201
_LEVELS = 7


def draw_descents(
    function: Callable[[np.ndarray, np.ndarray], np.ndarray],
    paths: Mapping[str, Sequence[Sequence[float]]],
    *,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    minimum: tuple[float, float] | None = None,
    columns: int = 3,
) -> Figure:
    """Draw contour lines of a function, and over them the way of each optimiser.

    Parameters
    ----------
    function
        Takes arrays x and y of one shape, gives the heights in the same shape, none negative.
    paths
        For each optimiser's name its points (n, 2), from the start on.
    xlim, ylim
        The part of the plane to show. What a path does outside is cut off.
    minimum
        Where the lowest point lies, marked by a star.
    columns
        Panels in a row.

    Returns
    -------
    matplotlib.figure.Figure
        One axes an optimiser, all with the same contour lines, closer together near the bottom
        than equal steps of height would put them.

    Raises
    ------
    ValueError
        If there is no path, or one isn't made of points of two numbers.
    """
    points = {name: np.asarray(path, float) for name, path in paths.items()}
    if not points:
        raise ValueError("paths is empty: give at least one name and its points")
    for name, path in points.items():
        if path.ndim != 2 or path.shape[1] != 2:
            raise ValueError(
                f"paths[{name!r}] has shape {path.shape}: give one point (x, y) a step, (n, 2)"
            )
    x, y = np.meshgrid(np.linspace(*xlim, _GRID), np.linspace(*ylim, _GRID))
    height = function(x, y)
    columns = min(columns, len(points))
    rows = -(-len(points) // columns)
    fig, axes = plt.subplots(
        rows,
        columns,
        squeeze=False,
        sharex=True,
        sharey=True,
        figsize=(9.0 * columns / 3, 2.1 * rows),
    )
    for ax in axes.flat[len(points) :]:
        ax.axis("off")
    for ax in axes.flat[max(len(points) - columns, 0) : len(points)]:
        ax.tick_params(labelbottom=True)
    for k, (ax, (name, path)) in enumerate(zip(axes.flat, points.items())):
        # Levels at equal steps of the square root: a bowl gets rings at equal distances.
        levels = np.linspace(0, np.sqrt(height.max()), _LEVELS) ** 2
        ax.contour(x, y, height, levels=levels[1:], colors="0.8", linewidths=1)
        ax.plot(*path.T, "o-", color=f"C{k % 8}", markersize=4, linewidth=1.5)
        ax.plot(*path[0], "ks", markersize=8)
        if minimum is not None:
            ax.plot(*minimum, "k*", markersize=13)
        ax.set(title=name, xlim=xlim, ylim=ylim)
        ax.locator_params(axis="x", nbins=4)
    return fig
