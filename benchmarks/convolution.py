"""Measure `course_utils.convolution` beside SciPy, TensorFlow and PyTorch, as ratios of one run.

    python benchmarks/convolution.py             # about ten minutes on two cores
    python benchmarks/convolution.py --quick     # half a minute: small sizes, no numbers to trust

Printed are the goals and how they are met; `build/benchmarks/` gets convolution.json and pictures
of how the time grows with the image, the kernel and the channels, on logarithmic axes with the
growth of the multiplications beside it, and of where the three ways of computing cross.

Nothing here passes or fails. The sides of a comparison take turns, so that a busy moment of the
machine meets all, and the best time of each counts. Numbers hold for a quiet machine: all sides use
all cores, and BLAS loses most when it has to share them. PyTorch is measured if it is installed.
"""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter, sleep

import course_utils.quiet_tensorflow  # noqa: F401  (before TensorFlow)

import click
import numpy as np
import scipy.signal
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from course_utils.convolution import conv2d, correlate1d, correlate2d
from course_utils.notebooks import write_file
from course_utils.plotting import draw_scaling, picture

try:
    import torch
except ImportError:
    torch = None

Side = Callable[[], object]

SECONDS_A_ROUND = 0.01
# NumPy's BLAS threads (OpenBLAS) go on spinning for 2^26 cycles after their work, some 25 ms; they
# would take a core from the next side, which costs PyTorch up to 20 ms.
SECONDS_OF_REST = 0.05
SECONDS_A_SIDE = 1.0  # after which no further round begins
ROUNDS, FEWEST_ROUNDS = 25, 3

COURSE, SCIPY, TENSORFLOW, PYTORCH = "course_utils", "SciPy", "TensorFlow", "PyTorch"
ARITHMETIC = "multiplications\n(growth alone)"

random = np.random.default_rng(0)


def numbers(*shape: int, dtype: str = "f4") -> np.ndarray:
    """Return random numbers."""
    return random.normal(size=shape).astype(dtype)


def best_times(sides: Mapping[str, Side | None]) -> dict[str, float]:
    """Return the shortest time of a call of each, in seconds, measured in turns; NaN for None."""
    calls, best, begun = {}, dict.fromkeys(sides, float("nan")), perf_counter()
    measured = {name: side for name, side in sides.items() if side is not None}
    for name, side in measured.items():
        side()  # the first call pays for caches and, in TensorFlow, for choosing an algorithm
        start = perf_counter()
        side()
        calls[name] = max(1, round(SECONDS_A_ROUND / (perf_counter() - start)))
    for turn in range(ROUNDS):
        if turn >= FEWEST_ROUNDS and perf_counter() - begun > SECONDS_A_SIDE * len(measured):
            break
        for name, side in measured.items():
            sleep(SECONDS_OF_REST)
            start = perf_counter()
            for _ in range(calls[name]):
                side()
            best[name] = np.fmin(best[name], (perf_counter() - start) / calls[name])
    return best


def libraries(images: np.ndarray, filters: np.ndarray) -> dict[str, Side | None]:
    """Return the batched convolution of each library on the same numbers."""
    tensors = tf.constant(images), tf.constant(filters)
    sides: dict[str, Side | None] = {
        COURSE: lambda: conv2d(images, filters),
        TENSORFLOW: lambda: tf.nn.conv2d(*tensors, strides=1, padding="VALID").numpy(),
    }
    if torch is not None:
        maps = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2)))
        weights = torch.from_numpy(np.ascontiguousarray(filters.transpose(3, 2, 0, 1)))
        sides[PYTORCH] = lambda: torch.nn.functional.conv2d(maps, weights)
    return sides


def single_image(image: np.ndarray, kernel: np.ndarray) -> dict[str, Side | None]:
    """Return the cross-correlation of one image in each library."""
    batch = libraries(image[None, :, :, None], kernel[:, :, None, None])
    return {
        **batch,
        COURSE: lambda: correlate2d(image, kernel),
        SCIPY: lambda: scipy.signal.correlate2d(image, kernel, mode="valid"),
    }


