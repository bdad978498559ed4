"""A Fourier transform too large for memory, a share of its frequencies at a time.

Where the kernel is nearly as large as a large image, tiles would have most of their cells in common.
The frequencies r, r + C, r + 2C, … of L = C·M rows are those of M rows, on which the C blocks of rows
are laid and added up, turned by r/C of a circle from one to the next (decimation in frequency, see
A. V. Oppenheim and R. W. Schafer, "Discrete-Time Signal Processing", section 9.4). Each share is
transformed, multiplied and transformed back alone, and what it adds to the output is added. Since
all numbers are real, the shares r and C − r add the same.
"""

import math
from collections.abc import Iterator

import numpy as np

from course_utils.convolution.tiles import Part
from course_utils.convolution.transform_sizes import circular_length, fast_length
from course_utils.convolution.windows import AxisPlan

# Complex numbers of one share; there are two such arrays at once. Beside a float64 copy of the
# output fewer, down to a third.
POINTS_OF_A_SHARE = 1_250_000

# Numbers that are turned and added at once: they stay in a processor's cache.
ROOM = 2**15


class Norms:
    """The Euclidean norms of what was transformed, and how much that was."""

    def __init__(self, image: float, kernel: float, output: float, points: int) -> None:
        self.image_norm, self.kernel_norm, self.output_norm = image, kernel, output
        self.points = points


def correlate_in_shares(part: Part, out: np.ndarray, *, copied: bool = False) -> Norms:
    """Write Σ_m Σ_n padded[i·s + m·d, j·s + n·d] · kernel[m, n] to `out`, a float64 array.

    `copied` says that `out` is not the output itself, so that it counts as scratch memory.
    """
    points_of_a_share = POINTS_OF_A_SHARE
    if copied:
        points_of_a_share = max(points_of_a_share - out.size // 4, points_of_a_share // 3)
    lengths = [circular_length(plan, n) for plan, n in zip(part.plans, part.image.shape)]
    if lengths[1] > lengths[0]:
        return correlate_in_shares(part.transposed, out.T, copied=copied)
    width = fast_length(lengths[1], 2) if lengths[1] > 1 else 1
    count = -(-lengths[0] * width // points_of_a_share)
    # Of an even number of shares, two have no twin; one share more is no more work.
    count += count > 1 and count % 2 == 0
    height = fast_length(-(-lengths[0] // count), 2)
    output = 0.0
    out[...] = 0
    for share in range(count // 2 + 1):
        # Those in the middle have no twin.
        twins = 1 if share in (0, count - share) else 2
        turns = _Turns(share, count, height)
        product = _transform(part.image, part.plans, (1, 1), turns, width)
        kernel_steps = (part.plans[0].dilation, part.plans[1].dilation)
        other = _transform(part.kernel, None, kernel_steps, turns, width)
        np.conj(other, out=other)
        product *= other
        del other
        output += twins * float(np.einsum("ij,ij->", product.view(float), product.view(float)))
        _add(product, turns, twins / count, part.plans, out)
        del product
    points = count * height * width
    return Norms(_norm(part.image), _norm(part.kernel), math.sqrt(output / points), points)


def _norm(numbers: np.ndarray) -> float:
    at_once = max(1, ROOM // numbers.shape[1])
    return math.sqrt(
        sum(
            float(np.sum(np.square(numbers[start : start + at_once], dtype=float)))
            for start in range(0, len(numbers), at_once)
        )
    )


class _Turns:
    """What the blocks of rows, and the rows of a block, are multiplied by in one share."""

    def __init__(self, share: int, count: int, height: int) -> None:
        self.height = height
        circle = 2 * np.pi * share
        self.of_block = np.exp(-1j * circle / count * np.arange(count))
        self.of_row = np.exp(-1j * circle / (count * height) * np.arange(height))[:, None]


def _transform(
    numbers: np.ndarray,
    plans: tuple[AxisPlan, AxisPlan] | None,
    steps: tuple[int, int],
    turns: _Turns,
    width: int,
) -> np.ndarray:
    """Return this share of the transform of an image behind its zeros, or of a spread kernel."""
    from scipy import fft

    top, left = (plans[0].before, plans[1].before) if plans else (0, 0)
    room = np.zeros((turns.height, width), complex)
    columns = slice(left, left + (numbers.shape[1] - 1) * steps[1] + 1, steps[1])
    for block, rows, places in _pieces(len(numbers), top, steps[0], turns.height, numbers.shape[1]):
        turn = complex(turns.of_block[block])
        some = numbers[rows].astype(float, copy=False)
        into = room[places, columns]
        into.real += some * turn.real
        if turn.imag:
            into.imag += some * turn.imag
    room *= turns.of_row
    room = fft.fft(room, axis=0, overwrite_x=True)
    return fft.fft(room, axis=1, overwrite_x=True) if width > 1 else room


def _pieces(
    n: int, top: int, step: int, height: int, width: int
) -> Iterator[tuple[int, slice, slice]]:
    """Yield pieces of n rows: their block, which rows they are, and their places in the block.

    Row i lies at place top + i·step of all blocks together.
    """
    at_once = max(1, ROOM // width)
    first = 0
    while first < n:
        block, place = divmod(top + first * step, height)
        stop = min(first + at_once, n, first + -(-(height - place) // step))
        yield block, slice(first, stop), slice(place, place + (stop - first - 1) * step + 1, step)
        first = stop


def _add(
    product: np.ndarray,
    turns: _Turns,
    weight: float,
    plans: tuple[AxisPlan, AxisPlan],
    out: np.ndarray,
) -> None:
    """Transform the product of this share back, and add what it is of every output."""
    from scipy import fft

    vertical, horizontal = plans
    if product.shape[1] > 1:
        product = fft.ifft(product, axis=1, overwrite_x=True)
    product = fft.ifft(product, axis=0, overwrite_x=True)
    product *= np.conj(turns.of_row)
    seen = product[:, : horizontal.reach : horizontal.stride]
    pieces = _pieces(vertical.size, 0, vertical.stride, turns.height, horizontal.size)
    for block, rows, places in pieces:
        turn = weight * complex(np.conj(turns.of_block[block]))
        some = seen[places]
        out[rows] += some.real * turn.real
        if turn.imag:
            out[rows] -= some.imag * turn.imag
