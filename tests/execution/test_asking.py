"""Executing one notebook and asking its kernel; the commands' tests look at the answers."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from patience import HANG

from course_utils.execution import asking
from course_utils.execution.asking import Answers, execute_and_ask
from course_utils.notebooks import NotebookNode


def made(*sources: str) -> NotebookNode:
    return new_notebook(
        cells=[new_code_cell(text, id=f"cell-{k}") for k, text in enumerate(sources)]
    )


def text(cell: NotebookNode) -> str:
    """What a cell printed, in however many pieces it came."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def execute(folder: Path, notebook: NotebookNode, *, cell_timeout: int = 120) -> Answers:
    answers = Answers()
    execute_and_ask(notebook, answers, folder=folder, cell_timeout=cell_timeout)
    return answers


def test_the_kernel_answers_at_the_end(tmp_path: Path) -> None:
    notebook = made(*(f"x = {k}\nprint(x)" for k in range(20)))
    answers = execute(tmp_path, notebook)
    assert [text(cell) for cell in notebook.cells] == [f"{k}\n" for k in range(20)]
    assert answers.scalars == {"x": 19}
    assert answers.times["training"] == 0 and answers.cell_seconds > 0


def test_pieces_of_one_stream_are_joined(tmp_path: Path) -> None:
    source = (
        "import sys, time\n"
        "for k in range(3):\n    print(k, end='', flush=True)\n    time.sleep(0.3)\n"
        "print('!', file=sys.stderr, flush=True)"
    )
    notebook = made(source)
    execute(tmp_path, notebook)
    outputs = notebook.cells[0].outputs
    assert [(output.name, output.text) for output in outputs] == [
        ("stdout", "012"),
        ("stderr", "!\n"),
    ]


def test_after_an_error_the_kernel_answers_too(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError):
        answers = Answers()
        notebook = made("x = 3", "1 / 0", "x = 4")
        execute_and_ask(notebook, answers, folder=tmp_path, cell_timeout=HANG)
    assert answers.scalars == {"x": 3} and notebook.cells[2].execution_count is None


def test_what_a_kernel_did_before_it_died_is_there(tmp_path: Path) -> None:
    notebook = made("print('before')", "import os\nos._exit(1)")
    with pytest.raises(DeadKernelError):
        execute(tmp_path, notebook)
    assert text(notebook.cells[0]) == "before\n"


def test_a_cell_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(CellTimeoutError):
        execute(tmp_path, made("while True:\n    pass"), cell_timeout=1)


def test_a_kernel_that_never_starts_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "import sys, time\nif 'ipykernel_launcher' in sys.orig_argv:\n    time.sleep(600)\n"
    (tmp_path / "sitecustomize.py").write_text(slow)
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setattr(asking, "START_TIMEOUT", 1)
    with pytest.raises(RuntimeError, match="Kernel didn't respond"):
        execute(tmp_path, made("1"))


def test_stored_outputs_are_gone_before_the_first_cell(tmp_path: Path) -> None:
    notebook = made("1 / 0", "2")
    notebook.cells[1].outputs = [NotebookNode(output_type="stream", name="stdout", text="old")]
    with pytest.raises(CellExecutionError):
        execute(tmp_path, notebook)
    assert notebook.cells[1].outputs == []


@pytest.mark.parametrize(
    "reply",
    [
        RuntimeError("Kernel died"),
        TimeoutError("no answer"),
        {"content": {}},
        {"content": {"user_expressions": {"answer": {"status": "error", "ename": "E"}}}},
        {"content": {"user_expressions": {"answer": {"data": {"text/plain": "'no json'"}}}}},
    ],
)
def test_a_kernel_without_an_answer_costs_the_answer_alone(
    reply: object,
) -> None:
    async def answer(*_: object, **__: object) -> object:
        if isinstance(reply, Exception):
            raise reply
        return reply

    client = asking._Asking(made())
    client.kc = SimpleNamespace(execute_interactive=answer)
    assert client._ask("1") == {}
