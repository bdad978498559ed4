"""Values in place of a notebook's parameters: papermill's cell, with values written exactly."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping

from papermill.parameterize import parameterize_notebook
from papermill.translators import PythonTranslator, Translator, papermill_translators

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
    made.metadata["papermill"] = {}
    made = parameterize_notebook(made, dict(values), kernel_name="python3", language="python")
    # The cell says it all, and not every value is JSON.
    made.metadata.pop("papermill", None)
    return made


def python_source(value: object) -> str:
    """Return Python code for a value made of literals, NaN and infinities among them."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    if isinstance(value, dict):
        items = (f"{python_source(key)}: {python_source(held)}" for key, held in value.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(value, (list, tuple, set)) and value:
        inside = ", ".join(map(python_source, value))
        if isinstance(value, tuple):
            return f"({inside},)" if len(value) == 1 else f"({inside})"
        return f"[{inside}]" if isinstance(value, list) else f"{{{inside}}}"
    return repr(value)
