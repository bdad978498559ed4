"""Answers that a check once took for right, or answered beside the point; each tells of a class."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course_utils import exercises
from course_utils.convolution import correlate2d
from course_utils.filters import FILTERS

WRONG: dict[str, tuple[str, Any, str]] = {}


def wrong(number: str, words: str) -> Callable[[Any], Any]:
    """Enter a wrong answer, with words of the reply that it should get."""

    def enter(answer: Any) -> Any:
        WRONG[f"{number} {answer.__name__} {len(WRONG)}"] = number, answer, words
        return answer

    return enter


@wrong("02.3", "of the image's kind")
def distances_of_the_image_s_type(image, kernel):
    h, w = kernel.shape
    out = np.zeros(np.subtract(image.shape, kernel.shape) + 1, image.dtype)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum((image[i : i + h, j : j + w].astype(float) - kernel) ** 2)
    return out


def array_of_the_image_s_type(image, kernel):
    h, w = kernel.shape
    out = np.zeros_like(image[h - 1 :, w - 1 :])
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + h, j : j + w] * kernel)
    return out


@wrong("06.1", "The decimals are cut off")
def maps_of_the_image_s_type(image, filters, biases):
    h, w = filters.shape[:2]
    out = np.zeros((*image[h - 1 :, w - 1 :, 0].shape, filters.shape[3]), image.dtype)
    for i, j, o in np.ndindex(out.shape):
        out[i, j, o] = np.sum(image[i : i + h, j : j + w] * filters[..., o]) + biases[o]
    return out


@wrong("09.2", "")
def slopes_of_the_image_s_type(image, gradient):
    return array_of_the_image_s_type(image, gradient)


@wrong("16.3", "")
def result_of_the_series_type(series, kernel, dilation):
    result = np.zeros_like(series)
    for t in range(len(series)):
        places = [t - (len(kernel) - 1 - m) * dilation for m in range(len(kernel))]
        result[t] = sum(k * series[p] for k, p in zip(kernel, places, strict=True) if p >= 0)
    return result


@wrong("03.4", "")
def map_of_integers(kernel, image_shape, i, j):
    rows, columns = (n - k + 1 for n, k in zip(image_shape, kernel.shape, strict=True))
    result = np.zeros((rows, columns), int)
    for m, n in np.ndindex(kernel.shape):
        if 0 <= i - m < rows and 0 <= j - n < columns:
            result[i - m, j - n] = kernel[m, n]
    return result


@wrong("03.4", "")
def three_by_three_only(kernel, image_shape, i, j):
    result = np.zeros((image_shape[0] - 2, image_shape[1] - 2))
    for m, n in np.ndindex(3, 3):
        result[i - m, j - n] = kernel[m, n]
    return result


@wrong("03.4", "")
def wrapped_round(kernel, image_shape, i, j):
    result = np.zeros([n - k + 1 for n, k in zip(image_shape, kernel.shape, strict=True)])
    for m, n in np.ndindex(kernel.shape):
        if i - m < len(result) and j - n < result.shape[1]:
            result[i - m, j - n] = kernel[m, n]
    return result


@wrong("03.2", "")
def told_by_the_sum(function):
    kernel = np.arange(1, 10).reshape(3, 3)
    answer = function(np.eye(5), kernel)
    return "convolution" if answer[0, 0] == np.trace(kernel) else "neither"


@wrong("07.1", "")
def larger_in_size(signal):
    left, right = signal[:-1], signal[1:]
    return np.where(np.abs(left) > np.abs(right), left, right)


@wrong("08.2", "")
def every_layer_of_stride_two(layers, cell):
    first, last = cell, cell
    for kernel, _ in reversed(layers):
        first, last = 2 * first, 2 * last + kernel - 1
    return first, last


@wrong("04.3", "")
def gradients_in_eight_bits(image):
    k = {name: FILTERS[name].kernel.astype(image.dtype) for name in ("sobel_x", "sobel_y")}
    gx, gy = (array_of_the_image_s_type(image, each) for each in k.values())
    return np.degrees(np.arctan2(gy, gx))


@wrong("01.4", "you compared directions")
def cosine_of_templates(image, templates):
    return int(np.argmax([np.sum(image * m) / np.linalg.norm(m) for m in templates]))


@wrong("01.4", "absolute differences")
def absolute_distance(image, templates):
    return int(np.argmin([np.abs(image - m).sum() for m in templates]))


@wrong("01.4", "largest differences")
def largest_distance(image, templates):
    return int(np.argmin([np.abs(image - m).max() for m in templates]))


def softmax_after(shift):
    def softmax(scores):
        powers = np.exp(shift(scores))
        return powers / powers.sum(axis=1, keepdims=True)

    return softmax


for shift, words in [
    (lambda s: s - s.mean(axis=1, keepdims=True), "not the row's largest"),
    (lambda s: s - np.median(s, axis=1, keepdims=True), "not the row's largest"),
    (lambda s: s - s.min(axis=1, keepdims=True), "not the row's largest"),
    (lambda s: s - s[:, :1], "not the row's largest"),
    (lambda s: np.clip(s, -30, 30), ""),
    (lambda s: np.clip(s - s.mean(axis=1, keepdims=True), -30, 30), ""),
]:
    wrong("09.5", words)(softmax_after(shift))

for cell in [
    lambda c, side: math.ceil(c / side) - 1,
    lambda c, side: round(c) // side,
    lambda c, side: (2 * c - 1) / 2 // side,
    lambda c, side: (2 * c + 1) // 2 // side,
]:

    @wrong("15.3", "")
    def lost_objects(boxes, side, cell=cell):
        cells = {tuple(cell((box[k] + box[k + 2]) / 2, side) for k in (0, 1)) for box in boxes}
        return len(boxes) - len(cells)


@wrong("14.1", "the sign is lost")
def without_sign(slopes, skip):
    return abs(np.prod([s + skip for s in slopes]))


@wrong("14.3", "more channels in than out")
def projection_if_larger(a, b):
    return (9 * a + 1) * b + (9 * b + 1) * b + (a < b) * (a + 1) * b


@wrong("14.3", "is not` asks")
def projection_by_identity(channels_in, channels_out):
    projection = (channels_in + 1) * channels_out if channels_in is not channels_out else 0
    return (9 * channels_in + 1) * channels_out + (9 * channels_out + 1) * channels_out + projection


@wrong("13.4", "middle of the image")
def to_the_middle(image):
    rows, columns = np.indices(image.shape)
    return tuple(
        round(n / 2 - np.average(where, weights=image))
        for n, where in zip(image.shape, (rows, columns), strict=True)
    )


@wrong("13.4", "")
def of_28_rows(image):
    mass = image.sum()
    where = np.arange(28)
    return round(14 - where @ image.sum(axis=1) / mass), round(
        14 - where @ image.sum(axis=0) / mass
    )


@wrong("05.2", "longer than half of the line")
def bounded_by_the_ends(n, k, p):
    return [min(i + 1 + p, n - i + p, k) for i in range(n)]


@wrong("07.4", "")
def larger_of_size_and_stride(cells, size, stride):
    return (cells - 1) * max(size, stride) + size, cells * max(size, stride) + size - 1


@wrong("12.1", "short and over")
def median_of_the_demands(demands, short, over):
    return float(np.sort(demands)[[(len(demands) - 1) // 2, len(demands) // 2]].mean())


@wrong("12.3", "lowest loss so far")
def compared_with_the_epoch_before(valid_losses, patience):
    bad = best = 0
    for k, loss in enumerate(valid_losses):
        if k == 0 or loss < valid_losses[k - 1]:
            bad, best = 0, k + 1
        else:
            bad += 1
        if bad == patience:
            return k + 1, best
    return len(valid_losses), best


@wrong("04.2", "negative amount")
def amount_without_sign(amount):
    return np.eye(3)[1][:, None] * np.eye(3)[1] * (1 + abs(amount)) - abs(amount) / 9


@wrong("05.3", "")
def odd_kernels_only(out, k, p, s, d):
    smallest = (out - 1) * s + 2 * (k // 2) * d + 1 - 2 * p
    return list(range(smallest, smallest + s))


# What stands in a cell of the notebook, pasted.


@wrong("01.2", "read in its own order")
def product_of_the_notebook(A, B):
    return A.ravel() @ B.ravel()


@wrong("02.3", "inner products of the cell above")
def loops_of_the_notebook(image, kernel):
    return correlate2d(image, kernel)


@wrong("04.3", "gradient's length")
def magnitude_of_the_notebook(image):
    gx, gy = (correlate2d(image, FILTERS[name].kernel) for name in ("sobel_x", "sobel_y"))
    return np.hypot(gx, gy)


@wrong("05.3", "formula forwards")
def formula_of_the_notebook(n, k, p, s, d):
    return (n + 2 * p - (k - 1) * d - 1) // s + 1


@wrong("10.2", "")
def parameters_for_odd_kernels(k, f1, f2, hidden):
    side = ((28 - 2 * (k // 2)) // 2 - 2 * (k // 2)) // 2
    dense = (side**2 * f2 + 1) * hidden + (hidden + 1) * 10
    return (k * k + 1) * f1 + (k * k * f1 + 1) * f2 + dense


@wrong("11.1", "")
def up_to_three_poolings(side, poolings, filters):
    return {1: side // 2, 2: side // 4, 3: side // 8}[poolings] ** 2 * filters


@wrong("13.2", "")
def clipped_at_the_rows(image, row, column, size, jump):
    n = len(image)
    top, left = row * jump, column * jump
    return image[top : min(top + size, n), left : min(left + size, n)]


@wrong("08.3", "the last stride")
def last_stride(strides):
    return strides[-1]


@wrong("16.3", "counts from the end")
def wraps_round(series, kernel, dilation):
    k = len(kernel)
    return [
        sum(kernel[m] * series[t - (k - 1 - m) * dilation] for m in range(k))
        for t in range(len(series))
    ]


@wrong("13.1", "begins with 0")
def search_from_zero(response_map):
    largest, place = 0, (0, 0)
    for i, row in enumerate(response_map):
        for j, cell in enumerate(row):
            if cell > largest:
                largest, place = cell, (i, j)
    return place


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_answer_is_refused_in_its_own_words(key: str) -> None:
    number, answer, words = WRONG[key]
    with np.errstate(all="ignore"):
        reply = exercises.judge(number, answer)
    assert reply.status == "wrong"
    assert words in reply.message


def after_the_peak(step, steps, rising, peak):
    last = rising - 1
    return peak * (step + 1) / rising if step <= last else peak * (steps - step) / (steps - last)


RIGHT = [
    ("12.5", after_the_peak),
    (
        "12.5",
        lambda step, steps, rising, peak: np.interp(step, [-1, rising - 1, steps], [0, peak, 0]),
    ),
    ("04.4", (np.diag([0.0, 1, 0]) - np.ones((3, 3)) / 9).astype(np.float32)),
    ("04.4", (np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]]) / 3).astype(np.float32)),
    ("16.2", {1, 2, 4, 5}),
    ("16.2", [1, 2, 2, 4, 5]),
    ("17.4", ["zero_grad()", "forward", "loss", "backward", "step"]),
]


@pytest.mark.parametrize(("number", "answer"), RIGHT)
def test_a_right_answer_is_not_refused(number: str, answer: Any) -> None:
    assert exercises.judge(number, answer).status == "right"


SAID: list[tuple[str, Any, str, str]] = [
    # number, answer, words of the reply, words that would lead astray
    ("05.5", (3, 2), "give three numbers", "loop"),
    ("05.5", (3, 2, -1), "negative padding", "does not do"),
    ("05.5", (3, 2, 1.5), "whole numbers", "does not do"),
    ("05.5", (3, 0, 1), "never moves", "does not do"),
    ("10.4", [1 / 9] * 9, "ten probabilities", "loop"),
    ("10.4", [np.nan] * 10, "nan or infinite", "another digit"),
    ("16.2", [1, 2, 4, 5, 7], "numbers 1 to 6", "(4,)"),
    ("16.2", [1, 2, 3, 4], "step 5 is missing", "three are right"),
    ("16.2", "1, 2", "a list of numbers", "(4,)"),
    ("02.4", np.eye(3)[0][:, None] * np.eye(3)[0], "down and to the right", "cell ["),
    (
        "14.2",
        lambda x, w1, w2, p: np.maximum(x + np.maximum(x * w1, 0) * w2, 0),
        "x @ w1",
        "loop",
    ),
    ("12.5", lambda step, steps, rising, peak: step / (rising - 1) * peak, "", "decimals"),
    ("14.1", lambda slopes, skip: 1, "", "decimals"),
    ("15.2", lambda height, width, shift: 0, "", "decimals"),
    ("17.3", 1, "", "decimals"),
    ("12.3", lambda valid_losses, patience: (0, 0), "", "loop"),
    ("11.4", lambda images, down, right: images[:, :, 1:], "", "loop"),
    ("15.1", lambda c, h, w, weights: np.zeros((2, 2, 4, 3)), "", "Rows and columns"),
    (
        "13.3",
        lambda maps, ours, theirs: np.zeros(maps.shape[:2]),
        "Everything in it is zero",
        "sign",
    ),
    (
        "09.1",
        lambda loss, values, step: values,
        "for a function loss and values",
        "wants to be called",
    ),
    ("04.3", lambda image: 3 * np.ones((image.shape[0] - 2, image.shape[1] - 2)), "", "times what"),
]


@pytest.mark.parametrize(("number", "answer", "words", "astray"), SAID)
def test_a_reply_says_only_what_the_evidence_does(
    number: str, answer: Any, words: str, astray: str
) -> None:
    reply = exercises.judge(number, answer)
    assert reply.status == "wrong"
    assert words in reply.message and astray not in reply.message
