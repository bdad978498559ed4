"""The architect: stack layers, and see what becomes of the shapes, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure

from course_utils.arguments import size_text
from course_utils.explorers.architect.stacks import (
    Layer,
    Row,
    as_size,
    complete,
    keras_code,
    report,
)
from course_utils.explorers.explorer import Checked, Explorer

_LECTURE = (
    {"kind": "conv", "filters": 10, "size": 5},
    {"kind": "pool"},
    {"kind": "conv", "filters": 20, "size": 5},
    {"kind": "pool"},
    {"kind": "flatten"},
    {"kind": "dense", "units": 100, "activation": "relu"},
    {"kind": "dense", "units": 10},
)
_MOST = 16  # layers; more are not seen at once


class Architect(Explorer):
    """Stack layers: shapes, parameters, multiplications and receptive field at every step.

    **What to see.** The network from left to right, then a row for each layer. What can't be
    stacked is explained, and the layers before it stay. A layer whose channels don't all meet is
    drawn cut.

    **Keyboard.** Tab goes from field to field and arrows change a number; the buttons of a row move
    or remove its layer.

    **Three things to try.** They stand below the explorer, and in `try_this`.

    Parameters
    ----------
    layers
        Dicts with a ``kind``, "conv", "depthwise", "separable", "pool", "global", "flatten" or
        "dense", and settings such as ``filters``, ``size``, ``stride``, ``padding``, ``dilation``,
        ``groups``, ``multiplier`` (maps from one channel), ``units``, ``activation``. By default
        the lecture's network with 38,390 parameters.
    input_shape
        (height, width, channels) of an image.
    ask
        Whether shapes and parameters stay hidden, each until you ask for it.
    grouped
        Whether layers that keep channels apart are on offer: depthwise, pointwise, separable, and
        convolutions in groups. Where the stack has one they are in any case.

    Raises
    ------
    ValueError
        If a layer or the shape can't be understood. Layers that don't fit are no error: the
        explorer says what is wrong.

    Examples
    --------
    >>> architect = Architect([{"kind": "conv", "filters": 64}])
    >>> architect.report[0].shape, architect.parameters
    ((26, 26, 64), 640)
    """

    folder = "architect"
    _guide = (
        "Where are most of the parameters, and where most of the multiplications? Guess both "
        "before you read the numbers.",
        "Replace the 5×5 convolutions by two 3×3 each. What does the receptive field say, and what "
        "do the parameters?",
        "Take flatten out and put global pooling in its place. Which number no longer depends on "
        "the size of the image? Change the height and see.",
    )
    _by_keyboard = (
        "Tab goes from field to field; arrow keys change a number or a choice. Each row's buttons "
        "move its layer up or down, or remove it."
    )

    input_shape = Checked([28, 28, 1]).tag(sync=True, state=True)
    layers = Checked([]).tag(sync=True, state=True)
    ask = traitlets.Bool(False).tag(sync=True, state=True)
    grouped = traitlets.Bool(False).tag(sync=True, state=True)

    def __init__(
        self,
        layers: Sequence[Layer] = _LECTURE,
        input_shape: Sequence[int] = (28, 28, 1),
        *,
        ask: bool = False,
        grouped: bool = False,
    ) -> None:
        super().__init__(layers=layers, input_shape=input_shape, ask=ask, grouped=grouped)

    @traitlets.validate("layers")
    def _check_layers(self, proposal: Any) -> list[dict[str, Any]]:
        given = proposal["value"]
        if not isinstance(given, (list, tuple)):
            raise ValueError(
                f'layers is {given!r}: give a list of dicts such as {{"kind": "conv"}}'
            )
        layers = [complete(layer) for layer in given]
        if len(layers) > _MOST:
            raise ValueError(f"layers has {len(layers)} entries: use at most {_MOST}")
        return layers

    @traitlets.validate("input_shape")
    def _check_shape(self, proposal: Any) -> list[int]:
        shape = proposal["value"]
        if not isinstance(shape, (list, tuple, np.ndarray)) or len(shape) != 3:
            raise ValueError(f"input_shape is {shape!r}: give (height, width, channels)")
        return [as_size("input_shape", side) for side in shape]

    @property
    def report(self) -> list[Row]:
        """A row for each layer up to the first that doesn't fit."""
        return report(self.input_shape, self.layers)[0]

    @property
    def error(self) -> str:
        """What is wrong with the first layer that doesn't fit; empty if all do."""
        return report(self.input_shape, self.layers)[1]

    @property
    def parameters(self) -> int:
        """The parameters of all layers that fit."""
        return sum(row.parameters for row in self.report)

    @property
    def multiplications(self) -> int:
        """The products of all layers that fit, for one image."""
        return sum(row.multiplications for row in self.report)

    @property
    def keras_code(self) -> str:
        """The stack as code for Keras."""
        return keras_code(self.input_shape, self.layers)

    def __repr__(self) -> str:
        return f"Architect({len(self.layers)} layers on {size_text(self.input_shape)})"

    @property
    def alternative_text(self) -> str:
        steps = [size_text(self.input_shape)]
        for layer, row in zip(self.layers, self.report, strict=False):
            steps.append(f"{layer['kind']} {size_text(row.shape)}")
        wrong = f" Then: {self.error}." if self.error else ""
        if self.ask:
            kinds = ", ".join(layer["kind"] for layer in self.layers)
            return f"A network on {steps[0]}, layer by layer, its shapes still hidden: {kinds}."
        return (
            f"A network in a table, layer by layer: {' → '.join(steps)}; together "
            f"{self.parameters:,} parameters.{wrong}"
        )

    def draw(self) -> Figure:
        fig = Figure(figsize=(8, 0.32 * (len(self.layers) + 2) + 0.3), layout="constrained")
        ax = fig.subplots()
        ax.axis("off")
        head = ("layer", "shape", "parameters", "multiplications", "sees")
        lines = [("image", size_text(self.input_shape), "", "", "1×1")]
        for layer, row in zip(self.layers, self.report, strict=False):
            sees = "everything" if row.field is None else size_text((row.field, row.field))
            found = (size_text(row.shape), f"{row.parameters:,}", f"{row.multiplications:,}", sees)
            lines.append((_told(layer), *(("?",) * 4 if self.ask else found)))
        if self.error:
            lines.append((self.error[:70], "", "", "", ""))
        table = ax.table(
            lines, colLabels=head, colWidths=[0.36, 0.16, 0.15, 0.19, 0.14], cellLoc="left",
            loc="center", edges="horizontal",
        )  # fmt: skip
        table.auto_set_font_size(False)
        table.set_fontsize(10)
        table.scale(1, 1.35)
        return fig


def _told(layer: Layer) -> str:
    kind = layer["kind"]
    if kind in ("flatten", "global", "dense"):
        return {"flatten": "flatten", "global": "global pooling"}.get(
            kind
        ) or f"dense {layer['units']}"
    window = size_text((layer["size"],) * 2)
    if kind == "pool":
        return f"{layer['mode']} pooling {window}"
    name = kind if kind == "depthwise" else f"{layer['filters']} filters"
    groups = layer.get("groups", 1)
    more = ", separable" if kind == "separable" else f", {groups} groups" if groups > 1 else ""
    return f"{name} {window}, {layer['padding']}{more}"
