"""Exercises of notebook 02, convolution by hand."""

import numpy as np

from course_utils.convolution import correlate2d
from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

_random = np.random.default_rng(2)
_LECTURE_IMAGE = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)
_LECTURE_KERNEL = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])


# 02.1


def moving_average(series, width):
    averages = []
    for start in range(len(series) - width + 1):
        averages.append(np.mean(series[start : start + width]))
    return np.array(averages)


def _average_by_convolve(series, width):
    return np.convolve(series, np.full(width, 1 / width), mode="valid")


def _average_by_running_sum(series, width):
    sums = np.cumsum(np.concatenate([[0], series]))
    return (sums[width:] - sums[:-width]) / width


def _zeros_at_the_end(series, width):
    averages = moving_average(series, width)
    return np.concatenate([averages, np.zeros(width - 1)])


# 02.2


def patch_count(image_shape, kernel_shape):
    rows = image_shape[0] - kernel_shape[0] + 1
    columns = image_shape[1] - kernel_shape[1] + 1
    return rows * columns


# 02.3


def distance_map(image, kernel):
    image = image.astype(float)
    rows = image.shape[0] - kernel.shape[0] + 1
    columns = image.shape[1] - kernel.shape[1] + 1
    distances = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            patch = image[i : i + kernel.shape[0], j : j + kernel.shape[1]]
            distances[i, j] = np.sum((patch - kernel) ** 2)
    return distances


