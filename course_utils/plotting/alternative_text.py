"""Where a figure's alternative text comes from: its cell's metadata, not the student's code.

The author writes it into the metadata of the cell, as ``alt``; names in braces, ``{DIGIT}``, stand
for the values that they have when the cell is run. While a cell runs, the kernel knows its code but
not its metadata, so the notebook's file is asked. A cell whose code the reader has changed draws
another figure: what Matplotlib knows of that one is said instead.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from matplotlib.figure import Figure

# Whoever executes a notebook names its file: this package's own commands by the first, a Jupyter
# server by the second.
NOTEBOOK_VARIABLES = ("CNN_COURSE_NOTEBOOK", "JPY_SESSION_NAME")


def authored_text(code: str, names: Mapping[str, object]) -> str:
    """Return the alternative text that the running notebook holds for a cell.

    Parameters
    ----------
    code
        The code that is being executed.
    names
        Values by name, for the names in braces.

    Returns
    -------
    str
        Empty if the notebook is unknown, or holds no such cell or no text for it.
    """
    for variable in NOTEBOOK_VARIABLES:
        path = Path(os.environ.get(variable, "") or ".")
        try:
            text = _texts(path, path.stat().st_mtime_ns).get(_normal(code), "")
            return text.format_map(names) if text else ""
        except Exception:  # a figure is shown, whatever its notebook's file holds
            continue
    return ""


def described(fig: Figure) -> str:
    """Return a description of a figure made of its own titles and labels."""
    said = [fig.get_suptitle()]
    for ax in fig.axes:
        labels = [ax.get_title(), ax.get_xlabel(), ax.get_ylabel()]
        said.append(", ".join(label for label in labels if label))
    parts = [" ".join(part.split()) for part in said if part]
    panels = "one panel" if len(fig.axes) == 1 else f"{len(fig.axes)} panels"
    return f"A figure of {panels}" + (f": {'; '.join(parts)}." if parts else " without a title.")


def _normal(code: str) -> str:
    return "\n".join(line.rstrip() for line in code.strip().splitlines())


@lru_cache(maxsize=4)
def _texts(path: Path, changed: int) -> dict[str, str]:
    """The alternative texts of a notebook by the code of their cells."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {
        _normal("".join(cell["source"])): str(cell["metadata"]["alt"])
        for cell in cells
        if cell["cell_type"] == "code" and "alt" in cell["metadata"]
    }
