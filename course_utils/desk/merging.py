"""The course has a new edition of a lesson, the student has worked in the old one: both are kept.

nbdime merges the three notebooks (what the course gave, what the student made of it, what the
course gives now). Where both changed one cell, the student's stays, and the course's new one stands
below it under a line that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

SAID = "*The course has changed this cell too. Above is yours; the course's new one is below.*"
# Whatever can't be merged is the student's.
_SETTINGS = SimpleNamespace(
    log_level="INFO",
    ignore_transients=True,
    merge_strategy="use-local",
    input_strategy="use-local",
    output_strategy="use-local",
)


@dataclass(frozen=True)
class Merged:
    """What came of it.

    Parameters
    ----------
    notebook : NotebookNode
        The merged notebook; its outputs are the student's where the cells are.
    conflicts : tuple of str
        Ids of the cells that both had changed.
    """

    notebook: NotebookNode
    conflicts: tuple[str, ...]


def merge(base: NotebookNode, own: NotebookNode, course: NotebookNode) -> Merged:
    """Merge a new edition of a lesson into a student's copy.

    Parameters
    ----------
    base : NotebookNode
        The copy as the course gave it.
    own : NotebookNode
        The copy as the student has it now.
    course : NotebookNode
        The copy as the course gives it now.

    Returns
    -------
    Merged
        Every cell that the student wrote or changed is in it, word for word. A cell that the
        student threw away stays away unless the course has changed it.
    """
    from nbdime.merging.notebooks import merge_notebooks  # slow to import

    bare = [_without_outputs(notebook) for notebook in (base, own, course)]
    made, _ = merge_notebooks(*bare, _SETTINGS)
    cells = [cell for cell in made.cells if cell.source.strip()]
    before, mine, new = ({cell.id: cell for cell in notebook.cells} for notebook in bare)
    conflicts = [
        name
        for name in mine
        if name in before
        and name in new
        and mine[name].source != before[name].source
        and new[name].source not in (before[name].source, mine[name].source)
    ]
    cells = _with_both(cells, mine, new, conflicts)
    # nbdime gives up what the course has added beside a cell that the student threw away.
    for side in bare[1:]:
        cells = _with_all_written(cells, side, before)
    outputs = {cell.id: cell for cell in own.cells if cell.cell_type == "code"}
    for cell in cells:
        earlier = outputs.get(cell.id)
        if earlier is not None and cell.cell_type == "code" and earlier.source == cell.source:
            cell.outputs, cell.execution_count = earlier.outputs, earlier.execution_count
    notebook = course.copy()
    notebook.metadata, notebook.cells = own.metadata, cells
    return Merged(notebook, tuple(conflicts))


def _without_outputs(notebook: NotebookNode) -> NotebookNode:
    bare = notebook.copy()
    bare.cells = []
    for cell in notebook.cells:
        cell = NotebookNode(cell)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        bare.cells.append(cell)
    return bare


def _with_both(
    cells: list[NotebookNode],
    mine: dict[str, NotebookNode],
    new: dict[str, NotebookNode],
    conflicts: list[str],
) -> list[NotebookNode]:
    """Put the course's new cell below the student's wherever both have changed it."""
    taken = {cell.id for cell in cells}
    # An update that was interrupted has put the course's cell there already.
    known = {cell.source for cell in mine.values()}
    result = []
    for cell in cells:
        if cell.id not in conflicts or new[cell.id].source in known:
            result.append(cell)
            continue
        theirs = NotebookNode(new[cell.id])
        theirs.id = _free(f"{cell.id}-new", taken)
        line = new_markdown_cell(SAID, id=_free(f"{cell.id}-changed", taken))
        result += [NotebookNode(mine[cell.id]), line, theirs]
    return result


def _with_all_written(
    cells: list[NotebookNode], side: NotebookNode, before: dict[str, NotebookNode]
) -> list[NotebookNode]:
    """Make sure of every cell that one side wrote or changed, whatever the merge has made."""
    result = list(cells)
    sources = {cell.source for cell in cells}
    previous: str | None = None
    for cell in side.cells:
        written = cell.id not in before or before[cell.id].source != cell.source
        if written and cell.source.strip() and cell.source not in sources:
            ids = [one.id for one in result]
            place = ids.index(previous) + 1 if previous in ids else 0
            kept = NotebookNode(cell)
            kept.id = _free(cell.id, set(ids))
            result.insert(place, kept)
        previous = cell.id
    return result


def _free(name: str, taken: set[str]) -> str:
    """A cell id that is not taken yet, and is from now on."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    taken.add(free)
    return free
