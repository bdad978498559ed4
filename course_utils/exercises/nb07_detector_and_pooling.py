"""Exercises of notebook 07, detector and pooling."""

import math

import numpy as np

from course_utils.convolution import convolve2d, correlate2d
from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

_random = np.random.default_rng(7)


# 07.1


def relu(x):
    return np.maximum(x, 0)


_PLUS_AND_MINUS = (
    "you took absolute values, so a strong −3 becomes a strong 3. ReLU sets negative answers to "
    "0: use np.maximum(x, 0)."
)
_WHOLE_ARRAY = (
    "np.max looks for the largest value of the whole array and returns that alone. ReLU compares "
    "every cell with 0 by itself: use np.maximum(x, 0)."
)


# 07.2


def collapse(first, second):
    return convolve2d(first, second, padding="full")


def _collapse_by_loops(first, second):
    height = first.shape[0] + second.shape[0] - 1
    width = first.shape[1] + second.shape[1] - 1
    kernel = np.zeros((height, width))
    for i in range(second.shape[0]):
        for j in range(second.shape[1]):
            part = second[i, j] * first
            kernel[i : i + first.shape[0], j : j + first.shape[1]] += part
    return kernel


_CORRELATED = (
    "the shape is right, but one kernel got into the sum upside down: you took correlate2d. Two "
    "kernels are joined by a true convolution, with the flip: convolve2d."
)


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


def pooled_shape(shape, size, stride):
    height, width, channels = shape
    rows = (height - size) // stride + 1
    columns = (width - size) // stride + 1
    return rows, columns, channels


def _rounded_up(shape, size, stride):
    rows, columns = (math.ceil((n - size) / stride) + 1 for n in shape[:2])
    return rows, columns, shape[2]


