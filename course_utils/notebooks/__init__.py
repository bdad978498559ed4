"""The course's notebooks as files: finding, reading, their parameters, writing.

Nothing here executes a notebook; `course_utils.execution` does.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

# jsonschema, which nbformat imports, compiles a grammar of international web addresses: 1 s in
# every process, for addresses that no notebook holds. None reads as "not installed".
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

from nbformat import NotebookNode  # noqa: E402

from course_utils.notebooks import optional_packages, reveal  # noqa: E402
from course_utils.notebooks.optional_packages import need  # noqa: E402
from course_utils.notebooks.reading import parse_notebook, read_notebook  # noqa: E402
from course_utils.notebooks.writing import notebook_bytes, write_file, write_files  # noqa: E402

__all__ = [
    "CELL_TAGS",
    "NAME_PATTERN",
    "NOTEBOOK_METADATA",
    "NotebookNode",
    "SLIDE_TYPES",
    "canonical_form",
    "cell_tags",
    "code_cells",
    "find_documents",
    "find_notebooks",
    "headline",
    "need",
    "needed_packages",
    "notebook_bytes",
    "notebooks_folder",
    "optional_packages",
    "parameters",
    "parse_notebook",
    "read_notebook",
    "reveal",
    "statements",
    "title",
    "uses_neural_library",
    "what_is_missing",
    "write_file",
    "write_files",
]

NAME_PATTERN = re.compile(r"\d\d_[a-z0-9]+(?:_[a-z0-9]+)*\.ipynb")
CELL_TAGS = (
    "parameters",
    "headline",
    "check",
    "exercise",
    "exercise-check",
    "predict",
    "explanation",
    "self-test",
    "nbval-ignore-output",
)
SLIDE_TYPES = ("slide", "subslide", "fragment", "skip", "notes", "-")
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    # What a kernel says of itself, but for its version, which differs between machines. Without
    # the file's ending nbconvert would make a .txt of it.
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
_NEURAL_LIBRARIES = re.compile(
    r"^\s*(?:import|from)\s+(?:keras|tensorflow|torch|course_utils\.quiet_tensorflow)\b"
    r"|^\s*from\s+course_utils\s+import\s+.*\bquiet_tensorflow\b",
    re.MULTILINE,
)


# --- finding ------------------------------------------------------------------------------------


def notebooks_folder() -> Path:
    """Return the folder that holds the course's notebooks.

    It stands beside the package in a clone of the course; a copy of the package that was
    installed without the clone looks in the working folder.

    Raises
    ------
    ValueError
        If there is no such folder.
    """
    places = [Path(__file__).resolve().parents[2] / "notebooks", Path.cwd() / "notebooks"]
    for place in places:
        if place.is_dir():
            return place
    listed = " or ".join(str(place) for place in places)
    raise ValueError(f"there is no folder {listed}: run this in a clone of the course")


def find_notebooks(selectors: Sequence[str] = (), *, folder: Path | None = None) -> list[Path]:
    """Find notebooks by number, by a part of their name, or by path.

    Parameters
    ----------
    selectors : sequence of str
        Each a number (``"5"``, ``"05"``), a part of a name (``"pooling"``, which may fit
        several), or the path of an ``.ipynb`` file. None at all selects every notebook.
    folder : Path, optional
        Where the notebooks are; :func:`notebooks_folder` by default.

    Returns
    -------
    list of Path
        Absolute paths, in the order of the course, each once.

    Raises
    ------
    ValueError
        If a selector fits nothing; the message lists what there is, or says what is wrong with a
        path.
    """
    present: list[Path] | None = None
    found: set[Path] = set()
    if selectors and all(_is_file(selector) for selector in selectors):
        found.update(Path(selector).resolve() for selector in selectors)
    else:
        folder = notebooks_folder() if folder is None else Path(folder)
        present = sorted(p.resolve() for p in folder.glob("*.ipynb") if not p.name.startswith("."))
        if not present:
            raise ValueError(f"the folder {folder} holds no notebooks")
        if not selectors:
            found.update(present)
        for selector in selectors:
            matches = _matches(selector, present)
            if not matches and (problem := _as_a_path(selector)):
                raise ValueError(problem)
            if not matches:
                listed = "\n".join(f"  {path.stem}" for path in present)
                raise ValueError(
                    f"no notebook fits {selector!r}. Give a number, a part of a name, or a path. "
                    f"There are:\n{listed}"
                )
            found.update(matches)
    return sorted(found, key=lambda path: (path.name, str(path)))


def find_documents(folder: Path) -> list[Path]:
    """Return the pages of text beside the notebooks, such as the glossary: its ``.md`` files."""
    return sorted(path for path in Path(folder).glob("*.md") if not path.name.startswith("."))


def _is_file(selector: str) -> bool:
    return selector.endswith(".ipynb") and Path(selector).is_file()


def _names_a_place(selector: str) -> bool:
    return any(separator in selector for separator in (os.sep, os.altsep) if separator)


def _as_a_path(selector: str) -> str:
    """Say what is wrong with a selector that was meant as a path; nothing if it wasn't."""
    if selector and os.path.isdir(selector):
        return f"{selector!r} is a folder: give the paths of the notebooks in it"
    if selector and os.path.exists(selector):
        return f"{selector!r} is no notebook: give a file whose name ends in .ipynb"
    if _names_a_place(selector):
        return f"there is no file {selector!r}: give the path of a notebook that is there"
    return ""


