"""The report of a run: its JSON, its picture, and the words for it."""

import json
from pathlib import Path

import pytest

from course_utils.execution import Outcome, run_report

TIMES = {"kernel": 1.0, "imports": 2.0, "training": 4.0, "execution": 1.0}
OUTCOMES = [
    Outcome(
        "a/01_quick.ipynb", seconds=8.0, peak_bytes=200_000_000, processor_seconds=6.5, times=TIMES
    ),
    Outcome("a/02_dies.ipynb", error="the kernel died", seconds=2.0),
]


def test_the_report_holds_what_its_description_lists() -> None:
    found = run_report.report(OUTCOMES, jobs=2, seconds=9.0)
    described = run_report.__doc__
    for keys in (found, found["notebooks"][0]):
        assert all(f"``{key}``" in described for key in keys)
    assert (found["format"], found["jobs"], found["seconds"]) == (1, 2, 9.0)
    assert set(found["versions"]) == {"python", "numpy", "tensorflow", "keras"}
    assert all(found["versions"].values()) and found["cores"] >= 1


def test_times_and_shares_of_a_notebook() -> None:
    quick, dies = run_report.report(OUTCOMES, jobs=1, seconds=9.0)["notebooks"]
    assert quick == {
        "name": "01_quick",
        "failed": False,
        "passed_over": False,
        "seconds": 8.0,
        "processor_seconds": 6.5,
        "peak_bytes": 200_000_000,
        "times": TIMES,
        "shares": {"kernel": 0.125, "imports": 0.25, "training": 0.5, "execution": 0.125},
    }
    assert dies["failed"] and dies["name"] == "02_dies"
    unknown = ("times", "shares", "peak_bytes", "processor_seconds")
    assert [dies[key] for key in unknown] == [None] * 4


def test_no_path_and_no_name_of_the_machine_gets_in() -> None:
    import platform

    text = json.dumps(run_report.report(OUTCOMES, jobs=1, seconds=9.0))
    assert "a/" not in text and (platform.node() or "no name") not in text


def test_files_and_words(tmp_path: Path) -> None:
    picture = run_report.write_report(OUTCOMES, tmp_path, jobs=1, seconds=9.0)
    assert json.loads((tmp_path / "report.json").read_text())["notebooks"]
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    assert picture.file == "report.png"
    assert picture.alt == (
        "Bars for one notebook: 25% of the time is imports, 12% execution, 50% training, "
        "12% starting and ending kernels. The longest is 01_quick with 8.0 seconds, "
        "the largest 01_quick with 200 MB."
    )


def test_without_times_there_is_no_picture_and_no_old_one(tmp_path: Path) -> None:
    (tmp_path / "report.png").write_bytes(b"of another run")
    assert run_report.write_report(OUTCOMES[1:], tmp_path, jobs=1, seconds=9.0) is None
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.parametrize("missing", ["tensorflow", "keras"])
def test_what_is_not_installed_has_no_version(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(run_report._DISTRIBUTIONS, missing, ("no-such-distribution",))
    assert run_report.report([], jobs=1, seconds=0.0)["versions"][missing] is None
