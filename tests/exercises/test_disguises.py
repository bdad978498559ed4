"""Right answers in every dress a student may give them, and mutants, which only look right."""

import array
import copy
import functools
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from exercises import mutation

from course_utils import exercises
from course_utils.exercises.engine.exercise import Exercise, FunctionExercise

ALL = exercises.all_exercises()
every_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.number)
Dress = Callable[[Any], Any]


def on_arrays(change: Dress) -> Dress:
    """Apply `change` to every array or number of a result, through lists and tuples of them."""

    def dress(value: Any) -> Any:
        if isinstance(value, str):
            return value
        if isinstance(value, (list, tuple)) and not all(np.ndim(part) == 0 for part in value):
            return type(value)(dress(part) for part in value)
        if isinstance(value, (list, tuple)) and any(isinstance(part, str) for part in value):
            return value
        return change(np.asarray(value))

    return dress


def nested(kind: Callable[[list], Any]) -> Dress:
    def change(cells: np.ndarray) -> Any:
        return kind([change(part) for part in cells]) if cells.ndim else cells.item()

    return on_arrays(change)


def exact(number: type) -> Dress:
    """Python's exact numbers, in lists."""

    def change(cells: np.ndarray) -> Any:
        if cells.ndim:
            return [change(part) for part in cells]
        return number(cells.item()) if np.isfinite(cells) else float(cells)

    return on_arrays(change)


RESULTS: dict[str, Dress] = {
    "lists": nested(list),
    "tuples": nested(tuple),
    "deques": nested(deque),
    "float32": on_arrays(lambda cells: cells.astype(np.float32)),
    "objects": on_arrays(lambda cells: cells.astype(object) if cells.ndim else cells.item()),
    "column by column": on_arrays(lambda cells: np.asfortranarray(cells) if cells.ndim else cells),
    "not to be written to": on_arrays(lambda cells: np.broadcast_to(cells, cells.shape)),
    "masked arrays": on_arrays(np.ma.masked_array),
    "fractions": exact(Fraction),
    "decimals": exact(Decimal),
    "numbers of NumPy": nested(lambda parts: [np.array(part)[()] for part in parts]),
    "an array of Python's own": on_arrays(
        lambda cells: array.array("d", cells.tolist()) if cells.ndim == 1 else cells
    ),
}


class Called:
    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *arguments: Any) -> Any:
        return self.function(*arguments)

    def method(self, *arguments: Any) -> Any:
        return self.function(*arguments)


def by_name(function: Callable[..., Any]) -> Callable[..., Any]:
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return lambda *arguments: function(**dict(zip(names, arguments, strict=True)))


def by_recursion(function: Callable[..., Any]) -> Callable[..., Any]:
    def again(*arguments: Any, depth: int = 3) -> Any:
        return again(*arguments, depth=depth - 1) if depth else function(*arguments)

    return again


def talkative(function: Callable[..., Any]) -> Callable[..., Any]:
    def speaks(*arguments: Any) -> Any:
        print("working", arguments)
        return function(*arguments)

    return speaks


def on_copies(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: function(*copy.deepcopy(arguments))


def with_memory(function: Callable[..., Any]) -> Callable[..., Any]:
    """Keeps what it was given, and yet answers the same each time."""
    kept: list[Any] = []

    def remembers(*arguments: Any) -> Any:
        kept.append(arguments)
        return function(*arguments)

    return remembers


FUNCTIONS: dict[str, Callable[[Callable[..., Any]], Any]] = {
    "a partial": functools.partial,
    "an object that is called": Called,
    "a method": lambda function: Called(function).method,
    "named arguments": by_name,
    "recursion": by_recursion,
    "wrapped": lambda function: functools.wraps(function)(
        lambda *arguments, **named: function(*arguments, **named)
    ),
    "printing": talkative,
    "on copies": on_copies,
    "with a memory": with_memory,
    "cached by hand": lambda function: lambda *arguments: [function(*arguments)][0],
}


def assert_right(exercise: Exercise, answer: Any, dress: str) -> None:
    reply = exercises.judge(exercise.number, answer)
    assert (reply.status, reply.message) == ("right", exercise.lesson), dress


@every_exercise
def test_a_right_answer_is_right_in_every_dress(exercise: Exercise) -> None:
    solution = exercise.solution
    for name, dress in RESULTS.items():
        if isinstance(exercise, FunctionExercise):
            dressed: Any = lambda *arguments, dress=dress: dress(solution(*arguments))  # noqa: E731
        else:
            dressed = dress(solution())
        assert_right(exercise, dressed, name)


@pytest.mark.parametrize(
    "exercise",
    [each for each in ALL if isinstance(each, FunctionExercise)],
    ids=lambda exercise: exercise.number,
)
def test_a_right_function_is_right_in_every_dress(exercise: FunctionExercise) -> None:
    for function in (exercise.solution, *exercise.readings):
        for name, dress in FUNCTIONS.items():
            assert_right(exercise, dress(function), name)


def test_tensors_and_their_shapes_are_right() -> None:
    tensorflow = pytest.importorskip("tensorflow")

    def tensor(cells: np.ndarray) -> Any:
        return tensorflow.constant(cells)

    def shape(cells: np.ndarray) -> Any:
        whole = cells.ndim == 1 and cells.dtype.kind in "iu" and (cells >= 0).all()
        return tensorflow.TensorShape(cells.tolist()) if whole else cells

    for exercise in ALL:
        for dress in map(on_arrays, (tensor, shape)):
            if isinstance(exercise, FunctionExercise):
                dressed: Any = lambda *given, dress=dress: dress(exercise.solution(*given))  # noqa: E731
            else:
                dressed = dress(exercise.solution())
            assert_right(exercise, dressed, f"{exercise.number} as a tensor")


def test_tensors_that_record_gradients_are_right() -> None:
    torch = pytest.importorskip("torch")

    def distances(image: np.ndarray, kernel: np.ndarray) -> Any:
        image, kernel = (torch.tensor(each.astype(np.float64)) for each in (image, kernel))
        h, w = kernel.shape
        patches = image.unfold(0, h, 1).unfold(1, w, 1)
        return ((patches - kernel.requires_grad_()) ** 2).sum((2, 3))

    assert exercises.judge("02.3", distances).status == "right"


# mutants


def test_there_are_many_mutants_of_every_solution() -> None:
    counts = {each.number: sum(1 for _ in mutation.mutants(each)) for each in ALL}
    assert sum(counts.values()) > 1_000
    assert min(counts.values()) >= 3, min(counts, key=lambda number: counts[number])


@every_exercise
def test_mutants_are_refused(exercise: Exercise) -> None:
    """Some of each exercise; `mutation.py` as a script tries all of them."""
    found = [each for each in mutation.mutants(exercise) if each.key not in mutation.equivalent()]
    with np.errstate(all="ignore"):
        accepted = [each.key for each in found[::7] if not mutation.is_refused(each)]
    assert not accepted


def test_mutants_listed_as_equivalent_exist_and_have_a_reason() -> None:
    keys = {mutant.key for exercise in ALL for mutant in mutation.mutants(exercise)}
    assert set(mutation.equivalent()) <= keys
    assert all(mutation.equivalent().values())
    assert len(mutation.equivalent()) < 0.05 * len(keys)
