"""The values of ``run -p NAME=VALUE``."""

import math
from pathlib import Path

import pytest
from made_notebooks import write

from course_utils.commands.parameter_values import like_default, parse_assignments, values_for_each


@pytest.mark.parametrize(
    ("text", "default", "value"),
    [
        ("3", 5, 3),
        ("1e-4", 0.1, 1e-4),
        ("1", 0.1, 1),
        ("false", True, False),
        ("true", False, True),
        ("full", "sample", "full"),
        ("'full'", "sample", "full"),
        ("5", "sample", "5"),
        ("", "sample", ""),
        ("None", None, None),
        ("[1, 2]", [3], [1, 2]),
        ("a=b", "x", "a=b"),
        ("inf", 0.1, math.inf),
        ("-Infinity", 0.1, -math.inf),
        ("(1, 2)", (3,), (1, 2)),
        ("{1: (2,)}", None, {1: (2,)}),
        ("-" * 100_000 + "1", "x", "-" * 100_000 + "1"),
        ("[" * 100_000, "x", "[" * 100_000),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_values_are_read_as_python(text: str, default: object, value: object) -> None:
    read = like_default(default, text, "NAME")
    assert read == value and type(read) is type(value)


def test_each_notebook_gets_the_values_of_its_own_parameters(tmp_path: Path) -> None:
    two = [
        write(tmp_path / "01_one.ipynb", ("title", "One"), ("p", "DATA = 'sample'", "parameters")),
        write(tmp_path / "02_two.ipynb", ("title", "Two"), ("a", "A = 1")),
    ]
    assert values_for_each(two, {"DATA": "full"}) == {two[0]: {"DATA": "full"}, two[1]: {}}
    with pytest.raises(ValueError, match="DATA is not a parameter"):
        values_for_each(two[1:], {"DATA": "full"})
    assert values_for_each(two[1:], {"DATA": "full"}, optional={"DATA"}) == {two[1]: {}}


def test_nan_is_a_number() -> None:
    assert math.isnan(like_default(0.1, "nan", "RATE"))
    with pytest.raises(ValueError, match="whole number"):
        like_default(1, "nan", "N")


@pytest.mark.parametrize("text", ["-" * 100_000 + "1", "(" * 100_000, "9" * 10_000])
def test_a_text_that_python_cannot_read_is_no_number_and_not_shown_whole(text: str) -> None:
    with pytest.raises(ValueError, match="N takes a whole number") as caught:
        like_default(1, text, "N")
    assert len(str(caught.value)) < 200


def test_a_name_that_is_given_twice_is_refused() -> None:
    assert parse_assignments(["A=1", "B=1"]) == {"A": "1", "B": "1"}
    with pytest.raises(ValueError, match="-p A is given twice"):
        parse_assignments(["A=1", "A = 2"])
