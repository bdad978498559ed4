"""What a worker does with one notebook: execute a copy of it, or refresh it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from course_utils import notebooks
from course_utils.execution import Outcome, Task, asking, failures, kernels, surroundings
from course_utils.execution.given_parameters import with_parameters
from course_utils.notebooks import NotebookNode, canonical_form

Tell = Callable[..., None]


def perform(task: Task, tell: Tell) -> Outcome:
    """Carry out one task.

    Parameters
    ----------
    task : Task
        What to do.
    tell : callable
        Called as ``tell(done=…, cells=…)`` with the number of cells executed, and of all, and as
        ``tell(place=…)`` when a cell begins.
    """
    # Where the figures of the kernel that starts next find their alternative texts.
    os.environ["CNN_COURSE_NOTEBOOK"] = str(Path(task.path).resolve())
    return {"run": _run, "refresh": _refresh}[task.action](task, tell)


class _Progress:
    """Follows the cells of one notebook."""

    def __init__(self, notebook: NotebookNode, tell: Tell) -> None:
        self._notebook, self._tell = notebook, tell
        self.place = failures.place("", notebook)
        self._done, self._cells = 0, len(notebooks.code_cells(notebook))
        tell(done=0, cells=self._cells)

    def cell_started(self, *, cell: NotebookNode, **_: Any) -> None:
        if cell.cell_type == "code":
            self.place = failures.place(cell.get("id", ""), self._notebook)
            self._tell(place=self.place)

    def cell_executed(self, **_: Any) -> None:
        # papermill adds a cell of its own when it is given parameters.
        self._done = min(self._done + 1, self._cells)
        self._tell(done=self._done, cells=self._cells)


# --- run ----------------------------------------------------------------------------------------


def _run(task: Task, tell: Tell) -> Outcome:
    path = Path(task.path)
    try:
        source = notebooks.read_notebook(path)
    except (ValueError, OSError) as error:
        return Outcome(task.path, error=_unreadable(error))
    if foreign := _other_language(source):
        return Outcome(task.path, error=foreign)
    executed = with_parameters(source, task.parameters)
    progress, answers = _Progress(source, tell), asking.Answers()
    fault = ""
    started, usage = time.perf_counter(), kernels.Usage()
    try:
        with _working_folder(task) as folder:
            asking.execute_and_ask(
                executed,
                answers,
                folder=Path(folder),
                cell_timeout=task.cell_timeout,
                progress=progress,
            )
    except Exception as caught:  # whatever it is, it is this notebook's alone
        fault = failures.of_an_exception(
            caught, progress.place, cell_timeout=task.cell_timeout, exit_code=usage.exit_code()
        )
    seconds = time.perf_counter() - started
    files, unwritten = _write(executed, path.name, task)
    return Outcome(
        task.path,
        error="; ".join(filter(None, (fault, unwritten))),
        passed_over=notebooks.what_is_missing(source),
        seconds=seconds,
        peak_bytes=usage.peak_bytes(),
        processor_seconds=usage.processor_seconds(),
        headline=notebooks.headline(executed),
        title=notebooks.title(executed),
        files=[str(file) for file in files],
        times=_times(answers, seconds),
        scalars=answers.scalars,
    )


def _unreadable(error: ValueError | OSError) -> str:
    return failures.of_an_os_error(error) if isinstance(error, OSError) else str(error)


def _other_language(notebook: NotebookNode) -> str:
    """Say which language a notebook is written in, if that isn't Python."""
    for part, key in (("kernelspec", "language"), ("language_info", "name")):
        found = notebook.metadata.get(part)
        name = found.get(key) if isinstance(found, dict) else None
        if name and "python" not in str(name).lower():
            return f"it is written in {failures.shortened(str(name))}, and only Python is executed"
        if name:
            return ""
    return ""


def _working_folder(task: Task) -> AbstractContextManager[str | Path]:
    if not task.alone:
        return nullcontext(Path(task.path).parent)
    place = os.environ.get(surroundings.SCRATCH)
    return tempfile.TemporaryDirectory(dir=place, prefix="run-", ignore_cleanup_errors=True)


def _write(executed: NotebookNode, name: str, task: Task) -> tuple[list[Path], str]:
    """Write the executed notebook and its page; return what was written, and what went wrong."""
    files, path = [], Path(task.output) / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        notebooks.write_file(path, notebooks.notebook_bytes(executed))
        files.append(path)
        if task.page:
            from course_utils.publishing import write_page

            path = path.with_suffix(".html")
            write_page(executed, path, trusted=task.trusted)
            files.append(path)
    except OSError as error:
        return files, f"{path.name} was not written: {error.strerror or error}"
    except Exception as error:  # a page can fail in many ways; the notebook is there
        said = failures.error_line(type(error).__name__, str(error))
        return files, f"{path.name} was not written: {said}"
    return files, ""


