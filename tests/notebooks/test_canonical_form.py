"""The canonical form: what it keeps, what it drops, and what it takes from the stored file."""

import base64
import io

import nbformat
import numpy as np
import pytest
from matplotlib.image import imsave
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils import notebooks
from course_utils.notebooks.canonical_form import canonical


def png(level: float, *, size: int = 4, **metadata: str) -> str:
    """An image of one grey level, base64 as in a notebook."""
    file = io.BytesIO()
    image = np.full((size, size), level)
    imsave(file, image, vmin=0, vmax=1, cmap="gray", format="png", metadata=metadata)
    return base64.b64encode(file.getvalue()).decode()


def executed(*outputs: nbformat.NotebookNode, tags: tuple[str, ...] = ()) -> nbformat.NotebookNode:
    cell = new_code_cell("a", id="one", execution_count=1, outputs=list(outputs))
    if tags:
        cell.metadata["tags"] = list(tags)
    return new_notebook(cells=[cell])


def stdout(text: str) -> nbformat.NotebookNode:
    return new_output("stream", name="stdout", text=text)


def shown(**data: object) -> nbformat.NotebookNode:
    return new_output("display_data", data={key.replace("_", "/"): v for key, v in data.items()})


def test_the_canonical_form() -> None:
    notebook = new_notebook(
        metadata={"kernelspec": {"name": "venv", "display_name": "Mine"}, "widgets": {}},
        cells=[
            new_markdown_cell("# A", id="title", metadata={"collapsed": True}),
            new_code_cell(
                "x",
                id="first",
                execution_count=7,
                metadata={
                    "ExecuteTime": {"start": 1},
                    "alt": "An {A}",
                    "jupyter": {"outputs_hidden": True},
                    "slideshow": {"slide_type": "slide", "x": 1},
                    "tags": ["check"],
                },
                outputs=[
                    stdout("a"),
                    stdout("b\n"),
                    new_output(
                        "execute_result",
                        data={"image/png": png(0), "text/html": "<img>", "text/plain": "fig"},
                        metadata={
                            "image/png": {"alt": "A", "width": 3, "dpi": 4},
                            "needs_background": "light",
                        },
                        execution_count=7,
                    ),
                    stdout("c"),
                ],
            ),
            new_code_cell("", id="blank", execution_count=None),
            new_code_cell("y", id="second", execution_count=9),
        ],
    )
    before = nbformat.writes(notebook)
    clean, kept = canonical(notebook)
    assert nbformat.writes(notebook) == before
    assert kept == []
    assert clean.metadata == notebooks.NOTEBOOK_METADATA
    assert [cell.id for cell in clean.cells] == ["title", "first", "blank", "second"]
    assert [cell.get("execution_count") for cell in clean.cells] == [None, 1, None, 2]
    assert clean.cells[0].metadata == {}
    first = clean.cells[1]
    assert first.metadata == {
        "alt": "An {A}",
        "jupyter": {"source_hidden": True},
        "slideshow": {"slide_type": "slide"},
        "tags": ["check"],
    }
    assert [output.output_type for output in first.outputs] == [
        "stream",
        "execute_result",
        "stream",
    ]
    assert first.outputs[0].text == "ab\n"
    assert set(first.outputs[1].data) == {"image/png", "text/plain"}
    assert first.outputs[1].metadata == {"image/png": {"alt": "A", "width": 3}}
    assert first.outputs[1].execution_count == 1


def test_outputs_that_answer_a_prompt_are_hidden() -> None:
    shows = new_code_cell("x", outputs=[stdout("4\n")], metadata={"jupyter": {}})
    later = new_code_cell("y", outputs=[stdout("5\n")])
    prompt = new_markdown_cell("Predict.", metadata={"tags": ["predict"]})
    clean, _ = canonical(new_notebook(cells=[prompt, shows, later]))
    assert clean.cells[1].metadata == {"jupyter": {"outputs_hidden": True}}
    assert clean.cells[2].metadata == {}


def test_the_file_is_written_as_nbformat_does() -> None:
    content = notebooks.notebook_bytes(canonical(executed(stdout("é 填充\n")))[0])
    text = content.decode("utf-8")
    assert text.endswith("}\n") and not text.endswith("\n\n")
    assert text.startswith('{\n "cells": [\n  {\n   "cell_type"')
    assert "é 填充" in text and "\r" not in text
    again, _ = canonical(notebooks.parse_notebook(content, name="x"))
    assert notebooks.notebook_bytes(again) == content


