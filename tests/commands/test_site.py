"""``site``: what it builds, says and refuses; the site itself is tested in tests/publishing."""

from pathlib import Path

import pytest
from made_notebooks import invoke, write

from course_utils import notebooks
from course_utils.publishing import javascript, site


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two notebooks in the place of the course, no pyproject.toml, no npm packages."""

    def missing(name: str) -> Path:
        raise javascript.JavaScriptMissing("no npm here")

    folder = tmp_path / "notebooks"
    folder.mkdir()
    paths = [write(folder / "01_a.ipynb", ("title", "A")), write(folder / "02_b.ipynb", ("b", "B"))]
    monkeypatch.setattr(notebooks, "notebooks_folder", lambda: folder)
    monkeypatch.setattr(javascript, "file", missing)
    monkeypatch.setattr(site, "configured_address", lambda: "")
    monkeypatch.delenv("CNN_COURSE_REPOSITORY", raising=False)
    return paths


def test_the_site_is_built(two: list[Path], tmp_path: Path) -> None:
    done = invoke("site", "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert f"Read it: {tmp_path / 'out' / 'index.html'}" in done.output
    assert "no --repository is set" in done.output
    # It says why there is no MathJax, and does without.
    assert "no npm here" in done.output and "MathML" in done.output
    page = (tmp_path / "out" / "01_a.html").read_text(encoding="utf-8")
    assert "Download the notebook" in page and "Colab" not in page


def test_the_repository_makes_links(
    two: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNN_COURSE_REPOSITORY", "https://github.com/me/mine")
    slides = tmp_path / "slides"
    slides.mkdir()
    (slides / "01_a.html").write_text("slides")
    options = ("--output", tmp_path / "out", "--slides", slides, "--site-branch", "pages")
    done = invoke("site", *options)
    assert done.exit_code == 0, done.output
    assert "from the branch pages of https://github.com/me/mine" in done.output
    page = (tmp_path / "out" / "01_a.html").read_text(encoding="utf-8")
    assert "/github/me/mine/blob/pages/notebooks/01_a.ipynb" in page
    assert "slides/01_a.html" in page and (tmp_path / "out" / "slides" / "01_a.html").is_file()


def test_a_wrong_address_is_refused(two: list[Path], tmp_path: Path) -> None:
    done = invoke("site", "--output", tmp_path / "out", "--repository", "mine")
    assert done.exit_code == 1 and "https://github.com/OWNER/NAME" in done.output
    assert not (tmp_path / "out").exists()


def test_a_folder_of_other_things_is_refused(two: list[Path], tmp_path: Path) -> None:
    done = invoke("site", "--output", tmp_path)
    assert done.exit_code == 1 and "holds no site" in done.output
    assert two[0].exists()
