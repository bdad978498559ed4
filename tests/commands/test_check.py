"""``check``: whether this machine is ready."""

import re
import sys
from pathlib import Path

import pytest
from made_notebooks import call, invoke

from course_utils.execution import readiness


def test_check_says_ready_in_about_ten_lines(tmp_path: Path) -> None:
    done = call("check", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.strip().splitlines()
    assert lines[-1] == "Ready."
    assert 10 <= len(lines) <= 16
    for what in ("Python", "TensorFlow", "Keras", "Cores", "Memory", "Sample digits", "kernel"):
        assert what in done.stdout


def test_check_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        readiness.Finding("Python", "3.11"),
        readiness.Finding("Full MNIST", "not here", "fetch it", needed=False),
        readiness.Finding("TensorFlow", "no", "install it"),
    ]
    monkeypatch.setattr(readiness, "findings", lambda data_dir: iter(found))
    done = invoke("check")
    assert done.exit_code == 1
    assert re.search(r"MISSING +TensorFlow +no", done.output) and "→ install it" in done.output
    assert "→ fetch it" in done.output
    assert done.output.strip().endswith("Not ready: TensorFlow.")
    found.pop()
    assert invoke("check").exit_code == 0


def test_what_is_known_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []

    def findings(data_dir):
        yield readiness.Finding("Python", "3.11")
        assert len(said) == 1
        yield readiness.Finding("TensorFlow", "2.21")

    class Console:
        is_terminal = False

        def print(self, text: object, **settings: object) -> None:
            said.append(text)

    monkeypatch.setattr(readiness, "findings", findings)
    command = sys.modules["course_utils.commands.check"]
    monkeypatch.setattr(command, "make_console", Console)
    assert invoke("check").exit_code == 0
    assert len(said) == 3
