"""Which cells stand on which slide.

The notebook itself says so, by the slide type of each cell (`slide`, `subslide`, `fragment`,
`skip`, `notes`, `-`). Cells that only check something are no part of a lecture and are left out
whatever their type.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nbformat import NotebookNode

from course_utils import notebooks

_LEFT_OUT_TAGS = {"check", "exercise-check", "headline"}


@dataclass
class Slide:
    """What stands on one slide.

    Parameters
    ----------
    cells : list of NotebookNode
        The cells, in order.
    is_sub : bool
        Whether it lies below the slide before it rather than beside it.
    fragments : list of int or None
        For each cell the step at which it appears; None if it is there from the start.
    answers : list of int or None
        For each cell the step at which its outputs appear, if they come after its code: they
        answer a question that was asked. What follows on the slide comes with them.
    notes : list of str
        The sources of its speaker notes, in Markdown.
    """

    cells: list[NotebookNode] = field(default_factory=list)
    is_sub: bool = False
    fragments: list[int | None] = field(default_factory=list)
    answers: list[int | None] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def plan_slides(notebook: NotebookNode) -> list[Slide]:
    """Distribute a notebook's cells over slides, by their slide types.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook.

    Returns
    -------
    list of Slide
        The slides; those without a visible cell are left out.

    Raises
    ------
    ValueError
        If no cell is shown at all.
    """
    slides = [Slide()]
    step: int | None = None
    for cell in notebook.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        if kind == "notes":
            slides[-1].notes.append(cell.source)
            continue
        if kind == "skip" or not _is_shown(cell):
            continue
        if kind in ("slide", "subslide") and slides[-1].cells:
            slides.append(Slide(is_sub=kind == "subslide"))
            step = None
        if kind == "fragment":
            step = 0 if step is None else step + 1
        slides[-1].cells.append(cell)
        slides[-1].fragments.append(step)
        if kept_back := cell.metadata.get("jupyter", {}).get("outputs_hidden", False):
            step = 0 if step is None else step + 1
        slides[-1].answers.append(step if kept_back else None)
    if not slides[0].cells:
        raise ValueError("every cell is skipped: give at least one the slide type 'slide'")
    return slides


def _is_shown(cell: NotebookNode) -> bool:
    if _LEFT_OUT_TAGS & set(notebooks.cell_tags(cell)):
        return False
    return bool(cell.source.strip() or cell.get("outputs"))
