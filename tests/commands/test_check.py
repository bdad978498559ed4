"""``check``: whether this machine is ready."""

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
    assert "MISSING  TensorFlow  no" in done.output and "→ install it" in done.output
    assert "→ fetch it" in done.output
    assert done.output.strip().endswith("Not ready: TensorFlow.")
    found.pop()
    assert invoke("check").exit_code == 0
