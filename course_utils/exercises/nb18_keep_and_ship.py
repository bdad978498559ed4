"""Exercises of notebook 18, keep and ship."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(18)


# 18.1


def equal_count_error(sure, right, bins):
    order = np.argsort(sure)
    error = 0.0
    for part in np.array_split(order, bins):
        gap = abs(sure[part].mean() - right[part].mean())
        error = error + len(part) / len(sure) * gap
    return error


def _equal_widths(sure, right, bins):
    place = np.minimum((sure * bins).astype(int), bins - 1)
    error = 0.0
    for k in range(bins):
        inside = place == k
        if inside.any():
            error += inside.mean() * abs(sure[inside].mean() - right[inside].mean())
    return error


def _unsorted(sure, right, bins):
    parts = np.array_split(np.arange(len(sure)), bins)
    gaps = [abs(sure[part].mean() - right[part].mean()) for part in parts]
    return np.average(gaps, weights=[len(part) for part in parts])


def _of_parts(combine):
    """A wrong answer: the gaps of the right parts, put together otherwise."""

    def answer(sure, right, bins):
        parts = np.array_split(np.argsort(sure), bins)
        gaps = np.array([sure[part].mean() - right[part].mean() for part in parts])
        return combine(gaps, np.array([len(part) for part in parts]) / len(sure))

    return answer


def _sure_and_right(n):
    sure = _random.uniform(0.3, 1, n) ** 0.5
    return sure, _random.random(n) < sure**2


# 18.2


def threshold_for(sure, right, target):
    kept = [one for one in np.unique(sure) if right[sure >= one].mean() >= target]
    return min(kept)


def _first_fall(sure, right, target):
    found = None
    for threshold in np.unique(sure)[::-1]:
        if right[sure >= threshold].mean() < target:
            break
        found = threshold
    return found


def _highest(sure, right, target):
    for threshold in np.unique(sure)[::-1]:
        if right[sure >= threshold].mean() >= target:
            return threshold
    return None


def _strictly(sure, right, target):
    for threshold in np.unique(sure):
        if (sure > threshold).any() and right[sure > threshold].mean() >= target:
            return threshold
    return None


def _of_all(sure, right, target):
    for threshold in np.unique(sure):
        if (right & (sure >= threshold)).mean() >= target:
            return threshold
    return None


def _share_kept(sure, right, target):
    for threshold in np.unique(sure):
        if right[sure >= threshold].mean() >= target:
            return (sure >= threshold).mean()
    return None


# 18.3


def cheapest_answers(probabilities):
    digits = np.arange(10)
    off = np.abs(digits[:, np.newaxis] - digits)
    expected = probabilities @ off
    return expected.argmin(axis=1)


def _ends_apart():
    """Rows in which the likeliest digit is not the cheapest answer."""
    rows = _random.dirichlet(np.full(10, 0.4), size=12)
    rows[0] = 0
    rows[0, [1, 7, 8]] = 0.4, 0.35, 0.25
    return rows


# 18.4


def corrected(probabilities, shares_before, shares_after):
    weighted = probabilities * shares_after / shares_before
    return weighted / weighted.sum(axis=1, keepdims=True)


# 18.5


def read_cheque(probabilities, price):
    joint = np.ones(1)
    for row in probabilities:
        joint = np.outer(joint, row).ravel()
    amounts = np.arange(len(joint))
    likely = np.flatnonzero(joint.cumsum() >= 0.5)
    amount = likely[0]
    expected = np.abs(amounts - amount) @ joint
    if expected > price:
        return -1
    return int(amount)


def _amount_of(digits):
    return int("".join(str(one) for one in digits))


def _joint(probabilities):
    joint = np.ones(1)
    for row in probabilities:
        joint = np.outer(joint, row).ravel()
    return joint


def _likeliest(probabilities, price):
    amount = _amount_of(probabilities.argmax(axis=1))
    expected = np.abs(np.arange(10 ** len(probabilities)) - amount) @ _joint(probabilities)
    return -1 if expected > price else amount


def _without_the_price(probabilities, price):
    return int(np.flatnonzero(_joint(probabilities).cumsum() >= 0.5)[0])


def _from_the_wrong_end(probabilities, price):
    return read_cheque(probabilities[::-1], price)


def _asked_the_wrong_way(probabilities, price):
    joint = _joint(probabilities)
    amount = int(np.flatnonzero(joint.cumsum() >= 0.5)[0])
    return -1 if np.abs(np.arange(len(joint)) - amount) @ joint < price else amount


def _squared(probabilities, price):
    joint = _joint(probabilities)
    amounts = np.arange(len(joint))
    amount = round(float(amounts @ joint))
    return -1 if np.abs(amounts - amount) @ joint > price else amount


def _cheque(*rows):
    made = np.full((len(rows), 10), 0.0)
    for row, chances in zip(made, rows):
        for digit, chance in chances.items():
            row[digit] = chance
    return made


EXERCISES = (
    FunctionExercise(
        number="18.1",
        title="A calibration error with equally full bins",
        solution=equal_count_error,
        cases=[
            (
                np.array([0.9, 0.5, 0.8, 0.6]),
                np.array([True, False, True, True]),
                2,
            ),
            (*_sure_and_right(23), 5),
            (*_sure_and_right(40), 4),
            (*_sure_and_right(31), 3),
        ],
        lesson="sorted by how sure they are and cut into equal numbers, the answers fill every "
        "bin, the crowded ones near 1 as well.",
        why="Most answers of a trained network lie in the last bin of equal width, and within it "
        "too little and too much confidence cancel out. Equal numbers cut that bin up.",
        hints=[
            "np.argsort(sure) gives the places of the answers from the least sure to the surest.",
            "np.array_split(places, bins) cuts them into parts of nearly equal number.",
            "For each part: abs(sure[part].mean() - right[part].mean()), weighted by "
            "len(part) / len(sure). What is left is to add them up.",
        ],
        mistakes=[
            Mistake(
                _equal_widths,
                "your bins are equally wide. Here they are to be equally full: sort the answers, "
                "then cut the line into parts of equal number.",
            ),
            Mistake(
                _unsorted,
                "you cut the answers as they came. Sort them by `sure` first, and `right` along "
                "with it: np.argsort.",
            ),
            Mistake(
                _of_parts(lambda gaps, shares: np.abs(gaps).mean()),
                "you averaged the gaps as if all parts were equally large. Weight each by its "
                "share of the answers.",
            ),
            Mistake(
                _of_parts(lambda gaps, shares: gaps @ shares),
                "gaps above and below cancel out in your sum. Take the absolute value of each "
                "gap before you add.",
            ),
            Mistake(
                _of_parts(lambda gaps, shares: np.abs(gaps).max()),
                "this is the largest gap. Asked for is their average, weighted by the share of "
                "the answers.",
            ),
        ],
    ),
    FunctionExercise(
        number="18.2",
        title="The lowest threshold that keeps a promise",
        solution=threshold_for,
        cases=[
            (
                np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.99]),
                np.array([False, True, True, False, True, True]),
                0.75,
            ),
            # the surest answer is wrong: the promise fails first and holds later
            (
                np.array([0.99, 0.95, 0.9, 0.85, 0.8, 0.3]),
                np.array([False, True, True, True, True, False]),
                0.8,
            ),
            # several answers with the same probability
            (
                np.array([0.9, 0.7, 0.7, 0.7, 0.6, 0.5, 0.95]),
                np.array([True, True, False, True, False, False, True]),
                0.8,
            ),
            (*_sure_and_right(40), 0.8),
        ],
        lesson="the lower the threshold that still keeps the promise, the more is answered.",
        why="The share of right answers goes up and down as the threshold falls, so that all "
        "thresholds must be tried.",
        hints=[
            "Only the probabilities that occur need to be tried: np.unique(sure) sorts them.",
            "For one threshold, right[sure >= threshold].mean() is what the promise is about.",
            "Begin at the lowest. What do you return as soon as the mean reaches the target?",
        ],
        mistakes=[
            Mistake(
                _first_fall,
                "you came down from the surest and stopped at the first threshold that broke the "
                "promise. The share of right answers can rise again below it: try all.",
            ),
            Mistake(
                _highest,
                "this keeps the promise, and answers as little as possible. Look for the lowest "
                "threshold that keeps it.",
            ),
            Mistake(
                _strictly,
                "an answer whose probability equals the threshold is given: use >=, not >.",
            ),
            Mistake(
                _of_all,
                "you divided by all examples. The promise is about the answers that are given: "
                "take the mean over those only.",
            ),
            Mistake(
                _share_kept,
                "this is the share that is answered. Asked for is the threshold itself.",
            ),
        ],
    ),
    FunctionExercise(
        number="18.3",
        title="The answer that is expected to cost least",
        solution=cheapest_answers,
        cases=[(_ends_apart(),), (_random.dirichlet(np.full(10, 0.6), size=9),)],
        also_right=[
            lambda probabilities: (
                np.abs(np.subtract.outer(np.arange(10), np.arange(10))) @ probabilities.T
            ).argmin(axis=0),
        ],
        lesson="where errors cost by their size, the best answer is the median of the "
        "probabilities, which need not be the likeliest digit.",
        why="Notebook 12's incomes: under absolute errors the best single answer is the median.",
        hints=[
            "What does the answer 7 cost if the digit is a 1? And how likely is that?",
            "With a table off[true, answer] = |true − answer|, the expected cost of every answer "
            "is one matrix product.",
            "expected = probabilities @ off has a row for each digit and a column for each "
            "answer. Which column do you take?",
        ],
        mistakes=[
            Mistake(
                lambda probabilities: probabilities.argmax(axis=1),
                "this is the likeliest digit. It makes the fewest errors; asked for is the answer "
                "whose errors are expected to cost least.",
            ),
            Mistake(
                lambda probabilities: np.rint(probabilities @ np.arange(10)).astype(int),
                "this is the mean, which is best where errors cost by their square. Here they "
                "cost by their size.",
            ),
            Mistake(
                lambda probabilities: (
                    probabilities @ np.abs(np.arange(10)[:, np.newaxis] - np.arange(10))
                ).argmax(axis=1),
                "you took the answer with the highest expected cost: argmin.",
            ),
            Mistake(
                lambda probabilities: (
                    probabilities @ np.abs(np.arange(10)[:, np.newaxis] - np.arange(10))
                ).min(axis=1),
                "these are the costs of the best answers. Asked for are the answers: argmin "
                "instead of min.",
            ),
        ],
    ),
    FunctionExercise(
        number="18.4",
        title="Probabilities for another world",
        solution=corrected,
        cases=[
            (np.array([[0.5, 0.5]]), np.array([0.9, 0.1]), np.array([0.5, 0.5])),
            (
                _random.dirichlet(np.ones(4), size=5),
                np.array([0.4, 0.3, 0.25, 0.05]),
                np.array([0.1, 0.2, 0.3, 0.4]),
            ),
            (
                _random.dirichlet(np.ones(3), size=4),
                np.array([1 / 3, 1 / 3, 1 / 3]),
                np.array([0.7, 0.2, 0.1]),
            ),
        ],
        lesson="by Bayes' rule, each probability is multiplied by how much more common its class "
        "has become, and the row is divided by its sum.",
        why="The network has learned p(class | image), which holds p(class) of its training "
        "digits; the ratio exchanges that for the new one.",
        hints=[
            "Bayes: p(class | image) is p(image | class) · p(class), up to a factor. Which of the "
            "two changes from one world to the other?",
            "Divide by the share that the class had in training, multiply by the share it has now.",
            "weighted = probabilities * shares_after / shares_before. What do its rows add up to, "
            "and what should they?",
        ],
        mistakes=[
            Mistake(
                lambda probabilities, before, after: probabilities * after / before,
                "your rows don't add up to 1. Divide each by its sum.",
            ),
            Mistake(
                lambda probabilities, before, after: corrected(probabilities, after, before),
                "you corrected into the other direction: a class that has become more common must "
                "gain.",
            ),
            Mistake(
                lambda probabilities, before, after: corrected(
                    probabilities, np.ones(len(before)), after
                ),
                "you multiplied by the new shares only. The old ones are in the probabilities "
                "already: divide by them.",
            ),
            Mistake(
                lambda probabilities, before, after: (
                    probabilities
                    * after
                    / before
                    / (probabilities * after / before).sum(axis=0, keepdims=True)
                ),
                "you divided the columns by their sums. It is the rows that must add up to 1: "
                "axis=1.",
            ),
        ],
    ),
    FunctionExercise(
        number="18.5",
        title="Read a whole cheque, or pick up the telephone",
        solution=read_cheque,
        cases=[
            (_cheque({4: 0.9, 9: 0.1}, {2: 1.0}), 6),
            (_cheque({4: 0.9, 9: 0.1}, {2: 1.0}), 3),
            # expected to cost exactly the price: no reason to ask
            (_cheque({4: 0.75, 8: 0.25}), 1.0),
            (_cheque({1: 0.4, 7: 0.35, 8: 0.25}, {0: 0.7, 6: 0.3}, {3: 1.0}), 900),
            (_cheque({3: 0.98, 5: 0.02}, {1: 0.6, 7: 0.4}, {2: 0.5, 8: 0.3, 9: 0.2}), 60),
            (_cheque({2: 0.45, 5: 0.3, 6: 0.25}, {3: 0.2, 8: 0.8}), 30),
        ],
        lesson="the distribution of a whole amount is built place by place, its median is the "
        "cheapest answer, and the telephone is cheaper where even that is expected to cost more.",
        why="The places err independently of one another, so that probabilities multiply: the "
        "outer product, read out row by row, is in the order of the amounts.",
        hints=[
            "Two places first: the probability of 42 is that of a 4 in the first times that of a "
            "2 in the second. np.outer has all hundred of them.",
            "np.outer(joint, row).ravel() puts them in order: place 42 holds the probability of "
            "42. Begin with joint = np.ones(1), and do it for every row.",
            "The cheapest amount is the median: the first at which joint.cumsum() reaches 0.5. "
            "Compare np.abs(amounts - amount) @ joint with the price.",
        ],
        mistakes=[
            Mistake(
                _likeliest,
                "you wrote the likeliest digits side by side. The cheapest amount is the median "
                "of the amount's distribution.",
            ),
            Mistake(
                _without_the_price,
                "you never ask. Where the expected error of the amount exceeds the price, return "
                "-1.",
            ),
            Mistake(
                _from_the_wrong_end,
                "you read the places from the wrong end: the first row is the leading digit.",
            ),
            Mistake(
                _asked_the_wrong_way,
                "you ask where the answer is cheap. Ask where its expected error exceeds the "
                "price.",
            ),
            Mistake(
                _squared,
                "you answer with the mean of the amounts. Where an error costs by its size, the "
                "median is the cheapest.",
            ),
        ],
    ),
)
