"""What `refresh` looks at before it stores; the commands' tests execute notebooks."""

from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_utils import notebooks
from course_utils.execution import Task, actions
from course_utils.notebooks import NotebookNode


def stream(name: str, text: str) -> NotebookNode:
    return new_output("stream", name=name, text=text)


def picture(*, alt: bool = True, shown: bool = True) -> NotebookNode:
    data = {"text/plain": "<Figure>"} | ({"image/png": "aGk="} if shown else {})
    metadata = {"image/png": {"alt": "a line"}} if alt else {}
    return new_output("display_data", data, metadata=metadata)


def notebook(*outputs: NotebookNode) -> NotebookNode:
    return new_notebook(cells=[new_code_cell("draw()", id="draw", outputs=list(outputs))])


def test_what_went_to_stderr_is_named_in_one_piece() -> None:
    fresh = notebook(stream("stderr", "a war"), stream("stdout", "x"), stream("stderr", "ning\n"))
    assert actions._first_stderr(fresh) == "cell 1 (id draw) writes to stderr: a warning"
    assert actions._first_stderr(notebook(stream("stdout", "x"))) == ""


def test_a_picture_that_is_drawn_no_more_is_named() -> None:
    for fresh, stored, says in (
        ([picture()], [picture()], ""),
        ([picture(), picture()], [picture()], ""),
        ([picture(alt=False)], [], ""),
        ([stream("stdout", "x")], [], ""),
        ([picture(shown=False)], [], "cell 1 (id draw) describes a picture and shows none"),
        ([picture()], [picture(), picture()], "cell 1 (id draw) showed 2 pictures and now shows 1"),
        ([], [picture(alt=False)], "cell 1 (id draw) showed 1 pictures and now shows 0"),
    ):
        lost = actions._lost_picture(notebook(*fresh), notebook(*stored))
        assert lost.startswith(says) and bool(lost) == bool(says)


def test_a_notebook_in_another_language_is_not_executed_as_python(tmp_path: Path) -> None:
    """Its cells may be Python by chance, and mean something else."""
    for name, metadata in (
        ("julia", {"kernelspec": {"name": "j", "display_name": "J", "language": "julia"}}),
        ("R", {"language_info": {"name": "R"}}),
    ):
        path = tmp_path / f"{name}.ipynb"
        foreign = new_notebook(cells=[new_code_cell("x = 1")], metadata=metadata)
        path.write_bytes(notebooks.notebook_bytes(foreign))
        before = path.read_bytes()
        for action in ("run", "refresh"):
            outcome = actions.perform(Task(action, str(path), str(tmp_path / "out")), refuse)
            assert outcome.error.startswith(f"it is written in {name}, and only Python is executed")
        assert path.read_bytes() == before and not (tmp_path / "out").exists()


def test_python_by_any_name_is_executed() -> None:
    for metadata in (
        {},
        {"kernelspec": {"name": "my-env", "display_name": "mine"}},
        {"kernelspec": {"name": "x", "display_name": "x", "language": "Python"}},
        {"language_info": {"name": "ipython"}},
    ):
        assert actions._other_language(new_notebook(metadata=metadata)) == ""


def refuse(**_: object) -> None:
    raise AssertionError("no cell is to be executed")
