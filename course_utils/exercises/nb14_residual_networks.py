"""Exercises of notebook 14, residual networks."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(14)


# 14.1


def chain_factor(slopes, skip):
    factor = 1.0
    for slope in slopes:
        if skip:
            factor = factor * (1 + slope)
        else:
            factor = factor * slope
    return factor


# 14.2


def residual_block(x, w1, w2, projection):
    branch = np.maximum(x @ w1, 0) @ w2
    shortcut = x
    if projection is not None:
        shortcut = x @ projection
    return np.maximum(shortcut + branch, 0)


# 14.3


def block_parameters(channels_in, channels_out):
    conv1 = (3 * 3 * channels_in + 1) * channels_out
    conv2 = (3 * 3 * channels_out + 1) * channels_out
    projection = 0
    if channels_in != channels_out:
        projection = (channels_in + 1) * channels_out
    return conv1 + conv2 + projection


# 14.4


def batch_norm(maps, gamma, beta, epsilon):
    mean = maps.mean(axis=(0, 1, 2))
    variance = maps.var(axis=(0, 1, 2))
    return gamma * (maps - mean) / np.sqrt(variance + epsilon) + beta


# 14.5


def residual_backward(x, w1, w2, slope):
    before = x @ w1
    hidden = np.maximum(before, 0)
    slope_w2 = hidden.T @ slope
    slope_before = (slope @ w2.T) * (before > 0)
    slope_w1 = x.T @ slope_before
    slope_x = slope + slope_before @ w1.T
    return slope_x, slope_w1, slope_w2


def _shortcut(x, projection):
    return x if projection is None else x @ projection


def _cell_by_cell(x, w1, w2, projection):
    return np.maximum(_shortcut(x, projection) + np.maximum(x * w1, 0) * w2, 0)


def _normalised_over(axes):
    """A wrong answer: averages taken over other axes than batch, height and width."""

    def answer(maps, gamma, beta, epsilon):
        mean = maps.mean(axis=axes, keepdims=True)
        variance = maps.var(axis=axes, keepdims=True)
        return gamma * (maps - mean) / np.sqrt(variance + epsilon) + beta

    return answer


def _maps(*shape):
    # Channels of different size and place, so that averages over the wrong axes show.
    channels = shape[-1]
    return _random.normal(size=shape) * np.arange(1, channels + 1) + np.arange(channels)


EXERCISES = (
    FunctionExercise(
        number="14.1",
        title="Follow the gradient through a chain",
        solution=chain_factor,
        cases=[
            ([0.5, 0.5, 0.5], False),
            ([0.5, -0.25, 0.1], True),
            ([0.9] * 20, False),
            # negative factors, each way
            ([-0.5, 2.0], False),
            ([-2.5, 0.5], True),
        ],
        also_right=[
            lambda slopes, skip: np.prod(np.asarray(slopes) + (1 if skip else 0)),
            lambda slopes, skip: float(np.prod([skip + slope for slope in slopes])),
        ],
        lesson="a chain multiplies its slopes, and a skip adds 1 to each of them before that.",
        why="The chain rule multiplies one slope a layer; that of x + F(x) is 1 + F'(x).",
        hints=[
            "The derivative of f(g(x)) is f'(g(x)) times g'(x): one factor a layer.",
            "The derivative of x is 1. What is the derivative of x + F(x)?",
        ],
        mistakes=[
            Mistake(
                lambda slopes, skip: sum(slopes) + len(slopes) * skip,
                "you added the slopes up. The chain rule multiplies them.",
            ),
            Mistake(
                lambda slopes, skip: np.prod(slopes),
                "your answer is the same with and without the skip. With it, a layer computes "
                "x + F(x), whose slope is 1 + the slope of F.",
            ),
            Mistake(
                lambda slopes, skip: np.prod(slopes) + skip,
                "you put one skip around the whole chain. Here every layer has its own: add 1 to "
                "each slope before you multiply.",
            ),
            Mistake(
                lambda slopes, skip: np.prod([1 + slope for slope in slopes]),
                "you added the 1 in every case. Without the skip a layer's factor is its slope "
                "alone: look at `skip`.",
            ),
            Mistake(
                lambda slopes, skip: abs(np.prod([skip + slope for slope in slopes])),
                "the sign is lost. A negative factor turns the gradient round, and that matters: "
                "leave the absolute value out.",
            ),
            Mistake(
                lambda slopes, skip: np.prod(slopes) + len(slopes) * skip,
                "you added a 1 for each layer after multiplying. With the skip each layer has the "
                "factor 1 + slope: add first, then multiply.",
            ),
        ],
    ),
    FunctionExercise(
        number="14.2",
        title="Write a residual block, with its projection",
        solution=residual_block,
        cases=[
            (
                np.array([[1.0, -2.0]]),
                np.array([[1.0, 0.5], [-1.0, 1.0]]),
                np.array([[-1.0, 2.0], [0.5, 1.0]]),
                None,
            ),
            (
                _random.normal(size=(5, 3)),
                _random.normal(size=(3, 3)),
                _random.normal(size=(3, 3)),
                None,
            ),
            (
                _random.normal(size=(4, 3)),
                _random.normal(size=(3, 6)),
                _random.normal(size=(6, 2)),
                _random.normal(size=(3, 2)),
            ),
            # a projection between equal shapes is one all the same
            (
                _random.normal(size=(4, 3)),
                _random.normal(size=(3, 6)),
                _random.normal(size=(6, 3)),
                _random.normal(size=(3, 3)),
            ),
        ],
        lesson="a residual block is two layers, one plus sign, and the last ReLU after the sum; "
        "where the shapes differ, a matrix on the shortcut makes them agree.",
        why="The ReLU comes after the sum: a branch that ended in its own could only ever add.",
        hints=[
            "Name the branch first: F(x) is x @ w1, then ReLU, then @ w2.",
            "The shortcut is x, or x @ projection where there is a projection.",
            "ReLU of an array is np.maximum(array, 0). It comes twice: inside the branch, and at "
            "the very end. What is added in between?",
        ],
        mistakes=[
            Mistake(
                lambda x, w1, w2, projection: np.maximum(np.maximum(x @ w1, 0) @ w2, 0),
                "this is the plain block: the shortcut is missing from the sum.",
            ),
            Mistake(
                lambda x, w1, w2, projection: (
                    _shortcut(x, projection) + np.maximum(np.maximum(x @ w1, 0) @ w2, 0)
                ),
                "you added x after the last ReLU. Then the branch can never take anything away "
                "from x: add first, ReLU afterwards.",
            ),
            Mistake(
                lambda x, w1, w2, projection: _shortcut(x, projection) + np.maximum(x @ w1, 0) @ w2,
                "the ReLU after the sum is missing.",
            ),
            Mistake(
                lambda x, w1, w2, projection: np.maximum(_shortcut(x, projection) + x @ w1 @ w2, 0),
                "the ReLU inside the branch is missing: without it the two matrices collapse into "
                "one.",
            ),
            Mistake(
                lambda x, w1, w2, projection: np.maximum(
                    _shortcut(x, projection) * (np.maximum(x @ w1, 0) @ w2), 0
                ),
                "you multiplied x by the branch. The skip adds.",
            ),
            Mistake(
                _cell_by_cell,
                "* multiplies cell by cell. A layer of weights is a matrix product: x @ w1.",
            ),
            Mistake(
                lambda x, w1, w2, projection: np.maximum(
                    _shortcut(x, projection) - np.maximum(x @ w1, 0) @ w2, 0
                ),
                "you subtracted the branch. The skip adds: x + F(x).",
            ),
            Mistake(
                lambda x, w1, w2, projection: np.maximum(x + np.maximum(x @ w1, 0) @ w2, 0),
                "you left the projection out. Where there is one, the shortcut is x @ projection.",
            ),
            Mistake(
                lambda x, w1, w2, projection: np.maximum(
                    (x if x.shape[1] == w2.shape[1] else x @ projection)
                    + np.maximum(x @ w1, 0) @ w2,
                    0,
                ),
                "you asked the shapes whether there is a projection. There may be one between equal "
                "shapes too: ask whether `projection` is None.",
            ),
            Mistake(
                lambda x, w1, w2, projection: np.maximum(
                    np.maximum(_shortcut(x, projection), 0) + np.maximum(x @ w1, 0) @ w2, 0
                ),
                "there is a ReLU on your shortcut. The input goes round as it is.",
            ),
        ],
    ),
    FunctionExercise(
        number="14.3",
        title="Count the parameters of a block",
        solution=block_parameters,
        fresh=lambda rng: tuple(int(each) for each in rng.integers(1, 130, 2)),
        cases=[
            (8, 8),
            (8, 16),
            (16, 64),
            # more in than out; and two numbers that are equal without being one object
            (64, 24),
            (300, int("300")),
            (3, 5),
        ],
        lesson="an identity shortcut is free, and a 1×1 projection costs (inputs + 1) × outputs, "
        "a small part of the block.",
        why="Nothing in the count depends on the size of the maps, as always with convolutions.",
        hints=[
            "A convolution costs (kernel height × kernel width × channels in + 1) × channels out.",
            "How many channels does the second convolution take in?",
            "The projection is a convolution with a 1×1 kernel, and it is there only where the "
            "numbers of channels differ.",
        ],
        mistakes=[
            Mistake(
                lambda a, b: (9 * a + 1) * b + (9 * b + 1) * b + (a + 1) * b,
                "you counted a projection where none is needed. With as many channels in as out "
                "the shortcut is the input itself, without parameters.",
            ),
            Mistake(
                lambda a, b: (9 * a + 1) * b + (9 * b + 1) * b,
                "the projection is missing. Where the channels differ, the shortcut needs a 1×1 "
                "convolution.",
            ),
            Mistake(
                lambda a, b: 2 * (9 * a + 1) * b + (a != b) * (a + 1) * b,
                "your second convolution takes in `channels_in` maps. It works on what the first "
                "one made: `channels_out` maps.",
            ),
            Mistake(
                lambda a, b: (9 * a + 1) * b + (9 * b + 1) * b + (a != b) * (9 * a + 1) * b,
                "your projection has a 3×3 kernel. It is 1×1: one weight for each pair of "
                "channels.",
            ),
            Mistake(
                lambda a, b: 9 * a * b + 9 * b * b + (a != b) * a * b,
                "you forgot the biases: one a filter, also in the projection.",
            ),
            Mistake(
                lambda a, b: (9 * a + 1) * b + (9 * b + 1) * b + (a < b) * (a + 1) * b,
                "you left the projection out where there are more channels in than out. It is "
                "needed wherever the two numbers differ: !=.",
            ),
            Mistake(
                lambda a, b: (9 * a + 1) * b + (9 * b + 1) * b + (a is not b) * (a + 1) * b,
                "`is not` asks whether these are two objects, and two equal numbers can be. "
                "Whether the projection is needed depends on their values: !=.",
            ),
            Mistake(
                lambda a, b: (9 * a + 1) * b + (9 * b + 1) * b + (a != b) * a * b,
                "the projection's biases are missing: one for each channel out.",
            ),
        ],
    ),
    FunctionExercise(
        number="14.4",
        title="Normalise a batch of feature maps",
        solution=batch_norm,
        cases=[
            (_maps(2, 2, 3, 2), np.array([1.0, 2.0]), np.array([0.5, -1.0]), 0.5),
            (_maps(4, 3, 3, 3), np.array([0.5, 1.0, 3.0]), np.array([1.0, 0.0, 2.0]), 0.001),
            (
                _maps(3, 2, 2, 4),
                np.array([-1.5, 2.0, 0.5, 2.0]),
                np.array([0.0, -3.0, 4.0, 0.5]),
                1.0,
            ),
        ],
        lesson="batch normalisation takes one mean and one variance a channel, over all images and "
        "all positions.",
        why="A channel is one filter's answers: wherever the filter looked, they share a scale.",
        hints=[
            "The shape is (images, height, width, channels). Over which axes is the mean taken, if "
            "one number a channel shall be left?",
            "maps.mean(axis=(0, 1, 2)) has one entry a channel, and so has "
            "maps.var(axis=(0, 1, 2)).",
            "Take the mean off and divide by the deviation, the root of variance + ε. What do "
            "γ and β do to the result?",
        ],
        mistakes=[
            Mistake(
                _normalised_over(0),
                "you averaged over the images only, one mean a position. A filter is the same at "
                "all positions: average over axes 0, 1 and 2.",
            ),
            Mistake(
                _normalised_over((1, 2)),
                "you averaged inside each image. The batch belongs to it too: axes 0, 1 and 2.",
            ),
            Mistake(
                _normalised_over(None),
                "you took one mean of everything. Each channel needs its own: leave out the last "
                "axis.",
            ),
            Mistake(
                _normalised_over(-1),
                "you averaged over the channels. They are what is kept apart: average over the "
                "other three axes.",
            ),
            Mistake(
                lambda maps, gamma, beta, epsilon: (
                    gamma
                    * (maps - maps.mean(axis=(0, 1, 2)))
                    / (maps.std(axis=(0, 1, 2)) + epsilon)
                    + beta
                ),
                "ε stands under the root, beside the variance: np.sqrt(variance + epsilon).",
            ),
            Mistake(
                lambda maps, gamma, beta, epsilon: (
                    gamma
                    * (maps - maps.mean(axis=(0, 1, 2)))
                    / (maps.var(axis=(0, 1, 2)) + epsilon)
                    + beta
                ),
                "you divided by the variance. Take its root first.",
            ),
            Mistake(
                lambda maps, gamma, beta, epsilon: (
                    (maps - maps.mean(axis=(0, 1, 2))) / np.sqrt(maps.var(axis=(0, 1, 2)) + epsilon)
                ),
                "γ and β are missing: the layer learns a scale and a place for each channel.",
            ),
            Mistake(
                lambda maps, gamma, beta, epsilon: (
                    gamma
                    * (maps - maps.mean(axis=(0, 1, 2)))
                    / np.sqrt(maps.var(axis=(0, 1, 2), ddof=1) + epsilon)
                    + beta
                ),
                "you divided the squares by n − 1. Batch normalisation divides by n, NumPy's "
                "default.",
            ),
            Mistake(
                _normalised_over((1, 2, 3)),
                "you took one mean for each image, as layer normalisation does. Batch "
                "normalisation takes one for each channel: axes 0, 1 and 2.",
            ),
            Mistake(
                lambda maps, gamma, beta, epsilon: batch_norm(maps, beta, gamma, epsilon),
                "γ and β are exchanged: γ multiplies, β is added.",
            ),
            Mistake(
                lambda maps, gamma, beta, epsilon: batch_norm(maps, gamma, beta, 0),
                "ε is missing: add it to the variance, under the root.",
            ),
            Mistake(
                lambda maps, gamma, beta, epsilon: gamma * (batch_norm(maps, 1, 0, epsilon) + beta),
                "you multiplied β by γ as well. γ · (…) first, then + β.",
            ),
        ],
    ),
    FunctionExercise(
        number="14.5",
        title="Send a gradient back through a residual block",
        solution=residual_backward,
        cases=[
            (
                np.array([[1.0, -2.0]]),
                np.array([[1.0, 0.5], [-1.0, 1.0]]),
                np.array([[-1.0, 2.0], [0.5, 1.0]]),
                np.array([[1.0, -0.5]]),
            ),
            *(
                (
                    _random.normal(size=(rows, width)),
                    _random.normal(size=(width, inner)),
                    _random.normal(size=(inner, width)),
                    _random.normal(size=(rows, width)),
                )
                for rows, width, inner in ((3, 3, 3), (5, 2, 4))
            ),
        ],
        lesson="the branch sends back what its matrices let through, and the plus sign hands the "
        "incoming slope on untouched beside it.",
        why="slope + … is the I of I + J in code: the one term that no weight can shrink.",
        hints=[
            "Write the forward pass first, and keep what is before the ReLU and after it.",
            "Back through A @ W (notebook 09): the slope of W is A.T @ slope, that of A is "
            "slope @ W.T. Back through ReLU: times (before > 0).",
            "x reaches y by two paths, through the branch and through the shortcut. The slopes of "
            "the two paths are added.",
        ],
        mistakes=[
            Mistake(
                lambda x, w1, w2, slope: (
                    ((slope @ w2.T) * (x @ w1 > 0)) @ w1.T,
                    *residual_backward(x, w1, w2, slope)[1:],
                ),
                "the slope of x lacks the shortcut's share: what comes in at the plus sign goes on "
                "to x as it is.",
            ),
            Mistake(
                lambda x, w1, w2, slope: (
                    1 + ((slope @ w2.T) * (x @ w1 > 0)) @ w1.T,
                    *residual_backward(x, w1, w2, slope)[1:],
                ),
                "you added 1 for the shortcut. Its derivative is 1, so what it sends back is "
                "1 · slope.",
            ),
            Mistake(
                lambda x, w1, w2, slope: (
                    slope + (slope @ w2.T) @ w1.T,
                    x.T @ (slope @ w2.T),
                    np.maximum(x @ w1, 0).T @ slope,
                ),
                "your slopes pass the ReLU as if it weren't there. Where its input was negative it "
                "lets nothing back: times (before > 0).",
            ),
            Mistake(
                lambda x, w1, w2, slope: (
                    *residual_backward(x, w1, w2, slope)[:2],
                    (x @ w1).T @ slope,
                ),
                "for w2 you took what is before the ReLU. The second matrix works on what comes "
                "after it.",
            ),
            Mistake(
                lambda x, w1, w2, slope: (
                    residual_backward(x, w1, w2, slope)[0],
                    *residual_backward(x, w1, w2, slope)[:0:-1],
                ),
                "the slopes of w1 and w2 are exchanged: return those of x, w1, w2 in this order.",
            ),
            Mistake(
                lambda x, w1, w2, slope: tuple(
                    part / len(x) if k else part
                    for k, part in enumerate(residual_backward(x, w1, w2, slope))
                ),
                "you divided the slopes of the weights by the number of rows. Whether the loss is a "
                "mean is already in `slope`: sum over the rows.",
            ),
        ],
    ),
)
