"""What a student has tried and solved: remembered in this session, and kept on the desk.

The desk is the folder of the environment variable ``CNN_COURSE_DESK``, or the nearest folder
``.desk`` from the working folder upward; its file is ``progress.json``. Where there is none,
nothing is written and nothing is said. The file holds, by the number of the exercise, an object of

========== ===========================================================================
state      "right" once an answer was right, "tried" before that, "" if only help was asked for
tries      how many answers were judged
hints      how many different hints were shown
solutions  how often the solution was shown
first_try  time of the first answer that was judged, ISO 8601 with the offset; or null
first_right  time of the first right answer; or null
tries_needed  tries up to and with the first right answer; or null
last       time of the last change
mistake    what the last wrong answer was told; or null
========== ===========================================================================

under ``"exercises"``, and under ``"predictions"``, by its name such as "05.b",

======== ==============================================================================
said     what was predicted, as text
right    whether it came true; null until it was compared
last     time of the last change
======== ==============================================================================

beside ``"version": 1``. Each change is read, made and written anew while a
lock is held, so that two kernels can't undo each other's.
"""

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

VARIABLE = "CNN_COURSE_DESK"
FILE = "progress.json"
_FOLDER = ".desk"
_VERSION = 1
_NO_PROGRESS = (ValueError, KeyError, TypeError, AttributeError)  # what reading another file gives
_PATIENCE = 2.0  # seconds that another kernel may hold the lock

Entry = dict[str, Any]
Change = Callable[[Entry], None]

_of_session: dict[str, Entry] = {}
# changes that could not be written yet, for a full disk or a lock that was held
_waiting: list[tuple[str, Change]] = []


def new_entry() -> Entry:
    """What is known of an exercise that nobody has touched."""
    return {
        "state": "",
        "tries": 0,
        "hints": 0,
        "solutions": 0,
        "first_try": None,
        "first_right": None,
        "tries_needed": None,
        "last": None,
        "mistake": None,
    }


def note_try(number: str, *, right: bool, message: str) -> str:
    """Remember that an answer was judged; returns a line for the student, or ""."""
    now = _now()

    def change(entry: Entry) -> None:
        entry["tries"] += 1
        entry["first_try"] = entry["first_try"] or now
        entry["last"] = now
        if not right:
            entry["state"] = entry["state"] or "tried"
            entry["mistake"] = message
        elif entry["state"] != "right":
            entry.update(state="right", first_right=now, tries_needed=entry["tries"])

    return _remember(number, change)


def note_hint(number: str, place: int) -> str:
    """Remember that so many hints were shown; returns a line for the student, or ""."""
    now = _now()

    def change(entry: Entry) -> None:
        entry.update(hints=max(entry["hints"], place), last=now)

    return _remember(number, change)


def note_solution(number: str) -> str:
    """Remember that the solution was shown; returns a line for the student, or ""."""
    now = _now()

    def change(entry: Entry) -> None:
        entry.update(solutions=entry["solutions"] + 1, last=now)

    return _remember(number, change)


def note_prediction(name: str, said: str, *, right: bool | None = None) -> str:
    """Remember what was predicted, and whether it came true; returns a line, or ""."""
    now = _now()

    def change(entry: Entry) -> None:
        entry.update(said=said, right=right, last=now)

    return _remember(name, change)


def entries() -> dict[str, Entry]:
    """What is known by number: the desk's, and of this session where there is no desk."""
    return {name: entry for name, entry in _known().items() if not _is_prediction(name)}


def predictions() -> dict[str, Entry]:
    """What was predicted, by name: the desk's, and of this session where there is no desk."""
    return {name: entry for name, entry in _known().items() if _is_prediction(name)}


def _known() -> dict[str, Entry]:
    path = desk_file()
    if path is None:
        return {name: dict(entry) for name, entry in _of_session.items()}
    found, _ = _read(path)
    for name, change in _waiting:
        change(found.setdefault(name, _new(name)))
    return found


