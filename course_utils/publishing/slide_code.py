"""What a slide shows of a code cell: a figure stands without the lines that only draw it."""

from __future__ import annotations

import ast
import builtins

from nbformat import NotebookNode

from course_utils import notebooks

_DRAWING_ROOTS = {"plotting", "plt", "fig", "figure", "ax", "axes", "display"}
# Methods that put a value into another form and compute nothing of note.
_PLAIN_METHODS = {
    "astype",
    "copy",
    "format",
    "items",
    "join",
    "keys",
    "reshape",
    "tolist",
    "values",
}


def shown_source(cell: NotebookNode, notebook: NotebookNode) -> str:
    """Return the lines of a code cell that its slide shows.

    A cell without a figure is shown whole. Where there is a figure, statements that draw it are
    left out, and so are those that only prepare the drawing: they call nothing but Python's own
    functions and NumPy's, and what they name is read by no other cell and by no other kind of
    statement. What computes something with the course's functions or with Keras stays.

    Parameters
    ----------
    cell : NotebookNode
        A code cell with its outputs.
    notebook : NotebookNode
        The notebook that it belongs to.

    Returns
    -------
    str
        Whole lines of the source, possibly none.
    """
    if not _has_figure(cell):
        return cell.source
    try:
        statements = ast.parse(cell.source).body
    except SyntaxError:
        return cell.source
    plotting_names = _DRAWING_ROOTS | _imported_from_plotting(notebook)
    elsewhere = set().union(
        *(
            _names_read(other.source)
            for other in notebooks.code_cells(notebook)
            if other is not cell
        )
    )
    left_out = {s for s in statements if _draws(s, plotting_names)}
    # Backwards: what prepares a preparation comes before it.
    for statement in reversed(statements):
        if statement not in left_out and _prepares(statement, plotting_names):
            stays = [other for other in statements if other not in left_out]
            read = elsewhere.union(*(_loaded(other) for other in stays if other is not statement))
            if not _given(statement) & read:
                left_out.add(statement)
    return _lines(cell.source, statements, left_out)


def _has_figure(cell: NotebookNode) -> bool:
    kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
    return any(kind.startswith("image/") for kind in kinds)


def _lines(source: str, statements: list[ast.stmt], left_out: set[ast.stmt]) -> str:
    """The source without some statements; a comment belongs to the statement below it."""
    lines, kept = source.splitlines(), []
    end: int | None = 0
    for statement in statements:
        if statement not in left_out:
            kept += lines[end : statement.end_lineno]
        end = statement.end_lineno
    return "\n".join(kept).strip("\n")


def _draws(statement: ast.stmt, plotting_names: set[str]) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=func)):
            return _root(func) in plotting_names
        case ast.Assign(value=ast.Call(func=func)):
            return _root(func) in plotting_names
        case ast.For(body=body) | ast.With(body=body):
            return all(_draws(inner, plotting_names) for inner in body)
        case _:
            return False


def _prepares(statement: ast.stmt, plotting_names: set[str]) -> bool:
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return False
    calls = (node for node in ast.walk(statement.value) if isinstance(node, ast.Call))
    return all(
        _root(call.func) in plotting_names
        or _root(call.func) == "np"
        or (isinstance(call.func, ast.Name) and call.func.id in dir(builtins))
        or (isinstance(call.func, ast.Attribute) and call.func.attr in _PLAIN_METHODS)
        for call in calls
    )


def _root(func: ast.expr) -> str:
    """The name that `a.b[0].c` begins with, "a"; an empty string if it begins otherwise."""
    while isinstance(func, (ast.Attribute, ast.Subscript)):
        func = func.value
    return func.id if isinstance(func, ast.Name) else ""


def _loaded(tree: ast.AST) -> set[str]:
    return _names(tree, ast.Load)


def _given(statement: ast.stmt) -> set[str]:
    """The names that a statement leaves behind; those of a comprehension end with it."""
    return _names(statement, ast.Store) - _inner(statement)


def _inner(statement: ast.stmt) -> set[str]:
    return {
        name
        for node in ast.walk(statement)
        if isinstance(node, ast.comprehension)
        for name in _names(node.target, ast.Store)
    }


def _names(tree: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, context)
    }


def _names_read(source: str) -> set[str]:
    """The names that a cell takes from others: read before it has given them a value itself."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return set()
    read: set[str] = set()
    given: set[str] = set()
    for statement in statements:
        read |= _loaded(statement) - given - _inner(statement)
        given |= _given(statement)
    return read


def _imported_from_plotting(notebook: NotebookNode) -> set[str]:
    found: set[str] = set()
    for cell in notebooks.code_cells(notebook):
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and "plotting" in (node.module or ""):
                found.update(alias.asname or alias.name for alias in node.names)
    return found
