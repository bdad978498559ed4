"""Finding, reading, the parameters and the writing of notebooks."""

import os
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

from course_utils import notebooks
from course_utils.notebooks import optional_packages

NAMES = ("01_inner_products", "05_padding_and_stride", "07_detector_and_pooling", "10_first_cnn")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        nbformat.write(new_notebook(), tmp_path / f"{name}.ipynb")
    (tmp_path / ".hidden-partial.ipynb").touch()
    return tmp_path


# --- finding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selectors", "found"),
    [
        ((), NAMES),
        (("5",), NAMES[1:2]),
        (("05",), NAMES[1:2]),
        (("1",), NAMES[0:1]),
        (("10", "1"), (NAMES[0], NAMES[3])),
        (("pooling",), NAMES[2:3]),
        (("and",), NAMES[1:3]),
        (("Padding and stride",), NAMES[1:2]),
        (("05", "padding", "05_padding_and_stride.ipynb"), NAMES[1:2]),
    ],
)
def test_selectors_find_notebooks(
    folder: Path, selectors: tuple[str, ...], found: tuple[str, ...]
) -> None:
    paths = notebooks.find_notebooks(selectors, folder=folder)
    assert [path.stem for path in paths] == list(found)
    assert all(path.is_absolute() for path in paths)


def test_a_path_is_found_outside_the_folder(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    mine = elsewhere / "mine.ipynb"
    nbformat.write(new_notebook(), mine)
    assert notebooks.find_notebooks([str(mine)], folder=folder) == [mine.resolve()]
    both = notebooks.find_notebooks([str(mine), "5"], folder=folder)
    assert [path.stem for path in both] == [NAMES[1], "mine"]


@pytest.mark.parametrize("selector", ["9", "pool_party", "", " ", "gone.ipynb"])
def test_an_unknown_selector_lists_what_there_is(folder: Path, selector: str) -> None:
    with pytest.raises(ValueError, match=f"no notebook fits '{selector}'") as caught:
        notebooks.find_notebooks(["5", selector], folder=folder)
    assert all(name in str(caught.value) for name in NAMES)


def test_a_path_that_is_not_there_is_no_other_notebook(folder: Path, tmp_path: Path) -> None:
    """A notebook of the course may have the same name as the one that was meant."""
    for selector in (f"mine/{NAMES[0]}.ipynb", f"../{NAMES[1]}", str(tmp_path / "no" / "pooling")):
        with pytest.raises(ValueError, match="^there is no file '.*': give the path"):
            notebooks.find_notebooks([selector], folder=folder)


def test_a_folder_and_another_file_are_named(folder: Path, tmp_path: Path, monkeypatch) -> None:
    elsewhere = tmp_path / "else where"
    (elsewhere / "x.ipynb").mkdir(parents=True)
    (elsewhere / "notes.txt").touch()
    monkeypatch.chdir(elsewhere)
    for selector in (".", "..", "x.ipynb", str(elsewhere), "x.ipynb/"):
        with pytest.raises(ValueError, match="' is a folder: give the paths of the notebooks"):
            notebooks.find_notebooks([selector], folder=folder)
    with pytest.raises(ValueError, match="'notes.txt' is no notebook: give a file whose name ends"):
        notebooks.find_notebooks(["notes.txt"], folder=folder)


def test_documents_are_the_markdown_files(tmp_path: Path) -> None:
    for name in ("guide.md", "a.md", ".hidden.md", "01_a.ipynb"):
        (tmp_path / name).touch()
    assert notebooks.find_documents(tmp_path) == [tmp_path / "a.md", tmp_path / "guide.md"]


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no notebooks"):
        notebooks.find_notebooks(folder=tmp_path)


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"no JSON", b"\xff\xfe", b'{"nbformat": 4, "cells": 3}', b"3"]
)
def test_what_is_no_notebook_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "05_bad.ipynb"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="05_bad.ipynb is not a readable notebook: "):
        notebooks.read_notebook(path)


def with_parameters(source: str) -> nbformat.NotebookNode:
    return new_notebook(cells=[new_code_cell(source, metadata={"tags": ["parameters"]})])


def test_parameters_are_read_as_literals() -> None:
    source = 'DATA = "sample"  # or full\nEPOCHS = 5\nRATE: float = -1e-3\nSIZES = [1, (2, None)]'
    assert notebooks.parameters(with_parameters(source)) == {
        "DATA": "sample",
        "EPOCHS": 5,
        "RATE": -1e-3,
        "SIZES": [1, (2, None)],
    }


def test_a_notebook_may_have_no_parameters() -> None:
    assert notebooks.parameters(new_notebook(cells=[new_code_cell("A = 1")])) == {}


@pytest.mark.parametrize(
    ("source", "message"),
    [("A = 2 * B", "A = 2 \\* B is not a literal"), ("print(1)", "print"), ("A = B = 1", "A = B")],
)
def test_parameters_that_are_no_literals_are_refused(source: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        notebooks.parameters(with_parameters(source))


def test_two_parameters_cells_are_refused() -> None:
    notebook = with_parameters("A = 1")
    notebook.cells *= 2
    with pytest.raises(ValueError, match="2 cells are tagged 'parameters'"):
        notebooks.parameters(notebook)


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("import keras", True),
        ("from keras import layers", True),
        ("x = 1\nimport course_utils.quiet_tensorflow", True),
        ("from course_utils import plotting, quiet_tensorflow", True),
        ("import torch.nn", True),
        ("# import keras\nkeras = 'import keras'", False),
        ("import keras_like", False),
    ],
)
def test_neural_libraries_are_seen(source: str, uses: bool) -> None:
    assert notebooks.uses_neural_library(new_notebook(cells=[new_code_cell(source)])) is uses


@pytest.mark.parametrize(
    ("sources", "modules"),
    [
        (["from course_utils.notebooks.optional_packages import need\n\nneed('torch')"], ["torch"]),
        (["%time 5", "need('torch')"], ["torch"]),
        (["# need('torch')\nprint(\"need('torch')\")", "def need(x): ...", "need(5)"], []),
    ],
)
def test_needed_packages_are_found(sources: list[str], modules: list[str]) -> None:
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    assert notebooks.needed_packages(notebook) == modules


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    needy = new_notebook(cells=[new_code_cell("need('torch')")])
    monkeypatch.setattr(optional_packages, "what_is_missing", lambda module: f"needs {module}")
    assert notebooks.what_is_missing(needy) == "needs torch"
    assert notebooks.what_is_missing(new_notebook()) == ""
    monkeypatch.setattr(optional_packages, "what_is_missing", lambda module: "")
    assert notebooks.what_is_missing(needy) == ""


def test_title_and_headline_are_read() -> None:
    result = new_code_cell("print(5)", metadata={"tags": ["headline"]})
    result.outputs = [new_output("stream", name="stdout", text="5 patches\n")]
    notebook = new_notebook(cells=[new_markdown_cell("x\n# Pad it #\n# No"), result])
    assert notebooks.title(notebook) == "Pad it"
    assert notebooks.headline(notebook) == "5 patches"
    assert notebooks.title(new_notebook()) == notebooks.headline(new_notebook()) == ""


# --- writing ------------------------------------------------------------------------------------


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"old")
    notebooks.write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert [file.name for file in tmp_path.iterdir()] == ["a.ipynb"]


def test_a_failing_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        notebooks.write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.ipynb"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"old")
    path.chmod(0o640)
    notebooks.write_file(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o640
