"""``live``: where the copies are, and how to open them."""

from pathlib import Path

from made_notebooks import invoke, write


def test_copies_are_written_and_listed(tmp_path: Path) -> None:
    source = write(tmp_path / "01_good.ipynb", ("title", "Good"), ("code", "print(1)"))
    result = invoke("live", source, "--output", tmp_path / "live")
    assert result.exit_code == 0
    assert str(tmp_path / "live" / "01_good.ipynb") in result.output
    assert "jupyter lab" in result.output
    assert (tmp_path / "live" / "01_good.ipynb").is_file()


def test_the_folder_of_the_notebooks_is_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "01_good.ipynb", ("title", "Good"))
    result = invoke("live", source, "--output", tmp_path)
    assert result.exit_code == 1 and "choose another" in result.output
