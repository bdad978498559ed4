"""Options that several commands share; the commands' tests use them."""

from pathlib import Path

import click
import pytest

from course_utils.commands import options


def test_a_cell_may_take_longer_with_all_digits() -> None:
    assert options.limit_for(None, full=False) == 600
    assert options.limit_for(None, full=True) == 3600
    assert options.limit_for(7, full=True) == options.limit_for(7, full=False) == 7


def test_a_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    options.make_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(click.ClickException) as caught:
        options.make_folder(tmp_path / "file" / "b")
    assert str(tmp_path / "file" / "b") in caught.value.message
    assert "a file is where a folder should be" in caught.value.message


def test_a_disk_with_too_little_room_is_named(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="MB are needed, and .* MB are free"):
        options.make_folder(tmp_path, needed=2**62)
