"""The engine: running a student's code safely, and finding the right words for what came of it.

The exercises here are toys; `test_every_exercise.py` has the real ones.
"""

import _thread
import builtins
import contextlib
import functools
import io
import itertools
import random
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course_utils.exercises.engine import sandbox
from course_utils.exercises.engine.comparing import difference
from course_utils.exercises.engine.exercise import FunctionExercise, Mistake, Reply, ValueExercise
from course_utils.exercises.engine.judging import judge_answer
from course_utils.exercises.engine.plain_values import TooLarge, Unreadable, describe, plain

SHORT = 0.2
REPLACED_DURING_A_CHECK = builtins.input, sys.setrecursionlimit


def doubled(image):
    return 2 * image


FUNCTION = FunctionExercise(
    number="99.1",
    title="Double an image",
    solution=doubled,
    cases=[(np.array([[1, 2, 3], [4, 5, 7]]),), (np.array([[0.5, -1.25]]),)],
    lesson="lesson.",
    why="Why.",
    hints=["Hint."],
    mistakes=[
        Mistake(lambda image: image + 2, "you added."),
        Mistake(lambda image: image[5], "you indexed."),
        Mistake(lambda image: 3 * image, "you tripled."),
    ],
    also_right=[lambda image: image + image],
)


def seventy():
    return 70


VALUE = ValueExercise(
    number="99.2",
    title="An inner product",
    solution=seventy,
    answer="product",
    lesson="lesson.",
    why="Why.",
    hints=["Hint."],
    mistakes=[
        Mistake(26, "you added."),
        Mistake(lambda value: value < 0, "it is negative.", example=-1),
    ],
)


def judge(answer: Any, time_limit: float = 5.0) -> Reply:
    return judge_answer(FUNCTION, answer, time_limit=time_limit)


def wrong(answer: Any, time_limit: float = 5.0) -> str:
    reply = judge(answer, time_limit)
    assert reply.status == "wrong"
    assert reply.message.endswith((".", ":", ")")) and "!" not in reply.message
    return reply.message


def wrong_value(answer: Any, **changes: Any) -> str:
    reply = judge_answer(replace(VALUE, **changes), answer)
    assert reply.status == "wrong"
    return reply.message


def value_exercise(solution: Callable[[], Any], **changes: Any) -> ValueExercise:
    return replace(VALUE, solution=solution, mistakes=[], **changes)


# right, empty, known mistakes


@pytest.mark.parametrize(
    "answer",
    [
        doubled,
        lambda image: image.tolist() if image.ndim == 1 else [list(2 * row) for row in image],
        lambda image: (2 * image).astype(np.float32),
        lambda image: (2 * image).astype(object),
        lambda image: (2 * image).astype(complex),
        lambda image: (2 * image).view(np.matrix),
        lambda image: np.ma.masked_array(2 * image),
        lambda image: tuple(tuple(Fraction(2 * float(cell)) for cell in row) for row in image),
        lambda image: np.asfortranarray(2 * image)[::1],
        functools.partial(np.multiply, 2),
        type("Doubler", (), {"__call__": lambda self, image: 2 * image})(),
    ],
)
def test_right_in_many_forms(answer: Any) -> None:
    assert judge(answer) == Reply("right", "lesson.")


def not_implemented(image):
    raise NotImplementedError


@pytest.mark.parametrize(
    "answer", [None, ..., lambda image: None, lambda image: ..., not_implemented]
)
def test_not_attempted(answer: Any) -> None:
    assert judge(answer) == Reply("empty", "not attempted yet.")


def test_a_known_mistake_is_named() -> None:
    assert wrong(lambda image: image + 2) == "you added."
    assert wrong(lambda image: (image + 2).tolist()) == "you added."


def test_a_mistake_on_some_cases_only_is_not_named() -> None:
    message = wrong(lambda image: image + (2 if image.shape == (2, 3) else 3))
    assert message.startswith("for image = [[1, 2, 3], [4, 5, 7]], cell [0, 0] of your result")


def test_a_mistake_that_raises_is_known_by_its_exception() -> None:
    assert wrong(lambda image: image[5]) == "you indexed."
    assert "IndexError" in wrong(lambda image: image[6])


