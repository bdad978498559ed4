"""Exercises of notebook 08, why convolution works."""

import math

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

# 08.1


def unshared_parameters(image_side, kernel_side, channels, filters):
    places = (image_side - kernel_side + 1) ** 2
    weights = kernel_side**2 * channels
    return places * filters * (weights + 1)


# 08.2


def pixels_seen(layers, cell):
    first, last = cell, cell
    for kernel, stride in reversed(layers):
        first = first * stride
        last = last * stride + kernel - 1
    return first, last


def _by_side_and_jump(layers, cell):
    side, jump = 1, 1
    for kernel, stride in layers:
        side += (kernel - 1) * jump
        jump *= stride
    return cell * jump, cell * jump + side - 1


def _from_below(layers, cell):
    return pixels_seen(layers[::-1], cell)


def _seen_with(step):
    """What is seen where `step` takes a layer's kernel and stride and the two ends."""

    def seen(layers, cell):
        first, last = cell, cell
        for kernel, stride in reversed(layers):
            first, last = step(kernel, stride, first, last)
        return first, last

    return seen


# 08.3


def whole_shift(strides):
    shift = 1
    for stride in strides:
        shift *= stride
    return shift


# 08.4


def turning_kernel():
    return np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])


def _turns(kernel):
    return kernel.shape == (3, 3) and _alike(kernel, np.rot90(kernel))


def _alike(one, other):
    """Equal but for the rounding of float32."""
    return bool(np.all(np.abs(one - other) <= 1e-5 * np.abs(one).max()))


def _has_neighbours(kernel):
    others = kernel.copy()
    others[1, 1] = 0
    return bool(others.any())


def _unshared_layer(rng):
    side, *channels = (int(each) for each in rng.integers((1, 1, 1), (7, 12, 25)))
    return (side + int(rng.integers(30)), side, *channels)


