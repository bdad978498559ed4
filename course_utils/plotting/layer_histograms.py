"""What the numbers of each layer are like: a row of small histograms for each network."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import BLUE

_BINS = 30


def draw_layer_histograms(
    networks: Mapping[str, Sequence[np.ndarray]],
    *,
    limit: float,
    xlabel: str = "activation",
    title: str = "",
) -> Figure:
    """Draw how the activations of each layer are spread, a row a network, a column a layer.

    Parameters
    ----------
    networks
        For each network's name the activations of its layers, arrays of any shape, the first
        layer first. All networks have the same number of layers.
    limit
        The axis goes from −limit to limit, or from 0 where nothing is negative. What lies beyond
        is counted in the outermost bar.
    xlabel, title
        What the axes and the figure are called.

    Returns
    -------
    matplotlib.figure.Figure
        Axes in rows and columns. Each histogram is scaled to its highest bar and leaves exact
        zeros out, which ReLU makes by the thousand; the root of the mean square of all activations
        of the layer is written above it.

    Raises
    ------
    ValueError
        If there is no network, the networks differ in depth, or `limit` isn't above 0.
    """
    depths = {name: len(layers) for name, layers in networks.items()}
    if len(set(depths.values())) != 1 or 0 in depths.values():
        raise ValueError(
            f"networks has layers {depths}: give at least one network, all of the same depth"
        )
    if not limit > 0:
        raise ValueError(f"limit is {limit}: use a number above 0")
    (depth,) = set(depths.values())
    lowest = min(float(np.min(values)) for layers in networks.values() for values in layers)
    edges = np.linspace(0 if lowest >= 0 else -limit, limit, _BINS + 1)
    fig, axes = plt.subplots(
        len(networks),
        depth,
        squeeze=False,
        sharex=True,
        figsize=(10.6, 0.35 + 1.25 * len(networks) + 0.35 * bool(title)),
    )
    for row, (name, layers) in zip(axes, networks.items()):
        for k, (ax, values) in enumerate(zip(row, layers), start=1):
            values = np.asarray(values, float).ravel()
            counts, _ = np.histogram(values[values != 0].clip(edges[0], limit), edges)
            ax.bar(
                edges[:-1], counts / max(counts.max(), 1), np.diff(edges), align="edge", color=BLUE
            )
            ax.set(yticks=(), ylim=(0, 1.05), xlim=(edges[0], limit))
            size = np.sqrt(np.mean(values**2))
            ax.set_title(f"{size:.2g}", fontsize=12)
            if ax in axes[-1]:
                ax.set_xlabel(f"layer {k}" if k == 1 else f"{k}", fontsize=12)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    fig.supxlabel(xlabel, fontsize=13)
    if title:
        fig.suptitle(title)
    return fig
