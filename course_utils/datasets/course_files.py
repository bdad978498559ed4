"""Where the files that come with the course lie."""

from __future__ import annotations

from pathlib import Path

RESTORE = (
    "Restore the course's own copy (git checkout -- data), or rebuild it as data/README.md says"
)


def course_file(name: str) -> Path:
    """Return a file of the course's data folder.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    """
    # An installed copy has the folder inside the package, a clone beside it.
    package = Path(__file__).parents[1]
    installed = package / "_data"
    folder = installed if installed.is_dir() else package.parent / "data"
    if not (folder / name).is_file():
        raise FileNotFoundError(f"{folder / name} is missing. {RESTORE}")
    return folder / name
