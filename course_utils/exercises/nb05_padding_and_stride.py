"""Exercises of notebook 05, padding and stride."""

import math

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

# 05.1


def layers_until_gone(n, k):
    layers = 0
    while n >= k:
        n = n - k + 1
        layers = layers + 1
    return layers


# 05.2


def count_visits(n, k, p):
    seen = [0] * (n + 2 * p)
    for start in range(n + 2 * p - k + 1):
        for cell in range(start, start + k):
            seen[cell] += 1
    return seen[p : p + n]


def _visits_by_slices(n, k, p):
    seen = np.zeros(n + 2 * p, int)
    for start in range(n + 2 * p - k + 1):
        seen[start : start + k] += 1
    return seen[p : n + p]


def _visits_by_convolution(n, k, p):
    return np.convolve(np.ones(n + 2 * p - k + 1, int), np.ones(k, int))[p : p + n]


def _zeros_counted_too(n, k, p):
    return count_visits(n + 2 * p, k, 0)


def _zeros_cut_on_the_right_only(n, k, p):
    return count_visits(n + 2 * p, k, 0)[:n]


def _zeros_on_one_side(n, k, p):
    return count_visits(n + p, k, 0)[p:]


def _last_window_missing(n, k, p):
    seen = np.zeros(n + 2 * p, int)
    for start in range(n + 2 * p - k):
        seen[start : start + k] += 1
    return seen[p : p + n]


def _windows_beyond_the_end(n, k, p):
    seen = np.zeros(n + 2 * p, int)
    for start in range(n + 2 * p):
        seen[start : start + k] += 1
    return seen[p : p + n]


# 05.3


def input_sizes(out, k, p, s, d):
    smallest = (out - 1) * s + (k - 1) * d + 1 - 2 * p
    return list(range(smallest, smallest + s))


