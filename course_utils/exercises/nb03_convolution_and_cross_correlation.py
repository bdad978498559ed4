"""Exercises of notebook 03, convolution and cross-correlation."""

import numpy as np

from course_utils.convolution import convolution_matrix, convolve2d, correlate2d, patches
from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(3)
_LECTURE_KERNEL = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
_LOPSIDED = np.array([[1, 2, 0], [0, 1, 0], [0, 0, 0]])


# 03.1


def flip(kernel):
    return kernel[::-1, ::-1]


# 03.2


def which_operation(function):
    kernel = np.arange(1, 10).reshape(3, 3)
    impulse = np.zeros((5, 5))
    impulse[2, 2] = 1
    answer = function(impulse, kernel)
    if np.allclose(answer, kernel):
        return "convolution"
    if np.allclose(answer, kernel[::-1, ::-1]):
        return "correlation"
    return "neither"


def transposed_correlation(image, kernel):
    return correlate2d(image, kernel.T)


def mirrored_correlation(image, kernel):
    return correlate2d(image, kernel[:, ::-1])


def negated_correlation(image, kernel):
    return -correlate2d(image, kernel)


def _asked_with(kernel):
    """The right test, but with this kernel."""

    def which(function):
        impulse = np.zeros((5, 5))
        impulse[2, 2] = 1
        answer = function(impulse, kernel)
        if np.allclose(answer, kernel):
            return "convolution"
        return "correlation" if np.allclose(answer, kernel[::-1, ::-1]) else "neither"

    return which


def _compared_with_the_course(function):
    image, kernel = np.arange(20.0).reshape(4, 5) ** 2, np.array([[1, 2], [3, 5]])
    if np.allclose(function(image, kernel), convolve2d(image, kernel)):
        return "convolution"
    same = np.allclose(function(image, kernel), correlate2d(image, kernel))
    return "correlation" if same else "neither"


def _two_answers_only(function):
    return "convolution" if which_operation(function) == "convolution" else "correlation"


def _exchanged(function):
    other = {"convolution": "correlation", "correlation": "convolution", "neither": "neither"}
    return other[which_operation(function)]


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


# 03.4


def where_it_goes(kernel, image_shape, i, j):
    image = np.zeros(image_shape)
    image[i, j] = 1
    return correlate2d(image, kernel)


def _column_of_library(kernel, image_shape, i, j):
    rows, columns = image_shape[0] - kernel.shape[0] + 1, image_shape[1] - kernel.shape[1] + 1
    column = convolution_matrix(kernel, image_shape)[:, i * image_shape[1] + j]
    return column.reshape(rows, columns)


def _by_reversed_weights(kernel, image_shape, i, j):
    rows, columns = image_shape[0] - kernel.shape[0] + 1, image_shape[1] - kernel.shape[1] + 1
    result = np.zeros((rows, columns))
    for m, n in np.ndindex(kernel.shape):
        if 0 <= i - m < rows and 0 <= j - n < columns:
            result[i - m, j - n] = kernel[m, n]
    return result


def _row_instead(kernel, image_shape, i, j):
    canvas = np.zeros(image_shape)
    canvas[i : i + kernel.shape[0], j : j + kernel.shape[1]] = kernel
    return canvas