def _times(answers: asking.Answers, seconds: float) -> dict[str, float]:
    """Split a run's seconds; see `Outcome`."""
    if not answers.times:
        return {}
    cells = answers.cell_seconds
    rest = cells - answers.times["imports"] - answers.times["training"]
    return {"kernel": max(0.0, seconds - cells), **answers.times, "execution": max(0.0, rest)}


# --- refresh ------------------------------------------------------------------------------------


def _refresh(task: Task, tell: Tell) -> Outcome:
    path = Path(task.path)
    try:
        content = path.read_bytes()
        stored = notebooks.parse_notebook(content, name=path.name)
    except (ValueError, OSError) as error:
        return Outcome(task.path, error=_unreadable(error))
    if foreign := _other_language(stored):
        return Outcome(task.path, error=f"{foreign}. Nothing was stored.")
    if missing := notebooks.what_is_missing(stored):
        return Outcome(task.path, error=f"it {missing}. Nothing was stored.")
    fresh = notebooks.parse_notebook(content, name=path.name)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    progress = _Progress(fresh, tell)
    started, usage = time.perf_counter(), kernels.Usage()
    fault = ""
    try:
        asking.client(
            fresh,
            folder=path.parent,
            cell_timeout=task.cell_timeout,
            progress=progress,
            store_widget_state=False,
        ).execute()
    except Exception as caught:  # whatever it is, it is this notebook's alone
        fault = failures.of_an_exception(
            caught, progress.place, cell_timeout=task.cell_timeout, exit_code=usage.exit_code()
        )
    outcome = Outcome(
        task.path,
        error=fault or _first_stderr(fresh) or _lost_picture(fresh, stored),
        seconds=time.perf_counter() - started,
        peak_bytes=usage.peak_bytes(),
        headline=notebooks.headline(fresh),
        title=notebooks.title(fresh),
    )
    if not outcome.error:
        outcome = _stored(outcome, fresh, stored, content, numbers=task.numbers)
    if outcome.error:
        return replace(outcome, error=f"{outcome.error}. Nothing was stored.")
    return outcome


def _stored(
    outcome: Outcome, fresh: NotebookNode, stored: NotebookNode, content: bytes, *, numbers: bool
) -> Outcome:
    """Write the refreshed notebook over the old one, whose file's content is given."""
    path = Path(outcome.path)
    notebook, kept = canonical_form.canonical(fresh, stored, numbers=numbers)
    refreshed = notebooks.notebook_bytes(notebook)
    try:
        if path.read_bytes() != content:
            changed = "the file changed while its cells were executed: try again"
            return replace(outcome, error=changed)
        if refreshed == content:
            return replace(outcome, kept=kept)
        notebooks.write_file(path, refreshed)
    except OSError as error:
        return replace(outcome, error=failures.of_an_os_error(error))
    return replace(outcome, files=[str(path)], kept=kept)


def _first_stderr(notebook: NotebookNode) -> str:
    for cell in notebooks.code_cells(notebook):
        # In one piece: the kernel may have sent it in several.
        pieces = [output.text for output in cell.outputs if output.get("name") == "stderr"]
        if pieces:
            text = failures.shortened(" ".join("".join(pieces).split()))
            return f"{failures.place(cell.id, notebook)} writes to stderr: {text}"
    return ""


def _lost_picture(fresh: NotebookNode, stored: NotebookNode) -> str:
    """Name the first cell that has fewer pictures than before, or a description without one."""
    before = {cell.get("id"): _pictures(cell) for cell in notebooks.code_cells(stored)}
    for cell in notebooks.code_cells(fresh):
        place = failures.place(cell.id, stored)
        for output in cell.outputs:
            described = output.get("metadata", {}).get("image/png", {}).get("alt")
            if described and "image/png" not in output.data:
                return f"{place} describes a picture and shows none"
        if _pictures(cell) < before.get(cell.id, 0):
            return (
                f"{place} showed {before[cell.id]} pictures and now shows {_pictures(cell)}: "
                "clear its outputs first if that is meant"
            )
    return ""


def _pictures(cell: NotebookNode) -> int:
    return sum(
        any(kind.startswith("image/") for kind in output.get("data", {})) for output in cell.outputs
    )