def _sizes_by_trying(out, k, p, s, d):
    span = (k - 1) * d + 1
    fitting = [n for n in range(1, 200) if n + 2 * p >= span]
    return [n for n in fitting if (n + 2 * p - span) // s + 1 == out]


# 05.4


def same_padding(k, d):
    return (k - 1) // 2 * d


# 05.5


def halving_choice():
    return (3, 2, 1)


def _size(answer):
    k, s, p = answer
    return (28 + 2 * p - k) // s + 1


def _unread(answer):
    """How many of 28 pixels lie in no window."""
    k, s, p = answer
    read = {start - p + cell for start in range(0, 28 + 2 * p - k + 1, s) for cell in range(k)}
    return len(set(range(28)) - read)


def _possible(answer):
    """Whether an answer is three whole numbers that make a layer on 28 pixels."""
    if np.shape(answer) != (3,) or not np.array_equal(answer, np.round(answer)):
        return False
    k, s, p = answer
    return 1 <= k <= 28 + 2 * p and s >= 1 and 0 <= p <= 28


def _whole(answer):
    """The answer as Python integers, or an exception if it can't be one."""
    if not _possible(answer):
        raise ValueError
    return tuple(int(number) for number in answer)


def _halves(answer):
    k, _, p = answer = _whole(answer)
    return _size(answer) == 14 and k % 2 == 1 and p < k and _unread(answer) == 0


def _is_even(answer):
    answer = _whole(answer)
    return _size(answer) == 14 and answer[0] % 2 == 0


def _skips_pixels(answer):
    answer = _whole(answer)
    return _size(answer) == 14 and _unread(answer) > 0


def _reads_only_zeros(answer):
    answer = _whole(answer)
    return _size(answer) == 14 and answer[2] >= answer[0]


def _is_in_another_order(answer):
    k, p, s = _whole(answer)
    return _halves((k, s, p))


def _is_too_small(answer):
    return _size(_whole(answer)) == 13


def _is_too_large(answer):
    return _size(_whole(answer)) == 15


def _whole_numbers(answer):
    return np.shape(answer) == (3,) and np.array_equal(answer, np.round(answer))


def _signal_kernel_padding(rng):
    k = int(rng.integers(2, 6))
    return k + int(rng.integers(8)), k, int(rng.integers(k))


def _sizes_backwards(rng):
    out, k, p, s, d = (
        int(rng.integers(*ends)) for ends in ((4, 20), (2, 8), (0, 3), (1, 5), (1, 4))
    )
    return out, k, p, s, d


EXERCISES = (
    FunctionExercise(
        number="05.1",
        title="Count the layers until the image is gone",
        solution=layers_until_gone,
        fresh=lambda rng: (int(rng.integers(2, 60)), int(rng.integers(2, 8))),
        cases=[
            (28, 3),
            (27, 3),
            (5, 5),
            (32, 5),
            (30, 4),
            (2, 3),
            (9, 2),
            (10, 2),
            (3, 3),
        ],
        also_right=[lambda n, k: (n - 1) // (k - 1)],
        lesson="each valid layer takes k − 1 pixels of a side, so there is room for "
        "⌊(n − 1) / (k − 1)⌋ of them.",
        why="A layer is possible as long as n ≥ k, and leaves n − k + 1 pixels to the next one.",
        hints=[
            "What is the side after one layer? Put that back into n, and count.",
            "The loop runs while n >= k: with n equal to k one window still fits.",
        ],
        mistakes=[
            Mistake(
                lambda n, k: n // k,
                "you took k pixels away for each layer. From n pixels n − k + 1 remain, so a "
                "layer takes k − 1.",
            ),
            Mistake(
                lambda n, k: max(0, math.ceil((n - k) / (k - 1))),
                "you stop one layer early: when n equals k, one window still fits and leaves a "
                "single pixel. Let the loop run while n >= k.",
            ),
            Mistake(
                lambda n, k: math.ceil(n / (k - 1)),
                "you go on while any pixel is left. A layer needs at least k of them: let the "
                "loop run while n >= k.",
            ),
            Mistake(
                lambda n, k: n // (k - 1),
                "you divided n by k − 1, but the last layer has to leave at least one pixel. Only "
                "n − 1 pixels can be taken away.",
            ),
            Mistake(
                lambda n, k: max(0, (n - k) // (k - 1)),
                "you forgot the + 1: n − k is what the layers after the first can take away. "
                "Count the first one as well.",
            ),
        ],
    ),
    FunctionExercise(
        number="05.2",
        title="Count how often each pixel is seen",
        solution=count_visits,
        fresh=_signal_kernel_padding,
        cases=[
            (5, 3, 0),
            (5, 3, 1),
            (5, 3, 2),
            (8, 3, 0),
            (7, 4, 1),
            (6, 5, 3),
            # kernels longer than half of the line
            (3, 3, 0),
            (4, 3, 0),
            (6, 5, 1),
        ],
        also_right=[_visits_by_slices, _visits_by_convolution],
        lesson="without padding a border pixel is seen once and one further inside k times; with "
        "k − 1 zeros on each side all are seen k times.",
        why="The windows start at 0 to n + 2p − k on the padded line, and pixel 0 stands at p.",
        hints=[
            "Make a list of n + 2p zeros, one for each cell of the padded line. At which starts "
            "does a window fit?",
            "Each window adds 1 to its k cells. At the end cut the padding off on both sides.",
        ],
        mistakes=[
            Mistake(
                lambda n, k, p: count_visits(n, k, 0),
                "you left the padding out. With p zeros on each side windows may hang over the "
                "edge: slide over n + 2p cells.",
            ),
            Mistake(
                _zeros_counted_too,
                "you counted for the zeros as well. Return the n pixels only: the slice from p "
                "to p + n.",
            ),
            Mistake(
                _zeros_cut_on_the_right_only,
                "your n counts begin at the first zero. The first pixel stands at index p of the "
                "padded line: take the slice from p to p + n.",
            ),
            Mistake(
                _zeros_on_one_side,
                "you padded on one side only, which makes n + p cells. There are p zeros on each "
                "side: n + 2p cells.",
            ),
            Mistake(
                _last_window_missing,
                "the last window is missing. It starts at n + 2p − k, so the loop needs "
                "range(n + 2 * p - k + 1).",
            ),
            Mistake(
                _windows_beyond_the_end,
                "your last windows reach beyond the end. The last start is n + 2p − k: use "
                "range(n + 2 * p - k + 1).",
            ),
            Mistake(
                lambda n, k, p: [k] * n,
                "you gave every pixel k visits. That holds in the middle; near an edge there are "
                "fewer windows, unless p is k − 1.",
            ),
            Mistake(
                lambda n, k, p: n + 2 * p - k + 1,
                "that is the number of windows. Count for each of the n pixels in how many of "
                "them it lies, and return a list.",
            ),
            Mistake(
                lambda n, k, p: [min(i + 1 + p, n - i + p, k) for i in range(n)],
                "right but for a kernel longer than half of the line: no pixel can lie in more "
                "windows than there are, n + 2p − k + 1.",
            ),
        ],
    ),
    FunctionExercise(
        number="05.3",
        title="Backwards: all sizes that could have come in",
        solution=input_sizes,
        fresh=_sizes_backwards,
        cases=[
            (2, 3, 0, 2, 1),
            (3, 3, 0, 1, 1),
            (14, 3, 1, 2, 1),
            (4, 5, 2, 3, 1),
            (3, 3, 0, 2, 2),
            (7, 2, 0, 2, 1),
            (1, 7, 3, 4, 1),
            (5, 3, 2, 2, 4),
        ],
        also_right=[_sizes_by_trying],
        lesson="a stride of s makes one output of s different inputs. A layer that goes back, as "
        "transposed ones do, has to be told which of them is meant.",
        why="The smallest input just holds the last window, which starts (out − 1)·s cells in. Up "
        "to s − 1 further pixels make no window more.",
        hints=[
            "Begin with the smallest: where does the last of the windows start, and how far does "
            "it reach?",
            "From that length take the zeros of both ends away. How many pixels can be added "
            "before one more step fits?",
        ],
        mistakes=[
            Mistake(
                lambda out, k, p, s, d: (out + 2 * p - (k - 1) * d - 1) // s + 1,
                "this is the formula forwards, with out in the place of n. Here the output is "
                "known and the input is sought.",
            ),
            Mistake(
                lambda out, k, p, s, d: [(out - 1) * s + (k - 1) * d + 1 - 2 * p],
                "that is the smallest one, and right. The floor lets s sizes through: return all "
                "of them.",
            ),
            Mistake(
                lambda out, k, p, s, d: (out - 1) * s + (k - 1) * d + 1 - 2 * p,
                "that is the smallest one alone, as a number. Return a list of all s sizes.",
            ),
            Mistake(
                lambda out, k, p, s, d: [
                    (out - 1) * s + (k - 1) * d + 1 - 2 * p + more for more in range(s + 1)
                ],
                "the largest is one too many: with s further pixels one more step fits. s sizes "
                "give this output.",
            ),
            Mistake(
                lambda out, k, p, s, d: [
                    (out - 1) * s + (k - 1) * d + 1 + more for more in range(s)
                ],
                "these are the lengths with the zeros on. Take the 2p zeros away.",
            ),
            Mistake(
                lambda out, k, p, s, d: [
                    (out - 1) * s + (k - 1) * d + 1 - p + more for more in range(s)
                ],
                "you took the zeros of one end away. There are p on each side.",
            ),
            Mistake(
                lambda out, k, p, s, d: [
                    out * s + (k - 1) * d + 1 - 2 * p + more for more in range(s)
                ],
                "out windows are out − 1 steps apart, first from last: the first starts at 0.",
            ),
            Mistake(
                lambda out, k, p, s, d: [(out - 1) * s + k - 2 * p + more for more in range(s)],
                "you left the dilation out. The last window is (k − 1)·d + 1 cells wide.",
            ),
            Mistake(
                lambda out, k, p, s, d: [
                    (out - 1) * s + (k - 1) * d - 2 * p + more for more in range(s)
                ],
                "every size is one too small: from the first cell of a window to the last it is "
                "(k − 1)·d steps, and the first cell itself comes on top.",
            ),
            Mistake(
                lambda out, k, p, s, d: [
                    (out - 1) * s + (k - 1) * d + 1 - 2 * p - more for more in reversed(range(s))
                ],
                "you went down from the smallest size. With fewer pixels the last window doesn't "
                "fit: go up.",
            ),
        ],
    ),
    FunctionExercise(
        number="05.4",
        title='The zeros that "same" needs on each side',
        solution=same_padding,
        fresh=lambda rng: (2 * int(rng.integers(8)) + 1, int(rng.integers(1, 7))),
        cases=[(3, 1), (5, 1), (7, 1), (1, 1), (3, 2), (5, 3), (9, 4)],
        also_right=[lambda k, d: ((k - 1) * d + 1) // 2, lambda k, d: d * (k // 2)],
        lesson="(k − 1)/2 · d zeros on each side keep the size, a whole number for every odd k.",
        why="The kernel takes (k − 1)·d pixels from the side, and half of them come back at each "
        "end.",
        hints=[
            "The formula gives the size for s = 1. What should it be equal to?",
            "n cancels. What remains says what 2p has to be.",
        ],
        mistakes=[
            Mistake(
                lambda k, d: (k - 1) * d,
                'those are the zeros of both sides together (and of "full" on each). Half of '
                "them stand on each side.",
            ),
            Mistake(
                lambda k, d: (k - 1) // 2,
                "you left the dilation out. A kernel spread d apart takes d times as many pixels "
                "away: multiply by d.",
            ),
            Mistake(
                lambda k, d: k * d // 2,
                "you took k·d for the span of the kernel. It is (k − 1)·d + 1, so halve (k − 1)·d.",
            ),
            Mistake(
                lambda k, d: k * d / 2,
                "you took k·d for what the kernel takes away. It is (k − 1)·d: halve that.",
            ),
            Mistake(
                lambda k, d: (k + 1) // 2 * d,
                "that is one kernel cell too many. For k = 3 and d = 1 one zero is enough: use "
                "k − 1, not k + 1.",
            ),
        ],
    ),
    ValueExercise(
        number="05.5",
        title="Halve 28×28 and miss no pixel",
        solution=halving_choice,
        answer="k_s_p",
        accepts=_halves,
        also_right=[[5, 2, 2], (7, 2, 3), np.array([3, 2, 1]), (15, 1, 0)],
        lesson='with stride 2 every odd k works together with p = (k − 1)/2: "same" padding '
        "and a stride of 2 halve an even size.",
        why="⌊(28 + 2 − 3) / 2⌋ + 1 = 13 + 1 = 14, and windows of 3 in steps of 2 leave no gap.",
        hints=[
            "To halve the size, which stride suggests itself?",
            "With s = 2 the formula asks for ⌊(28 + 2p − k) / 2⌋ = 13. Which values may 2p − k "
            "have, and which of them go with an odd k?",
        ],
        mistakes=[
            Mistake(
                lambda answer: np.shape(answer) != (3,),
                "give three numbers in this order: kernel, stride, padding, such as (5, 1, 0).",
                example=(3, 2),
            ),
            Mistake(
                lambda answer: not _whole_numbers(answer),
                "the three have to be whole numbers: there are no half pixels and no half zeros.",
                example=(3, 2, 1.5),
            ),
            Mistake(
                lambda answer: answer[2] < 0,
                "a negative padding would cut pixels off. p is 0 or more.",
                example=(3, 2, -1),
            ),
            Mistake(
                lambda answer: answer[1] < 1,
                "with a stride of 0 the window never moves. s is 1 or more.",
                example=(3, 0, 1),
            ),
            Mistake(
                lambda answer: answer[0] < 1,
                "a kernel has at least one cell: k is 1 or more.",
                example=(0, 2, 0),
            ),
            Mistake(
                lambda answer: not _possible(answer),
                "such a window does not fit: it has to lie inside 28 + 2p cells, and p is at most "
                "28 here. Choose smaller numbers.",
                example=(31, 2, 1),
            ),
            Mistake(
                _is_in_another_order,
                "these numbers do it in another order: (kernel, stride, padding). Exchange the "
                "last two.",
                example=(3, 1, 2),
            ),
            Mistake(
                _is_even,
                "the size is 14, but k is even, so the kernel has no middle cell. Try an odd one, "
                "and see what padding it needs.",
                example=(2, 2, 0),
            ),
            Mistake(
                _skips_pixels,
                "the size is 14, but some pixels lie in no window. Take a kernel that reaches "
                "the next window, and padding that lets it cover both ends.",
                example=(1, 2, 0),
            ),
            Mistake(
                _reads_only_zeros,
                "the size is 14, but with p ≥ k the first window reads nothing but zeros. Choose "
                "p smaller than k.",
                example=(3, 3, 7),
            ),
            Mistake(
                _is_too_small,
                "that makes 13: the floor has cut half a step off. Give it a little more padding.",
                example=(3, 2, 0),
            ),
            Mistake(
                _is_too_large,
                "that makes 15, one too many. Take fewer zeros or a larger kernel.",
                example=(3, 2, 2),
            ),
            Mistake(
                lambda answer: _possible(answer) and answer[1] == 1,
                "with stride 1 only the kernel and the padding can change the size. To halve it, "
                "try a larger step.",
                example=(5, 1, 0),
            ),
            Mistake(
                lambda answer: _possible(answer),
                "put your numbers into the formula ⌊(28 + 2p − k) / s⌋ + 1: it has to give 14. "
                "Change one number at a time.",
                example=(3, 4, 1),
            ),
        ],
    ),
)
