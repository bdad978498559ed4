"""What `check` finds on machines that are not ready."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from course_utils import datasets, notebooks
from course_utils.datasets import mnist_places
from course_utils.execution import kernels, readiness


def only(findings: list[readiness.Finding]) -> readiness.Finding:
    assert len(findings) == 1
    return findings[0]


def test_this_python_is_fine() -> None:
    assert not only(readiness.python_version()).remedy


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0), (4, 0, 0)])
def test_another_python_is_refused(
    version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    finding = only(readiness.python_version())
    assert finding.stops and "3.11 to 3.13" in finding.remedy


@pytest.mark.parametrize(
    ("code", "stderr", "found", "remedy"),
    [
        (1, "Traceback\nImportError: no module", "ImportError: no module", "make clean"),
        (-4, "", "ended with code -4", "AVX"),
        (-11, "", "ended with code -11", "make clean"),
    ],
)
def test_a_broken_tensorflow_is_named(
    code: int, stderr: str, found: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.CompletedProcess([], code, stdout="", stderr=stderr)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    finding = only(readiness.tensorflow())
    assert finding.stops and finding.found == found and remedy in finding.remedy


def test_a_hanging_tensorflow_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, timeout: float, **__: object) -> None:
        raise subprocess.TimeoutExpired("python", timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    finding = only(readiness.tensorflow())
    assert finding.stops and "not imported within 180 s" in finding.found


def test_another_backend_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 0, stdout='["2.21.0", "3.15.1", "jax"]\n', stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    library, keras = readiness.tensorflow()
    assert not library.remedy and keras.stops and "KERAS_BACKEND" in keras.remedy


def test_little_memory_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    state = SimpleNamespace(available=1.9e9, total=4e9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: state)
    finding = only(readiness.memory())
    assert finding.found == "1.9 of 4.0 GB free" and "--jobs 1" in finding.remedy
    assert not finding.stops


def test_a_full_disk_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(free=0.4e9)
    monkeypatch.setattr(readiness.shutil, "disk_usage", lambda path: usage)
    finding = only(readiness.disk())
    assert finding.remedy and not finding.stops


def test_damaged_sample_digits_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(which: str) -> None:
        raise ValueError(f"{which} is damaged")

    assert not only(readiness.sample_data()).remedy
    monkeypatch.setattr(datasets, "load_mnist", damaged)
    finding = only(readiness.sample_data())
    assert finding.stops and finding.found == "sample is damaged"


def test_full_data_is_never_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNN_COURSE_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    missing = only(readiness.full_data(tmp_path))
    assert "--fetch" in missing.remedy and not missing.stops
    (tmp_path / "train-images-idx3-ubyte").touch()
    incomplete = only(readiness.full_data(tmp_path))
    assert str(tmp_path) in incomplete.found and incomplete.remedy and not incomplete.stops
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    (tmp_path / "keras" / "datasets" / mnist_places.mnist_files.NPZ_NAME).touch()
    found = only(readiness.full_data())
    assert found.found == f"in {tmp_path / 'keras' / 'datasets'}" and not found.remedy


@pytest.mark.parametrize(
    "error", [RuntimeError("died"), TimeoutError("no reply"), PackageNotFoundError("jupyterlab")]
)
def test_a_kernel_without_answer_stops(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: str, *, timeout: float) -> None:
        raise error

    monkeypatch.setattr(kernels, "ask_kernel", fail)
    finding = only(readiness.kernel())
    assert finding.stops and str(error) in finding.found


def test_a_course_without_notebooks_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise ValueError("there is no folder")

    monkeypatch.setattr(notebooks, "find_notebooks", none)
    lost = only(readiness.lessons())
    assert lost.stops and "clone" in lost.remedy
