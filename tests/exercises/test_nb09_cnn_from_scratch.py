"""The longer exercise of notebook 09: its solution is measured, its cases tell mistakes apart."""

from collections.abc import Callable

import numpy as np
import pytest

from course_utils import exercises
from course_utils.layers import MaxPooling2D, central_difference
from course_utils.pooling import pool2d

POOLING = exercises.find("09.4")
assert isinstance(POOLING, exercises.FunctionExercise)


def without_ties(x: np.ndarray) -> bool:
    return np.unique(x).size == x.size


@pytest.mark.parametrize("case", POOLING.cases, ids=lambda case: f"size {case[2]} stride {case[3]}")
def test_pooling_backward_is_what_the_layer_and_small_steps_say(case: tuple) -> None:
    x, gradient, size, stride = case
    slopes = POOLING.solution(*case)
    layer = MaxPooling2D(size, stride=stride)
    layer.forward(x.astype(float))
    np.testing.assert_allclose(slopes, layer.backward(gradient), atol=1e-6)
    if without_ties(x):
        values = x.astype(float)
        measured = central_difference(
            lambda: float(np.sum(pool2d(values, size, stride=stride) * gradient)), values
        )
        np.testing.assert_allclose(slopes, measured, atol=1e-6)


def test_the_cases_hold_ties_overlaps_gaps_rests_and_channels() -> None:
    assert any(not without_ties(x) for x, *_ in POOLING.cases)
    assert any(size > stride for *_, size, stride in POOLING.cases)
    assert any(size < stride for *_, size, stride in POOLING.cases)
    assert any((x.shape[1] - size) % stride for x, _, size, stride in POOLING.cases)
    assert any(x.shape[0] > 1 and x.shape[3] > 1 for x, *_ in POOLING.cases)
    assert {x.dtype.kind for x, *_ in POOLING.cases} == {"f", "i"}


def array_of_the_map_s_type(x, gradient, size, stride):
    slopes = np.zeros_like(x)
    for b, i, j, c in np.ndindex(gradient.shape):
        window = x[b, i * stride : i * stride + size, j * stride : j * stride + size, c]
        m, n = np.unravel_index(window.argmax(), window.shape)
        slopes[b, i * stride + m, j * stride + n, c] += gradient[b, i, j, c].astype(x.dtype)
    return slopes


def width_for_height(x, gradient, size, stride):
    return POOLING.solution(x.swapaxes(1, 2), gradient.swapaxes(1, 2), size, stride)


def first_image_only(x, gradient, size, stride):
    slopes = np.zeros(x.shape)
    slopes[:1] = POOLING.solution(x[:1], gradient[:1], size, stride)
    return slopes


@pytest.mark.parametrize(
    "answer", [array_of_the_map_s_type, width_for_height, first_image_only, lambda *given: given[0]]
)
def test_other_wrong_answers_are_refused(answer: Callable) -> None:
    assert exercises.judge("09.4", answer).status == "wrong"


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_either_precision_is_right(kind: type) -> None:
    def answer(x, gradient, size, stride):
        x, gradient = np.asarray(x, kind), np.asarray(gradient, kind)
        return POOLING.solution(x, gradient, size, stride).astype(kind)

    assert exercises.judge("09.4", answer).status == "right"


def test_lines_of_the_lesson_alone_do_not_pass() -> None:
    """Asking the notebook's own pool_backward, for windows 2×2, is not the answer."""

    def pasted(x, gradient, size, stride):
        b, h, w, c = x.shape
        to_x, open_still = np.zeros_like(x), np.ones(gradient.shape, bool)
        largest = x.reshape(b, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))
        for m, n in np.ndindex(2, 2):
            wins = open_still & (x[:, m::2, n::2] == largest)
            to_x[:, m::2, n::2] = np.where(wins, gradient, 0)
            open_still &= ~wins
        return to_x

    reply = exercises.judge("09.4", pasted)
    assert reply.status == "wrong"