def test_the_tolerance_is_the_exercise_s() -> None:
    def slightly_off(image):
        return 2 * image + 1e-3

    assert judge(slightly_off).status == "wrong"
    assert judge_answer(replace(FUNCTION, tolerance=1e-2), slightly_off).status == "right"


def test_measure_is_what_is_compared() -> None:
    exercise = replace(FUNCTION, measure=lambda result: result.shape)
    assert judge_answer(exercise, lambda image: image).status == "right"
    assert "another kind" in judge_answer(exercise, lambda image: 3).message
    assert judge_answer(exercise, lambda image: None).status == "empty"


# wrong answers that are no known mistake


def test_the_first_differing_cell_is_named() -> None:
    def one_cell_off(image):
        result = 2 * image
        result[-1, -1] += 1
        return result

    assert wrong(one_cell_off) == (
        "for image = [[1, 2, 3], [4, 5, 7]], cell [1, 2] of your result is 15; it should be 14 "
        '(wrong cells: 1 of 6). exercises.hint("99.1") helps you on.'
    )


def test_the_first_differing_case_is_named() -> None:
    assert "image = [[0.5, -1.25]]" in wrong(lambda image: 2 * image if image.size > 2 else image)


def test_a_large_argument_is_named_by_its_shape() -> None:
    exercise = replace(FUNCTION, cases=[(np.ones((4, 6)),)])
    message = judge_answer(exercise, lambda image: 5 * image).message
    assert message.startswith("for image of shape (4, 6), cell [0, 0] of your result is 5;")


def test_shapes_are_compared_before_cells() -> None:
    message = wrong(lambda image: 2 * image.T)
    assert "is an array of shape (3, 2), where an array of shape (2, 3) is wanted" in message
    assert "The numbers of rows and columns are exchanged" in message
    assert "one too few along axis 1." in wrong(lambda image: 2 * image[:, 1:])
    assert "one too many along axis 0." in wrong(lambda image: np.pad(2 * image, 1)[1:, 1:-1])
    assert "loop" not in wrong(lambda image: 2 * image[:, 1:])
    assert "only the shape has to change" in wrong(lambda image: 2 * image.ravel())
    assert "a single number" in wrong(lambda image: 2 * image.sum())


@pytest.mark.parametrize(
    ("answer", "remark"),
    [
        (lambda image: -2 * image, "Only the sign is reversed."),
        (lambda image: 5 * image, "Everything is 2.5 times what it should be."),
        (lambda image: 2 * image[::-1], "upside down"),
        (lambda image: 2 * image[:, ::-1], "mirrored left to right"),
        (lambda image: 2 * image[::-1, ::-1], "rotated by 180°"),
        (lambda image: image * np.nan, "nan comes from"),
        (lambda image: 0 * image, "Everything in it is zero"),
    ],
)
def test_a_simple_relation_to_the_right_array_is_recognised(answer: Any, remark: str) -> None:
    assert remark in wrong(answer)


FRACTIONS = replace(FUNCTION, cases=[(np.array([[0.75, 1.25, -3.4]]),), (np.array([[2, 3]]),)])


def test_decimals_are_cut_off_only_where_integers_say_so() -> None:
    def cut(image):
        return (2 * image).astype(int)

    assert "The decimals are cut off" in judge_answer(FRACTIONS, cut).message
    for answer in (
        lambda image: np.trunc(2 * image),  # as floats: it may have other reasons
        lambda image: (2 * image).astype(int) + 1,
        lambda image: 0 if image.dtype.kind == "f" else 2 * image,
    ):
        assert "decimals" not in judge_answer(FRACTIONS, answer).message


def test_a_relation_has_to_hold_in_every_case() -> None:
    for answer in (
        lambda image: (5 if image.size > 2 else 2) * image,
        lambda image: (5 if image.size > 2 else 7) * image,
        lambda image: 2 * (image if image.size > 2 else image[:, ::-1]),
        lambda image: (0 if image.size > 2 else 3) * image,
        lambda image: (-2 if image.size > 2 else 2) * image,
    ):
        message = wrong(answer)
        for words in ("times what", "mirrored", "Everything", "sign"):
            assert words not in message


