"""A deck is a text of its own: what its code uses is made on a slide, and the exercises are on it."""

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_utils import notebooks
from course_utils.notebooks import NotebookNode
from course_utils.publishing.slide_plan import Slide, plan_slides

PATHS = notebooks.find_notebooks()


def names(tree: ast.AST, kind: type) -> set[str]:
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, kind)
    }


def made(tree: ast.AST) -> set[str]:
    found = names(tree, ast.Store)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arguments):
            every = [*node.posonlyargs, *node.args, *node.kwonlyargs, node.vararg, node.kwarg]
            found |= {one.arg for one in every if one is not None}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found


def known_from_the_start(notebook: NotebookNode) -> set[str]:
    """Imports, which no lecture shows, and the settings."""
    found = {*dir(builtins), "get_ipython"}
    for cell in notebooks.code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        if "parameters" in notebooks.cell_tags(cell):
            found |= made(ast.parse(cell.source))
    return found


def code_on(slides: list[Slide]) -> Iterator[NotebookNode]:
    for slide in slides:
        yield from (cell for cell in slide.cells if cell.cell_type == "code")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_code_on_a_slide_uses_was_made_on_one(path: Path) -> None:
    notebook = notebooks.read_notebook(path)
    known, faults = known_from_the_start(notebook), []
    for cell in code_on(plan_slides(notebook)):
        tree = ast.parse(cell.source)
        missing = names(tree, ast.Load) - known - made(tree)
        faults += [f"{cell.id}: {name}" for name in sorted(missing)]
        known |= made(tree)
    assert not faults


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_slide_asserts(path: Path) -> None:
    shown = code_on(plan_slides(notebooks.read_notebook(path)))
    parsed = ((cell.id, ast.walk(ast.parse(cell.source))) for cell in shown)
    assert not [name for name, nodes in parsed if any(isinstance(n, ast.Assert) for n in nodes)]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_exercise_is_set_on_a_slide(path: Path) -> None:
    notebook = notebooks.read_notebook(path)
    shown = {cell.id for slide in plan_slides(notebook) for cell in slide.cells}
    tasks = [cell for cell in notebook.cells if "### Exercise" in cell.source]
    assert tasks and {cell.id for cell in tasks if cell.cell_type == "markdown"} <= shown


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_lecture_has_notes_to_speak_from(path: Path) -> None:
    slides = plan_slides(notebooks.read_notebook(path))
    # Not one for each slide: some slides are a figure with its sentence.
    silent = 0
    for slide in slides:
        silent = 0 if slide.notes else silent + 1
        assert silent <= 20, f"{silent} slides without notes, up to {slide.cells[0].id}"
