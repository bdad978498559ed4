"""Copies of notebooks for live slides."""

from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from course_utils import notebooks
from course_utils.publishing.live_slides import live_copy, write_live_copy

KINDS = ("slide", "-", "subslide", "fragment", "skip", "notes")


def made():
    cells = [
        new_markdown_cell("a", id=f"cell-{k}", metadata={"slideshow": {"slide_type": kind}})
        for k, kind in enumerate(KINDS)
    ]
    cells[1].metadata.tags = ["self-test"]
    return new_notebook(cells=cells)


def test_only_the_type_of_continuing_cells_is_left_out() -> None:
    original = made()
    copied = live_copy(original)
    assert copied.cells[1].metadata == {"tags": ["self-test"]}
    for k in (0, 2, 3, 4, 5):
        assert copied.cells[k] == original.cells[k]
    assert original == made()


def test_the_copy_is_written_under_the_same_name(tmp_path: Path) -> None:
    source = tmp_path / "01_one.ipynb"
    notebooks.write_file(source, notebooks.notebook_bytes(made()))
    path = write_live_copy(source, tmp_path / "live")
    assert path == tmp_path / "live" / "01_one.ipynb"
    assert notebooks.read_notebook(path) == live_copy(made())


def test_the_notebook_itself_is_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "01_one.ipynb"
    notebooks.write_file(source, notebooks.notebook_bytes(made()))
    with pytest.raises(ValueError, match="holds the notebook itself: choose another"):
        write_live_copy(source, tmp_path)
