"""Exercises of notebook 09, a CNN from scratch."""

import numpy as np

from course_utils.convolution import convolve2d, correlate2d
from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise
from course_utils.layers import MaxPooling2D

_random = np.random.default_rng(9)


# 09.1


def my_central_difference(loss, values, step):
    slopes = np.zeros(values.shape)
    for index in np.ndindex(values.shape):
        above, below = values.copy(), values.copy()
        above[index] += step
        below[index] -= step
        slopes[index] = (loss(above) - loss(below)) / (2 * step)
    return slopes


def _by_steps(slope):
    """A function that nudges one number at a time and makes a slope of three losses."""

    def function(loss, values, step):
        slopes = np.zeros(values.shape)
        for index in np.ndindex(values.shape):
            nudge = np.zeros(values.shape)
            nudge[index] = step
            slopes[index] = slope(loss(values + nudge), loss(values), loss(values - nudge), step)
        return slopes

    return function


def _all_at_once(loss, values, step):
    return (loss(values + step) - loss(values - step)) / (2 * step)


def _never_put_back(loss, values, step):
    slopes, values = np.zeros(values.shape), values.copy()
    for index in np.ndindex(values.shape):
        values[index] += step
        above = loss(values)
        values[index] -= step
        values[index] -= step
        slopes[index] = (above - loss(values)) / (2 * step)
    return slopes


def _sum_of_cubes(values):
    return float(np.sum(values**3))


def _product_of_neighbours(values):
    return float(np.sum(values[:, 1:] * values[:, :-1] ** 3))


_ALL_AT_ONCE = (
    "every number was nudged at the same time, so what you measured is one slope for all of them "
    "together. Nudge one at a time: loop over np.ndindex(values.shape)."
)


# 09.2


def my_kernel_gradient(image, gradient):
    rows, columns = gradient.shape
    height = image.shape[0] - rows + 1
    width = image.shape[1] - columns + 1
    slopes = np.zeros((height, width))
    for i in range(rows):
        for j in range(columns):
            patch = image[i : i + height, j : j + width]
            slopes += gradient[i, j] * patch
    return slopes


def _last_patch(image, gradient):
    height = image.shape[0] - gradient.shape[0] + 1
    width = image.shape[1] - gradient.shape[1] + 1
    return gradient[-1, -1] * image[-height:, -width:]


def _height_and_width_exchanged(image, gradient):
    rows, columns = gradient.shape
    height, width = image.shape[1] - columns + 1, image.shape[0] - rows + 1
    slopes = np.zeros((height, width))
    for i in range(rows):
        for j in range(columns):
            slopes += gradient[i, j] * image[i : i + height, j : j + width]
    return slopes


def _same_shape_as_the_gradient(image, gradient):
    rows, columns = gradient.shape
    slopes = np.zeros((rows, columns))
    for i in range(image.shape[0] - rows + 1):
        for j in range(image.shape[1] - columns + 1):
            slopes += gradient * image[i : i + rows, j : j + columns]
    return slopes


_FLIPPED = (
    "something is turned by 180°: the slopes are right for a layer that convolves. Ours "
    "correlates, so gradient[i, j] meets the patch that begins at image[i, j], unflipped."
)


# 09.3


def my_relu_backward(x, gradient):
    return gradient * (x > 0)


# 09.4


