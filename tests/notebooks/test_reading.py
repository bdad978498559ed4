"""The gate for notebook files: what passes, in which form, and how everything else is refused."""

import copy
import json
import os
from pathlib import Path

import nbformat
import pytest

from course_utils import notebooks

MARKDOWN = {"cell_type": "markdown", "metadata": {}, "source": ["# A title\n", "and text"]}
CODE = {
    "cell_type": "code",
    "execution_count": 1,
    "metadata": {},
    "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}],
    "source": "print(1)",
}


def stored(*cells: dict, minor: object = 5, major: object = 4, **more: object) -> bytes:
    content = {"cells": [copy.deepcopy(cell) for cell in cells], "metadata": {}, **more}
    return json.dumps({**content, "nbformat": major, "nbformat_minor": minor}).encode()


def parse(content: bytes) -> nbformat.NotebookNode:
    return notebooks.parse_notebook(content, name="05_given.ipynb")


@pytest.mark.parametrize("minor", range(5))
def test_older_minors_get_the_same_ids_at_every_reading(minor: int) -> None:
    content = stored(MARKDOWN, CODE, CODE, minor=minor)
    notebook = parse(content)
    assert [cell.id for cell in notebook.cells] == ["cell-1", "cell-2", "cell-3"]
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.cells[0].source == "# A title\nand text"
    assert notebook.cells[1].outputs[0].text == "1\n"
    assert parse(content) == notebook
    assert parse(notebooks.notebook_bytes(notebook)) == notebook


def test_ids_are_kept_unless_they_are_unusable() -> None:
    ids = ["mine", "mine", "no id!", None, "cell-3", 7]
    cells = [MARKDOWN | ({} if found is None else {"id": found}) for found in ids]
    made = [cell.id for cell in parse(stored(*cells)).cells]
    assert made[0] == "mine" and made[4] == "cell-3"
    assert len(set(made)) == len(made) == 6
    assert made == ["mine", "cell-2", "cell-3-2", "cell-4", "cell-3", "cell-6"]


def test_what_old_writers_left_out_is_filled_in() -> None:
    png = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}}
    answer = {"output_type": "execute_result", "data": {"text/plain": "3"}}
    bare = {"cell_type": "code", "source": "1"}
    shown = {"cell_type": "code", "source": "2", "execution_count": 4, "outputs": [png, answer]}
    content = json.dumps({"cells": [bare, shown], "nbformat": 4, "nbformat_minor": 0}).encode()
    notebook = parse(content)
    assert notebook.cells[0].outputs == [] and notebook.cells[0].execution_count is None
    assert [output.metadata for output in notebook.cells[1].outputs] == [{}, {}]
    assert notebook.cells[1].outputs[1].execution_count == 4
    assert notebook.metadata == {}


def test_a_newer_minor_passes_without_what_this_one_does_not_know() -> None:
    new_output = {"output_type": "stream", "name": "stdout", "text": "1", "colour": "red"}
    cell = CODE | {"id": "one", "parent": "zero", "outputs": [new_output]}
    notebook = parse(stored(cell, minor=7, history=[1, 2]))
    assert notebook.nbformat_minor == 5
    assert set(notebook) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert "parent" not in notebook.cells[0] and "colour" not in notebook.cells[0].outputs[0]


def test_metadata_that_is_no_object_does_no_harm() -> None:
    cell = CODE | {"metadata": {"slideshow": None, "papermill": "x", "tags": ["check"]}}
    figure = {
        "output_type": "display_data",
        "data": {"image/png": "iVBORw0KGgo="},
        "metadata": {"image/png": "alt"},
    }
    notebook = parse(stored(cell | {"outputs": [figure]}, metadata={"papermill": 3}))
    assert notebook.cells[0].metadata == {"tags": ["check"]}
    assert notebook.cells[0].outputs[0].metadata == {} == notebook.metadata


def test_a_byte_order_mark_is_no_part_of_the_notebook() -> None:
    content = stored(MARKDOWN, CODE)
    assert parse(b"\xef\xbb\xbf" + content) == parse(content)


def nested(depth: int) -> bytes:
    value: list = []
    for _ in range(depth):
        value = [value]
    return stored(CODE, metadata={"deep": value})


