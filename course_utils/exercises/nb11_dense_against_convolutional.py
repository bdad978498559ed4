"""Exercises of notebook 11, dense against convolutional."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(11)


# 11.1


def flatten_length(side, poolings, filters):
    for _ in range(poolings):
        side = side // 2
    return side * side * filters


# 11.2


def conv_multiplications(side, kernel_size, channels_in, filters, stride):
    positions = -(-side // stride)  # rounded up
    for_one_number = kernel_size * kernel_size * channels_in
    return positions * positions * filters * for_one_number


# 11.3


def two_ways(kernel_size, channels_in, channels_out):
    large = kernel_size**2 * channels_in * channels_out
    layers = (kernel_size - 1) // 2
    first = 3 * 3 * channels_in * channels_out
    others = (layers - 1) * 3 * 3 * channels_out * channels_out
    return large, first + others


def _two_ways_with(layer_count=None, same_input=False, biases=False):
    """A wrong answer: another number of layers, wrong channels, or biases."""

    def answer(kernel_size, channels_in, channels_out):
        layers = (layer_count or (lambda k: (k - 1) // 2))(kernel_size)
        inside = channels_in if same_input else channels_out
        large = (kernel_size**2 * channels_in + biases) * channels_out
        small = (9 * channels_in + biases) * channels_out
        return large, small + (layers - 1) * (9 * inside + biases) * channels_out

    return answer


# 11.4


def move(images, down, right):
    moved = np.zeros_like(images)
    height, width = images.shape[1:3]
    for row in range(height):
        for column in range(width):
            if 0 <= row - down < height and 0 <= column - right < width:
                moved[:, row, column] = images[:, row - down, column - right]
    return moved


def _padded_and_cut(images, down, right):
    height, width = images.shape[1:3]
    padded = np.pad(images, [(0, 0), (height, height), (width, width), (0, 0)])
    return padded[:, height - down : 2 * height - down, width - right : 2 * width - right]


def _only_positive(images, down, right):
    moved = np.zeros_like(images)
    height, width = images.shape[1:3]
    moved[:, down:, right:] = images[:, : height - down, : width - right]
    return moved


def _with_minus_zero(images, down, right):
    moved = np.zeros_like(images)
    moved[:, down:, right:] = images[:, :-down, :-right]
    return moved


# 11.5


def errors_apart(first, second):
    variance = np.var(first, ddof=1) / len(first) + np.var(second, ddof=1) / len(second)
    return (np.mean(first) - np.mean(second)) / np.sqrt(variance)


def _kernel_and_channels(rng):
    half, *channels = (int(each) for each in rng.integers((1, 1, 1), (8, 70, 70)))
    return (2 * half + 1, *channels)


EXERCISES = (
    FunctionExercise(
        number="11.1",
        title="Predict the length of the flattened vector",
        solution=flatten_length,
        fresh=lambda rng: tuple(int(each) for each in rng.integers((16, 0, 1), (120, 5, 300))),
        cases=[(28, 2, 64), (28, 3, 256), (45, 3, 10), (30, 1, 8), (100, 5, 3), (15, 0, 2)],
        also_right=[lambda side, poolings, filters: (side // 2**poolings) ** 2 * filters],
        lesson="each 2×2 pooling halves the side, rounded down, and flattening counts "
        "side × side × filters.",
        why="A 2×2 window that doesn't fit is left out, so an odd side loses its last row.",
        hints=[
            "Convolutions with padding 'same' leave the side alone. Only poolings change it.",
            "Halve once for each pooling with //, which rounds down: 7 // 2 is 3.",
            "There is a map of side × side numbers for every filter.",
        ],
        mistakes=[
            Mistake(
                lambda side, poolings, filters: (side // 2**poolings) * filters,
                "a map has two sides: square the side before you multiply by the filters.",
            ),
            Mistake(
                lambda side, poolings, filters: (side // 2**poolings) ** 2,
                "this is the size of one map. There are as many maps as filters.",
            ),
            Mistake(
                lambda side, poolings, filters: (side / 2**poolings) ** 2 * filters,
                "you kept half pixels. A 2×2 window that doesn't fit is left out: divide with //.",
            ),
            Mistake(
                lambda side, poolings, filters: (-(-side // 2**poolings)) ** 2 * filters,
                "you rounded up. A 2×2 window that doesn't fit is left out: round down.",
            ),
            Mistake(
                lambda side, poolings, filters: (side // (2 * poolings)) ** 2 * filters,
                "you divided by 2 × poolings. Each pooling halves what the one before left, so "
                "divide by 2 once for each of them.",
            ),
            Mistake(
                lambda side, poolings, filters: side * side * filters,
                "you left the poolings out: each of them halves the side.",
            ),
        ],
    ),
    FunctionExercise(
        number="11.2",
        title="Count the multiplications of a convolution",
        solution=conv_multiplications,
        fresh=lambda rng: tuple(
            int(each) for each in rng.integers((5, 1, 1, 1, 1), (60, 8, 40, 70, 5))
        ),
        cases=[(28, 3, 1, 32, 1), (14, 3, 32, 64, 2), (10, 5, 3, 4, 3), (9, 2, 5, 3, 2)],
        also_right=[lambda side, k, c, f, s: ((side + s - 1) // s * k) ** 2 * c * f],
        lesson="every weight is used once at every position, so the multiplications are the "
        "weights times the positions, and stride s leaves about one position in s².",
        why="Each of the results is an inner product with one patch; with stride s only every "
        "s-th row and column is computed.",
        hints=[
            "How many multiplications make one number of one feature map?",
            "One number is an inner product with a patch of kernel × kernel × channels in.",
            "With padding 'same' a map has side / stride rows, rounded up (notebook 05), as many "
            "columns, and there are `filters` maps.",
        ],
        mistakes=[
            Mistake(
                lambda side, k, c, f, s: k * k * c * f,
                "these are the weights. Each of them is used again at every position of the map: "
                "multiply by the number of positions.",
            ),
            Mistake(
                lambda side, k, c, f, s: (-(-side // s)) ** 2 * (k * k * c + 1) * f,
                "you counted the biases. A bias is added, not multiplied.",
            ),
            Mistake(
                lambda side, k, c, f, s: ((side - k) // s + 1) ** 2 * k * k * c * f,
                "you counted the positions without padding. With 'same' the map has side / stride "
                "rows, rounded up.",
            ),
            Mistake(
                lambda side, k, c, f, s: (-(-side // s)) ** 2 * k * k * f,
                "the channels are missing: a filter looks through all of them at once.",
            ),
            Mistake(
                lambda side, k, c, f, s: (-(-side // s)) ** 2 * k * k * c,
                "you counted one filter. Every filter makes a map of its own.",
            ),
            Mistake(
                lambda side, k, c, f, s: (-(-side // s)) ** 2 * k * c * f,
                "a kernel has two sides: kernel_size × kernel_size.",
            ),
            Mistake(
                lambda side, k, c, f, s: -(-side // s) * k * k * c * f,
                "a map has two sides, and so as many columns as rows.",
            ),
            Mistake(
                lambda side, k, c, f, s: side**2 * k * k * c * f,
                "you left the stride out. With stride 2 only every second row and column is "
                "computed.",
            ),
            Mistake(
                lambda side, k, c, f, s: (side // s) ** 2 * k * k * c * f,
                "you rounded down. With padding 'same' the first position is always there: 9 rows "
                "and stride 2 give 5.",
            ),
            Mistake(
                lambda side, k, c, f, s: side**2 * k * k * c * f / s,
                "you divided by the stride once. It thins out the rows and the columns.",
            ),
        ],
    ),
    FunctionExercise(
        number="11.3",
        title="Weights of one large kernel and of a stack of 3×3",
        solution=two_ways,
        fresh=_kernel_and_channels,
        cases=[(5, 64, 64), (7, 1, 64), (7, 32, 16), (3, 8, 4), (11, 2, 3)],
        also_right=[
            lambda k, a, b: [k * k * a * b, 9 * b * (a + ((k - 1) // 2 - 1) * b)],
            lambda k, a, b: np.array([k * k * a * b, 9 * a * b + (k - 3) // 2 * 9 * b * b]),
        ],
        lesson="a stack of 3×3 is the cheaper way to a wide view where there are many channels "
        "in, and the dearer one right behind a grey image.",
        why="Only the first layer of the stack reads the input, all others work on its maps.",
        hints=[
            "Every 3×3 layer adds 2 to the receptive field: 3, 5, 7, … How many layers see "
            "kernel_size pixels?",
            "(kernel_size − 1) / 2 layers. The first turns channels_in into channels_out.",
            "All further layers go from channels_out to channels_out: 9 · channels_out² each.",
        ],
        mistakes=[
            Mistake(
                _two_ways_with(same_input=True),
                "you let every layer of the stack read `channels_in` channels. From the second "
                "layer on they read what the first has made: `channels_out` channels.",
            ),
            Mistake(
                _two_ways_with(biases=True),
                "you counted biases. Here the layers have none.",
            ),
            Mistake(
                _two_ways_with(layer_count=lambda k: max(1, k // 3)),
                "you took kernel_size // 3 layers. Kernels in a stack overlap: the receptive "
                "fields are 3, 5, 7, so it takes (kernel_size − 1) / 2 layers.",
            ),
            Mistake(
                _two_ways_with(layer_count=lambda k: k - 2),
                "each 3×3 layer adds 2 to the receptive field, not 1: two of them see 5, three "
                "see 7.",
            ),
            Mistake(
                lambda k, a, b: two_ways(k, a, b)[::-1],
                "you swapped the two: the large kernel comes first.",
            ),
            Mistake(
                lambda k, a, b: (k * a * b, two_ways(k, a, b)[1]),
                "a kernel has two sides: the large one has kernel_size × kernel_size weights a "
                "pair of channels.",
            ),
            Mistake(
                lambda k, a, b: (k * k * a * b, (k - 1) // 2 * 9 * b * b),
                "you let the first layer of the stack read `channels_out` channels. It reads the "
                "input, `channels_in` channels; only the others read what the first has made.",
            ),
            Mistake(
                lambda k, a, b: (k * k * a * b, 9 * a * b),
                "you counted one layer of the stack. It takes (kernel_size − 1) / 2 of them to see "
                "as much as the large kernel.",
            ),
        ],
    ),
    FunctionExercise(
        number="11.4",
        title="Move a batch of digits any way",
        solution=move,
        cases=[
            (_random.uniform(1, 9, (2, 4, 5, 1)).round(1), 1, 2),
            (_random.uniform(1, 9, (1, 5, 6, 1)).round(1), -2, 1),
            (_random.uniform(1, 9, (1, 3, 4, 1)).round(1), 0, 0),
            (_random.uniform(1, 9, (3, 4, 3, 1)).round(1), 0, -1),
            (_random.normal(size=(2, 3, 5, 1)), 2, 0),
        ],
        also_right=[_padded_and_cut],
        lesson="a shift fills up with background and loses what leaves the image; it doesn't "
        "come in again on the other side.",
        why="Padding on all sides and cutting one window out of it treats every direction alike.",
        hints=[
            "The batch is axis 0, the rows axis 1, the columns axis 2.",
            "The pixel at row, column comes from row − down, column − right, if that lies inside.",
            "Without a loop: pad with zeros on all four sides, then cut out a window of the old "
            "size. Where does it begin?",
        ],
        mistakes=[
            Mistake(
                lambda images, down, right: np.roll(images, (down, right), axis=(1, 2)),
                "what leaves on one side comes in again on the other, as np.roll does it. Fill "
                "up with zeros.",
            ),
            Mistake(
                lambda images, down, right: move(images, -down, -right),
                "you moved the digits the other way. Row 0 goes to row `down`.",
            ),
            Mistake(
                lambda images, down, right: move(images, right, down),
                "you exchanged down and right. Rows are axis 1, columns axis 2.",
            ),
            Mistake(
                _only_positive,
                "this works down and to the right only. A negative number moves up or left.",
            ),
            Mistake(
                _with_minus_zero,
                "a slice up to −down is empty when down is 0, and negative numbers count from the "
                "end. Write the bounds with the height and the width.",
            ),
            Mistake(
                lambda images, down, right: move(images, down, 0),
                "you moved the rows only. `right` moves the columns.",
            ),
            Mistake(
                lambda images, down, right: move(images, 0, right),
                "you moved the columns only. `down` moves the rows.",
            ),
        ],
    ),
    FunctionExercise(
        number="11.5",
        title="Is it more than luck",
        solution=errors_apart,
        cases=[
            ([97.1, 96.5, 97.4], [92.6, 93.4, 92.9]),
            ([96.0, 96.9, 95.1, 96.4], [96.2, 95.3]),
            (np.array([1.0, 2.0, 4.0]), np.array([3.0, 5.0])),
            ([96.0, 96.0, 97.5], [95.0, 95.0, 95.5, 98.5]),
        ],
        also_right=[
            lambda a, b: float(
                (np.mean(a) - np.mean(b))
                / np.hypot(np.std(a, ddof=1) / np.sqrt(len(a)), np.std(b, ddof=1) / np.sqrt(len(b)))
            ),
        ],
        lesson="a difference means something only beside its standard error, and that needs more "
        "than one seed.",
        why="The variance of a mean is the variance of one run divided by the number of runs, and "
        "variances of independent means add up.",
        hints=[
            "Above: the difference of the two means, the first minus the second.",
            "Below: a mean of n runs has the variance np.var(runs, ddof=1) / n.",
            "Add the two variances, then take the root.",
        ],
        mistakes=[
            Mistake(
                lambda a, b: (
                    (np.mean(a) - np.mean(b)) / np.sqrt(np.var(a) / len(a) + np.var(b) / len(b))
                ),
                "your variances divide by n. Estimated from a few runs they divide by n − 1: "
                "ddof=1.",
            ),
            Mistake(
                lambda a, b: np.mean(a) - np.mean(b),
                "this is the difference alone. Divide it by its standard error.",
            ),
            Mistake(
                lambda a, b: (
                    (np.mean(a) - np.mean(b)) / np.sqrt(np.var(a, ddof=1) + np.var(b, ddof=1))
                ),
                "you compared with the spread of single runs. The means of n runs vary less: "
                "divide each variance by its number of runs.",
            ),
            Mistake(
                lambda a, b: (
                    (np.mean(a) - np.mean(b))
                    / (np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b))
                ),
                "you divided by a variance. Take its root: the standard error is in per cent, "
                "like the difference.",
            ),
            Mistake(
                lambda a, b: -errors_apart(a, b),
                "the sign is turned: the first minus the second, so that a better first one "
                "counts as positive.",
            ),
            Mistake(
                lambda a, b: (
                    (np.mean(a) - np.mean(b))
                    / (np.std(a, ddof=1) / np.sqrt(len(a)) + np.std(b, ddof=1) / np.sqrt(len(b)))
                ),
                "you added the standard errors. Of independent means the variances add up: "
                "square, add, then take the root.",
            ),
        ],
    ),
)
