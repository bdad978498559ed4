"""Packages that one notebook needs and the course doesn't install for everybody.

Such a notebook says so in a cell of its own, before the first import of the package::

    from course_utils.optional_packages import need

    need("torch")

Where the package is missing, the kernel prints one sentence and passes over all later cells, so
that nothing fails. `course_utils.notebooks.what_is_missing` finds the call in the notebook's
source, for those who want to know before they execute it.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from typing import Any, NamedTuple


class OptionalPackage(NamedTuple):
    """What a package is called, and what ``pip install`` is to be given for it."""

    title: str
    requirement: str


# By the name of the module that a program imports. pyproject.toml has an extra of the same name.
PACKAGES = {"torch": OptionalPackage("PyTorch", "torch>=2.8")}

# A cell that installs something, or that asks anew, is executed all the same.
_EXECUTED = re.compile(r"^\s*(?:[%!]\s*(?:pip|conda|mamba|uv)\b|.*\bneed\()")


def what_is_missing(module: str) -> str:
    """Say what is missing and how to install it.

    Parameters
    ----------
    module : str
        One of `PACKAGES`.

    Returns
    -------
    str
        ``'needs PyTorch, which is not installed: pip install "torch>=2.8"'``; empty if the
        package is there.

    Raises
    ------
    ValueError
        If the module is none of `PACKAGES`.
    """
    if module not in PACKAGES:
        raise ValueError(
            f"module is {module!r}: the course's optional packages are {', '.join(PACKAGES)}"
        )
    # A package may have been installed since the last look.
    importlib.invalidate_caches()
    if importlib.util.find_spec(module) is not None:
        return ""
    package = PACKAGES[module]
    return f'needs {package.title}, which is not installed: pip install "{package.requirement}"'


def need(module: str) -> None:
    """Go on only if a package is installed; to be called at the end of a cell of its own.

    In a notebook without the package, prints one sentence, and the kernel then passes over every
    cell, until the package is there: installing it in a cell and running all cells again is enough.

    Parameters
    ----------
    module : str
        One of `PACKAGES`.

    Raises
    ------
    ImportError
        Outside a notebook, if the package is not installed.
    ValueError
        If the module is none of `PACKAGES`.
    """
    if not what_is_missing(module):
        return
    title, requirement = PACKAGES[module]
    shell = _shell_of_notebook()
    if shell is None:
        raise ImportError(f'{title} is not installed: pip install "{requirement}"', name=module)
    print(
        f"This notebook needs {title}, which is not installed, so its cells are passed over: "
        f'execute  %pip install "{requirement}"  in a new cell (or, in the course\'s folder, '
        f"pip install -e .[{module}]), then run all cells again."
    )
    transformers = shell.input_transformers_cleanup
    if not any(isinstance(one, _PassingOver) for one in transformers):
        transformers.append(_PassingOver(module, transformers))


def _shell_of_notebook() -> Any:
    """Return the IPython shell of the notebook that runs this; None in any other program."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if hasattr(shell, "kernel") else None


class _PassingOver:
    """Empties every cell before it is executed; an input transformer of IPython."""

    def __init__(self, module: str, transformers: list[Any]) -> None:
        self._module, self._transformers = module, transformers

    def __call__(self, lines: list[str]) -> list[str]:
        if any(_EXECUTED.match(line) for line in lines):
            return lines
        if not what_is_missing(self._module):
            self._transformers.remove(self)
            return lines
        return []
