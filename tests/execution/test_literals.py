"""Values as Python code, and in the cell that gives them to a notebook."""

import math

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_utils.execution.given_parameters import with_parameters
from course_utils.execution.literals import Source, python_source

VALUES = [
    *(1, -2, 2.5, 1e300, True, None, "a'b\"\n\\", b"x", 1 + 2j, ...),
    *((), (1,), (1, (2, 3)), [], [1, "a"], {}, {1: (2,), "a": [None]}, {1, 2}, set()),
    *(math.inf, -math.inf, [math.inf, (1, -math.inf)], {"a": math.inf}),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_is_the_same_afterwards(value: object) -> None:
    found = eval(python_source(value))
    assert found == value and type(found) is type(value)


def test_nan_is_the_same_afterwards() -> None:
    assert math.isnan(eval(python_source([math.nan]))[0])


def test_what_is_code_already_stays() -> None:
    assert python_source(Source("(1, 2)")) == "(1, 2)"


def test_the_cell_stands_after_the_parameters_and_nothing_else_changes() -> None:
    cells = [
        new_code_cell("0", id="a"),
        new_code_cell("T = 0", id="p", metadata={"tags": ["parameters"]}),
        new_code_cell("T", id="b"),
    ]
    notebook = new_notebook(cells=cells)
    before = repr(notebook)
    given = with_parameters(notebook, {"T": (1, 2), "D": {1: 2}, "N": Source("float('nan')")})
    assert repr(notebook) == before
    assert [cell.source for cell in given.cells] == [
        *("0", "T = 0"),
        "# Parameters\nT = (1, 2)\nD = {1: 2}\nN = float('nan')\n",
        "T",
    ]
    assert given.cells[2].metadata == {"tags": ["injected-parameters"]}
    assert given.metadata == notebook.metadata and given.cells[0].metadata == {}
    assert with_parameters(notebook, {}) == notebook
