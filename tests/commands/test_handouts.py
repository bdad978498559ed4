"""``handouts``: what it writes, and what it says without a browser."""

from pathlib import Path

import pytest
from made_notebooks import invoke, write

from course_utils.publishing import chromium


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(chromium.VARIABLE, str(tmp_path / "no-such-browser"))


def test_without_a_browser_the_notebooks_are_there(tmp_path: Path, no_browser: None) -> None:
    source = write(tmp_path / "01_good.ipynb", ("title", "Good"), ("sum", "1 + 1"))
    done = invoke("handouts", source, "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "PDF files were left out, the notebooks are there. " in done.output
    files = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")}
    assert {Path(file).as_posix() for file in files} == {
        "student/01_good.ipynb",
        "instructor/01_good.ipynb",
    }


def test_faults_are_told_in_a_line(tmp_path: Path, no_browser: None) -> None:
    done = invoke("handouts", "no_such_notebook", "--output", tmp_path)
    assert done.exit_code == 1 and "no notebook fits 'no_such_notebook'" in done.output
    (tmp_path / "student").mkdir()
    source = write(tmp_path / "student" / "01_good.ipynb", ("title", "Good"))
    done = invoke("handouts", source, "--output", tmp_path)
    assert done.exit_code == 1 and "would overwrite it" in done.output
