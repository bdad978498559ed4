"""TensorFlow starts without a line on the standard error, and says what is wrong if it doesn't."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANG

FIT = """
import course_utils.quiet_tensorflow
import keras
import numpy as np

model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Conv2D(2, 3),
                          keras.layers.Flatten(), keras.layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
x, y = np.zeros((8, 6, 6, 1), "float32"), np.zeros(8, "int32")
model.fit(x, y, validation_split=0.5, verbose=0)
model.predict(x, verbose=0)
print(keras.backend.backend())
"""
LOUD = """
import os
os.write(2, b"loud import\\n")
def add(a, b):
    os.write(2, b"loud operation\\n")
    print("operated")
"""
QUIET_AND_AFTER = """
import os, sys
import course_utils.quiet_tensorflow
import course_utils.quiet_tensorflow as again
os.write(2, b"after: fd\\n")
print("after: Python", file=sys.stderr)
print(os.environ["KERAS_BACKEND"], os.environ["TF_CPP_MIN_LOG_LEVEL"], len(os.listdir("/dev/fd"))
      if os.path.isdir("/dev/fd") else "")
"""


def python(source: str, *, path: Path | None = None, **environment: str):
    """Run a program with the course, and with the modules in `path` before all others."""
    chosen = ("KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS")
    settings = {name: value for name, value in os.environ.items() if name not in chosen}
    if path is not None:
        settings["PYTHONPATH"] = str(path)
    return subprocess.run(
        [sys.executable, "-c", source],
        env={**settings, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=HANG,
    )


def test_a_fit_writes_nothing_to_stderr() -> None:
    done = python(FIT)
    assert (done.stderr, done.stdout, done.returncode) == ("", "tensorflow\n", 0)


def test_the_package_starts_keras_as_quietly() -> None:
    source = "import os\nfrom course_utils.networks import build_network\nbuild_network()\n"
    done = python(
        f"{source}print(os.environ['KERAS_BACKEND'], 'TF_CPP_MIN_LOG_LEVEL' in os.environ)"
    )
    assert (done.stderr, done.stdout) == ("", "tensorflow True\n")


def test_a_fit_in_a_notebook_writes_nothing_to_stderr(tmp_path: Path) -> None:
    # Refreshing refuses a notebook that writes anything there.
    from nbformat.v4 import new_code_cell, new_notebook

    path = tmp_path / "10_fit.ipynb"
    late = new_code_cell("import os\nos.write(1, b'late')", id="late")
    notebook = new_notebook(cells=[new_code_cell(FIT, id="fit"), late])
    path.write_text(json.dumps(notebook))
    done = subprocess.run(
        [sys.executable, "-m", "course_utils", "refresh", str(path)],
        capture_output=True,
        encoding="utf-8",
        timeout=HANG,
    )
    assert done.returncode == 0, done.stdout
    fit, late = json.loads(path.read_bytes())["cells"]
    assert fit["outputs"] == [{"name": "stdout", "output_type": "stream", "text": ["tensorflow\n"]}]


CONFIG = """
import keras
print(keras.config.backend(), keras.config.image_data_format(), keras.config.floatx(),
      keras.config.epsilon(), keras.config.dtype_policy().name)
"""
BEFORE, AFTER = "import course_utils.quiet_tensorflow", "import keras"


@pytest.mark.parametrize("imports", [BEFORE, f"{AFTER}\n{BEFORE}"])
def test_keras_own_file_changes_nothing(imports: str, tmp_path: Path) -> None:
    chosen = {"image_data_format": "channels_first", "floatx": "float64", "epsilon": 0.1}
    (tmp_path / "keras.json").write_text(json.dumps(chosen | {"backend": "tensorflow"}))
    done = python(f"{imports}\n{CONFIG}", KERAS_HOME=str(tmp_path), TF_CPP_MIN_LOG_LEVEL="3")
    assert done.stdout == "tensorflow channels_last float32 1e-07 float32\n", done.stderr
    if imports == BEFORE:
        assert done.stderr == ""


def test_the_backend_of_keras_own_file_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    done = python(f"{BEFORE}\n{CONFIG}", KERAS_HOME=str(tmp_path))
    assert done.stdout.startswith("tensorflow channels_last"), done.stderr


def test_what_a_notebook_sets_after_the_import_stays() -> None:
    source = f"{BEFORE}\nimport keras\nkeras.config.set_image_data_format('channels_first')\n"
    done = python(f"{source}{BEFORE}\n{CONFIG}")
    assert done.stdout.split()[1] == "channels_first", done.stderr


@pytest.fixture
def loud(tmp_path: Path) -> Path:
    (tmp_path / "tensorflow.py").write_text(LOUD)
    return tmp_path


def test_only_the_start_is_silenced(loud: Path) -> None:
    done = python(QUIET_AND_AFTER, path=loud)
    assert done.stderr == "after: fd\nafter: Python\n"
    assert done.stdout.split()[:3] == ["operated", "tensorflow", "2"]


def test_no_file_descriptor_is_left_open(loud: Path) -> None:
    if not os.path.isdir("/dev/fd"):
        pytest.skip("this system does not list a process's file descriptors")
    without = python("import os, tempfile\nprint(len(os.listdir('/dev/fd')))", path=loud)
    with_it = python(QUIET_AND_AFTER, path=loud)
    assert with_it.stdout.split()[-1] == without.stdout.strip()


def test_settings_of_the_user_stay(loud: Path) -> None:
    done = python(QUIET_AND_AFTER, path=loud, KERAS_BACKEND="jax", TF_CPP_MIN_LOG_LEVEL="0")
    assert done.stdout.split()[1:3] == ["jax", "0"]


ONEDNN = "import os\nprint(os.environ.get('TF_ENABLE_ONEDNN_OPTS'))"


@pytest.mark.parametrize(("machine", "chosen"), [("x86_64", "1"), ("AMD64", "1"), ("arm64", None)])
def test_onednn_is_chosen_on_every_x86_processor(machine: str, chosen: str | None, loud: Path):
    pretend = f"import platform\nplatform.machine = lambda: {machine!r}"
    done = python(f"{pretend}\n{BEFORE}\n{ONEDNN}", path=loud)
    assert done.stdout == f"operated\n{chosen}\n", done.stderr


def test_who_turns_onednn_off_keeps_it_off(loud: Path) -> None:
    done = python(f"{BEFORE}\n{ONEDNN}", path=loud, TF_ENABLE_ONEDNN_OPTS="0")
    assert done.stdout == "operated\n0\n", done.stderr


def test_a_failing_import_shows_what_was_written(loud: Path) -> None:
    with (loud / "tensorflow.py").open("a") as file:
        file.write("raise ImportError('no AVX here')\n")
    done = python("import course_utils.quiet_tensorflow", path=loud)
    assert done.returncode == 1
    assert "ImportError: no AVX here\nWritten meanwhile:\nloud import" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="closing it has no such meaning on Windows")
def test_a_process_without_stderr_can_import(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text("def add(a, b): pass")
    source = "import os\nos.close(2)\nimport course_utils.quiet_tensorflow\nprint('fine')"
    done = python(source, path=tmp_path)
    assert (done.returncode, done.stdout) == (0, "fine\n")