def _distances_by_windows(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    return ((windows - kernel) ** 2).sum(axis=(2, 3))


def _squares(patch, kernel):
    return (patch.astype(float) - kernel) ** 2


def _with_patches(image, kernel, cell):
    """Lists of what `cell` makes of each patch, for mistakes in treating a patch."""
    height, width = kernel.shape
    rows, columns = image.shape[0] - height + 1, image.shape[1] - width + 1
    return [
        [cell(image[i : i + height, j : j + width], kernel) for j in range(columns)]
        for i in range(rows)
    ]


def _not_summed(image, kernel):
    distances = np.zeros((2, 2))
    distances[0, 0] = (image[: kernel.shape[0], : kernel.shape[1]] - kernel) ** 2
    return distances


def _zero_padded(image, kernel):
    top, left = (kernel.shape[0] - 1) // 2, (kernel.shape[1] - 1) // 2
    bottom, right = kernel.shape[0] - 1 - top, kernel.shape[1] - 1 - left
    return distance_map(np.pad(image, ((top, bottom), (left, right))), kernel)


def _axes_exchanged(image, kernel):
    image = image.astype(float)
    rows = image.shape[1] - kernel.shape[1] + 1
    columns = image.shape[0] - kernel.shape[0] + 1
    distances = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            patch = image[i : i + kernel.shape[0], j : j + kernel.shape[1]]
            distances[i, j] = np.sum((patch - kernel) ** 2)
    return distances


def _in_the_image_s_type(image, kernel):
    rows, columns = np.subtract(image.shape, kernel.shape) + 1
    distances = np.zeros((rows, columns), image.dtype)
    for i in range(rows):
        for j in range(columns):
            patch = image[i : i + kernel.shape[0], j : j + kernel.shape[1]].astype(float)
            distances[i, j] = np.sum((patch - kernel) ** 2)
    return distances


_INNER_PRODUCTS = (
    "these are the inner products of the cell above. Here each cell holds a distance: subtract the "
    "kernel from the patch, square, add up."
)
_NOT_SUMMED = (
    "the squares are still an array as large as the kernel. A cell of the map is one number: put "
    "np.sum(…) around them."
)
_AXES_EXCHANGED = (
    "rows and columns are exchanged, which shows as soon as the image is not square. Axis 0 "
    "counts rows: shape[0] belongs to i, shape[1] to j."
)


# 02.4


def shift_left_kernel():
    shift_kernel = np.zeros((3, 3))
    shift_kernel[1, 2] = 1
    return shift_kernel


def _single_one(row, column):
    kernel = np.zeros((3, 3))
    kernel[row, column] = 1
    return kernel


def _is_scaled_shift(kernel):
    others = kernel.copy()
    others[1, 2] = 0
    return kernel.shape == (3, 3) and kernel[1, 2] != 0 and not others.any()


def _is_single_number(kernel):
    return kernel.shape == (3, 3) and np.count_nonzero(kernel) == 1


_DIAGONAL = (
    "this kernel moves the image {}: each pixel takes the value of a neighbour diagonally across. "
    "To move sideways only, the 1 has to stand in the middle row."
)


def _image_and_kernel(rng):
    k_h, k_w = (int(side) for side in rng.integers(1, 7, 2))
    return (k_h + int(rng.integers(30)), k_w + int(rng.integers(30))), (k_h, k_w)


EXERCISES = (
    FunctionExercise(
        number="02.1",
        title="Smooth a series by a moving average",
        solution=moving_average,
        cases=[
            (np.array([3.0, 6.0, 0.0, 9.0, 3.0]), 3),
            (_random.normal(size=12), 4),
            (np.array([1, 2, 4, 8, 16, 32]), 2),
            (_random.normal(size=5), 5),
            (np.array([3, 1, 4, 1, 5, 9]), 4),
        ],
        also_right=[_average_by_convolve, _average_by_running_sum],
        lesson="a moving average is a 1-D convolution whose kernel holds 1/width everywhere, and "
        "the result is shorter by width − 1.",
        why="Each start gives one window that lies inside the series whole, and there are "
        "n − width + 1 of them.",
        hints=[
            "Take one window first: series[start : start + width]. What is its mean?",
            "The last window starts at len(series) − width, and range stops one before its end.",
        ],
        mistakes=[
            Mistake(
                lambda series, width: moving_average(series, width) * width,
                "you returned the sum of each window. Divide by width, or use np.mean: an average "
                "stays among the values of the series.",
            ),
            Mistake(
                lambda series, width: np.convolve(series, np.full(width, 1 / width), mode="same"),
                "your result is as long as the series, so the windows at its ends reach beyond it "
                "and average in zeros. Keep only whole windows: with np.convolve, mode='valid'.",
            ),
            Mistake(
                lambda series, width: np.convolve(series, np.full(width, 1 / width)),
                "your result is longer than the series, because windows reach beyond both ends "
                "and average in zeros. Keep only whole windows: with np.convolve, mode='valid'.",
            ),
            Mistake(
                _zeros_at_the_end,
                "the zeros at the end belong to no window. The result has one value for each "
                "window, len(series) − width + 1 of them: make the array that long.",
            ),
            Mistake(
                lambda series, width: moving_average(series, width)[:-1],
                "the last window is missing. It starts at len(series) − width, so the loop needs "
                "range(len(series) − width + 1).",
            ),
            Mistake(
                lambda series, width: np.array(
                    [np.mean(series[start : start + width]) for start in range(len(series))]
                ),
                "the windows at the end are cut short by the end of the series. Stop at the last "
                "whole one: range(len(series) − width + 1).",
            ),
            Mistake(
                lambda series, width: moving_average(series, width)[::width],
                "your windows lie side by side. Move on by one value, not by width, from each "
                "window to the next.",
            ),
        ],
    ),
    FunctionExercise(
        number="02.2",
        title="Count the patches",
        solution=patch_count,
        fresh=_image_and_kernel,
        cases=[
            ((5, 5), (3, 3)),
            ((4, 4), (3, 3)),
            ((6, 9), (3, 2)),
            ((28, 28), (5, 5)),
            ((7, 4), (7, 1)),
        ],
        lesson="an axis of length n has n − k + 1 places for a kernel of length k, and the "
        "patches are the product over both axes.",
        why="The first patch starts at 0 and the last at n − k, which makes n − k + 1 starts.",
        hints=[
            "Begin with one axis: at which indices can a window of 3 cells start in a row of 5?",
            "The starts are 0, 1, …, n − k. Count them, on each axis, and multiply.",
        ],
        mistakes=[
            Mistake(
                lambda image, kernel: (image[0] - kernel[0]) * (image[1] - kernel[1]),
                "you forgot the + 1. A window of 3 cells in a row of 5 can start at 0, 1 and 2: "
                "that is 5 − 3 + 1 places.",
            ),
            Mistake(
                lambda image, kernel: (image[0] // kernel[0]) * (image[1] // kernel[1]),
                "you counted blocks that lie side by side. Patches overlap: the window moves on "
                "by one cell, so subtract the kernel's length instead of dividing by it.",
            ),
            Mistake(
                lambda image, kernel: image[0] - kernel[0] + 1,
                "you counted along axis 0 only. For each of these rows the window also moves "
                "along axis 1: multiply by the number of places there.",
            ),
            Mistake(
                lambda image, kernel: image[1] - kernel[1] + 1,
                "you counted along axis 1 only. The window also moves down along axis 0: "
                "multiply by the number of places there.",
            ),
            Mistake(
                lambda image, kernel: (image[0] - kernel[0] + 1) ** 2,
                "you took the image for square. Axis 1 has a length of its own: use index 1 of "
                "both shapes for the second factor.",
            ),
            Mistake(
                lambda image, kernel: image[0] - kernel[0] + 1 + image[1] - kernel[1] + 1,
                "you added the places along both axes. Each row of places is combined with each "
                "column: multiply them.",
            ),
            Mistake(
                lambda image, kernel: (image[0] - kernel[0] + 1, image[1] - kernel[1] + 1),
                "that is the shape of the feature map. The number of patches is the product of "
                "its two lengths.",
            ),
            Mistake(
                lambda image, kernel: image[0] * image[1],
                "you counted the pixels. A patch has to lie inside the image whole, so it cannot "
                "start in the last rows and columns: take n − k + 1 on each axis.",
            ),
            Mistake(
                lambda image, kernel: (image[0] - kernel[1] + 1) * (image[1] - kernel[0] + 1),
                "the kernel's axes are exchanged. Rows of the kernel go with rows of the image: "
                "index 0 with index 0, index 1 with index 1.",
            ),
        ],
    ),
    FunctionExercise(
        number="02.3",
        title="A map of squared distances by two loops",
        solution=distance_map,
        cases=[
            (_LECTURE_IMAGE, _LECTURE_KERNEL),
            (_random.integers(0, 10, (4, 6)), _random.integers(-3, 4, (3, 3))),
            (_random.normal(size=(7, 5)), _random.normal(size=(2, 3))),
            # of whole numbers, with weights that make fractions: integers cut them off
            (_random.integers(0, 256, (5, 4)), np.array([[0.1, 0.25], [0.3, 0.15], [0.05, 0.4]])),
            # as MNIST stores its digits: below 0 such numbers begin again at 255
            (
                _random.integers(0, 256, (4, 6)).astype(np.uint8),
                _random.integers(0, 256, (2, 3)).astype(np.uint8),
            ),
        ],
        also_right=[_distances_by_windows],
        lesson="the loops don't care what is done with a patch. A distance is 0 where the pattern "
        "stands exactly, and a bright patch is no longer a strong answer.",
        why="The loops run over the places of the window, and each place gives one number. With "
        "decimals a difference may be negative, which bytes from 0 to 255 can't be.",
        hints=[
            "The map is as large as the one of the two loops above: what you counted in 02.2.",
            "At place (i, j) the patch is image[i : i + kernel rows, j : j + kernel columns]. "
            "What comes of it minus the kernel, cell by cell?",
            "Pixels stored as bytes have no negatives: 3 − 5 becomes 254. Make the image a float "
            "array before you subtract.",
        ],
        mistakes=[
            Mistake(lambda image, kernel: correlate2d(image, kernel), _INNER_PRODUCTS),
            Mistake(
                lambda image, kernel: _with_patches(image, kernel, lambda p, k: np.sum(p * k)),
                _INNER_PRODUCTS,
            ),
            Mistake(
                _in_the_image_s_type,
                "your map has the numbers of the image's kind: without decimals, and bytes end at "
                "255. np.zeros(shape), without a dtype, makes room for all.",
            ),
            Mistake(
                lambda image, kernel: distance_map(image, kernel[::-1, ::-1]),
                "you flipped the kernel. This exercise lays it on the patch as it is, without "
                "[::-1, ::-1].",
            ),
            Mistake(
                lambda image, kernel: distance_map(image, kernel)[:-1, :-1],
                "the last row and the last column are missing: your loops stop one too early. "
                "There are n − k + 1 places on each axis.",
            ),
            Mistake(
                lambda image, kernel: np.pad(
                    distance_map(image, kernel)[:-1, :-1], ((0, 1), (0, 1))
                ),
                "the last row and the last column are still zero: your loops stop one too early. "
                "Let them run over all rows and columns of the map.",
            ),
            Mistake(
                _zero_padded,
                "your map is as large as the image, so you padded it with zeros. Here the kernel "
                "stays inside the image: drop the padding, n − k + 1 places remain.",
            ),
            Mistake(_not_summed, _NOT_SUMMED),
            Mistake(lambda image, kernel: _with_patches(image, kernel, _squares), _NOT_SUMMED),
            Mistake(
                lambda image, kernel: _with_patches(
                    image, kernel, lambda p, k: np.sum(p.astype(float) - k)
                ),
                "you added up the differences themselves, and positive and negative ones cancel. "
                "Square each of them first.",
            ),
            Mistake(
                lambda image, kernel: _with_patches(
                    image, kernel, lambda p, k: np.sum(p.astype(float) - k) ** 2
                ),
                "you squared the sum. Square each difference first, then add up: "
                "differences of opposite signs must not cancel.",
            ),
            Mistake(
                lambda image, kernel: _with_patches(
                    image, kernel, lambda p, k: np.sum(np.abs(p.astype(float) - k))
                ),
                "you added up the absolute differences. Squares were asked for: a large difference "
                "then weighs more than many small ones.",
            ),
            Mistake(
                lambda image, kernel: np.sqrt(distance_map(image, kernel)),
                "you took the root at the end. The squared distance was asked for, as it is.",
            ),
            Mistake(
                lambda image, kernel: _with_patches(
                    image, kernel, lambda p, k: np.mean((p.astype(float) - k) ** 2)
                ),
                "you took the mean of the squares. Their sum was asked for: use np.sum.",
            ),
            Mistake(
                lambda image, kernel: _with_patches(
                    image, kernel, lambda p, k: np.sum((p - k) ** 2)
                ),
                "right for all numbers but the bytes of an image: those run from 0 to 255, and "
                "3 − 5 becomes 254. Subtract with decimals: image.astype(float).",
            ),
            Mistake(_axes_exchanged, _AXES_EXCHANGED),
            Mistake(lambda image, kernel: distance_map(image, kernel).T, _AXES_EXCHANGED),
        ],
    ),
    ValueExercise(
        number="02.4",
        title="Find the kernel that shifts an image to the left",
        solution=shift_left_kernel,
        answer="shift_kernel",
        also_right=[[[0, 0, 0], [0, 0, 1], [0, 0, 0]]],
        lesson="the place of the single 1 says which neighbour each pixel is replaced by, and to "
        "move the image left every pixel takes its right neighbour.",
        why="Cell (i, j) of the result becomes image[i, j + 1], the pixel one to the right, so "
        "what was there now stands one further left.",
        hints=[
            "A kernel with a single 1 copies one pixel of the patch. With the 1 in the middle, "
            "which one, and what becomes of the image?",
            "For the image to move left, which neighbour's value must each pixel take over?",
        ],
        mistakes=[
            Mistake(
                _single_one(1, 0),
                "this kernel shifts the image to the right: each pixel takes its left neighbour's "
                "value. Move the 1 to the other side.",
            ),
            Mistake(
                _single_one(1, 1),
                "this is the identity: each pixel keeps its own value and nothing moves. Take the "
                "1 out of the middle.",
            ),
            Mistake(
                _single_one(2, 1),
                "this kernel shifts the image up: each pixel takes the value of the one below. "
                "To move sideways the 1 has to stand in the middle row.",
            ),
            Mistake(
                _single_one(0, 1),
                "this kernel shifts the image down: each pixel takes the value of the one above. "
                "To move sideways the 1 has to stand in the middle row.",
            ),
            Mistake(
                _is_scaled_shift,
                "the place is right, but the number there multiplies every pixel and changes the "
                "brightness or the sign. Let it be 1.",
                example=2 * _single_one(1, 2),
            ),
            Mistake(
                lambda kernel: kernel.shape == (3, 3) and np.count_nonzero(kernel) > 1,
                "this kernel mixes several neighbours into each pixel. A shift copies a single "
                "one: all entries are 0 but one.",
                example=np.array([[0, 0, 0], [1, 0, 1], [0, 0, 0]]),
            ),
            Mistake(_single_one(0, 0), _DIAGONAL.format("down and to the right")),
            Mistake(_single_one(0, 2), _DIAGONAL.format("down and to the left")),
            Mistake(_single_one(2, 0), _DIAGONAL.format("up and to the right")),
            Mistake(_single_one(2, 2), _DIAGONAL.format("up and to the left")),
            Mistake(
                _is_single_number,
                "there is a single number, but it is not 1, and it stands in another place: the "
                "image moves elsewhere and changes its brightness.",
                example=-3 * _single_one(2, 0),
            ),
            Mistake(
                lambda kernel: kernel.shape == (3, 3) and not kernel.any(),
                "this kernel makes every pixel 0. One of its cells has to be 1.",
                example=np.zeros((3, 3)),
            ),
            Mistake(
                lambda kernel: kernel.shape != (3, 3),
                "that isn't a 3×3 array. Give three rows of three numbers.",
                example=np.array([0, 0, 1]),
            ),
        ],
    ),
)
