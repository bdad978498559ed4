"""How far a student has come: a table of one notebook's exercises, and one of the course."""

from typing import Any

from course_utils.exercises.engine import progress as kept
from course_utils.exercises.engine import registry, showing

_HEAD = ("exercise", "task", "state", "tries", "hints", "solution")
_HEAD_OF_COURSE = ("notebook", "right", "tried", "of")


def progress(notebook: str = "", *more: Any, **named: Any) -> None:
    """Show what you have solved: in one notebook, and in the course. Never raises.

    Parameters
    ----------
    notebook : str
        Two digits, "05", or the number of an exercise in it; by default the notebook whose
        exercise was checked last.
    """
    try:
        _show(str(notebook).strip())
    except Exception as error:
        showing.show("exercises", f"the progress could not be shown ({error}).", "note")


def _show(asked: str) -> None:
    known = kept.entries()
    here = asked[:2] or _last_notebook(known)
    if asked and not registry.exercises_of(here):
        showing.show("exercises", f"there is no notebook {asked[:20]!r} with exercises.", "note")
        return
    if here:
        rows = [_row(exercise, known.get(exercise.number)) for exercise in _of(here)]
        right = sum(row[2].startswith("✓") for row in rows)
        showing.show_table(
            f"Notebook {here}: {right} of {len(rows)} right", _HEAD, rows, _next_step(here, known)
        )
    rows = [_row_of_course(each, known) for each in registry.module_names()]
    done, all_of_them = (sum(int(row[column]) for row in rows) for column in (1, 3))
    place = kept.desk_file()
    footer = "" if place else "Nothing is kept beyond this session: there is no desk here."
    showing.show_table(f"The course: {done} of {all_of_them} right", _HEAD_OF_COURSE, rows, footer)


def _of(notebook: str) -> tuple:
    return registry.exercises_of(notebook)


def _last_notebook(known: dict[str, kept.Entry]) -> str:
    latest = max(known, key=lambda number: known[number]["last"] or "", default="")
    return latest[:2]


def _row(exercise: Any, entry: kept.Entry | None) -> tuple[str, ...]:
    entry = entry or kept.new_entry()
    states = {"right": "✓ right", "tried": "✗ not yet", "": "– open"}
    return (
        exercise.number,
        exercise.title,
        states[entry["state"]],
        str(entry["tries"]),
        f"{entry['hints']} of {len(exercise.hints)}",
        "seen" if entry["solutions"] else "",
    )


def _row_of_course(notebook: str, known: dict[str, kept.Entry]) -> tuple[str, ...]:
    states = [known.get(each.number, {}).get("state", "") for each in _of(notebook)]
    name = registry.module_names()[notebook].rpartition(".nb")[2].replace("_", " ")
    return name, str(states.count("right")), str(states.count("tried")), str(len(states))


def _next_step(notebook: str, known: dict[str, kept.Entry]) -> str:
    for exercise in _of(notebook):
        if known.get(exercise.number, {}).get("state") != "right":
            return f"Next: {exercise.number}, {exercise.title}."
    return "All of this notebook is solved."
