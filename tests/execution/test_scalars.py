"""The single numbers of a namespace."""

import json
import math

import numpy as np

from course_utils.execution.scalars import scalars, scalars_as_json

NAMESPACE = {
    "count": 3,
    "ratio": 0.5,
    "is_good": True,
    "mean": np.float32(0.25),
    "hits": np.int64(7),
    "same": np.bool_(False),
    "_hidden": 1,
    "name": "text",
    "array": np.array([1.0]),
    "nothing": None,
    "pair": (1, 2),
    "complex": 1j,
}


def test_single_numbers_are_found_as_plain_values() -> None:
    found = scalars(NAMESPACE)
    assert found == {
        "count": 3,
        "ratio": 0.5,
        "is_good": True,
        "mean": 0.25,
        "hits": 7,
        "same": False,
    }
    assert {type(value) for value in found.values()} == {int, float, bool}


def test_json_holds_what_is_not_finite_too() -> None:
    found = json.loads(scalars_as_json({"loss": np.float64("nan"), "limit": math.inf}))
    assert math.isnan(found["loss"]) and found["limit"] == math.inf
