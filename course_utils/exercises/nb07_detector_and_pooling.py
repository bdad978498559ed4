"""Exercises of notebook 07, detector and pooling."""

import numpy as np
from scipy import optimize

from course_utils.convolution import convolve2d, correlate1d
from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

_random = np.random.default_rng(7)


# 07.1


def larger_neighbour(signal):
    left = correlate1d(signal, [1, 0])
    rise = correlate1d(signal, [-1, 1])
    return left + np.maximum(rise, 0)


# 07.2


def unsplittable():
    return np.ones((3, 3))


def _distance_to_products(kernel):
    """How far, relative to its size, a 3×3 kernel is from the nearest product of two 2×2 ones."""
    scaled = kernel / np.linalg.norm(kernel)

    def missed(numbers):
        product = np.zeros((3, 3))
        for (m, n), weight in np.ndenumerate(numbers[:4].reshape(2, 2)):
            product[m : m + 2, n : n + 2] += weight * numbers[4:].reshape(2, 2)
        return (product - scaled).ravel()

    nearest = np.inf
    for start in np.random.default_rng(0).normal(size=(12, 8)):
        found = optimize.least_squares(missed, start, method="lm", max_nfev=600)
        nearest = min(nearest, np.sqrt(2 * found.cost))
        if nearest < 1e-4:
            break
    return nearest


def _is_kernel(kernel):
    return kernel.shape == (3, 3) and np.isfinite(kernel).all() and kernel.any()


def _can_not_be_split(kernel):
    return _is_kernel(kernel) and _distance_to_products(kernel) > 1e-3


# 07.3


def max_pool(image, size):
    rows, columns = image.shape[0] // size, image.shape[1] // size
    pooled = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * size, j * size
            pooled[i, j] = np.max(image[top : top + size, left : left + size])
    return pooled


def _max_pool_by_reshape(image, size):
    rows, columns = image.shape[0] // size, image.shape[1] // size
    whole = image[: rows * size, : columns * size]
    return whole.reshape(rows, size, columns, size).max(axis=(1, 3))


def _pool_by(summary, image, size):
    """Windows side by side, each replaced by what `summary` makes of it."""
    rows, columns = image.shape[0] // size, image.shape[1] // size
    return np.array(
        [
            [
                summary(image[i * size : (i + 1) * size, j * size : (j + 1) * size])
                for j in range(columns)
            ]
            for i in range(rows)
        ]
    )


def _windows_overlap(image, size):
    return np.lib.stride_tricks.sliding_window_view(image, (size, size)).max(axis=(2, 3))


def _windows_crowd_in_the_corner(image, size):
    rows, columns = image.shape[0] // size, image.shape[1] // size
    return _windows_overlap(image, size)[:rows, :columns]


def _remainder_pooled(image, size):
    return np.array(
        [
            [np.max(image[i : i + size, j : j + size]) for j in range(0, image.shape[1], size)]
            for i in range(0, image.shape[0], size)
        ]
    )


def _axes_exchanged(image, size):
    rows, columns = image.shape[1] // size, image.shape[0] // size
    pooled = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * size, j * size
            pooled[i, j] = np.max(image[top : top + size, left : left + size])
    return pooled


_AXES_EXCHANGED = (
    "rows and columns are exchanged, which shows as soon as the image is not square. shape[0] "
    "and i belong to the rows, shape[1] and j to the columns."
)


# 07.4


def sides_before_pooling(cells, size, stride):
    smallest = (cells - 1) * stride + size
    largest = smallest + stride - 1
    return smallest, largest


