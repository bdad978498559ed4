"""``data``: where the full MNIST is."""

from pathlib import Path

import pytest
from made_notebooks import invoke

from course_utils.datasets import mnist_places


def test_data_says_where_and_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNN_COURSE_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    done = invoke("data", "--data-dir", tmp_path)
    assert done.exit_code == 1
    assert str(tmp_path) in done.output and "--fetch downloads it" in done.output
    (tmp_path / "mnist.npz").write_bytes(b"")
    done = invoke("data", "--data-dir", tmp_path)
    assert (done.exit_code, done.output) == (0, f"The full MNIST is in {tmp_path}.\n")


def test_data_fetch_passes_errors_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data_dir: object) -> None:
        raise FileNotFoundError("no internet: three remedies")

    monkeypatch.setattr(mnist_places, "load_full_mnist", fail)
    done = invoke("data", "--fetch")
    assert done.exit_code == 1 and "Error: no internet: three remedies" in done.output
