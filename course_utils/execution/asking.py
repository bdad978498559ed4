"""papermill, with questions to the kernel: where its time went, and what numbers it ended with."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import papermill
from nbclient.util import run_sync
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines

# Expressions that leave no name in the notebook's own namespace.
_START = "__import__('course_utils.execution.stopwatch', fromlist=['start']).start(get_ipython())"
_TIMES = "__import__('course_utils.execution.stopwatch', fromlist=['read']).read()"
_SCALARS = (
    "__import__('course_utils.execution.scalars', fromlist=['json']).scalars_as_json(globals())"
)
_TIMEOUT = 60  # seconds for an answer
_NAME = "course"


@dataclass
class Answers:
    """What the kernel answered; empty where it didn't.

    Parameters
    ----------
    times : dict of str to float
        Seconds, see `course_utils.execution.stopwatch`.
    scalars : dict
        Single numbers by name, see `course_utils.execution.scalars`.
    """

    times: dict[str, float] = field(default_factory=dict)
    scalars: dict[str, bool | int | float] = field(default_factory=dict)


class _Client(PapermillNotebookClient):
    def __init__(self, manager: Any, *, answers: Answers, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._answers = answers

    def papermill_execute_cells(self) -> None:
        self._ask(_START)
        super().papermill_execute_cells()
        self._answers.times = self._ask(_TIMES)
        self._answers.scalars = self._ask(_SCALARS)

    def _ask(self, expression: str) -> dict:
        reply = run_sync(self.kc.execute_interactive)(
            "",
            silent=True,
            store_history=False,
            allow_stdin=False,
            user_expressions={"answer": expression},
            output_hook=lambda message: None,
            timeout=_TIMEOUT,
        )
        answer = reply["content"].get("user_expressions", {}).get("answer", {})
        if answer.get("status") != "ok":
            return {}
        # The kernel shows the text as Python writes it, in quotes.
        return json.loads(ast.literal_eval(answer["data"]["text/plain"]))


class _Manager(NotebookExecutionManager):
    """Saves what there is now and then, and at the end.

    papermill's own saves twice for each cell, which costs a notebook of many short cells with
    pictures more than its cells do.
    """

    _seconds_between = 10.0

    def save(self, **kwargs: Any) -> None:
        if (self.now() - self.last_save_time).total_seconds() >= self._seconds_between:
            super().save(**kwargs)

    def notebook_complete(self, **kwargs: Any) -> None:
        self._seconds_between = 0.0
        super().notebook_complete(**kwargs)


class _Engine(Engine):
    @classmethod
    def execute_notebook(
        cls, nb: Any, kernel_name: str, output_path: str | None = None, **settings: Any
    ) -> Any:
        for name in ("progress_bar", "log_output", "autosave_cell_every"):
            settings.pop(name, None)
        manager = _Manager(nb, output_path=output_path, progress_bar=False)
        manager.notebook_start()
        try:
            cls.execute_managed_notebook(manager, kernel_name, **settings)
        finally:
            manager.notebook_complete()
        return manager.nb

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, answers: Answers, **settings: Any
    ) -> None:
        for name in ("input_path", "stdout_file", "stderr_file", "execution_timeout"):
            settings.pop(name, None)
        settings["startup_timeout"] = settings.pop("start_timeout", 60)
        _Client(nb_man, answers=answers, kernel_name=kernel_name, **settings).execute()


papermill_engines.register(_NAME, _Engine)


def execute_and_ask(source: Path, target: Path, answers: Answers, **settings: Any) -> None:
    """Execute a notebook as ``papermill.execute_notebook`` does, and ask its kernel at the end.

    Parameters
    ----------
    source, target : Path
        The notebook, and where to write the executed one.
    answers : Answers
        Filled in, also if a cell raises; a kernel that died answers nothing.
    **settings
        Further arguments of ``papermill.execute_notebook``.

    Raises
    ------
    papermill.PapermillExecutionError
        If a cell raised.
    nbclient.exceptions.DeadKernelError
        If the kernel died.
    """
    papermill.execute_notebook(
        source, target, engine_name=_NAME, answers=answers, progress_bar=False, **settings
    )
