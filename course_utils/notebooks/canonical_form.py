"""The form in which the course stores an executed notebook, so that a diff shows what changed."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable

import nbformat

from course_utils import notebooks
from course_utils.notebooks import NotebookNode, reveal

_IMAGE_METADATA = ("alt", "height", "width")
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_NUMBER = re.compile(r"[-+]?\d+(?:[.,_]\d+)*(?:[eE][-+]?\d+)?")


def canonical(
    fresh: NotebookNode, stored: NotebookNode | None = None, *, numbers: bool = False
) -> tuple[NotebookNode, list[str]]:
    """Bring an executed notebook into the form in which the course stores it.

    Ids and sources stay. Execution counts run 1 … n, metadata is cut down to the course's
    whitelist, neighbouring pieces of one stream become one. Where `stored` (the same notebook
    with the outputs of an earlier execution) shows the same thing, its bytes stay: an image with
    equal pixels, and, in cells tagged ``nbval-ignore-output``, text that differs in its numbers
    only, since those were trained or timed.

    Parameters
    ----------
    fresh : NotebookNode
        The notebook as executed; left as it is.
    stored : NotebookNode, optional
        The same notebook as the file holds it.
    numbers : bool
        Store fresh numbers in the cells tagged ``nbval-ignore-output`` too.

    Returns
    -------
    notebook : NotebookNode
        The canonical form.
    kept : list of str
        Ids of the cells whose stored numbers were kept although fresh ones differ.
    """
    earlier = {} if stored is None else {cell.get("id"): cell for cell in stored.cells}
    cells, kept, count = [], [], 0
    answers = reveal.answers(fresh)
    for place, cell in enumerate(fresh.cells):
        clean = NotebookNode(
            id=cell.id,
            cell_type=cell.cell_type,
            metadata=_cell_metadata(cell, answers=place in answers),
            source=cell.source,
        )
        if cell.get("attachments"):
            clean["attachments"] = cell.attachments
        if cell.cell_type == "code":
            executed = bool(cell.source.strip())
            count += executed
            clean["execution_count"] = count if executed else None
            before = earlier.get(cell.id, {}).get("outputs", [])
            clean["outputs"] = _cell_outputs(cell, count)
            keep_numbers = "nbval-ignore-output" in notebooks.cell_tags(cell) and not numbers
            if _keep_stored(clean["outputs"], merged(before), keep_numbers=keep_numbers):
                kept.append(cell.id)
        cells.append(clean)
    whole = {"cells": cells, "metadata": notebooks.NOTEBOOK_METADATA}
    return nbformat.from_dict({**whole, "nbformat": 4, "nbformat_minor": 5}), kept


def _cell_metadata(cell: NotebookNode, *, answers: bool) -> dict[str, object]:
    metadata: dict[str, object] = {}
    if cell.metadata.get("alt"):
        metadata["alt"] = cell.metadata["alt"]
    hidden = {}
    if answers:
        hidden["outputs_hidden"] = True
    if reveal.is_proof(cell):
        hidden["source_hidden"] = True
    if hidden:
        metadata["jupyter"] = hidden
    slide_type = cell.metadata.get("slideshow", {}).get("slide_type")
    if slide_type is not None:
        metadata["slideshow"] = {"slide_type": slide_type}
    if notebooks.cell_tags(cell):
        metadata["tags"] = notebooks.cell_tags(cell)
    return metadata


def _cell_outputs(cell: NotebookNode, count: int) -> list[NotebookNode]:
    outputs = []
    for output in merged(cell.outputs):
        clean = NotebookNode(output_type=output.output_type)
        if output.output_type == "stream":
            clean.update(name=output.name, text=output.text)
        elif output.output_type == "error":
            clean.update(ename=output.ename, evalue=output.evalue, traceback=output.traceback)
        else:
            data = dict(_stored_data(output.data))
            if output.get("metadata", {}).get("image/png", {}).get("alt"):
                data.pop("text/html", None)  # the same picture again, for JupyterLab
            clean.update(data=NotebookNode(data), metadata=_output_metadata(output))
            if output.output_type == "execute_result":
                clean["execution_count"] = count
        outputs.append(clean)
    return outputs


def drop_dead_views(notebook: NotebookNode) -> bool:
    """Leave out widgets' views from a notebook without a kernel, where a picture stands beside one.

    JupyterLab stores the views and prefers them to pictures; in a new kernel, whose widgets are
    others, it would show the words "model not found".

    Returns
    -------
    bool
        Whether there were any.
    """
    dropped = False
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if _WIDGET_VIEW in data and "image/png" in data:
                del data[_WIDGET_VIEW]
                dropped = True
    return dropped


def _stored_data(data: NotebookNode) -> NotebookNode:
    """Leave out the view of a widget whose kernel is gone, where a picture stands beside it."""
    if "image/png" not in data:
        return data
    return NotebookNode({kind: content for kind, content in data.items() if kind != _WIDGET_VIEW})


def _output_metadata(output: NotebookNode) -> dict[str, dict[str, object]]:
    cleaned = {}
    for kind, entries in output.get("metadata", {}).items():
        if isinstance(entries, dict):
            wanted = {name: entries[name] for name in _IMAGE_METADATA if name in entries}
            if wanted:
                cleaned[kind] = wanted
    return cleaned


def merged(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring pieces of one stream: where the kernel cut them is chance."""
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last["text"] = last.text + output.text
        else:
            merged.append(NotebookNode(output))
    return merged


def _keep_stored(
    outputs: list[NotebookNode], stored: list[NotebookNode], *, keep_numbers: bool
) -> bool:
    """Put stored content back where it shows the same; tell whether numbers were put back."""
    numbers_kept = False
    for output, before in zip(outputs, stored, strict=False):
        if output.output_type != before.output_type:
            continue
        if output.output_type == "stream":
            if keep_numbers and output.name == before.name and _measured(output.text, before.text):
                output["text"] = before.text
                numbers_kept = True
        elif "data" in output:
            for kind, content in output.data.items():
                earlier = before.data.get(kind)
                if earlier is None or earlier == content:
                    continue
                if kind == "image/png":
                    if _same_pixels(content, earlier):
                        output.data[kind] = earlier
                elif keep_numbers and _measured(content, earlier):
                    output.data[kind] = earlier
                    numbers_kept = True
    return numbers_kept


def _measured(content: object, earlier: object) -> bool:
    """Tell whether two texts differ, and in their numbers only."""

    def skeleton(text: str) -> str:
        # Columns are padded to the width of their numbers, so blanks count as one.
        return re.sub(r"[ \t]+", " ", _NUMBER.sub("0", text)).strip()

    if not isinstance(content, str) or not isinstance(earlier, str) or content == earlier:
        return False
    return skeleton(content) == skeleton(earlier)


def _same_pixels(png: str, other: str) -> bool:
    from matplotlib.image import imread

    try:
        first, second = (imread(io.BytesIO(base64.b64decode(data))) for data in (png, other))
    # Pillow's error for what is no image is an OSError, for a damaged one a SyntaxError.
    except (OSError, ValueError, SyntaxError):
        return False
    return first.shape == second.shape and bool((first == second).all())
