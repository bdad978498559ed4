"""How long each way of computing a cross-correlation takes, estimated from the sizes alone.

Three ways lead to the same feature maps:

``"direct"``
    The products and sums of the definition (`direct_sums`, where they are added up in six ways).
``"im2col"``
    All patches as the rows of one matrix, multiplied by the filters (`feature_maps`).
``"fft"``
    Multiplied Fourier transforms, of all at once or of one tile after another (`fourier`).

Only the ratios matter. The constants were fitted to measured times of one machine with two cores;
`benchmarks/convolution.py` shows where the ways really cross, and what the choice costs.
"""

import math
from functools import lru_cache
from typing import NamedTuple

from course_utils.arguments import as_choice
from course_utils.convolution.transform_sizes import TRANSFORM_CALL, transforms
from course_utils.convolution.windows import AxisPlan

METHODS = ("direct", "im2col", "fft")
AUTO = "auto"

# Nanoseconds for a float64; a float32 takes about half of it, and the transforms are always done
# in float64.
PRODUCT = 0.028  # of a multiplication and addition in a row's small matrix product
OUTER_PRODUCT = 4.0  # more, where the kernel has one row: that is no matrix product
SHIFTED_SUM = 1.1  # of adding one number of such a product to the output
SHIFTED_PRODUCT = 1.0  # of multiplying one number of the image by a kernel cell and adding it
LINE_PRODUCT = 0.25, 0.11, 0.55  # in np.correlate: short kernels, long ones, integers
LINE_SUM = 2.0, 9.0, 3.0  # of one number of the output beside its products: the same three
LONG_LINE = 12
TRANSPOSED = 3.5  # of one number of the output, if it and the image are transposed
COPIED = 0.9  # of one number of a patch, copied and read again
RUN = 2.0  # of beginning another row of a patch
MULTIPLIED = 0.012  # of one number of a patch times one filter
TRANSFORMED = 0.3  # of one number, for each of the log₂ n steps of a transform
INTERLEAVED = 0.35  # more, where the channels of a pixel lie between two numbers
CALL = 25_000.0  # of the first row, or of a patch matrix
SMALL_CALL = 1_200.0  # of one NumPy function

# A transform leaves 1e-16 where the definition gives 0, so that "nothing found here" can no longer
# be told by == 0. Small kernels keep their zeros, even where a transform would be a little faster.
FEWEST_CELLS_TRANSFORMED = 100

# Bytes of the transforms of filters that are held at once. Where one filter's don't fit in, each
# channel is transformed alone, a tile at a time.
FILTER_SPECTRA_BYTES = 12 * 2**20
# A single channel of more cells than this is too.
TILED_CELLS = 2**16

DIRECT_WAYS = (
    "rows",
    "rows transposed",
    "lines",
    "lines transposed",
    "shifts",
    "shifts transposed",
)


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

    @property
    def transposed(self) -> "Work":
        """The same with the axes exchanged."""
        return self._replace(height=self.width, width=self.height, plans=self.plans[::-1])


def direct_nanoseconds(work: Work, blas: bool = True) -> float:
    """Grows with the cells of the output times those of the kernel, for each pair of channels.

    `blas` is true of the dtypes that BLAS multiplies, float32 and float64.
    """
    return _way_nanoseconds(direct_way(work, blas), work, blas)


@lru_cache(maxsize=256)
def direct_way(work: Work, blas: bool = True) -> str:
    """Return the one of `DIRECT_WAYS` that is expected to take the least time."""
    ways = DIRECT_WAYS if blas else DIRECT_WAYS[2:]
    return min(ways, key=lambda way: _way_nanoseconds(way, work, blas))


def _way_nanoseconds(way: str, work: Work, blas: bool) -> float:
    turned = way.endswith("transposed")
    vertical, horizontal = (work.transposed if turned else work).plans
    outputs = vertical.size * horizontal.size
    estimate = {"rows": _rows, "lines": _lines, "shifts": _shifts}[way.removesuffix(" transposed")]
    one = estimate(vertical, horizontal, work.share, blas) + turned * TRANSPOSED * outputs + CALL
    return work.images * work.c_in * work.c_out * one


