"""Mutating the solutions: does a check refuse what is no longer right?

A mutant is a solution with one change of the kind that a slip of the pen makes: another operator, a
bound or a constant one off, another axis, two arguments exchanged, a line left out. Run as a script

    python -m tests.exercises.mutation [NUMBER …] [--survivors]

it judges all of them and prints how many were refused. A mutant that is accepted is either a right
answer written otherwise, and listed with the reason in ``equivalent_mutants.txt``, or a gap in the
cases of its exercise.
"""

import argparse
import ast
import copy
import difflib
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from course_utils import exercises
from course_utils.exercises.engine.exercise import Exercise, FunctionExercise

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")
TIME_LIMIT = 0.5

_OPERATORS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Pow: (ast.Mult, ast.Add),
    ast.MatMult: (ast.Mult, ast.Add),
    ast.Mod: (ast.FloorDiv, ast.Mult),
}
_COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
}
_NAMES = {
    "zeros": ("ones",),
    "max": ("min", "mean"),
    "min": ("max",),
    "maximum": ("minimum",),
    "argmax": ("argmin",),
    "mean": ("sum", "median"),
    "sum": ("mean", "max"),
    "median": ("mean",),
    "var": ("std",),
    "sqrt": ("square", "abs"),
    "exp": ("exp2",),
    "log": ("log10", "log1p"),
    "ravel": ("copy",),
    "round": ("int",),
    "zeros_like": ("ones_like",),
}


@dataclass(frozen=True)
class Mutant:
    """A changed solution: what was changed, and the whole source."""

    number: str
    what: str
    source: str

    @property
    def key(self) -> str:
        """One line that tells the mutant from the others of its exercise."""
        return f"{self.number} {self.what}"


def mutants(exercise: Exercise) -> Iterator[Mutant]:
    """All mutants of an exercise's solution, each source once."""
    original = ast.parse(exercise._definition())
    seen = {ast.unparse(original)}
    for place, _ in enumerate(ast.walk(original)):
        for change in _changes(_node(original, place)):
            tree = copy.deepcopy(original)
            if not change(_node(tree, place), tree):
                continue
            source = ast.unparse(ast.fix_missing_locations(tree))
            if source not in seen:
                seen.add(source)
                yield Mutant(exercise.number, _what(ast.unparse(original), source), source)


def is_refused(mutant: Mutant) -> bool:
    """Whether the check refuses a mutant, or it can't even be called."""
    exercise = exercises.find(mutant.number)
    space = dict(exercise.solution.__globals__)
    answer: Any
    try:
        exec(compile(mutant.source, "<mutant>", "exec"), space)
        answer = space[exercise.solution.__name__]
        if not isinstance(exercise, FunctionExercise):
            answer = answer()
    except Exception:
        return True
    return exercises.judge(mutant.number, answer, time_limit=TIME_LIMIT).status != "right"


@cache
def equivalent() -> dict[str, str]:
    """Reasons of the mutants that are right, by their keys."""
    found, reason = {}, ""
    for line in EQUIVALENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            reason = line[2:]
        elif line.strip():
            found[line.rstrip()] = reason
    return found


def _node(tree: ast.AST, place: int) -> ast.AST:
    return next(node for at, node in enumerate(ast.walk(tree)) if at == place)


def _what(before: str, after: str) -> str:
    """The lines that differ, "- old + new"."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return " ".join(" ".join(line.split()) for line in lines if line[:2] in ("- ", "+ "))


def _changes(node: ast.AST) -> Iterator[Any]:
    """Functions that change a node in place, or its tree, and say whether they did."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        for other in _OPERATORS.get(type(node.op), ()):
            yield _set("op", other())
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult)):
        yield _exchange_sides
    if isinstance(node, ast.Compare):
        for other in _COMPARISONS.get(type(node.ops[0]), ()):
            yield _set("ops", [other()])
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield _set("value", node.value + 1)
        yield _set("value", node.value - 1)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield _set("op", ast.UAdd())
    if isinstance(node, ast.Slice):
        for bound in ("lower", "upper"):
            if getattr(node, bound) is not None:
                yield _shifted(bound, ast.Add())
                yield _shifted(bound, ast.Sub())
                yield _set(bound, None)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        yield _exchange_indices
    if isinstance(node, ast.Call):
        for place in range(len(node.args) - 1):
            yield _exchange_arguments(place)
        if isinstance(node.func, ast.Name) and node.func.id == "range":
            yield _last_argument(ast.Add())
            yield _last_argument(ast.Sub())
            yield _from_one
        for place in range(len(node.keywords)):
            yield _without_keyword(place)
        if ast.unparse(node.func) in ("np.zeros", "np.full"):
            yield _of_whole_numbers
    if isinstance(node, ast.Attribute):
        for other_name in _NAMES.get(node.attr, ()):
            yield _set("attr", other_name)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other_name in _NAMES.get(node.id, ()):
            yield _set("id", other_name)
        yield from _other_names(node)
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield _reverse_elements
    if isinstance(node, ast.List):
        for place in range(len(node.elts)):
            yield _without_element(place)
            yield _exchange_elements(place)
    if isinstance(node, ast.For):
        yield _return_inside
    if isinstance(node, ast.If):
        yield _always
        yield _never
    for field in ("body", "orelse"):
        statements = getattr(node, field, None)
        if isinstance(statements, list) and len(statements) > 1:
            for place in range(len(statements)):
                yield _without_statement(field, place)
                yield _overwriting(field, place)


