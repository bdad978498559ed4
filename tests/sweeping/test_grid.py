"""Values with commas, and the runs they make."""

from pathlib import Path

import pytest
from made_notebooks import write

from course_utils import notebooks
from course_utils.sweeping.grid import grid_of_runs, split_values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1e-3,1e-4", ["1e-3", "1e-4"]),
        (" 1 , 2 ", ["1", "2"]),
        ("7", ["7"]),
        ("(1,2),(3,4)", ["(1,2)", "(3,4)"]),
        ("[1,(2,3)],[4]", ["[1,(2,3)]", "[4]"]),
        ("{'a': 1, 'b': 2}", ["{'a': 1, 'b': 2}"]),
        ("'a,b',\"c,)\",d", ["'a,b'", '"c,)"', "d"]),
        ("don't,do", ["don't", "do"]),
    ],
)
def test_commas_outside_brackets_and_quotes_split(text: str, values: list[str]) -> None:
    assert split_values(text) == values


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("1,,2", "empty"),
        ("1,", "empty"),
        ("1,2,1", "1 twice"),
        ("(1,2", r"closing \)"),
        ("'a,b", "closing '"),
    ],
)
def test_unclear_values_are_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        split_values(text)


def made(folder: Path, *, default: int = 1, code: str = "x = A", prose: str = "Title"):
    cells = (("title", prose), ("p", f"A = {default}\nB = 'b'", "parameters"), ("work", code))
    return notebooks.read_notebook(write(folder / "01_made.ipynb", *cells))


def test_every_combination_is_a_run_the_last_name_changes_fastest(tmp_path: Path) -> None:
    runs = grid_of_runs(made(tmp_path), {"A": [1, 2], "B": ["x", "y"]})
    assert [tuple(run.parameters.values()) for run in runs] == [
        (1, "x"),
        (1, "y"),
        (2, "x"),
        (2, "y"),
    ]
    assert len({run.name for run in runs}) == 4
    assert runs[1].name.startswith("A=1_B=y-")


def test_names_are_safe_as_file_names(tmp_path: Path) -> None:
    values = ["../../etc", "a b:c?*", "é" * 300]
    for run in grid_of_runs(made(tmp_path), {"B": values}):
        assert not set(run.name) & set("/\\:*? ") and len(run.name) < 130


def test_the_name_changes_with_the_code_and_the_values_alone(tmp_path: Path) -> None:
    def name(grid: dict, **changes: object) -> str:
        return grid_of_runs(made(tmp_path, **changes), grid)[0].name[-12:]

    first = name({"A": [2]})
    assert first == name({"A": [2]}, default=5) == name({"A": [2]}, prose="Other words")
    assert first == name({"A": [2], "B": ["b"]}) == name({}, default=2)
    assert first != name({"A": [3]})
    assert first != name({"A": [2]}, code="x = A + 1")
    assert first != name({"A": [2.5]}) != name({"B": ["2.5"]})


def test_without_parameters_there_is_one_run(tmp_path: Path) -> None:
    (run,) = grid_of_runs(made(tmp_path), {})
    assert run.parameters == {} and len(run.name) == 12


def test_the_same_run_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the same"):
        grid_of_runs(made(tmp_path), {"A": [2, 2]})
