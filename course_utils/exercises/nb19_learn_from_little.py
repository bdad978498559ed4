"""Exercises of notebook 19, learn from little."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(19)


# 19.1


def nearest_mean(features, labels, asked):
    classes = np.unique(labels)
    means = np.stack([features[labels == c].mean(axis=0) for c in classes])
    gaps = asked[:, np.newaxis] - means
    return classes[(gaps**2).sum(axis=2).argmin(axis=1)]


def _distances(features, labels, asked):
    classes = np.unique(labels)
    means = np.stack([features[labels == c].mean(axis=0) for c in classes])
    return classes, means, ((asked[:, np.newaxis] - means) ** 2).sum(axis=2)


def _nearest_example(features, labels, asked):
    gaps = asked[:, np.newaxis] - features
    return labels[(gaps**2).sum(axis=2).argmin(axis=1)]


def _place_of_the_mean(features, labels, asked):
    return _distances(features, labels, asked)[2].argmin(axis=1)


def _farthest(features, labels, asked):
    classes, _, distances = _distances(features, labels, asked)
    return classes[distances.argmax(axis=1)]


def _largest_product(features, labels, asked):
    classes, means, _ = _distances(features, labels, asked)
    return classes[(asked @ means.T).argmax(axis=1)]


def _clouds(count, p, classes, asked):
    labels = np.tile(classes, count)
    centres = _random.normal(size=(len(classes), p)) + 2
    features = np.tile(centres, (count, 1)) + _random.normal(size=(len(labels), p))
    return (
        features,
        labels,
        centres[_random.integers(len(classes), size=asked)]
        + _random.normal(scale=0.8, size=(asked, p)),
    )


# 19.2


def labels_needed(labels, read, target):
    places = np.log(labels)
    return np.exp(np.interp(target, read, places))


def _next_measured(labels, read, target):
    return labels[np.argmax(read >= target)]


def _a_curve(rng):
    labels = np.sort(rng.choice(np.arange(1, 400), size=4, replace=False))
    read = np.sort(np.round(rng.uniform(50, 99, size=4), 1))
    return labels, read, float(rng.uniform(read[0], read[-1]))


# 19.3


def stops_paying(labels, transfer, scratch):
    gain = transfer - scratch
    error = gain.std(axis=1, ddof=1) / np.sqrt(gain.shape[1])
    pays = gain.mean(axis=1) > 2 * error
    found = -1
    for n, still in zip(labels[::-1], pays[::-1]):
        if still:
            break
        found = n
    return found


def _pays(transfer, scratch, ddof=1, width=2.0, root=True):
    gain = transfer - scratch
    error = gain.std(axis=1, ddof=ddof) / (np.sqrt(gain.shape[1]) if root else 1)
    return gain.mean(axis=1) > width * error


def _from_there_on(labels, pays):
    found = -1
    for n, still in zip(labels[::-1], pays[::-1]):
        if still:
            break
        found = n
    return found


def _first_time(labels, transfer, scratch):
    for n, pays in zip(labels, _pays(transfer, scratch)):
        if not pays:
            return n
    return -1


def _unpaired(labels, transfer, scratch):
    count = transfer.shape[1]
    error = np.sqrt(transfer.var(axis=1, ddof=1) / count + scratch.var(axis=1, ddof=1) / count)
    return _from_there_on(labels, (transfer - scratch).mean(axis=1) > 2 * error)


def _without_margin(labels, transfer, scratch):
    return _from_there_on(labels, _pays(transfer, scratch, width=0.0))


def _spread_of_one(labels, transfer, scratch):
    return _from_there_on(labels, _pays(transfer, scratch, root=False))


def _last_that_pays(labels, transfer, scratch):
    pays = _pays(transfer, scratch)
    return labels[np.flatnonzero(pays)[-1]] if pays.any() else -1


def _race(gains, spread, shared, labels=(1, 5, 20, 100, 1000)):
    """Percentages of five draws: shared luck of the draw, and luck of each method's own."""
    gains = np.asarray(gains, float)
    luck = _random.normal(scale=shared, size=(len(gains), 5))
    scratch = 80 + luck
    own = _random.normal(size=luck.shape)
    own = own - own.mean(axis=1, keepdims=True)
    own = spread * own / own.std(axis=1, ddof=1, keepdims=True)
    return np.array(labels[: len(gains)]), scratch + gains[:, np.newaxis] + own, scratch


