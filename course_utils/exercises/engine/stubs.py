"""Reading off a student's function, without calling it, what it holds: nothing yet, or imports."""

import dis
import functools
import types
from collections.abc import Callable, Iterator
from typing import Any

# What a body of ..., pass, a docstring, return or raise NotImplementedError compiles to, in
# Python 3.11 to 3.14.
_OF_A_STUB = {
    "CACHE",
    "COPY_FREE_VARS",
    "LOAD_CONST",
    "LOAD_COMMON_CONSTANT",
    "LOAD_SMALL_INT",
    "NOP",
    "NOT_TAKEN",
    "POP_TOP",
    "RESUME",
    "RETURN_CONST",
    "RETURN_VALUE",
}
_OF_A_RAISE = {"CALL", "LOAD_GLOBAL", "PRECALL", "PUSH_NULL", "RAISE_VARARGS"}


def is_stub(function: Callable[..., Any]) -> bool:
    """Whether a function calls, stores and loops nothing, or only says "not implemented"."""
    code = _code(function)
    if code is None:
        return False
    names = set(code.co_names)
    allowed = _OF_A_STUB | (_OF_A_RAISE if names == {"NotImplementedError"} else set())
    return {instruction.opname for instruction in dis.get_instructions(code)} <= allowed


def imported_modules(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of the modules that a function imports when it is called."""
    code = _code(function)
    return tuple(dict.fromkeys(_imports(code))) if code is not None else ()


def _imports(code: types.CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _imports(constant)


def _code(function: Any) -> types.CodeType | None:
    """Code of a function, a method, a partial of one, or an object that can be called."""
    for _ in range(8):
        if type(function) is functools.partial:
            function = function.func
        elif type(function) is types.MethodType:
            function = function.__func__
        elif type(function) is types.FunctionType:
            return function.__code__
        else:
            function = type.__dict__["__dict__"].__get__(type(function)).get("__call__")
    return None
