"""Writing files so that they appear complete or not at all, with the permissions of the user."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """Return the bytes of the notebook's file: sorted keys, indent 1, one newline at the end."""
    nbformat.validate(notebook)
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode("utf-8")


def write_file(path: Path, content: bytes) -> None:
    """Write `content` under a temporary name in the same folder, then rename it to `path`.

    A new file may be read and written by whom the umask allows; one that is there keeps its
    permissions.

    Raises
    ------
    OSError
        If it cannot be written; then `path` is as it was, and nothing is left beside it.
    """
    write_files({Path(path): content})


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write several files, all of them or none, each as :func:`write_file` does.

    Parameters
    ----------
    contents : mapping of Path to bytes
        Folders that are missing are made.

    Raises
    ------
    OSError
        If one of them cannot be written; then all are as they were, but for the rare case that a
        finished file can't be given its name.
    """
    temporary: dict[Path, Path] = {}
    made: list[Path] = []
    try:
        for path, content in contents.items():
            made += _make_folder(path.parent)
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            temporary[path] = _written_beside(path, content)
        for path in list(temporary):
            os.replace(temporary[path], path)
            del temporary[path]
    except BaseException:
        for path in temporary.values():
            path.unlink(missing_ok=True)
        for folder in reversed(made):
            try:
                folder.rmdir()
            except OSError:
                pass  # it holds something by now
        raise


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder with its parents; return those that weren't there, the outermost first."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _written_beside(path: Path, content: bytes) -> Path:
    temporary = path.with_name(f".{path.stem[:100]}-{secrets.token_hex(8)}.tmp")
    try:
        # "x" makes the file with the permissions that the umask leaves; mkstemp's are its own.
        with open(temporary, "xb") as file:
            file.write(content)
        if path.exists():
            os.chmod(temporary, path.stat().st_mode & 0o777)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
