"""Exercises of notebook 10, the first CNN in Keras."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

_random = np.random.default_rng(10)


# 10.1


def one_hot(labels, classes):
    vectors = np.zeros((len(labels), classes))
    vectors[np.arange(len(labels)), labels] = 1
    return vectors


def _one_hot_by_loop(labels, classes):
    vectors = []
    for label in labels:
        vector = [0.0] * classes
        vector[label] = 1.0
        vectors.append(vector)
    return np.array(vectors)


def _one_hot_everywhere(labels, classes):
    vectors = np.zeros((len(labels), classes))
    vectors[:, labels] = 1
    return vectors


# 10.2


def network_sides(side, kernel_size, pool_size):
    sides = []
    for _ in range(2):
        side = side - kernel_size + 1
        sides.append(side)
        side = side // pool_size
        sides.append(side)
    return sides


def _sides(side, kernel_size, pool_size, after_conv, after_pool):
    """Sides by two rules, for mistakes in one of them."""
    sides = []
    for _ in range(2):
        side = after_conv(side, kernel_size)
        sides.append(side)
        side = after_pool(side, pool_size)
        sides.append(side)
    return sides


def _valid(side, kernel_size):
    return side - kernel_size + 1


def _whole_windows(side, pool_size):
    return side // pool_size


# 10.3


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


# 10.4


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


# 10.5


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


EXERCISES = (
    FunctionExercise(
        number="10.1",
        title="Turn labels into one-hot vectors",
        solution=one_hot,
        cases=[
            (np.array([2, 0, 1, 1]), 3),
            (np.array([1, 1, 0, 2]), 5),
            (np.array([5, 0, 4, 1, 9, 2]), 10),
        ],
        also_right=[
            _one_hot_by_loop,
            lambda labels, classes: np.eye(classes)[labels],
            lambda labels, classes: labels[:, None] == np.arange(classes),
        ],
        lesson="a one-hot vector has a place for every class, also for those that this batch "
        "happens not to hold.",
        why="The pair of index arrays picks one cell a row: row 0 with labels[0], row 1 with "
        "labels[1], and so on.",
        hints=[
            "Begin with np.zeros((len(labels), classes)): one row a label, one column a class.",
            "In row i exactly one cell becomes 1. Which column is it?",
            "A loop over enumerate(labels) gives you i and the label; a pair of index arrays does "
            "it at once.",
        ],
        mistakes=[
            Mistake(
                lambda labels, classes: one_hot(labels, labels.max() + 1),
                "you made as many columns as the labels at hand need. A batch may lack the "
                "last classes, and its vectors would be too short: make `classes` columns.",
            ),
            Mistake(
                lambda labels, classes: one_hot(labels, classes).T,
                "rows and columns are exchanged. Each label has a row of its own, and the "
                "columns are the classes: shape (len(labels), classes).",
            ),
            Mistake(
                lambda labels, classes: one_hot(labels - 1, classes),
                "each 1 stands one place too far left. Classes count from 0, so label 0 belongs "
                "to column 0: index with label, not with label − 1.",
            ),
            Mistake(
                lambda labels, classes: one_hot((labels + 1) % classes, classes),
                "each 1 stands one place too far right. Classes count from 0, so label 0 belongs "
                "to column 0.",
            ),
            Mistake(
                _one_hot_everywhere,
                "vectors[:, labels] = 1 fills whole columns. Each row wants a single 1: pair "
                "every row with its own label, vectors[np.arange(len(labels)), labels] = 1.",
            ),
            Mistake(
                lambda labels, classes: one_hot(labels, classes) * labels[:, None],
                "you wrote the label itself into its cell. The place says which class it is; the "
                "cell holds a 1, the probability of that class.",
            ),
        ],
    ),
    FunctionExercise(
        number="10.2",
        title="Predict the sides of a changed network",
        solution=network_sides,
        cases=[(28, 5, 2), (28, 3, 2), (32, 4, 3), (27, 4, 2), (45, 2, 3), (60, 3, 4)],
        lesson="you can tell every shape of a network before Keras does, and what is left over "
        "when pooling doesn't divide is dropped.",
        why="A valid convolution leaves n − k + 1 positions, and pooling without overlap as many "
        "whole windows as fit: // rounds down.",
        hints=[
            "One block is a convolution and a pooling. How do they change a side of 28?",
            "After the convolution: side − kernel_size + 1. After the pooling: side // pool_size.",
            "Do the block twice and append the side to a list after each of the four layers.",
        ],
        mistakes=[
            Mistake(
                lambda side, k, p: _sides(side, k, p, lambda n, k: n - k, _whole_windows),
                "you forgot the + 1 of the convolution. A kernel of 5 on a side of 28 can start "
                "at 0, 1, …, 23: that is 28 − 5 + 1 places.",
            ),
            Mistake(
                lambda side, k, p: _sides(side, k, p, lambda n, k: n, _whole_windows),
                "your convolutions keep the size, as padding='same' would. Conv2D's default is "
                "'valid', which takes away k − 1.",
            ),
            Mistake(
                lambda side, k, p: _sides(side, k, p, _valid, lambda n, p: -(-n // p)),
                "you rounded up in the pooling. Keras' default keeps whole windows only and drops "
                "the rest: 11 // 2 is 5.",
            ),
            Mistake(
                lambda side, k, p: _sides(side, k, p, _valid, lambda n, p: n / p),
                "a side is a whole number of cells. Divide with //, since a window that doesn't "
                "fit is dropped.",
            ),
            Mistake(
                lambda side, k, p: _sides(side, k, p, _valid, lambda n, p: n - p + 1),
                "your pooling window moves by one cell. By default its stride is its own size, so "
                "that windows don't overlap: divide by pool_size.",
            ),
            Mistake(
                lambda side, k, p: [side, *network_sides(side, k, p)],
                "your list begins with the image. It should hold the four layers only, starting "
                "with the first convolution.",
            ),
            Mistake(
                lambda side, k, p: network_sides(side, k, p)[-1],
                "that is the last side alone. Return all four in a list, one after each layer.",
            ),
            Mistake(
                lambda side, k, p: [
                    side - k + 1,
                    side - 2 * k + 2,
                    (side - 2 * k + 2) // p,
                    (side - 2 * k + 2) // p // p,
                ],
                "you did both convolutions first. The order is convolution, pooling, convolution, "
                "pooling.",
            ),
        ],
    ),
    FunctionExercise(
        number="10.3",
        title="Count the parameters of a changed network",
        solution=network_parameters,
        cases=[(5, 10, 20, 100), (3, 32, 64, 128), (7, 8, 12, 30), (4, 6, 9, 20), (2, 5, 7, 11)],
        lesson="every layer costs (inputs of one unit + 1) times its units, and the number of "
        "positions never enters for a convolution.",
        why="The 1 in each bracket is the bias; a unit of a convolution is a filter, and its "
        "inputs are one patch through all channels.",
        hints=[
            "Four layers learn. For each: how many numbers does one unit take in, plus one bias, "
            "and how many units are there?",
            "A filter of conv2 is as deep as pool1 has channels: kernel_size² · filters1 weights.",
            "dense1 takes in all of pool2: side · side · filters2 numbers. Exercise 10.2 gives "
            "the side.",
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
                "side before the pooling halves it: 10.2 gives the sides.",
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
        number="10.4",
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
        number="10.5",
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
)
