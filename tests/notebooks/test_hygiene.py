"""Every stored notebook keeps every rule."""

import json
import re

import pytest
from hygiene_rules import RULES, Rule, Stored

from course_utils.exercises import all_exercises
from course_utils.notebooks import find_notebooks, notebooks_folder

PATHS = find_notebooks() if any(notebooks_folder().glob("*.ipynb")) else []


@pytest.fixture(scope="module")
def stored_notebooks() -> dict[str, Stored]:
    return {
        path.name: Stored(path.name, path.stat().st_size, json.loads(path.read_bytes()))
        for path in PATHS
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("name", [path.name for path in PATHS])
def test_notebook_keeps_the_rule(
    name: str, rule: Rule, stored_notebooks: dict[str, Stored]
) -> None:
    faults = rule(stored_notebooks[name])
    assert not faults, "\n".join(faults)


def test_there_are_notebooks() -> None:
    assert PATHS


def test_numbers_are_not_shared() -> None:
    numbers = [path.name[:2] for path in PATHS]
    assert len(set(numbers)) == len(numbers)


def test_the_notebooks_folder_holds_nothing_else() -> None:
    surplus = {path.name for path in notebooks_folder().iterdir()} - {path.name for path in PATHS}
    assert not {name for name in surplus if not name.endswith(".md")} - {".ipynb_checkpoints"}


@pytest.mark.parametrize("name", [path.name for path in PATHS])
def test_texts_name_no_notebook_and_no_exercise_that_is_not_there(
    name: str, stored_notebooks: dict[str, Stored]
) -> None:
    numbers = {path.name[:2] for path in PATHS}
    known = {exercise.number for exercise in all_exercises()}
    faults = []
    for cell in stored_notebooks[name].prose:
        text = "".join(cell["source"])
        for found in re.findall(r"\b[Nn]otebooks? (\d\d(?:(?:, | and | to | or )\d\d)*)", text):
            faults += [
                f"{cell['id']}: {one}" for one in re.findall(r"\d\d", found) if one not in numbers
            ]
        for one in re.findall(r"\b[Ee]xercises? (\d\d\.\d+)", text):
            faults += [f"{cell['id']}: exercise {one}"] if one not in known else []
    assert not faults
