"""The picture of a mask for paper: what is painted, and where it is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from course_utils.explorers.pictures import draw_map
from course_utils.plotting import style

# As mask.js's: a colour and a hatch for each class, and for each kind of cell.
COLOURS = (style.SKY, style.ORANGE, style.GREEN, style.PURPLE, style.YELLOW)
HATCHES = ("///", "\\\\\\", "---", "|||", "xxx", "+++", "...", "ooo", "//", "\\\\")
KINDS = {
    "right": (style.GREEN, None),
    "missing": (style.ORANGE, "////"),
    "extra": (style.BLUE, "oo"),
    "wrong class": (style.PURPLE, "xxxx"),
}

_FINE = 4  # points along a cell, so that a hatch ends where its cells do


def draw_mask(
    image: np.ndarray, painted: np.ndarray, truth: np.ndarray | None, classes: Sequence[str]
) -> Figure:
    """Draw the image with what is painted on it and, where a truth is given, the error map."""
    panels = 1 if truth is None else 2
    fig = Figure(figsize=(3.3 * panels, 3.6), layout="constrained")
    axes = fig.subplots(1, panels, squeeze=False)[0]
    draw_map(axes[0], image, title="your mask" if painted.any() else "image", grey=True)
    marks = {
        name: (painted == k, COLOURS[(k - 1) % len(COLOURS)], HATCHES[(k - 1) % len(HATCHES)])
        for k, name in enumerate(classes)
        if k
    }
    _fill(axes[0], marks)
    if truth is not None:
        found = {
            "right": (painted == truth) & (truth > 0),
            "missing": (painted == 0) & (truth > 0),
            "extra": (painted > 0) & (truth == 0),
            "wrong class": (painted > 0) & (truth > 0) & (painted != truth),
        }
        draw_map(axes[1], np.ones(image.shape), title="against the truth", grey=True)
        _fill(axes[1], {name: (cells, *KINDS[name]) for name, cells in found.items()})
    return fig


def _fill(ax: Axes, marks: Mapping[str, tuple[np.ndarray, str, str | None]]) -> None:
    """Fill cells see-through, hatched where a hatch is given, and name the patches below."""
    patches = []
    for name, (cells, colour, hatch) in marks.items():
        ax.imshow(_see_through(cells, colour))
        if hatch and cells.any():
            fine = np.kron(cells, np.ones((_FINE, _FINE)))
            y, x = ((np.arange(side) + 0.5) / _FINE - 0.5 for side in fine.shape)
            ax.contourf(x, y, fine, levels=[0.5, 1.5], colors="none", hatches=[hatch])
        patches.append(Patch(facecolor=colour, hatch=hatch, alpha=0.7, label=name))
    if len(patches) <= len(KINDS):
        ax.legend(handles=patches, loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=2)


def _see_through(cells: np.ndarray, colour: str) -> np.ndarray:
    return cells[..., np.newaxis] * np.array(to_rgba(colour, 0.5))
