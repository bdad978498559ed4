"""Streams that take no more; the faults' tests let commands write to them."""

import errno
import io
import os
from pathlib import Path

import pytest

from course_utils.commands import output


def stream(path: str | Path) -> output._Output:
    return output._Output(open(path, "wb", buffering=0), encoding="utf-8", errors="replace")


def test_what_can_be_written_is_written(tmp_path: Path) -> None:
    made = stream(tmp_path / "out")
    made.write("schön")
    made.flush()
    assert (tmp_path / "out").read_text(encoding="utf-8") == "schön" and made.failure is None


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_the_rest_goes_nowhere_after_a_failure() -> None:
    made = stream("/dev/full")
    for _ in range(3):
        made.write("x" * 100_000)
        made.flush()
    made.close()
    assert made.failure is not None and made.failure.errno == errno.ENOSPC


@pytest.mark.parametrize(
    ("number", "says"), [(errno.ENOSPC, "takes nothing"), (errno.EPIPE, ""), (None, "")]
)
def test_a_reader_that_has_gone_is_no_fault(
    number: int | None, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = output._Output(io.BytesIO(), encoding="utf-8")
    made.failure = None if number is None else OSError(number, os.strerror(number))
    monkeypatch.setattr("sys.stdout", made)
    assert (says in output.failure_of_stdout()) and bool(says) == bool(output.failure_of_stdout())
    assert output.is_lost() == (number is not None)
