"""Knowing that the cell which should have defined an answer did not run.

A cell with a mistake in its syntax defines nothing: the name that it was to define keeps what an
earlier version gave it, and a check would judge that. So the cells are watched as they run; in
plain Python there are none, and nothing is watched.
"""

import ast
import re
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from course_utils.exercises.engine.plain_values import one_line

_DEFINITION = re.compile(
    r"^(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+(?:\s*,\s*\w+)*)\s*=(?!=)", re.M
)
_CALLS_US = re.compile(r"\bexercises\.(?:check|hint|solution|progress|points)\b")
_NOTHING = object()


@dataclass(frozen=True)
class Failed:
    """A definition that did not come about: what the name stands for still, and why."""

    before: Any
    reason: str


_failed: dict[str, Failed] = {}


def watch() -> None:
    """Look at every cell once it has run, if this is IPython; a second call changes nothing."""
    shell = _shell()
    if shell is not None and not getattr(shell, "_course_watches_cells", False):
        shell.events.register("post_run_cell", _look_at)
        shell._course_watches_cells = True


def load_ipython_extension(shell: Any) -> None:
    """Watch from the kernel's start on, also before the course is imported.

    With `course_utils.exercises` among ``IPKernelApp.extensions``, as on the desk, a check that is
    run first of all after a restart is answered as well.
    """
    watch()


def failed_definition(names: tuple[str, ...], answer: Any) -> str:
    """Say that the newest cell for an answer failed, or "" if it did not.

    Parameters
    ----------
    names : tuple of str
        What the exercise's cell defines.
    answer : object
        What was handed to the check: the value of that name, or several in a tuple.
    """
    handed_over = answer if type(answer) is tuple else (answer,)
    own_name = (answer.__name__,) if type(answer) is types.FunctionType else ()
    for name in (*names, *own_name):
        failed = _failed.get(name)
        if failed is None or _value_of(name) is not failed.before:
            continue
        if answer is failed.before or any(part is failed.before for part in handed_over):
            return (
                f"the last cell that defines {name} did not get so far: {failed.reason}. What came "
                "of an earlier version is not judged. Mend that cell, run it, then check again."
            )
    return ""


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _value_of(name: str) -> Any:
    shell = _shell()
    return _NOTHING if shell is None else shell.user_ns.get(name, _NOTHING)


def _look_at(result: Any) -> None:
    """IPython calls this after every cell; whatever goes wrong here must not be seen."""
    try:
        source = _shell().transform_cell(result.info.raw_cell)
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            for name in _defined_in(source):
                _failed.pop(name, None)
        else:
            for name in _left_undefined(source, error):
                _failed[name] = Failed(_value_of(name), _in_words(error))
            if isinstance(error, NameError) and _CALLS_US.search(source) and error.name:
                print(_why_undefined(error.name))
    except Exception:
        return


def _why_undefined(name: str) -> str:
    failed = _failed.get(name)
    if failed is not None:
        return (
            f"{name} is not defined: the cell that was to define it did not get so far: "
            f"{failed.reason}. Mend that cell, run it, then this one again."
        )
    return (
        f"{name} is not defined yet: run the cells above first. After a restart of the kernel "
        "nothing is."
    )


def _defined_in(source: str) -> list[str]:
    found = []
    for match in _DEFINITION.finditer(source):
        found += [name.strip() for name in (match[1] or match[2]).split(",")]
    return found


def _left_undefined(source: str, error: BaseException) -> Iterator[str]:
    """Names that a failed cell would have defined, in or below the line that failed."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        yield from _defined_in(source)
        return
    reached = _line_reached(error)
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if statement.lineno >= reached:
                yield statement.name
        else:
            # a value that was to be filled in further down is not finished either
            stores = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
            yield from (node.id for node in stores if isinstance(node.ctx, ast.Store))


def _line_reached(error: BaseException) -> int:
    """Line of the cell that raised; 0 if it is not known."""
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_name.startswith(("<module>", "<cell line")):
            return traceback.tb_lineno
        traceback = traceback.tb_next
    return 0


def _in_words(error: BaseException) -> str:
    words = f"{type(error).__name__}, {one_line(str(getattr(error, 'msg', None) or error), 80)}"
    if isinstance(error, SyntaxError) and error.lineno:
        line = one_line(error.text or "", 60)
        return f"{words}, in line {error.lineno}" + (f", `{line}`" if line else "")
    return words
