"""``lab`` lays the desk and opens JupyterLab there."""

import os
import subprocess
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from course_utils import notebooks
from course_utils.commands import course


@pytest.fixture
def started(monkeypatch):
    calls = []

    def run(command, **settings):
        calls.append((command, settings))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    return calls


def test_the_desk_is_laid_and_opened(tmp_path, started):
    desk = tmp_path / "mine"
    result = CliRunner().invoke(course, ["lab", "05", "--desk", str(desk)])
    assert result.exit_code == 0, result.output
    assert "1 new, 0 there already" in result.output
    ((command, settings),) = started
    assert f"--ServerApp.root_dir={desk.resolve()}" in command
    assert "--LabApp.default_url=/lab/tree/index.ipynb" in command
    assert settings["env"]["CNN_COURSE_DESK"] == str(desk.resolve() / ".desk")
    first = settings["env"]["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0]
    assert first == str(desk.resolve() / ".desk" / "jupyter")
    assert (desk / "index.ipynb").exists() and len(list(desk.glob("05_*.ipynb"))) == 1


def test_for_authors_the_stored_notebooks(started):
    result = CliRunner().invoke(course, ["lab", "--stored", "--lab-option=--port=9000"])
    assert result.exit_code == 0, result.output
    ((command, settings),) = started
    assert f"--ServerApp.root_dir={notebooks.notebooks_folder().resolve()}" in command
    assert command[-1] == "--port=9000" and "CNN_COURSE_DESK" not in settings["env"]


def test_without_opening_anything(tmp_path, started):
    arguments = ["lab", "05", "--desk", str(tmp_path / "mine"), "--no-lab"]
    assert CliRunner().invoke(course, arguments).exit_code == 0
    assert not started


@pytest.mark.parametrize("selector", ["99", "nothing"])
def test_an_unknown_lesson(tmp_path, started, selector):
    result = CliRunner().invoke(course, ["lab", selector, "--desk", str(tmp_path / "mine")])
    assert result.exit_code == 1 and selector in result.output and not started


def test_a_file_in_the_way(tmp_path, started):
    (tmp_path / "mine").write_text("a file")
    result = CliRunner().invoke(course, ["lab", "05", "--desk", str(tmp_path / "mine")])
    assert result.exit_code != 0 and "Traceback" not in result.output and not started
