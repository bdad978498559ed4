"""Exercises of notebook 03, convolution and cross-correlation."""

import numpy as np

from course_utils.convolution import convolution_matrix, convolve2d, correlate2d, patches
from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(3)
_LECTURE_IMAGE = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)
_LECTURE_KERNEL = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
_LOPSIDED = np.array([[1, 2, 0], [0, 1, 0], [0, 0, 0]])


# 03.1


def flip(kernel):
    return kernel[::-1, ::-1]


# 03.2


def convolve(image, kernel):
    return correlate2d(image, kernel[::-1, ::-1])


def _convolve_by_index(image, kernel):
    height, width = kernel.shape
    result = np.zeros((image.shape[0] - height + 1, image.shape[1] - width + 1))
    for i, j in np.ndindex(result.shape):
        for m, n in np.ndindex(kernel.shape):
            result[i, j] += image[i + height - 1 - m, j + width - 1 - n] * kernel[m, n]
    return result


_ONE_AXIS = (
    "you reversed one axis only, which mirrors the kernel. The flip of a convolution turns it by "
    "180°: reverse the rows and the columns, kernel[::-1, ::-1]."
)
_TRANSPOSED = (
    "you transposed the kernel: that exchanges rows and columns and leaves the top left cell where "
    "it is. A turn by 180° sends it to the bottom right: kernel[::-1, ::-1]."
)
_QUARTER_TURN = (
    "you turned the kernel by 90°. np.rot90 makes a quarter turn; the flip needs two of them, "
    "np.rot90(kernel, 2), or kernel[::-1, ::-1]."
)


# 03.3


def matrix_row(kernel, image_shape, i, j):
    canvas = np.zeros(image_shape)
    canvas[i : i + kernel.shape[0], j : j + kernel.shape[1]] = kernel
    return canvas.ravel()


def _row_of_library(kernel, image_shape, i, j):
    columns = image_shape[1] - kernel.shape[1] + 1
    return convolution_matrix(kernel, image_shape)[i * columns + j]


def _cells_in_one_run(kernel, image_shape, i, j):
    row = np.zeros(image_shape[0] * image_shape[1])
    start = i * image_shape[1] + j
    row[start : start + kernel.size] = kernel.ravel()
    return row


def _centred(kernel, image_shape, i, j):
    return convolution_matrix(kernel, image_shape, padding="same")[i * image_shape[1] + j]


# 03.4


def recover_kernel(image, output, kernel_shape):
    seen = patches(image, kernel_shape).reshape(output.size, -1)
    weights = np.linalg.lstsq(seen, output.ravel())[0]
    return weights.reshape(kernel_shape)[::-1, ::-1]


def _recover_by_normal_equations(image, output, kernel_shape):
    seen = patches(image, kernel_shape).reshape(output.size, -1)
    weights = np.linalg.solve(seen.T @ seen, seen.T @ output.ravel())
    return weights[::-1].reshape(kernel_shape)


def _recover_by_pseudoinverse(image, output, kernel_shape):
    seen = patches(image, kernel_shape)[..., ::-1, ::-1].reshape(output.size, -1)
    return (np.linalg.pinv(seen) @ output.ravel()).reshape(kernel_shape)


def _least_squares(image, output, kernel_shape):
    seen = patches(image, kernel_shape).reshape(output.size, -1)
    return np.linalg.lstsq(seen, output.ravel())


def _solve_as_square(image, output, kernel_shape):
    seen = patches(image, kernel_shape).reshape(output.size, -1)
    return np.linalg.solve(seen, output.ravel())


def _case_of_recovery(image, kernel):
    return image, convolve2d(image, kernel), kernel.shape


_NOT_RESHAPED = (
    "the weights are still a vector. Give them the kernel's shape with .reshape(kernel_shape), "
    "then turn them by 180°, because the output came from a convolution."
)


