"""The files that describe one environment agree: pyproject.toml, environment.yml, the lock."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from patience import HANG

from course_utils import lock
from course_utils.commands import lab
from course_utils.execution import readiness
from course_utils.publishing import parse_repository

TOP = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
REQUIREMENTS = {
    canonicalize_name(requirement.name): requirement
    for listed in (PROJECT["dependencies"], *EXTRAS.values())
    for requirement in map(Requirement, listed)
}
# Not locked: on many machines the default build brings gigabytes that the course doesn't need.
UNLOCKED = {canonicalize_name(Requirement(entry).name) for entry in EXTRAS["torch"]}
CONDA = yaml.safe_load((TOP / "environment.yml").read_text(encoding="utf-8"))
LOCK = (TOP / "requirements.lock").read_text(encoding="utf-8")
PYTHONS = ("3.11", "3.12", "3.13")


def conda_packages() -> dict[str, str]:
    listed = (entry for entry in CONDA["dependencies"] if isinstance(entry, str))
    parts = (re.match(r"([\w.-]+)\s*(.*)", entry).groups() for entry in listed)
    return dict(parts)


def pip_entries() -> list[str]:
    nested = [entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict)]
    assert len(nested) == 1
    return nested[0]


def test_environment_has_the_python_of_the_project() -> None:
    assert SpecifierSet(conda_packages()["python"]) == SpecifierSet(PROJECT["requires-python"])


def test_environment_installs_the_project_with_its_tests() -> None:
    entries = pip_entries()
    assert [entry for entry in entries if entry.startswith("-e .")] == entries[:1]
    extras = re.fullmatch(r"-e \.\[([\w,]+)\]", entries[0])[1].split(",")
    assert {"test", "publish", "assignments", "sweep"} <= set(extras) <= set(EXTRAS)


def test_environment_lists_no_package_with_another_range() -> None:
    conda, tools = conda_packages(), ("python", "pip", "make")
    assert set(tools) <= set(conda)
    others = [f"{name} {text}" for name, text in conda.items() if name not in tools]
    for entry in (*others, *pip_entries()[1:]):
        listed = Requirement(entry)
        ours = REQUIREMENTS[canonicalize_name(listed.name)]
        assert listed.specifier == ours.specifier


def test_everyone_names_the_same_pythons() -> None:
    supported = SpecifierSet(PROJECT["requires-python"])
    minors = [minor for minor in range(30) if supported.contains(f"3.{minor}")]
    assert [f"3.{minor}" for minor in minors] == list(PYTHONS)
    (_, low), (_, high) = readiness.PYTHON_VERSIONS
    assert list(range(low, high + 1)) == minors
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    tested = re.search(r"sys\.version_info\[:2\] in \(((?:\(3, \d+\)(?:, )?)+)\)", makefile)[1]
    assert re.findall(r"\(3, (\d+)\)", tested) == [str(minor) for minor in minors]
    workflow = yaml.safe_load((TOP / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == [PYTHONS[0], PYTHONS[-1]]


def test_the_lock_leaves_out_what_only_one_notebook_may_use() -> None:
    assert UNLOCKED
    for name in UNLOCKED:
        assert not re.search(rf"^{re.escape(name)}==", LOCK, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(REQUIREMENTS.keys() - UNLOCKED))
def test_the_lock_pins_every_package_within_its_range(name: str) -> None:
    pins = re.findall(rf"^{re.escape(name)}==(\S+)", LOCK, re.MULTILINE)
    assert pins
    for version in pins:
        assert REQUIREMENTS[name].specifier.contains(version)


def test_the_lock_has_hashes_and_no_hosts() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"https?:|--(?:extra-)?index-url|--find-links|@ ", LOCK)


def names(lines: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+)==", lines, re.MULTILINE))


def asked_for(requirements: list[str]) -> set[str]:
    """Follow what the installed packages themselves say they need, on this machine."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(entry), "") for entry in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in requirement.extras | {""}:
            if (name, wanted) not in found:
                found.add((name, wanted))
                needs = importlib.metadata.requires(name) or []
                waiting += [(Requirement(entry), wanted) for entry in needs]
    return {name for name, _ in found}


