"""What a student has solved, and what a class has: read from the desks' own files.

Nothing leaves a machine by itself: for a class table the students hand in their file
``.desk/progress.json``, under any name.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_utils.desk.laying import PRIVATE
from course_utils.exercises import all_exercises, read_progress

FILE = "progress.json"


@dataclass(frozen=True)
class Standing:
    """How far someone has come in one lesson: numbers of exercises.

    Parameters
    ----------
    right, tried, untouched : int
        Together they are all exercises of the lesson.
    last : str
        When something was done last, ISO 8601, or "".
    """

    right: int
    tried: int
    untouched: int
    last: str = ""

    @property
    def total(self) -> int:
        return self.right + self.tried + self.untouched


def numbers_by_lesson() -> dict[str, list[str]]:
    """Return the numbers of the exercises by the two digits of their lesson."""
    found: dict[str, list[str]] = {}
    for exercise in all_exercises():
        found.setdefault(exercise.number[:2], []).append(exercise.number)
    return found


def standings(folder: Path) -> dict[str, Standing]:
    """Return how far the owner of a desk has come, by the two digits of each lesson."""
    known = entries(Path(folder) / PRIVATE / FILE)
    return {lesson: _standing(numbers, known) for lesson, numbers in numbers_by_lesson().items()}


def entries(path: Path) -> dict[str, dict[str, Any]]:
    """Return what is known of each exercise by its number; nothing if there is no file.

    Raises
    ------
    ValueError
        If the file is there and isn't a progress file.
    """
    return read_progress(path) if path.is_file() else {}


def _standing(numbers: Sequence[str], known: Mapping[str, Mapping[str, Any]]) -> Standing:
    states = [known.get(number, {}).get("state", "") for number in numbers]
    times = [known[number].get("last") or "" for number in numbers if number in known]
    right, tried = states.count("right"), states.count("tried")
    return Standing(right, tried, len(numbers) - right - tried, max(times, default=""))


def progress_table(folder: Path) -> list[tuple[str, str, str, str, str]]:
    """Return rows for the terminal: lesson, right, tried, untouched, last."""
    return [
        (
            lesson,
            str(one.right),
            str(one.tried),
            str(one.untouched),
            one.last[:16].replace("T", " "),
        )
        for lesson, one in standings(folder).items()
    ]


# --- a class ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OfClass:
    """How a class stands with one exercise.

    Parameters
    ----------
    number, title : str
        Of the exercise.
    right, tried, untouched : int
        How many students.
    tries : float
        The mean number of tries of those who tried; 0 if nobody did.
    hints, solutions : int
        How many students asked for a hint, and for the solution.
    mistake : str
        What wrong answers were told most often, and how often, or "".
    """

    number: str
    title: str
    right: int
    tried: int
    untouched: int
    tries: float
    hints: int
    solutions: int
    mistake: str


def class_table(folder: Path) -> tuple[list[OfClass], list[str]]:
    """Join the progress files of a class.

    Parameters
    ----------
    folder : Path
        Holds the students' files, ``NAME.json`` or ``NAME/progress.json``, at any depth.

    Returns
    -------
    rows : list of OfClass
        One for each exercise that anybody has touched, in the course's order.
    remarks : list of str
        Files that could not be read.

    Raises
    ------
    ValueError
        If the folder holds no progress file.
    """
    students, remarks = [], []
    for path in sorted(Path(folder).rglob("*.json")):
        try:
            students.append(entries(path))
        except (ValueError, OSError) as error:
            remarks.append(f"{path}: {error}")
    if not students:
        said = f" ({remarks[0]})" if remarks else ""
        raise ValueError(
            f"{folder} holds no progress file: collect each student's .desk/{FILE} there{said}"
        )
    rows = [_of_class(exercise, students) for exercise in all_exercises()]
    return [row for row in rows if row.right or row.tried or row.hints or row.solutions], remarks


def _of_class(exercise: Any, students: Sequence[Mapping[str, Mapping[str, Any]]]) -> OfClass:
    known = [student[exercise.number] for student in students if exercise.number in student]
    states = [entry["state"] for entry in known]
    tries = [entry["tries"] for entry in known if entry["tries"]]
    mistakes = Counter(entry["mistake"] for entry in known if entry["mistake"])
    commonest = mistakes.most_common(1)
    right, tried = states.count("right"), states.count("tried")
    return OfClass(
        number=exercise.number,
        title=exercise.title,
        right=right,
        tried=tried,
        untouched=len(students) - right - tried,
        tries=sum(tries) / len(tries) if tries else 0.0,
        hints=sum(entry["hints"] > 0 for entry in known),
        solutions=sum(entry["solutions"] > 0 for entry in known),
        mistake=f"{commonest[0][0]} ({commonest[0][1]})" if commonest else "",
    )


def class_csv(rows: Sequence[OfClass]) -> str:
    """Return the table of a class as CSV, with a head line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = list(OfClass.__dataclass_fields__)
    writer.writerow(names)
    for row in rows:
        writer.writerow(
            f"{value:.2f}" if isinstance(value, float) else value
            for value in (getattr(row, name) for name in names)
        )
    return text.getvalue()