def map_with_one_winner():
    return np.array([[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])


def _routed(feature_map):
    """What reaches each cell of a 4×4 map when the slopes 1, 2, 3, 4 arrive."""
    layer = MaxPooling2D(3, stride=1)
    layer.forward(np.asarray(feature_map, float)[None, :, :, None])
    return layer.backward(np.array([[1.0, 2], [3, 4]])[None, :, :, None])[0, :, :, 0]


def _has_one_winner(feature_map):
    return (
        np.isfinite(feature_map).all()
        and feature_map.shape == (4, 4)
        and np.count_nonzero(_routed(feature_map)) == 1
    )


def _is_constant(feature_map):
    return feature_map.shape == (4, 4) and np.ptp(feature_map) == 0


def _wins_outside_the_centre(feature_map):
    row, column = np.unravel_index(feature_map.argmax(), (4, 4))
    alone = np.sum(feature_map == feature_map.max()) == 1
    return alone and not (row in (1, 2) and column in (1, 2))


# 09.5


def my_softmax(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    return powers / powers.sum(axis=1, keepdims=True)


def _softmax_by_rows(scores):
    rows = []
    for row in scores:
        powers = np.exp(row - np.max(row))
        rows.append(powers / np.sum(powers))
    return np.array(rows)


def _without_shift(scores):
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)


def _down_the_columns(scores):
    powers = np.exp(scores - scores.max(axis=0))
    return powers / powers.sum(axis=0)


def _over_everything(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def _one_shift_for_all(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=1, keepdims=True)


def _shares_without_powers(scores):
    return scores / scores.sum(axis=1, keepdims=True)


def _shifted_by(something):
    """A softmax that takes something else than the largest score off each row."""

    def answer(scores):
        powers = np.exp(scores - something(scores))
        return powers / powers.sum(axis=1, keepdims=True)

    return answer


_WRONG_SHIFT = (
    "what you take off is not the row's largest score, so a score far above it still overflows. "
    "Subtract scores.max(axis=1, keepdims=True)."
)


def _by_the_largest(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.max(axis=1, keepdims=True)


EXERCISES = (
    FunctionExercise(
        number="09.1",
        title="Measure slopes by small steps",
        solution=my_central_difference,
        cases=[
            (_sum_of_cubes, np.array([1.0, -2.0, 3.0]), 0.5),
            (_product_of_neighbours, _random.normal(size=(2, 3)), 0.25),
        ],
        also_right=[_by_steps(lambda up, here, down, step: (up - down) / (2 * step))],
        lesson="two losses for each number give its slope, whatever is between the number and "
        "the loss.",
        why="The copies keep values as they were, so that every slope is measured from the same "
        "place.",
        hints=[
            "np.ndindex(values.shape) runs through all indices, whatever the number of axes.",
            "For each index: a copy with that number step higher, a copy with it step lower, and "
            "the loss of both.",
            "The two places are 2 · step apart.",
        ],
        mistakes=[
            Mistake(
                _by_steps(lambda up, here, down, step: (up - here) / step),
                "you stepped to one side only. Its error shrinks with step; to both sides, "
                "(loss above − loss below) / (2 · step), it shrinks with step squared.",
            ),
            Mistake(
                _by_steps(lambda up, here, down, step: (here - down) / step),
                "you stepped down only. Take the loss above as well: "
                "(loss above − loss below) / (2 · step).",
            ),
            Mistake(
                _by_steps(lambda up, here, down, step: (up - down) / step),
                "your slopes are twice too large: the two places are 2 · step apart.",
            ),
            Mistake(
                _by_steps(lambda up, here, down, step: up - down),
                "these are differences of losses. A slope is the difference divided by the "
                "distance, 2 · step.",
            ),
            Mistake(
                _by_steps(lambda up, here, down, step: (down - up) / (2 * step)),
                "the sign is reversed: take the loss above minus the loss below.",
            ),
            Mistake(
                _by_steps(lambda up, here, down, step: (up - down) / 2 * step),
                "/ 2 * step divides by 2 and then multiplies by step. Write / (2 * step).",
            ),
            Mistake(_all_at_once, _ALL_AT_ONCE),
            Mistake(
                _never_put_back,
                "a number stays nudged when the next one is measured. Put it back, or nudge a "
                "copy each time.",
            ),
            Mistake(
                lambda loss, values, step: my_central_difference(loss, values, 1e-5),
                "you took a step of your own. Use the `step` that is given: the answer depends on "
                "it.",
            ),
        ],
    ),
    FunctionExercise(
        number="09.2",
        title="The gradient of the kernel, by loops",
        solution=my_kernel_gradient,
        cases=[
            (_random.integers(0, 4, (4, 5)), _random.integers(-3, 4, (3, 3))),
            (_random.normal(size=(5, 7)), _random.normal(size=(2, 5))),
            (_random.normal(size=(6, 4)), _random.normal(size=(6, 1))),
            # of whole numbers, with slopes that are none
            (_random.integers(0, 256, (5, 4)), _random.random((2, 3)).round(2)),
            (_random.integers(0, 256, (4, 6)).astype(np.uint8), _random.random((3, 2)).round(2)),
        ],
        also_right=[correlate2d],
        lesson="the gradient of the kernel is the correlation of the image with the gradient of "
        "the output.",
        why="Output cell [i, j] saw the patch that begins at [i, j], so it passes back that patch, "
        "weighted by its own slope.",
        hints=[
            "A kernel with n − k + 1 rows of answers has k = n − rows + 1 rows itself.",
            "Begin with zeros of the kernel's shape, and loop over the cells of gradient.",
            "What does output cell [i, j] add? Its slope times its patch.",
        ],
        mistakes=[
            Mistake(convolve2d, _FLIPPED),
            Mistake(lambda image, gradient: correlate2d(image, gradient)[::-1, ::-1], _FLIPPED),
            Mistake(
                _height_and_width_exchanged,
                "height and width of the kernel are exchanged: the height comes from "
                "image.shape[0] and the rows of gradient.",
            ),
            Mistake(
                _same_shape_as_the_gradient,
                "your result has the gradient's shape. It needs the kernel's: one slope for each "
                "weight, image.shape − gradient.shape + 1 along each axis.",
            ),
            Mistake(
                lambda image, gradient: correlate2d(image, gradient) / gradient.size,
                "you took the mean over the output cells. The loss depends on each of them, and "
                "their contributions add up.",
            ),
            Mistake(
                _last_patch,
                "only the last patch is left: the slopes are overwritten at every turn. Add to "
                "them with +=.",
            ),
            Mistake(
                lambda image, gradient: correlate2d(image, np.ones(gradient.shape)),
                "you added the patches without weights. Multiply each by its cell's slope, "
                "gradient[i, j].",
            ),
            Mistake(
                lambda image, gradient: correlate2d(image, -gradient),
                "the sign is reversed. The minus comes later, in the step downhill; the slope "
                "itself has none.",
            ),
        ],
    ),
    FunctionExercise(
        number="09.3",
        title="ReLU backward",
        solution=my_relu_backward,
        cases=[
            (np.array([-2.0, 1.0, 3.0, -0.5]), np.array([5.0, 6.0, -7.0, -8.0])),
            (_random.normal(size=(2, 3, 4)), _random.normal(size=(2, 3, 4))),
            (np.array([[0.0, 2.0], [-1.0, 0.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])),
            (np.array([[3, -1, 2], [0, 2, -4]]), np.array([[0.5, 1.5, -2.5], [2.5, -0.75, 0.25]])),
        ],
        also_right=[lambda x, gradient: np.where(x > 0, gradient, 0)],
        lesson="a ReLU is a switch: where the input was positive the slope passes as it is, "
        "elsewhere nothing passes.",
        why="x > 0 is 1 or 0 for each cell: the slope of max(0, x).",
        hints=[
            "Above 0 the output is x itself. What is its slope? And below 0?",
            "x > 0 is an array of truth values, and counts as 1 and 0 in a product.",
        ],
        mistakes=[
            Mistake(
                lambda x, gradient: gradient.copy(),
                "everything passes. Where x was negative the output stayed 0 whatever x did: "
                "its slope there is 0.",
            ),
            Mistake(
                lambda x, gradient: np.maximum(gradient, 0),
                "you looked at the sign of the gradient. What counts is the sign of x; a negative "
                "slope passes where x was positive.",
            ),
            Mistake(
                lambda x, gradient: gradient * np.maximum(x, 0),
                "you multiplied by the value of ReLU. Multiply by its slope, which is 1 wherever "
                "x is positive.",
            ),
            Mistake(
                lambda x, gradient: gradient * x,
                "you multiplied by x. Multiply by the slope of max(0, x), which is 1 or 0.",
            ),
            Mistake(
                lambda x, gradient: (x > 0) * 1.0,
                "this is the slope of ReLU alone. The chain rule multiplies it by the gradient "
                "that arrives.",
            ),
            Mistake(
                lambda x, gradient: gradient * (x < 0),
                "it is the other way round: the gradient passes where x was positive.",
            ),
            Mistake(
                lambda x, gradient: gradient * (x >= 0),
                "right but for x = 0. There max(0, x) has a kink, and the libraries agree to let "
                "nothing pass: x > 0.",
            ),
            Mistake(
                lambda x, gradient: gradient * np.sign(x),
                "np.sign gives −1 for negative x. The slope of ReLU is 0 there.",
            ),
        ],
    ),
    ValueExercise(
        number="09.4",
        title="A map in which one cell gets every slope",
        solution=map_with_one_winner,
        answer="one_winner",
        also_right=[
            [[9, 1, 2, 3], [4, 5, 6, 7], [8, 1, 10, 3], [4, 5, 6, 9]],
            -np.arange(16).reshape(4, 4)[::-1] * np.array([[1, 1, 1, 1], [1, 1, 0, 1]] * 2),
        ],
        accepts=_has_one_winner,
        lesson="a cell that wins in several windows gets the sum of their slopes, 1 + 2 + 3 + 4 "
        "= 10, and all the others get nothing.",
        why="Only the four cells in the middle are seen by all four windows; the largest number "
        "stands on one of them.",
        hints=[
            "The 3×3 window at the top left sees rows 0 to 2 and columns 0 to 2. The others?",
            "Which cells are seen by all four windows? One of them has to be the largest.",
        ],
        mistakes=[
            Mistake(
                lambda given: not np.isfinite(given).all(),
                "a cell is nan or infinite. Give sixteen numbers.",
                example=np.full((4, 4), np.nan),
            ),
            Mistake(
                lambda given: given.shape != (4, 4),
                "the map before pooling has four rows and four columns: give a 4×4 array.",
                example=np.array([[0, 0], [0, 1]]),
            ),
            Mistake(
                _is_constant,
                "all cells are equal, a tie in every window, and the first cell of each window "
                "wins: four winners. One cell has to be larger than the others.",
                example=np.ones((4, 4)),
            ),
            Mistake(
                _wins_outside_the_centre,
                "not all four windows see your largest number, so other cells win in the rest. "
                "Put it on one of the four cells in the middle.",
                example=[[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
            ),
            Mistake(
                lambda feature_map: np.sum(feature_map == feature_map.max()) > 1,
                "the largest number stands in several cells, and the first one in each window wins "
                "there. Make one of the four cells in the middle larger than all others.",
                example=[[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
            ),
        ],
    ),
    FunctionExercise(
        number="09.5",
        title="A softmax that never overflows",
        solution=my_softmax,
        cases=[
            (np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 3.0]]),),
            (_random.normal(size=(4, 3)),),
            (np.array([[1000.0, 999.0], [-1000.0, -1001.0], [5.0, 5.0]]),),
            # wide rows: only the largest score taken off keeps every power in range
            (
                np.array(
                    [
                        [1000.0, 0.0, -1000.0],
                        [-1000.0, 0.0, 1000.0],
                        [1000.0, 999.0, -1000.0],
                        [0.0, 1000.0, 999.5],
                        [-900.0, -901.0, -2000.0],
                    ]
                ),
            ),
        ],
        also_right=[_softmax_by_rows],
        lesson="scores count by their differences alone, so the largest may always be taken off "
        "before exp.",
        why="exp(s − m) / Σ exp(s − m) has the factor exp(−m) above and below, and after the "
        "shift no power is larger than 1.",
        hints=[
            "Each row is one image: every sum runs along axis=1.",
            "keepdims=True leaves a column (batch, 1), which fits to (batch, classes).",
            "exp(1000) is infinite. Take the row's largest score off first: what changes?",
        ],
        mistakes=[
            Mistake(
                _without_shift,
                "right for small scores, but np.exp(1000) is infinite, and inf / inf is nan. "
                "Subtract each row's largest score first.",
            ),
            Mistake(
                _down_the_columns,
                "the probabilities add up to 1 down the columns. Rows are images, so sum and "
                "maximum run along axis=1.",
            ),
            Mistake(
                _over_everything,
                "all probabilities of the batch together add up to 1. Each image has its own sum: "
                "axis=1, keepdims=True.",
            ),
            Mistake(
                _one_shift_for_all,
                "one maximum is taken off everywhere, and in a row of much smaller scores all "
                "powers become 0. Each row needs its own: axis=1, keepdims=True.",
            ),
            Mistake(
                _shares_without_powers,
                "you divided the scores themselves. Negative ones would become negative "
                "probabilities: take np.exp first.",
            ),
            Mistake(
                _by_the_largest,
                "you divided by the largest power, so the winner always gets 1. Divide by the sum.",
            ),
            Mistake(
                lambda scores: np.log(_softmax_by_rows(scores)),
                "these are logarithms of probabilities. Leave the log for the loss.",
            ),
            Mistake(_shifted_by(lambda scores: scores.mean(axis=1, keepdims=True)), _WRONG_SHIFT),
            Mistake(_shifted_by(lambda scores: scores.min(axis=1, keepdims=True)), _WRONG_SHIFT),
            Mistake(
                _shifted_by(lambda scores: np.median(scores, axis=1, keepdims=True)), _WRONG_SHIFT
            ),
            Mistake(_shifted_by(lambda scores: scores[:, :1]), _WRONG_SHIFT),
            Mistake(_shifted_by(lambda scores: scores[:, -1:]), _WRONG_SHIFT),
            Mistake(
                _shifted_by(lambda scores: np.abs(scores).max(axis=1, keepdims=True)),
                "you took off the largest absolute value. In a row of very negative scores all "
                "powers become 0: subtract the largest score itself.",
            ),
        ],
    ),
)
