"""Sizes that no memory holds are refused in one sentence."""

import numpy as np
import pytest

from course_utils import connectivity, convolution, detection, filters, layers, pooling
from course_utils.memory import within_memory
from course_utils.networks import metrics

IMAGE, KERNEL = np.ones((6, 6)), np.ones((3, 3))
BATCH, BANK = np.ones((2, 6, 6, 2)), np.ones((3, 3, 2, 2))
FOUND, TRUTH = ([[0, 0, 1, 1]], [0], [1.0]), ([[0, 0, 1, 1]], [0])


def generator():
    return np.random.default_rng(0)


CALLS = {
    "a signal's padding": lambda n: convolution.correlate1d([1, 2], [1], padding=n),
    "wrapped": lambda n: convolution.convolve1d([1, 2], [1], padding=n, border="wrap"),
    "an image's padding": lambda n: convolution.correlate2d(IMAGE, KERNEL, padding=n),
    "reflected": lambda n: convolution.correlate2d(IMAGE, KERNEL, padding=n, border="reflect"),
    "by transforms": lambda n: convolution.fft_convolve2d(IMAGE, KERNEL, padding=n),
    "a matrix": lambda n: convolution.convolution_matrix(KERNEL, (n, n)),
    "a batch's padding": lambda n: convolution.conv2d(BATCH, BANK, padding=n),
    "in tiles": lambda n: convolution.tiled_conv2d(BATCH, BANK[None, None], padding=n),
    "patches": lambda n: convolution.im2col(BATCH, 3, padding=n),
    "padding": lambda n: convolution.pad(IMAGE, n),
    "a stride": lambda n: convolution.conv2d_transpose(BATCH, BANK, stride=n),
    "pooling": lambda n: pooling.pool2d(IMAGE, 2, padding=n),
    "a window": lambda n: pooling.distance_weights(n),
    "a radius": lambda n: filters.direction_error(KERNEL, KERNEL, radius=n),
    "a kernel": lambda n: layers.Conv2D(1, 1, n, rng=generator()),
    "units": lambda n: layers.Dense(n, 2, rng=generator()),
    "classes": lambda n: detection.mean_average_precision([FOUND], [TRUTH], classes=n),
    "points": lambda n: detection.average_precision([True], 1, points=n),
    "a matrix of classes": lambda n: metrics.confusion_matrix([0], [0], classes=n),
}


@pytest.mark.parametrize("what", CALLS)
@pytest.mark.parametrize("size", [10**12, 2**52])
def test_what_no_memory_holds_is_refused_by_name(what, size):
    with pytest.raises(
        ValueError, match=r"[a-z].*: (give|use) less( padding)?|leaves windows"
    ) as e:
        CALLS[what](size)
    assert "\n" not in str(e.value)


def test_other_errors_pass():
    @within_memory("n")
    def fails(error):
        raise error

    with pytest.raises(ValueError, match="^another$"):
        fails(ValueError("another"))
    with pytest.raises(ValueError, match="^n makes arrays that are larger than the memory: give"):
        fails(MemoryError())


def test_the_counts_of_connections_need_no_memory_for_positions():
    assert connectivity.layer_costs("dense", (9, 9, 1), 10**12, 3).outputs == 49 * 10**12
