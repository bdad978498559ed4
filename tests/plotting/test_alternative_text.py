"""The alternative text of a figure: the author's for the author's cell, else the figure's own."""

import json
import os

import matplotlib.pyplot as plt
import pytest

from course_utils.plotting.alternative_text import (
    NOTEBOOK_VARIABLES,
    authored_text,
    described,
)

CODE = "fig = draw(A)\nplotting.show(fig)"


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A notebook of two cells; the running kernel knows its file as JupyterLab tells it."""
    path = tmp_path / "05_padding.ipynb"
    cells = [
        {"cell_type": "markdown", "source": ["Words"], "metadata": {}},
        {
            "cell_type": "code",
            "source": ["fig = draw(A)\n", "plotting.show(fig)"],
            "metadata": {"alt": "A digit {DIGIT} on a table of {SIZE} cells."},
        },
        {"cell_type": "code", "source": "plotting.show(other)", "metadata": {}},
    ]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    for variable in NOTEBOOK_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    return path


def test_the_authors_text_with_the_values_of_this_run(notebook):
    names = {"DIGIT": 7, "SIZE": 784}
    assert authored_text(CODE, names) == "A digit 7 on a table of 784 cells."
    assert authored_text(CODE + "  \n", names) == "A digit 7 on a table of 784 cells."


@pytest.mark.parametrize("code", ["fig = draw(B)\nplotting.show(fig)", "plotting.show(other)", ""])
def test_no_text_for_another_cell(notebook, code):
    assert authored_text(code, {"DIGIT": 7, "SIZE": 784}) == ""


def test_no_text_where_a_name_has_no_value(notebook):
    assert authored_text(CODE, {"DIGIT": 7}) == ""


@pytest.mark.parametrize("content", ["", "[]", "{", '{"cells": [{}]}'])
def test_a_broken_or_missing_notebook_gives_no_text(notebook, content):
    notebook.write_text(content)
    assert authored_text(CODE, {}) == ""
    notebook.unlink()
    assert authored_text(CODE, {}) == ""


def test_a_changed_file_is_read_again(notebook):
    assert authored_text(CODE, {"DIGIT": 7, "SIZE": 1}).startswith("A digit 7")
    notebook.write_text(notebook.read_text().replace("A digit", "The digit"))
    os.utime(notebook, ns=(1, 1))
    assert authored_text(CODE, {"DIGIT": 7, "SIZE": 1}).startswith("The digit 7")


def test_the_courses_own_commands_come_first(notebook, tmp_path, monkeypatch):
    own = tmp_path / "own.ipynb"
    own.write_text(notebook.read_text().replace("A digit", "Our digit"))
    monkeypatch.setenv("CNN_COURSE_NOTEBOOK", str(own))
    assert authored_text(CODE, {"DIGIT": 7, "SIZE": 1}).startswith("Our digit 7")


def test_a_figure_describes_itself():
    fig, axes = plt.subplots(1, 2)
    assert described(fig) == "A figure of 2 panels without a title."
    fig.suptitle("Two\nlines")
    axes[1].set(title="Right", ylabel="loss")
    assert described(fig) == "A figure of 2 panels: Two lines; Right, loss."
    plt.close(fig)