def test_few_digits_are_enough_where_large_terms_cancel() -> None:
    large = replace(FUNCTION, cases=[(np.array([[3e5, 1e-3], [1.0, 2.0]]),)], mistakes=[])
    assert (
        judge_answer(large, lambda image: (2 * image + 0.01).astype(np.float32)).status == "right"
    )
    assert judge_answer(large, lambda image: 2 * image + 0.01).status == "wrong"
    assert judge_answer(large, lambda image: (2 * image + 9).astype(np.float32)).status == "wrong"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda image: str(image), "a text (str)"),
        (lambda image: [[1, 2], [3]], "a collection of 2 values"),
        (lambda image: {1, 2}, "a set"),
        (lambda image: (row for row in image), "makes its values one by one"),
        (lambda image: itertools.count(), "makes its values one by one"),
        (lambda image: map(int, image), "makes its values one by one"),
        (lambda image: np.sum, "wants to be called"),
        (lambda image: int, "a class"),
        (lambda image: object(), "an object object"),
        (lambda image: np.array([None, "a"]), "dtype object"),
        (lambda image: np.zeros((10**5, 10**5), dtype=bool), "shape (100000, 100000)"),
        (lambda image: np.ma.masked_equal(2 * image, 2), "masked"),
    ],
)
def test_a_result_of_the_wrong_kind_is_described(answer: Any, kind: str) -> None:
    assert kind in wrong(answer)


def bare_return(image):
    doubled = 2 * image
    assert doubled.size
    return


def stored_elsewhere(image):
    global STORED
    STORED = 2 * image


@pytest.mark.parametrize(
    "answer",
    [
        lambda image: (2 * image, None)[1],
        bare_return,
        stored_elsewhere,
        functools.partial(bare_return),
        type("Doubler", (), {"__call__": lambda self, image: bare_return(image)})(),
    ],
)
def test_a_function_that_returns_nothing_is_told_so(answer: Any) -> None:
    assert "computes something, but returns nothing" in wrong(answer)


def test_a_returned_ellipsis_is_told_apart() -> None:
    def half_done(image):
        doubled = 2 * image
        return ... if doubled.size else doubled

    assert "returns a … that is still to be filled in" in wrong(half_done)


def test_not_implemented_after_some_work_is_no_stub() -> None:
    def begun(image):
        if 2 * image.size:
            raise NotImplementedError("later")

    assert "NotImplementedError" in wrong(begun)


def documented_stub(image):
    """Double it."""
    pass


@pytest.mark.parametrize("answer", [documented_stub, functools.partial(documented_stub)])
def test_a_docstring_makes_no_attempt(answer: Any) -> None:
    assert judge(answer).status == "empty"


def test_what_is_kept_from_call_to_call_is_named() -> None:
    total = [0.0]

    def accumulates(image):
        total[0] += float(image.sum())
        return 2 * image + total[0]

    def hoards(image, kept=[]):
        kept.append(image)
        return [2 * each for each in kept][-1] if len(kept) < 3 else image

    for answer in (accumulates, hoards):
        assert "keeps something from call to call" in wrong(answer)
    assert judge(doubled).status == "right"


def test_a_branch_without_return_is_recognised() -> None:
    assert "ends in a return" in wrong(lambda image: 2 * image if image.size < 3 else None)


def test_the_result_in_place_of_the_function() -> None:
    assert wrong(doubled(np.eye(2))) == (
        "an ndarray is not a function. Hand over the function itself, without brackets: "
        'exercises.check("99.1", doubled).'
    )


def test_a_function_in_place_of_the_value() -> None:
    for answer in (seventy, len, [].append, functools.partial(seventy), np.add, int):
        assert "where a value is wanted" in wrong_value(answer)


def test_printing_in_place_of_returning() -> None:
    assert "prints its result and returns None" in wrong(lambda image: print(2 * image))


def test_what_a_wrong_function_prints_is_spoken_of(capsys: pytest.CaptureFixture[str]) -> None:
    def talkative(image):
        print("from the student")
        return image

    assert "not shown during a check" in wrong(talkative)
    assert capsys.readouterr().out == ""


