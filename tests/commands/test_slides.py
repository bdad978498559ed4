"""``slides``: what it says."""

from pathlib import Path

import pytest
from made_notebooks import invoke, write

from course_utils.publishing import chromium, javascript


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "01_good.ipynb", ("title", "Good"), ("code", "print(1)"))


@pytest.fixture
def no_npm(monkeypatch) -> None:
    def missing() -> None:
        raise javascript.JavaScriptMissing("There is no npm")

    monkeypatch.setattr(javascript, "packages", missing)


def test_slides_from_a_cdn_are_made_and_named_so(source: Path, no_npm, tmp_path: Path) -> None:
    result = invoke("slides", source, "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "load reveal.js and MathJax from the internet" in result.output
    assert "There is no npm" in result.output and "No PDF files: " in result.output
    assert "1 deck and 0 PDF files" in result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "01_good.html",
        "index.html",
    ]


def test_no_pdf_is_made_where_none_is_wanted(source: Path, no_npm, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(chromium, "open_browser", lambda: pytest.fail("not wanted"))
    result = invoke("slides", source, "--output", tmp_path / "out", "--no-pdf")
    assert result.exit_code == 0 and "No PDF files" not in result.output


def test_name_course_and_date_reach_the_deck(source: Path, no_npm, tmp_path: Path) -> None:
    options = ("--speaker", "A. Lecturer", "--course", "Our own", "--date", "3 March", "--dark")
    result = invoke("slides", source, "--output", tmp_path / "out", "--no-pdf", *options)
    assert result.exit_code == 0, result.output
    page = (tmp_path / "out" / "01_good.html").read_text(encoding="utf-8")
    assert "A. Lecturer · 3 March" in page and ">Our own</p>" in page
    assert 'data-theme="dark"' in page


def test_a_failure_is_told_and_counts(source: Path, no_npm, tmp_path: Path) -> None:
    (tmp_path / "02_bad.ipynb").write_text("{}")
    result = invoke("slides", source, tmp_path / "02_bad.ipynb", "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert "FAILED 02_bad: " in result.output and "1 deck and" in result.output


def test_an_unknown_notebook_is_refused() -> None:
    result = invoke("slides", "no-such-notebook")
    assert result.exit_code == 1 and "no notebook fits" in result.output
