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


# 09.4


def my_pool_backward(x, gradient, size, stride):
    slopes = np.zeros(x.shape)
    for b, i, j, c in np.ndindex(gradient.shape):
        top, left = i * stride, j * stride
        window = x[b, top : top + size, left : left + size, c]
        m, n = np.unravel_index(window.argmax(), window.shape)
        slopes[b, top + m, left + n, c] += gradient[b, i, j, c]
    return slopes


def _pool_backward_with(share, step=lambda size, stride: stride):
    """A backward pass that gives each cell of a window its share of the window's slope."""

    def answer(x, gradient, size, stride):
        slopes, s = np.zeros(x.shape), step(size, stride)
        for b, i, j, c in np.ndindex(gradient.shape):
            window = x[b, i * s : i * s + size, j * s : j * s + size, c]
            place = slopes[b, i * s : i * s + size, j * s : j * s + size, c]
            place += share(window) * gradient[b, i, j, c]
        return slopes

    return answer


def _first_winner(window):
    return np.arange(window.size).reshape(window.shape) == window.argmax()


def _last_winner(window):
    last = window.size - 1 - window.ravel()[::-1].argmax()
    return np.arange(window.size).reshape(window.shape) == last


def _first_winner_by_columns(window):
    return _first_winner(window.T).T


def _by_cells_of_the_window(x, gradient, size, stride):
    rows, columns = gradient.shape[1:3]
    slopes, waiting = np.zeros(x.shape), np.ones(gradient.shape, bool)
    cells = [
        np.s_[:, m : m + stride * rows : stride, n : n + stride * columns : stride]
        for m, n in np.ndindex(size, size)
    ]
    largest = np.max([x[cell] for cell in cells], axis=0)
    for cell in cells:
        wins = waiting & (x[cell] == largest)
        slopes[cell] += wins * gradient
        waiting &= ~wins
    return slopes


def _overwritten(x, gradient, size, stride):
    slopes = np.zeros(x.shape)
    for b, i, j, c in np.ndindex(gradient.shape):
        top, left = i * stride, j * stride
        window = x[b, top : top + size, left : left + size, c]
        m, n = np.unravel_index(window.argmax(), window.shape)
        slopes[b, top + m, left + n, c] = gradient[b, i, j, c]
    return slopes


def _one_winner_for_all_channels(x, gradient, size, stride):
    slopes = np.zeros(x.shape)
    for b, i, j, c in np.ndindex(gradient.shape):
        top, left = i * stride, j * stride
        window = x[b, top : top + size, left : left + size].max(axis=-1)
        m, n = np.unravel_index(window.argmax(), window.shape)
        slopes[b, top + m, left + n, c] += gradient[b, i, j, c]
    return slopes


def _place_in_the_window_only(x, gradient, size, stride):
    slopes = np.zeros(x.shape)
    for b, i, j, c in np.ndindex(gradient.shape):
        top, left = i * stride, j * stride
        window = x[b, top : top + size, left : left + size, c]
        m, n = np.unravel_index(window.argmax(), window.shape)
        slopes[b, m, n, c] += gradient[b, i, j, c]
    return slopes


def _of_the_lesson(x, gradient, size, stride):
    """The lesson's own lines, right for windows 2×2 that neither overlap nor leave gaps."""
    b, h, w, c = x.shape
    slopes, waiting = np.zeros(x.shape), np.ones(gradient.shape, bool)
    largest = x.reshape(b, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))
    for m, n in np.ndindex(2, 2):
        wins = waiting & (x[:, m::2, n::2] == largest)
        slopes[:, m::2, n::2] = np.where(wins, gradient, 0)
        waiting &= ~wins
    return slopes


