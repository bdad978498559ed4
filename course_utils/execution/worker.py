"""The process that executes notebooks: ``python -m course_utils.execution.worker``.

`course_utils.execution` starts it, tells it its tasks and listens. It ends with its parent: its
standard input is a pipe, which closes when the parent goes, however it goes.
"""

from __future__ import annotations

import json
import os
import queue
import re
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from course_utils import notebooks
from course_utils.execution import Outcome, Task, kernels
from course_utils.notebooks import NotebookNode, canonical_form

REFRESH_CELL_TIMEOUT = 600  # seconds


def main() -> None:
    """Carry out the tasks that the standard input names, and tell of them on the standard output.

    A task that breaks this process is its last: the traceback is on the standard error.
    """
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Whatever a library prints goes to the log, not between the events.
    os.dup2(2, 1)

    def tell(**event: Any) -> None:
        events.write(json.dumps(event) + "\n")
        events.flush()

    tasks: queue.Queue[Task] = queue.Queue()
    threading.Thread(target=_listen, args=[tasks], daemon=True).start()
    while True:
        task = tasks.get()
        outcome = {"run": _run, "refresh": _refresh}[task.action](task, tell)
        _end_children()
        tell(outcome=asdict(outcome))


def _listen(tasks: queue.Queue[Task]) -> None:
    """Read tasks until the standard input closes, then end this process, whatever it does."""
    unfinished = b""
    # Not sys.stdin: its lock would be held while the interpreter shuts down.
    while received := os.read(0, 65536):
        *lines, unfinished = (unfinished + received).split(b"\n")
        for line in lines:
            tasks.put(Task(**json.loads(line)))
    _end_children()
    os._exit(0)


def _end_children() -> None:
    for process in psutil.Process().children(recursive=True):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass


class _Progress:
    """Follows the cells of one notebook; its two methods are nbclient's hooks."""

    def __init__(self, notebook: NotebookNode, tell: Callable[..., None]) -> None:
        self.current = ""
        self._done, self._cells, self._tell = 0, len(notebooks.code_cells(notebook)), tell
        tell(done=0, cells=self._cells)

    def cell_started(self, *, cell: NotebookNode, **_: Any) -> None:
        self.current = cell.id

    def cell_executed(self, **_: Any) -> None:
        # papermill adds a cell of its own when it is given parameters.
        self._done = min(self._done + 1, self._cells)
        self._tell(done=self._done, cells=self._cells)


def _place(cell_id: str, notebook: NotebookNode) -> str:
    """Name a cell by its place in the notebook and its id."""
    ids = [cell.get("id") for cell in notebook.cells]
    number = f"cell {ids.index(cell_id) + 1}" if cell_id in ids else "cell"
    return f"{number} (id {cell_id})"


def _first_failure(executed: NotebookNode, source: NotebookNode) -> str:
    """Name the first cell that holds an error, by its place in `source`, and the error's line."""
    for cell in notebooks.code_cells(executed):
        for output in cell.outputs:
            if output.output_type == "error":
                error = _error_line(output.ename, output.evalue)
                return f"{_place(cell.id, source)}: {error}"
    return "stopped with an error that no cell shows"


