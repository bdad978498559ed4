"""Finding a browser, and what is said where there is none."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANG

from course_utils.publishing import chromium


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / ("chromium.exe" if os.name == "nt" else "chromium")
    path.write_text("#!/bin/sh\nexit 1\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def nowhere(monkeypatch) -> None:
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(chromium, "_PLACES", ())


def test_the_variable_comes_first(program: Path, monkeypatch) -> None:
    monkeypatch.setenv(chromium.VARIABLE, str(program))
    assert chromium.find_chromium() == program


def test_a_wrong_variable_is_not_passed_over(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv(chromium.VARIABLE, str(tmp_path / "none"))
    with pytest.raises(chromium.ChromiumMissing, match="CNN_COURSE_CHROMIUM.*which is no program"):
        chromium.find_chromium()


def test_names_on_the_path_come_next(program: Path, nowhere, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(program.parent))
    assert chromium.find_chromium() == program


def test_usual_places_come_last(program: Path, nowhere, monkeypatch) -> None:
    monkeypatch.setenv("HERE", str(program.parent))
    place = f"%HERE%\\{program.name}" if os.name == "nt" else f"$HERE/{program.name}"
    monkeypatch.setattr(chromium, "_PLACES", ("/no/such/place", place))
    assert chromium.find_chromium() == program


def test_without_a_browser_the_remedy_is_told(nowhere, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert chromium.find_chromium() is None
    with pytest.raises(chromium.ChromiumMissing, match="sudo apt install chromium"):
        with chromium.open_browser():
            pass


def test_without_playwright_the_remedy_is_told(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(chromium.ChromiumMissing, match="pip install playwright"):
        with chromium.open_browser():
            pass


def test_a_page_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="html_path=.*none.html' is no file"):
        chromium.print_pdf(tmp_path / "none.html", tmp_path / "a.pdf")


_ASKING = """
import sys, time
from course_utils.publishing import chromium
try:
    with chromium.open_browser() as browser:
        page = browser.new_page()
        print("there", flush=True)
        page.wait_for_timeout(60_000)
except chromium.ChromiumMissing as missing:
    print(missing, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no groups to interrupt so")
def test_an_interrupted_browser_leaves_no_words_behind() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _ASKING],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    if first != "there\n":
        process.communicate()
        pytest.skip(first)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=HANG)
    assert process.returncode != 0
    # The driver gets the signal too; where it ends first, what was closed is what is said.
    assert "KeyboardInterrupt" in said or "closed" in said
    assert "never retrieved" not in said, said
