"""The one gate for notebook files: what passes it is a sound notebook of format 4.5.

Older files of format 4 are completed: cells get ids, always the same ones, and what their writers
left out is filled in. Files of a newer 4.x pass if they are sound without what 4.5 doesn't know.
Everything else is refused with one `ValueError` that names the file, the fault and a remedy.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4.rwbase import rejoin_lines, strip_transient

MAJOR, MINOR = 4, 5
# Python's own limit is a thousand calls, and copying takes several for each level.
DEEPEST = 100
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_REMEDY = "Open it in JupyterLab and save it anew, or take another copy"

# What format 4.5 allows; anything else is a newer writer's.
_CELL_KEYS = {
    "code": {"id", "cell_type", "metadata", "source", "outputs", "execution_count"},
    "markdown": {"id", "cell_type", "metadata", "source", "attachments"},
    "raw": {"id", "cell_type", "metadata", "source", "attachments"},
}
_OUTPUT_KEYS = {
    "stream": {"output_type", "name", "text"},
    "display_data": {"output_type", "data", "metadata"},
    "execute_result": {"output_type", "data", "metadata", "execution_count"},
    "error": {"output_type", "ename", "evalue", "traceback"},
}
# Entries of metadata that the course reads; the format doesn't say what they are.
_OBJECTS_IN_METADATA = ("jupyter", "papermill", "slideshow")
_NOTEBOOK_KEYS = {"cells", "metadata", "nbformat", "nbformat_minor"}


class _Fault(Exception):
    """What is wrong with a file, and what its reader can do about it."""

    def __init__(self, what: str, remedy: str = _REMEDY) -> None:
        super().__init__(f"{what}. {remedy}")


def read_notebook(path: Path) -> NotebookNode:
    """Read one notebook, check its structure and bring it to format 4.5.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    NotebookNode
        The notebook; see :func:`parse_notebook`.

    Raises
    ------
    ValueError
        If the file cannot be read, or is not a sound notebook of format 4; the message names the
        file, the fault and a remedy.
    """
    path = Path(path)
    try:
        # Reading from a pipe would wait for a writer, perhaps for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise ValueError(f"{path.name} is not a readable notebook: it is no file")
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ValueError(
            f"{path.name} cannot be read: {reason}. Check that {path} is there and may be read"
        ) from error
    return parse_notebook(content, name=path.name)


def parse_notebook(content: bytes, *, name: str) -> NotebookNode:
    """Read one notebook from the bytes of its file.

    Parameters
    ----------
    content : bytes
        UTF-8, with or without a byte order mark.
    name : str
        The file's name, for messages.

    Returns
    -------
    NotebookNode
        A valid notebook of format 4.5, each cell with an id of its own. Two readings of the same
        bytes are equal.

    Raises
    ------
    ValueError
        If the bytes are not a sound notebook of format 4; the message names the file, the fault
        and a remedy.
    """
    try:
        return _parsed(content, name)
    except _Fault as fault:
        raise ValueError(f"{name} is not a readable notebook: {fault}") from None
    # Whatever else a broken file makes the libraries raise, RecursionError and KeyError included:
    # it must stop neither the other notebooks nor the program.
    except Exception as error:
        lines = str(error).strip().splitlines()
        reason = f"{type(error).__name__}{': ' + lines[0][:200] if lines else ''}"
        raise ValueError(f"{name} is not a readable notebook: {reason}. {_REMEDY}") from error


def _parsed(content: bytes, name: str) -> NotebookNode:
    raw = _json(content)
    _check_format(raw, name)
    _check_depth(raw)
    _complete(raw, newer=raw["nbformat_minor"] > MINOR)
    _give_ids(raw["cells"])
    raw["nbformat_minor"] = MINOR
    notebook = strip_transient(rejoin_lines(nbformat.from_dict(raw)))
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise _Fault(_in_words(error)) from error
    return notebook


def _json(content: bytes) -> dict[str, Any]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Fault(f"it is not UTF-8 text (byte {error.start})") from error
    if not text.strip():
        raise _Fault("it is empty", "Take another copy")
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        shown = " ".join(text.split())[:40]
        if re.match(r"<(!doctype|html)", shown, re.IGNORECASE):
            raise _Fault(
                "it is a web page", "Download the notebook itself (on GitHub: Raw)"
            ) from error
        if shown.startswith("version https://git-lfs"):
            raise _Fault("it is a pointer of Git LFS", "Fetch the file: git lfs pull") from error
        if re.search(r"^(<<<<<<<|>>>>>>>) ", text, re.MULTILINE):
            raise _Fault("it holds the marks of a merge conflict", "Resolve it first") from error
        raise _Fault(
            f"it is not JSON from line {error.lineno} on ({error.msg}; it begins {shown!r})"
        ) from error
    except RecursionError as error:
        raise _Fault(f"its JSON is nested deeper than {DEEPEST} levels") from error
    if not isinstance(raw, dict):
        raise _Fault(f"its JSON is a {type(raw).__name__} instead of an object")
    return raw


def _check_format(raw: dict[str, Any], name: str) -> None:
    major, minor = raw.get("nbformat"), raw.get("nbformat_minor")
    if type(major) is not int:
        raise _Fault(f"its nbformat is {major!r} instead of a whole number")
    if major < MAJOR:
        raise _Fault(
            f"it has format {major}, and the course reads format {MAJOR}",
            f'Convert it: jupyter nbconvert --to notebook --inplace "{name}"',
        )
    if major > MAJOR:
        raise _Fault(
            f"it has format {major}, and the course reads format {MAJOR}",
            f"Save it as format {MAJOR}",
        )
    if type(minor) is not int or minor < 0:
        raise _Fault(f"its nbformat_minor is {minor!r} instead of a whole number")
    if not isinstance(raw.get("metadata", {}), dict):
        raise _Fault("its metadata is no object")
    if not isinstance(raw.get("cells"), list):
        raise _Fault("it has no list of cells")
    for number, cell in enumerate(raw["cells"], 1):
        if not isinstance(cell, dict):
            raise _Fault(f"cell {number} is a {type(cell).__name__} instead of an object")
        if cell.get("cell_type") not in list(_CELL_KEYS):
            raise _Fault(f"cell {number} has the type {cell.get('cell_type')!r}")
        if not isinstance(cell.get("outputs", []), list):
            raise _Fault(f"the outputs of cell {number} are no list")


def _check_depth(raw: dict[str, Any]) -> None:
    level: list[Any] = [raw]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise _Fault(f"its JSON is nested deeper than {DEEPEST} levels")


def _inside(outer: Any) -> Iterator[Any]:
    entries = outer.values() if isinstance(outer, dict) else outer
    return (inner for inner in entries if isinstance(inner, (dict, list)))


def _complete(raw: dict[str, Any], *, newer: bool) -> None:
    """Fill in what older writers left out; leave out what newer ones added."""
    raw.setdefault("metadata", {})
    if newer:
        _keep_only(raw, _NOTEBOOK_KEYS)
    _only_objects(raw["metadata"], _OBJECTS_IN_METADATA)
    # Where a notebook lay on the machine that executed it is nobody's business.
    for key in ("input_path", "output_path"):
        raw["metadata"].get("papermill", {}).pop(key, None)
    for cell in raw["cells"]:
        cell.setdefault("metadata", {})
        _only_objects(cell["metadata"], _OBJECTS_IN_METADATA)
        if newer:
            _keep_only(cell, _CELL_KEYS[cell["cell_type"]])
        if cell["cell_type"] != "code":
            continue
        cell.setdefault("execution_count", None)
        cell.setdefault("outputs", [])
        for output in cell["outputs"]:
            kind = output.get("output_type") if isinstance(output, dict) else None
            if newer and kind in list(_OUTPUT_KEYS):
                _keep_only(output, _OUTPUT_KEYS[kind])
            if kind in ("display_data", "execute_result"):
                output.setdefault("metadata", {})
                _only_objects(output["metadata"], list(output.get("data") or ()))
            if kind == "execute_result":
                output.setdefault("execution_count", cell["execution_count"])


def _keep_only(entry: dict[str, Any], known: set[str]) -> None:
    for key in entry.keys() - known:
        del entry[key]


def _only_objects(metadata: Any, keys: Iterable[str]) -> None:
    """Leave out entries that are to be objects and aren't."""
    for key in keys:
        if isinstance(metadata, dict) and not isinstance(metadata.get(key, {}), dict):
            del metadata[key]


def _give_ids(cells: list[dict[str, Any]]) -> None:
    """Give each cell an id of its own, the same at every reading."""
    taken = {str(cell.get("id")) for cell in cells}
    seen: set[str] = set()
    for number, cell in enumerate(cells, 1):
        found = cell.get("id")
        if not isinstance(found, str) or not _ID.fullmatch(found) or found in seen:
            found = base = f"cell-{number}"
            tries = 1
            while found in taken or found in seen:
                tries += 1
                found = f"{base}-{tries}"
        seen.add(found)
        cell["id"] = found


def _in_words(error: Any) -> str:
    place = list(getattr(error, "absolute_path", None) or getattr(error, "path", None) or ())
    lines = str(getattr(error, "message", "") or error).strip().splitlines()
    reason = lines[0] if lines else type(error).__name__
    reason = reason if len(reason) <= 200 else reason[:200] + " …"
    match place:
        case ["cells", int(index), *inner]:
            where = "".join(f", {step}" for step in inner if isinstance(step, str))
            return f"cell {index + 1}{where}: {reason}"
        case []:
            return reason
    return f"{'.'.join(map(str, place))}: {reason}"
