"""The values of ``run -p NAME=VALUE``."""

from pathlib import Path

import pytest
from made_notebooks import write

from course_utils.commands.parameter_values import like_default, values_for_each


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
    ],
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