def test_a_changed_argument_is_named() -> None:
    def in_place(image):
        image *= 2
        return image

    def in_place_and_none(image):
        image[:] = 2 * image

    def in_place_and_wrong(image):
        image[0, 0] = 9
        return image + 1

    exercise = replace(FUNCTION, cases=[(np.ones((2, 3)),)], mistakes=[])
    for function, words in [
        (in_place, "the results are right, but your function changes its argument image"),
        (in_place_and_none, "changes its argument image and returns None"),
        (in_place_and_wrong, "It also changes its argument image"),
    ]:
        reply = judge_answer(exercise, function)
        assert reply.status == "wrong" and words in reply.message
    assert exercise.cases[0][0].tolist() == [[1, 1, 1], [1, 1, 1]]


def test_a_wrong_signature_is_named() -> None:
    for answer in (lambda: 1, lambda image, more: 1, lambda *, image: 1):
        message = wrong(answer)
        assert message.startswith("your function could not be called with (image)")
        assert message.endswith("Begin it with def doubled(image):")


def test_an_exception_is_named_with_its_line_and_the_argument_s_shape() -> None:
    def index_too_far(image):
        rows = image.shape[0]
        return image[rows]

    exercise = replace(FUNCTION, cases=[(np.ones((4, 6)),)])
    message = judge_answer(exercise, index_too_far).message
    assert message.startswith("your function raised an IndexError (index 4 is out of bounds")
    assert "in the line `return image[rows]`, for image of shape (4, 6)." in message
    assert "look where the loops stop" in message


def test_exceptions_that_need_words_of_their_own() -> None:
    def forgotten(image):
        return range(...)

    assert "still a … left" in wrong(forgotten)
    assert "print both shapes" in wrong(lambda image: image + np.ones(17))
    assert "not with exit()" in wrong(lambda image: sys.exit())
    assert "misspelt" in wrong(lambda image: imaeg)  # noqa: F821


def raise_(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),
        SystemExit(3),
        GeneratorExit(),
        BaseException("base"),
        MemoryError(),
        StopIteration(),
        type("Own", (Exception,), {"__str__": lambda self: 1 / 0})(),
        type("Own", (Exception,), {"__traceback__": property(lambda self: 1 / 0)})(),
        ValueError("two\nlines\tand \x1b[31m colour"),
        ValueError("x" * 100_000),
    ],
)
def test_every_exception_of_a_student_is_caught(error: BaseException) -> None:
    message = wrong(lambda image: raise_(error))
    assert type(error).__name__ in message
    assert message.isprintable() and len(message) < 600


def test_recursion_without_end() -> None:
    def again(image):
        return again(image)

    assert "RecursionError" in wrong(again)


# values


def test_values_in_many_forms() -> None:
    for answer in (70, 70.0, np.int8(70), np.array(70), Fraction(70), True + 69):
        assert judge_answer(VALUE, answer).status == "right"
    for answer in (None, ..., [..., ...], (None,), {"a": ...}):
        assert judge_answer(VALUE, answer).status == "empty"
    for answer in ([], (), {}, ""):
        assert judge_answer(VALUE, answer).status == "wrong"


def test_a_wrong_value_is_not_told_the_right_one() -> None:
    assert wrong_value(71).startswith("your answer is 71; that is too large. ")
    assert wrong_value(0.5).startswith("your answer is 0.5; that is too small. ")
    assert "Leave the quotation marks off" in wrong_value("70")
    assert "where a single number is wanted" in wrong_value([70])
    for answer in (71, "71", [71], np.nan, 1j, {"a": 3}):
        assert "70" not in wrong_value(answer)
    exercise = value_exercise(lambda_free_array)
    message = judge_answer(exercise, [[1, 2], [3, 5]]).message
    assert "cell [1, 1] of your answer is 5, which is not right (wrong cells: 1 of 4" in message


def lambda_free_array():
    return np.array([[1, 2], [3, 4]])


def test_mistakes_of_values() -> None:
    assert wrong_value(26) == "you added."
    assert wrong_value(-3) == "it is negative."


def test_accepts_judges_by_property() -> None:
    exercise = replace(VALUE, accepts=lambda value: value % 7 == 0)
    assert judge_answer(exercise, 7).status == "right"
    assert judge_answer(exercise, "text").status == "wrong"
    assert judge_answer(exercise, 8).message.startswith("your answer does not do what is asked.")
    assert "where a single number is wanted" in judge_answer(exercise, [1, 2]).message


def text_answer():
    return "valid"


