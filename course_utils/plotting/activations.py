"""Activation functions: the curve of each, and its slope."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.curves import DASHES


def draw_activations(
    x: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    slopes: Mapping[str, Sequence[float]],
    *,
    ylim: tuple[float, float] = (-1.25, 2.25),
) -> Figure:
    """Draw functions of one number on the left and their slopes on the right, named alike.

    Parameters
    ----------
    x
        Where the functions are taken (n,), in rising order.
    curves, slopes
        Values (n,) by name, the same names in both.
    ylim
        Lowest and highest value shown on the left; slopes are shown from just below 0 to just
        above their largest value.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes, with lines told apart by colour and by dashes.

    Raises
    ------
    ValueError
        If the names differ, or a line isn't as long as `x`.
    """
    if not curves or list(curves) != list(slopes):
        raise ValueError(
            f"curves has {list(curves)}, slopes {list(slopes)}: give the same names, at least one"
        )
    for kind, lines in (("curves", curves), ("slopes", slopes)):
        for name, values in lines.items():
            if len(values) != len(x):
                raise ValueError(
                    f"{kind} has {len(values)} values of {name!r} for {len(x)} of x: give one each"
                )
    fig, (left, right) = plt.subplots(1, 2, figsize=(10.6, 4.0))
    for ax, lines, title in ((left, curves, "the function"), (right, slopes, "its slope")):
        ax.axhline(0, color="0.8", linewidth=1, zorder=0)
        ax.axvline(0, color="0.8", linewidth=1, zorder=0)
        for k, (name, values) in enumerate(lines.items()):
            ax.plot(x, np.asarray(values), linestyle=DASHES[k % len(DASHES)], label=name)
        ax.set(title=title, xlabel="answer of the kernel", xlim=(min(x), max(x)))
    left.set_ylim(*ylim)
    highest = max(float(np.max(values)) for values in slopes.values())
    right.set_ylim(-0.08 * highest, 1.15 * highest)
    left.legend(loc="upper left")
    return fig
