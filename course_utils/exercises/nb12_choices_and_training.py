"""Exercises of notebook 12, choices and training."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(12)


# 12.1


def best_constants(values):
    return np.mean(values), np.median(values)


# 12.2


def adam_path(gradients, rate, beta1, beta2, epsilon):
    w, mean, square, path = 0.0, 0.0, 0.0, []
    for t, g in enumerate(gradients, start=1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g**2
        corrected_mean = mean / (1 - beta1**t)
        corrected_square = square / (1 - beta2**t)
        w = w - rate * corrected_mean / (np.sqrt(corrected_square) + epsilon)
        path.append(w)
    return path


def _without_correction(gradients, rate, beta1, beta2, epsilon):
    w, mean, square, path = 0.0, 0.0, 0.0, []
    for g in gradients:
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g**2
        w = w - rate * mean / (np.sqrt(square) + epsilon)
        path.append(w)
    return path


def _without_root(gradients, rate, beta1, beta2, epsilon):
    w, mean, square, path = 0.0, 0.0, 0.0, []
    for t, g in enumerate(gradients, start=1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g**2
        w = w - rate * mean / (1 - beta1**t) / (square / (1 - beta2**t) + epsilon)
        path.append(w)
    return path


def _with_epsilon_under_the_root(gradients, rate, beta1, beta2, epsilon):
    w, mean, square, path = 0.0, 0.0, 0.0, []
    for t, g in enumerate(gradients, start=1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g**2
        w = w - rate * mean / (1 - beta1**t) / np.sqrt(square / (1 - beta2**t) + epsilon)
        path.append(w)
    return path


def _with_keras_epsilon(gradients, rate, beta1, beta2, epsilon):
    w, mean, square, path = 0.0, 0.0, 0.0, []
    for t, g in enumerate(gradients, start=1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g**2
        w = w - rate * np.sqrt(1 - beta2**t) / (1 - beta1**t) * mean / (np.sqrt(square) + epsilon)
        path.append(w)
    return path


def _with_corrections_kept(gradients, rate, beta1, beta2, epsilon):
    w, mean, square, path = 0.0, 0.0, 0.0, []
    for t, g in enumerate(gradients, start=1):
        mean = (beta1 * mean + (1 - beta1) * g) / (1 - beta1**t)
        square = (beta2 * square + (1 - beta2) * g**2) / (1 - beta2**t)
        w = w - rate * mean / (np.sqrt(square) + epsilon)
        path.append(w)
    return path


def _corrected_by(first, second):
    """A wrong answer: other corrections of the mean and of the squares."""

    def answer(gradients, rate, beta1, beta2, epsilon):
        w, mean, square, path = 0.0, 0.0, 0.0, []
        for t, g in enumerate(gradients, start=1):
            mean = beta1 * mean + (1 - beta1) * g
            square = beta2 * square + (1 - beta2) * g**2
            root = np.sqrt(square / second(beta2, t))
            w = w - rate * mean / first(beta1, t) / (root + epsilon)
            path.append(w)
        return path

    return answer


def _full(beta, t):
    return 1 - beta**t


def _none(beta, t):
    return 1.0


def _with_plain_gradient_squared(gradients, rate, beta1, beta2, epsilon):
    w, mean, square, path = 0.0, 0.0, 0.0, []
    for t, g in enumerate(gradients, start=1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g
        root = np.sqrt(np.abs(square / (1 - beta2**t)))
        w = w - rate * mean / (1 - beta1**t) / (root + epsilon)
        path.append(w)
    return path


def _with_shares_swapped(gradients, rate, beta1, beta2, epsilon):
    w, mean, square, path = 0.0, 0.0, 0.0, []
    for t, g in enumerate(gradients, start=1):
        mean = (1 - beta1) * mean + beta1 * g
        square = (1 - beta2) * square + beta2 * g**2
        w = w - rate * mean / (1 - beta1**t) / (np.sqrt(square / (1 - beta2**t)) + epsilon)
        path.append(w)
    return path


# 12.3


def dropout_layer(activations, mask, rate, training):
    if not training:
        return activations
    return activations * mask / (1 - rate)


# 12.4


def luck_of_the_best(errors):
    return np.mean(errors) - np.mean(np.min(errors, axis=1))


# 12.5


def rate_at(step, steps, rising, peak):
    up = (step + 1) / rising
    down = (steps - step) / (steps - rising)
    return peak * min(up, down)


EXERCISES = (
    FunctionExercise(
        number="12.1",
        title="Find the best constant under two losses",
        solution=best_constants,
        cases=[
            ([1.0, 2.0, 9.0],),
            ([5.0, -1.0, 0.5, 30.0, 2.0],),
            ([4.0, 4.5, 7.0],),
            # a value that comes twice, and not in order
            ([3.0, 1.0, 40.0, 2.0, 3.0],),
            ([-5.0, -1.0, -9.5],),
        ],
        also_right=[lambda values: [sum(values) / len(values), sorted(values)[len(values) // 2]]],
        lesson="the squared error asks for the mean, the absolute error for the median.",
        why="The slope of the squared error is the sum of the distances, 0 at the mean; that of "
        "the absolute error counts who is above and who below, 0 at the median.",
        hints=[
            "Where does the slope of the sum of (value − c)² become 0?",
            "The slope of |value − c| is +1 or −1: at the best c, as many lie above as below.",
            "NumPy has both: np.mean and np.median.",
        ],
        mistakes=[
            Mistake(
                lambda values: (np.median(values), np.mean(values)),
                "you swapped the two. The squared error comes first, and it is the one that a "
                "single far value pulls away.",
            ),
            Mistake(
                lambda values: (np.mean(values), np.mean(values)),
                "you gave the mean twice. Under the absolute error, a value far away pulls no "
                "harder than a near one: which number has as many values above as below?",
            ),
            Mistake(
                lambda values: (np.median(values), np.median(values)),
                "you gave the median twice. Set the slope of the sum of (value − c)² to 0.",
            ),
            Mistake(
                lambda values: (
                    np.mean((np.array(values) - np.mean(values)) ** 2),
                    np.mean(np.abs(values - np.median(values))),
                ),
                "these are the losses at the best constants. Return the constants themselves.",
            ),
            Mistake(
                lambda values: (np.mean(values), np.median(sorted(set(values)))),
                "you counted a value that comes twice only once. Each of them pulls: take the "
                "median of all values, without set.",
            ),
            Mistake(
                lambda values: (np.mean(values), values[len(values) // 2]),
                "your second number is the one in the middle of the list as it stands. The median "
                "is the middle of the values in order: sort them first.",
            ),
            Mistake(
                lambda values: (np.mean(values), (min(values) + max(values)) / 2),
                "halfway between the smallest and the largest is best where the largest error "
                "counts. Under the absolute error it is the median.",
            ),
        ],
    ),
    FunctionExercise(
        number="12.2",
        title="Write Adam from memory",
        solution=adam_path,
        cases=[
            ([2.0, -1.0, 0.5], 0.1, 0.9, 0.99, 0.1),
            ([0.3, 0.4, -0.2, 1.0, 0.1], 0.5, 0.8, 0.95, 0.01),
        ],
        lesson="the step is a rolling mean of gradients over the root of a rolling mean of their "
        "squares, both corrected for their start at 0.",
        why="Without epsilon the very first step is exactly the rate: the mean of one gradient "
        "over the root of its own square.",
        hints=[
            "Keep two numbers from step to step: a mean of the gradients, and one of their "
            "squares.",
            "mean = beta1 · mean + (1 − beta1) · g, and the same with g² and beta2.",
            "At step t, counted from 1, correct both by 1 − beta ** t. Keep the uncorrected ones "
            "for the next step.",
        ],
        mistakes=[
            Mistake(
                _without_correction,
                "the correction for the start at 0 is missing: divide the two means by "
                "1 − beta1 ** t and 1 − beta2 ** t.",
            ),
            Mistake(
                lambda *arguments: [-w for w in adam_path(*arguments)],
                "you went uphill. The step is against the gradient: subtract it.",
            ),
            Mistake(
                _without_root,
                "you divided by the mean of the squares. Take its root first: np.sqrt.",
            ),
            Mistake(
                _with_epsilon_under_the_root,
                "epsilon stands beside the root, not under it.",
            ),
            Mistake(
                _with_shares_swapped,
                "beta is the share that is kept of the old mean. The new gradient gets 1 − beta.",
            ),
            Mistake(
                lambda *arguments: np.diff([0, *adam_path(*arguments)]).tolist(),
                "these are the steps. Return where the weight is after each of them: add them up.",
            ),
            Mistake(
                _with_keras_epsilon,
                "epsilon meets the uncorrected root here, as in Keras' own code. In the exercise "
                "both means are corrected first, and epsilon is added to the root after that.",
            ),
            Mistake(
                _with_corrections_kept,
                "you stored the corrected means, so the next step corrects them again. Keep the "
                "rolling means as they are, and correct copies.",
            ),
            Mistake(
                lambda gradients, rate, beta1, beta2, epsilon: adam_path(
                    gradients, rate, beta2, beta1, epsilon
                ),
                "beta1 and beta2 are exchanged: beta1 belongs to the mean of the gradients, beta2 "
                "to that of their squares.",
            ),
            Mistake(
                _corrected_by(_full, _none),
                "only the mean of the gradients is corrected. Divide the mean of the squares by "
                "1 − beta2 ** t as well.",
            ),
            Mistake(
                _corrected_by(_none, _full),
                "only the mean of the squares is corrected. Divide the mean of the gradients by "
                "1 − beta1 ** t as well.",
            ),
            Mistake(
                _corrected_by(lambda beta, t: 1 - beta, lambda beta, t: 1 - beta),
                "you correct by 1 − beta at every step. The correction fades: 1 − beta ** t, with "
                "t counted from 1.",
            ),
            Mistake(
                _corrected_by(
                    lambda beta, t: _full(beta, t + 1), lambda beta, t: _full(beta, t + 1)
                ),
                "your t is one too large: the first step has t = 1.",
            ),
            Mistake(
                _with_plain_gradient_squared,
                "your second mean is that of the gradients. It has to be that of their squares, "
                "g ** 2.",
            ),
            Mistake(
                lambda *arguments: adam_path(*arguments)[-1],
                "this is the last value alone. Return a list with the value after each step.",
            ),
            Mistake(
                lambda *arguments: [0.0, *adam_path(*arguments)],
                "your list begins with the start. Return one value for each gradient.",
            ),
        ],
    ),
    FunctionExercise(
        number="12.3",
        title="Apply dropout, in training and afterwards",
        solution=dropout_layer,
        cases=[
            (np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, True]), 0.2, True),
            (_random.normal(size=(3, 4)), _random.random((3, 4)) > 0.4, 0.4, True),
            (_random.normal(size=(2, 3)), _random.random((2, 3)) > 0.3, 0.3, False),
            (np.array([3, 1, 2, 5]), np.array([True, True, False, True]), 0.3, True),
        ],
        also_right=[
            lambda activations, mask, rate, training: (
                np.where(mask, activations / (1 - rate), 0) if training else activations.copy()
            ),
        ],
        lesson="what is kept is divided by the share that is kept, so that afterwards nothing has "
        "to be done.",
        why="On average a unit is kept in a share 1 − rate of the steps, so its mean stays as it "
        "was.",
        hints=[
            "Afterwards, dropout does nothing at all.",
            "In training, where the mask is False the activation becomes 0.",
            "The rest is divided by 1 − rate.",
        ],
        mistakes=[
            Mistake(
                lambda activations, mask, rate, training: (
                    activations * mask if training else activations
                ),
                "the kept ones are not scaled. Divide them by 1 − rate, or the next layer gets "
                "less in training than afterwards.",
            ),
            Mistake(
                lambda activations, mask, rate, training: (
                    activations * mask / rate if training else activations
                ),
                "you divided by the share that is dropped. Divide by the share that is kept, "
                "1 − rate.",
            ),
            Mistake(
                lambda activations, mask, rate, training: (
                    activations * mask * (1 - rate) if training else activations
                ),
                "you multiplied by 1 − rate, which makes the sums smaller still. Divide.",
            ),
            Mistake(
                lambda activations, mask, rate, training: (
                    activations * ~mask / (1 - rate) if training else activations
                ),
                "you dropped what the mask keeps. True means kept.",
            ),
            Mistake(
                lambda activations, mask, rate, training: activations * mask / (1 - rate),
                "you drop units after training as well. Look at `training`.",
            ),
            Mistake(
                lambda activations, mask, rate, training: (
                    activations * mask if training else activations * (1 - rate)
                ),
                "this is the first form of dropout, which scales afterwards. Keras and this "
                "exercise scale in training: divide by 1 − rate there, do nothing later.",
            ),
            Mistake(
                lambda activations, mask, rate, training: (
                    activations[mask] / (1 - rate) if training else activations
                ),
                "you took the dropped units out, so the layer has lost its shape. Set them to 0: "
                "activations * mask.",
            ),
            Mistake(
                lambda activations, mask, rate, training: (
                    activations * mask / mask.mean() if training else activations
                ),
                "you divided by the share that this mask happens to keep. Divide by 1 − rate, "
                "which is the same in every step.",
            ),
        ],
    ),
    FunctionExercise(
        number="12.4",
        title="Measure the luck of the best",
        solution=luck_of_the_best,
        cases=[
            (np.array([[3.0, 1.0, 2.0], [2.0, 2.5, 1.5]]),),
            (_random.normal(2.4, 0.2, (50, 10)),),
            (_random.normal(5.0, 1.0, (4, 7)),),
        ],
        also_right=[lambda errors: (errors.mean(axis=1) - errors.min(axis=1)).mean()],
        lesson="the best of equally good settings looks better than it is, and the more you try, "
        "the more so.",
        why="For ten settings it is about one and a half times the spread of a single run: that "
        "much of a gain in a search is to be expected from luck.",
        hints=[
            "Take one row: what is its best, and which axis is that along?",
            "errors.min(axis=1) has the best of each experiment. What is it compared with?",
        ],
        mistakes=[
            Mistake(
                lambda errors: np.mean(errors) - np.min(errors),
                "you took the best of all experiments at once. Each row has its own best: "
                "min along axis 1, then the mean of those.",
            ),
            Mistake(
                lambda errors: np.mean(errors) - np.mean(np.min(errors, axis=0)),
                "you took the best of each column. A row is one experiment: axis=1.",
            ),
            Mistake(
                lambda errors: np.mean(np.min(errors, axis=1)) - np.mean(errors),
                "the sign is turned round. The best is lower: mean of all minus mean of the best.",
            ),
            Mistake(
                lambda errors: np.mean(np.max(errors, axis=1)) - np.mean(errors),
                "you took the largest error of each row, which is the worst setting.",
            ),
            Mistake(
                lambda errors: np.mean(np.min(errors, axis=1)),
                "this is the error of the best, on average. By how much is it below the mean of "
                "all?",
            ),
        ],
    ),
    FunctionExercise(
        number="12.5",
        title="Write a schedule with warm-up and decay",
        solution=rate_at,
        cases=[
            (0, 10, 4, 1.0),
            (1, 10, 4, 0.5),
            (3, 10, 4, 1.0),
            (4, 10, 4, 1.0),
            (9, 10, 3, 0.02),
            (500, 938, 188, 0.01),
            (2, 7, 5, 0.3),
            (6, 7, 5, 0.3),
        ],
        also_right=[
            lambda step, steps, rising, peak: (
                peak * (step + 1) / rising
                if step < rising
                else peak * (steps - step) / (steps - rising)
            ),
            lambda step, steps, rising, peak: float(
                np.interp(step, [-1, rising - 1, steps], [0, peak, 0])
            ),
        ],
        # the fall may begin at the step that reaches the peak, or one later
        readings=[
            lambda step, steps, rising, peak: (
                peak * (step + 1) / rising
                if step < rising
                else peak * (steps - step) / (steps - rising + 1)
            ),
        ],
        lesson="a warm-up and a linear decay are two straight lines, and the smaller one counts.",
        why="The first step is counted as one already taken, or the network would wait a step.",
        hints=[
            "Up: from peak / rising at step 0 to peak at step rising − 1. Which step is the first?",
            "Down: from `peak` where the climb ends to 0 at step `steps`, on a straight line.",
            "Compute both lines at every step. Which of the two numbers counts, the larger one?",
        ],
        mistakes=[
            Mistake(
                lambda step, steps, rising, peak: (
                    peak * min(step / rising, (steps - step) / (steps - rising))
                ),
                "your first step has a rate of 0, so nothing is learned in it. Count the step "
                "that is being taken: (step + 1) / rising.",
            ),
            Mistake(
                lambda step, steps, rising, peak: peak * min((step + 1) / rising, 1),
                "the warm-up is right, but after it your rate stays at the peak. It falls on a "
                "straight line to 0 at step number `steps`.",
            ),
            Mistake(
                lambda step, steps, rising, peak: peak * (steps - step) / steps,
                "your rate only falls. In the first `rising` steps it climbs.",
            ),
            Mistake(
                lambda step, steps, rising, peak: peak * min((step + 1) / rising, 1 - step / steps),
                "your decay begins at step 0, so that the peak is never reached. Its line goes "
                "from `peak` at step `rising` to 0 at step `steps`.",
            ),
            Mistake(
                lambda step, steps, rising, peak: min(
                    (step + 1) / rising, (steps - step) / (steps - rising)
                ),
                "this is the share of the peak. Multiply by `peak`.",
            ),
            Mistake(
                lambda step, steps, rising, peak: (
                    peak * min((step + 1) / rising, (steps - 1 - step) / (steps - rising))
                ),
                "your rate reaches 0 in the last step, number steps − 1. It would be 0 one later, "
                "in step number `steps`.",
            ),
            Mistake(
                lambda step, steps, rising, peak: (
                    peak * step / (rising - 1)
                    if step < rising
                    else peak * (steps - step) / (steps - rising)
                ),
                "your first step has a rate of 0, so nothing is learned in it. It climbs in "
                "`rising` equal steps, and the first of them is already taken: (step + 1) / "
                "rising.",
            ),
            Mistake(
                lambda step, steps, rising, peak: (
                    peak * max((step + 1) / rising, (steps - step) / (steps - rising))
                ),
                "you took the larger of the two lines. The smaller one counts: min.",
            ),
            Mistake(
                lambda step, steps, rising, peak: (
                    peak * min((step + 1) // rising, (steps - step) // (steps - rising))
                ),
                "// drops the fraction, and a rate is mostly a fraction of the peak. Divide with "
                "/.",
            ),
        ],
    ),
)
