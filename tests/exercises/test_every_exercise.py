"""What holds for every exercise of every notebook, whoever writes it."""

import ast
import builtins
import functools
import inspect
import io
import re
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode

from course_utils import exercises
from course_utils.exercises.engine import registry, session
from course_utils.exercises.engine.exercise import (
    Exercise,
    FunctionExercise,
    Mistake,
    ValueExercise,
)
from course_utils.notebooks import read_notebook

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ALL = exercises.all_exercises()
every_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.number)
every_notebook = pytest.mark.parametrize("notebook", registry.module_names())


def every_mistake() -> list:
    return [
        pytest.param(exercise, mistake, id=f"{exercise.number}-{place}")
        for exercise in ALL
        for place, mistake in enumerate(exercise.mistakes, start=1)
    ]


def right_answers(exercise: Exercise) -> list[Any]:
    is_function = isinstance(exercise, FunctionExercise)
    return [exercise.solution if is_function else exercise.solution(), *exercise.also_right]


@every_exercise
def test_the_solution_is_right(exercise: Exercise) -> None:
    for answer in right_answers(exercise):
        reply = exercises.judge(exercise.number, answer)
        assert (reply.status, reply.message) == ("right", exercise.lesson)


@every_exercise
def test_an_empty_answer_is_empty(exercise: Exercise, capsys: pytest.CaptureFixture[str]) -> None:
    empty = [..., None]
    if isinstance(exercise, FunctionExercise):
        empty += [lambda *arguments: None, lambda *arguments: ...]
    elif exercise.measure is None:
        empty += [[[...] * 3] * 3, {"first": ..., "second": None}]
    for answer in empty:
        assert exercises.judge(exercise.number, answer).status == "empty"
        exercises.check(exercise.number, answer)
        assert capsys.readouterr().out == f"{exercise.number}: not attempted yet.\n"


@pytest.mark.parametrize(("exercise", "mistake"), every_mistake())
def test_a_mistake_gets_its_own_reply(exercise: Exercise, mistake: Mistake) -> None:
    answer = mistake.example if mistake.is_predicate else mistake.wrong
    reply = exercises.judge(exercise.number, answer)
    assert reply.status == "wrong"
    # a note may follow, on printing or on a changed argument
    assert reply.message.startswith(mistake.reply)


@every_exercise
def test_at_least_two_mistakes_are_known(exercise: Exercise) -> None:
    assert len({mistake.reply for mistake in exercise.mistakes}) >= 2


@every_exercise
def test_every_text_is_in_the_course_s_voice(exercise: Exercise) -> None:
    follow_a_status = [exercise.lesson, *(mistake.reply for mistake in exercise.mistakes)]
    for text in follow_a_status:
        assert text[:1].islower() or not text[:1].isalpha(), f"begin with a small letter: {text}"
    for text in [*follow_a_status, exercise.why, *exercise.hints]:
        assert "!" not in text.replace("!=", ""), f"no exclamation marks: {text}"
        assert not {"simply", "obviously"} & set(text.lower().split()), text
        assert text.endswith((".", "?", ":", ")")), f"end the sentence: {text}"
        assert len(text) <= 320, f"too long for a reply: {text}"
    assert exercise.title and not exercise.title.endswith(".")