def _set(field: str, value: Any) -> Any:
    def change(node: Any, tree: ast.AST) -> bool:
        setattr(node, field, value)
        return True

    return change


def _exchange_sides(node: Any, tree: ast.AST) -> bool:
    node.left, node.right = node.right, node.left
    return True


def _exchange_indices(node: Any, tree: ast.AST) -> bool:
    node.slice.elts[-2:] = reversed(node.slice.elts[-2:])
    return True


def _reverse_elements(node: Any, tree: ast.AST) -> bool:
    node.elts.reverse()
    return True


def _shifted(bound: str, operator: ast.operator) -> Any:
    def change(node: Any, tree: ast.AST) -> bool:
        setattr(node, bound, ast.BinOp(getattr(node, bound), operator, ast.Constant(1)))
        return True

    return change


def _last_argument(operator: ast.operator) -> Any:
    def change(node: Any, tree: ast.AST) -> bool:
        node.args[-1] = ast.BinOp(node.args[-1], operator, ast.Constant(1))
        return True

    return change


def _exchange_arguments(place: int) -> Any:
    def change(node: Any, tree: ast.AST) -> bool:
        node.args[place], node.args[place + 1] = node.args[place + 1], node.args[place]
        return True

    return change


def _without_keyword(place: int) -> Any:
    def change(node: Any, tree: ast.AST) -> bool:
        del node.keywords[place]
        return True

    return change


def _of_whole_numbers(node: Any, tree: ast.AST) -> bool:
    node.keywords.append(ast.keyword("dtype", ast.Name("int", ast.Load())))
    return True


def _without_statement(field: str, place: int) -> Any:
    def change(node: Any, tree: ast.AST) -> bool:
        statements = getattr(node, field)
        if isinstance(statements[place], ast.Import | ast.ImportFrom):
            return False
        del statements[place]
        return True

    return change


def _overwriting(field: str, place: int) -> Any:
    """``total = x`` in place of ``total += x``."""

    def change(node: Any, tree: ast.AST) -> bool:
        statement = getattr(node, field)[place]
        if isinstance(statement, ast.AugAssign):
            getattr(node, field)[place] = ast.Assign([statement.target], statement.value)
        return isinstance(statement, ast.AugAssign)

    return change


def _without_element(place: int) -> Any:
    def change(node: Any, tree: ast.AST) -> bool:
        del node.elts[place]
        return True

    return change


def _exchange_elements(place: int) -> Any:
    def change(node: Any, tree: ast.AST) -> bool:
        node.elts[place - 1], node.elts[place] = node.elts[place], node.elts[place - 1]
        return True

    return change


def _from_one(node: Any, tree: ast.AST) -> bool:
    if len(node.args) == 1:
        node.args.insert(0, ast.Constant(1))
    return len(node.args) == 2


def _return_inside(node: Any, tree: Any) -> bool:
    """The function's return at the end of a loop's body as well."""
    node.body.append(copy.deepcopy(tree.body[0].body[-1]))
    return True


def _always(node: Any, tree: ast.AST) -> bool:
    node.test = ast.Constant(True)
    return True


def _never(node: Any, tree: ast.AST) -> bool:
    node.test = ast.Constant(False)
    return True


def _other_names(node: ast.Name) -> Iterator[Any]:
    """One name of the function in place of another: the next one, and the one before."""

    def to(step: int) -> Any:
        def change(node: Any, tree: ast.AST) -> bool:
            names = sorted(
                {each.arg for each in ast.walk(tree) if isinstance(each, ast.arg)}
                | {
                    each.id
                    for each in ast.walk(tree)
                    if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
                }
            )
            if node.id not in names or len(names) < 2:
                return False
            node.id = names[(names.index(node.id) + step) % len(names)]
            return True

        return change

    yield to(1)
    yield to(-1)


def main() -> int:
    """Judge all mutants and print what came of it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("numbers", nargs="*")
    parser.add_argument("--survivors", action="store_true", help="print those that are accepted")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    for exercise in exercises.all_exercises():
        if options.numbers and exercise.number not in options.numbers:
            continue
        for mutant in mutants(exercise):
            listed = mutant.key in equivalent()
            refused = is_refused(mutant)
            counts["refused" if refused else "equivalent" if listed else "accepted"] += 1
            if not refused and not listed and options.survivors:
                print(mutant.key, flush=True)
    total = counts.total()
    share = counts["refused"] / max(1, total - counts["equivalent"])
    print(
        f"{total} mutants: {counts['refused']} refused, {counts['equivalent']} equivalent as "
        f"listed, {counts['accepted']} accepted; {share:.1%} of those that are wrong refused"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