def _pooling_cases():
    draw = np.random.default_rng(94)
    shapes = [  # of x, size, stride: the lesson's windows, overlaps, a rest at the borders, gaps
        ((1, 4, 4, 1), 2, 2),
        ((1, 5, 4, 1), 3, 1),
        ((2, 8, 7, 3), 3, 2),
        ((1, 8, 9, 2), 2, 3),
    ]
    cases = []
    for shape, size, stride in shapes:
        x = draw.permutation(np.arange(float(np.prod(shape)))).reshape(shape)
        b, h, w, c = shape
        out = (b, (h - size) // stride + 1, (w - size) // stride + 1, c)
        cases.append((x, draw.normal(size=out).round(2), size, stride))
    # whole numbers with ties, negative ones among them, and slopes that are no whole numbers
    ties = draw.integers(-2, 1, (2, 6, 5, 2))
    cases.append((ties, draw.normal(size=(2, 4, 3, 2)).round(2), 3, 1))
    # what a ReLU leaves, in the type that networks train in
    kept = np.maximum(draw.normal(size=(1, 6, 6, 2)), 0).astype(np.float32)
    cases.append((kept, draw.normal(size=(1, 2, 2, 2)).astype(np.float32), 3, 3))
    return cases


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
    ValueExercise(
        number="09.3",
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
        number="09.4",
        title="Max pooling, backward, for any window",
        solution=my_pool_backward,
        cases=_pooling_cases(),
        also_right=[
            _by_cells_of_the_window,
            _pool_backward_with(_first_winner),
            lambda x, gradient, size, stride: my_pool_backward(x, gradient, size, stride).tolist(),
            lambda x, gradient, size, stride: my_pool_backward(x, gradient, size, stride).astype(
                np.float32
            ),
        ],
        lesson="a pooling layer routes: each window sends its slope to the place of its winner, "
        "and a cell that wins twice gets both.",
        why="The place of the winner in its window plus the window's corner is its place in x; "
        "+= adds up what several windows send to one cell.",
        hints=[
            "Loop over all windows: np.ndindex(gradient.shape) gives image, row, column, channel.",
            "Window [i, j] begins at row i · stride and column j · stride. Cut it out of one image "
            "and one channel.",
            "argmax gives the winner's place in reading order, the first one at a tie. "
            "np.unravel_index(place, window.shape) makes a row and a column of it.",
            "Begin with np.zeros(x.shape), and add the window's slope at corner + place.",
        ],
        mistakes=[
            Mistake(
                _overwritten,
                "a cell that wins in two windows keeps the last slope only. Windows overlap, and "
                "slopes add up where paths meet: +=.",
            ),
            Mistake(
                _pool_backward_with(lambda window: window == window.max()),
                "right until two cells of a window share the largest value: then you give its "
                "slope to both. The first in reading order gets all of it.",
            ),
            Mistake(
                _pool_backward_with(
                    lambda window: (window == window.max()) / np.sum(window == window.max())
                ),
                "at a tie you share the slope out. Any share would do for training, but the task, "
                "as TensorFlow does, gives all of it to the first in reading order.",
            ),
            Mistake(
                _pool_backward_with(_last_winner),
                "at a tie you took the last of the largest. The first in reading order gets the "
                "slope: row by row, left to right.",
            ),
            Mistake(
                _pool_backward_with(_first_winner_by_columns),
                "at a tie you took the first one column by column. Reading order goes row by row.",
            ),
            Mistake(
                _pool_backward_with(_first_winner, step=lambda size, stride: size),
                "your windows lie side by side whatever the stride is. Window [i, j] begins at "
                "row i · stride and column j · stride.",
            ),
            Mistake(
                _pool_backward_with(_first_winner, step=lambda size, stride: 1),
                "your windows move by one cell whatever the stride is. Window [i, j] begins at "
                "row i · stride and column j · stride.",
            ),
            Mistake(
                _one_winner_for_all_channels,
                "you looked for one winner among all channels. Each channel is pooled by itself "
                "and has winners of its own.",
            ),
            Mistake(
                _place_in_the_window_only,
                "every slope lands in the top left corner: the winner's place is counted within "
                "its window. Add where the window begins.",
            ),
            Mistake(
                _pool_backward_with(lambda window: np.ones(window.shape) / window.size),
                "this is average pooling's backward pass: every cell gets a share. The maximum "
                "sends all of it to the winner.",
            ),
            Mistake(
                _pool_backward_with(lambda window: np.ones(window.shape)),
                "every cell of a window gets its whole slope. Only the winner could have changed "
                "the output, so only the winner gets it.",
            ),
            Mistake(
                _pool_backward_with(lambda window: _first_winner(window) * window.max()),
                "you multiplied by the largest value. The slope of a maximum for its winner is 1.",
            ),
            Mistake(
                _pool_backward_with(lambda window: _first_winner(-window)),
                "your slopes go to the smallest cell of each window. Max pooling lets the largest "
                "through.",
            ),
            Mistake(
                _of_the_lesson,
                "these lines are made for windows 2×2 side by side. Here size and stride are "
                "given, windows may overlap, and rows may be left over.",
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
