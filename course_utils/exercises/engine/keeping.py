"""Keeping a session as it was while a student's function runs in it."""

import builtins
import contextlib
import io
import os
import random
import sys
import warnings
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

_MISSING = object()
_WATCHED = ("builtins", "math", "random", "numpy", "numpy.linalg", "numpy.random", "numpy.fft")
_OURS = "course_utils."
_FIGURES = "matplotlib.pyplot"


@contextlib.contextmanager
def session_kept(out: Any, err: Any) -> Iterator[None]:
    """Put back, whatever happens inside, what code in this process can change by the way.

    Streams, `input`, the recursion limit, warnings, NumPy's settings, both random states, the
    working folder, the environment, the search path, and what names stand for in NumPy, in
    Python's own modules and in the course's.

    Parameters
    ----------
    out, err : file
        Stand in for the standard output and the standard error meanwhile.
    """
    streams = sys.stdout, sys.stderr, sys.stdin
    ask, limit_recursion = builtins.input, sys.setrecursionlimit
    with warnings.catch_warnings(), np.errstate(), np.printoptions(), _kept():
        try:
            warnings.simplefilter("ignore")
            sys.stdout, sys.stderr, sys.stdin = out, err, io.StringIO()
            builtins.input = _no_input
            # the limit is common to all threads: a low one would fell the waiting thread
            sys.setrecursionlimit = _no_change
            yield
        finally:
            sys.stdout, sys.stderr, sys.stdin = streams
            builtins.input = ask
            sys.setrecursionlimit = limit_recursion


def open_figures() -> frozenset[int]:
    """Numbers of Matplotlib's open figures; none if it has not been imported."""
    pyplot = sys.modules.get(_FIGURES)
    return frozenset(pyplot.get_fignums()) if pyplot else frozenset()


def close_figures_but(kept: frozenset[int]) -> bool:
    """Close the figures opened since; whether there were any."""
    opened = open_figures() - kept
    for number in opened:
        sys.modules[_FIGURES].close(number)
    return bool(opened)


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    folder, environment, path = _folder(), dict(os.environ), list(sys.path)
    drawn, drawn_by_numpy = random.getstate(), np.random.get_state()
    modules = {name: dict(vars(module)) for name, module in list(_modules())}
    try:
        yield
    finally:
        for name, before in modules.items():
            _put_back(vars(sys.modules[name]), before)
        random.setstate(drawn)
        np.random.set_state(drawn_by_numpy)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        sys.path[:] = path
        if folder is not None and _folder() != folder:
            with contextlib.suppress(OSError):
                os.chdir(folder)


def _modules() -> Iterator[tuple[str, Any]]:
    for name, module in list(sys.modules.items()):
        if module is not None and (name in _WATCHED or name.startswith(_OURS)):
            yield name, module


def _put_back(now: dict[str, Any], before: dict[str, Any]) -> None:
    """Put changed names back; what has come new, such as an imported submodule, may stay."""
    for name, value in before.items():
        if now.get(name, _MISSING) is not value:
            now[name] = value
    if now.get("__name__") == "builtins":
        # a new builtin would hide a NameError from then on
        for name in now.keys() - before.keys():
            del now[name]


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # the folder has been deleted
        return None


def _no_input(prompt: object = "") -> NoReturn:
    raise RuntimeError("nobody answers input() during a check")


def _no_change(limit: int) -> None:
    """Stands in for sys.setrecursionlimit."""
