"""Layers as dots and lines: which input each output is linked to, and which links share a weight."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from course_utils.plotting.style import (
    BLUE,
    GREEN,
    INPUT_COLOR,
    KERNEL_COLOR,
    ORANGE,
    OUTPUT_COLOR,
    PURPLE,
    SKY,
    VERMILION,
)

# Weights differ in their dashes as well as in their colour, as long as they are this few.
_WEIGHTS = (
    (BLUE, "-"),
    (VERMILION, (0, (4, 1.5))),
    (GREEN, (0, (1.2, 1.2))),
    (PURPLE, "-"),
    (ORANGE, (0, (4, 1.5))),
    (SKY, (0, (1.2, 1.2))),
)
_FAINT = "0.82"
# Height between two rows of dots, in distances between dots.
_RISE = 2.2


class LinkPanel(NamedTuple):
    """A chain of layers to be drawn as dots, the input at the bottom.

    `wirings` holds one integer array (outputs, inputs) a layer, the lowest first: 0 where there is
    no link, equal numbers where links share a weight. `highlight` picks a dot and what it reaches:
    ``("input", 3)`` all that the fourth input feeds, ``("output", 2)`` all that the third output of
    the last layer sees. `weights` colours the links by their weights instead. `rows` says, from the
    bottom, what each row of dots is; it stands to their left.
    """

    wirings: Sequence[np.ndarray]
    title: str = ""
    caption: str = ""
    highlight: tuple[Literal["input", "output"], int] | None = None
    weights: bool = False
    rows: Sequence[str] = ()


def draw_links(panels: Sequence[LinkPanel], *, columns: int = 2, width: float = 7.5) -> Figure:
    """Draw layers side by side as rows of dots joined by lines.

    Parameters
    ----------
    panels
        What to draw.
    columns
        Panels in a row.
    width
        Of the figure, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        One axes a panel. In each, one `LineCollection` for the links that aren't picked out (if
        there are any), then one for each weight, or one for the links that the highlighted dot
        reaches; then one set of dots for each row.

    Raises
    ------
    ValueError
        If there are no panels, the wirings of one don't fit on each other, a highlighted dot isn't
        there, or there aren't as many names as rows of dots.
    """
    panels = list(panels)
    if not panels:
        raise ValueError("panels is empty: give at least one LinkPanel")
    chains = [_chain(panel, place) for place, panel in enumerate(panels)]
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    widest = max(wiring.shape[1] for chain in chains for wiring in chain)
    deepest = max(len(chain) for chain in chains)
    dot = width / columns / (widest + 1.0)
    height = (deepest * _RISE + 1.2) * dot + 0.45 * any(p.title for p in panels)
    height += 0.4 * any(p.caption for p in panels)
    fig, axes = plt.subplots(rows, columns, squeeze=False, figsize=(width, rows * height))
    for ax in axes.flat[len(panels) :]:
        ax.axis("off")
    for ax, panel, chain in zip(axes.flat, panels, chains):
        _draw_panel(ax, panel, chain, dot)
        ax.set_xlim(-(widest + 0.6) / 2, (widest + 0.6) / 2)
        ax.set_ylim(-0.6, deepest * _RISE + 0.6)
    return fig


def _chain(panel: LinkPanel, place: int) -> list[np.ndarray]:
    chain = [np.asarray(wiring) for wiring in panel.wirings]
    shapes = [wiring.shape for wiring in chain]
    if not chain or any(len(shape) != 2 or 0 in shape for shape in shapes):
        raise ValueError(
            f"panels[{place}] has wirings of shapes {shapes}: give arrays (outputs, inputs)"
        )
    if any(upper[1] != lower[0] for lower, upper in zip(shapes, shapes[1:])):
        raise ValueError(
            f"panels[{place}] has wirings of shapes {shapes}: the inputs of each layer are the "
            "outputs of the one below"
        )
    if panel.rows and len(panel.rows) != len(chain) + 1:
        raise ValueError(
            f"panels[{place}] has {len(panel.rows)} rows named for {len(chain) + 1} rows of dots: "
            "give one name for each, the input's first"
        )
    if panel.highlight is not None:
        end, number = panel.highlight
        dots = {"input": shapes[0][1], "output": shapes[-1][0]}
        if end not in dots or not 0 <= number < dots[end]:
            raise ValueError(
                f'panels[{place}] highlights {panel.highlight!r}: use ("input", 0 to '
                f'{dots["input"] - 1}) or ("output", 0 to {dots["output"] - 1})'
            )
    return chain


def _reached(chain: list[np.ndarray], highlight: tuple[str, int] | None) -> list[np.ndarray]:
    """For each row of dots, from the bottom, which the highlighted dot reaches."""
    sizes = [chain[0].shape[1], *(wiring.shape[0] for wiring in chain)]
    reached = [np.zeros(size, bool) for size in sizes]
    if highlight is None:
        return reached
    end, number = highlight
    if end == "input":
        reached[0][number] = True
        for k, wiring in enumerate(chain):
            reached[k + 1] = (wiring[:, reached[k]] != 0).any(axis=1)
    else:
        reached[-1][number] = True
        for k in reversed(range(len(chain))):
            reached[k] = (chain[k][reached[k + 1]] != 0).any(axis=0)
    return reached


def _draw_panel(ax: Axes, panel: LinkPanel, chain: list[np.ndarray], dot: float) -> None:
    reached = _reached(chain, panel.highlight)
    places = [np.arange(len(row)) - (len(row) - 1) / 2 for row in reached]
    faint: list[list[tuple[float, float]]] = []
    strong: dict[tuple[int, int], list[list[tuple[float, float]]]] = {}
    for k, wiring in enumerate(chain):
        for i, j in np.argwhere(wiring):
            line = [(places[k][j], k * _RISE), (places[k + 1][i], (k + 1) * _RISE)]
            if panel.weights:
                strong.setdefault((k, int(wiring[i, j])), []).append(line)
            elif reached[k][j] and reached[k + 1][i]:
                strong.setdefault((0, 0), []).append(line)
            else:
                faint.append(line)
    if faint:
        pale = "0.55" if panel.highlight is None else _FAINT
        ax.add_collection(LineCollection(faint, colors=pale, linewidths=1.2, zorder=1))
    for (color, dashes), lines in zip(_looks(list(strong), panel.weights), strong.values()):
        ax.add_collection(
            LineCollection(lines, colors=[color], linewidths=2.4, linestyles=[dashes], zorder=2)
        )
    for k, (row, at) in enumerate(zip(reached, places)):
        on = INPUT_COLOR if k == 0 else OUTPUT_COLOR
        faces = np.where(row, on, "white") if panel.highlight else np.full(len(row), "0.35")
        ax.scatter(
            at,
            np.full(len(at), k * _RISE),
            s=(30 * dot) ** 2,
            zorder=3,
            facecolors=faces,
            edgecolors=[on if one else "0.35" for one in row],
            linewidths=1.8,
        )
    ax.set(title=panel.title, aspect="equal", xticks=[], yticks=[])
    if panel.rows:
        ax.set_yticks([k * _RISE for k in range(len(panel.rows))], panel.rows)
        ax.tick_params(axis="y", length=0)
    ax.set_xlabel(panel.caption)
    ax.spines[:].set_visible(False)


def _looks(weights: list[tuple[int, int]], by_weight: bool) -> list[tuple[object, object]]:
    """Colour and dashes for each weight, the weights in the order in which they come."""
    if not by_weight:
        return [(KERNEL_COLOR, "-")] * len(weights)
    if len(weights) <= len(_WEIGHTS):
        return list(_WEIGHTS[: len(weights)])
    shades = plt.get_cmap("turbo")(np.linspace(0.02, 0.98, len(weights)))
    return [(tuple(shade), "-") for shade in shades]
