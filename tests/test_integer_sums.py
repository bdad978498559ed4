"""Sums of integers are exact, or refused: never wrapped around, never rounded in silence."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.convolution import (
    col2im,
    conv2d,
    convolve1d,
    convolve2d,
    correlate1d,
    correlate2d,
    tiled_conv2d,
    unshared_conv2d,
)
from course_utils.pooling import global_pool2d, pool2d

LARGE = np.full((1, 2, 1, 1), 2**62)
ONES = np.ones((2, 1, 1, 1), int)

BEYOND = {
    "correlate1d": lambda: correlate1d([2**62] * 2, [1, 1]),
    "one product": lambda: correlate1d([2**40], [2**40]),
    "below": lambda: correlate1d([-(2**62)] * 3, [1, 1, 1]),
    "convolve1d": lambda: convolve1d([2**62] * 2, [1, 1]),
    "correlate2d": lambda: correlate2d([[2**62] * 2], [[1, 1]]),
    "convolve2d": lambda: convolve2d([[2**62] * 2], [[1, 1]]),
    "conv2d": lambda: conv2d(LARGE, ONES),
    "direct": lambda: conv2d(LARGE, ONES, method="direct"),
    "a bias": lambda: conv2d(LARGE, ONES[:1], [2**62]),
    "unshared_conv2d": lambda: unshared_conv2d(LARGE, ONES[None, None]),
    "tiled_conv2d": lambda: tiled_conv2d(LARGE, ONES[None, None]),
    "pool2d": lambda: pool2d([[2**62] * 2], (1, 2), mode="sum"),
    "global_pool2d": lambda: global_pool2d([[2**62] * 2], mode="sum"),
    "col2im": lambda: col2im([[2**62] * 2] * 2, (1, 1, 3, 1), (1, 2)),
}
ROUNDED = {
    "correlate1d": lambda x: correlate1d(x[0], [1, 1]),
    "conv2d": lambda x: conv2d(x[None, :, :, None], np.ones((1, 2, 1, 1), int)),
    "pool2d": lambda x: pool2d(x, (1, 2), mode="sum"),
    "global_pool2d": lambda x: global_pool2d(x, mode="sum"),
}


@pytest.mark.parametrize("call", BEYOND.values(), ids=BEYOND)
def test_sums_beyond_64_bits_are_refused(call):
    with pytest.raises(ValueError, match=r"sums beyond ±2⁶³.*give np\.asarray\(\w+, dtype=float\)"):
        call()


def test_the_remedy_helps():
    found = correlate1d(np.asarray([2**62] * 2, dtype=float), [1, 1])
    np.testing.assert_array_equal(found, [2.0**63])


@pytest.mark.parametrize("call", ROUNDED.values(), ids=ROUNDED)
def test_uint64_is_summed_exactly_or_refused(call):
    image = np.array([[2**53 + 1, 0]], np.uint64)
    with pytest.raises(ValueError, match="beyond 2⁵³") as caught:
        call(image)
    remedy = re.search(r"np\.asarray\(\w+\)\.astype\(np\.int64\)", str(caught.value))
    assert remedy
    assert call(image.astype(np.int64)).ravel()[0] == 2**53 + 1
    small = np.array([[2**52, 3]], np.uint64)
    assert call(small).ravel()[0] == 2**52 + 3


@settings(deadline=None, max_examples=200)
@given(
    x=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=3, max_size=6),
    kernel=st.lists(st.sampled_from([-3, -1, 0, 1, 2, 2**31, -(2**62)]), min_size=1, max_size=3),
)
def test_sums_are_those_of_whole_numbers_or_refused(x, kernel):
    """Python's integers never overflow."""
    right = [sum(a * b for a, b in zip(x[i:], kernel)) for i in range(len(x) - len(kernel) + 1)]
    inside = all(-(2**63) <= one < 2**63 for one in right)
    try:
        found = correlate1d(np.array(x, np.int64), np.array(kernel, np.int64)).tolist()
    except ValueError as error:
        # Terms that cancel from beyond 2¹⁰⁰ are refused as well.
        terms = max(map(abs, x)) * max(map(abs, kernel)) * len(kernel)
        assert "beyond ±2⁶³" in str(error) and (not inside or terms > 2**100)
    else:
        assert found == right


def test_large_numbers_whose_sums_stay_inside_pass():
    assert correlate1d([2**62, -(2**62), 5], [1, 1, 1]).tolist() == [5]
    assert correlate1d([2**63 - 1], [1]).tolist() == [2**63 - 1]
    assert correlate1d([-(2**63)], [1]).tolist() == [-(2**63)]
    assert correlate1d(np.array([200], "u1"), [2**54]).tolist() == [200 * 2**54]


def test_a_fourier_transform_gives_floats():
    np.testing.assert_allclose(correlate1d([2**62] * 2, [1, 1], method="fft"), [2.0**63])
