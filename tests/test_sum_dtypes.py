"""The dtypes in which sums are formed."""

import numpy as np
import pytest

from course_utils.sum_dtypes import common_dtype, largest_size, sum_dtype


@pytest.mark.parametrize(
    ("dtypes", "result"),
    [
        ("?", "i8"),
        ("u1 i1", "i8"),
        ("u8", "f8"),
        ("f4 i8", "f4"),
        ("f2 u8", "f2"),
        ("f2 f4", "f4"),
        ("f4 f8 i1", "f8"),
        ("g f4", "g"),
    ],
)
def test_the_dtype_of_a_sum_of_products(dtypes, result):
    arrays = [np.ones(1, dtype) for dtype in dtypes.split()]
    assert common_dtype(*arrays) == np.dtype(result)
    assert common_dtype(*reversed(arrays)) == np.dtype(result)
    assert common_dtype(*arrays, None) == np.dtype(result)


def test_half_precision_is_added_up_in_single():
    assert sum_dtype(np.dtype("f2")) == np.float32
    for dtype in ("f4", "f8", "i8", "g"):
        assert sum_dtype(np.dtype(dtype)) == np.dtype(dtype)


def test_the_largest_size_is_none_too_small():
    for dtype in ("?", "i1", "u2", "i4", "u8", "i8"):
        for number in (0, 1, -3 if dtype[0] == "i" else 1):
            array = np.array([number, 1]).astype(dtype)
            assert largest_size(array) >= max(abs(int(each)) for each in array)
    assert largest_size(np.array([-(2**63)])) == 2**63