def test_an_image_with_equal_pixels_keeps_its_bytes() -> None:
    old, new = png(0.5, Software="old"), png(0.5, Software="new")
    assert old != new
    clean, _ = canonical(executed(shown(image_png=new)), executed(shown(image_png=old)))
    assert clean.cells[0].outputs[0].data["image/png"] == old


@pytest.mark.parametrize(
    "other", [png(0.6), png(0.5, size=5), "", "no image", base64.b64encode(b"GIF").decode()]
)
@pytest.mark.parametrize("tags", [(), ("nbval-ignore-output",)])
def test_an_image_with_other_pixels_is_stored(other: str, tags: tuple[str, ...]) -> None:
    new = png(0.5)
    clean, _ = canonical(
        executed(shown(image_png=new), tags=tags), executed(shown(image_png=other), tags=tags)
    )
    assert clean.cells[0].outputs[0].data["image/png"] == new


def test_a_damaged_stored_image_is_replaced() -> None:
    content = bytearray(base64.b64decode(png(0.5)))
    content[-30] ^= 0xFF
    damaged = base64.b64encode(bytes(content)).decode()
    truncated = base64.b64encode(base64.b64decode(png(0.5))[:40]).decode()
    for other in (damaged, truncated):
        clean, _ = canonical(executed(shown(image_png=png(0.5))), executed(shown(image_png=other)))
        assert clean.cells[0].outputs[0].data["image/png"] == png(0.5)


IGNORED = ("nbval-ignore-output",)


@pytest.mark.parametrize(
    ("new", "old", "stays"),
    [
        ("loss 0.25, 97.1 %\n", "loss 1.5e-03, 8 %\n", True),
        ("  0.1  12\n", "10.1   2\n", True),
        ("-0.5", "0.5", True),
        ("[0.1, 0.2]", "[0.1, 0.2, 0.3]", False),
        ("loss 0.2", "cost 0.2", False),
        ("1 epoch", "2 epochs", False),
        ("", "5", False),
    ],
)
def test_trained_text_stays_if_only_numbers_differ(new: str, old: str, stays: bool) -> None:
    for make in (stdout, lambda text: shown(text_plain=text)):
        fresh, stored = executed(make(new), tags=IGNORED), executed(make(old), tags=IGNORED)
        expected = canonical(stored if stays else fresh)[0]
        clean, kept = canonical(fresh, stored)
        assert clean.cells[0].outputs == expected.cells[0].outputs
        assert kept == (["one"] if stays else [])


def test_numbers_are_stored_where_they_are_compared_or_asked_for() -> None:
    clean, kept = canonical(executed(stdout("5")), executed(stdout("6")))
    assert (clean.cells[0].outputs[0].text, kept) == ("5", [])
    fresh, stored = executed(stdout("5"), tags=IGNORED), executed(stdout("6"), tags=IGNORED)
    clean, kept = canonical(fresh, stored, numbers=True)
    assert (clean.cells[0].outputs[0].text, kept) == ("5", [])


def test_equal_numbers_are_not_reported_as_kept() -> None:
    same = executed(stdout("5"), shown(text_plain="6"), tags=IGNORED)
    assert canonical(same, same)[1] == []


def test_outputs_of_other_kinds_or_cells_are_not_mixed_up() -> None:
    fresh = executed(stdout("5"), shown(text_plain="6"), tags=IGNORED)
    stored = executed(shown(text_plain="7"), stdout("8"), stdout("9"), tags=IGNORED)
    clean, kept = canonical(fresh, stored)
    assert clean.cells[0].outputs[0].text == "5" and not kept
    fresh, stored = executed(stdout("5"), tags=IGNORED), executed(stdout("6"), tags=IGNORED)
    stored.cells[0].id = "other"
    assert canonical(fresh, stored)[1] == []


def test_other_streams_are_not_merged() -> None:
    warning = new_output("stream", name="stderr", text="b")
    clean, _ = canonical(executed(stdout("a"), warning))
    assert [output.text for output in clean.cells[0].outputs] == ["a", "b"]