def test_a_student_gets_all_that_the_course_needs_and_no_more() -> None:
    student = names(lock.needed(LOCK, PROJECT, ["build"]))
    assert asked_for([*PROJECT["dependencies"], *EXTRAS["build"]]) <= student
    others = {"nbgrader", "pytest", "mypy", "sphinx", "playwright", "distributed", "statsmodels"}
    assert others <= names(LOCK) and not others & student


def test_all_extras_together_need_the_whole_lock() -> None:
    whole = lock.needed(LOCK, PROJECT, [extra for extra in EXTRAS if extra != "torch"])
    assert whole == re.sub(r"\n    #.*", "", LOCK.strip()) + "\n"


def test_a_part_of_the_lock_keeps_its_hashes_and_markers() -> None:
    lines = lock.needed(LOCK, PROJECT).strip()
    for entry in re.split(r"\n(?=\S)", lines):
        first, *rest = entry.split("\n")
        assert first.endswith("\\") and re.search(r"--hash=sha256:[0-9a-f]{64}", rest[-1])
        assert first in LOCK


def test_a_lock_that_says_nothing_of_its_packages_is_refused() -> None:
    project = {"dependencies": ["numpy"], "optional-dependencies": {"more": ["nothing>=1"]}}
    entry = "numpy==2.0 \\\n    --hash=sha256:00\n    # via cnn-course (pyproject.toml)"
    assert lock.needed(entry, project) == "numpy==2.0 \\\n    --hash=sha256:00\n"
    with pytest.raises(ValueError, match="without --no-annotate"):
        lock.needed("numpy==2.0 \\\n    --hash=sha256:00", project)
    with pytest.raises(ValueError, match="no extra 'tests'"):
        lock.needed(entry, project, ["tests"])
    with pytest.raises(ValueError, match="lacks nothing"):
        lock.needed(entry, project, ["more"])


def test_make_asks_the_lock_with_nothing_installed() -> None:
    command = [sys.executable, "-I", "-S", "course_utils/lock.py", "build"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 0, done.stderr
    assert done.stdout == lock.needed(LOCK, PROJECT, ["build"])
    assert "-I course_utils/lock.py build >" in (TOP / "Makefile").read_text(encoding="utf-8")


def test_every_package_has_its_reason() -> None:
    text = (TOP / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    listed = [i for i, line in enumerate(text) if re.match(r'\s+"[\w-]+[>=<]', line)]
    assert len(listed) >= len(REQUIREMENTS)
    for i in listed:
        above = next(line for line in reversed(text[:i]) if not line.lstrip().startswith('"'))
        assert "# " in text[i] or above.lstrip().startswith("#"), text[i]


def test_the_two_commands_of_make_and_of_the_workflow_agree() -> None:
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    weekly = (TOP / ".github/workflows/weekly.yml").read_text(encoding="utf-8")
    pytest_call = re.search(r"-m (pytest [^$\n]*)", makefile)[1].strip()
    assert f"python -m {pytest_call}\n" in weekly
    assert "--nbval-current-env" in pytest_call and "--dist loadscope" in pytest_call


def test_binder_lays_the_desk_that_its_links_open() -> None:
    lines = (TOP / "postBuild").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("#!") and lines[-1] == "python -m course_utils lab --no-lab"
    assert os.access(TOP / "postBuild", os.X_OK) or sys.platform == "win32"
    repository = parse_repository("https://github.com/someone/cnn")
    (desk,) = [option.default for option in lab.params if option.name == "desk"]
    assert f"lab/tree/{desk}/05_a.ipynb" in repository.binder("05_a.ipynb")