def grow(
    x: Sequence[int], sides: Callable[[int], Mapping[str, Side | None]], work: Callable[[int], int]
) -> dict[str, list[float]]:
    """Measure milliseconds at every x, and lay the arithmetic's growth below the first line."""
    measured = [best_times(sides(each)) for each in x]
    lines = {name: [1000 * times[name] for times in measured] for name in measured[0]}
    products = np.array([work(each) for each in x], dtype=float)
    course = np.array(next(iter(lines.values())))
    lines[ARITHMETIC] = (products * (course / products).min() / 2).tolist()
    return lines


def by_image(quick: bool) -> dict:
    """Let the image grow under a 5×5 kernel."""
    x = (64, 128, 256) if quick else (64, 128, 256, 512, 1024, 2048)
    kernel = numbers(5, 5)
    return {
        "title": "A larger image, 5×5 kernel, float32",
        "xlabel": "side of the image, pixels",
        "x": x,
        "lines": grow(
            x,
            lambda side: single_image(numbers(side, side), kernel),
            lambda side: 25 * (side - 4) ** 2,
        ),
    }


def by_kernel(quick: bool) -> dict:
    """Let the kernel grow on an image of 256×256."""
    x = (3, 9) if quick else (1, 3, 5, 9, 15, 25, 41, 65, 101)
    image = numbers(256, 256)
    return {
        "title": "A larger kernel, 256×256 image, float32",
        "xlabel": "side of the kernel",
        "x": x,
        "lines": grow(
            x, lambda k: single_image(image, numbers(k, k)), lambda k: (257 - k) ** 2 * k**2
        ),
    }


def by_channels(quick: bool) -> dict:
    """Let the channels grow, as many in as out."""
    x = (1, 4) if quick else (1, 2, 4, 8, 16, 32, 64, 128)
    return {
        "title": "More channels, 32 images 28×28, 3×3 filters, float32",
        "xlabel": "channels in and out",
        "x": x,
        "lines": grow(
            x,
            lambda c: libraries(numbers(32, 28, 28, c), numbers(3, 3, c, c)),
            lambda c: 32 * 26**2 * 9 * c**2,
        ),
    }


def crossings(quick: bool, title: str, images: tuple[int, ...], c_out: int, dtype: str) -> dict:
    """Let the kernel grow, computed in each of the three ways and in the one that is chosen."""
    x = (3, 9) if quick else (1, 3, 5, 7, 11, 15, 21, 31, 45)
    batch = numbers(*images, dtype=dtype)

    def ways(k: int) -> dict[str, Side]:
        filters = numbers(k, k, images[3], c_out, dtype=dtype)
        return {
            "chosen by size": lambda: conv2d(batch, filters),
            "direct": lambda: conv2d(batch, filters, method="direct"),
            "im2col": lambda: conv2d(batch, filters, method="im2col"),
            "FFT": lambda: conv2d(batch, filters, method="fft"),
        }

    def products(k: int) -> int:
        positions = (images[1] - k + 1) * (images[2] - k + 1)
        return images[0] * positions * k**2 * images[3] * c_out

    lines = grow(x, ways, products)
    # The chosen way is one of the three: it lies under its line, so it is drawn last.
    order = "direct", "im2col", "FFT", "chosen by size", ARITHMETIC
    lines = {name: lines[name] for name in order}
    return {"title": title, "xlabel": "side of the kernel", "x": x, "lines": lines}


def images_against_scipy(quick: bool) -> Table:
    """Compare `correlate2d` with SciPy's: the goal is 4 times as fast up to 7×7."""
    table = Table(
        "image, kernel",
        "course_utils, ms",
        "SciPy, ms",
        "times as fast",
        title="correlate2d, goal: at least 4 times as fast",
        title_justify="left",
    )
    for dtype in ("f8", "f4"):
        for side in (128,) if quick else (512, 1024):
            image = numbers(side, side, dtype=dtype)
            for k in (3, 5, 7):
                both = single_image(image, numbers(k, k, dtype=dtype))
                times = best_times({name: both[name] for name in (COURSE, SCIPY)})
                table.add_row(
                    f"{side}×{side}, {k}×{k}, {image.dtype}",
                    *(f"{1000 * seconds:.3f}" for seconds in times.values()),
                    f"{times[SCIPY] / times[COURSE]:.1f}",
                )
    return table


