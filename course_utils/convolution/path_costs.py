"""How long each way of computing a cross-correlation takes, estimated from the sizes alone.

Three ways lead to the same feature maps:

``"direct"``
    The products and sums of the definition, row by row (`sliding`).
``"im2col"``
    All patches as the rows of one matrix, multiplied by the filters (`feature_maps`).
``"fft"``
    Multiplied Fourier transforms (`fourier`).

Only the ratios matter. The constants were fitted to measured times of one machine with two cores;
`benchmarks/convolution.py` shows where the three really cross, and what the choice costs.
"""

import math
from typing import NamedTuple

from course_utils.convolution.windows import AxisPlan

METHODS = ("direct", "im2col", "fft")
AUTO = "auto"

# Nanoseconds for a float64; a float32 takes about half of it, and the transforms are always done
# in float64.
PRODUCT = 0.028  # of a multiplication and addition in a row's small matrix product
SHIFTED_SUM = 1.1  # of adding one number of such a product to the output
COPIED = 0.9  # of one number of a patch, copied and read again
RUN = 2.0  # of beginning another row of a patch
MULTIPLIED = 0.012  # of one number of a patch times one filter
TRANSFORMED = 0.3  # of one number, for each of the log₂ n steps of a transform
INTERLEAVED = 0.35  # more, where the channels of a pixel lie between two numbers
CALL = 25_000.0  # of the first row, or of a patch matrix
TRANSFORM_CALL = 45_000.0

# A transform leaves 1e-16 where the definition gives 0, so that "nothing found here" can no longer
# be told by == 0. Small kernels keep their zeros, even where a transform would be a little faster.
FEWEST_CELLS_TRANSFORMED = 100

# The transforms of all filters are held at once; larger ones are out of the question.
FILTER_SPECTRA_BYTES = 64 * 2**20


class Work(NamedTuple):
    """The sizes of one call: `height` and `width` are those of the padded images."""

    images: int
    height: int
    width: int
    c_in: int
    c_out: int
    plans: tuple[AxisPlan, AxisPlan]
    itemsize: int

    @property
    def share(self) -> float:
        """Time of these numbers in proportion to float64."""
        return self.itemsize / 8


def direct_nanoseconds(work: Work) -> float:
    """Grows with the cells of the output times those of the kernel, for each pair of channels."""
    vertical, horizontal = work.plans
    products = vertical.size * vertical.k * horizontal.k * work.width
    sums = vertical.size * horizontal.k * horizontal.size
    one = work.share * (PRODUCT * products + SHIFTED_SUM * sums) + CALL
    return work.images * work.c_in * work.c_out * one


def im2col_nanoseconds(work: Work) -> float:
    """Grows as the direct sum does, but reads a patch once for all filters."""
    vertical, horizontal = work.plans
    patches = work.images * vertical.size * horizontal.size
    numbers = patches * vertical.k * horizontal.k * work.c_in
    copied = COPIED * numbers + RUN * patches * vertical.k
    return work.share * (copied + MULTIPLIED * numbers * work.c_out) + CALL


def fft_nanoseconds(work: Work) -> float:
    """Grows with n log n of the image's n cells, and not at all with the kernel's."""
    pairs, cells = work.c_in * work.c_out, work.height * work.width
    kernel_cells = work.plans[0].k * work.plans[1].k
    if kernel_cells < FEWEST_CELLS_TRANSFORMED or 8 * pairs * cells > FILTER_SPECTRA_BYTES:
        return math.inf
    transforms = pairs + work.images * (work.c_in + work.c_out)
    step = TRANSFORMED + INTERLEAVED * (work.c_out > 1)
    return step * transforms * cells * math.log2(cells + 1) + TRANSFORM_CALL


def check_method(method: object, methods: tuple[str, ...] = METHODS) -> None:
    """Raise a `ValueError` if `method` is none of these and not ``"auto"`` either."""
    known = (AUTO, *methods)
    if method not in known:
        raise ValueError(f"method is {method!r}: use one of {', '.join(map(repr, known))}")


def fastest(work: Work, methods: tuple[str, ...] = METHODS) -> str:
    """Return the one of `methods` that is expected to take the least time."""
    estimates = {
        "direct": direct_nanoseconds,
        "im2col": im2col_nanoseconds,
        "fft": fft_nanoseconds,
    }
    return min(methods, key=lambda method: estimates[method](work))
