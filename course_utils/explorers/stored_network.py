"""Networks packed for JavaScript: the course's stored one, or one of your own."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from course_utils.handwriting import Layer


_LARGEST = 65504.0  # of float16


@cache
def page_network() -> dict[str, Any] | None:
    """Return the layers and thresholds of the stored network as JSON takes them; None without one.

    Kernels and biases are packed as float16, in which they are stored.
    """
    from course_utils import handwriting

    if not hasattr(handwriting, "stored_reader"):
        return None
    reader = handwriting.stored_reader()
    packed = pack_network(reader.layers)
    return packed | {"none_above": reader.none_above, "sure_from": reader.sure_from}


def pack_network(layers: Sequence[Layer]) -> dict[str, Any]:
    """Pack plain layers as JSON takes them, for JavaScript to run.

    Parameters
    ----------
    layers
        As `course_utils.handwriting.layers_of` makes them of a Keras model.

    Returns
    -------
    dict
        Under "layers", one dictionary for each: its kind, and where it has numbers the kernel's
        shape, and kernel and bias as base64 of float16, which keeps three digits of each.

    Raises
    ------
    ValueError
        If a number is beyond 65,504, the largest of float16.
    """
    packed = []
    for kind, kernel, bias in layers:
        layer: dict[str, Any] = {"kind": kind}
        if kernel is not None and bias is not None:
            layer |= {"shape": list(kernel.shape), "kernel": _packed(kernel), "bias": _packed(bias)}
        packed.append(layer)
    return {"layers": packed}


def unpack_network(packed: dict[str, Any]) -> tuple[Layer, ...]:
    """Return the plain layers, float32, of what `pack_network` made."""
    from course_utils.handwriting import Layer

    return tuple(
        Layer(
            one["kind"],
            _unpacked(one["kernel"]).reshape(one["shape"]) if "kernel" in one else None,
            _unpacked(one["bias"]) if "bias" in one else None,
        )
        for one in packed["layers"]
    )


def _packed(numbers: np.ndarray) -> str:
    largest = float(np.abs(numbers).max(initial=0))
    if not largest <= _LARGEST:
        raise ValueError(
            f"layers holds {largest:g}, which float16 can't: keep every weight within ±65,504"
        )
    return base64.b64encode(np.ascontiguousarray(numbers, "<f2").tobytes()).decode("ascii")


def _unpacked(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f2").astype(np.float32)