def _rows(vertical: AxisPlan, horizontal: AxisPlan, share: float, blas: bool) -> float:
    outputs = vertical.size * horizontal.size
    # The columns that are weighted, for each that a window begins at: neighbouring tiles share
    # some, and a stride leaves some out.
    wide = min(horizontal.size, 4096)
    columns = (wide * horizontal.stride + min(horizontal.span, 256)) / wide
    product = PRODUCT * vertical.k + (OUTER_PRODUCT if vertical.k == 1 else 0)
    calls: float = vertical.size * math.ceil(horizontal.size / 4096)
    small = 8 * share * horizontal.k * columns * wide / 2**20
    calls *= 0.6 + horizontal.k * min(1, max(small, 1 / 32))
    return share * outputs * horizontal.k * (product * columns + SHIFTED_SUM) + SMALL_CALL * calls


def _lines(vertical: AxisPlan, horizontal: AxisPlan, share: float, blas: bool) -> float:
    outputs = vertical.size * horizontal.size
    period = math.lcm(horizontal.stride, horizontal.dilation)
    phases = min(period // horizontal.dilation, horizontal.k)
    calls = vertical.size * min(period // horizontal.stride, horizontal.size) * phases
    k = horizontal.k / phases
    kind = 2 if not blas else 1 if k >= LONG_LINE else 0
    each = LINE_SUM[kind] + k * LINE_PRODUCT[kind]
    return vertical.k * (outputs * phases * each + 3 * SMALL_CALL * calls)


def _shifts(vertical: AxisPlan, horizontal: AxisPlan, share: float, blas: bool) -> float:
    outputs = vertical.size * horizontal.size
    strided = 2 if horizontal.stride > 1 else 1
    calls = math.ceil(8 * share * outputs / 2**18)
    each = share * strided * SHIFTED_PRODUCT * outputs + 2 * SMALL_CALL * calls
    return vertical.k * horizontal.k * each


def im2col_nanoseconds(work: Work) -> float:
    """Grows as the direct sum does, but reads a patch once for all filters."""
    vertical, horizontal = work.plans
    patches = work.images * vertical.size * horizontal.size
    numbers = patches * vertical.k * horizontal.k * work.c_in
    copied = COPIED * numbers + RUN * patches * vertical.k
    return work.share * (copied + MULTIPLIED * numbers * work.c_out) + CALL


def fft_nanoseconds(work: Work) -> float:
    """Grows with n log n of the image's n cells, and hardly with the kernel's."""
    pairs = work.c_in * work.c_out
    kernel_cells = work.plans[0].k * work.plans[1].k
    if kernel_cells < FEWEST_CELLS_TRANSFORMED:
        return math.inf
    cells = work.height * work.width
    if transforms_of_pairs(work):
        shape = tuple(
            n - plan.before - plan.after
            for n, plan in zip((work.height, work.width), work.plans, strict=True)
        )
        return work.images * pairs * transforms(work.plans, shape).nanoseconds
    times = math.ceil(work.c_out / max(1, FILTER_SPECTRA_BYTES // (8 * cells * work.c_in)))
    transforms_done = pairs + work.images * (times * work.c_in + work.c_out)
    step = TRANSFORMED + INTERLEAVED * (work.c_out > 1)
    return step * transforms_done * cells * math.log2(cells + 1) + TRANSFORM_CALL


def transforms_of_pairs(work: Work) -> bool:
    """Return whether each channel is transformed alone, for each filter, a tile at a time."""
    cells = work.height * work.width
    if work.c_in * work.c_out == 1:
        return work.images == 1 or cells > TILED_CELLS
    return 8 * work.c_in * cells > FILTER_SPECTRA_BYTES


def check_method(method: object, methods: tuple[str, ...] = METHODS) -> None:
    """Raise a `ValueError` if `method` is none of these and not ``"auto"`` either."""
    as_choice("method", method, (AUTO, *methods))


def fastest(work: Work, methods: tuple[str, ...] = METHODS) -> str:
    """Return the one of `methods` that is expected to take the least time."""
    estimates = {
        "direct": direct_nanoseconds,
        "im2col": im2col_nanoseconds,
        "fft": fft_nanoseconds,
    }
    return min(methods, key=lambda method: estimates[method](work))