def ragged_answer():
    return [(26, 26, 64), 640]


def dict_answer():
    return {"conv": (24, 24, 10), "pool": (12, 12, 10)}


def test_texts_collections_and_dicts() -> None:
    text, ragged = value_exercise(text_answer), value_exercise(ragged_answer)
    named = value_exercise(dict_answer)
    assert judge_answer(text, " Valid ").status == "right"
    assert "'same', which is not right" in judge_answer(text, "same").message
    assert judge_answer(ragged, ((26, 26, 64), 640.0)).status == "right"
    assert "value 1 of your answer" in judge_answer(ragged, [(26, 26, 63), 640]).message
    assert "has 3 values" in judge_answer(ragged, [1, 2, 3]).message
    assert judge_answer(named, {"pool": [12, 12, 10], "conv": (24, 24, 10)}).status == "right"
    assert "entry 'pool'" in judge_answer(named, {**dict_answer(), "pool": 3}).message
    assert "no entry 'pool'" in judge_answer(named, {"conv": (24, 24, 10)}).message
    assert "'x' too many" in judge_answer(named, {**dict_answer(), "x": 1}).message


def test_a_value_that_cannot_be_read() -> None:
    class Endless:
        def __array__(self, *arguments: Any, **options: Any) -> Any:
            while True:
                pass

    class Exits(Endless):
        def __array__(self, *arguments: Any, **options: Any) -> Any:
            raise SystemExit

    for answer in (Endless(), Exits()):
        reply = judge_answer(VALUE, answer, time_limit=SHORT)
        assert reply.status == "wrong" and "could not be read" in reply.message


# plain values and differences


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, np.array(3)),
        ([1, 2.5], np.array([1, 2.5])),
        ([], np.zeros(0)),
        (range(3), np.arange(3)),
        ([[1, 2], (3, True)], np.array([[1, 2], [3, 1]])),
        ([np.array([1]), [2]], np.array([[1], [2]])),
        (memoryview(b"ab"), None),
        (2**70, np.array(2.0**70)),
    ],
)
def test_plain_numbers(value: Any, expected: np.ndarray | None) -> None:
    found = plain(value)
    if expected is None:
        assert isinstance(found, Unreadable)
    else:
        assert type(found) is np.ndarray
        np.testing.assert_array_equal(found, expected)


def test_plain_arrays_are_copies() -> None:
    array = np.zeros(3)
    found = plain(array)
    array[0] = 1
    assert found[0] == 0


def test_plain_bounds_what_it_reads() -> None:
    endless: list = []
    endless.extend([endless, endless])
    # Without bounds this would take hours.
    assert isinstance(plain(endless), Unreadable)
    assert plain([0] * 2_000_000) == TooLarge((2_000_000,))
    assert plain(np.broadcast_to(0, (10**9, 10**9))) == TooLarge((10**9, 10**9))
    assert plain(range(10**12)) == TooLarge((10**12,))
    assert len(plain("x" * 10**6)) <= 10_000


def test_difference_is_none_for_equal_values() -> None:
    equal = [np.eye(3), np.array(np.nan), np.array([np.inf, -np.inf]), "a", None, (np.eye(2), "a")]
    for value in equal:
        assert difference(value, value, tolerance=1e-6) is None
    for one, other in itertools.permutations(equal, 2):
        assert difference(one, other, tolerance=1e-6), (describe(one), describe(other))


def test_arrays_do_not_broadcast_when_compared() -> None:
    assert difference(np.ones((2, 2)), np.ones(()), tolerance=1)
    assert difference(np.ones(3), TooLarge((3,)), tolerance=1)


# the sandbox: time


def busy(image):
    while True:
        pass


def test_an_endless_loop_is_stopped() -> None:
    before = len(sys._current_frames())
    message = wrong(busy, SHORT)
    assert message.startswith("your function had not finished after 0.2 s, for image = [[1, 2, 3]")
    assert "restart the kernel" not in message
    wait_until(lambda: len(sys._current_frames()) <= before)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_limit_holds_for_all_cases_together() -> None:
    exercise = replace(FUNCTION, cases=[(np.full(1, place),) for place in range(50)])

    def slow(image):
        time.sleep(SHORT / 4)
        return 2 * image

    reply = judge_answer(exercise, slow, time_limit=SHORT)
    assert "had not finished after 0.2 s, for image = [" in reply.message


