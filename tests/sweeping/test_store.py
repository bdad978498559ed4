"""A sweep on disk: what is kept, and when a run counts as finished."""

import json
import math
from pathlib import Path

import pytest

from course_utils.execution import Outcome
from course_utils.sweeping.grid import Run
from course_utils.sweeping.store import SweepFolder

RUN = Run("A=1-0123", {"A": 1, "SIDES": (3, 5)})
GOOD = Outcome(
    "x.ipynb",
    seconds=2.5,
    peak_bytes=10,
    headline="fine",
    scalars={"accuracy": 0.5, "loss": math.nan, "limit": math.inf},
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "runs").iterdir())


def test_a_run_that_was_kept_is_finished(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path / "sweep")
    assert folder.finished(RUN) is None
    kept = folder.keep(RUN, GOOD, b"{}", tries=2)
    assert names(tmp_path / "sweep") == ["A=1-0123.ipynb", "A=1-0123.json"]
    found = folder.finished(RUN)
    assert (found.run, found.tries, found.seconds, found.headline) == (RUN, 2, 2.5, "fine")
    assert found.scalars["accuracy"] == kept.scalars["accuracy"] == 0.5
    assert math.isnan(found.scalars["loss"]) and math.isnan(found.scalars["limit"])
    assert folder.finished(Run("A=2-4567", {"A": 2})) is None


def test_a_failed_run_is_not_finished_but_can_be_read(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path)
    folder.keep(RUN, Outcome("x.ipynb", error="cell 3: oh"), b"{}", tries=3)
    assert names(tmp_path) == ["A=1-0123.failed.ipynb"] and folder.finished(RUN) is None
    folder.keep(RUN, GOOD, b"{}", tries=1)
    assert names(tmp_path) == ["A=1-0123.ipynb", "A=1-0123.json"]


def test_the_file_is_json_that_every_reader_reads(tmp_path: Path) -> None:
    SweepFolder(tmp_path).keep(RUN, GOOD, b"{}", tries=1)

    def refuse(word: str) -> None:
        raise AssertionError(word)

    text = (tmp_path / "runs" / "A=1-0123.json").read_text()
    stored = json.loads(text, parse_constant=refuse)
    assert stored["parameters"] == {"A": 1, "SIDES": "(3, 5)"}
    assert stored["scalars"] == {"accuracy": 0.5, "loss": None, "limit": None}


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"scalars": 3}', "[" * 100_000])
def test_a_damaged_file_is_no_finished_run(tmp_path: Path, content: str) -> None:
    folder = SweepFolder(tmp_path)
    folder.keep(RUN, GOOD, b"{}", tries=1)
    (tmp_path / "runs" / "A=1-0123.json").write_text(content)
    assert folder.finished(RUN) is None


@pytest.mark.parametrize(
    "change",
    [
        {"scalars": {"accuracy": "evil"}},
        {"scalars": {"accuracy": [1]}},
        {"scalars": []},
        {"seconds": "2"},
        {"seconds": -1.0},
        {"seconds": math.nan},
        {"peak_bytes": 1.5},
        {"peak_bytes": None},
        {"tries": True},
        {"headline": 3},
        {"headline": None},
    ],
    ids=str,
)
def test_a_stored_value_of_another_type_is_no_finished_run(tmp_path: Path, change: dict) -> None:
    folder = SweepFolder(tmp_path)
    folder.keep(RUN, GOOD, b"{}", tries=1)
    path = tmp_path / "runs" / "A=1-0123.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert folder.finished(RUN) is None


def test_a_folder_of_that_name_is_no_finished_run(tmp_path: Path) -> None:
    (tmp_path / "runs" / "A=1-0123.json").mkdir(parents=True)
    assert SweepFolder(tmp_path).finished(RUN) is None


def test_a_parameter_that_is_not_finite_can_be_stored(tmp_path: Path) -> None:
    folder, run = SweepFolder(tmp_path), Run("A=nan-01", {"A": math.nan, "B": math.inf})
    folder.keep(run, GOOD, b"{}", tries=1)
    assert folder.finished(run) is not None
