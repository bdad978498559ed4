"""What a stack of layers makes of an image: shapes, parameters, products, receptive fields, code.

A layer is a dict, as JSON holds it; `DEFAULTS` lists the kinds and what each can be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from course_utils.arguments import as_integer, size_text
from course_utils.connectivity import layer_costs
from course_utils.convolution import plan_image

Layer = Mapping[str, Any]

DEFAULTS: dict[str, dict[str, Any]] = {
    "conv": {
        "filters": 16,
        "size": 3,
        "stride": 1,
        "padding": "valid",
        "dilation": 1,
        "activation": "relu",
    },
    "pool": {"mode": "max", "size": 2, "stride": 2, "padding": "valid"},
    "global": {"mode": "max"},
    "flatten": {},
    "dense": {"units": 10, "activation": "softmax"},
}
LARGEST = 4096  # of a side, a filter count, …; the widest layers in use have as many units
_CHOICES = {
    "padding": ("valid", "same"),
    "mode": ("max", "average"),
    "activation": ("none", "relu", "tanh", "sigmoid", "softmax"),
}


class Row(NamedTuple):
    """What one layer gives.

    Attributes
    ----------
    shape
        (height, width, channels), or (units,).
    parameters, multiplications
        Weights and biases; products that are formed for one image.
    field
        How many cells of the image, each way, one cell sees; None where it sees everything.
    """

    shape: tuple[int, ...]
    parameters: int
    multiplications: int
    field: int | None


def complete(layer: Layer) -> dict[str, Any]:
    """Return a layer with every setting, as it is or by default; refuse what is no layer.

    Raises
    ------
    ValueError
        If the kind, the name of a setting or its value isn't known.
    """
    if not isinstance(layer, Mapping):
        raise ValueError(
            f'layers holds {layer!r}: give a dict for each, such as {{"kind": "conv"}}'
        )
    kind = layer.get("kind")
    if not isinstance(kind, str) or kind not in DEFAULTS:
        words = ", ".join(f'"{word}"' for word in DEFAULTS)
        raise ValueError(f"kind is {kind!r}: use one of {words}")
    settings = DEFAULTS[kind]
    for name, value in layer.items():
        if name == "kind":
            continue
        if name not in settings:
            known = ", ".join(settings) or "nothing else"
            raise ValueError(f"{kind} has no {name!r}: it takes {known}")
        if name in _CHOICES:
            if value not in _CHOICES[name]:
                words = ", ".join(f'"{word}"' for word in _CHOICES[name])
                raise ValueError(f"{name} is {value!r}: use one of {words}")
        else:
            as_size(name, value)
    return {"kind": kind, **settings, **{k: v for k, v in layer.items() if k != "kind"}}


def as_size(name: str, value: object) -> int:
    """Return a whole number from 1 to `LARGEST`.

    Raises
    ------
    ValueError
        If it is none.
    """
    number = as_integer(name, value, 1)
    if number > LARGEST:
        raise ValueError(f"{name} is {number}: use a whole number of at most {LARGEST}")
    return number


def report(input_shape: Sequence[int], layers: Sequence[Layer]) -> tuple[list[Row], str]:
    """Return a row for each layer that works, and what is wrong with the first that doesn't.

    Parameters
    ----------
    input_shape
        (height, width, channels) of the image.
    layers
        See the module's docstring.

    Returns
    -------
    rows : list of Row
        As many as there are layers before the first that can't be.
    error : str
        The message for that one; empty if all fit.
    """
    shape: tuple[int, ...] = tuple(as_size("input_shape", side) for side in input_shape)
    field: int | None = 1
    jump = 1
    rows: list[Row] = []
    for place, given in enumerate(layers):
        try:
            layer = complete(given)
            kind = layer["kind"]
            _check_rank(kind, shape)
            if kind in ("conv", "pool"):
                dilation = layer.get("dilation", 1)
                if layer["stride"] > 1 and dilation > 1:
                    raise ValueError(
                        f"`strides > 1` not supported in conjunction with `dilation_rate > 1`: "
                        f"set the stride {layer['stride']} or the dilation {dilation} to 1"
                    )
                row = _slide(layer, shape, field, jump)
                field, jump = row.field, jump * layer["stride"]
            else:
                row, field = _gather(layer, shape), None
        except ValueError as error:
            return rows, f"layer {place + 1}, {given.get('kind')}: {error}"
        rows.append(row)
        shape = row.shape
    return rows, ""


def _check_rank(kind: str, shape: tuple[int, ...]) -> None:
    if kind == "dense" and len(shape) == 3:
        raise ValueError(
            f"a dense layer needs a vector, but gets {size_text(shape)}: "
            "put flatten or global pooling before it"
        )
    if kind != "dense" and len(shape) == 1:
        raise ValueError(
            f"it needs height, width and channels, but gets {shape[0]} numbers: "
            "put it before flatten, global pooling and dense layers"
        )


def _slide(layer: Layer, shape: tuple[int, ...], field: int | None, jump: int) -> Row:
    size, stride, dilation = layer["size"], layer["stride"], layer.get("dilation", 1)
    seen = (field or 1) + (size - 1) * dilation * jump
    names = ("image", "window") if layer["kind"] == "pool" else ("input", "kernel")
    plans = plan_image(shape[:2], (size, size), layer["padding"], stride, dilation, names)
    out = [plan.size for plan in plans]
    if layer["kind"] == "pool":
        return Row((*out, shape[2]), 0, 0, seen)
    image = (shape[0], shape[1], shape[2])
    settings = {"padding": layer["padding"], "stride": stride, "dilation": dilation}
    costs = layer_costs("shared", image, layer["filters"], size, **settings)
    return Row((*out, layer["filters"]), costs.parameters, costs.multiplications, seen)


def _gather(layer: Layer, shape: tuple[int, ...]) -> Row:
    if layer["kind"] == "flatten":
        return Row((prod(shape),), 0, 0, None)
    if layer["kind"] == "global":
        return Row((shape[2],), 0, 0, None)
    weights = shape[0] * layer["units"]
    return Row((layer["units"],), weights + layer["units"], weights, None)


def keras_code(input_shape: Sequence[int], layers: Sequence[Layer]) -> str:
    """Return the stack as code for Keras."""
    lines = [f"keras.Input({tuple(input_shape)})", *(_call(complete(layer)) for layer in layers)]
    inside = "".join(f"    {line},\n" for line in lines)
    return (
        "import keras\nfrom keras import layers\n\n"
        f"model = keras.Sequential([\n{inside}])\nmodel.summary()\n"
    )


def _call(layer: Layer) -> str:
    kind = layer["kind"]
    if kind == "flatten":
        return "layers.Flatten()"
    if kind == "global":
        return f"layers.Global{layer['mode'].capitalize()}Pooling2D()"
    first, options = [], []
    if kind == "pool":
        name, first = f"{layer['mode'].capitalize()}Pooling2D", [layer["size"]]
        if layer["stride"] != layer["size"]:
            options.append(f"strides={layer['stride']}")
    elif kind == "conv":
        name, first = "Conv2D", [layer["filters"], layer["size"]]
        options += [f"strides={layer['stride']}"] if layer["stride"] > 1 else []
    else:
        name, first = "Dense", [layer["units"]]
    if layer.get("padding", "valid") != "valid":
        options.append(f'padding="{layer["padding"]}"')
    if layer.get("dilation", 1) > 1:
        options.append(f"dilation_rate={layer['dilation']}")
    if layer.get("activation", "none") != "none":
        options.append(f'activation="{layer["activation"]}"')
    return f"layers.{name}({', '.join([*map(str, first), *options])})"
