"""Which classes are taken for which."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_utils.plotting.style import ORANGE, SKY


def draw_confusion_matrix(
    matrix: np.ndarray,
    *,
    names: Sequence[str] = (),
    xlabel: str = "read as",
    ylabel: str = "written",
    title: str = "",
) -> Figure:
    """Draw a confusion matrix: right answers on a blue diagonal, mistakes in orange beside it.

    Parameters
    ----------
    matrix
        Counts (classes, classes): row i, column j says how many of class i were taken for class j.
    names
        Of the classes; their numbers by default.
    xlabel, ylabel, title
        What the columns, the rows and the figure are called.

    Returns
    -------
    matplotlib.figure.Figure
        One axes, a unit a cell. Mistakes are the stronger in colour the more of them there are;
        zeros stay empty.

    Raises
    ------
    ValueError
        If the matrix isn't square, or there aren't as many names as classes.
    """
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ValueError(f"matrix has shape {matrix.shape}: give counts (classes, classes)")
    classes = len(matrix)
    names = [str(name) for name in names] or [str(k) for k in range(classes)]
    if len(names) != classes:
        raise ValueError(f"names has {len(names)} entries for {classes} classes: give one each")
    mistakes = np.where(np.eye(classes, dtype=bool), 0, matrix)
    most = mistakes.max() or 1
    fig, ax = plt.subplots(figsize=(6.6, 4.6))
    for i, j in np.ndindex(matrix.shape):
        count = matrix[i, j]
        share = 0.45 if i == j else 1 - 0.8 * (1 - mistakes[i, j] / most)
        color = (SKY if i == j else ORANGE) if count else "white"
        ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=color, alpha=share, linewidth=0))
        if count:
            size = 13 if count < 1000 else 12
            ax.text(j, i, f"{count}", ha="center", va="center", fontsize=size)
    for edge in np.arange(classes + 1) - 0.5:
        ax.axhline(edge, color="0.85", linewidth=0.8)
        ax.axvline(edge, color="0.85", linewidth=0.8)
    ax.set(xlim=(-0.5, classes - 0.5), ylim=(classes - 0.5, -0.5), title=title)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.set_xticks(range(classes), names)
    ax.set_yticks(range(classes), names)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return fig
