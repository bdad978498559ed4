"""What a run of the course cost: ``report.json`` and its picture, ``report.png``.

``report.json`` holds one object:

``format``
    1. Another number means that a key was removed or has another meaning.
``seconds``
    From the first notebook's start to the last one's end. `jobs` notebooks ran at once, so the
    seconds of the notebooks add up to more.
``jobs``, ``cores``
    How many notebooks ran at once at most, and how many cores there were for them.
``versions``
    Of ``python``, ``numpy``, ``tensorflow`` and ``keras``, as text; null for what isn't installed.
``notebooks``
    A list, in the order of the course, of objects with

    ``name``
        The notebook's file without ending.
    ``failed``
        Whether it stopped with an error; its numbers then end there.
    ``passed_over``
        Whether its cells did nothing, for want of a package that isn't installed.
    ``seconds``
        From the start of its kernel to the kernel's end.
    ``processor_seconds``
        Processor time of the kernel, over all cores; null if unknown. On a busy machine this is
        steadier than ``seconds``.
    ``peak_bytes``
        The most memory that the kernel held; null if unknown.
    ``times``
        The parts of ``seconds``, in seconds: ``kernel`` (starting and ending it), ``imports``,
        ``training`` and ``execution``, the rest of the cells; null if the kernel died.
    ``shares``
        The same four divided by their sum, so that they add up to 1; null if the kernel died.

What counts as imports and as training, and what escapes the measurement, is written in
`course_utils.execution.stopwatch`.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from course_utils import notebooks
from course_utils.cores import available_cores
from course_utils.execution import Outcome

FORMAT = 1
JSON_NAME, PICTURE_NAME = "report.json", "report.png"
# The first distribution that is installed gives the version.
_DISTRIBUTIONS = {
    "numpy": ("numpy",),
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    "keras": ("keras",),
}


@dataclass(frozen=True)
class Picture:
    """A picture beside a page: its file name and what it shows, in words."""

    file: str
    alt: str


def report(outcomes: Sequence[Outcome], *, jobs: int, seconds: float) -> dict[str, Any]:
    """Return what the runs cost; this module's text explains every key.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of the runs, in the order of the report.
    jobs : int
        How many ran at once at most.
    seconds : float
        How long all of them took together.
    """
    return {
        "format": FORMAT,
        "seconds": round(seconds, 3),
        "jobs": jobs,
        "cores": available_cores(),
        "versions": _versions(),
        "notebooks": [_entry(outcome) for outcome in outcomes],
    }


def write_report(
    outcomes: Sequence[Outcome], folder: Path, *, jobs: int, seconds: float
) -> Picture | None:
    """Write ``report.json`` and, if a notebook's times are known, ``report.png`` to a folder.

    Parameters
    ----------
    outcomes, jobs, seconds
        See :func:`report`.
    folder : Path
        Where to write.

    Returns
    -------
    Picture or None
        The picture with its description, or None if there is nothing to draw.
    """
    found = report(outcomes, jobs=jobs, seconds=seconds)
    text = json.dumps(found, indent=1, allow_nan=False) + "\n"
    notebooks.write_file(Path(folder) / JSON_NAME, text.encode("utf-8"))
    known = [entry for entry in found["notebooks"] if entry["times"]]
    if not known:
        # An older picture would show other runs than report.json tells of.
        (Path(folder) / PICTURE_NAME).unlink(missing_ok=True)
        return None
    _draw(found, known, Path(folder) / PICTURE_NAME)
    return Picture(PICTURE_NAME, describe(known))


def describe(entries: Sequence[dict[str, Any]]) -> str:
    """Say in words what the picture of these notebooks shows.

    Parameters
    ----------
    entries : sequence of dict
        Some of a report's ``notebooks``, all with known times.
    """
    total = sum(sum(entry["times"].values()) for entry in entries)
    parts = {
        kind: sum(entry["times"][kind] for entry in entries) / total
        for kind in ("imports", "execution", "training", "kernel")
    }
    slowest = max(entries, key=lambda entry: entry["seconds"])
    largest = max(entries, key=lambda entry: entry["peak_bytes"] or 0)
    number = "one notebook" if len(entries) == 1 else f"{len(entries)} notebooks"
    text = (
        f"Bars for {number}: {parts['imports']:.0%} of the time is imports, "
        f"{parts['execution']:.0%} execution, {parts['training']:.0%} training, "
        f"{parts['kernel']:.0%} starting and ending kernels. "
        f"The longest is {slowest['name']} with {slowest['seconds']:.1f} seconds"
    )
    if largest["peak_bytes"]:
        text += f", the largest {largest['name']} with {largest['peak_bytes'] / 1e6:.0f} MB"
    return text + "."


def _entry(outcome: Outcome) -> dict[str, Any]:
    times = {kind: round(seconds, 3) for kind, seconds in outcome.times.items()} or None
    total = sum(outcome.times.values())
    shares = {kind: round(part / total, 4) for kind, part in outcome.times.items() if total}
    return {
        "name": Path(outcome.path).stem,
        "failed": bool(outcome.error),
        "passed_over": bool(outcome.passed_over),
        "seconds": round(outcome.seconds, 3),
        "processor_seconds": round(outcome.processor_seconds, 3) or None,
        "peak_bytes": outcome.peak_bytes or None,
        "times": times,
        "shares": shares or None,
    }


def _versions() -> dict[str, str | None]:
    found: dict[str, str | None] = {"python": platform.python_version()}
    for name, distributions in _DISTRIBUTIONS.items():
        found[name] = None
        for distribution in distributions:
            try:
                found[name] = version(distribution)
                break
            except PackageNotFoundError:
                continue
    return found


def _draw(found: dict[str, Any], known: Sequence[dict[str, Any]], path: Path) -> None:
    from course_utils.plotting import draw_run_times, picture

    cores = f"{found['cores']} core" + ("s" if found["cores"] != 1 else "")
    title = f"{found['seconds']:.0f} s in all on {cores}, at most {found['jobs']} at once"
    drawn = picture(
        lambda: draw_run_times(
            [entry["name"] for entry in known],
            [entry["times"] for entry in known],
            [entry["peak_bytes"] or 0 for entry in known],
            title=title,
        )
    )
    notebooks.write_file(path, drawn)