# 19.4


def labels_to_buy(labels, read, price, loss, digits):
    misread = digits * (100 - read) / 100
    cost = price * labels + loss * misread
    return labels[cost.argmin()]


def _an_offer(rng):
    labels = np.sort(rng.choice(np.arange(10, 1100, 10), size=4, replace=False))
    read = np.sort(np.round(rng.uniform(80, 99.5, size=4), 1))
    price = float(np.round(rng.uniform(0.5, 5), 1))
    return (
        labels,
        read,
        price,
        float(np.round(rng.uniform(0.2, 3), 1)),
        int(rng.integers(500, 9000)),
    )


# 19.5


def learn_from_little(kernels, images, labels, asked):
    size = kernels.shape[1:]

    def features(pictures):
        windows = np.lib.stride_tricks.sliding_window_view(pictures, size, axis=(1, 2))
        maps = np.maximum(np.einsum("nhwij,cij->nhwc", windows, kernels), 0)
        h, w = maps.shape[1] // 2, maps.shape[2] // 2
        quarters = maps[:, :h, :w], maps[:, :h, w:], maps[:, h:, :w], maps[:, h:, w:]
        return np.concatenate([part.max(axis=(1, 2)) for part in quarters], axis=1)

    known, new = features(images), features(asked)
    means = np.stack([known[labels == c].mean(axis=0) for c in np.unique(labels)])
    return ((new[:, np.newaxis] - means) ** 2).sum(axis=2)


def _learner(*, flip=False, relu=True, whole=False, pool=np.max, root=False, example=False):
    """A wrong answer: the right one with one step done otherwise."""

    def features(kernels, pictures):
        used = kernels[:, ::-1, ::-1] if flip else kernels
        windows = np.lib.stride_tricks.sliding_window_view(pictures, kernels.shape[1:], axis=(1, 2))
        maps = np.einsum("nhwij,cij->nhwc", windows, used)
        maps = np.maximum(maps, 0) if relu else maps
        h, w = maps.shape[1] // 2, maps.shape[2] // 2
        parts = [maps[:, :h, :w], maps[:, :h, w:], maps[:, h:, :w], maps[:, h:, w:]]
        parts = [maps] if whole else parts
        return np.concatenate([pool(part, axis=(1, 2)) for part in parts], axis=1)

    def answer(kernels, images, labels, asked):
        known, new = features(kernels, images), features(kernels, asked)
        classes = np.unique(labels)
        if example:
            gaps = ((new[:, np.newaxis] - known) ** 2).sum(axis=2)
            return np.stack([gaps[:, labels == c].min(axis=1) for c in classes], axis=1)
        means = np.stack([known[labels == c].mean(axis=0) for c in classes])
        distances = ((new[:, np.newaxis] - means) ** 2).sum(axis=2)
        return np.sqrt(distances) if root else distances

    return answer


def _pictures(count, h, w, kernels, k, classes, asked):
    images = _random.random((count, h, w)).round(3)
    labels = np.resize(classes, count)
    bank = _random.normal(size=(kernels, k, k)).round(2)
    return bank, images, labels, _random.random((asked, h, w)).round(3)