@every_exercise
def test_hints_come_one_by_one(
    exercise: Exercise, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_hints_given", {})
    count = len(exercise.hints)
    for place in [*range(1, count + 1), count]:
        exercises.hint(exercise.number)
        printed = " ".join(capsys.readouterr().out.split())
        hint = " ".join(exercise.hints[place - 1].split())
        head, _, next_step = printed.partition(
            f"{exercise.number} hint {place} of {count}: {hint} "
        )
        assert head == ""
        wanted = "once more gives the next one." if place < count else "shows a solution."
        assert next_step.endswith(wanted)


@every_exercise
def test_the_solution_is_shown(exercise: Exercise, capsys: pytest.CaptureFixture[str]) -> None:
    exercises.solution(exercise.number)
    printed = capsys.readouterr().out
    assert printed.startswith(exercise.source())
    printed = " ".join(printed.split())
    assert " ".join(exercise.why.split()) in printed
    assert f'exercises.check("{exercise.number}", {exercise.answer_in_words}).' in printed


def notebook_of(exercise: Exercise) -> NotebookNode:
    (path,) = NOTEBOOKS.glob(f"{exercise.notebook}_*.ipynb")
    return read_notebook(path)


@every_exercise
def test_the_solution_shown_is_right_when_it_is_pasted(
    exercise: Exercise, capsys: pytest.CaptureFixture[str]
) -> None:
    (check,) = (
        cell.source
        for cell in notebook_of(exercise).cells
        if cell.source.startswith(f'exercises.check("{exercise.number}", ')
    )
    # what a solution uses beside NumPy, the notebook imports, and its module does so too
    there = {**exercise.solution.__globals__, "np": np}
    space = {name: value for name, value in there.items() if name not in exercise.names}
    before = set(space)
    exec(exercise.source(), space)
    assert set(space) - before - {"__builtins__"} == set(exercise.names)
    exec(check, {**space, "exercises": exercises})
    assert capsys.readouterr().out.startswith(f"{exercise.number} right: ")


@every_exercise
def test_no_hint_is_the_solution(exercise: Exercise) -> None:
    """The last hint is the last step but one: no line of the solution that does the whole work."""
    last = ast.parse(exercise._definition()).body[0].body[-1]
    whole = re.sub(r"[^\w]", "", ast.unparse(last.value)) if last.value else ""
    for hint in exercise.hints:
        assert len(whole) < 12 or whole not in re.sub(r"[^\w]", "", hint), hint


def names_used(code: types.CodeType) -> set[str]:
    inner = (part for part in code.co_consts if isinstance(part, types.CodeType))
    return set(code.co_names).union(*map(names_used, inner))


@every_exercise
def test_the_solution_makes_sense_alone(exercise: Exercise) -> None:
    """A student sees its source only: what it uses must be there for students as well."""
    for name in names_used(exercise.solution.__code__) - set(dir(builtins)):
        value = exercise.solution.__globals__.get(name)
        own = getattr(value, "__module__", None) == exercise.solution.__module__
        constant = name in exercise.solution.__globals__ and not (
            inspect.ismodule(value) or hasattr(value, "__module__")
        )
        assert not own and not constant, f"{exercise.number} uses {name} of its own module"


@every_notebook
def test_a_notebook_has_three_to_five_exercises_in_order(notebook: str) -> None:
    found = registry.exercises_of(notebook)
    assert 3 <= len(found) <= 5
    assert [exercise.number for exercise in found] == [
        f"{notebook}.{place}" for place in range(1, len(found) + 1)
    ]


@every_notebook
def test_a_module_has_its_notebook_s_name(notebook: str) -> None:
    module = registry.module_names()[notebook].rpartition(".")[2]
    for path in NOTEBOOKS.glob(f"{notebook}_*.ipynb"):
        assert module == f"nb{path.stem}"


class Hostile:
    """Answers every question that can be asked of an object with an exception."""

    def _refuse(self, *arguments: Any) -> Any:
        raise RuntimeError("no")

    __array__ = __eq__ = __repr__ = __str__ = __len__ = __bool__ = __iter__ = _refuse
    __getitem__ = __float__ = __index__ = __hash__ = __deepcopy__ = __getattr__ = _refuse
    __class__ = property(_refuse)
    shape = dtype = __array_interface__ = property(_refuse)


class HostileCall(Hostile):
    def __call__(self, *arguments: Any) -> Any:
        return self


def raiser(error: BaseException) -> Callable[..., Any]:
    def function(*arguments: Any) -> Any:
        raise error

    return function


def giver(value: Any) -> Callable[..., Any]:
    return lambda *arguments: value


def recursion(*arguments: Any) -> Any:
    return recursion(*arguments)


def in_place(*arguments: Any) -> Any:
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            argument[...] = 7
    return arguments[0] if arguments else None


def generator(*arguments: Any) -> Any:
    while True:
        yield 1


async def coroutine(*arguments: Any) -> Any:
    return 1


def itself() -> list:
    endless: list = []
    endless.extend([endless, endless])
    return endless


HOSTILE_VALUES = {
    "hostile object": Hostile(),
    "hostile callable": HostileCall(),
    "nan": float("nan"),
    "infinity": np.inf,
    "a huge integer": 10**400,
    "complex": 1j,
    "text": "text",
    "text with a lone surrogate": "\ud800",
    "bytes": b"bytes",
    "ragged list": [[1], [2, 3]],
    "list inside itself": itself(),
    "long list": [0] * 2_000_000,
    "huge array": np.broadcast_to(0.0, (10**6, 10**6)),
    "empty array": np.zeros((0, 3)),
    "object array": np.array([object(), None]),
    "masked array": np.ma.masked_array([1.0, 2.0], mask=[True, False]),
    "structured array": np.zeros(3, dtype=[("name", "U3"), ("value", "f8")]),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "matrix": np.eye(3).view(np.matrix),
    "set": {1, 2},
    "dict": {"a": 1, 2: "b"},
    "generator": generator(),
    "module": np,
    "class": Hostile,
    "NotImplemented": NotImplemented,
    "exception": ValueError("not raised"),
    "file": io.StringIO("text"),
}
HOSTILE_FUNCTIONS = {
    "exception": raiser(ValueError("no")),
    "exception without text": raiser(Exception()),
    "exception with a hostile text": raiser(ValueError(Hostile())),
    "exit": raiser(SystemExit(1)),
    "interruption": raiser(KeyboardInterrupt()),
    "end of a generator": raiser(StopIteration()),
    "recursion": recursion,
    "in place": in_place,
    "generator function": generator,
    "coroutine function": coroutine,
    "no parameters": lambda: 1,
    "too many parameters": lambda a, b, c, d, e, f, g: 1,
    "keyword only": lambda *, a: 1,
    "builtin": len,
    "ufunc": np.add,
    "partial": functools.partial(np.add, 1),
    "bound method": [1, 2].append,
    "type": int,
}


@every_exercise
def test_no_answer_makes_a_check_raise(
    exercise: Exercise, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {
        **HOSTILE_VALUES,
        **{f"{name}, function": function for name, function in HOSTILE_FUNCTIONS.items()},
        **{f"{name}, returned": giver(value) for name, value in HOSTILE_VALUES.items()},
    }
    for name, answer in answers.items():
        exercises.check(exercise.number, answer)
        printed = capsys.readouterr().out
        assert printed.startswith(exercise.number), name
        assert "by a fault of its own" not in printed, f"{name}: {printed}"
        assert " right: " not in printed or name == "matrix", f"{name}: {printed}"
        if " not yet: " in printed:
            assert len(printed) < 900, name


def test_both_kinds_of_exercise_are_tested() -> None:
    assert {FunctionExercise, ValueExercise} <= {type(exercise) for exercise in ALL}