EXERCISES = (
    FunctionExercise(
        number="08.1",
        title="Count the parameters of an unshared layer",
        solution=unshared_parameters,
        fresh=_unshared_layer,
        cases=[(28, 5, 1, 10), (12, 5, 10, 20), (9, 2, 3, 5)],
        lesson="without sharing, every place pays for a bank of filters of its own, and the price "
        "grows with the image.",
        why="There is one output for each place and filter, and each has its own k·k·channels "
        "weights and a bias.",
        hints=[
            "How many outputs are there? Count the places first, then the filters at each.",
            "A single output needs kernel_side² · channels weights and one bias.",
        ],
        mistakes=[
            Mistake(
                lambda side, k, channels, filters: (k**2 * channels + 1) * filters,
                "this is the shared layer, a convolution. Without sharing each of the "
                "(image_side − kernel_side + 1)² places has its own weights: multiply by that.",
            ),
            Mistake(
                lambda side, k, channels, filters: (side - k + 1) ** 2 * filters * k**2 * channels,
                "you forgot the biases. Every output has one: count kernel_side² · channels + 1 "
                "numbers for each.",
            ),
            Mistake(
                lambda side, k, channels, filters: (
                    (side - k + 1) ** 2 * filters * k**2 * channels + filters
                ),
                "you shared the biases, one for each filter. In this exercise every output has "
                "its own: add 1 to the weights of each output.",
            ),
            Mistake(
                lambda side, k, channels, filters: side**2 * filters * (k**2 * channels + 1),
                "you counted a place for every pixel. Without padding the kernel has only "
                "image_side − kernel_side + 1 places along an axis.",
            ),
            Mistake(
                lambda side, k, channels, filters: (side - k + 1) * filters * (k**2 * channels + 1),
                "you counted the places along one axis only. The kernel moves down as well: "
                "square them.",
            ),
            Mistake(
                lambda side, k, channels, filters: (
                    (side - k + 1) ** 2 * filters * (side**2 * channels + 1)
                ),
                "this is the dense layer: every output sees the whole image. An unshared layer is "
                "sparse, so an output sees kernel_side² · channels inputs.",
            ),
            Mistake(
                lambda side, k, channels, filters: (side - k + 1) ** 2 * filters * (k**2 + 1),
                "you left out the channels. A patch goes through all of them: it has "
                "kernel_side² · channels cells.",
            ),
        ],
    ),
    FunctionExercise(
        number="08.2",
        title="Which pixels does this cell see?",
        solution=pixels_seen,
        cases=[
            ([(3, 1), (3, 1)], 4),
            ([(3, 1)], 4),
            ([(5, 1), (2, 2), (5, 1), (2, 2)], 3),
            ([(3, 1), (3, 1), (3, 1)], 0),
            ([(7, 2), (3, 2), (3, 3), (5, 1)], 2),
            ([(1, 2), (3, 1), (2, 3), (4, 1)], 5),
        ],
        also_right=[_by_side_and_jump],
        lesson="from the top down a layer spreads a stretch of cells by its stride and adds k − 1: "
        "the difference of the two ends is the receptive field, the place is the jump.",
        why="Cell c of a layer begins at cell c · s of the layer below and reaches k − 1 cells "
        "further, so both ends can be carried down, one layer after the other.",
        hints=[
            "Begin at the top: the cell itself. Which cells of the layer below does it see, the "
            "first one and the last one?",
            "A window of cell c begins at c · s and ends at c · s + k − 1. Go down through the "
            "layers with both ends.",
        ],
        mistakes=[
            Mistake(
                _from_below,
                "you went through the layers from the bottom up. A cell of the last layer sees "
                "cells of the layer just below it: go backwards, with reversed(layers).",
            ),
            Mistake(
                _seen_with(lambda k, s, first, last: (first * s, last * s + k)),
                "the last pixel is too far: a window that begins at c · s ends at c · s + k − 1.",
            ),
            Mistake(
                _seen_with(lambda k, s, first, last: (first, last + k - 1)),
                "you left the strides out. Cell c looks at a window that begins at c · s.",
            ),
            Mistake(
                _seen_with(lambda k, s, first, last: (first * s, first * s + k - 1)),
                "you followed the first cell only. The last cell that was seen has a window of its "
                "own, which reaches further: carry both ends down.",
            ),
            Mistake(
                _seen_with(lambda k, s, first, last: (first * s, (last + k - 1) * s)),
                "you added k − 1 before the stride spread the cells. Window and kernel lie on the "
                "layer below: multiply first, then add.",
            ),
            Mistake(
                _seen_with(lambda k, s, first, last: (first * s - k // 2, last * s + k // 2)),
                "you put the window's middle on c · s. Without padding it begins there.",
            ),
            Mistake(
                lambda layers, cell: (
                    pixels_seen(layers, cell)[1] - pixels_seen(layers, cell)[0] + 1
                ),
                "this is how many pixels are seen, the receptive field. Return the first and the "
                "last of them.",
            ),
            Mistake(
                lambda layers, cell: (0, pixels_seen(layers, 0)[1]),
                "this is what cell 0 sees. Begin with the cell that is asked for.",
            ),
        ],
    ),
    FunctionExercise(
        number="08.3",
        title="Find the shift that moves the last map by one cell",
        solution=whole_shift,
        cases=[([1, 2, 1, 2],), ([2, 2, 2],), ([3, 1, 2, 5],), ([1, 1],), ([5, 1, 2],), ([4, 3],)],
        also_right=[math.prod],
        lesson="a network is equivariant only to shifts by whole multiples of the product of its "
        "strides; smaller ones land between its cells.",
        why="A shift that is to become one cell on top has to be one stride below, that stride "
        "times the next further below, and so on: the strides multiply.",
        hints=[
            "Go from the top down. The last map is to move by one cell: by how many must the map "
            "below it move?",
            "Each layer divides a shift by its stride, so on the way down strides multiply.",
        ],
        mistakes=[
            Mistake(
                sum,
                "you added the strides. Each layer divides the shift by its stride, one after the "
                "other, so they multiply.",
            ),
            Mistake(
                max,
                "you took the largest stride. A shift has to get through all of them: after the "
                "first one it is already smaller.",
            ),
            Mistake(
                lambda strides: 1,
                "a shift by one pixel reaches the top only if all strides are 1. A stride of 2 "
                "makes half a cell of it, and there are no half cells.",
            ),
            Mistake(
                lambda strides: 2 ** len(strides),
                "you took every stride for 2. Some are 1 and change nothing, others are larger: "
                "multiply those that are given.",
            ),
            Mistake(
                lambda strides: math.lcm(*strides),
                "you took the least common multiple. The strides don't act side by side but one "
                "after the other: after the first, the next divides what is left.",
            ),
            Mistake(
                lambda strides: strides[-1],
                "you took the last stride alone. A shift has to get through all layers, one after "
                "the other: multiply their strides.",
            ),
            Mistake(
                lambda strides: strides[0],
                "you took the first stride alone. A shift has to get through all layers, one after "
                "the other: multiply their strides.",
            ),
        ],
    ),
    ValueExercise(
        number="08.4",
        title="Find a kernel that can be exchanged with a quarter turn",
        solution=turning_kernel,
        answer="turning_kernel",
        accepts=lambda kernel: _turns(kernel) and _has_neighbours(kernel),
        also_right=[
            np.ones((3, 3)) / 9,
            [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
            [[1, 0, 1], [0, 0, 0], [1, 0, 1]],
            (np.array([[1, 2, 1], [2, -7, 2], [1, 2, 1]]) / 30).astype(np.float32),
        ],
        lesson="a kernel that looks the same after a quarter turn is equivariant to it: corners "
        "share one weight and edges another, which is weight sharing once more.",
        why="Turning the image and filtering it is the same as filtering with the kernel turned "
        "back, and then turning; the two agree for every image only if turning leaves the kernel "
        "as it is.",
        hints=[
            "Filtering a turned image uses, in effect, a kernel turned the other way. When does "
            "that make no difference?",
            "Find a kernel with kernel == np.rot90(kernel). How many weights can you choose "
            "freely?",
            "The four corners must be equal, and so must the four cells between them; the centre "
            "is free.",
        ],
        mistakes=[
            Mistake(
                lambda kernel: kernel.shape == (3, 3) and not kernel.any(),
                "this kernel makes every image 0. That can be exchanged with anything, but says "
                "nothing: give it weights outside the centre.",
                example=np.zeros((3, 3)),
            ),
            Mistake(
                lambda kernel: kernel.shape == (3, 3) and not _has_neighbours(kernel),
                "with the centre alone every pixel is only multiplied by a number. That can be "
                "exchanged with a turn, but the task asks for a weight outside the centre.",
                example=np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
            ),
            Mistake(
                lambda kernel: (
                    kernel.shape == (3, 3)
                    and _alike(kernel, kernel[::-1, ::-1])
                    and not _turns(kernel)
                ),
                "your kernel is the same after half a turn, but not after a quarter. Compare it "
                "with np.rot90(kernel): corners have to equal corners, edges edges.",
                example=np.array([[0, 1, 0], [0, 0, 0], [0, 1, 0]]),
            ),
            Mistake(
                lambda kernel: (
                    kernel.shape == (3, 3)
                    and any(
                        _alike(abs(kernel), abs(mirrored))
                        for mirrored in (kernel[:, ::-1], kernel[::-1], kernel.T)
                    )
                    and not _turns(kernel)
                ),
                "your kernel looks alike in a mirror, as Sobel's does up to the sign. A quarter "
                "turn asks for more: the four corners equal, and the four cells between them.",
                example=np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
            ),
            Mistake(
                lambda kernel: kernel.shape != (3, 3),
                "that isn't a 3×3 array. Give three rows of three numbers.",
                example=np.array([1, 2, 1]),
            ),
            Mistake(
                lambda kernel: not np.isfinite(kernel).all(),
                "a weight is nan or infinite. Give nine numbers.",
                example=np.full((3, 3), np.nan),
            ),
            Mistake(
                lambda kernel: True,
                "your kernel changes when it is turned. Print it beside np.rot90(kernel): corners "
                "have to equal corners, and the four cells between them each other.",
                example=np.arange(9).reshape(3, 3),
            ),
        ],
    ),
)
