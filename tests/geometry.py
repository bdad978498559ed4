"""Random windows on random images, and what the libraries say about them.

What a padding word means is written down here a second time, from TensorFlow's documentation and by
counting, so that the tests don't repeat the formulas that they test.
"""

from dataclasses import dataclass

import numpy as np
import scipy.signal
from hypothesis import strategies as st

Sides = tuple[int, int]


@dataclass(frozen=True)
class Geometry:
    """An image's and a kernel's size, and where the kernel goes."""

    image: Sides
    kernel: Sides
    padding: object
    zeros: tuple[Sides, Sides]
    stride: object
    dilation: object

    @property
    def arguments(self) -> dict[str, object]:
        """The keyword arguments of the functions under test."""
        return {"padding": self.padding, "stride": self.stride, "dilation": self.dilation}

    @property
    def strides(self) -> Sides:
        """The stride of each axis."""
        return _both(self.stride)

    @property
    def dilations(self) -> Sides:
        """The dilation of each axis."""
        return _both(self.dilation)

    @property
    def starts(self) -> tuple[list[int], list[int]]:
        """Where on the image each window begins, along each axis: found by trying."""
        result = []
        for n, k, (before, after), s, d in zip(
            self.image, self.kernel, self.zeros, self.strides, self.dilations
        ):
            last = n + after - ((k - 1) * d + 1)
            result.append(
                [start for start in range(-before, last + 1) if (start + before) % s == 0]
            )
        return tuple(result)

    @property
    def output(self) -> Sides:
        """How many windows there are along each axis."""
        return tuple(len(starts) for starts in self.starts)


def _both(value: object) -> Sides:
    return value if isinstance(value, tuple) else (value, value)


def zeros_of(word: str, n: int, k: int, s: int, d: int) -> Sides:
    """Return the zeros before and after an axis, as TensorFlow's guide to padding has it."""
    span = (k - 1) * d + 1
    if word == "valid":
        return 0, 0
    if word == "full":
        return span - 1, span - 1
    total = max(span - s, 0) if n % s == 0 else max(span - n % s, 0)
    return total // 2, total - total // 2


def one_or_pair(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[object]:
    """One number for both axes, or one for each."""
    return numbers | st.tuples(numbers, numbers)


@st.composite
def geometries(
    draw: st.DrawFn,
    words: tuple[str, ...] = ("valid", "same", "full"),
    numbers: bool = True,
    dilations: st.SearchStrategy[int] = st.integers(1, 3),
    strides: st.SearchStrategy[int] = st.integers(1, 4),
) -> Geometry:
    """Draw sizes, padding, stride and dilation that fit together."""
    kernel = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    image = draw(st.tuples(st.integers(1, 14), st.integers(1, 14)))
    stride, dilation = draw(one_or_pair(strides)), draw(one_or_pair(dilations))
    axes = list(zip(image, kernel, _both(stride), _both(dilation)))
    few = st.integers(0, 3)
    padding = draw(
        st.sampled_from(words)
        if not numbers
        else st.sampled_from(words) | one_or_pair(few) | st.tuples(*[st.tuples(few, few)] * 2)
    )
    if isinstance(padding, str):
        zeros = tuple(zeros_of(padding, *axis) for axis in axes)
    else:
        zeros = tuple(_both(amount) for amount in _both(padding))
    # An image too small for the kernel grows until it isn't, so that no draw is wasted.
    if padding != "same":
        image = tuple(
            max(n, (k - 1) * d + 1 - sum(amounts)) for (n, k, _, d), amounts in zip(axes, zeros)
        )
    return Geometry(image, kernel, padding, zeros, stride, dilation)


def whole_numbers(shape: tuple[int, ...], seed: int, dtype: object = np.float64) -> np.ndarray:
    """Return small whole numbers, whose sums of products are exact in every dtype."""
    low, high = {"u": (0, 9), "b": (0, 2)}.get(np.dtype(dtype).kind, (-4, 5))
    return np.random.default_rng(seed).integers(low, high, shape).astype(dtype)


def correlate_by_scipy(image: np.ndarray, kernel: np.ndarray, g: Geometry) -> np.ndarray:
    """Return what `correlate2d` must give, by SciPy's on a padded image and a spread-out kernel."""
    (down, right), (row_step, column_step) = g.dilations, g.strides
    spread = np.zeros([(k - 1) * d + 1 for k, d in zip(kernel.shape, g.dilations)], kernel.dtype)
    spread[::down, ::right] = kernel
    everywhere = scipy.signal.correlate2d(np.pad(image, g.zeros), spread, mode="valid")
    return everywhere[::row_step, ::column_step]