def _matches(selector: str, present: Iterable[Path]) -> list[Path]:
    if _is_file(selector):
        return [Path(selector).resolve()]
    if _names_a_place(selector):
        # A notebook of the same name in another folder isn't the one that was meant.
        return []
    if selector.isascii() and selector.isdigit():
        return [path for path in present if path.stem.startswith(f"{int(selector):02d}_")]
    wanted = Path(selector).stem.lower() if selector.endswith(".ipynb") else selector.lower()
    wanted = re.sub(r"[\s-]+", "_", wanted.strip())
    return [path for path in present if wanted and wanted in path.stem.lower()]


# --- reading ------------------------------------------------------------------------------------


def cell_tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell, an empty list if it has none."""
    return list(cell.metadata.get("tags", []))


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that a kernel executes: code cells that are not blank."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def statements(cell: NotebookNode) -> list[ast.stmt]:
    """Return the statements of a code cell; none if it is no plain Python, as with a magic."""
    try:
        return ast.parse(cell.source).body
    # Beside SyntaxError: a null byte, or brackets by the thousand.
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def title(notebook: NotebookNode) -> str:
    """Return the text of the first heading, or an empty string."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            match = re.search(r"^#\s+(.+?)\s*#*$", cell.source, re.MULTILINE)
            if match:
                return match.group(1)
    return ""


def headline(notebook: NotebookNode) -> str:
    """Return what the cell tagged ``headline`` printed, or an empty string."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and "headline" in cell_tags(cell):
            printed = [out.text for out in cell.outputs if out.get("name") == "stdout"]
            return "".join(printed).strip()
    return ""


def uses_neural_library(notebook: NotebookNode) -> bool:
    """Tell whether a notebook imports Keras, TensorFlow or PyTorch: those run longest."""
    return any(_NEURAL_LIBRARIES.search(cell.source) for cell in code_cells(notebook))


def needed_packages(notebook: NotebookNode) -> list[str]:
    """Return the modules for which a notebook calls `course_utils.notebooks.optional_packages.need`."""
    found = []
    for cell in code_cells(notebook):
        for statement in statements(cell):
            match statement:
                case ast.Expr(ast.Call(func=ast.Name("need"), args=[ast.Constant(str(module))])):
                    found.append(module)
    return found


def what_is_missing(notebook: NotebookNode) -> str:
    """Say which package a notebook needs that is not installed; empty if there is none.

    Raises
    ------
    ValueError
        If the notebook needs a package that `course_utils.notebooks.optional_packages` doesn't know.
    """
    missing = (optional_packages.what_is_missing(name) for name in needed_packages(notebook))
    return next(filter(None, missing), "")


def parameters(notebook: NotebookNode) -> dict[str, object]:
    """Return the names and default values of the cell tagged ``parameters``.

    Raises
    ------
    ValueError
        If there are several such cells, or one holds anything but ``NAME = literal``.
    """
    tagged = [cell for cell in notebook.cells if "parameters" in cell_tags(cell)]
    if not tagged:
        return {}
    if len(tagged) > 1:
        raise ValueError(f"{len(tagged)} cells are tagged 'parameters': keep one")
    values: dict[str, object] = {}
    listed = statements(tagged[0])
    if not listed and re.search(r"^\s*[^#\s]", tagged[0].source, re.MULTILINE):
        raise ValueError(
            "the parameters cell is no plain Python: "
            "it may hold nothing but lines of the form NAME = literal"
        )
    for statement in listed:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case _:
                raise ValueError(
                    f"the parameters cell holds {ast.unparse(statement)!r}: "
                    "it may hold nothing but lines of the form NAME = literal"
                )
        try:
            values[name] = ast.literal_eval(value)
        # TypeError: a list as the key of a dictionary. The others: nested without end.
        except (ValueError, TypeError, RecursionError, MemoryError) as error:
            raise ValueError(
                f"the parameter {name} = {ast.unparse(value)} is not a literal: "
                "compute it in a later cell"
            ) from error
    return values
