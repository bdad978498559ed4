"""Print how fast `course_utils.convolution` is beside SciPy and TensorFlow, as ratios of one run.

    python benchmarks/convolution.py

Nothing here passes or fails. The two sides of a comparison take turns, so that a busy moment of the
machine meets both, and the best time of each counts. Numbers hold for a quiet machine: both sides
use all cores, and BLAS loses most when it has to share them.
"""

from collections.abc import Callable
from time import perf_counter, sleep

import numpy as np
import scipy.signal
from rich.console import Console
from rich.table import Table

import course_utils.quiet_tensorflow  # noqa: F401  (before TensorFlow)
import tensorflow as tf
from course_utils.convolution import conv2d, convolve2d, correlate2d, fft_convolve2d

REPETITIONS = 25
SECONDS_A_ROUND = 0.01
# The threads of TensorFlow and BLAS go on spinning for a while after their work; they would take a
# core from the other side.
SECONDS_OF_REST = 0.01

IMAGE_SIDES = (512, 1024)
KERNEL_SIDES = (3, 5, 7)
BATCHES = (  # images, filters: the layers of the two_conv net, then a wide one
    ((128, 28, 28, 1), (5, 5, 1, 10)),
    ((128, 12, 12, 10), (5, 5, 10, 20)),
    ((64, 28, 28, 32), (3, 3, 32, 64)),
)
FFT_IMAGE_SIDE = 256
FFT_KERNEL_SIDES = (3, 5, 9, 15, 25, 41, 65)

random = np.random.default_rng(0)


def best_times(*sides: Callable[[], object]) -> list[float]:
    """Return the shortest time of a call of each, in seconds, measured in turns."""
    calls = []
    for side in sides:
        side()  # the first call pays for caches and, in TensorFlow, for choosing an algorithm
        start = perf_counter()
        side()
        calls.append(max(1, round(SECONDS_A_ROUND / (perf_counter() - start))))
    best = [float("inf")] * len(sides)
    for _ in range(REPETITIONS):
        for place, side in enumerate(sides):
            sleep(SECONDS_OF_REST)
            start = perf_counter()
            for _ in range(calls[place]):
                side()
            best[place] = min(best[place], (perf_counter() - start) / calls[place])
    return best


def table(title: str, work: str, ours: str, theirs: str, ratio: str) -> Table:
    """Return an empty table: the work, two times in milliseconds, their ratio."""
    result = Table(work, title=title, title_justify="left")
    for column in (f"{ours} [ms]", f"{theirs} [ms]", ratio):
        result.add_column(column.replace("[", r"\["), justify="right")
    return result


def milliseconds(*seconds: float) -> list[str]:
    """Write times for a table."""
    return [f"{1000 * s:.3f}" for s in seconds]


def images_against_scipy(dtype: type) -> Table:
    """Compare `correlate2d` with SciPy's on single images."""
    result = table(
        f"correlate2d, {np.dtype(dtype)} (goal: at least 4 times as fast at 512×512 with 3×3)",
        "image, kernel",
        "course_utils",
        "scipy.signal",
        "times as fast",
    )
    for side in IMAGE_SIDES:
        image = random.normal(size=(side, side)).astype(dtype)
        for k in KERNEL_SIDES:
            kernel = random.normal(size=(k, k)).astype(dtype)
            ours, theirs = best_times(
                lambda: correlate2d(image, kernel),
                lambda: scipy.signal.correlate2d(image, kernel, mode="valid"),
            )
            result.add_row(
                f"{side}×{side}, {k}×{k}", *milliseconds(ours, theirs), f"{theirs / ours:.1f}"
            )
    return result


def batches_against_tensorflow() -> Table:
    """Compare `conv2d` with TensorFlow's on batches."""
    result = table(
        "conv2d, float32 (goal: at most 3.5 times TensorFlow's time)",
        "images, filters",
        "course_utils",
        "tf.nn.conv2d",
        "times the time",
    )
    for shape, filters_shape in BATCHES:
        images = random.normal(size=shape).astype(np.float32)
        filters = random.normal(size=filters_shape).astype(np.float32)
        tensors = tf.constant(images), tf.constant(filters)
        ours, theirs = best_times(
            lambda: conv2d(images, filters),
            lambda: tf.nn.conv2d(*tensors, strides=1, padding="VALID").numpy(),
        )
        result.add_row(
            f"{shape}, {filters_shape}", *milliseconds(ours, theirs), f"{ours / theirs:.2f}"
        )
    return result


def fourier_against_direct() -> Table:
    """Compare `fft_convolve2d` with `convolve2d` as the kernel grows."""
    result = table(
        f"a {FFT_IMAGE_SIDE}×{FFT_IMAGE_SIDE} image, float64",
        "kernel",
        "direct",
        "by FFT",
        "direct / FFT",
    )
    image = random.normal(size=(FFT_IMAGE_SIDE, FFT_IMAGE_SIDE))
    for k in FFT_KERNEL_SIDES:
        kernel = random.normal(size=(k, k))
        direct, fourier = best_times(
            lambda: convolve2d(image, kernel), lambda: fft_convolve2d(image, kernel)
        )
        result.add_row(f"{k}×{k}", *milliseconds(direct, fourier), f"{direct / fourier:.2f}")
    return result


def main() -> None:
    """Print all comparisons."""
    console = Console()
    console.print(f"best of {REPETITIONS} rounds, taken in turns")
    console.print(images_against_scipy(np.float64))
    console.print(images_against_scipy(np.float32))
    console.print(batches_against_tensorflow())
    console.print(fourier_against_direct())


if __name__ == "__main__":
    main()
