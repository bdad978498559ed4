"""Two operations in either order: does f(g(x)) equal g(f(x))?"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_utils.plotting.style import SIGNED_CMAP, VERMILION


def draw_two_ways(
    first: Sequence[np.ndarray],
    second: Sequence[np.ndarray],
    *,
    first_steps: tuple[str, str] = ("f", "g"),
    second_steps: tuple[str, str] = ("g", "f"),
    titles: tuple[Sequence[str], Sequence[str]] = (
        ("x", "f(x)", "g(f(x))"),
        ("x", "g(x)", "f(g(x))"),
    ),
    signed: bool = True,
) -> Figure:
    """Draw two chains of pictures, one below the other, and the difference of their ends.

    Parameters
    ----------
    first, second
        Three arrays (h, w) each: the start, the middle, the end. The two ends have one shape.
    first_steps, second_steps
        What is done along each chain, written over the arrows.
    titles
        Over the pictures, three for each chain.
    signed
        Colour the ends, and the middle after "f", brown below zero and blue-green above, on one
        scale.

    Returns
    -------
    matplotlib.figure.Figure
        Seven axes: the three of `first`, the three of `second`, the difference. The difference has
        the scale of the ends, so that it is white where they agree; its title gives the relative
        difference ‖f(g(x)) − g(f(x))‖ / ‖g(f(x))‖.

    Raises
    ------
    ValueError
        If a chain doesn't have three pictures, or the ends differ in shape.
    """
    chains = [[np.asarray(image, float) for image in chain] for chain in (first, second)]
    for name, chain in zip(("first", "second"), chains):
        if len(chain) != 3:
            raise ValueError(f"{name} has {len(chain)} pictures: give start, middle and end")
    one, other = (chain[-1] for chain in chains)
    if one.shape != other.shape:
        raise ValueError(
            f"first ends with shape {one.shape}, second with {other.shape}: they can't be compared"
        )
    steps = (first_steps, second_steps)
    maps = [steps[r][0] == "f" for r in (0, 1)]
    strongest = max(np.abs(one).max(), np.abs(other).max()) or 1.0
    fig = plt.figure(figsize=(10.5, 4.6))
    grid = fig.add_gridspec(2, 6, width_ratios=(1, 0.28, 1, 0.28, 1, 1.25))
    for r, chain in enumerate(chains):
        for c, image in enumerate(chain):
            ax = fig.add_subplot(grid[r, 2 * c])
            is_map = signed and (c == 2 or (c == 1 and maps[r]))
            _draw_image(ax, image, titles[r][c], strongest if is_map else None)
        for c, step in enumerate(steps[r]):
            _draw_arrow(fig.add_subplot(grid[r, 2 * c + 1]), step)
    ax = fig.add_subplot(grid[:, 5])
    _draw_image(ax, other - one, "", strongest)
    relative = np.linalg.norm(other - one) / (np.linalg.norm(one) or 1.0)
    ax.set_title("difference of\nthe two ends")
    ax.set_xlabel(f"relative: {relative:.2f}", color="black" if relative < 0.005 else VERMILION)
    return fig


def _draw_image(ax: Axes, image: np.ndarray, title: str, strongest: float | None) -> None:
    if strongest is None:
        ax.imshow(image, cmap="gray")
    else:
        ax.imshow(image, cmap=SIGNED_CMAP, vmin=-strongest, vmax=strongest)
    ax.set(title=title, xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color="0.6")


def _draw_arrow(ax: Axes, step: str) -> None:
    ax.annotate("", (1, 0.5), (0, 0.5), arrowprops={"arrowstyle": "-|>", "lw": 2, "color": "0.2"})
    ax.text(0.5, 0.58, step, ha="center", va="bottom", fontsize=15)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.axis("off")
