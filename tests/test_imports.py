"""What imports what: floors, cost, and no TensorFlow before it is called."""

import ast
import importlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from course_utils.notebooks import code_cells, find_notebooks, read_notebook

TOP = Path(__file__).resolve().parent.parent
PACKAGE = TOP / "course_utils"
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

# From the ground up. Imports go down or stay on their floor; what shares a floor imports in no
# circle. A name is a wing (a folder) or a file on the ground beside the wings.
FLOORS = (
    (
        "arguments",
        "cores",
        "integer_sums",
        "lock",
        "magnitudes",
        "memory",
        "number_messages",
        "picture_opening",
        "quiet_tensorflow",
        "sum_dtypes",
        "__init__",
    ),
    ("convolution", "filters", "pooling", "connectivity", "layers", "least_squares"),
    ("datasets", "handwriting"),
    ("networks", "forecasting"),
    ("detection",),
    ("plotting",),
    ("exercises", "explorers"),
    ("notebooks",),
    ("publishing",),
    ("desk",),
    ("execution",),
    ("sweeping",),
    ("commands", "__main__"),
)
HEIGHT = {name: height for height, floor in enumerate(FLOORS) for name in floor}
# Handwriting waits for SciPy's image routines, and only notebook 13 and the sketchpad for it.
NOT_QUICK = {"quiet_tensorflow", "__init__", "handwriting"}
NUMERICS = sorted({*FLOORS[0], *FLOORS[1], *FLOORS[2]} - NOT_QUICK)
NEURAL = {"keras", "tensorflow", "torch"}
IMPORT_LIMIT = 1.5  # times what importing NumPy itself takes

FILES = sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    """The module or folder of the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def dotted(path: Path) -> str:
    parts = path.relative_to(TOP).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, *, at_top: bool = False) -> Iterator[str]:
    """Every imported module of a file, as a dotted name.

    `at_top` leaves out what is not executed when the file is imported: the insides of functions,
    and what is there for type checkers only.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports by their full name, please"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        if not (at_top and is_not_executed(node)):
            pending.extend(ast.iter_child_nodes(node))


def is_not_executed(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test).endswith("TYPE_CHECKING")
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))


def own_imports(path: Path) -> set[str]:
    """The parts of the package that a file imports."""
    names = (name.split(".") for name in imports(path))
    return {parts[1] for parts in names if parts[0] == "course_utils" and len(parts) > 1}


def test_every_part_has_its_floor() -> None:
    assert set(HEIGHT) == {part(path) for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=dotted)
def test_imports_go_down(path: Path) -> None:
    known = own_imports(path) & set(HEIGHT)
    assert not {name for name in known if HEIGHT[name] > HEIGHT[part(path)]}


# --- doors --------------------------------------------------------------------------------------

WINGS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
BESIDE = {part(path) for path in FILES} - set(WINGS)


def offered(wing: str) -> set[str]:
    """What a wing's door offers: its ``__all__``."""
    return set(importlib.import_module(f"course_utils.{wing}").__all__)


