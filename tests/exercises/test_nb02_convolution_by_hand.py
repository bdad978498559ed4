"""Mistakes of notebook 02 written down as a student would, not as the exercises declare them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course_utils import exercises
from course_utils.convolution import correlate2d
from course_utils.exercises.nb02_convolution_by_hand import (
    distance_map,
    patch_count,
    shift_left_kernel,
)


def loops(image, kernel, rows, columns, cell, size=None):
    feature_map = np.zeros(size or (rows, columns))
    for i in range(rows):
        for j in range(columns):
            patch = image[i : i + kernel.shape[0], j : j + kernel.shape[1]]
            feature_map[i, j] = cell(patch, kernel)
    return feature_map


def squared(patch, kernel):
    return np.sum((patch.astype(float) - kernel) ** 2)


def valid(image, kernel):
    return image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1


def flipped(image, kernel):
    return loops(image, np.flip(kernel), *valid(image, kernel), squared)


def rotated_twice(image, kernel):
    return loops(image, np.rot90(kernel, 2), *valid(image, kernel), squared)


def one_too_few(image, kernel):
    rows, columns = image.shape[0] - kernel.shape[0], image.shape[1] - kernel.shape[1]
    return loops(image, kernel, rows, columns, squared)


def loops_one_too_short(image, kernel):
    rows, columns = valid(image, kernel)
    return loops(image, kernel, rows - 1, columns - 1, squared, (rows, columns))


def not_summed(image, kernel):
    return loops(image, kernel, *valid(image, kernel), lambda p, k: (p - k) ** 2)


def inner_products(image, kernel):
    return loops(image, kernel, *valid(image, kernel), lambda p, k: np.sum(p * k))


def in_bytes(image, kernel):
    return loops(image, kernel, *valid(image, kernel), lambda p, k: np.sum((p - k) ** 2))


def axes_exchanged(image, kernel):
    rows, columns = valid(image, kernel)
    return loops(image, kernel, columns, rows, squared)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (flipped, "flipped the kernel"),
        (rotated_twice, "flipped the kernel"),
        (one_too_few, "stop one too early"),
        (loops_one_too_short, "still zero"),
        (not_summed, "put np.sum"),
        (inner_products, "inner products of the cell above"),
        (in_bytes, "3 − 5 becomes 254"),
        (axes_exchanged, "rows and columns are exchanged"),
    ],
)
def test_distance_mistakes(answer: Callable[..., Any], words: str) -> None:
    assert words in exercises.judge("02.3", answer).message


def test_moving_average_mistakes() -> None:
    def summed(series, width):
        return [sum(series[i : i + width]) for i in range(len(series) - width + 1)]

    def padded(series, width):
        out = np.zeros(len(series))
        for i in range(len(series) - width + 1):
            out[i] = series[i : i + width].mean()
        return out

    def short(series, width):
        return [series[i : i + width].mean() for i in range(len(series) - width)]

    for answer, words in [(summed, "the sum"), (padded, "zeros at the end"), (short, "missing")]:
        assert words in exercises.judge("02.1", answer).message


def test_the_lecture_s_numbers() -> None:
    image = np.array(
        [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
    )
    kernel = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    assert patch_count(image.shape, kernel.shape) == 9
    # The squares of a patch and of the kernel, less twice their inner product.
    ink = correlate2d(image**2, np.ones((3, 3)))
    products = [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    np.testing.assert_array_equal(distance_map(image, kernel), ink + 5 - 2 * np.array(products))


def test_the_kernel_shifts_to_the_left() -> None:
    image = np.random.default_rng(0).normal(size=(5, 7))
    shifted = correlate2d(np.pad(image, 1), shift_left_kernel())
    np.testing.assert_array_equal(shifted[:, :-1], image[:, 1:])
    np.testing.assert_array_equal(shifted[:, -1], 0)
