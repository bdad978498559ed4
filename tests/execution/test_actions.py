"""What `refresh` looks at before it stores; the commands' tests execute notebooks."""

from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_utils.execution import actions
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