EXERCISES = (
    FunctionExercise(
        number="19.1",
        title="Read by the nearest class mean",
        solution=nearest_mean,
        cases=[
            (
                np.array([[0.0, 0], [4, 0], [10, 0], [10, 2]]),
                np.array([3, 3, 7, 7]),
                np.array([[5.0, 1], [7, 0], [1, 1]]),
            ),
            _clouds(4, 3, np.array([2, 5, 9]), 12),
            _clouds(3, 5, np.array([0, 1, 4, 8]), 15),
        ],
        lesson="a class can be known by one point, the mean of its examples: no training at all, "
        "and with good features hard to beat where labels are few.",
        why="The mean of a few examples lies nearer to the middle of its class than a single "
        "example does. J. Snell and others call such means prototypes (2017).",
        hints=[
            "np.unique(labels) lists the classes. What is the mean of the rows of one class?",
            "asked[:, np.newaxis] - means has a row for each digit asked, a column for each class.",
            "With the squared distances summed over the last axis, argmin gives the place of the "
            "nearest mean. Which class stands at that place?",
        ],
        mistakes=[
            Mistake(
                _nearest_example,
                "this is the nearest single example. Take the mean of each class first, and then "
                "the nearest mean.",
            ),
            Mistake(
                _place_of_the_mean,
                "these are places in the list of classes. Use them to look the classes up.",
            ),
            Mistake(
                _farthest,
                "you took the farthest mean: argmin instead of argmax.",
            ),
            Mistake(
                _largest_product,
                "you compared inner products. A long mean has large ones with everything "
                "(notebook 01): use distances.",
            ),
        ],
    ),
    FunctionExercise(
        number="19.2",
        title="How many labels for so much read?",
        solution=labels_needed,
        cases=[
            (np.array([1, 100]), np.array([80.0, 90.0]), 85.0),
            (np.array([1, 5, 20, 100]), np.array([63.0, 81.5, 90.0, 96.0]), 85.0),
            (np.array([1, 5, 20, 100]), np.array([63.0, 81.5, 90.0, 96.0]), 90.0),
            (np.array([2, 8, 30]), np.array([51.0, 70.5, 88.5]), 60.0),
        ],
        fresh=_a_curve,
        lesson="on a logarithmic axis the curve is nearly straight between its points, so that is "
        "where a line may stand in for it.",
        why="np.interp takes the known places second and what to read off there third: here the "
        "share read is what we know, and the logarithm of the labels what we look for.",
        hints=[
            "np.interp(x, xs, ys) reads ys off at x. Which of the two, labels or share, is known?",
            "The straight line is to run along the *logarithm* of the labels.",
            "np.interp(target, read, np.log(labels)) is the logarithm of the answer.",
        ],
        mistakes=[
            Mistake(
                lambda labels, read, target: np.interp(target, read, labels),
                "your line runs along the labels themselves. Between 20 and 100 the curve bends: "
                "take logarithms, and undo them at the end.",
            ),
            Mistake(
                _next_measured,
                "this is the next number that was measured. Read between the points.",
            ),
            Mistake(
                lambda labels, read, target: np.interp(target, read, np.log(labels)),
                "this is the logarithm of the number: undo it with np.exp.",
            ),
            Mistake(
                lambda labels, read, target: np.interp(np.log(target), np.log(labels), read),
                "you read the share off at a number of labels. It is the other way round: the "
                "share is given.",
            ),
        ],
    ),
    FunctionExercise(
        number="19.3",
        title="Where transfer stops paying",
        solution=stops_paying,
        cases=[
            _race([20, 10, 5, 0.2, -0.5], 0.6, 3.0),
            # a gap that is small and sure, because both had the same luck
            _race([12, 1.0, 0.9, 0.05], 0.5, 6.0),
            # it seems to stop, and pays again
            _race([9, 0.1, 4, 2, 0.3], 0.8, 2.0),
            # to the end
            _race([9, 5, 4], 0.7, 2.0),
            # nowhere
            _race([0.4, -1, -0.2], 1.0, 2.0),
            # sure and not sure, where a spread divided by n and not by n - 1 would say otherwise
            _race([5, 0.95, 0.85], 1.0, 1.0),
            # exactly alike at the end: no gain, and no spread
            _race([6, 3, 0], 0.0, 1.0),
        ],
        lesson="a gain is believed where its mean over the draws is more than two standard errors, "
        "and transfer stops paying where none is left, at that number and at all larger ones.",
        why="Each draw gives both methods the same labels, so the luck of the draw drops out of "
        "the differences (notebook 11).",
        hints=[
            "Begin with the differences, one for each draw: both methods had the same labels.",
            "The standard error of their mean is std(ddof=1) divided by the root of how many.",
            "Walk from the largest number of labels down, as long as the gain is not sure. Where "
            "did you come to, before it was?",
        ],
        mistakes=[
            Mistake(
                _first_time,
                "you stopped at the first number without a sure gain, but it pays again at a "
                "larger one. Walk down from the largest.",
            ),
            Mistake(
                _unpaired,
                "you compared the two spreads. The draws are paired: take the differences first, "
                "and their spread.",
            ),
            Mistake(
                _without_margin,
                "you counted any gain above zero. A gain within two standard errors may be luck.",
            ),
            Mistake(
                _spread_of_one,
                "this is the spread of single draws. The standard error of a mean is smaller by "
                "the root of their number.",
            ),
            Mistake(
                _last_that_pays,
                "this is the last number at which it pays. Asked for is the next one.",
            ),
        ],
    ),
    FunctionExercise(
        number="19.4",
        title="How many labels to buy",
        solution=labels_to_buy,
        cases=[
            (np.array([10, 50, 200]), np.array([90.0, 97.0, 99.0]), 1.0, 1.0, 1000),
            (np.array([10, 50, 200, 1000]), np.array([93.0, 98.0, 98.8, 99.2]), 2.0, 0.5, 10_000),
            (np.array([10, 50, 200, 1000]), np.array([93.0, 98.0, 98.8, 99.2]), 2.0, 30.0, 10_000),
            # saves a little more than it costs, and a little less; parts of a digit count as well
            (np.array([10, 110, 400]), np.array([95.0, 96.005, 96.0]), 1.0, 1.0, 10_000),
            (np.array([10, 110, 400]), np.array([95.0, 95.995, 96.0]), 1.0, 1.0, 10_000),
            (np.array([0, 1]), np.array([94.1, 94.9]), 0.5, 1.0, 100),
        ],
        fresh=_an_offer,
        lesson="buy labels as long as the next ones save more than they cost.",
        why="Prices and shares alone decide nothing: what counts is how many digits will be read, "
        "for each label is paid once and helps with all of them.",
        hints=[
            "How many of the digits will be misread with each offer? `read` is in per cent.",
            "Each misread digit costs `loss`, each label `price`.",
            "cost = price * labels + loss * misread. Which of the labels belongs to the lowest?",
        ],
        mistakes=[
            Mistake(
                lambda labels, read, price, loss, digits: labels[read.argmax()],
                "you bought the best reader, whatever it costs. Add the price of the labels.",
            ),
            Mistake(
                lambda labels, read, price, loss, digits: labels[
                    (price * labels + loss * digits * (100 - read)).argmin()
                ],
                "the share is in per cent: divide by 100, or errors cost a hundred times too much.",
            ),
            Mistake(
                lambda labels, read, price, loss, digits: (
                    price * labels + loss * digits * (100 - read) / 100
                ).argmin(),
                "this is the place of the cheapest offer. Look up how many labels it has.",
            ),
            Mistake(
                lambda labels, read, price, loss, digits: (
                    price * labels + loss * digits * (100 - read) / 100
                ).min(),
                "this is the lowest cost. Asked for are the labels that it belongs to.",
            ),
            Mistake(
                lambda labels, read, price, loss, digits: labels[
                    (price * labels + loss * digits * read / 100).argmin()
                ],
                "you charged for the digits that are read. It is the others that cost.",
            ),
        ],
    ),
    FunctionExercise(
        number="19.5",
        title="A learner from little, whole",
        solution=learn_from_little,
        cases=[
            _pictures(4, 6, 6, 1, 3, np.array([3, 8]), 2),
            _pictures(6, 8, 7, 2, 3, np.array([1, 4, 5]), 3),
            _pictures(5, 6, 9, 3, 2, np.array([0, 7]), 4),
        ],
        lesson="frozen kernels, a bend, pooling, class means: a whole learner, and the labels serve "
        "for nothing but the means.",
        why="The body is the same for examples and for what is asked, so it is a function of its "
        "own; better kernels make a better learner, without another line.",
        hints=[
            "Write the body as a function of its own, features(pictures), for both sets of images.",
            "sliding_window_view(pictures, size, axis=(1, 2)) has the windows on its last two axes; "
            "einsum over these two gives the maps, which ReLU bends.",
            "Cut the maps into four quarters, take the maximum of each over both axes, and put the "
            "four side by side. What remains is exercise 19.1, up to its squared distances.",
        ],
        mistakes=[
            Mistake(
                _learner(flip=True),
                "you turned the kernels round. Networks slide them as they are (notebook 03).",
            ),
            Mistake(
                _learner(relu=False),
                "your negative answers are still there. Bend them to 0, with ReLU, before you pool.",
            ),
            Mistake(
                _learner(whole=True),
                "you pooled over the whole map, so that it no longer matters where something was "
                "found. Pool each quarter.",
            ),
            Mistake(
                _learner(pool=np.mean),
                "you took the mean of each quarter. Take the maximum.",
            ),
            Mistake(
                _learner(root=True),
                "these are distances. Asked for are their squares, without the root.",
            ),
            Mistake(
                _learner(example=True),
                "these are distances to the nearest example. Take the mean of each class first.",
            ),
        ],
    ),
)
