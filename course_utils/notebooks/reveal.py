"""What a student sees at first, and what only on demand.

A prompt is a text cell with the tag ``predict``: it asks before the reader has seen. The outputs
that answer it are those of the code cells after it, up to the first that shows something, and no
further than the next prompt or exercise. A text cell with the tag ``explanation`` says what came
out, and why. Every medium keeps both back in its own way.
"""

from __future__ import annotations

from html import escape

from nbformat import NotebookNode

PROMPT = "predict"
EXPLANATION = "explanation"
# Cells that prove something, or speak to a machine: executed, and out of a student's way.
PROOFS = ("check", "headline")


def answers(notebook: NotebookNode) -> set[int]:
    """Return the places, from 0, of the code cells whose outputs answer a prompt."""
    found: set[int] = set()
    asked = False
    for place, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        if PROMPT in tags and cell.cell_type == "markdown":
            asked = True
        elif not asked:
            continue
        elif {"exercise", "exercise-check"} & set(tags):
            asked = False
        elif cell.cell_type == "code" and not set(PROOFS) & set(tags):
            if cell.get("outputs"):
                found.add(place)
                asked = False
    return found


def is_explanation(cell: NotebookNode) -> bool:
    """Tell whether a text says what answers a prompt, and is kept back with it."""
    return cell.cell_type == "markdown" and EXPLANATION in cell.metadata.get("tags", [])


def is_proof(cell: NotebookNode) -> bool:
    """Tell whether a cell only proves something, or prints the notebook's result in one line."""
    return bool(set(PROOFS) & set(cell.metadata.get("tags", [])))


def folded(summary: str, text: str, *, escaped: bool = False) -> str:
    """Return Markdown that a reader unfolds; blank lines keep it Markdown inside the HTML.

    Parameters
    ----------
    summary, text : str
        What is in sight, and what is folded.
    escaped : bool
        Whether the summary is HTML already.
    """
    shown = summary if escaped else escape(summary)
    return f"<details>\n<summary>{shown}</summary>\n\n{text}\n\n</details>"
