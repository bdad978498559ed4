"""Exercises of notebook 16, sequences."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

_random = np.random.default_rng(16)


# 16.1


def make_windows(series, width, horizon):
    rows = len(series) - width - horizon + 1
    x = np.array([series[i : i + width] for i in range(rows)])
    y = np.array([series[i + width - 1 + horizon] for i in range(rows)])
    return x, y


def _windows_by_view(series, width, horizon):
    windows = np.lib.stride_tricks.sliding_window_view(series, width)
    return windows[:-horizon], series[width - 1 + horizon :]


def _windows(series, width, rows, answer):
    """Windows with another number of rows or another place of the answer."""
    x = np.array([series[i : i + width] for i in range(rows)])
    return x, np.array([series[answer(i)] for i in range(rows)])


# 16.2


def leaks():
    return [1, 2, 4, 5]


def _says(*numbers):
    """A predicate: the answer, in any order, is this set of numbers."""

    def predicate(answer):
        return answer.ndim == 1 and set(answer.tolist()) == set(numbers)

    return predicate


def _names_no_step(answer):
    return answer.ndim == 1 and not set(answer.tolist()) <= {1, 2, 3, 4, 5, 6}


def _lacks(*numbers):
    def predicate(answer):
        return answer.ndim == 1 and not set(numbers) <= set(answer.tolist())

    return predicate


def _holds(number):
    def predicate(answer):
        return answer.ndim == 1 and number in answer.tolist()

    return predicate


# 16.3


def causal_convolution(series, kernel, dilation):
    reach = (len(kernel) - 1) * dilation
    padded = np.concatenate([np.zeros(reach), series])
    result = np.zeros(len(series))
    for m in range(len(kernel)):
        start = m * dilation
        result += kernel[m] * padded[start : start + len(series)]
    return result


def _causal_by_loops(series, kernel, dilation):
    result = []
    for t in range(len(series)):
        total = 0.0
        for m in range(len(kernel)):
            place = t - (len(kernel) - 1 - m) * dilation
            if place >= 0:
                total += kernel[m] * series[place]
        result.append(total)
    return np.array(result)


def _padded(series, kernel, dilation, before, after):
    padded = np.concatenate([np.zeros(before), series, np.zeros(after)])
    length = len(padded) - (len(kernel) - 1) * dilation
    return sum(k * padded[m * dilation : m * dilation + length] for m, k in enumerate(kernel))


def _wraps_round(series, kernel, dilation):
    reach = len(kernel) - 1
    return [
        sum(kernel[m] * series[t - (reach - m) * dilation] for m in range(len(kernel)))
        for t in range(len(series))
    ]


def _start_left_out(series, kernel, dilation):
    result = causal_convolution(series, kernel, dilation)
    result[: (len(kernel) - 1) * dilation] = 0
    return result


def _same(series, kernel, dilation):
    reach = (len(kernel) - 1) * dilation
    return _padded(series, kernel, dilation, reach // 2, reach - reach // 2)


# 16.4


def layers_needed(periods, kernel_size):
    layers, seen = 0, 1
    while seen < periods:
        seen += (kernel_size - 1) * 2**layers
        layers += 1
    return layers


def _layers_by_formula(periods, kernel_size):
    steps = -(-(periods - 1) // (kernel_size - 1))  # Σ of the dilations that is needed
    return int(steps).bit_length()


def _layers_by(seen_after, periods):
    """The first number of layers after which `seen_after` periods are enough."""
    layers = 0
    while seen_after(layers) < periods:
        layers += 1
    return layers


# 16.5


def tuned_forecasts(x, y, first, every, penalties, held):
    def weights(x, y, penalty):
        return np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ y)

    forecasts = []
    for start in range(first, len(y), every):
        fitted, errors = start - held, []
        for penalty in penalties:
            w = weights(x[:fitted], y[:fitted], penalty)
            errors.append(np.sqrt(np.mean((y[fitted:start] - x[fitted:start] @ w) ** 2)))
        best = penalties[int(np.argmin(errors))]
        w = weights(x[:start], y[:start], best)
        forecasts.extend(x[start : start + every] @ w)
    return np.array(forecasts)


def _tuned(x, y, first, every, penalties, held, *, fault=""):
    """The solution with one fault of several."""

    def weights(rows, penalty):
        inputs, answers = x[rows], y[rows]
        if fault == "scaled penalty":
            penalty = penalty * len(answers)
        square = inputs.T @ inputs + penalty * np.eye(inputs.shape[1])
        return np.linalg.solve(square, inputs.T @ answers)

    forecasts = []
    for start in range(first, len(y), every):
        stop = min(start + every, len(y))
        fitted = slice(0, start if fault == "seen" else start - held)
        judged = slice(start, stop) if fault == "block" else slice(start - held, start)
        errors = [np.mean((y[judged] - x[judged] @ weights(fitted, p)) ** 2) for p in penalties]
        best = penalties[int(np.argmax(errors) if fault == "largest" else np.argmin(errors))]
        past = {
            "not again": fitted,
            "held only": slice(start - held, start),
            "first past": slice(0, first),
            "future": slice(0, stop),
        }.get(fault, slice(0, start))
        forecasts.extend(x[start:stop] @ weights(past, best))
    return np.array(forecasts)


def _faulty(fault):
    def mistake(x, y, first, every, penalties, held):
        return _tuned(x, y, first, every, penalties, held, fault=fault)

    return mistake


def _chosen_once(x, y, first, every, penalties, held):
    def error(penalty):
        found = _tuned(x[:first], y[:first], first - held, held, [penalty], 1)
        return np.mean((y[first - held : first] - found) ** 2)

    return _tuned(x, y, first, every, [min(penalties, key=error)], held)


def _series(rows, inputs, noise, seed):
    """Rows whose inputs explain a part of the answers, so that the penalty matters."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, inputs))
    y = x @ random.normal(size=inputs) * 0.5 + noise * random.normal(size=rows)
    return x.round(3), y.round(3)


