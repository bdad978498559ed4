"""The course's stored network, packed for JavaScript."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import numpy as np


@cache
def page_network() -> dict[str, Any] | None:
    """Return the layers and thresholds of the stored network as JSON takes them; None without one.

    Kernels and biases are packed as float16, in which they are stored.
    """
    from course_utils import handwriting

    if not hasattr(handwriting, "stored_reader"):
        return None
    reader = handwriting.stored_reader()
    layers = []
    for kind, kernel, bias in reader.layers:
        layer: dict[str, Any] = {"kind": kind}
        if kernel is not None and bias is not None:
            layer |= {"shape": list(kernel.shape), "kernel": _packed(kernel), "bias": _packed(bias)}
        layers.append(layer)
    return {"layers": layers, "none_above": reader.none_above, "sure_from": reader.sure_from}


def _packed(numbers: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers, "<f2").tobytes()).decode("ascii")
