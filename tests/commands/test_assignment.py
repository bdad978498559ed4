"""``assignment``: what it says of what it wrote, kept, and refused."""

from pathlib import Path

import pytest
from made_notebooks import invoke

from course_utils.publishing import assignments

pytest.importorskip("nbgrader")
NAME = "05_padding_and_stride"


def test_an_assignment_is_written_once(tmp_path: Path) -> None:
    done = invoke("assignment", "5", "--points", 3, "--output", tmp_path)
    assert done.exit_code == 0, done.output
    assert f"{NAME}.ipynb: written, 5 exercises, 18 points" in done.output
    assert f"nbgrader generate_assignment {NAME}" in done.output
    assert "kept" not in done.output
    (tmp_path / assignments.CONFIG_NAME).write_text("# mine", encoding="utf-8")
    done = invoke("assignment", "5", "--points", 3, "--output", tmp_path)
    assert done.exit_code == 0 and f"{NAME}.ipynb: unchanged" in done.output
    assert "nbgrader_config.py was there and is kept as it is" in done.output
    done = invoke("assignment", "5", "--output", tmp_path)
    assert done.exit_code == 1 and "is not overwritten" in done.output


def test_a_notebook_has_to_be_named(tmp_path: Path) -> None:
    assert invoke("assignment").exit_code == 2
    done = invoke("assignment", "99", "--output", tmp_path)
    assert done.exit_code == 1 and "no notebook fits '99'" in done.output


def test_nbgrader_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignments, "find_spec", lambda name: None)
    done = invoke("assignment", "5", "--output", tmp_path)
    assert done.exit_code == 1 and "nbgrader is not installed" in done.output
