"""Options that several commands share; the commands' tests use them."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from course_utils.commands import course, options


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


def folder_options() -> list[tuple[str, str]]:
    """Every option of a command that takes a folder."""
    return [
        (name, option.opts[0])
        for name, command in course.commands.items()
        for option in command.params
        if isinstance(option.type, click.Path) and not option.type.file_okay
    ]


def test_folder_options_are_found() -> None:
    assert ("lab", "--desk") in folder_options() and ("run", "--output") in folder_options()


@pytest.mark.parametrize(("command", "option"), folder_options())
@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_folder_is_not_the_working_folder(command: str, option: str, value: str) -> None:
    """The variable of a shell that isn't set is empty."""
    done = CliRunner().invoke(course, [command, option, value])
    assert done.exit_code == 2 and "the name of the folder is empty" in done.output