def _laid_unturned(kernel, image_shape, i, j):
    return where_it_goes(kernel[::-1, ::-1], image_shape, i, j)


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
        title="Ask a function what it computes",
        solution=which_operation,
        cases=[
            (correlate2d,),
            (convolve2d,),
            (transposed_correlation,),
            (mirrored_correlation,),
            (negated_correlation,),
        ],
        also_right=[
            _compared_with_the_course,
            _asked_with(np.array([[1, 2, 0], [0, 0, 3], [4, 0, 0]])),
        ],
        lesson="an impulse and one kernel without symmetry tell a convolution, which gives the "
        "kernel back, from a correlation, which gives it turned by 180°.",
        why="Nine different numbers have no symmetry at all, so every other turn, mirror or sign "
        "gives an answer that equals neither.",
        hints=[
            "Hand the function an image with a single 1 in its middle, and a kernel whose cells "
            "all differ. What does a convolution answer?",
            "Compare the answer with the kernel, and with the kernel turned by 180°. What if it "
            "is neither of the two?",
        ],
        mistakes=[
            Mistake(
                _exchanged,
                "the two names are exchanged. The convolution gives the kernel back as it is; the "
                "correlation gives it turned by 180°.",
            ),
            Mistake(
                _two_answers_only,
                "not everything that isn't a convolution is a correlation: some of these functions "
                "mirror, transpose or negate. Compare with the turned kernel as well.",
            ),
            Mistake(
                lambda function: (
                    "correlation" if which_operation(function) == "correlation" else "convolution"
                ),
                "not everything that isn't a correlation is a convolution: some of these functions "
                "mirror, transpose or negate. Compare with the kernel itself as well.",
            ),
            Mistake(
                _asked_with(_LECTURE_KERNEL),
                "your kernel looks the same when it is turned, so it can't tell the two apart. "
                "Ask with a kernel whose cells all differ.",
            ),
            Mistake(
                _asked_with(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])),
                "you asked with Sobel's kernel, or one like it: turned, it is its own negation, so "
                "a change of sign passes for a flip. Ask with a kernel without any symmetry.",
            ),
            Mistake(
                _asked_with(np.array([[1, 2, 3], [2, 4, 5], [3, 5, 6]])),
                "your kernel is equal to its transpose, so a function that exchanges rows and "
                "columns passes. Ask with a kernel whose cells all differ.",
            ),
            Mistake(
                lambda function: function(np.eye(5), np.arange(1, 10).reshape(3, 3)),
                "this is what the function answers. Compare that with the kernel and the turned "
                'kernel, and return a text: "convolution", "correlation" or "neither".',
            ),
        ],
    ),
    FunctionExercise(
        number="03.3",
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
        lesson="input and output determine the kernel, and a fit on patches finds the flipped one "
        "without knowing.",
        why="Least squares finds the weights that lie on the patches as they are, and the kernel "
        "of the convolution is those weights turned back by 180°.",
        hints=[
            "Each patch, read as a vector, times the unknown weights is one cell of the output.",
            "patches(image, kernel_shape).reshape(output.size, -1) has one patch in each row; "
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
    FunctionExercise(
        number="03.4",
        title="Follow one pixel through the matrix",
        solution=where_it_goes,
        cases=[
            (np.arange(1, 10).reshape(3, 3), (5, 5), 2, 2),
            (_LOPSIDED, (5, 5), 1, 3),
            (_random.integers(1, 9, (2, 3)), (4, 6), 2, 1),
            (_random.normal(size=(2, 3)).round(2), (5, 6), 0, 2),
            (_random.normal(size=(3, 2)).round(2), (6, 4), 5, 3),
            (_random.normal(size=(1, 4)).round(2), (4, 5), 3, 0),
        ],
        also_right=[_column_of_library, _by_reversed_weights],
        lesson="a row of the matrix holds the kernel as it is, a column holds it turned by 180°: "
        "where an output comes from, and where a pixel goes to, are each other's flip.",
        why="A matrix times an image with a single 1 is one column of the matrix, so the column is "
        "the answer to an impulse.",
        hints=[
            "A matrix times a vector that is 1 in one place and 0 elsewhere picks out a column. "
            "Which image is that vector?",
            "Make an image of zeros with a 1 at (i, j), and let the correlation answer it.",
        ],
        mistakes=[
            Mistake(
                lambda kernel, image_shape, i, j: where_it_goes(kernel, image_shape, i, j).ravel(),
                "the column is right, but it is still a vector. Arrange it as the feature map, "
                "image rows − kernel rows + 1 rows and so on.",
            ),
            Mistake(
                _row_instead,
                "this is a row of the matrix, drawn as an image: where output cell (i, j) comes "
                "from. Asked is where pixel (i, j) goes to.",
            ),
            Mistake(
                lambda kernel, image_shape, i, j: _row_instead(kernel, image_shape, i, j).ravel(),
                "this is a row of the matrix: where output cell (i, j) comes from. Asked is a "
                "column: where pixel (i, j) goes to.",
            ),
            Mistake(
                _laid_unturned,
                "the right cells, but the kernel lies in them unturned: that is a convolution. "
                "The window that begins furthest up has the pixel under its lowest weight.",
            ),
            Mistake(
                lambda kernel, image_shape, i, j: convolve2d(
                    where_it_goes(np.ones((1, 1)), image_shape, i, j), kernel, padding="full"
                ),
                "your map is larger than the image, as under full padding. Without padding there "
                "are image − kernel + 1 places along each axis.",
            ),
            Mistake(
                lambda kernel, image_shape, i, j: where_it_goes(kernel, image_shape, j, i),
                "i and j are exchanged. The first index counts rows, the second columns.",
            ),
            Mistake(
                lambda kernel, image_shape, i, j: where_it_goes(
                    np.ones(kernel.shape), image_shape, i, j
                ),
                "you marked the cells that the pixel reaches with ones. Put the weights there with "
                "which it reaches them.",
            ),
        ],
    ),
)