def batches_against_libraries(quick: bool) -> Table:
    """Compare `conv2d` with TensorFlow's: the goal is at most 2.5 times its time."""
    table = Table(
        "images, filters",
        *(f"{name}, ms" for name in (COURSE, TENSORFLOW, PYTORCH)),
        "times TensorFlow's",
        title="conv2d, float32, goal: at most 2.5 times TensorFlow's time",
        title_justify="left",
    )
    for shape, filters_shape in (  # the layers of two_conv, of three_conv, and a wide one
        ((128, 28, 28, 1), (5, 5, 1, 10)),
        ((128, 12, 12, 10), (5, 5, 10, 20)),
        ((65, 14, 14, 32), (3, 3, 32, 64)),
        ((64, 28, 28, 32), (3, 3, 32, 64)),
        ((16, 56, 56, 64), (3, 3, 64, 64)),
    )[: 2 if quick else None]:
        times = best_times(libraries(numbers(*shape), numbers(*filters_shape)))
        table.add_row(
            f"{shape}, {filters_shape}",
            *(f"{1000 * times.get(name, np.nan):.2f}" for name in (COURSE, TENSORFLOW, PYTORCH)),
            f"{times[COURSE] / times[TENSORFLOW]:.2f}",
        )
    return table


LARGE = (
    ("f8", (1, 10**6), (1, 5), "valid"),
    ("f8", (1, 10**6), (1, 50), "valid"),
    ("f8", (1, 10**7), (1, 101), "same"),
    ("f4", (1, 10**7), (1, 1001), "same"),
    ("f8", (1, 10**7), (1, 1001), "same"),
    ("f8", (1, 10**7), (1, 100_001), "same"),
    ("f8", (1, 10**6), (1, 10**6), "full"),
    ("i8", (1, 200_000), (1, 2000), "valid"),
    ("f8", (200_000, 3), (3, 3), "valid"),
    ("u1", (300, 300), (61, 61), "valid"),
    ("f8", (256, 256), (41, 41), "same"),
    ("f8", (128, 128), (128, 128), "full"),
    ("f8", (256, 256), (256, 256), "full"),
    ("f4", (2900, 2900), (101, 101), "valid"),
    ("f8", (2900, 2900), (101, 101), "valid"),
    ("f8", (4096, 4096), (3, 3), "valid"),
    ("f8", (4096, 4096), (1, 101), "valid"),
    ("f8", (4096, 4096), (31, 31), "same"),
    ("f8", (4096, 4096), (255, 255), "same"),
    ("f8", (300, 300), (1, 700_001), "same"),
    ("f4", (1024, 1024), (1024, 1024), "full"),
    ("f8", (1024, 1024), (1024, 1024), "full"),
    ("f8", (4096, 4096), (1023, 1023), "same"),
    ("f8", (4096, 4096), (4096, 4096), "full"),
)
QUICK = (
    ("f8", (1, 10**5), (1, 50), "valid"),
    ("u1", (100, 100), (31, 31), "valid"),
    ("f8", (128, 128), (128, 128), "full"),
)
# SciPy's direct way would take minutes beyond.
MOST_PRODUCTS = 5e9


def large_inputs(quick: bool) -> Table:
    """Compare with the best of what SciPy and NumPy offer, and measure the memory beside it."""
    table = Table(
        "input, kernel",
        "course_utils, ms",
        "best of the others, ms",
        "ratio",
        "memory over input and output, MB",
        title="correlate1d and correlate2d, goal: at most 2 times the best of SciPy and NumPy, 64 MB",
        title_justify="left",
    )
    for dtype, shape, kernel_shape, padding in QUICK if quick else LARGE:
        image, kernel = ((40 * numbers(*sides)).astype(dtype) for sides in (shape, kernel_shape))
        sides = large_sides(image, kernel, padding)
        times = best_times(sides)
        ours = times.pop(COURSE)
        best = min(times, key=times.get)
        tracemalloc.start()
        output = sides[COURSE]()
        over = tracemalloc.get_traced_memory()[1] - output.nbytes
        tracemalloc.stop()
        table.add_row(
            f"{shape}, {kernel_shape}, {padding}, {image.dtype}",
            f"{1000 * ours:.2f}",
            f"{1000 * times[best]:.2f} ({best})",
            f"{ours / times[best]:.2f}",
            f"{over / 1e6:.0f}",
        )
    return table


