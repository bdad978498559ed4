"""Files appear complete or not at all, with the permissions that the umask asks for."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_utils import notebooks


@pytest.fixture(params=[0o000, 0o002, 0o022, 0o077], ids=lambda mask: f"{mask:03o}")
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_follows_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "page.html"
    notebooks.write_file(path, b"text")
    assert mode(path) == 0o666 & ~umask


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664])
def test_a_file_that_is_there_keeps_its_permissions(tmp_path: Path, umask: int, kept: int) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(b"old")
    path.chmod(kept)
    notebooks.write_file(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", kept)


def test_several_files_are_written_with_their_folders(tmp_path: Path) -> None:
    contents = {tmp_path / "a" / "b" / "one": b"1", tmp_path / "two": b"2"}
    notebooks.write_files(contents)
    assert {path: path.read_bytes() for path in contents} == contents
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "b", "one", "two"]


def test_if_one_cannot_be_written_none_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "in the way").mkdir()
    contents = {
        tmp_path / "new folder" / "one": b"1",
        tmp_path / "old": b"new",
        tmp_path / "in the way": b"3",
    }
    with pytest.raises(IsADirectoryError, match="Is a directory.*in the way"):
        notebooks.write_files(contents)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in the way", "old"]
    assert (tmp_path / "old").read_bytes() == b"old"


def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="Windows knows no such limit")
    (tmp_path / "old").write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A file may not grow beyond 100 bytes: writing then fails as on a full disk.
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OSError):
            notebooks.write_files({tmp_path / "old": b"new", tmp_path / "large": b"x" * 10_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_bytes() == b"old"
