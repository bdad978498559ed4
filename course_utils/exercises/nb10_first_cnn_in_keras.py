"""Exercises of notebook 10, the first CNN in Keras."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

_random = np.random.default_rng(10)


# 10.1


def shares_of_votes(votes, classes):
    shares = np.zeros((len(votes), classes))
    for i, row in enumerate(votes):
        for vote in row:
            shares[i, vote] += 1 / len(row)
    return shares


def _majority(votes, classes):
    return np.eye(classes)[shares_of_votes(votes, classes).argmax(axis=1)]


def _each_class_once(votes, classes):
    shares = np.zeros((len(votes), classes))
    shares[np.arange(len(votes))[:, None], votes] += 1 / votes.shape[1]
    return shares


def _shared_among_the_named(votes, classes):
    named = shares_of_votes(votes, classes) > 0
    return named / named.sum(axis=1, keepdims=True)


# 10.2


def network_parameters(kernel_size, filters1, filters2, hidden):
    side = ((28 - kernel_size + 1) // 2 - kernel_size + 1) // 2
    conv1 = (kernel_size**2 + 1) * filters1
    conv2 = (kernel_size**2 * filters1 + 1) * filters2
    dense1 = (side**2 * filters2 + 1) * hidden
    output = (hidden + 1) * 10
    return conv1 + conv2 + dense1 + output


def _side_after_pool2(k):
    return ((28 - k + 1) // 2 - k + 1) // 2


def _parameters(k, filters1, filters2, hidden, **changed):
    """Number of parameters with the number of inputs or biases of some layers changed."""
    inputs = {
        "conv1": k**2,
        "conv2": k**2 * filters1,
        "dense1": _side_after_pool2(k) ** 2 * filters2,
        "output": hidden,
        "bias": 1,
    } | changed
    units = {"conv1": filters1, "conv2": filters2, "dense1": hidden, "output": 10}
    return sum((inputs[layer] + inputs["bias"]) * count for layer, count in units.items())


def _bias_at_every_position(k, filters1, filters2, hidden):
    side1 = 28 - k + 1
    side2 = side1 // 2 - k + 1
    surplus = (side1**2 - 1) * filters1 + (side2**2 - 1) * filters2
    return network_parameters(k, filters1, filters2, hidden) + surplus


# 10.3


def accuracy_and_loss(probabilities, labels):
    accuracy = np.mean(probabilities.argmax(axis=1) == labels)
    of_true_class = probabilities[np.arange(len(labels)), labels]
    return accuracy, np.mean(-np.log(of_true_class))


def _accuracy_and(loss):
    """A wrong answer: the right accuracy with another loss, made from what the truth was given."""

    def answer(probabilities, labels):
        accuracy = np.mean(probabilities.argmax(axis=1) == labels)
        return accuracy, loss(probabilities[np.arange(len(labels)), labels], probabilities)

    return answer


def _three_clear_cases():
    return np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.5, 0.25]]), np.array([0, 1, 1])


# 10.4


def right_but_unsure():
    probabilities_of_a_3 = np.full(10, 0.88 / 9)
    probabilities_of_a_3[3] = 0.12
    return probabilities_of_a_3


def _with_three(probability):
    """Ten probabilities that add up to 1; what digit 3 leaves is shared equally."""
    probabilities = np.full(10, (1 - probability) / 9)
    probabilities[3] = probability
    return probabilities


def _is_right_but_unsure(p):
    others = np.delete(p, 3)
    return (
        p.shape == (10,)
        and np.isfinite(p).all()
        and p.min() >= 0
        and abs(p.sum() - 1) < 1e-3
        and p[3] > others.max()
        and -np.log(p[3]) > 2
    )


# 10.5


def choose_by_validation(losses, patience):
    lowest, setting, best_epoch, epochs_run = np.inf, 0, 0, 0
    for place, trial in enumerate(losses):
        best, best_at = np.inf, 0
        for epoch, loss in enumerate(trial, start=1):
            epochs_run += 1
            if loss < best:
                best, best_at = loss, epoch
            if epoch - best_at == patience:
                break
        if best < lowest:
            lowest, setting, best_epoch = best, place, best_at
    return setting, best_epoch, epochs_run


def _run(trial, patience, *, in_a_row=True, against_lowest=True, ties_improve=False):
    """The losses of the epochs that are run, by a rule for stopping that may be a wrong one."""
    best, before, waited = np.inf, np.inf, 0
    for epoch, loss in enumerate(trial, start=1):
        bar = best if against_lowest else before
        improved = loss < bar or (ties_improve and loss == bar)
        best, before = min(best, loss), loss
        if not improved:
            waited += 1
        elif in_a_row:
            waited = 0
        if waited >= patience:
            return trial[:epoch]
    return trial


def _choice(runs, value=np.min, place_of_best=np.argmin):
    """Setting and epoch that a table of losses points to, with the epochs it holds."""
    values = [value(run) for run in runs]
    setting = int(np.argmin(values))
    return setting, int(place_of_best(runs[setting])) + 1, sum(map(len, runs))


def _choosing(value=np.min, place_of_best=np.argmin, later=0, **rule):
    """An answer that stops by a rule of its own, or `later` epochs later."""

    def answer(losses, patience):
        return _choice([_run(t, patience + later, **rule) for t in losses], value, place_of_best)

    return answer


def _last_place_of_lowest(run):
    return len(run) - 1 - int(np.argmin(run[::-1]))


def _looked_past_the_stop(losses, patience):
    return *_choice(losses)[:2], choose_by_validation(losses, patience)[2]


def _last_of_equal_settings(losses, patience):
    runs = [_run(trial, patience) for trial in losses]
    values = [min(run) for run in runs]
    setting = len(values) - 1 - int(np.argmin(values[::-1]))
    return setting, int(np.argmin(runs[setting])) + 1, sum(map(len, runs))


def _epochs_of_the_chosen_one(losses, patience):
    setting, epoch, _ = choose_by_validation(losses, patience)
    return setting, epoch, len(_run(losses[setting], patience))


def _epochs_up_to_the_best(losses, patience):
    setting, epoch, _ = choose_by_validation(losses, patience)
    runs = [_run(trial, patience) for trial in losses]
    return setting, epoch, sum(int(np.argmin(run)) + 1 for run in runs)


def _all_epochs_counted(losses, patience):
    setting, epoch, _ = choose_by_validation(losses, patience)
    return setting, epoch, sum(map(len, losses))


def _changed(change):
    return lambda losses, patience: change(*choose_by_validation(losses, patience))


def _trials():
    draw = np.random.default_rng(105)
    falling = 2.0 / np.arange(1, 13)
    return [
        [list((falling * draw.uniform(0.6, 1.6, 12)).round(2)) for _ in range(4)] for _ in range(3)
    ]


EXERCISES = (
    FunctionExercise(
        number="10.1",
        title="Make probabilities of several people's votes",
        solution=shares_of_votes,
        cases=[
            (np.array([[2, 2, 0], [1, 0, 2]]), 3),
            (np.array([[1], [0], [3]]), 5),
            (np.array([[5, 5, 3, 5], [0, 0, 0, 0], [9, 4, 4, 9]]), 10),
            (np.array([[1, 1, 3, 1, 3], [0, 2, 2, 2, 1]]), 7),
        ],
        also_right=[
            lambda votes, classes: np.eye(classes)[votes].mean(axis=1),
            lambda votes, classes: [
                np.bincount(row, minlength=classes) / len(row) for row in votes
            ],
            lambda votes, classes: np.stack(
                [(votes == c).mean(axis=1) for c in range(classes)], axis=-1
            ),
        ],
        lesson="a label can be ten probabilities of any kind; one-hot is the case in which all "
        "agree.",
        why="Every vote adds its share to one cell, so that votes for the same class add up, and "
        "each row has the sum 1.",
        hints=[
            "Begin with np.zeros((len(votes), classes)): one row per image, one column per class.",
            "With n people, each vote is worth 1 / n. Two votes for one class make 2 / n.",
            "A loop over the rows, and in it one over the votes, adds 1 / n at [row, vote].",
        ],
        mistakes=[
            Mistake(
                _each_class_once,
                "two votes for the same class count once only: an index that occurs twice is "
                "written once. Loop over the votes and add, or count them.",
            ),
            Mistake(
                lambda votes, classes: shares_of_votes(votes, classes) * votes.shape[1],
                "these are numbers of votes. Divide by the number of people, so that each row "
                "has the sum 1.",
            ),
            Mistake(
                _majority,
                "you let the majority decide. Keep what the others said as well: each class gets "
                "its share of the votes.",
            ),
            Mistake(
                lambda votes, classes: (shares_of_votes(votes, classes) > 0) * 1.0,
                "every class that was named has a 1. Write the share of the votes instead, so that "
                "each row has the sum 1.",
            ),
            Mistake(
                _shared_among_the_named,
                "each class that was named has the same share. One with two votes gets twice as "
                "much as one with one.",
            ),
            Mistake(
                lambda votes, classes: shares_of_votes(votes, votes.max() + 1),
                "you made as many columns as the votes at hand need. A batch may lack the last "
                "classes: make `classes` columns.",
            ),
            Mistake(
                lambda votes, classes: shares_of_votes(votes, classes).T,
                "rows and columns are exchanged. Each image has a row, each class a column.",
            ),
            Mistake(
                lambda votes, classes: shares_of_votes(votes.T, classes),
                "you made a row for each person. The images are the rows of votes, the people its "
                "columns.",
            ),
            Mistake(
                lambda votes, classes: np.roll(shares_of_votes(votes, classes), -1, axis=1),
                "each share stands one place too far left. Classes count from 0: index with the "
                "vote, not with vote − 1.",
            ),
            Mistake(
                lambda votes, classes: (
                    shares_of_votes(votes, classes) * votes.shape[1] / len(votes)
                ),
                "you divided by the number of images. A row of votes has as many entries as there "
                "are people: votes.shape[1].",
            ),
            Mistake(
                lambda votes, classes: shares_of_votes(votes, classes) * votes.shape[1] / classes,
                "you divided by the number of classes. Divide by the number of votes in the row.",
            ),
        ],
    ),
    FunctionExercise(
        number="10.2",
        title="Count the parameters of a changed network",
        solution=network_parameters,
        fresh=lambda rng: tuple(int(each) for each in rng.integers((1, 1, 1, 1), (8, 40, 70, 200))),
        cases=[(5, 10, 20, 100), (3, 32, 64, 128), (7, 8, 12, 30), (4, 6, 9, 20), (2, 5, 7, 11)],
        lesson="every layer costs (inputs of one unit + 1) times its units, and the number of "
        "positions never enters for a convolution.",
        why="The 1 in each bracket is the bias; a unit of a convolution is a filter, and its "
        "inputs are one patch through all channels.",
        hints=[
            "Four layers learn. For each: how many numbers does one unit take in, plus one bias, "
            "and how many units are there?",
            "A filter of conv2 is as deep as pool1 has channels: kernel_size² · filters1 weights.",
            "dense1 takes in all of pool2: side · side · filters2 numbers. Follow the side "
            "through the four layers.",
        ],
        mistakes=[
            Mistake(
                lambda k, f1, f2, h: _parameters(k, f1, f2, h, bias=0),
                "you counted the weights only. Every filter and every dense unit has one bias "
                "more: (inputs + 1) · units.",
            ),
            Mistake(
                lambda k, f1, f2, h: _parameters(k, f1, f2, h, conv2=k**2),
                "your filters of conv2 are flat. They go through all the channels of pool1, so "
                "each has kernel_size² · filters1 weights.",
            ),
            Mistake(
                lambda k, f1, f2, h: _parameters(k, f1, f2, h, dense1=320),
                "you left dense1 with the 320 inputs of the lesson's network. Another kernel or "
                "another number of filters changes what flatten hands over.",
            ),
            Mistake(
                lambda k, f1, f2, h: _parameters(
                    k, f1, f2, h, dense1=((28 - k + 1) // 2 - k + 1) ** 2 * f2
                ),
                "you forgot the second pooling. It halves both sides before flatten.",
            ),
            Mistake(
                lambda k, f1, f2, h: _parameters(k, f1, f2, h, dense1=_side_after_pool2(k) ** 2),
                "dense1 sees all filters2 maps, not one. Flatten hands over "
                "side · side · filters2 numbers.",
            ),
            Mistake(
                lambda k, f1, f2, h: _parameters(k, f1, f2, h) - (h + 1) * 10,
                "the output layer is missing: ten units, each with hidden inputs and a bias.",
            ),
            Mistake(
                _bias_at_every_position,
                "you gave every position of a feature map its own bias. A filter shares its bias "
                "as it shares its weights: one a filter.",
            ),
            Mistake(
                lambda k, f1, f2, h: _parameters(k, f1, f2, h, dense1=7**2 * f2),
                "you took the convolutions for padded ones. Without padding each takes k − 1 off a "
                "side before the pooling halves it.",
            ),
            Mistake(
                lambda k, f1, f2, h: _parameters(k, f1, f2, h, dense1=_side_after_pool2(k) * f2),
                "a map has two sides: flatten hands over side · side · filters2 numbers.",
            ),
            Mistake(
                lambda k, f1, f2, h: _parameters(k, f1, f2, h, conv1=k, conv2=k * f1),
                "a kernel has two sides: a filter has kernel_size · kernel_size weights a channel.",
            ),
            Mistake(
                lambda k, f1, f2, h: _parameters(
                    k, f1, f2, h, dense1=((28 - k + 1) - k + 1) ** 2 * f2
                ),
                "you left out both poolings. Each halves the side of its maps.",
            ),
            Mistake(
                lambda k, f1, f2, h: _parameters(k, f1, f2, h) - h - 10,
                "the biases of the two dense layers are missing: one for each unit.",
            ),
            Mistake(
                lambda k, f1, f2, h: _parameters(k, f1, f2, h) - f1 - f2,
                "the biases of the two convolutions are missing: one for each filter.",
            ),
        ],
    ),
    FunctionExercise(
        number="10.3",
        title="Accuracy and cross-entropy from probabilities",
        solution=accuracy_and_loss,
        cases=[
            _three_clear_cases(),
            (_random.dirichlet(np.ones(10), 8), _random.integers(0, 10, 8)),
            (_random.dirichlet(np.full(4, 0.5), 6), np.array([3, 0, 2, 2, 1, 0])),
        ],
        also_right=[
            lambda probabilities, labels: [
                (probabilities.argmax(axis=1) == labels).sum() / len(labels),
                -np.sum(np.eye(probabilities.shape[1])[labels] * np.log(probabilities))
                / len(labels),
            ]
        ],
        lesson="both numbers come from the same table: accuracy asks which probability is the "
        "largest, cross-entropy how large that of the true class is.",
        why="A pair of index arrays picks from each row the probability of its true class; all "
        "the others meet a 0 in the one-hot vector and drop out.",
        hints=[
            "The predicted class is the place of the largest probability: "
            "probabilities.argmax(axis=1). How often does it equal the label?",
            "Each row's loss is −log of one probability, that of the true class: "
            "probabilities[i, labels[i]].",
            "Average the losses over the rows, and return accuracy, loss in this order.",
        ],
        mistakes=[
            Mistake(
                lambda p, y: accuracy_and_loss(p, y)[::-1],
                "the two are exchanged: return the accuracy first, then the loss.",
            ),
            Mistake(
                _accuracy_and(lambda p, _: np.mean(np.log(p))),
                "your loss is negative. The logarithm of a probability is at most 0; the minus "
                "sign turns it into a price to pay.",
            ),
            Mistake(
                _accuracy_and(lambda p, _: np.sum(-np.log(p))),
                "you added up the losses. Take their mean, so that a large batch isn't worse "
                "than a small one.",
            ),
            Mistake(
                _accuracy_and(lambda p, _: np.mean(-np.log2(p))),
                "you used the logarithm to base 2. Keras and this course use the natural one, "
                "np.log.",
            ),
            Mistake(
                _accuracy_and(lambda p, _: np.mean(-np.log10(p))),
                "you used the logarithm to base 10. Keras and this course use the natural one, "
                "np.log.",
            ),
            Mistake(
                _accuracy_and(lambda p, everything: np.sum(-np.log(p)) / everything.size),
                "you divided by the number of cells. The zeros of the one-hot vectors count for "
                "nothing: divide by the number of rows, one loss each.",
            ),
            Mistake(
                _accuracy_and(lambda _, everything: np.mean(-np.log(everything.max(axis=1)))),
                "you took the largest probability of each row. The loss asks for the true class, "
                "whether it is the largest or not: probabilities[i, labels[i]].",
            ),
            Mistake(
                _accuracy_and(lambda _, everything: np.mean(-np.log(everything))),
                "you averaged over all classes. Only the true class of each row counts: "
                "probabilities[i, labels[i]].",
            ),
            Mistake(
                _accuracy_and(lambda p, _: -np.log(np.mean(p))),
                "you averaged before the logarithm. Take −log of each row's probability first, "
                "the mean after it: the order matters.",
            ),
            Mistake(
                lambda p, y: (
                    (p.argmax(axis=1) == y).sum(),
                    accuracy_and_loss(p, y)[1],
                ),
                "you counted the right answers. Accuracy is their share: divide by the number of "
                "rows, or use np.mean.",
            ),
            Mistake(
                lambda p, y: (
                    100 * accuracy_and_loss(p, y)[0],
                    accuracy_and_loss(p, y)[1],
                ),
                "your accuracy is in per cent. Return a share between 0 and 1, as Keras does.",
            ),
        ],
    ),
    ValueExercise(
        number="10.4",
        title="Right, and yet a large loss",
        solution=right_but_unsure,
        answer="probabilities_of_a_3",
        accepts=_is_right_but_unsure,
        also_right=[
            _with_three(0.13),
            [0.1, 0.1, 0.08, 0.13, 0.1, 0.1, 0.1, 0.1, 0.09, 0.1],
            _with_three(0.13).astype(np.float32),
        ],
        lesson="accuracy asks only which probability is the largest, cross-entropy how large it "
        "is. So a loss can rise while the accuracy stays.",
        why="The loss is −ln 0.12 ≈ 2.12, and the other nine share 0.88, less than 0.1 each, so "
        "the 3 still wins.",
        hints=[
            "The loss is −ln of one of your ten numbers. For which values is it greater than 2?",
            "p(3) has to be below e⁻² ≈ 0.135, and still larger than each of the nine others.",
            "If the nine others are equal, they are (1 − p(3)) / 9 each. Try p(3) = 0.13.",
        ],
        mistakes=[
            Mistake(
                lambda p: p.shape != (10,),
                "give ten probabilities in one list, one for each digit from 0 to 9.",
                example=np.full(9, 1 / 9),
            ),
            Mistake(
                lambda p: not np.isfinite(p).all(),
                "one of your numbers is nan or infinite. Give ten probabilities.",
                example=np.array([np.nan] * 10),
            ),
            Mistake(
                lambda p: p.shape == (10,) and p.min() < 0,
                "one of your numbers is negative, and a probability can't be.",
                example=np.array([0.1] * 3 + [0.13] + [0.15] * 5 + [-0.18]),
            ),
            Mistake(
                lambda p: p.shape == (10,) and abs(p.sum() - 1) >= 1e-3,
                "your ten numbers don't add up to 1, so softmax can't have made them. Lower or "
                "raise those of the other digits.",
                example=np.array([0.05] * 3 + [0.13] + [0.05] * 6),
            ),
            Mistake(
                lambda p: p.shape == (10,) and np.sum(p == p.max()) > 1 and p[3] == p.max(),
                "the 3 is not alone at the top. With a tie, argmax takes the first of the "
                "largest: make p(3) a little larger than every other.",
                example=np.full(10, 0.1),
            ),
            Mistake(
                lambda p: p.shape == (10,) and p.argmax() != 3,
                "here the network would be wrong: another digit has the largest probability. "
                "The loss is large enough, but p(3) has to win.",
                example=_with_three(0.05),
            ),
            Mistake(
                lambda p: p.shape == (10,) and p.argmax() == 3 and -np.log(p[3]) <= 2,
                "the network is right, but too sure of itself: −ln p(3) is at most 2. Lower p(3), "
                "and share what it loses among the others.",
                example=_with_three(0.5),
            ),
        ],
    ),
    FunctionExercise(
        number="10.5",
        title="Choose by validation, and stop early",
        solution=choose_by_validation,
        cases=[
            ([[0.9, 0.5, 0.6, 0.7, 0.1], [0.8, 0.6, 0.55, 0.5, 0.52, 0.53, 0.3]], 2),
            ([[0.7, 0.6, 0.6, 0.6, 0.4], [0.9, 0.8, 0.65, 0.62, 0.61]], 2),
            ([[0.5, 0.6, 0.4, 0.45, 0.3]], 1),
            ([[1.2, 0.8, 0.9], [1.0, 0.7, 0.6, 0.65], [0.9, 0.95, 0.85, 0.5]], 8),
            ([[0.9, 0.7, 0.8, 0.6, 0.65, 0.5, 0.55, 0.4], [2.0, 1.9, 1.8, 0.45, 0.5]], 2),
            ([[0.9, 0.95, 0.94, 0.93, 0.4], [1.0, 0.9, 1.1, 1.0, 0.99]], 3),
            *((trials, patience) for patience, trials in enumerate(_trials(), start=2)),
        ],
        also_right=[
            _choosing(),
            lambda losses, patience: list(choose_by_validation(losses, patience)),
        ],
        lesson="the validation losses decide both which setting and which epoch, and what comes "
        "after the stop was never seen.",
        why="The distance to the best epoch so far is the number of epochs without a new lowest "
        "loss; at patience the trial ends, and only then are the settings compared.",
        hints=[
            "One loop over the settings, one in it over the epochs. Remember the lowest loss so "
            "far and its epoch.",
            "When did the last new lowest loss come? As soon as it is patience epochs ago, break.",
            "Count an epoch as run before you decide whether to stop.",
            "After the inner loop compare the setting's lowest loss with the lowest of all before "
            "it, with <, so that the first of two equal ones stays.",
        ],
        mistakes=[
            Mistake(
                _looked_past_the_stop,
                "you looked at epochs that were never run. After the stop there are no losses: "
                "choose among those before it.",
            ),
            Mistake(
                _choosing(later=1),
                "you stop one epoch too late. After patience epochs in a row without a new lowest "
                "loss the training ends, that last epoch included.",
            ),
            Mistake(
                _choosing(later=-1),
                "you stop one epoch too early. As many as patience epochs may pass without a new "
                "lowest loss, and the last of them is run.",
            ),
            Mistake(
                _choosing(in_a_row=False),
                "your count goes on after a new lowest loss. It starts again at 0 there: patience "
                "counts epochs in a row.",
            ),
            Mistake(
                _choosing(against_lowest=False),
                "you compare with the epoch before. Early stopping compares with the lowest loss "
                "so far.",
            ),
            Mistake(
                _choosing(ties_improve=True),
                "you count a loss that equals the lowest as a new one. It has to be lower: <.",
            ),
            Mistake(
                _choosing(value=lambda run: run[-1], place_of_best=lambda run: len(run) - 1),
                "you took the last epoch's loss. Stopping early keeps the best weights: take the "
                "lowest loss and its epoch.",
            ),
            Mistake(
                _choosing(place_of_best=_last_place_of_lowest),
                "of two epochs with the lowest loss you took the later one. The first counts.",
            ),
            Mistake(
                _last_of_equal_settings,
                "of two settings with the same lowest loss you took the later one. The first "
                "counts: compare with <.",
            ),
            Mistake(
                _changed(lambda setting, epoch, run: (setting, epoch - 1, run)),
                "your epochs count from 0. The first epoch is 1.",
            ),
            Mistake(
                _changed(lambda setting, epoch, run: (setting + 1, epoch, run)),
                "your settings count from 1. The first place in losses is 0.",
            ),
            Mistake(
                _changed(lambda setting, epoch, run: (epoch, setting, run)),
                "the first two are exchanged: the setting's place comes first, then its epoch.",
            ),
            Mistake(
                _changed(lambda setting, epoch, run: (setting, epoch)),
                "the number of epochs that all trainings took is missing: return three numbers.",
            ),
            Mistake(
                _epochs_of_the_chosen_one,
                "you counted the epochs of the chosen setting only. The others took time as well: "
                "add up all that were run.",
            ),
            Mistake(
                _epochs_up_to_the_best,
                "you counted up to the best epochs. The epochs of waiting were run too.",
            ),
            Mistake(
                _all_epochs_counted,
                "you counted all epochs in the lists. Those after a stop were never run.",
            ),
        ],
    ),
)