def _is_prediction(name: str) -> bool:
    """Exercises end in a number, 05.2, predictions in a letter, 05.b."""
    return not name[-1:].isdigit()


def _new(name: str) -> Entry:
    return {"said": "", "right": None, "last": None} if _is_prediction(name) else new_entry()


def read_progress(path: Path) -> dict[str, Entry]:
    """Read a progress file, anybody's.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict of str to dict
        Entries by the number of the exercise, each with all the fields above.

    Raises
    ------
    ValueError
        If the file isn't there, or isn't a progress file.
    """
    try:
        found = _parsed(Path(path))
        return {name: entry for name, entry in found.items() if not _is_prediction(name)}
    except (OSError, *_NO_PROGRESS) as error:
        raise ValueError(
            f"{Path(path).name} is no progress file ({type(error).__name__}): it should be a "
            f"student's {_FOLDER}/{FILE}"
        ) from error


def desk_file() -> Path | None:
    """The file that progress is kept in, which need not exist yet; None if there is no desk."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named) / FILE if Path(named).is_dir() else None
    with contextlib.suppress(OSError):
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / _FOLDER).is_dir():
                return folder / _FOLDER / FILE
    return None


def forget_session() -> None:
    """Begin a session anew, for tests."""
    _of_session.clear()
    _waiting.clear()


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _remember(number: str, change: Change) -> str:
    change(_of_session.setdefault(number, _new(number)))
    try:
        path = desk_file()
        if path is None:
            return ""
        _waiting.append((number, change))
        with _locked(path):
            found, line = _read(path, set_aside=True)
            for each, waiting in _waiting:
                waiting(found.setdefault(each, _new(each)))
            _write(path, found)
            _waiting.clear()
        return line
    except OSError:
        # whatever ails the disk, the reply to an answer comes first
        return ""


def _read(path: Path, *, set_aside: bool = False) -> tuple[dict[str, Entry], str]:
    """Entries of the file, and a line about a file that could not be read."""
    try:
        return _parsed(path), ""
    except FileNotFoundError:
        return {}, ""
    except _NO_PROGRESS:
        if not set_aside:
            return {}, ""
        kept = path.with_name(f"progress.unreadable-{datetime.now():%Y%m%d-%H%M%S-%f}.json")
        os.replace(path, kept)
        return {}, f"Your progress file could not be read; it is kept as {kept.name}."


def _parsed(path: Path) -> dict[str, Entry]:
    stored = json.loads(path.read_text(encoding="utf-8"))
    found = {str(n): _checked(entry) for n, entry in stored["exercises"].items()}
    for name, entry in stored.get("predictions", {}).items():
        if not _is_prediction(name) or not isinstance(entry["said"], str):
            raise ValueError(name)
        found[name] = _new(name) | entry
    return found


def _checked(stored: Any) -> Entry:
    """An entry with all fields; raises where one is of another kind."""
    entry = new_entry() | stored
    for name in ("tries", "hints", "solutions"):
        if type(entry[name]) is not int:
            raise TypeError(name)
    if entry["state"] not in ("", "tried", "right"):
        raise ValueError(entry["state"])
    return entry


def _write(path: Path, found: dict[str, Entry]) -> None:
    sorts: dict[str, dict[str, Entry]] = {"exercises": {}, "predictions": {}}
    for each, entry in sorted(found.items()):
        sorts["predictions" if _is_prediction(each) else "exercises"][each] = entry
    text = json.dumps({"version": _VERSION, **sorts}, ensure_ascii=False, indent=1)
    handle, name = tempfile.mkstemp(prefix=".progress-", suffix=".json", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that other kernels respect, and that a killed one gives back."""
    with open(path.with_name(".progress.lock"), "a+b") as file:
        until = time.monotonic() + _PATIENCE
        while not _take(file):
            if time.monotonic() > until:
                raise OSError("another kernel holds the lock")
            time.sleep(0.01)
        try:
            yield
        finally:
            _give_back(file)


def _take(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _give_back(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_UN)