def _sides_by_trying(cells, size, stride):
    fits = [n for n in range(size, 200) if (n - size) // stride + 1 == cells]
    return fits[0], fits[-1]


# 07.5


def two_images():
    first_image = np.zeros((4, 4))
    second_image = np.zeros((4, 4))
    first_image[0, 0] = 1
    second_image[1, 1] = 1
    return first_image, second_image


def _pair(answer):
    """The two images of an answer, or an exception if it isn't a pair of 4×4 images."""
    answer = np.asarray(answer, dtype=float)
    if answer.shape != (2, 4, 4):
        raise ValueError
    return answer


def _blocks(image):
    return image.reshape(2, 2, 2, 2)


def _maxima(image):
    return _blocks(image).max(axis=(1, 3))


def _have_equal_maxima(answer):
    first, second = _pair(answer)
    return np.array_equal(_maxima(first), _maxima(second)) and not np.array_equal(first, second)


def _are_equal(answer):
    first, second = _pair(answer)
    return np.array_equal(first, second)


def _have_equal_means(answer):
    first, second = (_blocks(image).mean(axis=(1, 3)) for image in _pair(answer))
    return np.allclose(first, second)


def _have_maxima_elsewhere(answer):
    first, second = (np.sort(_maxima(image), axis=None) for image in _pair(answer))
    return np.array_equal(first, second)


def _have_other_sides(answer):
    return any(np.shape(image) != (4, 4) for image in answer) and len(answer) == 2


def _image_with(*lit):
    image = np.zeros((4, 4))
    for row, column, value in lit:
        image[row, column] = value
    return image


EXERCISES = (
    FunctionExercise(
        number="07.1",
        title="A maximum out of kernels and one ReLU",
        solution=larger_neighbour,
        cases=[
            (np.array([3, 1, 4, 1, 5]),),
            (np.array([-2.0, -7.0, -7.0, -1.5]),),
            (_random.normal(size=9),),
            (np.array([2, 2, -3, 6, 0, 0]),),
        ],
        also_right=[
            lambda signal: np.maximum(signal[:-1], signal[1:]),
            lambda signal: signal[1:] + np.maximum(signal[:-1] - signal[1:], 0),
            lambda signal: (signal[:-1] + signal[1:] + np.abs(np.diff(signal))) / 2,
        ],
        lesson="two kernels and a bend make a maximum, max(a, b) = a + ReLU(b − a): max pooling is "
        "nothing that layers couldn't do themselves.",
        why="Where the right one is larger, the rise is positive and lifts the left one up to it; "
        "where it isn't, ReLU makes the rise 0 and the left one stays.",
        hints=[
            "Start from the left neighbour. By how much does it have to be raised, and when?",
            "The kernel [1, 0] gives the left neighbours, [−1, 1] the rise from left to right. "
            "Which of the two goes through ReLU?",
        ],
        mistakes=[
            Mistake(
                lambda signal: signal[:-1] + np.diff(signal),
                "this is always the right neighbour: left plus rise. Only a positive rise may be "
                "added, so send it through ReLU first.",
            ),
            Mistake(
                lambda signal: signal[:-1] + np.abs(np.diff(signal)),
                "you added the size of the rise even where the signal falls. ReLU lets positive "
                "rises pass and makes the others 0: np.maximum(rise, 0).",
            ),
            Mistake(
                lambda signal: signal[:-1] + np.maximum(signal[:-1] - signal[1:], 0),
                "you added the fall, not the rise. From the left neighbour, b − a is missing where "
                "the right one, b, is larger: the kernel is [−1, 1].",
            ),
            Mistake(
                lambda signal: signal[1:] + np.maximum(np.diff(signal), 0),
                "you started from the right neighbour and raised it where it is the larger one "
                "already. Start from the left one.",
            ),
            Mistake(
                lambda signal: np.maximum(np.maximum(signal[:-1], signal[1:]), 0),
                "where both neighbours are negative you give 0. Only the rise goes through ReLU, "
                "not the result.",
            ),
            Mistake(
                lambda signal: np.maximum(np.diff(signal), 0),
                "this is the rise alone. Add it to the left neighbour.",
            ),
            Mistake(
                lambda signal: np.minimum(signal[:-1], signal[1:]),
                "this is the smaller neighbour. Check the sign of the rise: the kernel is [−1, 1].",
            ),
            Mistake(
                lambda signal: np.max(signal),
                "this is the largest value of the whole signal. One number is wanted for each pair "
                "of neighbours.",
            ),
            Mistake(
                lambda signal: np.maximum(signal[:-1], signal[1:])[::2],
                "your pairs lie side by side, as with stride 2. Take every pair, stride 1.",
            ),
        ],
    ),
    ValueExercise(
        number="07.2",
        title="A 3×3 kernel that no two 2×2 kernels make",
        solution=unsplittable,
        answer="unsplittable",
        accepts=_can_not_be_split,
        also_right=[
            [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
            np.eye(3)[::-1] + np.eye(3),
            [[3, 1, 4], [1, 5, 9], [2, 6, 5]],
        ],
        lesson="the converse is false: two 2×2 kernels hold 8 numbers, a 3×3 kernel 9, so most of "
        "them can't be split. Small kernels in a row are cheaper, and can do less.",
        why="It is a column of ones times a row of ones, but [1, 1, 1] itself can't be split: "
        "1 + x + x² has no real root, so it is no product of two real lines.",
        hints=[
            "Count. How many numbers can you choose in two 2×2 kernels, and how many in one 3×3?",
            "Eight numbers can't reach all that nine can: take a kernel with nine numbers of no "
            "particular pattern. Products of a column and a row are the ones to avoid.",
        ],
        mistakes=[
            Mistake(
                lambda kernel: kernel.shape == (5, 5),
                "that is a 5×5 kernel. Here two 2×2 kernels are to be joined, which makes 3×3.",
                example=np.arange(25).reshape(5, 5),
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
                lambda kernel: not kernel.any(),
                "a kernel of zeros is made by any kernel and one of zeros. Give other weights.",
                example=np.zeros((3, 3)),
            ),
            Mistake(
                lambda kernel: np.count_nonzero(kernel) == 1,
                "a single weight can be split: each 2×2 kernel moves the image part of the way. "
                "Give more weights that aren't 0.",
                example=np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
            ),
            Mistake(
                lambda kernel: np.linalg.matrix_rank(kernel) == 1,
                "yours is a column times a row (its rank is 1), and this column and this row can "
                "both be split, as [1, 2, 1] = [1, 1] ∗ [1, 1]. So your kernel can be, too.",
                example=np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
            ),
            Mistake(
                lambda kernel: True,
                "two 2×2 kernels were found whose full convolution is yours. Change one number, "
                "and try again.",
                example=convolve2d(
                    np.array([[1, 2], [3, 5]]), np.array([[1, -1], [4, 2]]), padding="full"
                ),
            ),
        ],
    ),
    FunctionExercise(
        number="07.3",
        title="Max pooling by two loops",
        solution=max_pool,
        cases=[
            (np.array([[1, 3, 0, 2, 5, 1], [0, 2, 4, 0, 3, 6]]), 2),
            (_random.permutation(54).reshape(9, 6), 3),
            (-1 - _random.permutation(40).reshape(4, 10) / 4, 2),
            (_random.normal(size=(7, 11)), 3),
        ],
        also_right=[_max_pool_by_reshape],
        lesson="with stride = size the windows lie side by side, and each keeps one number; what "
        "doesn't fill a window at the edge is dropped.",
        why="Cell (i, j) stands for the window whose corner is at (i · size, j · size), and only "
        "n // size whole windows fit on a side.",
        hints=[
            "How many windows of `size` rows fit below each other in image.shape[0] rows?",
            "Window (i, j) does not begin at row i. At which row does it begin?",
            "From its corner the window takes `size` rows and as many columns. One number is to "
            "remain of it.",
        ],
        mistakes=[
            Mistake(
                lambda image, size: _pool_by(np.mean, image, size),
                "you took the mean of each window. That is mean pooling; here the largest value "
                "wins: np.max.",
            ),
            Mistake(
                lambda image, size: _pool_by(np.sum, image, size),
                "you added up each window. That is sum pooling; here the largest value wins: "
                "np.max.",
            ),
            Mistake(
                lambda image, size: _pool_by(np.min, image, size),
                "you kept the smallest value of each window. Take np.max.",
            ),
            Mistake(
                _windows_overlap,
                "your windows move on by one cell, so they overlap. Move on by a whole window: "
                "the corners lie at multiples of size.",
            ),
            Mistake(
                _windows_crowd_in_the_corner,
                "the shape is right, but your windows begin at (i, j) and crowd in the top left "
                "corner. Window (i, j) begins at row i * size and column j * size.",
            ),
            Mistake(
                _remainder_pooled,
                "you also pooled the incomplete windows at the right and the bottom edge. Keep "
                "the whole ones only: n // size on a side.",
            ),
            Mistake(_axes_exchanged, _AXES_EXCHANGED),
            Mistake(lambda image, size: max_pool(image, size).T, _AXES_EXCHANGED),
            Mistake(
                lambda image, size: np.maximum(max_pool(image, size), 0),
                "your search for the largest value begins at 0, so a window of negative numbers "
                "gives 0. Take np.max of the window itself.",
            ),
        ],
    ),
    FunctionExercise(
        number="07.4",
        title="How large was the map before pooling?",
        solution=sides_before_pooling,
        fresh=lambda rng: tuple(int(each) for each in rng.integers((1, 1, 1), (20, 6, 6))),
        cases=[(4, 3, 3), (10, 3, 1), (6, 2, 2), (3, 2, 3), (5, 3, 2), (1, 4, 2), (7, 1, 4)],
        also_right=[_sides_by_trying],
        lesson="the floor forgets up to stride − 1 cells at the edge, so several sides lead to the "
        "same pooled map, and with stride 1 a single one.",
        why="The last window begins (cells − 1) strides after the first and needs size cells of "
        "its own; what is left over after it is less than one stride.",
        hints=[
            "Where does the last window begin, and where does it end? So long the side must be.",
            "How many more cells can the side have before another window fits?",
        ],
        mistakes=[
            Mistake(
                lambda cells, size, stride: (cells * stride, cells * stride + stride - 1),
                "you took the size for the stride. The last window begins at (cells − 1) · stride, "
                "and needs size cells from there.",
            ),
            Mistake(
                lambda cells, size, stride: (cells * size, cells * size + size - 1),
                "that is right only for windows side by side. Windows begin a stride apart: "
                "0, stride, 2 · stride and so on.",
            ),
            Mistake(
                lambda cells, size, stride: (
                    cells * stride + size,
                    cells * stride + size + stride - 1,
                ),
                "you counted one step too many: cells windows have cells − 1 steps between them.",
            ),
            Mistake(
                lambda cells, size, stride: (
                    (cells - 1) * stride + size,
                    cells * stride + size,
                ),
                "the smallest is right, the largest is one too large: with stride more cells, "
                "another window fits.",
            ),
            Mistake(
                lambda cells, size, stride: (
                    (cells - 1) * stride + size,
                    (cells - 1) * stride + 2 * size - 1,
                ),
                "the smallest is right. For the largest, another window fits after stride more "
                "cells, not after size more.",
            ),
            Mistake(
                lambda cells, size, stride: (cells - 1) * stride + size,
                "this is the smallest side. Return two numbers, the smallest and the largest.",
            ),
            Mistake(
                lambda cells, size, stride: (
                    (cells - 1) * stride + size + stride - 1,
                    (cells - 1) * stride + size,
                ),
                "the two are exchanged: first the smallest, then the largest.",
            ),
            Mistake(
                lambda cells, size, stride: (
                    (cells - size) // stride + 1,
                    (cells - size) // stride + 1,
                ),
                "you pooled once more. Here the pooled side is given, and asked is the side before.",
            ),
        ],
    ),
    ValueExercise(
        number="07.5",
        title="Two images that max pooling can't tell apart",
        solution=two_images,
        answer="first_image, second_image",
        accepts=_have_equal_maxima,
        also_right=[
            [np.arange(16).reshape(4, 4), np.kron([[5, 7], [13, 15]], np.ones((2, 2)))],
            (_image_with((0, 0, 1)), _image_with((0, 0, 1), (0, 1, 1))),
        ],
        lesson="a window keeps its largest value, and forgets where it stood and what else was "
        "there; a layer that comes after can't ask for it again.",
        why="Both ones lie in the top left window, so both pooled maps are 1 there and 0 "
        "elsewhere.",
        hints=[
            "Begin with any image. What may you change inside one 2×2 window without changing its "
            "largest value?",
            "You may move the largest value within its window, or change a smaller one, as long "
            "as it stays smaller.",
        ],
        mistakes=[
            Mistake(
                _are_equal,
                "the two images are the same. Change one of them inside a window, so that the "
                "window's largest value stays.",
                example=(_image_with((1, 2, 5)), _image_with((1, 2, 5))),
            ),
            Mistake(
                _have_equal_means,
                "your windows have equal means, so mean pooling can't tell the images apart. Max "
                "pooling can: give the windows equal largest values.",
                example=(np.ones((4, 4)), _image_with((0, 0, 4), (0, 2, 4), (2, 0, 4), (2, 2, 4))),
            ),
            Mistake(
                _have_maxima_elsewhere,
                "the pooled maps hold the same numbers, but in other cells. Move a value only "
                "inside its own window; here one has left it.",
                example=(_image_with((0, 0, 3)), _image_with((2, 3, 3))),
            ),
            Mistake(
                _have_other_sides,
                "the images should be 4×4, two of them. Hand over (first, second), each an array "
                "of 4 rows and 4 columns.",
                example=(np.eye(2), np.eye(2)[::-1]),
            ),
            Mistake(
                lambda answer: _pair(answer).shape == (2, 4, 4),
                "the pooled maps differ. Compute the largest value of each 2×2 window, in both "
                "images, and compare them.",
                example=(_image_with((0, 0, 3)), _image_with((0, 0, 2))),
            ),
        ],
    ),
)
