"""Exercises of notebook 12, choices and training."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(12)


# 12.1


def best_order(demands, short, over):
    def cost(order):
        missing = np.array(demands) - order
        return np.mean(np.where(missing > 0, short * missing, -over * missing))

    return min(demands, key=cost)


def _of_share(share, method="inverted_cdf"):
    """A wrong answer: the quantile at another share, or between two demands."""

    def answer(demands, short, over):
        return np.quantile(demands, share(short, over), method=method)

    return answer


def _cost_of_best(demands, short, over):
    missing = np.array(demands) - best_order(demands, short, over)
    return np.mean(np.where(missing > 0, short * missing, -over * missing))


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


def stop_and_best(valid_losses, patience):
    best, best_epoch = np.inf, 0
    for epoch, loss in enumerate(valid_losses, start=1):
        if loss < best:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch == patience:
            return epoch, best_epoch
    return len(valid_losses), best_epoch


def _never_forgiving(valid_losses, patience):
    best, best_epoch, bad = np.inf, 0, 0
    for epoch, loss in enumerate(valid_losses, start=1):
        if loss < best:
            best, best_epoch = loss, epoch
        else:
            bad += 1
            if bad == patience:
                return epoch, best_epoch
    return len(valid_losses), best_epoch


def _against_the_epoch_before(valid_losses, patience):
    before, best_epoch = np.inf, 0
    for epoch, loss in enumerate(valid_losses, start=1):
        if loss < before:
            best_epoch = epoch
        elif epoch - best_epoch == patience:
            return epoch, best_epoch
        before = loss
    return len(valid_losses), best_epoch


def _ties_count(valid_losses, patience):
    best, best_epoch = np.inf, 0
    for epoch, loss in enumerate(valid_losses, start=1):
        if loss <= best:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch == patience:
            return epoch, best_epoch
    return len(valid_losses), best_epoch


# 12.4


def luck_of_the_best(errors):
    return np.mean(errors) - np.mean(np.min(errors, axis=1))


# 12.5


def rate_at(step, steps, rising, peak):
    up = (step + 1) / rising
    down = (steps - step) / (steps - rising)
    return peak * min(up, down)


def _step_of_a_schedule(rng):
    steps = int(rng.integers(5, 400))
    rising = int(rng.integers(1, steps))
    return int(rng.integers(steps)), steps, rising, round(rng.uniform(0.01, 1), 3)


EXERCISES = (
    FunctionExercise(
        number="12.1",
        title="Find the best order when too few and too many cost differently",
        solution=best_order,
        cases=[
            ([3.0, 10.0, 4.0, 6.0, 30.0], 3.0, 1.0),
            ([5.0, 1.0, 2.5, 30.0, 2.0, 7.0, 9.0], 1.0, 4.0),
            # a value that comes twice, and not in order
            ([3.0, 1.0, 40.0, 2.0, 3.0, 8.0, 5.0], 5.0, 1.0),
            ([12.0, 9.0, 20.0, 4.0], 0.5, 4.5),
        ],
        also_right=[_of_share(lambda short, over: short / (short + over))],
        lesson="where too few and too many cost differently, the best constant is neither the mean "
        "nor the median: it leaves a share short / (short + over) of the demands at or below it.",
        why="One roll more is worth its cost as long as demand exceeds it often enough: the share "
        "above, times short, against the share below, times over.",
        hints=[
            "With short = over the loss is the absolute error. Which answer was best there?",
            "The mean loss is made of straight pieces with corners at the demands, so one of the "
            "demands is best: compute the cost of each.",
            "missing = demands − order. Where it is positive, it costs short each; elsewhere "
            "−missing rolls are too many, and each costs over.",
        ],
        mistakes=[
            Mistake(
                lambda demands, short, over: np.median(demands),
                "this is the median, which is best where too few and too many cost the same. "
                "Weigh the two sides with short and over.",
            ),
            Mistake(
                lambda demands, short, over: np.mean(demands),
                "this is the mean, which is best under the squared error. Here a miss costs in "
                "proportion to its size.",
            ),
            Mistake(
                _of_share(lambda short, over: over / (short + over)),
                "you exchanged short and over. If missing rolls cost more, you order more.",
            ),
            Mistake(
                _of_share(lambda short, over: short / (short + over), "linear"),
                "your number lies between two demands, as np.quantile draws lines between them. "
                "The cost has its corners at the demands: one of those is best.",
            ),
            Mistake(
                _cost_of_best,
                "this is the cost of the best order. Return the order itself.",
            ),
            Mistake(
                lambda demands, short, over: (
                    (short * max(demands) + over * min(demands)) / (short + over)
                ),
                "you weighed the largest and the smallest demand. Those in between count as well: "
                "compute the mean cost of each possible order.",
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
        title="Stop early, with patience",
        solution=stop_and_best,
        cases=[
            ([0.9, 0.5, 0.6, 0.7, 0.4], 2),
            ([0.9, 0.7, 0.8, 0.6, 0.65, 0.5, 0.55, 0.56, 0.57, 0.1], 3),
            ([1.0, 0.8, 0.85, 0.82, 0.7, 0.9, 0.9], 2),
            ([0.5, 0.4, 0.3], 2),
            ([0.6, 0.5, 0.5, 0.5, 0.4], 2),
        ],
        lesson="the best epoch is known only later, so training goes on for `patience` epochs, and "
        "the weights of the best one are put back.",
        why="A validation loss wobbles. Without patience the first bad epoch would end the "
        "training.",
        hints=[
            "Go through the losses in order, as training would. What lies ahead isn't known yet.",
            "Keep the lowest loss so far and its epoch, counted from 1.",
            "An epoch that isn't lower than the lowest: how many epochs ago was that one? If "
            "`patience`, stop here.",
        ],
        mistakes=[
            Mistake(
                _never_forgiving,
                "you count all bad epochs together. A new lowest loss sets the count back to 0.",
            ),
            Mistake(
                _against_the_epoch_before,
                "you compare with the epoch before. Compare with the lowest loss so far.",
            ),
            Mistake(
                _ties_count,
                "an equal loss is no improvement: a new best has to be lower.",
            ),
            Mistake(
                lambda losses, patience: (
                    stop_and_best(losses, patience)[0],
                    int(np.argmin(losses)) + 1,
                ),
                "your best epoch may lie after the stop, where training never came. Look only at "
                "the losses so far.",
            ),
            Mistake(
                lambda losses, patience: stop_and_best(losses, patience + 1),
                "you waited one epoch too long: stop after `patience` epochs without a new best.",
            ),
            Mistake(
                lambda losses, patience: stop_and_best(losses, patience)[::-1],
                "you swapped the two: first the epoch after which training stops, then the best.",
            ),
            Mistake(
                lambda losses, patience: tuple(n - 1 for n in stop_and_best(losses, patience)),
                "you counted from 0. The first epoch is number 1.",
            ),
            Mistake(
                lambda losses, patience: stop_and_best(losses, patience)[0],
                "this is the stop alone. Return the best epoch as well: two numbers.",
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
        fresh=_step_of_a_schedule,
        cases=[
            (0, 10, 4, 1.0),
            (1, 10, 4, 0.5),
            (3, 10, 4, 1.0),
            (4, 10, 4, 1.0),
            (9, 10, 3, 0.02),
            (250, 469, 94, 0.6),
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
