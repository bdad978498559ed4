"""What happens where a package is missing that one notebook needs."""

import importlib.util
import tomllib
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course_utils.notebooks import optional_packages
from course_utils.notebooks.optional_packages import PACKAGES, need, what_is_missing

TOP = Path(__file__).resolve().parents[2]


class Machine:
    """A machine on which PyTorch is there or not, and may be installed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_torch = False
        find = importlib.util.find_spec

        def find_spec(name: str, *arguments: object) -> object:
            if name != "torch":
                return find(name, *arguments)
            return object() if self.has_torch else None

        monkeypatch.setattr(importlib.util, "find_spec", find_spec)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    """A shell as notebooks have it, for cells to be executed in."""
    made = InteractiveShell()
    made.kernel = None
    monkeypatch.setattr(optional_packages, "_shell_of_notebook", lambda: made)
    made.user_ns.update(need=need, seen=[])
    return made


def executed(shell: InteractiveShell, *cells: str) -> list:
    for cell in cells:
        assert shell.run_cell(cell, store_history=True).success, cell
    return shell.user_ns["seen"]


def test_the_sentence_names_the_package_and_the_remedy(machine: Machine) -> None:
    sentence = 'needs PyTorch, which is not installed: pip install "torch>=2.8"'
    assert what_is_missing("torch") == sentence
    machine.has_torch = True
    assert what_is_missing("torch") == ""


def test_an_unknown_package_is_refused() -> None:
    with pytest.raises(ValueError, match="'jax'.* torch"):
        what_is_missing("jax")
    with pytest.raises(ValueError, match="'jax'.* torch"):
        need("jax")


def test_each_package_is_an_extra_of_the_project() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for module, package in PACKAGES.items():
        (listed,) = project["optional-dependencies"][module]
        assert listed.startswith(package.requirement)


def test_a_program_without_the_package_gets_an_import_error(machine: Machine) -> None:
    with pytest.raises(ImportError, match='PyTorch is not installed: pip install "torch>=2.8"'):
        need("torch")
    machine.has_torch = True
    assert need("torch") is None


def test_a_notebook_without_the_package_passes_over_the_other_cells(
    machine: Machine, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    later = ("seen.append(1)", "import torch\ntorch.zeros(3)", "%%time\nseen.append(2)", "")
    assert executed(shell, "need('torch')", *later) == []
    printed = capsys.readouterr()
    assert printed.err == "" and len(printed.out.splitlines()) == 1
    assert printed.out.startswith("This notebook needs PyTorch, which is not installed")
    assert '%pip install "torch>=2.8"' in printed.out and ".[torch]" in printed.out


def test_running_all_cells_again_says_it_again_and_once(
    machine: Machine, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert executed(shell, "need('torch')", "seen.append(1)") == []
        assert capsys.readouterr().out.count("PyTorch") == 1


def test_a_package_can_be_installed_from_a_cell(
    machine: Machine, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.user_ns["machine"] = machine
    shell.register_magic_function(lambda line: setattr(machine, "has_torch", True), "line", "pip")
    executed(shell, "need('torch')", "seen.append(1)", '%pip install "torch>=2.8"')
    capsys.readouterr()
    assert executed(shell, "need('torch')", "seen.append(2)", "seen.append(3)") == [2, 3]
    assert capsys.readouterr().out == ""
    assert not any(
        isinstance(one, optional_packages._PassingOver) for one in shell.input_transformers_cleanup
    )


def test_a_shell_in_a_terminal_is_no_notebook() -> None:
    assert optional_packages._shell_of_notebook() is None
