"""What an exercise is: its task, its right answer, and the wrong answers it knows by name."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from numpy.random import Generator

_NUMBER = re.compile(r"\d\d\.[1-9]\d*")
_NOTHING = object()


@dataclass(frozen=True)
class Reply:
    """What a check says about an answer: a status, and a message in plain words.

    `share` says which part of the cases came out right, from 0 to 1. It is no part of what makes
    two replies equal.
    """

    status: Literal["right", "wrong", "empty"]
    message: str
    share: float = field(default=0.0, compare=False)


@dataclass(frozen=True, eq=False)
class Mistake:
    """A wrong answer that students give, and the reply to it.

    Parameters
    ----------
    wrong : callable or value
        For a `FunctionExercise`, a function that makes the mistake. For a `ValueExercise`, the
        wrong value, or a predicate that is true of every answer with this mistake.
    reply : str
        Names the mistake and points to the remedy, in whole sentences.
    example : value, optional
        One wrong answer that the predicate accepts, for the tests. Only with a predicate.
    """

    wrong: Any
    reply: str
    example: Any = _NOTHING

    @property
    def is_predicate(self) -> bool:
        """Whether `wrong` came with an example, that is, judges a value."""
        return self.example is not _NOTHING


@dataclass(frozen=True, eq=False, kw_only=True)
class Exercise:
    """What both kinds of exercise share; use `FunctionExercise` or `ValueExercise`.

    Parameters
    ----------
    number : str
        Notebook and place in it, "02.1".
    title : str
        What is to be done, in a few words.
    solution : function
        A right answer; `solution(number)` shows its source, so write it as a student would,
        without helpers from its own module, and under the name of the notebook's stub. For a
        `ValueExercise` it takes no argument and returns the value.
    lesson : str
        One sentence for the reply to a right answer: what has been learnt.
    why : str
        One sentence shown below the solution: why it is written like this.
    hints : sequence of str
        From the first nudge to the last step but one; each call of `hint` gives one more.
    mistakes : sequence of Mistake
        At least two. An answer gets the reply of the first one that it equals.
    also_right : sequence, optional
        Other right answers (functions or values), for the tests.
    measure : callable, optional
        What to compare of a result when it is not the result itself, such as
        ``lambda model: [layer.name for layer in model.layers]``.
    tolerance : float
        Largest difference that counts as equal, both absolute and relative.
    time_limit : float
        Seconds that a whole check may take.
    try_next : str
        Ends a reply to a wrong answer that is none of the known mistakes; by default it points
        to the hints.
    """

    number: str
    title: str
    solution: Callable[..., Any]
    lesson: str
    why: str
    hints: Sequence[str]
    mistakes: Sequence[Mistake]
    also_right: Sequence[Any] = ()
    measure: Callable[[Any], Any] | None = None
    tolerance: float = 1e-5
    time_limit: float = 5.0
    try_next: str = ""

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.number):
            raise ValueError(f'number {self.number!r} is not of the form "02.1"')
        if not inspect.isfunction(self.solution) or self.solution.__name__ == "<lambda>":
            raise ValueError(f"solution of {self.number} must be a function written with def")
        for name in ("hints", "mistakes", "also_right"):
            if isinstance(getattr(self, name), (str, Mistake)):
                raise ValueError(f"{name} of {self.number} must be a list, even of one")
        if not self.hints:
            raise ValueError(f"hints of {self.number} are empty: write at least one")

    @property
    def notebook(self) -> str:
        """The two digits of the notebook, "02"."""
        return self.number[:2]

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the student's cell defines, as the check hands them over."""
        return (self.solution.__name__,)

    @property
    def answer_in_words(self) -> str:
        """What stands behind the number in a call of `check`."""
        return self.names[0] if len(self.names) == 1 else f"({', '.join(self.names)})"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the solution's parameters."""
        code = self.solution.__code__
        return code.co_varnames[: code.co_argcount]

    def source(self) -> str:
        """Source of the solution as it can stand in the student's cell."""
        return self._definition()

    def _definition(self) -> str:
        """Source of the solution, dedented, without decorator lines."""
        text = textwrap.dedent(inspect.getsource(self.solution))
        # the line of a FunctionDef is that of `def`, below its decorators
        first_line = ast.parse(text).body[0].lineno
        return "\n".join(text.splitlines()[first_line - 1 :])


@dataclass(frozen=True, eq=False, kw_only=True)
class FunctionExercise(Exercise):
    """An exercise whose answer is a function.

    Parameters
    ----------
    cases : sequence of tuple
        Arguments on which the student's function is compared with the solution, the easiest
        first. Take data without symmetry and images that are not square, so that mistakes show;
        whole numbers with fractional weights, values on borders, both signs, repeated values.
    readings : sequence of function, optional
        What the task can also be read to ask for, where its wording leaves that open: an answer
        is right that agrees with one of these in every case.
    fresh : callable, optional
        Makes a case that nobody has seen, of what the task promises, from a NumPy random generator;
        for cases without arrays, whose values can't be rearranged. See `fresh_cases`.
    """

    cases: Sequence[tuple[Any, ...]]
    readings: Sequence[Callable[..., Any]] = ()
    fresh: "Callable[[Generator], tuple[Any, ...]] | None" = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.cases:
            raise ValueError(f"cases of {self.number} are empty: give at least one")
        for case in self.cases:
            if not isinstance(case, tuple):
                raise ValueError(
                    f"case {case!r} of {self.number} is not a tuple of arguments: "
                    "for one argument write (argument,)"
                )
        for mistake in self.mistakes:
            if not callable(mistake.wrong):
                raise ValueError(f"mistake {mistake.wrong!r} of {self.number} is not a function")


@dataclass(frozen=True, eq=False, kw_only=True)
class ValueExercise(Exercise):
    """An exercise whose answer is a value: a number, a text, an array, or a collection of them.

    Parameters
    ----------
    answer : str
        The name that the notebook gives to the value, or several, "first, second"; a solution of
        more than one line builds the value under that name.
    accepts : callable, optional
        Whether an answer is right, where more than one is. It gets a plain value (a NumPy array
        for numbers, of any shape); one that raises counts as "no". By default an answer is right
        that equals the solution's value.
    """

    answer: str
    accepts: Callable[[Any], bool] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not all(name.isidentifier() for name in self.names):
            raise ValueError(f"answer {self.answer!r} of {self.number} is no name of a variable")
        if self.parameters:
            raise ValueError(f"solution of {self.number} must take no argument: it is a value")
        for mistake in self.mistakes:
            if callable(mistake.wrong) and not mistake.is_predicate:
                raise ValueError(
                    f"a predicate among the mistakes of {self.number} has no example: "
                    "add example=… so that the tests can try it"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the student's cell defines, as the check hands them over."""
        return tuple(name.strip() for name in self.answer.split(","))

    def source(self) -> str:
        """Source of the solution as it can stand in the student's cell, not as a function."""
        function: Any = ast.parse(self._definition()).body[0]
        *statements, last = function.body
        value = ast.unparse(last.value).removeprefix("(").removesuffix(")")
        lines = [str(ast.get_source_segment(self._definition(), each)) for each in statements]
        if value != self.answer:
            expression = ast.get_source_segment(self._definition(), last.value)
            lines.append(f"{self.answer} = {expression}")
        # what goes on over several lines stood four spaces deeper in the function
        return "\n".join(lines).replace("\n    ", "\n")