BAD = {
    "empty": (b"", "it is empty. Take another copy"),
    "text": (b"no JSON", "not JSON from line 1 on .*'no JSON'"),
    "UTF-16": ("{}".encode("utf-16"), "not UTF-8 text"),
    "truncated": (stored(CODE)[:-20], "not JSON from line 1"),
    "web page": (b"<!DOCTYPE html><html>", "it is a web page. Download the notebook itself"),
    "LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "git lfs pull"),
    "conflict": (b'{\n<<<<<<< HEAD\n"a": 1', "merge conflict. Resolve it"),
    "list": (b"[]", "its JSON is a list"),
    "null": (b"null", "its JSON is a NoneType"),
    "no format": (b"{}", "its nbformat is None"),
    "brackets": (b"[" * 100_000, "nested deeper than 100 levels"),
    "deep": (nested(150), "nested deeper than 100 levels"),
    "infinite minor": (
        b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 1e999}',
        "its nbformat_minor is inf",
    ),
    "true": (stored(major=True), "its nbformat is True"),
    "format 2": (stored(CODE, major=2), "format 2, .* reads format 4. Convert it: jupyter nbc"),
    "format 3": (stored(CODE, major=3), "format 3, .* reads format 4. Convert it: jupyter nbc"),
    "format 5": (stored(CODE, major=5), "format 5, .* reads format 4. Save it as format 4"),
    "cells": (b'{"nbformat": 4, "nbformat_minor": 5, "cells": 3}', "it has no list of cells"),
    "metadata": (stored(CODE, metadata=[]), "its metadata is no object"),
    "a cell": (stored(CODE, 3), "cell 2 is a int"),  # type: ignore[arg-type]
    "its type": (stored(CODE, {"cell_type": "quantum"}, minor=9), "cell 2 has the type 'quantum'"),
    "its source": (stored(CODE, {"cell_type": "code"}), "cell 2: .*source"),
    "an output": (stored(CODE | {"outputs": [{}]}), "cell 1"),
    "outputs": (stored(CODE | {"outputs": 3}), "cell 1"),
    "tags": (stored(MARKDOWN | {"metadata": {"tags": "check"}}), "cell 1, metadata, tags"),
    "data": (
        stored(CODE | {"outputs": [{"output_type": "display_data", "data": 5}]}),
        "cell 1|TypeError",
    ),
    "unknown property": (stored(CODE | {"parent": "zero"}), "cell 1.*parent"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD.keys())
def test_anything_else_is_one_error_with_file_and_remedy(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse(content)
    text = str(caught.value)
    assert text.startswith("05_given.ipynb is not a readable notebook: ")
    assert "\n" not in text and len(text) < 500
    remedies = ("Open it", "Take another", "Download", "Fetch", "Resolve", "Convert", "Save it")
    assert any(f". {remedy}" in text for remedy in remedies)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path)])
def test_what_is_no_file_is_named_and_not_waited_for(tmp_path: Path, make) -> None:
    path = tmp_path / "05_odd.ipynb"
    make(path)
    with pytest.raises(ValueError, match="05_odd.ipynb (is not a readable|cannot be read)"):
        notebooks.read_notebook(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="05_gone.ipynb cannot be read: No such file"):
        notebooks.read_notebook(tmp_path / "05_gone.ipynb")


@pytest.mark.parametrize("source", ["%time\nA = 1", "A = [", "A = " + "(" * 5000, "A = 1\0"])
def test_a_parameters_cell_that_is_no_python_is_refused(source: str) -> None:
    cell = CODE | {"source": source, "metadata": {"tags": ["parameters"]}}
    with pytest.raises(ValueError, match="the parameters cell is no plain Python"):
        notebooks.parameters(parse(stored(cell)))


def test_a_parameters_cell_may_be_blank() -> None:
    cell = CODE | {"source": "# none yet\n", "metadata": {"tags": ["parameters"]}}
    assert notebooks.parameters(parse(stored(cell))) == {}


@pytest.mark.parametrize("source", ["{[]: 1}", "-" * 5000 + "1"])
def test_a_parameter_that_cannot_be_evaluated_is_refused(source: str) -> None:
    cell = CODE | {"source": f"A = {source}", "metadata": {"tags": ["parameters"]}}
    with pytest.raises(ValueError, match="is not a literal|no plain Python"):
        notebooks.parameters(parse(stored(cell)))


def test_no_cell_is_too_odd_to_be_looked_through() -> None:
    odd = [CODE | {"source": source} for source in ("%tensorflow_version 2.x", "((", "a\0b")]
    notebook = parse(stored(*odd, CODE | {"source": 'need("torch")'}))
    assert notebooks.needed_packages(notebook) == ["torch"]
    assert not notebooks.uses_neural_library(notebook)


def test_the_places_that_papermill_stores_are_left_out() -> None:
    executed = {"papermill": {"input_path": "/home/me/a.ipynb", "output_path": "b", "version": "2"}}
    assert parse(stored(CODE, metadata=executed)).metadata == {"papermill": {"version": "2"}}