def _error_line(name: str, message: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", message)
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    return f"{name}: {lines[0]}" if lines else name


def _kernel_died(place: str) -> str:
    return (
        f"{place}: the kernel died. Too little memory is the usual cause: close other programs, "
        "or use --jobs 1"
    )


def _refresh(task: Task, tell: Callable[..., None]) -> Outcome:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    path = Path(task.path)
    content = path.read_bytes()
    try:
        stored = notebooks.parse_notebook(content, name=path.name)
    except ValueError as error:
        return Outcome(task.path, error=str(error))
    if missing := notebooks.what_is_missing(stored):
        return Outcome(task.path, error=f"it {missing}. Nothing was stored.")
    fresh = notebooks.parse_notebook(content, name=path.name)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    kernels.use_selector_loop()
    _name_notebook(path)
    progress = _Progress(fresh, tell)
    client = NotebookClient(
        fresh,
        kernel_name="python3",
        kernel_manager_class=kernels.KernelManager,
        timeout=REFRESH_CELL_TIMEOUT,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=progress.cell_started,
        on_cell_executed=progress.cell_executed,
    )
    started, usage = time.perf_counter(), kernels.Usage()
    error = ""
    try:
        client.execute()
    except CellExecutionError:
        error = _first_failure(fresh, stored)
    except CellTimeoutError:
        limit = f"ran for more than {REFRESH_CELL_TIMEOUT} s"
        error = f"{_place(progress.current, stored)}: {limit}"
    except DeadKernelError:
        error = _kernel_died(_place(progress.current, stored))
    seconds = time.perf_counter() - started
    facts = {
        "path": task.path,
        "seconds": seconds,
        "peak_bytes": usage.peak_bytes(),
        "headline": notebooks.headline(fresh),
        "title": notebooks.title(fresh),
    }
    error = error or _first_stderr(fresh)
    if error:
        return Outcome(error=f"{error}. Nothing was stored.", **facts)
    notebook, kept = canonical_form.canonical(fresh, stored, numbers=task.numbers)
    refreshed = notebooks.notebook_bytes(notebook)
    if path.read_bytes() != content:
        return Outcome(
            error="the file changed while its cells were executed. Nothing was stored: try again",
            **facts,
        )
    if refreshed != content:
        notebooks.write_file(path, refreshed)
        return Outcome(files=[str(path)], kept=kept, **facts)
    return Outcome(kept=kept, **facts)


def _name_notebook(path: Path) -> None:
    """Let the next kernel know its notebook, where figures find their alternative texts."""
    os.environ["CNN_COURSE_NOTEBOOK"] = str(path.resolve())


def _first_stderr(notebook: NotebookNode) -> str:
    for cell in notebooks.code_cells(notebook):
        for output in cell.outputs:
            if output.get("name") == "stderr":
                text = " ".join(output.text.split())
                shown = text if len(text) <= 300 else text[:300] + " …"
                return f"{_place(cell.id, notebook)} writes to stderr: {shown}"
    return ""


def _run(task: Task, tell: Callable[..., None]) -> Outcome:
    import papermill
    from nbclient.exceptions import DeadKernelError

    from course_utils.execution.asking import Answers, execute_and_ask

    path, output = Path(task.path), Path(task.output)
    try:
        source = notebooks.read_notebook(path)
    except ValueError as error:
        return Outcome(task.path, error=str(error))
    # papermill writes while it executes, and insists on the ending.
    partial = output / f".{path.stem}-partial.ipynb"
    progress, answers = _Progress(source, tell), Answers()
    _name_notebook(path)
    error = ""
    started, usage = time.perf_counter(), kernels.Usage()
    try:
        # What papermill reads has passed the course's own gate.
        notebooks.write_file(partial, notebooks.notebook_bytes(source))
        execute_and_ask(
            partial,
            partial,
            answers,
            parameters=task.parameters,
            kernel_name="python3",
            language="python",
            cwd=path.parent,
            kernel_manager_class=kernels.KernelManager,
            on_cell_start=progress.cell_started,
            on_cell_executed=progress.cell_executed,
        )
    except papermill.PapermillExecutionError:
        error = _first_failure(notebooks.read_notebook(partial), source)
    except DeadKernelError:
        error = _kernel_died(_place(progress.current, source))
    seconds = time.perf_counter() - started
    executed = notebooks.read_notebook(partial)
    files = [output / path.name]
    os.replace(partial, files[0])
    if task.page:
        from course_utils.publishing import write_page

        files.append(output / f"{path.stem}.html")
        write_page(executed, files[1], trusted=task.trusted)
    return Outcome(
        task.path,
        error=error,
        passed_over=notebooks.what_is_missing(source),
        seconds=seconds,
        peak_bytes=usage.peak_bytes(),
        processor_seconds=usage.processor_seconds(),
        headline=notebooks.headline(executed),
        title=notebooks.title(executed),
        files=[str(file) for file in files],
        times=_times(answers.times, executed, seconds),
        scalars=answers.scalars,
    )


def _times(measured: dict[str, float], executed: NotebookNode, seconds: float) -> dict[str, float]:
    """Split a run's seconds; see `Outcome`."""
    if not measured:
        return {}
    cells = sum(
        cell.metadata.get("papermill", {}).get("duration") or 0.0 for cell in executed.cells
    )
    rest = cells - measured["imports"] - measured["training"]
    return {"kernel": max(0.0, seconds - cells), **measured, "execution": max(0.0, rest)}


if __name__ == "__main__":
    main()
