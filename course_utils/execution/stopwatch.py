"""Where a kernel's time goes: imports, training, and the rest.

`start` is called inside the kernel, before the first cell. From then on the clock runs for

imports
    during each ``import`` statement, wherever it stands: at the top of a notebook or inside a
    function that needs Keras only now. What ``importlib.import_module`` loads by itself, outside
    such a statement, is not counted.
training
    while one of the functions of `TRAINS` runs, such as Keras' ``fit`` with all that it does:
    tracing, validation, callbacks. A loop that a notebook writes out calls none of them; there it
    is the time from the first to the last call, within a cell, of a function of `STEPS`: the first
    half step is missing, and whatever the cell does between two trainings is in it. A loop over a
    compiled Keras step of the notebook's own is not seen.

Only the outermost counts: what ``fit`` imports is training. Only the thread that called `start`
is watched, which is the one that executes the cells.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

# Module and name of what trains from its call to its return.
TRAINS = (
    ("keras", "Model.fit"),
    ("keras", "Model.train_on_batch"),
    ("course_utils.forecasting", "NetworkTrainer.forecasts"),
)
# Module and name of what a written-out loop calls once a step.
STEPS = (("course_utils.layers.optimizers", "SGD.step"),)


class Stopwatch:
    """Adds up the seconds of imports and of training in the thread that makes it."""

    def __init__(self) -> None:
        self._seconds = {"imports": 0.0, "training": 0.0}
        self._thread, self._busy = threading.get_ident(), False
        self._wrapped: set[tuple[str, str]] = set()
        self._first_step: tuple[float, float] | None = None
        self._last_step = (0.0, 0.0)

    def seconds(self) -> dict[str, float]:
        """Return the seconds so far, ``imports`` and ``training``."""
        return dict(self._seconds)

    def timed(self, kind: str, function: Callable) -> Callable:
        """Return `function` with the clock running for `kind` while it runs."""

        @functools.wraps(function)
        def measured(*args, **kwargs):
            __tracebackhide__ = True
            if self._busy or threading.get_ident() != self._thread:
                return function(*args, **kwargs)
            self._busy, started = True, time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self._seconds[kind] += time.perf_counter() - started
                self._busy = False
                if kind == "imports":
                    self.wrap_what_is_there()

        return measured

    def stepped(self, function: Callable) -> Callable:
        """Return `function` with the end of each call noted as a step of a written-out loop."""

        @functools.wraps(function)
        def noted(*args, **kwargs):
            __tracebackhide__ = True
            try:
                return function(*args, **kwargs)
            finally:
                self.step()

        return noted

    def step(self, *_: object) -> None:
        """Note a step of a written-out loop, unless the clock is running anyway."""
        if not self._busy and threading.get_ident() == self._thread:
            self._last_step = time.perf_counter(), sum(self._seconds.values())
            self._first_step = self._first_step or self._last_step

    def cell_ended(self, *_: object) -> None:
        """Add the time between the cell's first and last step to the training."""
        if self._first_step is not None:
            (began, counted), (ended, counted_last) = self._first_step, self._last_step
            # What was imported or fitted in between has been counted.
            self._seconds["training"] += ended - began - (counted_last - counted)
            self._first_step = None

    def wrap_what_is_there(self) -> None:
        """Wrap those functions of `TRAINS` and `STEPS` whose modules have been imported."""
        for names, wrap in (
            (TRAINS, functools.partial(self.timed, "training")),
            (STEPS, self.stepped),
        ):
            for module, name in names:
                owner, _, attribute = name.rpartition(".")
                holder = getattr(sys.modules.get(module), owner, None)
                if (module, name) not in self._wrapped and hasattr(holder, attribute):
                    self._wrapped.add((module, name))
                    setattr(holder, attribute, wrap(getattr(holder, attribute)))
        if "torch.optim.optimizer" in sys.modules and ("torch", "step") not in self._wrapped:
            self._wrapped.add(("torch", "step"))
            optimizers = importlib.import_module("torch.optim.optimizer")
            optimizers.register_optimizer_step_post_hook(self.step)


_stopwatch: Stopwatch | None = None


def start(shell: Any) -> str:
    """Start to measure in this kernel; the times of a kernel are measured once.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The kernel's shell, which tells of the end of each cell.

    Returns
    -------
    str
        The seconds so far as JSON, as `read` returns them.
    """
    global _stopwatch
    if _stopwatch is None:
        _stopwatch = Stopwatch()
        builtins.__import__ = _stopwatch.timed("imports", builtins.__import__)
        shell.events.register("post_run_cell", _stopwatch.cell_ended)
    return read()


def read() -> str:
    """Return the seconds so far, ``imports`` and ``training``, as JSON; zeros before `start`."""
    seconds = {"imports": 0.0, "training": 0.0} if _stopwatch is None else _stopwatch.seconds()
    return json.dumps(seconds)
