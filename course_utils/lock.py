"""Which lines of requirements.lock a task needs: all who learn don't need what graders and publishers do.

`make` calls it before anything is installed, with the reader's own Python, so it takes nothing that
Python itself doesn't bring::

    python course_utils/lock.py build > needed.txt

prints the lines, hashes included, of the packages that pyproject.toml lists as dependencies and in
the extras named, and of all that these need in their turn. The lock says below each package which
others ask for it ("via").
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

_TOP = Path(__file__).resolve().parent.parent


def needed(lock: str, project: dict, extras: Iterable[str] = ()) -> str:
    """Return the part of a lock that a project needs with some of its extras.

    Parameters
    ----------
    lock : str
        What ``uv pip compile --universal --generate-hashes`` wrote, with its annotations.
    project : dict
        The table ``[project]`` of pyproject.toml.
    extras : iterable of str
        Names of optional dependencies.

    Returns
    -------
    str
        Entries of the lock in its order, without the annotations.

    Raises
    ------
    ValueError
        If there is no such extra, or the lock doesn't say who asks for its packages, or lacks one.
    """
    offered = project.get("optional-dependencies", {})
    listed = list(project["dependencies"])
    for extra in extras:
        if extra not in offered:
            raise ValueError(
                f"there is no extra {extra!r}: pyproject.toml has {', '.join(offered)}"
            )
        listed += offered[extra]
    entries = re.split(r"\n(?=\S)", lock.strip())
    users: dict[str, set[str]] = {}
    for entry in entries:
        asking = re.findall(r"^    # +(?:via +)?([\w.-]+)", entry, re.MULTILINE)
        if not (found := {_plain(name) for name in asking if name != "via"}):
            raise ValueError(
                f"the lock doesn't say who asks for {entry.split()[0]}: write it again, without "
                "--no-annotate"
            )
        users.setdefault(_name(entry), set()).update(found)
    wanted = {_name(requirement) for requirement in listed}
    if missing := wanted - users.keys():
        raise ValueError(f"the lock lacks {', '.join(sorted(missing))}: write it again")
    while more := {name for name, asking in users.items() if asking & wanted} - wanted:
        wanted |= more
    kept = (entry for entry in entries if _name(entry) in wanted)
    return "".join(re.sub(r"\n    #.*", "", entry) + "\n" for entry in kept)


def _name(requirement: str) -> str:
    return _plain(re.match(r"[\w.-]+", requirement)[0])  # type: ignore[index]


def _plain(name: str) -> str:
    """Spell a name as PEP 503 does, so that Typing_Extensions is typing-extensions."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    try:
        print(
            needed(
                (_TOP / "requirements.lock").read_text(encoding="utf-8"),
                tomllib.loads((_TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"],
                sys.argv[1:],
            ),
            end="",
        )
    except (OSError, ValueError) as error:
        sys.exit(f"requirements.lock can't be read: {error}")