EXERCISES = (
    FunctionExercise(
        number="16.1",
        title="Windows of the past and the value that follows",
        solution=make_windows,
        cases=[
            (np.array([2.0, 3.0, 5.0, 7.0, 11.0, 13.0]), 3, 1),
            (_random.normal(size=14), 4, 3),
            (_random.normal(size=10), 1, 2),
            (np.arange(9) ** 2, 2, 4),
        ],
        also_right=[_windows_by_view],
        lesson="the answer lies horizon periods after the window's last value, and there are "
        "len(series) − width − horizon + 1 rows.",
        why="Window i ends at i + width − 1, its answer stands horizon further, and the last "
        "answer is the last value of the series.",
        hints=[
            "Window i is series[i : i + width]. Which index has its last value?",
            "The last value stands at i + width − 1, the answer horizon after it.",
            "The answer's index must stay below len(series). How many i does that leave?",
        ],
        mistakes=[
            Mistake(
                lambda s, w, h: _windows(s, w, len(s) - w - h + 2, lambda i: i + w - 2 + h),
                "your answer comes one period early. With horizon 1 it is the window's own last "
                "value: the network would copy it, which is a leak. Use i + width − 1 + horizon.",
            ),
            Mistake(
                lambda s, w, h: _windows(s, w, len(s) - w - h + 1, lambda i: i + w - 2 + h),
                "your answer comes one period early. With horizon 1 it lies inside the window, "
                "which is a leak. Use index i + width − 1 + horizon.",
            ),
            Mistake(
                lambda s, w, h: _windows(s, w, len(s) - w - h, lambda i: i + w + h),
                "your answer comes one period late. The window's last value stands at "
                "i + width − 1, so the answer stands at i + width − 1 + horizon.",
            ),
            Mistake(
                lambda s, w, h: _windows(s, w, len(s) - w - h, lambda i: i + w - 1 + h),
                "the last row is missing. Its answer is the last value of the series: there are "
                "len(series) − width − horizon + 1 rows.",
            ),
            Mistake(
                lambda s, w, h: (make_windows(s, w, h)[0].T, make_windows(s, w, h)[1]),
                "your axes are exchanged. Each row of x is one window: shape (rows, width).",
            ),
            Mistake(
                lambda s, w, h: (make_windows(s, w, h)[0][:, ::-1], make_windows(s, w, h)[1]),
                "your windows run backwards. Keep the oldest value first, as in the series.",
            ),
            Mistake(
                lambda s, w, h: _windows(s, w, len(s) - w, lambda i: i + w),
                "you took the value right after the window whatever the horizon. The answer stands "
                "horizon periods after the window's last value.",
            ),
            Mistake(
                lambda s, w, h: _windows(s, w, len(s) - w - h + 1, lambda i: i + h),
                "you counted the horizon from the window's first value, so answers lie inside it: "
                "a leak. Count from the last, i + width − 1.",
            ),
        ],
    ),
    ValueExercise(
        number="16.2",
        title="Which steps leak",
        solution=leaks,
        answer="leaks",
        accepts=_says(1, 2, 4, 5),
        # the order doesn't matter, so a set will do
        measure=lambda answer: sorted(answer) if isinstance(answer, (set, frozenset)) else answer,
        also_right=[[5, 4, 2, 1], (1, 2, 4, 5), {1, 2, 4, 5}, [1, 2, 2, 4, 5]],
        lesson="a step leaks if it uses a number that was not known when the forecast was made, "
        "be it an input, a scale, a neighbour or a training answer.",
        why="1 and 2 use later values, 4 puts later rows into the training, and in 5 the answers "
        "of the last three rows are years that were not over yet.",
        hints=[
            "Go through the steps and ask each: could it have been done on the day?",
            "In step 5, write down when the answer of the row just before was known. It is the "
            "change over the following year.",
            "Overlapping windows share inputs of the past. Is any of them unknown on the day?",
        ],
        mistakes=[
            Mistake(
                lambda answer: answer.ndim != 1,
                "give a list of the steps' numbers, for example [1, 2].",
                example=4,
            ),
            Mistake(
                _names_no_step,
                "the steps have the numbers 1 to 6, and your list holds another one.",
                example=[0, 1, 3, 4],
            ),
            Mistake(
                _says(1, 2, 4),
                "three are right, one hides well. In step 5 a row's answer is the change over the "
                "year after it. Is that year over when the next row is forecast?",
                example=[1, 2, 4],
            ),
            Mistake(
                _says(1, 2, 3, 4, 5),
                "step 3 is harmless: windows that overlap share values of the past, and each ends "
                "before its answer. The other four do leak.",
                example=[1, 2, 3, 4, 5],
            ),
            Mistake(
                _holds(6),
                "step 6 is honest: the 1970s were over in 1980, so a forecaster could have done "
                "just that.",
                example=[1, 4, 6],
            ),
            Mistake(
                _lacks(4),
                "step 4 is missing. After shuffling, the last fifth lies scattered among its "
                "neighbours, and the quarters after each are in the training.",
                example=[1, 2, 5],
            ),
            Mistake(
                _lacks(1),
                "step 1 is missing. Mean and deviation of the whole series tell how high and how "
                "wild the future will be.",
                example=[2, 4, 5],
            ),
            Mistake(
                _lacks(2),
                "step 2 is missing. Half of a centred window lies after its middle.",
                example=[1, 4, 5],
            ),
            Mistake(
                _lacks(5),
                "step 5 is missing. A row's answer is the change over the year after it. Is that "
                "year over when the next row is forecast?",
                example=[1, 2, 3, 4],
            ),
        ],
    ),
    FunctionExercise(
        number="16.3",
        title="A causal dilated convolution",
        solution=causal_convolution,
        cases=[
            (np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([1.0, 10.0, 100.0]), 1),
            (_random.normal(size=9), _random.normal(size=2), 3),
            (_random.normal(size=12), _random.normal(size=3), 2),
            # whole numbers with weights that make fractions, and a reach as long as the series
            (np.array([3, 1, 4, 1, 5, 9, 2]), np.array([0.5, 0.25, 0.1]), 2),
            (_random.normal(size=6).round(2), np.array([0.5, -1.0, 2.0]), 3),
            (_random.normal(size=10).round(2), np.array([0.5, -1.0, 2.0, 3.0]), 2),
        ],
        also_right=[_causal_by_loops],
        lesson="with (k − 1)·dilation zeros on the left and none on the right, no result knows "
        "what comes after it.",
        why="After the zeros, weight m of period t stands at t + m·dilation, and the last weight "
        "meets period t itself.",
        hints=[
            "Begin with dilation 1 and a kernel of 3: how many zeros does period 0 need before it?",
            "In general it is (len(kernel) − 1) * dilation zeros, all on the left.",
            "On the padded series, weight m of result t meets padded[t + m * dilation].",
        ],
        mistakes=[
            Mistake(
                _same,
                "this is 'same' padding: zeros on both sides, so your result looks ahead. Put all "
                "(k − 1)·dilation zeros on the left.",
            ),
            Mistake(
                lambda s, k, d: causal_convolution(s, k[::-1], d),
                "your kernel is flipped: its first weight meets the present. Here, as in Keras, "
                "the last weight does.",
            ),
            Mistake(
                lambda s, k, d: _padded(s, k, d, 0, (len(k) - 1) * d),
                "your zeros are on the right, so every result sees only its future. Put them on "
                "the left.",
            ),
            Mistake(
                lambda s, k, d: _padded(s, k, d, 0, 0),
                "your result is shorter than the series, as without padding. Put "
                "(k − 1)·dilation zeros on the left first.",
            ),
            Mistake(
                lambda s, k, d: causal_convolution(s, k, 1),
                "you left out the dilation: neighbouring weights meet values that are dilation "
                "periods apart.",
            ),
            Mistake(
                lambda s, k, d: causal_convolution(np.concatenate([[0], s[:-1]]), k, d),
                "your result comes one period late: the last weight has to meet the present, not "
                "the period before. You put one zero too many.",
            ),
            Mistake(
                lambda s, k, d: _padded(s, k, d, len(k) - 1, 0),
                "you put k − 1 zeros. A dilated kernel spans (k − 1)·dilation periods before the "
                "present, so it needs that many.",
            ),
            Mistake(
                _wraps_round,
                "a negative index counts from the end, so your first results see the end of the "
                "series: a leak. Before the first period there are zeros.",
            ),
            Mistake(
                _start_left_out,
                "your first results are 0 as long as a weight would reach before the start. Only "
                "that weight meets a zero; the others count.",
            ),
        ],
    ),
    FunctionExercise(
        number="16.4",
        title="How many dilated layers it takes",
        solution=layers_needed,
        fresh=lambda rng: (int(rng.integers(1, 300)), int(rng.integers(2, 7))),
        cases=[
            (16, 2),
            (17, 2),
            (40, 3),
            (29, 5),
            (1, 3),
            (64, 4),
        ],
        also_right=[_layers_by_formula],
        lesson="each layer adds (k − 1)·dilation, so n layers see 1 + (k − 1)(2ⁿ − 1) periods: "
        "seven layers of width 2 see 128 months, more than ten years.",
        why="The present counts once, and layer number n reaches (k − 1)·2ⁿ further back, counted "
        "from 0. Add layers until it is enough.",
        hints=[
            "Without any layer one period is seen. What does the first layer add, the second, …?",
            "A kernel of k cells reaches k − 1 dilations back, and each dilation is "
            "twice the one before: 1, 2, 4.",
            "Begin with seen = 1 and count how often you have to add before seen reaches periods.",
        ],
        mistakes=[
            Mistake(
                lambda p, k: _layers_by(lambda n: (k - 1) * (2**n - 1), p),
                "you forgot the present. Without any layer one period is seen: start from 1.",
            ),
            Mistake(
                lambda p, k: _layers_by(lambda n: 1 + k * (2**n - 1), p),
                "you added kernel_size·dilation for each layer. A kernel of 2 reaches back by one "
                "dilation only: (kernel_size − 1)·dilation.",
            ),
            Mistake(
                lambda p, k: _layers_by(lambda n: 1 + (k - 1) * n, p),
                "you left out the dilations: this is a stack with all of them 1.",
            ),
            Mistake(
                lambda p, k: _layers_by(lambda n: 2**n, p),
                "2 to the number of layers is right for kernels of 2 only. A layer adds "
                "(kernel_size − 1)·dilation.",
            ),
            Mistake(
                lambda p, k: _layers_by(lambda n: k**n, p),
                "kernel_size to the number of layers would be right for dilations 1, k, k², …; here "
                "each dilation is twice the one before.",
            ),
            Mistake(
                lambda p, k: _layers_by(lambda n: (k - 1) * (2**n - 1), p) + 1,
                "that is a layer too many. Start from one period seen without any layer, and stop "
                "as soon as enough are seen.",
            ),
            Mistake(
                lambda p, k: _layers_by(lambda n: 1 + (k - 1) * (2**n - 1) - (n > 0), p),
                "you stop one layer late where the periods fit exactly: at least means that equal "
                "is enough.",
            ),
        ],
    ),
    FunctionExercise(
        number="16.5",
        title="A penalty chosen anew at every refit",
        solution=tuned_forecasts,
        cases=[
            (*_series(30, 2, 0.5, 1), 20, 5, [0.1, 100.0], 6),
            (*_series(41, 4, 2.0, 2), 18, 7, [0.5, 5.0, 50.0], 8),
            (*_series(36, 6, 3.0, 3), 16, 4, [300.0, 30.0, 3.0, 0.3], 5),
        ],
        also_right=[_tuned],
        lesson="a choice is a part of the method, so it is made anew from each past alone. Held "
        "rows choose, then they are learned from, too.",
        why="The rows held back stand in for the block: they come last in the past, and the "
        "weights that are judged on them have not seen them.",
        hints=[
            "Write the ridge weights as a function of rows and penalty first; you need it twice in "
            "each block.",
            "The blocks begin at first, first + every, …; the last may be shorter. A slice takes "
            "care of that by itself.",
            "With start as the block's first row, the held rows are start − held to start − 1. "
            "Which rows may the weights see that are judged on them?",
            "When the penalty is chosen, the held rows have done their duty: learn from all rows "
            "before start, and forecast start to start + every − 1.",
        ],
        mistakes=[
            Mistake(
                _faulty("block"),
                "you judged the penalties on the block itself: a leak, those answers are still to "
                "come. Judge them on the last held rows before it.",
            ),
            Mistake(
                _faulty("seen"),
                "you judged the penalties on rows that their weights had learned from, so the "
                "smallest penalty looks best. Leave the held rows out of that first fit.",
            ),
            Mistake(
                _faulty("not again"),
                "you forecast with the weights of the first fit, which never saw the held rows. "
                "Fit again on the whole past with the penalty chosen.",
            ),
            Mistake(
                _faulty("held only"),
                "your second fit learns from the held rows alone. It should learn from the whole "
                "past.",
            ),
            Mistake(
                _faulty("future"),
                "your second fit has learned from the block that it forecasts: a leak. It may use "
                "the rows before start only.",
            ),
            Mistake(
                _faulty("first past"),
                "your second fit always learns from the rows before first. Each block has a longer "
                "past: all rows before its start.",
            ),
            Mistake(
                _faulty("largest"),
                "you took the penalty with the largest error on the held rows. Use argmin.",
            ),
            Mistake(
                _faulty("scaled penalty"),
                "you multiplied the penalty by the number of rows. Here it is the sum of the "
                "squared errors that it is added to, not their mean.",
            ),
            Mistake(
                _chosen_once,
                "you chose once, before the first block, and kept that penalty. Choose anew in "
                "each block, on the last held rows before it.",
            ),
        ],
    ),
)