def _without_one(shape, size, stride):
    return (shape[0] - size) // stride, (shape[1] - size) // stride, shape[2]


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
        title="Write ReLU",
        solution=relu,
        cases=[
            (np.array([-2.0, 0.5, 3.0, -0.25, 1.5]),),
            (_random.normal(size=(3, 4)),),
            (_random.integers(-9, 10, size=(4, 2, 3)),),
        ],
        also_right=[
            lambda x: np.where(x > 0, x, 0),
            lambda x: x * (x > 0),
            lambda x: np.clip(x, 0, None),
            lambda x: (x + np.abs(x)) / 2,
        ],
        lesson="each answer is looked at by itself: ReLU lets positive ones pass unchanged and "
        "sets negative ones to 0.",
        why="np.maximum compares two arrays cell by cell, and the single 0 stands in for an array "
        "of zeros.",
        hints=[
            "The result has the shape of x. Which of its cells differ from x?",
            "NumPy has two functions with similar names: np.max finds the largest value of one "
            "array, np.maximum compares two.",
        ],
        mistakes=[
            Mistake(lambda x: np.abs(x), _PLUS_AND_MINUS),
            Mistake(lambda x: np.max(x), _WHOLE_ARRAY),
            Mistake(lambda x: np.maximum(np.max(x), 0), _WHOLE_ARRAY),
            Mistake(
                lambda x: np.max(x, 0),
                "the 0 in np.max(x, 0) is read as an axis, so you get the largest value of each "
                "column. Compare every cell with 0 instead: np.maximum(x, 0).",
            ),
            Mistake(
                lambda x: max(0, x),
                "the built-in max compares whole objects and can't decide between a number and an "
                "array. NumPy's np.maximum compares cell by cell.",
            ),
            Mistake(
                lambda x: np.minimum(x, 0),
                "you kept the negative answers and set the positive ones to 0. It is the other "
                "way round: np.maximum instead of np.minimum.",
            ),
            Mistake(
                lambda x: x[x > 0],
                "you dropped the negative answers, and the map has lost its shape. Put a 0 in "
                "their places instead.",
            ),
            Mistake(
                lambda x: (x > 0).astype(float),
                "you say where an answer is positive, but not how strong it is. That is ReLU's "
                "slope. Let positive answers pass as they are.",
            ),
            Mistake(
                lambda x: 1 / (1 + np.exp(-x)),
                "this is the sigmoid, which squeezes every answer between 0 and 1. ReLU leaves "
                "positive answers as they are.",
            ),
            Mistake(
                lambda x: np.where(x > 0, x, 0.01 * x),
                "this is a leaky ReLU, which lets a hundredth of the negative answers pass. ReLU "
                "sets them to 0.",
            ),
        ],
    ),
    FunctionExercise(
        number="07.2",
        title="Join two layers in one kernel",
        solution=collapse,
        cases=[
            (
                np.array([[1, 2, 0], [0, 1, -1], [3, 0, 1]]),
                np.array([[0, 1, 1], [2, 0, 0], [1, 0, -1]]),
            ),
            (_random.normal(size=(4, 3)), _random.normal(size=(2, 2))),
            (_random.normal(size=(3, 5)), _random.normal(size=(2, 3))),
            (np.array([[1, 2, 4]]), np.array([[0.5, 0.25], [1.5, -0.75]])),
            (np.array([[3, 1], [2, 5], [4, 1]], np.uint8), np.array([[0.1, 0.2, 0.4]])),
        ],
        also_right=[
            lambda first, second: convolve2d(second, first, padding="full"),
            lambda first, second: correlate2d(first, second[::-1, ::-1], padding="full"),
            _collapse_by_loops,
        ],
        lesson="two linear layers are one linear layer, and its kernel is the full convolution of "
        "theirs: k₁ + k₂ − 1 cells on a side.",
        why="An output reads pixels that its patch of the first map has read, so the weights to "
        "each pixel are products, summed over all ways that lead there.",
        hints=[
            "How large is the part of the image that one output of the second layer depends on? "
            "So large is the kernel.",
            "convolve2d joins two kernels. Its padding decides how large the result is; you want "
            "all cells where the two overlap.",
        ],
        mistakes=[
            Mistake(
                lambda first, second: convolve2d(first, second),
                'convolve2d is "valid" if you don\'t say otherwise, and keeps only the places '
                'where one kernel lies inside the other. The kernel has to grow: padding="full".',
            ),
            Mistake(
                lambda first, second: convolve2d(first, second, padding="same"),
                "your kernel is as large as the first one. Two 3×3 layers see 5×5 pixels, so the "
                'joint kernel is larger than both: padding="full".',
            ),
            Mistake(lambda first, second: correlate2d(first, second, padding="full"), _CORRELATED),
            Mistake(lambda first, second: correlate2d(second, first, padding="full"), _CORRELATED),
            Mistake(
                lambda first, second: convolve2d(first, second, padding="full")[::-1, ::-1],
                "your kernel is rotated by 180°. The layers slide their kernels as they are, so "
                "leave the result of convolve2d as it is, too.",
            ),
            Mistake(
                lambda first, second: first * second,
                "you multiplied the kernels cell by cell. A cell of the joint kernel is a sum over "
                "all pairs of cells that lead to one pixel: convolve the two.",
            ),
            Mistake(
                lambda first, second: first @ second,
                "@ is the product of matrices. Kernels are not applied to rows and columns but "
                "slid over the image: convolve the two.",
            ),
            Mistake(
                lambda first, second: first + second,
                "you added the kernels, which fits two layers side by side whose answers are "
                "added. These stand one after the other: convolve the two.",
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
        title="The shape after pooling",
        solution=pooled_shape,
        cases=[
            ((12, 12, 10), 3, 3),
            ((12, 12, 10), 3, 1),
            ((24, 18, 5), 2, 2),
            ((13, 8, 4), 2, 2),
            ((28, 21, 3), 3, 2),
            ((11, 8, 6), 2, 3),
            ((8, 11, 2), 1, 4),
        ],
        lesson="pooling follows the size formula of convolution on each axis, and leaves the "
        "channels alone.",
        why="Each channel is pooled by itself, so only height and width change: the windows start "
        "at 0, stride, 2·stride, … up to n − size.",
        hints=[
            "Notebook 05 has the formula: a window is placed like a kernel. Here p = 0.",
            "⌊(n − size) / stride⌋ + 1, for the height and for the width. And the channels?",
        ],
        mistakes=[
            Mistake(
                _without_one,
                "you forgot the + 1. The division counts the steps; the first window comes on top.",
            ),
            Mistake(
                lambda shape, size, stride: (shape[0] // size, shape[1] // size, shape[2]),
                "you left the stride out. That is right only for windows side by side; count the "
                "starts 0, stride, 2·stride and so on.",
            ),
            Mistake(
                lambda shape, size, stride: (shape[0] // stride, shape[1] // stride, shape[2]),
                "you left the window's size out. The last start is n − size: divide that by the "
                "stride, then add 1.",
            ),
            Mistake(
                lambda shape, size, stride: (shape[0] - size + 1, shape[1] - size + 1, shape[2]),
                "you left the stride out: that is the shape for stride 1. Divide n − size by the "
                "stride, rounded down, before you add 1.",
            ),
            Mistake(
                _rounded_up,
                "you rounded up. A last window that would reach over the edge is dropped: round "
                "down, with //.",
            ),
            Mistake(
                lambda shape, size, stride: (*pooled_shape(shape, size, stride)[:2], 1),
                "you pooled over the channels as well. Each channel is pooled by itself, so their "
                "number stays.",
            ),
            Mistake(
                lambda shape, size, stride: pooled_shape(shape, size, stride)[:2],
                "the channels are missing. Pooling works on each of them by itself: hand their "
                "number through as third.",
            ),
            Mistake(
                lambda shape, size, stride: (
                    *[(shape[0] - size) // stride + 1] * 2,
                    shape[2],
                ),
                "you took the map for square. The width has a length of its own: shape[1].",
            ),
            Mistake(
                lambda shape, size, stride: (
                    (shape[0] - size) / stride + 1,
                    (shape[1] - size) / stride + 1,
                    shape[2],
                ),
                "your shape has fractions. There are only whole windows: round the division down, "
                "with // instead of /.",
            ),
            Mistake(
                lambda shape, size, stride: (
                    (shape[0] - max(size, stride)) // stride + 1,
                    (shape[1] - max(size, stride)) // stride + 1,
                    shape[2],
                ),
                "with a stride larger than the window, the last window still needs only its own "
                "size: subtract size, not the larger of the two.",
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
