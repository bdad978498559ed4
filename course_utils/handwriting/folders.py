"""A folder of pictures, such as a class's: read them all, one table and one picture of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_utils.handwriting.pen import SIDE
from course_utils.handwriting.reading import Network, Reading, read_page

_NOT_PICTURES = {".txt", ".md", ".csv", ".json", ".py", ".ipynb", ".zip", ".ini", ".db", ".npz"}


@dataclass(frozen=True, eq=False)
class FileReading:
    """What was read in one file: `name`, its `readings`, or the `problem` that kept from it."""

    name: str
    readings: tuple[Reading, ...]
    problem: str = ""

    @property
    def number(self) -> str:
        """The digits as a text, "?" for each that is none; lines parted by spaces."""
        lines: dict[int, str] = {}
        for one in self.readings:
            lines[one.line] = lines.get(one.line, "") + (
                "?" if one.digit is None else str(one.digit)
            )
        return " ".join(lines.values())

    @property
    def probability(self) -> float:
        """The least of the digits' probabilities, 0.0 without any."""
        return min((one.probability for one in self.readings), default=0.0)

    @property
    def remark(self) -> str:
        """What is to be said about it: nothing where all is sure."""
        if self.problem:
            return self.problem
        if any(one.digit is None for one in self.readings):
            return "no digit I know"
        return "" if all(one.sure for one in self.readings) else "not sure"


@dataclass(frozen=True, eq=False)
class FolderReading:
    """What was read in a folder, file by file; printed, it is a table."""

    files: tuple[FileReading, ...]

    @property
    def images(self) -> np.ndarray:
        """uint8 (n, 28, 28): every digit of every file, in order."""
        images = [one.image for file in self.files for one in file.readings]
        return np.stack(images) if images else np.zeros((0, SIDE, SIDE), np.uint8)

    @property
    def captions(self) -> list[str]:
        """A caption for each of `images`: the file and what was read."""
        return [
            f"{Path(file.name).stem}: {'?' if one.digit is None else one.digit}"
            for file in self.files
            for one in file.readings
        ]

    def __str__(self) -> str:
        rows = [("file", "read", "at least", "remark")] + [
            (
                file.name,
                file.number or "–",
                f"{100 * file.probability:.0f} %" if file.readings else "–",
                file.remark,
            )
            for file in self.files
        ]
        wide = [max(len(row[k]) for row in rows) for k in range(3)]
        return "\n".join(
            f"{name:<{wide[0]}}  {read:<{wide[1]}}  {least:>{wide[2]}}  {remark}".rstrip()
            for name, read, least, remark in rows
        )


def read_folder(folder: str | os.PathLike[str], network: Network | None = None) -> FolderReading:
    """Read every picture of a folder, in the order of their names.

    Parameters
    ----------
    folder
        Its path; `~` is the home folder. Folders in it, hidden files, and files that are plainly
        no pictures, such as notebooks and texts, are passed over.
    network
        See `course_utils.handwriting.read_page`.

    Returns
    -------
    FolderReading
        A picture that can't be read is no error: its row holds the reason.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If it is a file, there is no picture in it, or the network gives something else.
    """
    place = Path(folder).expanduser()
    if not place.exists():
        raise FileNotFoundError(
            f"folder {os.fspath(folder)!r} isn't there: check the spelling, or give the whole path"
        )
    if not place.is_dir():
        raise ValueError(f"folder {os.fspath(folder)!r} is a file: read_page reads one picture")
    paths = [
        path
        for path in sorted(place.iterdir())
        if path.is_file()
        and not path.name.startswith(".")
        and path.suffix.lower() not in _NOT_PICTURES
    ]
    if not paths:
        raise ValueError(f"folder {os.fspath(folder)!r} has no picture in it: put some there")
    files = []
    for path in paths:
        try:
            files.append(FileReading(path.name, tuple(read_page(path, network))))
        except (FileNotFoundError, ValueError) as error:
            if str(error).startswith("network "):
                raise
            # The row names the file already.
            problem = str(error).replace(f"file {os.fspath(path)!r} ", "")
            files.append(FileReading(path.name, (), problem))
    return FolderReading(tuple(files))