EXERCISES = (
    FunctionExercise(
        number="03.1",
        title="Flip a kernel",
        solution=flip,
        cases=[
            (np.arange(1, 10).reshape(3, 3),),
            (np.array([[1, 2, 3], [4, 5, 6]]),),
            (_random.normal(size=(4, 2)),),
            (np.array([[0.5, 1.5, 2.5, 3.5]]),),
        ],
        also_right=[np.flip, lambda kernel: np.rot90(kernel, 2)],
        lesson="the flip of a convolution reverses both axes, which turns the kernel by 180°.",
        why="The slice ::-1 walks an axis backwards, and the flip walks both of them backwards.",
        hints=[
            "Where does the top left cell have to go? To the bottom right: along both axes.",
            "The slice [::-1] reverses one axis. A matrix takes two slices, with a comma between.",
        ],
        mistakes=[
            Mistake(
                lambda kernel: kernel[::-1],
                "you reversed the rows only: the kernel is upside down. Reverse the columns as "
                "well, with a second slice after a comma.",
            ),
            Mistake(
                lambda kernel: kernel[:, ::-1],
                "you reversed the columns only: the kernel is mirrored. Reverse the rows as well, "
                "with ::-1 in place of the colon.",
            ),
            Mistake(lambda kernel: kernel.T, _TRANSPOSED),
            Mistake(lambda kernel: kernel[::-1, ::-1].T, _TRANSPOSED),
            Mistake(np.rot90, _QUARTER_TURN),
            Mistake(lambda kernel: np.rot90(kernel, -1), _QUARTER_TURN),
            Mistake(
                lambda kernel: kernel,
                "the kernel came back as it was. If you wrote [::-1] twice in a row, the second "
                "one undid the first: write both slices in one pair of brackets, [::-1, ::-1].",
            ),
            Mistake(
                lambda kernel: -kernel,
                "you changed the sign. For Sobel's kernel that is the same as the flip, but for "
                "no kernel without that antisymmetry: move the cells, don't change them.",
            ),
        ],
    ),
    FunctionExercise(
        number="03.2",
        title="Make a convolution out of a correlation",
        solution=convolve,
        cases=[
            (_LECTURE_IMAGE, _LOPSIDED),
            (_random.integers(0, 10, (4, 6)), _random.integers(-3, 4, (3, 3))),
            (_random.normal(size=(7, 5)), _random.normal(size=(2, 3))),
            (_random.integers(0, 256, (5, 6)), np.array([[0.1, 0.25], [0.3, 0.15], [0.05, 0.4]])),
            (_random.integers(0, 256, (4, 5)).astype(np.uint8), np.array([[0.1, 0.2, 0.4]])),
        ],
        also_right=[_convolve_by_index, convolve2d],
        lesson="a convolution is a correlation with the kernel turned by 180°, and nothing else "
        "separates the two.",
        why="correlate2d lays the kernel on each patch as it is, so a kernel that has been turned "
        "before gives the convolution.",
        hints=[
            "correlate2d(image, kernel) does all but one step. Which one is missing?",
            "Turn the kernel by 180° first, as in 03.1, and slide it then.",
        ],
        mistakes=[
            Mistake(
                correlate2d,
                "this is still the cross-correlation: the kernel was laid on the image as it is. "
                "Turn it by 180° first, kernel[::-1, ::-1].",
            ),
            Mistake(lambda image, kernel: correlate2d(image, kernel[::-1]), _ONE_AXIS),
            Mistake(lambda image, kernel: correlate2d(image, kernel[:, ::-1]), _ONE_AXIS),
            Mistake(lambda image, kernel: correlate2d(image, kernel.T), _TRANSPOSED),
            Mistake(lambda image, kernel: correlate2d(image, np.rot90(kernel)), _QUARTER_TURN),
            Mistake(lambda image, kernel: correlate2d(image, np.rot90(kernel, -1)), _QUARTER_TURN),
            Mistake(
                lambda image, kernel: -correlate2d(image, kernel),
                "you only changed the sign of the correlation. That is right for Sobel's kernel, "
                "whose flip is its negation, and for few others: turn the kernel instead.",
            ),
            Mistake(
                lambda image, kernel: correlate2d(image[::-1, ::-1], kernel),
                "you turned the image instead of the kernel, so the whole result stands on its "
                "head. Leave the image alone and turn the kernel.",
            ),
            Mistake(
                lambda image, kernel: correlate2d(image, kernel)[::-1, ::-1],
                "this is the correlation, turned by 180° as a whole: you turned the result, or "
                "image and kernel both. Turn the kernel alone, before it slides.",
            ),
            Mistake(
                lambda image, kernel: convolve2d(image, kernel, padding="same"),
                "the flip is right, but the result is as large as the image: zeros were added "
                'around it. Leave padding="same" out; the kernel stays inside here.',
            ),
            Mistake(
                lambda image, kernel: convolve2d(image, kernel, padding="full"),
                "the flip is right, but the result is larger than the image: zeros were added "
                'around it. Leave padding="full" out; the kernel stays inside here.',
            ),
            Mistake(
                lambda image, kernel: correlate2d(kernel[::-1, ::-1], image),
                "the arguments are exchanged, so the image would have to slide over the kernel. "
                "The image comes first, the kernel second.",
            ),
        ],
    ),
    FunctionExercise(
        number="03.3",
        title="Write one row of the matrix",
        solution=matrix_row,
        cases=[
            (_LECTURE_KERNEL, (5, 5), 0, 0),
            (_LOPSIDED, (5, 5), 1, 2),
            (_random.integers(1, 9, (2, 3)), (4, 6), 2, 1),
            (_random.normal(size=(2, 3)).round(2), (5, 6), 0, 2),
            (_random.normal(size=(3, 2)).round(2), (6, 4), 2, 1),
            (_random.normal(size=(1, 4)).round(2), (4, 5), 3, 0),
        ],
        also_right=[_row_of_library],
        lesson="a row of the matrix is an image of zeros with the kernel lying on one patch, read "
        "row after row.",
        why="The inner product of the row with the image read in the same order multiplies each "
        "weight with the pixel under it, and everything else with zero.",
        hints=[
            "Begin with an image of zeros. Where does the kernel lie for output cell (i, j)?",
            "Its top left cell lies on (i, j): canvas[i : i + rows, j : j + columns] = kernel.",
            "canvas.ravel() reads the image row after row.",
        ],
        mistakes=[
            Mistake(
                lambda kernel, image_shape, i, j: matrix_row(kernel, image_shape, i, j).reshape(
                    image_shape
                ),
                "the kernel lies where it should, but this is still an image. The matrix needs a "
                "vector: read it row after row with .ravel().",
            ),
            Mistake(
                _cells_in_one_run,
                "you put the kernel's cells next to each other. Two rows of a patch lie a whole "
                "image row apart: put the kernel on an image of zeros first, then use .ravel().",
            ),
            Mistake(
                lambda kernel, image_shape, i, j: matrix_row(kernel[::-1, ::-1], image_shape, i, j),
                "you flipped the kernel: that is the row for a convolution. Here the kernel lies "
                "on the patch as it is.",
            ),
            Mistake(
                lambda kernel, image_shape, i, j: (
                    matrix_row(kernel, image_shape, i, j).reshape(image_shape).ravel(order="F")
                ),
                "you read the canvas column after column. The pixels are taken row after row, so "
                'the weights must be, too: .ravel() without order="F".',
            ),
            Mistake(
                lambda kernel, image_shape, i, j: matrix_row(kernel, image_shape, j, i),
                "i and j are exchanged. The first index counts rows: rows i to i + kernel rows, "
                "columns j to j + kernel columns.",
            ),
            Mistake(
                _centred,
                "you put the kernel's centre on (i, j). Without padding, its top left cell lies "
                "there: begin at row i and column j.",
            ),
            Mistake(
                lambda kernel, image_shape, i, j: matrix_row(
                    np.ones(kernel.shape), image_shape, i, j
                ),
                "you marked the patch with ones. Put the kernel's weights there, all of them, the "
                "zeros as well.",
            ),
        ],
    ),
    FunctionExercise(
        number="03.4",
        title="Recover the kernel of a convolution",
        solution=recover_kernel,
        cases=[
            _case_of_recovery(_random.normal(size=(8, 8)), _LOPSIDED),
            _case_of_recovery(_random.normal(size=(9, 7)), _random.normal(size=(3, 3))),
            _case_of_recovery(_random.normal(size=(6, 9)), _random.normal(size=(2, 3))),
            _case_of_recovery(
                _random.integers(0, 9, (9, 6)), np.array([[0.5, -1], [2, 0.25], [0, 3]])
            ),
        ],
        also_right=[_recover_by_normal_equations, _recover_by_pseudoinverse],
        lesson="input and output determine the kernel, and whoever learns it from patches learns "
        "the flipped one without knowing.",
        why="Least squares finds the weights that lie on the patches as they are, and the kernel "
        "of the convolution is those weights turned back by 180°.",
        hints=[
            "Each patch, read as a vector, times the unknown weights is one cell of the output.",
            "patches(image, kernel_shape).reshape(output.size, -1) has one patch a row; "
            "np.linalg.lstsq(…)[0] gives the weights.",
            "Those weights belong to a correlation. What turns them into the convolution's?",
        ],
        mistakes=[
            Mistake(
                lambda image, output, kernel_shape: recover_kernel(image, output, kernel_shape)[
                    ::-1, ::-1
                ],
                "this is the kernel turned by 180°. Weights fitted to patches belong to a "
                "correlation, but the output came from a convolution: turn them back.",
            ),
            Mistake(
                lambda image, output, kernel_shape: recover_kernel(
                    image, output, kernel_shape
                ).ravel(),
                _NOT_RESHAPED,
            ),
            Mistake(
                lambda image, output, kernel_shape: _least_squares(image, output, kernel_shape)[0],
                _NOT_RESHAPED,
            ),
            Mistake(
                _least_squares,
                "np.linalg.lstsq returns four things: the weights, the squared error, the rank "
                "and the singular values. Take the first, with [0].",
            ),
            Mistake(
                _solve_as_square,
                "np.linalg.solve wants as many equations as unknowns, and here are more: one for "
                "each output cell. Use np.linalg.lstsq(…)[0].",
            ),
            Mistake(
                lambda image, output, kernel_shape: recover_kernel(image, output, kernel_shape)[
                    ::-1
                ],
                _ONE_AXIS,
            ),
            Mistake(
                lambda image, output, kernel_shape: recover_kernel(image, output, kernel_shape)[
                    :, ::-1
                ],
                _ONE_AXIS,
            ),
            Mistake(
                lambda image, output, kernel_shape: recover_kernel(image, output, kernel_shape).T,
                _TRANSPOSED,
            ),
        ],
    ),
)
