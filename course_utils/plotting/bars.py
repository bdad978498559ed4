"""One number a class, drawn as bars, with the chosen and the true class marked."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import BLUE, ORANGE


def draw_scores(
    image: np.ndarray,
    scores: Sequence[Sequence[float]],
    titles: Sequence[str],
    *,
    truth: int,
    top: float | None = None,
) -> Figure:
    """Draw a digit and, for one or more ways to score it, a bar for each class.

    The highest bar of each way is orange and hatched, the others blue; a triangle below its number
    marks the true class.

    Parameters
    ----------
    image
        Array (h, w).
    scores
        For each way an array (classes,).
    titles
        One for each way.
    truth
        The true class.
    top
        Where the axes of all ways end, for example 1 for probabilities, so that their bars can be
        compared; by default each way has a scale of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If titles aren't as many as ways.
    """
    if len(titles) != len(scores):
        raise ValueError(
            f"titles has {len(titles)} entries for {len(scores)} ways to score: give one each"
        )
    fig, axes = plt.subplots(
        1,
        1 + len(scores),
        figsize=(2.6 + 4 * len(scores), 3.4),
        width_ratios=[2.4] + [4] * len(scores),
    )
    axes[0].imshow(image, cmap="gray")
    axes[0].set(title=f"a {truth}", xticks=[], yticks=[])
    for ax, values, title in zip(axes[1:], scores, titles):
        bars = ax.bar(range(len(values)), values, color=BLUE)
        # `facecolor`, as `color` would paint the hatch orange on orange.
        bars[int(np.argmax(values))].set(facecolor=ORANGE, hatch="//", edgecolor="white")
        ax.set(title=title, xticks=range(len(values)))
        if top is not None:
            ax.set_ylim(0, top)
        # Between the numbers and the name of the axis there is a line for the triangle.
        ax.set_xlabel("digit", labelpad=14)
        ax.plot(
            truth,
            -0.14,
            marker="^",
            color="black",
            clip_on=False,
            transform=ax.get_xaxis_transform(),
        )
    return fig
