"""nbclient with the course's kernels and limits, and with questions to the kernel.

The questions: where its time went, and what numbers it ended with.
"""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbclient.util import run_sync

from course_utils.execution import kernels
from course_utils.notebooks import NotebookNode, canonical_form

START_TIMEOUT = 180  # seconds; a kernel is there within one on an idle machine
# Seconds from the end of a cell to the end of its output; much output takes long to arrive, and
# what had not arrived would be lost.
OUTPUT_TIMEOUT = 180
# Expressions that leave no name in the notebook's own namespace.
_START = "__import__('course_utils.execution.stopwatch', fromlist=['start']).start(get_ipython())"
_TIMES = "__import__('course_utils.execution.stopwatch', fromlist=['read']).read()"
_SCALARS = (
    "__import__('course_utils.execution.scalars', fromlist=['json']).scalars_as_json(globals())"
)
_ANSWER_TIMEOUT = 60  # seconds


class Progress(Protocol):
    """What is told of each cell."""

    def cell_started(self, *, cell: NotebookNode, **_: Any) -> None:
        """Note that a cell begins."""

    def cell_executed(self, **_: Any) -> None:
        """Note that a cell has been executed."""


@dataclass
class Answers:
    """What the kernel answered; empty where it didn't.

    Parameters
    ----------
    times : dict of str to float
        Seconds, see `course_utils.execution.stopwatch`.
    scalars : dict
        Single numbers by name, see `course_utils.execution.scalars`.
    cell_seconds : float
        How long the cells took together.
    """

    times: dict[str, float] = field(default_factory=dict)
    scalars: dict[str, bool | int | float] = field(default_factory=dict)
    cell_seconds: float = 0.0


def client(
    notebook: NotebookNode,
    *,
    folder: Path,
    cell_timeout: int,
    progress: Progress | None = None,
    kind: Callable[..., NotebookClient] = NotebookClient,
    **settings: Any,
) -> Any:
    """Return what executes a notebook in a kernel of this interpreter.

    Parameters
    ----------
    notebook : NotebookNode
        Its outputs are filled in.
    folder : Path
        The kernel's working folder.
    cell_timeout : int
        How many seconds a cell may take.
    progress : Progress, optional
        Told of each cell.
    kind : type
        The class to make one of.
    **settings
        Further settings of ``nbclient.NotebookClient``.
    """
    kernels.use_selector_loop()
    if progress is not None:
        settings |= {
            "on_cell_start": progress.cell_started,
            "on_cell_executed": progress.cell_executed,
        }
    return kind(
        notebook,
        kernel_name="python3",
        kernel_manager_class=kernels.KernelManager,
        timeout=cell_timeout,
        startup_timeout=START_TIMEOUT,
        iopub_timeout=OUTPUT_TIMEOUT,
        raise_on_iopub_timeout=True,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        **settings,
    )


class _Asking(NotebookClient):
    @property
    def _client(self) -> Any:
        """What talks to the kernel, from its start to its end; the base class says "or None"."""
        return self.kc

    def execute_and_ask(self, answers: Answers) -> None:
        self.reset_execution_trackers()
        with self.setup_kernel():
            info = self.wait_for_reply(self._client.kernel_info())
            if info is not None:
                self.nb.metadata["language_info"] = info["content"]["language_info"]
            self._ask(_START)
            try:
                self._execute_cells(answers)
            except CellExecutionError:
                self._ask_at_the_end(answers)
                raise
            self._ask_at_the_end(answers)
            self.set_widgets_metadata()

    def _execute_cells(self, answers: Answers) -> None:
        for index, cell in enumerate(self.nb.cells):
            started = time.perf_counter()
            try:
                self.execute_cell(cell, index)
            finally:
                answers.cell_seconds += time.perf_counter() - started
                if cell.cell_type == "code":
                    cell.outputs = canonical_form.merged(cell.outputs)

    def _ask_at_the_end(self, answers: Answers) -> None:
        answers.times = self._ask(_TIMES)
        answers.scalars = self._ask(_SCALARS)

    def _ask(self, expression: str) -> dict:
        """Return the kernel's answer; a kernel that has none has lost nothing but this."""
        try:
            reply = run_sync(self._client.execute_interactive)(
                "",
                silent=True,
                store_history=False,
                allow_stdin=False,
                user_expressions={"answer": expression},
                output_hook=lambda message: None,
                timeout=_ANSWER_TIMEOUT,
            )
            answer = reply["content"]["user_expressions"]["answer"]
            # The kernel shows the text as Python writes it, in quotes.
            return json.loads(ast.literal_eval(answer["data"]["text/plain"]))
        except (RuntimeError, TimeoutError, LookupError, ValueError, SyntaxError, TypeError):
            return {}


def execute_and_ask(
    notebook: NotebookNode,
    answers: Answers,
    *,
    folder: Path,
    cell_timeout: int,
    progress: Progress | None = None,
) -> None:
    """Execute a notebook's cells up to the first that raises, and ask its kernel at the end.

    Parameters
    ----------
    notebook : NotebookNode
        Its outputs are filled in, as far as it comes. Pieces of one stream are joined: where the
        kernel cut them is chance.
    answers : Answers
        Filled in, also if a cell raises; a kernel that died answers nothing.
    folder, cell_timeout, progress
        See :func:`client`.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raised that is not tagged ``raises-exception``.
    nbclient.exceptions.CellTimeoutError
        If a cell took too long.
    nbclient.exceptions.DeadKernelError
        If the kernel died.
    RuntimeError
        If it did not start.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client(
        notebook, folder=folder, cell_timeout=cell_timeout, progress=progress, kind=_Asking
    ).execute_and_ask(answers)
