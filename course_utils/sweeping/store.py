"""A sweep on disk: one executed notebook and one small file of numbers a run.

``runs/NAME.ipynb``
    The executed notebook; ``runs/NAME.failed.ipynb`` if it stopped with an error.
``runs/NAME.json``
    The numbers. It is written last and under a temporary name, so a run is finished when this
    file is there, whatever interrupted the sweep. `SweepFolder.finished` says what it holds.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_utils import notebooks
from course_utils.execution import Outcome
from course_utils.sweeping.grid import Run


@dataclass(frozen=True)
class Result:
    """What became of a run.

    Parameters
    ----------
    run : Run
        The run.
    error : str
        Empty if it finished; else the last error.
    tries : int
        How often it was started, this time.
    seconds, peak_bytes
        See `course_utils.execution.Outcome`.
    headline : str
        What the notebook's cell tagged ``headline`` printed.
    scalars : dict of str to bool, int or float
        The single numbers that the notebook ended with, by name; NaN also where it was infinite.
    """

    run: Run
    error: str = ""
    tries: int = 1
    seconds: float = 0.0
    peak_bytes: int = 0
    headline: str = ""
    scalars: dict[str, bool | int | float] = field(default_factory=dict)


class SweepFolder:
    """The folder of a sweep.

    Parameters
    ----------
    path : Path
        The folder; it is made when something is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._runs = self.path / "runs"

    def finished(self, run: Run) -> Result | None:
        """Return the stored result of a run, or None if there is none or it is damaged."""
        try:
            stored = json.loads((self._runs / f"{run.name}.json").read_text(encoding="utf-8"))
            scalars = {
                name: math.nan if value is None else value
                for name, value in stored["scalars"].items()
            }
            result = Result(
                run=run,
                tries=stored["tries"],
                seconds=stored["seconds"],
                peak_bytes=stored["peak_bytes"],
                headline=stored["headline"],
                scalars=scalars,
            )
        # RecursionError: brackets in brackets.
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        return result if _is_sound(result) else None

    @staticmethod
    def result(run: Run, outcome: Outcome, *, tries: int) -> Result:
        """Return what became of a run, without writing anything."""
        return Result(
            run=run,
            error=outcome.error,
            tries=tries,
            seconds=outcome.seconds,
            peak_bytes=outcome.peak_bytes,
            headline=outcome.headline,
            scalars=dict(outcome.scalars),
        )

    def keep(self, run: Run, outcome: Outcome, notebook: bytes, *, tries: int) -> Result:
        """Write what a run brought, and return its result.

        Parameters
        ----------
        run : Run
            The run.
        outcome : Outcome
            What became of it.
        notebook : bytes
            The executed notebook, empty if there is none.
        tries : int
            How often it was started.
        """
        result = self.result(run, outcome, tries=tries)
        self._runs.mkdir(parents=True, exist_ok=True)
        failed = self._runs / f"{run.name}.failed.ipynb"
        if outcome.error:
            if notebook:
                notebooks.write_file(failed, notebook)
            return result
        notebooks.write_file(self._runs / f"{run.name}.ipynb", notebook)
        stored = {
            "parameters": {name: _plain(value) for name, value in run.parameters.items()},
            "seconds": result.seconds,
            "peak_bytes": result.peak_bytes,
            "tries": tries,
            "headline": result.headline,
            "scalars": {
                name: value if math.isfinite(value) else None
                for name, value in result.scalars.items()
            },
        }
        text = json.dumps(stored, indent=1, allow_nan=False) + "\n"
        notebooks.write_file(self._runs / f"{run.name}.json", text.encode("utf-8"))
        failed.unlink(missing_ok=True)
        return result


def _is_sound(result: Result) -> bool:
    """Tell whether everything has the type that it was stored with."""
    numbers = (result.seconds, result.peak_bytes, result.tries)
    return (
        all(type(number) in (int, float) and 0 <= number < math.inf for number in numbers)
        and type(result.tries) is type(result.peak_bytes) is int
        and isinstance(result.headline, str)
        and all(type(value) in (bool, int, float) for value in result.scalars.values())
    )


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value if isinstance(value, (str, bool, int, float, type(None))) else repr(value)
