"""What the system refuses, in a line with a remedy; the faults' tests inject it."""

import errno

import pytest

from course_utils.commands.faults import explained


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            OSError(errno.ENOSPC, "Full", "/x"),
            "Full: /x (free some space, or choose another folder)",
        ),
        (
            OSError(errno.EROFS, "Read-only", "/x"),
            "Read-only: /x (choose another folder, with --output)",
        ),
        (OSError(errno.EIO, "Broken", "/x"), "Broken: /x"),
        (OSError("in its own words"), "in its own words"),
        (OSError(), "OSError"),
    ],
)
def test_an_error_of_the_system_has_a_remedy(error: OSError, line: str) -> None:
    assert explained(error) == line
