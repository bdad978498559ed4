"""What is asked of a worker, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CELL_TIMEOUT = 600  # seconds; the longest cell of the course, on the sample, takes one minute


@dataclass(frozen=True)
class Task:
    """One notebook to execute.

    Parameters
    ----------
    action : {"run", "refresh"}
        ``run`` executes a copy and writes it, with a readable page, to `output`; ``refresh``
        stores the outputs in the notebook itself.
    path : str
        The notebook.
    output : str
        The folder that ``run`` writes to.
    parameters : dict
        Values that ``run`` puts in place of the defaults of the parameters cell: literals of
        Python, NaN and infinities.
    numbers : bool
        Whether ``refresh`` stores fresh numbers in cells tagged ``nbval-ignore-output``.
    page : bool
        Whether ``run`` writes the readable page too.
    trusted : bool
        Whether scripts of the notebook's texts and outputs stay in that page.
    alone : bool
        Whether ``run`` executes the notebook in an empty folder, which is removed afterwards,
        and not in the folder of `path`.
    cell_timeout : int
        How many seconds a cell may take.
    """

    action: str
    path: str
    output: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    numbers: bool = False
    page: bool = True
    trusted: bool = False
    alone: bool = False
    cell_timeout: int = CELL_TIMEOUT


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    Parameters
    ----------
    path : str
        The notebook.
    error : str
        Empty if all went well; else where it failed and the error's own line.
    passed_over : str
        Empty as a rule; else which package the notebook needs that is not installed. Its cells
        then did nothing.
    seconds : float
        From the start of the kernel to its end.
    peak_bytes : int
        The most memory that the kernel's process held, 0 if unknown.
    processor_seconds : float
        The processor time of a ``run``'s kernel, over all cores, 0 if unknown.
    headline : str
        What the cell tagged ``headline`` printed.
    title : str
        The notebook's first heading.
    files : list of str
        The files that were written.
    kept : list of str
        Ids of cells whose stored numbers ``refresh`` kept.
    times : dict of str to float
        What the seconds of a ``run`` were spent on: ``kernel`` (starting and ending it),
        ``imports``, ``training``, and ``execution``, which is the rest of the cells. Empty if
        the kernel did not tell. See `course_utils.execution.stopwatch` for what counts as what.
    scalars : dict of str to bool, int or float
        The single numbers that a ``run`` ended with, by name.
    """

    path: str
    error: str = ""
    passed_over: str = ""
    seconds: float = 0.0
    peak_bytes: int = 0
    processor_seconds: float = 0.0
    headline: str = ""
    title: str = ""
    files: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    scalars: dict[str, bool | int | float] = field(default_factory=dict)
