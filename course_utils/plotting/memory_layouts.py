"""How an image with channels lies in memory: as maps, and as the one long row that they become."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_utils.plotting.style import BLACK, ORANGE, SKY, YELLOW

# A hatch too, so that the channels differ without colour.
_LOOKS = ((SKY, ""), (ORANGE, "///"), (YELLOW, "..."))
_AXES = ("height", "width", "channels")
_MOST_CELLS = 36


def draw_memory_layouts(
    shape: tuple[int, int, int], layouts: Mapping[str, Sequence[str]]
) -> Figure:
    """Draw the maps of an image with the places that its numbers have in memory.

    Parameters
    ----------
    shape
        (height, width, channels) of the image: at most three channels and 36 numbers.
    layouts
        For each layout's title, its order of the axes "height", "width" and "channels"; the last
        one is that along which neighbours in memory lie.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes a layout: on top one map a channel with the place of every number, from 0; below,
        the row of all numbers in memory. A number has its channel's colour and hatching.

    Raises
    ------
    ValueError
        If `shape` is too large to be read, or a layout doesn't name each axis once.
    """
    if len(shape) != 3 or min(shape) < 1 or shape[2] > len(_LOOKS) or np.prod(shape) > _MOST_CELLS:
        raise ValueError(
            f"shape is {shape}: give (height, width, channels) with at most {len(_LOOKS)} channels "
            f"and {_MOST_CELLS} numbers"
        )
    for title, order in layouts.items():
        if sorted(order) != sorted(_AXES):
            raise ValueError(
                f"layouts has {title!r} with {tuple(order)}: name each of {', '.join(_AXES)} once"
            )
    height, _, _ = shape
    fig, axes = plt.subplots(
        2,
        len(layouts),
        figsize=(5.4 * len(layouts), 1.7 + 0.55 * height),
        squeeze=False,
        height_ratios=[height + 0.6, 1.6],
    )
    for (title, order), top, bottom in zip(layouts.items(), *axes, strict=True):
        sizes = [shape[_AXES.index(name)] for name in order]
        in_memory = np.arange(np.prod(shape)).reshape(sizes)
        places = in_memory.transpose([list(order).index(name) for name in _AXES])
        _draw_maps(top, places)
        top.set_title(title)
        _draw_row(bottom, places)
    return fig


def _draw_maps(ax: Axes, places: np.ndarray) -> None:
    height, width, channels = places.shape
    for channel in range(channels):
        left = channel * (width + 0.6)
        for i, j in np.ndindex(height, width):
            _draw_cell(ax, left + j, i, channel, str(places[i, j, channel]), 15)
        ax.text(
            left + width / 2, -0.12, f"channel {channel}", ha="center", va="bottom", fontsize=13
        )
    right = channels * (width + 0.6) - 0.6
    ax.set(xlim=(-0.05, right + 0.05), ylim=(height + 0.05, -0.75), aspect="equal")
    ax.axis("off")


def _draw_row(ax: Axes, places: np.ndarray) -> None:
    for place in range(places.size):
        channel = int(np.argwhere(places == place)[0][2])
        _draw_cell(ax, place, 0, channel, str(place), 12)
    ax.text(places.size / 2, 1.15, "memory", ha="center", va="top", fontsize=13)
    ax.set(xlim=(-0.1, places.size + 0.1), ylim=(1.9, -0.1))
    ax.axis("off")


def _draw_cell(ax: Axes, x: float, y: float, channel: int, text: str, fontsize: float) -> None:
    color, hatch = _LOOKS[channel]
    ax.add_patch(Rectangle((x, y), 1, 1, facecolor=color, hatch=hatch, edgecolor="white"))
    ax.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor=BLACK, linewidth=1))
    box = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    ax.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=fontsize, bbox=box)