def past_the_door(tree: ast.AST, home: str | None) -> list[str]:
    """The imports that reach into another wing for what its door doesn't offer."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found += [".".join(parts) for parts in names if len(parts) > 2 and parts[1] in WINGS]
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] != "course_utils" or len(parts) < 2 or parts[1] in {home, *BESIDE}:
                continue
            hidden = {alias.name for alias in node.names} - offered(parts[1])
            if len(parts) > 2 or hidden:
                found.append(f"from {node.module} import {', '.join(sorted(hidden)) or '…'}")
    return found


@pytest.mark.parametrize("wing", WINGS)
def test_doors_say_who_lives_here_and_offer_what_is_there(wing: str) -> None:
    door = importlib.import_module(f"course_utils.{wing}")
    assert door.__doc__
    for name in offered(wing):
        if not hasattr(door, name):
            importlib.import_module(f"course_utils.{wing}.{name}")


@pytest.mark.parametrize("path", FILES, ids=dotted)
def test_wings_are_entered_by_their_doors(path: Path) -> None:
    assert not past_the_door(ast.parse(path.read_text(encoding="utf-8")), part(path))


@pytest.mark.parametrize("path", sorted((TOP / "benchmarks").glob("*.py")), ids=lambda p: p.stem)
def test_benchmarks_enter_by_the_doors(path: Path) -> None:
    assert not past_the_door(ast.parse(path.read_text(encoding="utf-8")), None)


@pytest.mark.parametrize("path", find_notebooks(), ids=lambda path: path.stem)
def test_notebooks_enter_by_the_doors(path: Path) -> None:
    for cell in code_cells(read_notebook(path)):
        python = re.sub(r"^\s*[%!].*$", "", cell.source, flags=re.MULTILINE)
        assert not past_the_door(ast.parse(python), None), cell.source


def test_a_look_past_a_door_is_noticed() -> None:
    for line in (
        "from course_utils.convolution.windows import plan_image",
        "import course_utils.networks.models",
        "from course_utils.networks import model_access",
    ):
        assert past_the_door(ast.parse(line), "plotting"), line
    assert not past_the_door(ast.parse("from course_utils.networks import models"), "plotting")


def test_imports_go_in_no_circle() -> None:
    known = {dotted(path) for path in FILES}
    below = {
        dotted(path): {name for name in imports(path) if name in known and name != dotted(path)}
        for path in FILES
    }
    # A door imports the files of its wing; those may import what else the door holds.
    for name in below:
        below[name] = {other for other in below[name] if not name.startswith(f"{other}.")}
    while free := {name for name, needed in below.items() if not needed & set(below)}:
        below = {name: needed for name, needed in below.items() if name not in free}
    assert not below


@pytest.mark.parametrize("path", FILES, ids=dotted)
def test_no_neural_library_is_imported_at_the_top(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path, at_top=True)} & NEURAL


def test_no_import_of_the_package_starts_tensorflow() -> None:
    modules = [dotted(path) for path in FILES if part(path) != "quiet_tensorflow"]
    program = (
        "import importlib, json, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print(json.dumps(sorted(set(sys.modules) & {NEURAL!r})))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


@pytest.fixture(scope="module")
def costs() -> dict[str, float]:
    """Processor time for importing each of the NumPy parts, in units of NumPy's own import."""
    program = (
        "import importlib, time\n"
        "before = time.process_time()\n"
        "import numpy\n"
        "between = time.process_time()\n"
        "importlib.import_module({name!r})\n"
        "print((time.process_time() - between) / (between - before))"
    )
    found = {}
    for name in NUMERICS:
        source = program.format(name=f"course_utils.{name}")
        # The least of some tries is the import itself; the first may read from a cold disk.
        for _ in range(3):
            ratio = float(subprocess.check_output([sys.executable, "-c", source]))
            found[name] = min(found.get(name, ratio), ratio)
            if found[name] < IMPORT_LIMIT:
                break
    return found


@pytest.mark.parametrize("name", NUMERICS)
def test_numerics_are_imported_quickly(name: str, costs: dict[str, float]) -> None:
    assert costs[name] < IMPORT_LIMIT


# --- third parties ------------------------------------------------------------------------------

ALLOWED = {
    "course_utils": ("publish", "assignments", "sweep"),
    "tests": ("test", "publish", "assignments", "sweep"),
    "conftest.py": ("test",),
    "data": ("data",),
    "benchmarks": ("test", "torch"),
}


def distributions(*extras: str) -> set[str]:
    listed = [*PROJECT["dependencies"], *(name for extra in extras for name in EXTRAS[extra])]
    return {canonicalize_name(Requirement(name).name) for name in listed}


@pytest.mark.parametrize("where", ALLOWED)
def test_third_parties_are_listed_in_pyproject(where: str) -> None:
    listed = distributions(*ALLOWED[where])
    providers = packages_distributions()
    folder = TOP / where
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.py"))
    ours = {"course_utils"} | {path.stem for path in files} | {path.parent.name for path in files}
    missing = set()
    for path in files:
        for name in {name.split(".")[0] for name in imports(path)} - ours:
            if name not in sys.stdlib_module_names:
                found = {canonicalize_name(one) for one in providers.get(name, [name])}
                # The same import comes from another distribution on another system.
                found |= {one.removesuffix("-cpu") for one in found}
                if not found & listed:
                    missing.add(f"{path.relative_to(TOP)} imports {name}")
    assert not missing
