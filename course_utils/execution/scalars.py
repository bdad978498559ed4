"""The single numbers that a notebook ends with, by name."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import numpy as np


def scalars(namespace: Mapping[str, object]) -> dict[str, bool | int | float]:
    """Return the variables that are single numbers or truth values, as plain Python values.

    Parameters
    ----------
    namespace
        Names and values, such as a notebook's ``globals()``.

    Returns
    -------
    dict of str to bool, int or float
        Without names that begin with an underscore. Arrays, even with one element, aren't single
        numbers. A whole number of more than 64 bits becomes a float, which tables hold, or is left
        out if it is too large for one.
    """
    found = {}
    for name, value in namespace.items():
        if isinstance(value, (np.bool_, np.integer, np.floating)):
            value = value.item()
        if type(value) is int and not -(2**63) <= value < 2**63:
            if abs(value) > sys.float_info.max:
                continue
            value = float(value)
        if isinstance(value, (bool, int, float)) and not name.startswith("_"):
            found[name] = value
    return found


def scalars_as_json(namespace: Mapping[str, object]) -> str:
    """Return `scalars` as JSON. Infinities and NaN are written as Python's json reads them."""
    return json.dumps(scalars(namespace))