def test_endless_printing_is_stopped_and_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    def endless(image):
        while True:
            print("again")

    assert "had not finished" in wrong(endless, SHORT)
    assert capsys.readouterr().out == ""
    run = sandbox.run(endless, [(1,)], time_limit=SHORT)
    assert 0 < len(run.printed) <= 10_000


@pytest.mark.skipif(
    sys.version_info[:2] == (3, 12), reason="a jump of Python 3.12 hides from the second exception"
)
def test_a_loop_that_catches_everything_is_stopped() -> None:
    free = threading.Event()

    def stubborn(image):
        while not free.is_set():
            try:
                time.sleep(0.001)
            except BaseException:
                pass

    try:
        run = sandbox.run(stubborn, [(1,)], time_limit=SHORT)
        assert run.timed_out and not run.abandoned
    finally:
        free.set()


def test_a_call_that_cannot_be_stopped_is_left_behind() -> None:
    lock = threading.Lock()
    lock.acquire()
    try:
        message = wrong(lambda image: lock.acquire() and image, SHORT)
        assert "restart the kernel to end it" in message
    finally:
        lock.release()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A main thread that Ctrl-C interrupts; a run in the background may have ignored it so far."""
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("an interruption goes to the main thread")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_user_s_interruption_gets_through() -> None:
    before = len(sys._current_frames())
    interruption = threading.Timer(0.3, _thread.interrupt_main)
    streams = sys.stdout, sys.stderr, sys.stdin
    interruption.start()
    with pytest.raises(KeyboardInterrupt):
        judge(busy, time_limit=600)
    assert (sys.stdout, sys.stderr, sys.stdin) == streams
    wait_until(lambda: len(sys._current_frames()) <= before)


# the sandbox: state


def test_the_session_s_state_is_restored() -> None:
    streams = sys.stdout, sys.stderr, sys.stdin
    settings = np.geterr(), np.get_printoptions(), list(warnings.filters)
    limit = sys.getrecursionlimit()

    def vandal(image):
        np.seterr(all="raise")
        np.set_printoptions(precision=1, threshold=3)
        warnings.simplefilter("error")
        sys.setrecursionlimit(60)
        sys.stdout = sys.stderr = sys.stdin = io.StringIO()
        print("somewhere")
        return 2 * image

    for function in (vandal, lambda image: vandal(image) and busy(image)):
        judge(function, SHORT)
        assert (sys.stdout, sys.stderr, sys.stdin) == streams
        assert (np.geterr(), np.get_printoptions(), list(warnings.filters)) == settings
        assert sys.getrecursionlimit() == limit
        assert (builtins.input, sys.setrecursionlimit) == REPLACED_DURING_A_CHECK


def test_the_student_s_own_settings_hold_inside() -> None:
    def divides(image):
        return 2 * image + 1 / np.zeros(1)

    with np.errstate(divide="raise"):
        assert "FloatingPointError" in wrong(divides)
    assert "FloatingPointError" not in wrong(divides)


def test_our_own_arithmetic_is_quiet() -> None:
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert judge(doubled).status == "right"
        wrong(lambda image: 2.0 * image + np.inf)
        wrong(lambda image: np.full(image.shape, 1e-310))


def test_warnings_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def warns(image):
        warnings.warn("look out")
        print("to stderr", file=sys.stderr)
        return 2 * image

    assert judge(warns).status == "right"
    assert capsys.readouterr() == ("", "")


def test_input_has_an_answer_at_once() -> None:
    assert "nobody answers input()" in wrong(lambda image: input("number? "))
    assert "EOFError" not in wrong(lambda image: sys.stdin.read())


def test_other_threads_print_as_ever(capsys: pytest.CaptureFixture[str]) -> None:
    def other() -> None:
        time.sleep(SHORT / 2)
        print("from elsewhere")

    thread = threading.Thread(target=other)
    thread.start()
    wrong(busy, 2 * SHORT)
    thread.join()
    assert capsys.readouterr().out == "from elsewhere\n"


def test_redirected_output_of_the_student_works() -> None:
    def redirects(image):
        with contextlib.redirect_stdout(io.StringIO()) as caught:
            print("inside")
        assert caught.getvalue() == "inside\n"
        return 2 * image

    assert judge(redirects).status == "right"


def test_every_call_gets_arguments_of_its_own() -> None:
    def hoarder(image, kept=[]):
        for other in kept:
            other[...] = 0
        kept.append(image)
        return 2 * image

    assert judge(hoarder).status == "right"


def test_a_result_is_read_before_the_next_call() -> None:
    buffer = np.zeros((2, 3))

    def reuses(image):
        buffer[:] = 2 * image
        return buffer

    exercise = replace(FUNCTION, cases=[(np.ones((2, 3)),), (np.eye(2, 3),)])
    assert judge_answer(exercise, reuses).status == "right"


def test_random_answers_are_judged_quietly() -> None:
    choice = random.Random(1)
    values = [0, 1.5, "a", None, ..., [1], [[1, 2], [3]], {}, {"a": 1}, (), np.eye(2), object()]
    for _ in range(200):
        nested = [choice.choice(values) for _ in range(choice.randrange(4))]
        judge(lambda image, nested=nested: nested)
        judge_answer(VALUE, nested)


# writing exercises


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": "2.1"}, "not of the form"),
        ({"number": "02.0"}, "not of the form"),
        ({"cases": [np.eye(2)]}, "not a tuple of arguments"),
        ({"cases": []}, "cases of 99.1 are empty"),
        ({"hints": "Hint."}, "hints of 99.1 must be a list"),
        ({"hints": []}, "hints of 99.1 are empty"),
        ({"solution": lambda image: image}, "function written with def"),
        ({"mistakes": [Mistake(3, "no.")]}, "not a function"),
    ],
)
def test_a_badly_written_exercise_is_refused(changes: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(FUNCTION, **changes)


def test_a_badly_written_value_exercise_is_refused() -> None:
    with pytest.raises(ValueError, match="take no argument"):
        replace(VALUE, solution=doubled)
    with pytest.raises(ValueError, match="no name of a variable"):
        replace(VALUE, answer="the product")
    with pytest.raises(ValueError, match="has no example"):
        replace(VALUE, mistakes=[Mistake(lambda value: value < 0, "no.")])


def keep(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def test_the_source_is_dedented_and_without_decorators() -> None:
    @keep
    @keep
    def halved(image):
        """Half of it."""
        return image / 2

    assert replace(FUNCTION, solution=halved).source() == (
        'def halved(image):\n    """Half of it."""\n    return image / 2'
    )


def many_lines():
    pair_a = np.zeros(
        3,
        int,
    )
    pair_b = pair_a + 1
    return pair_a, pair_b


def test_a_value_s_source_assigns_the_notebook_s_names() -> None:
    def of_one_expression():
        return np.array(
            [1, 2],
        )

    assert value_exercise(of_one_expression, answer="a").source() == (
        "a = np.array(\n    [1, 2],\n)"
    )
    assert value_exercise(many_lines, answer="pair_a, pair_b").source() == (
        "pair_a = np.zeros(\n    3,\n    int,\n)\npair_b = pair_a + 1"
    )


def test_an_answer_agrees_with_one_reading_in_every_case() -> None:
    def with_one_more(image):
        return 2 * image + 1

    exercise = replace(FUNCTION, readings=[with_one_more])
    assert judge_answer(exercise, doubled).status == "right"
    assert judge_answer(exercise, with_one_more).status == "right"
    mixed = judge_answer(exercise, lambda image: 2 * image + (image.size > 2))
    assert mixed.status == "wrong"
    # spoken of is the reading that the answer comes nearest to
    near = judge_answer(exercise, lambda image: 2 * image + (1 if image.size > 2 else 5))
    assert "it should be 2" in near.message


def test_a_library_is_imported_outside_of_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_slow_library.py").write_text("import time\ntime.sleep(1)\nFACTOR = 2\n")
    monkeypatch.syspath_prepend(tmp_path)

    space: dict[str, Any] = {}
    exec(
        "def doubled(image):\n"
        "    import a_slow_library\n"
        "    return a_slow_library.FACTOR * image\n",
        space,
    )
    assert judge(space["doubled"], 0.5).status == "right"
    sys.modules.pop("a_slow_library")
