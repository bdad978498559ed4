"""Values in place of a notebook's parameters: papermill's cell, with values written exactly."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from papermill.parameterize import parameterize_notebook
from papermill.translators import PythonTranslator, Translator, papermill_translators

from course_utils.execution.literals import python_source
from course_utils.notebooks import NotebookNode


class _Exact(PythonTranslator):
    # papermill's own writes a tuple as a text, and the keys of a dict as texts.
    @classmethod
    def translate(cls, val: object) -> str:
        return python_source(val)

    @classmethod
    def codify(cls, parameters: Mapping[str, object], comment: str = "Parameters") -> str:
        # Without Black, which formats the cell where it is installed, and not elsewhere.
        return Translator.codify.__func__(cls, parameters, comment)


papermill_translators.register("python", _Exact)


def with_parameters(notebook: NotebookNode, values: Mapping[str, object]) -> NotebookNode:
    """Return the notebook with a cell after its parameters that gives them these values.

    Parameters
    ----------
    notebook : NotebookNode
        Left as it is.
    values : mapping of str to object
        Names and values that `python_source` can write.
    """
    made = copy.deepcopy(notebook)
    if not values:
        return made
    # papermill expects these of a notebook that it has read itself.
    made.metadata["papermill"] = {}
    for cell in made.cells:
        cell.metadata.setdefault("tags", [])
    made = parameterize_notebook(made, dict(values), kernel_name="python3", language="python")
    # The cell says it all, and not every value is JSON.
    made.metadata.pop("papermill", None)
    for cell in made.cells:
        if not cell.metadata.tags:
            del cell.metadata["tags"]
    return made
