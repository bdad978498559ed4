"""Layers whose cells are fully, locally, in tiles, or convolutionally connected: which weight
stands where, and what it costs.

The four kinds, from no constraint to the strongest:

``"dense"``
    Each output cell sees every input cell, with weights of its own.
``"unshared"``
    Each output cell sees a patch, with weights of its own (locally connected).
``"tiled"``
    Each output cell sees a patch; positions take turns with a few banks of filters.
``"shared"``
    Each output cell sees a patch; all positions use the same bank: a convolution.

I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), sections 9.2 and 9.5.
"""

from typing import Any, NamedTuple

import numpy as np

from course_utils.arguments import as_choice, as_integer, size_text
from course_utils.convolution import AxisPlan, Padding, Pair, as_pair, plan_image

KINDS = ("dense", "unshared", "tiled", "shared")


class LayerCosts(NamedTuple):
    """What one layer costs for one image.

    Attributes
    ----------
    outputs
        Output cells, over all feature maps.
    links
        Pairs of an input cell and an output cell that are connected. Zeros from padding are no
        input cells.
    parameters
        Weights and biases that are learned.
    multiplications
        Products that are formed. With padding these are more than the links, as layers multiply the
        zeros too.
    """

    outputs: int
    links: int
    parameters: int
    multiplications: int


def layer_costs(
    kind: str,
    input_shape: tuple[int, int, int],
    filters: int,
    kernel_size: Pair,
    *,
    tile: Pair | None = None,
    padding: Padding = "valid",
    stride: Pair = 1,
    dilation: Pair = 1,
) -> LayerCosts:
    """Return links, parameters and multiplications of one layer.

    With N output positions, F filters and P = k_h·k_w·c_in cells in a patch, each bank of filters
    has (P + 1)·F parameters, the 1 for the bias. A shared layer has one bank, a tiled one
    t_h·t_w banks, an unshared one N banks. A dense layer with the same outputs has
    (h·w·c_in + 1)·N·F parameters.

    Parameters
    ----------
    kind
        One of `KINDS`.
    input_shape
        (height, width, channels) of one image.
    filters
        Number of feature maps.
    kernel_size
        Height and width of a patch: an integer for both, or a pair. A dense layer has none, but
        gets as many outputs as the others.
    tile
        For ``"tiled"`` alone: how many banks take turns vertically and horizontally, an integer for
        both or a pair.
    padding, stride, dilation
        As in `course_utils.convolution`.

    Returns
    -------
    LayerCosts

    Raises
    ------
    ValueError
        If the kind is unknown, a number isn't a positive integer, the kernel doesn't fit, or `tile`
        is missing, too large, or given for another kind.

    Examples
    --------
    >>> layer_costs("shared", (28, 28, 1), filters=10, kernel_size=5)
    LayerCosts(outputs=5760, links=144000, parameters=260, multiplications=144000)
    """
    as_choice("kind", kind, KINDS)
    h, w, channels = _input_shape(input_shape)
    filters = as_integer("filters", filters, 1)
    kernel = as_pair("kernel_size", kernel_size)
    plans = plan_image((h, w), kernel, padding, stride, dilation, ("input", "kernel"))
    positions = plans[0].size * plans[1].size
    banks = _banks(kind, tile, plans)
    outputs = positions * filters
    if kind == "dense":
        links = h * w * channels * outputs
        return LayerCosts(outputs, links, links + outputs, links)
    patch = kernel[0] * kernel[1] * channels
    inside = _cells_inside(h, plans[0]) * _cells_inside(w, plans[1])
    return LayerCosts(
        outputs,
        links=inside * channels * filters,
        parameters=banks * (patch + 1) * filters,
        multiplications=patch * outputs,
    )


def wiring(kind: str, inputs: int, width: int = 3, tile: int = 2) -> np.ndarray:
    """Return the wiring of a one-dimensional layer as a table of numbered weights.

    Parameters
    ----------
    kind
        One of `KINDS`.
    inputs
        Number of inputs.
    width
        How many neighbours an output is linked to; a dense layer has as many outputs as the others.
    tile
        How many banks of weights take turns in a ``"tiled"`` layer.

    Returns
    -------
    numpy.ndarray of int, shape (inputs - width + 1, inputs)
        A row for each output, a column for each input: 0 where there is no link, equal numbers
        where links share a weight. The numbers run from 1 to the number of weights.

    Raises
    ------
    ValueError
        If the kind is unknown, a number isn't a positive integer, the kernel is wider than the
        line of inputs, or a tiled layer has fewer outputs than banks.

    Examples
    --------
    >>> wiring("shared", 5)
    array([[1, 2, 3, 0, 0],
           [0, 1, 2, 3, 0],
           [0, 0, 1, 2, 3]])
    """
    if kind not in KINDS:
        words = ", ".join(f'"{word}"' for word in KINDS)
        raise ValueError(f"kind is {kind!r}: use one of {words}")
    inputs, width = as_integer("inputs", inputs, 1), as_integer("width", width, 1)
    tile = as_integer("tile", tile, 1)
    outputs = inputs - width + 1
    if outputs < 1:
        raise ValueError(f"width {width} is larger than inputs {inputs}: use a smaller kernel")
    if kind == "tiled" and tile > outputs:
        raise ValueError(f"tile is {tile}, but there are {outputs} outputs: use at most as many")
    i, j = np.indices((outputs, inputs))
    if kind == "dense":
        return 1 + i * inputs + j
    bank = {"unshared": i, "tiled": i % tile, "shared": np.zeros_like(i)}[kind]
    return np.where((i <= j) & (j < i + width), 1 + width * bank + j - i, 0)


def _input_shape(shape: Any) -> tuple[int, ...]:
    try:
        sides = tuple(shape)
    except TypeError:
        sides = ()
    if len(sides) != 3:
        raise ValueError(f"input_shape is {shape!r}: give (height, width, channels)")
    return tuple(as_integer("input_shape", side, 1) for side in sides)


def _banks(kind: str, tile: Pair | None, plans: tuple[AxisPlan, AxisPlan]) -> int:
    positions = tuple(plan.size for plan in plans)
    if kind != "tiled":
        if tile is not None:
            raise ValueError(
                f'tile is {tile!r}, but kind is "{kind}": leave it out, or use kind="tiled"'
            )
        return 1 if kind == "shared" else positions[0] * positions[1]
    if tile is None:
        raise ValueError('tile is missing: "tiled" needs the number of banks, for example tile=2')
    tiles = as_pair("tile", tile)
    if any(t > n for t, n in zip(tiles, positions)):
        raise ValueError(
            f"tile {size_text(tiles)} is larger than the output {size_text(positions)}: "
            "use at most one bank a position"
        )
    return tiles[0] * tiles[1]


def _cells_inside(n: int, plan: AxisPlan) -> int:
    """Count, over all windows along an axis of `n` cells, the window's cells on the input."""
    starts = np.arange(plan.size) * plan.stride - plan.before
    cells = starts[:, None] + np.arange(plan.k) * plan.dilation
    return int(np.count_nonzero((cells >= 0) & (cells < n)))
