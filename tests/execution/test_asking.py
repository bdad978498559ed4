"""papermill with questions: how often it saves; the commands' tests look at the answers."""

from pathlib import Path

import papermill.engines
import pytest
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from course_utils import notebooks
from course_utils.execution import kernels
from course_utils.execution.asking import Answers, execute_and_ask


def execute(folder: Path, *sources: str) -> tuple[Path, Answers]:
    source, target, answers = folder / "source.ipynb", folder / "target.ipynb", Answers()
    cells = [new_code_cell(text, id=f"cell-{k}") for k, text in enumerate(sources)]
    source.write_bytes(notebooks.notebook_bytes(new_notebook(cells=cells)))
    execute_and_ask(
        source,
        target,
        answers,
        kernel_name="python3",
        language="python",
        kernel_manager_class=kernels.KernelManager,
    )
    return target, answers


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names, write = [], papermill.engines.write_ipynb

    def counted(notebook: object, path: str) -> None:
        names.append(path)
        write(notebook, path)

    monkeypatch.setattr(papermill.engines, "write_ipynb", counted)
    return names


def test_a_notebook_of_many_short_cells_is_saved_once(tmp_path: Path, saved: list[str]) -> None:
    target, answers = execute(tmp_path, *(f"x = {k}\nprint(x)" for k in range(20)))
    assert saved == [str(target)]
    cells = notebooks.read_notebook(target).cells
    assert [cell.outputs[0].text for cell in cells] == [f"{k}\n" for k in range(20)]
    assert answers.scalars == {"x": 19}
    assert answers.times["training"] == 0


def test_what_a_kernel_did_before_it_died_is_saved(tmp_path: Path, saved: list[str]) -> None:
    with pytest.raises(DeadKernelError):
        execute(tmp_path, "print('before')", "import os\nos._exit(1)")
    assert len(saved) == 1
    before, _ = notebooks.read_notebook(tmp_path / "target.ipynb").cells
    assert before.outputs[0].text == "before\n"
