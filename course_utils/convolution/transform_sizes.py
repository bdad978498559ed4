"""How large the Fourier transforms of one image and one kernel are best made.

The constants are of the same kind as those in `path_costs`: nanoseconds, for a float64.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from course_utils.convolution.windows import AxisPlan

THERE_AND_BACK = 0.42  # one number of an image, for each of the log₂ n steps of both transforms
SIZES = 1.2  # times as much, to make sure of the digits (`rounding`)
SLOWER_TRANSFORM = 1.8  # times as slow, where the numbers don't fit into a processor's cache
CACHED_POINTS = 2**17
LONE_LINE, LONE = 1.8, 4  # times as slow, where fewer lines could share a processor's instruction
TRANSFORM_COPY = 4.0  # of one number of a transform, copied there and back and multiplied
TRANSFORM_CALL = 90_000.0

# Nanoseconds of one number of a transform, added up in one of so many shares (`folded`).
SHARED = 1.5

# Numbers of the frames of a signal, which are transformed together.
FRAMED_POINTS = 2**15

# Numbers of one transform: with its copies, about 50 bytes for each are needed at once.
POINTS_AT_ONCE = 2**20


class Transforms(NamedTuple):
    """How the output is cut into tiles, and the lengths of the transform that makes one of them.

    `framed` is true where that is of so many frames of a signal.
    """

    tile: tuple[int, int]
    lengths: tuple[int, int]
    framed: bool
    nanoseconds: float

    @property
    def points(self) -> int:
        """Numbers of one transform."""
        return self.lengths[0] * self.lengths[1]


@lru_cache(maxsize=256)
def transforms(plans: tuple[AxisPlan, AxisPlan], shape: tuple[int, int]) -> Transforms:
    """Return the tiles that are expected to take the least time for one image and one kernel.

    `shape` is that of the image without its zeros. The whole output is one of the candidates.
    """
    rows, columns = (list(_tiles_along(plan, n)) for plan, n in zip(plans, shape, strict=True))
    axes = transformed_axes(plans)
    candidates = []
    for (height, down), (width, right) in ((v, h) for v in rows for h in columns):
        framed = plans[0].size == plans[0].k == shape[0] == 1 and width < plans[1].size
        framed = framed and plans[1].span <= shape[1]
        if framed:
            # Frames of a signal, transformed together.
            down = min(max(1, FRAMED_POINTS // right), math.ceil(plans[1].size / width))
            width *= down
        count = math.ceil(plans[0].size / height) * math.ceil(plans[1].size / width)
        lengths = (down, right)
        transformed = math.prod(lengths[axis] for axis in axes)
        time = transform_nanoseconds(lengths, transformed)
        # The kernel's transform is half of the work of a tile.
        time *= count + 0.5 * transformed / (down * right)
        time += count * TRANSFORM_CALL
        if down * right > POINTS_AT_ONCE:
            if count > 1:
                continue
            shares = down * right / POINTS_AT_ONCE
            time += SHARED * down * right * shares
        candidates.append(Transforms((height, width), lengths, framed, time))
    return min(candidates, key=lambda each: each.nanoseconds)


def transform_nanoseconds(lengths: tuple[int, int], transformed: int) -> float:
    """Return the time of one tile of these sides, along axes of so many numbers together."""
    points = lengths[0] * lengths[1]
    step = THERE_AND_BACK * (1 if points <= CACHED_POINTS else SLOWER_TRANSFORM)
    step *= LONE_LINE if min(lengths) < LONE else 1
    return SIZES * points * (step * math.log2(transformed + 1) + TRANSFORM_COPY)


def transformed_axes(plans: tuple[AxisPlan, AxisPlan]) -> tuple[int, ...]:
    """Return the axes along which there is anything to transform."""
    return tuple(axis for axis in (0, 1) if plans[axis].k > 1) or (1,)


def windows_of(length: int, span: int, stride: int) -> int:
    """Return how many windows lie wholly on so many cells."""
    return (length - span) // stride + 1


def _tiles_along(plan: AxisPlan, n: int) -> Iterator[tuple[int, int]]:
    """Yield lengths of a tile of the output, and of the transform that it needs."""
    whole = fast_length(circular_length(plan, n), plan.k)
    yield plan.size, whole
    seen = min(plan.span, n)
    length = 32
    while plan.k > 1 and length < whole:
        for each in (length, length + length // 2):
            if seen < each < whole:
                yield windows_of(each, seen, plan.stride), each
        length *= 2
    if plan.k == 1:
        for size in (1, 8, 64, 512):
            if size < plan.size:
                yield size, (size - 1) * plan.stride + 1


def circular_length(plan: AxisPlan, n: int) -> int:
    """Return from which length on a window that reaches over the end finds zeros at the beginning.

    A transform takes the image for periodic. The n cells lie behind `plan.before` zeros; the zeros
    after them may be fewer than the windows see, since those before them follow.
    """
    if plan.k == 1:
        return max(n + plan.before, plan.reach)
    return max(n + plan.before, plan.reach + plan.span - 1 - plan.before, plan.reach, plan.span)


def fast_length(n: int, k: int) -> int:
    """Return the next length that is transformed fast; n itself along an axis left as it is."""
    if k == 1:
        return n
    from scipy import fft

    return fft.next_fast_len(n, real=True)
