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
        "groups": 1,
        "activation": "relu",
    },
    "depthwise": {
        "size": 3,
        "stride": 1,
        "padding": "valid",
        "dilation": 1,
        "multiplier": 1,
        "activation": "none",
    },
    "separable": {
        "filters": 16,
        "size": 3,
        "stride": 1,
        "padding": "valid",
        "dilation": 1,
        "multiplier": 1,
        "activation": "relu",
    },
    "pool": {"mode": "max", "size": 2, "stride": 2, "padding": "valid"},
    "global": {"mode": "max"},
    "flatten": {},
    "dense": {"units": 10, "activation": "softmax"},
}
LARGEST = 4096  # of a side, a filter count, …; the widest layers in use have as many units
_SLIDING = ("conv", "depthwise", "separable", "pool")
_CHOICES = {
    "padding": ("valid", "same"),
    "mode": ("max", "average"),
    "activation": ("none", "relu", "tanh", "sigmoid", "softmax"),
}
_CONVOLUTIONS = {
    "conv": "Conv2D",
    "depthwise": "DepthwiseConv2D",
    "separable": "SeparableConv2D",
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
            if kind in _SLIDING:
                _check_conv(layer, shape)
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


def _check_conv(layer: Layer, shape: tuple[int, ...]) -> None:
    """Raise a `ValueError` unless strides, groups and channels go together."""
    channels = shape[2]
    if layer["kind"] == "conv":
        # Keras' depthwise layers can do this, its convolution can't.
        stride, dilation, groups = layer["stride"], layer["dilation"], layer["groups"]
        if stride > 1 and dilation > 1:
            raise ValueError(
                f"`strides > 1` not supported in conjunction with `dilation_rate > 1`: "
                f"set the stride {stride} or the dilation {dilation} to 1"
            )
        # As `conv2d` says it.
        filters = layer["filters"]
        sides = ((f"images has {channels} channels", channels), (f"filters has {filters}", filters))
        for what, count in sides:
            if count % groups:
                raise ValueError(f"groups is {groups}, but {what}: use a divisor of {count}")
    multiplier = layer.get("multiplier", 1)
    if channels * multiplier > LARGEST:
        raise ValueError(
            f"multiplier is {multiplier}, which makes {channels * multiplier} maps of {channels} "
            f"channels: use at most {LARGEST // channels}"
        )


def _slide(layer: Layer, shape: tuple[int, ...], field: int | None, jump: int) -> Row:
    kind, size, dilation = layer["kind"], layer["size"], layer.get("dilation", 1)
    settings = {"padding": layer["padding"], "stride": layer["stride"], "dilation": dilation}
    seen = (field or 1) + (size - 1) * dilation * jump
    names = ("image", "window") if kind == "pool" else ("input", "kernel")
    h, w, channels = shape
    plans = plan_image((h, w), (size, size), **settings, names=names)
    out = (plans[0].size, plans[1].size)
    if kind == "pool":
        return Row((*out, channels), 0, 0, seen)
    if kind == "conv":
        groups, filters = layer["groups"], layer["filters"]
    else:
        groups, filters = channels, channels * layer["multiplier"]
    # A layer in groups is so many layers side by side, each with its part of channels and filters.
    one = layer_costs("shared", (h, w, channels // groups), filters // groups, size, **settings)
    parameters, products = groups * one.parameters, groups * one.multiplications
    if kind == "separable":
        mixing = layer_costs("shared", (*out, filters), layer["filters"], 1)
        # Only the second part has biases.
        parameters += mixing.parameters - filters
        products += mixing.multiplications
        filters = layer["filters"]
    return Row((*out, filters), parameters, products, seen)


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
    if kind == "dense":
        name, first = "Dense", [layer["units"]]
    elif kind == "pool":
        name, first = f"{layer['mode'].capitalize()}Pooling2D", [layer["size"]]
    else:
        name = _CONVOLUTIONS[kind]
        first = [layer[one] for one in ("filters", "size") if one in layer]
    # Windows of a pooling that is told no stride lie side by side.
    if layer.get("stride", 1) != (layer["size"] if kind == "pool" else 1):
        options.append(f"strides={layer['stride']}")
    if layer.get("padding", "valid") != "valid":
        options.append(f'padding="{layer["padding"]}"')
    if layer.get("dilation", 1) > 1:
        options.append(f"dilation_rate={layer['dilation']}")
    if layer.get("groups", 1) > 1:
        options.append(f"groups={layer['groups']}")
    if layer.get("multiplier", 1) > 1:
        options.append(f"depth_multiplier={layer['multiplier']}")
    if layer.get("activation", "none") != "none":
        options.append(f'activation="{layer["activation"]}"')
    return f"layers.{name}({', '.join([*map(str, first), *options])})"
