"""Copies of notebooks for live slides."""

import json
import os
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils import notebooks
from course_utils.publishing.live_slides import (
    live_copy,
    write_lab_settings,
    write_live_copy,
)

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


def test_what_was_typed_last_week_is_kept_under_its_date(tmp_path: Path) -> None:
    source = tmp_path / "01_one.ipynb"
    notebooks.write_file(source, notebooks.notebook_bytes(made()))
    copy = write_live_copy(source, tmp_path / "live")
    kept: list[Path] = []
    for number in range(3):
        typed = made()
        typed.cells[0].source = f"typed in lesson {number}"
        copy.write_bytes(notebooks.notebook_bytes(typed))
        os.utime(copy, (1_000_000_000, 1_000_000_000))
        write_live_copy(source, tmp_path / "live", set_aside=kept.append)
        assert notebooks.read_notebook(copy) == live_copy(made())
    assert [path.name.replace("09-08", "09-09") for path in kept] == [
        "01_one-2001-09-09.ipynb",
        "01_one-2001-09-09-2.ipynb",
        "01_one-2001-09-09-3.ipynb",
    ]
    texts = [notebooks.read_notebook(path).cells[0].source for path in kept]
    assert texts == [f"typed in lesson {number}" for number in range(3)]


def test_a_copy_that_was_only_run_is_written_anew(tmp_path: Path) -> None:
    source = tmp_path / "01_one.ipynb"
    original = made()
    original.cells.append(new_code_cell("1", id="code"))
    notebooks.write_file(source, notebooks.notebook_bytes(original))
    copy = write_live_copy(source, tmp_path / "live")
    ran = notebooks.read_notebook(copy)
    ran.cells[-1].outputs = [new_output("stream", text="1")]
    copy.write_bytes(notebooks.notebook_bytes(ran))
    kept: list[Path] = []
    write_live_copy(source, tmp_path / "live", set_aside=kept.append)
    assert kept == [] and notebooks.read_notebook(copy).cells[-1].outputs == []


def test_an_unreadable_copy_is_kept_too(tmp_path: Path) -> None:
    source = tmp_path / "01_one.ipynb"
    notebooks.write_file(source, notebooks.notebook_bytes(made()))
    (tmp_path / "live").mkdir()
    (tmp_path / "live" / "01_one.ipynb").write_bytes(b"half of it")
    kept: list[Path] = []
    write_live_copy(source, tmp_path / "live", set_aside=kept.append)
    assert [path.read_bytes() for path in kept] == [b"half of it"]


def test_jupyterlabs_type_is_large_unless_the_reader_set_it(tmp_path: Path) -> None:
    settings = write_lab_settings(tmp_path)
    file = settings / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    sizes = json.loads(file.read_text(encoding="utf-8"))["overrides"]
    assert all(int(sizes[key].removesuffix("px")) >= 20 for key in sizes if "ui" not in key)
    file.write_text("{}", encoding="utf-8")
    assert write_lab_settings(tmp_path) == settings and file.read_text(encoding="utf-8") == "{}"
