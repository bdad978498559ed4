"""What is kept of a student's work: on the desk, between kernels, and after an accident."""

import json
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest

from course_utils import exercises
from course_utils.exercises.engine import progress, session
from course_utils.exercises.nb02_convolution_by_hand import patch_count

Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(session, "_hints_given", {})
    progress.forget_session()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "a desk"
    folder.mkdir()
    monkeypatch.setenv(progress.VARIABLE, str(folder))
    return folder


def stored(desk: Path) -> dict[str, Any]:
    return json.loads((desk / progress.FILE).read_text(encoding="utf-8"))["exercises"]


def wrong(image_shape: Any, kernel_shape: Any) -> int:
    return 0


def test_tries_hints_and_solutions_are_kept(desk: Path, capsys: Printed) -> None:
    exercises.check("02.2", ...)
    assert not (desk / progress.FILE).exists()
    exercises.hint("02.2")
    exercises.check("02.2", wrong)
    entry = stored(desk)["02.2"]
    assert (entry["state"], entry["tries"], entry["hints"]) == ("tried", 1, 1)
    assert entry["mistake"].startswith("for image_shape") and entry["first_right"] is None
    exercises.check("02.2", patch_count)
    exercises.check("02.2", wrong)
    exercises.solution("02.2")
    entry = stored(desk)["02.2"]
    assert (entry["state"], entry["tries"], entry["tries_needed"]) == ("right", 3, 2)
    assert entry["solutions"] == 1
    assert entry["first_try"] <= entry["first_right"] <= entry["last"]
    assert sorted(os.listdir(desk)) == [".progress.lock", progress.FILE]


def test_a_new_kernel_knows_what_is_kept(desk: Path, capsys: Printed) -> None:
    exercises.check("02.2", patch_count)
    progress.forget_session()
    capsys.readouterr()
    exercises.progress()
    printed = capsys.readouterr().out
    assert (
        "Notebook 02: 1 of 4 right" in printed
        and f"The course: 1 of {len(exercises.all_exercises())} right" in printed
    )
    assert "Next: 02.1, Smooth a series" in printed
    assert "no desk" not in printed


def test_the_desk_is_found_from_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    (tmp_path / ".desk").mkdir()
    (tmp_path / "notebooks" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "notebooks" / "deep")
    exercises.check("02.2", patch_count)
    assert stored(tmp_path / ".desk")["02.2"]["state"] == "right"


def test_without_a_desk_nothing_is_written_or_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "not there"))
    exercises.check("02.2", patch_count)
    assert list(tmp_path.iterdir()) == []
    assert "desk" not in capsys.readouterr().out
    assert progress.entries()["02.2"]["state"] == "right"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"exercises": [1]}',
        '{"exercises": {"02.2": {"tries": "many"}}}',
        "\x00" * 99,
    ],
)
def test_an_unreadable_file_is_kept_aside(desk: Path, text: str, capsys: Printed) -> None:
    (desk / progress.FILE).write_text(text, encoding="utf-8")
    exercises.check("02.2", patch_count)
    printed = " ".join(capsys.readouterr().out.split())
    (aside,) = desk.glob("progress.unreadable-*.json")
    assert aside.read_text(encoding="utf-8") == text
    assert printed.endswith(f"it is kept as {aside.name}.")
    assert stored(desk)["02.2"]["tries"] == 1
    exercises.check("02.2", patch_count)
    assert "could not be read" not in capsys.readouterr().out


def test_unknown_fields_of_a_later_version_stay(desk: Path, capsys: Printed) -> None:
    later = {"version": 2, "exercises": {"02.2": {"tries": 4, "mood": "good"}}}
    (desk / progress.FILE).write_text(json.dumps(later), encoding="utf-8")
    exercises.check("02.2", patch_count)
    assert stored(desk)["02.2"] | {"mood": "good", "tries": 5} == stored(desk)["02.2"]


def test_a_full_disk_costs_no_reply_and_no_progress(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    exercises.check("02.1", wrong)
    before = (desk / progress.FILE).read_text(encoding="utf-8")

    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(progress.os, "fsync", full)
        capsys.readouterr()
        exercises.check("02.2", patch_count)
        assert capsys.readouterr().out.startswith("02.2 right")
        assert (desk / progress.FILE).read_text(encoding="utf-8") == before
        assert sorted(os.listdir(desk)) == [".progress.lock", progress.FILE]
    exercises.check("02.3", wrong)
    assert stored(desk)["02.2"]["state"] == "right" and stored(desk)["02.3"]["tries"] == 1


def one_kernel(folder: str, number: str, count: int) -> None:
    os.environ[progress.VARIABLE] = folder
    for _ in range(count):
        progress.note_try(number, right=False, message="no.")
        progress.note_try("02.4", right=True, message="")


def test_kernels_do_not_undo_each_other_s(desk: Path) -> None:
    context = multiprocessing.get_context("spawn")
    kernels = [
        context.Process(target=one_kernel, args=(str(desk), f"02.{place}", 15))
        for place in (1, 2, 3)
    ]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    found = stored(desk)
    assert [found[f"02.{place}"]["tries"] for place in (1, 2, 3, 4)] == [15, 15, 15, 45]


def test_progress_of_a_named_notebook(capsys: Printed) -> None:
    exercises.progress("05.2")
    assert "Notebook 05: 0 of 5 right" in capsys.readouterr().out
    exercises.progress("77")
    assert "there is no notebook '77'" in capsys.readouterr().out
    exercises.progress()
    printed = capsys.readouterr().out
    assert (
        "Notebook" not in printed
        and f"The course: 0 of {len(exercises.all_exercises())} right" in printed
    )