def large_sides(image: np.ndarray, kernel: np.ndarray, padding: str) -> dict[str, Side]:
    """Return the ways to correlate two large arrays."""
    sides: dict[str, Side] = {
        COURSE: lambda: correlate2d(image, kernel, padding=padding),
        "correlate, fft": lambda: scipy.signal.correlate(image, kernel, padding, method="fft"),
    }
    if image.dtype.kind == "f":
        turned = kernel[::-1, ::-1]
        sides["oaconvolve"] = lambda: scipy.signal.oaconvolve(image, turned, padding)
    if image.size * kernel.size < MOST_PRODUCTS:
        if len(image) == 1:
            sides[COURSE] = lambda: correlate1d(image[0], kernel[0], padding=padding)
            sides["np.correlate"] = lambda: np.correlate(image[0], kernel[0], padding)
        else:
            sides["correlate2d"] = lambda: scipy.signal.correlate2d(image, kernel, padding)
    return sides


def memory_of_a_large_batch(quick: bool) -> str:
    """Measure what a call needs over input and output: the goal is at most 600 MB."""
    images, filters = numbers(64 if quick else 1024, 28, 28, 32), numbers(5, 5, 32, 64)
    tracemalloc.start()
    maps = conv2d(images, filters)
    over = tracemalloc.get_traced_memory()[1] - maps.nbytes
    tracemalloc.stop()
    return (
        f"conv2d of {images.shape} with {filters.shape}: {over / 1e6:.1f} MB over its input "
        f"({images.nbytes / 1e6:.0f} MB) and output ({maps.nbytes / 1e6:.0f} MB); goal: 600 MB"
    )


def growth_table(growth: Mapping) -> Table:
    """Write the lines of a picture as a table."""
    lines = {name: line for name, line in growth["lines"].items() if name != ARITHMETIC}
    table = Table(
        growth["xlabel"],
        *(f"{name}, ms" for name in lines),
        title=growth["title"],
        title_justify="left",
    )
    for row, each in enumerate(growth["x"]):
        table.add_row(str(each), *(f"{line[row]:.3f}" for line in lines.values()))
    return table


@click.command()
@click.option("--quick", is_flag=True, help="Small sizes and few rounds, to see that it works.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build") / "benchmarks",
    show_default=True,
)
def main(quick: bool, output: Path) -> None:
    """Print the comparisons, and write the pictures."""
    if quick:
        global SECONDS_A_SIDE
        SECONDS_A_SIDE = 0.1
    console = Console()
    if torch is None:
        console.print("PyTorch is not installed, so it isn't measured.")
    console.print(images_against_scipy(quick))
    console.print(batches_against_libraries(quick))
    console.print(large_inputs(quick))
    console.print(memory_of_a_large_batch(quick))
    growths = {
        "image": by_image(quick),
        "kernel": by_kernel(quick),
        "channels": by_channels(quick),
        "crossings_image": crossings(
            quick, "Three ways: one 256×256 image, one filter, float64", (1, 256, 256, 1), 1, "f8"
        ),
        "crossings_batch": crossings(
            quick, "Three ways: 4 images 64×64×3, 16 filters, float32", (4, 64, 64, 3), 16, "f4"
        ),
    }
    output.mkdir(parents=True, exist_ok=True)
    for name, growth in growths.items():
        console.print(growth_table(growth))
        draw = {key: growth[key] for key in ("x", "lines", "xlabel", "title")}
        content = picture(lambda draw=draw: draw_scaling(**draw, ylabel="milliseconds"))
        write_file(output / f"convolution_{name}.png", content)
    write_file(output / "convolution.json", (json.dumps(growths, indent=1) + "\n").encode())
    console.print(f"Pictures: {output.resolve()}", soft_wrap=True)


if __name__ == "__main__":
    main()
