"""The user's own settings stay out of the kernels; the faults' tests let kernels draw."""

from pathlib import Path

import pytest

from course_utils.execution import surroundings


def test_what_changes_results_stays_out_and_the_rest_stays_in() -> None:
    given = {"PATH": "/bin", "HTTPS_PROXY": "p", "MPLCONFIGDIR": "fonts", "KERAS_BACKEND": "jax"}
    overruled = dict.fromkeys((*surroundings.OVERRULED, "PYTEST_CURRENT_TEST"), "x")
    kept = surroundings.without_user_settings(given | overruled)
    assert kept.pop("MPLBACKEND") == surroundings.INLINE
    assert kept.pop("PYDEVD_DISABLE_FILE_VALIDATION") == "1"
    assert kept == given


def test_each_kernel_finds_empty_settings(tmp_path: Path) -> None:
    found = surroundings.own_folders(tmp_path / "new")
    assert not any(Path(found["IPYTHONDIR"]).iterdir())
    assert Path(found["MATPLOTLIBRC"]).read_bytes() == b""
    assert surroundings.own_folders(tmp_path / "new") == found  # a second worker of one number


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in surroundings.OVERRULED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("MATPLOTLIBRC", raising=False)
    for name in ("ipython/profile_default/startup", "keras"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def test_nothing_is_named_where_nothing_is_set(home: Path) -> None:
    (home / "keras" / "keras.json").write_text('{"floatx": "float32", "epsilon": 1e-07}')
    assert surroundings.overruled() == []


def test_what_is_overruled_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    rc = home / "my-style"
    rc.write_text("image.origin: lower\n")
    monkeypatch.setenv("MATPLOTLIBRC", str(rc))
    startup = home / "ipython" / "profile_default" / "startup" / "00.py"
    startup.touch()
    keras = home / "keras" / "keras.json"
    keras.write_text('{"image_data_format": "channels_first", "floatx": "float32"}')
    assert surroundings.overruled() == [
        "MPLBACKEND=agg",
        str(rc),
        str(startup),
        f"{keras} (image_data_format channels_first)",
    ]


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"floatx": null}'])
def test_a_damaged_file_of_keras_stops_nothing(home: Path, content: str) -> None:
    (home / "keras" / "keras.json").write_text(content)
    surroundings.overruled()
