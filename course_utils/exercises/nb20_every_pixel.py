"""Exercises of notebook 20, every pixel."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(20)


# 20.1


def mean_overlap(truth, said, classes):
    found = []
    for k in range(classes):
        ours, called = truth == k, said == k
        either = (ours | called).sum()
        if either > 0:
            found.append((ours & called).sum() / either)
    return np.mean(found)


# 20.2


def transposed_size(n, k, s, p):
    return s * (n - 1) + k - 2 * p


# 20.3


def stamped(image, kernel, stride, padding):
    (h, w), (rows, columns) = image.shape, kernel.shape
    down, across = stride
    out = np.zeros((down * (h - 1) + rows, across * (w - 1) + columns))
    for i in range(h):
        for j in range(w):
            top, left = down * i, across * j
            out[top : top + rows, left : left + columns] += image[i, j] * kernel
    first, left = padding
    return out[first : len(out) - first, left : out.shape[1] - left]


# 20.4


def stamps_on(n, k, s):
    counts = np.zeros(s * (n - 1) + k, int)
    for i in range(n):
        counts[s * i : s * i + k] += 1
    return counts


# 20.5


def unpool(pooled, places, shape):
    image = np.zeros(shape)
    image.reshape(-1)[places] = pooled
    return image


def _stamped(image, kernel, stride, *, add=True, turned=False):
    """All stamps, nothing cut off; or the last one alone where stamps overlap; or turned."""
    (h, w), (rows, columns) = image.shape, kernel.shape
    down, across = stride
    used = kernel[::-1, ::-1] if turned else kernel
    out = np.zeros((down * (h - 1) + rows, across * (w - 1) + columns))
    for i in range(h):
        for j in range(w):
            window = np.s_[down * i : down * i + rows, across * j : across * j + columns]
            out[window] = add * out[window] + image[i, j] * used
    return out


def _cut(out, padding):
    rows, columns = padding
    return out[rows : len(out) - rows, columns : out.shape[1] - columns]


def _ious(truth, said, classes):
    both = [((truth == k) & (said == k)).sum() for k in range(classes)]
    either = [((truth == k) | (said == k)).sum() for k in range(classes)]
    return np.array(both), np.array(either)


def _absent_as(value):
    def wrong(truth, said, classes):
        both, either = _ious(truth, said, classes)
        return np.mean([b / e if e else value for b, e in zip(both, either)])

    return wrong


def _of_the_true(truth, said, classes):
    both, either = _ious(truth, said, classes)
    return np.mean([b / e for k, (b, e) in enumerate(zip(both, either)) if (truth == k).any()])


def _dice(truth, said, classes):
    both, _ = _ious(truth, said, classes)
    sums = np.array([(truth == k).sum() + (said == k).sum() for k in range(classes)])
    return np.mean(2 * both[sums > 0] / sums[sums > 0])


def _all_together(truth, said, classes):
    both, either = _ious(truth, said, classes)
    return both.sum() / either.sum()


def _recall(truth, said, classes):
    both, _ = _ious(truth, said, classes)
    sizes = np.array([(truth == k).sum() for k in range(classes)])
    return np.mean(both[sizes > 0] / sizes[sizes > 0])


def _masks(shape, classes, used):
    return tuple(_random.choice(used, size=shape) for _ in range(2)) + (classes,)


def _pooled(h, w, window=2):
    """An image, its largest values, and where they stood."""
    image = _random.permutation(h * w).reshape(h, w) + 1.0
    tops = [
        (i, j) for i in range(0, h - window + 1, window) for j in range(0, w - window + 1, window)
    ]
    flat = []
    for i, j in tops:
        row, column = divmod(int(image[i : i + window, j : j + window].argmax()), window)
        flat.append((i + row) * w + j + column)
    places = np.array(flat).reshape(h // window, w // window)
    return image.reshape(-1)[places], places, (h, w)


def _in_columns(pooled, places, shape):
    h, w = shape
    image = np.zeros(h * w)
    image[(places % h) * w + places // h] = pooled
    return image.reshape(shape)


def _corners(pooled, places, shape):
    image = np.zeros(shape)
    image[: 2 * len(pooled) : 2, : 2 * pooled.shape[1] : 2] = pooled
    return image


def _repeated(pooled, places, shape):
    image = np.zeros(shape)
    large = pooled.repeat(2, axis=0).repeat(2, axis=1)
    image[: len(large), : large.shape[1]] = large
    return image


def _of_even_sides(pooled, places, shape):
    h, w = 2 * pooled.shape[0], 2 * pooled.shape[1]
    image = np.zeros(h * w)
    inside = places < h * w
    image[places[inside]] = pooled[inside]
    full = np.zeros(shape)
    full[:h, :w] = image.reshape(h, w)
    return full


EXERCISES = (
    FunctionExercise(
        number="20.1",
        title="Take the mean over the classes that are there",
        solution=mean_overlap,
        cases=[
            (np.array([[0, 0, 1]]), np.array([[0, 1, 1]]), 4),
            (np.array([[0, 0], [2, 2]]), np.array([[0, 1], [2, 0]]), 3),
            _masks((4, 5), 7, [0, 2, 5]),
            _masks((2, 3, 4), 4, [0, 1, 2, 3]),
            (np.array([[1, 1, 1, 3]]), np.array([[1, 1, 0, 1]]), 5),
        ],
        lesson="a class in neither mask says nothing; one that is only called, or only there, "
        "scores 0.",
        why="The union is what decides: where it is empty there is nothing to divide by.",
        hints=[
            "For which classes is a division by 0 about to happen? Those have no pixel in truth "
            "and none in said.",
            "Loop over range(classes). A class counts if (truth == k) | (said == k) has any True.",
            "Collect intersection / union of those classes in a list; at the end np.mean of it.",
        ],
        mistakes=[
            Mistake(
                _absent_as(0.0),
                "a class that occurs in neither mask counts 0 in your mean. Leave it out.",
            ),
            Mistake(
                _absent_as(1.0),
                "a class that occurs in neither mask counts 1 in your mean, as if it had been "
                "found. Leave it out.",
            ),
            Mistake(
                _of_the_true,
                "you left out the classes that are called but not there. They are mistakes, and "
                "count 0.",
            ),
            Mistake(
                lambda truth, said, classes: np.mean(truth == said),
                "this is the share of right pixels. Paper would decide it.",
            ),
            Mistake(
                _dice,
                "this is Dice's coefficient, 2 · both / (ours + called). IoU divides by the union.",
            ),
            Mistake(
                _all_together,
                "you added up all classes before dividing, so that large ones decide. Divide for "
                "each class, then take the mean.",
            ),
            Mistake(
                _recall,
                "you divide by the class's own pixels. The union also has those that are wrongly "
                "called so.",
            ),
        ],
    ),
    FunctionExercise(
        number="20.2",
        title="Tell the size of a transposed convolution",
        solution=transposed_size,
        fresh=lambda rng: (
            int(rng.integers(2, 30)),
            int(rng.integers(3, 8)),
            int(rng.integers(2, 5)),
            int(rng.integers(1, 2)),
        ),
        cases=[(2, 3, 2, 0), (12, 2, 2, 0), (7, 4, 2, 1), (5, 3, 1, 1), (10, 5, 3, 2)],
        lesson="it is the size of notebook 05's input, told from its output.",
        why="The first stamp covers k cells, each further one begins s cells later, and p go at "
        "both ends.",
        hints=[
            "Leave p aside first. Where does the last of the n stamps begin?",
            "It begins s · (n − 1) cells from the start, and is k long.",
            "From s · (n − 1) + k cells, p are cut off at the left, and p at the right.",
        ],
        mistakes=[
            Mistake(
                lambda n, k, s, p: (n + 2 * p - k) // s + 1,
                "this is notebook 05's formula, the way down. Here n is what it gave.",
            ),
            Mistake(
                lambda n, k, s, p: s * (n - 1) + k,
                "the padding is missing: p cells are cut off at each end.",
            ),
            Mistake(
                lambda n, k, s, p: s * (n - 1) + k - p,
                "p cells are cut off at *both* ends.",
            ),
            Mistake(
                lambda n, k, s, p: s * (n - 1) + k + 2 * p,
                "on the way back padding makes the result smaller, not larger.",
            ),
            Mistake(
                lambda n, k, s, p: s * n + k - 2 * p,
                "between n stamps there are n − 1 steps.",
            ),
            Mistake(
                lambda n, k, s, p: s * n,
                'n · s is what Keras\' padding="same" gives. Here the kernel and p decide.',
            ),
        ],
    ),
    FunctionExercise(
        number="20.3",
        title="Stamp with two strides, and cut the border off",
        solution=stamped,
        cases=[
            (np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones((3, 3)), (2, 2), (0, 0)),
            (_random.normal(size=(3, 4)), _random.normal(size=(3, 2)), (2, 1), (1, 0)),
            (_random.normal(size=(4, 2)), _random.normal(size=(2, 5)), (1, 3), (0, 2)),
            (_random.normal(size=(3, 3)), _random.normal(size=(4, 4)), (2, 2), (1, 1)),
            (np.array([[1, 2, 3]]), np.array([[1, 0, 2]]), (1, 2), (0, 1)),
        ],
        lesson="stride sets how far apart stamps lie, padding what is thrown away afterwards.",
        why="Counting from the end by a length, not by −p, works for p = 0 as well.",
        hints=[
            "Take stamp_all and give each axis its own stride first; leave the padding for last.",
            "The result has down · (h − 1) + k rows and across · (w − 1) + l columns before cutting.",
            "out[0:-0] is empty, since −0 is 0. Write out[rows : len(out) - rows], and the same "
            "for the columns.",
        ],
        mistakes=[
            Mistake(
                lambda image, kernel, stride, padding: _stamped(image, kernel, stride),
                "nothing is cut off. padding is (rows, columns), at each of the two sides.",
            ),
            Mistake(
                lambda image, kernel, stride, padding: _cut(
                    _stamped(image, kernel, stride[::-1]), padding
                ),
                "the two strides are exchanged: the first is for going down.",
            ),
            Mistake(
                lambda image, kernel, stride, padding: _cut(
                    _stamped(image, kernel, stride), padding[::-1]
                ),
                "the two numbers of padding are exchanged: the first is for rows.",
            ),
            Mistake(
                lambda image, kernel, stride, padding: _cut(
                    _stamped(image, kernel, stride, add=False), padding
                ),
                "where stamps overlap the last one wins. They add up: += instead of =.",
            ),
            Mistake(
                lambda image, kernel, stride, padding: _cut(
                    _stamped(image, kernel, stride, turned=True), padding
                ),
                "your kernel is turned by 180°. A stamp is the kernel as it is.",
            ),
            Mistake(
                lambda image, kernel, stride, padding: _stamped(image, kernel, stride)[
                    padding[0] :, padding[1] :
                ],
                "you cut off at the top and on the left only.",
            ),
            Mistake(
                lambda image, kernel, stride, padding: _stamped(image, kernel, stride)[
                    padding[0] : -padding[0], padding[1] : -padding[1]
                ],
                "with a padding of 0 nothing is left: out[0:-0] is empty. Count from the front.",
            ),
        ],
    ),
    FunctionExercise(
        number="20.4",
        title="Count the stamps on each cell",
        solution=stamps_on,
        fresh=lambda rng: tuple(int(each) for each in rng.integers((3, 3, 2), (9, 8, 4))),
        cases=[(5, 3, 2), (4, 2, 2), (3, 4, 2), (2, 2, 3), (5, 5, 3), (1, 3, 2)],
        also_right=[
            lambda n, k, s: np.bincount(
                (s * np.arange(n)[:, np.newaxis] + np.arange(k)).ravel(),
                minlength=s * (n - 1) + k,
            ),
        ],
        lesson="inside, the counts are equal exactly where k is a multiple of s.",
        why="It is a stamping of ones by ones.",
        hints=[
            "Make an array of s · (n − 1) + k zeros. What does the first stamp do to it?",
            "Stamp number i covers the cells from s · i to s · i + k.",
            "For each i in range(n) add 1 to that slice.",
        ],
        mistakes=[
            Mistake(
                lambda n, k, s: np.full(s * (n - 1) + k, k / s),
                "k / s is the mean inside. Count cell by cell: at the ends there are fewer.",
            ),
            Mistake(
                lambda n, k, s: np.full(s * (n - 1) + k, -(-k // s)),
                "you have one number for all cells. The cells differ, that is the checkerboard.",
            ),
            Mistake(
                lambda n, k, s: np.convolve(np.ones(n, int), np.ones(k, int)),
                "your stamps lie one cell apart. They begin s cells apart.",
            ),
            Mistake(
                lambda n, k, s: (stamps_on(n, k, s) > 0).astype(int),
                "you say whether a stamp falls on a cell, not how many: use +=.",
            ),
        ],
    ),
    FunctionExercise(
        number="20.5",
        title="Undo a max pooling as far as it can be undone",
        solution=unpool,
        cases=[
            (np.array([[5.0]]), np.array([[3]]), (2, 2)),
            _pooled(4, 6),
            _pooled(5, 4),
            _pooled(6, 7),
            _pooled(6, 9, 3),
        ],
        also_right=[
            lambda pooled, places, shape: np.bincount(
                places.ravel(), pooled.ravel(), shape[0] * shape[1]
            ).reshape(shape),
        ],
        lesson="pooling that remembers its places can be answered without any weights; Zeiler and "
        "Fergus (2011) drew with it what a network sees, and SegNet (2015) goes up by it.",
        why="reshape(-1) of a fresh array is the same numbers in one row: what is written there "
        "stands in the image.",
        hints=[
            "Begin with zeros of `shape`. Which cells are to be written?",
            "Flat index f is row f // width, column f % width, with the width of the *image*.",
            "NumPy can write many cells at once: flat[places] = pooled, on the image as one row.",
        ],
        mistakes=[
            Mistake(
                _corners,
                "you put each number into its window's top left corner. `places` says where it "
                "stood.",
            ),
            Mistake(
                _repeated,
                "you repeat each number in its whole window. Only the place of the maximum gets "
                "it, zeros elsewhere.",
            ),
            Mistake(
                _in_columns,
                "you read the flat index column by column. It counts row by row: row · width + "
                "column.",
            ),
            Mistake(
                _of_even_sides,
                "you counted with the width of the windows together. `shape` may have a row or a "
                "column more, and the index counts with it.",
            ),
        ],
    ),
)
