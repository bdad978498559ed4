"""What a Dask future brings, in words for the table; the command's tests use real clusters."""

import pytest
from distributed.scheduler import KilledWorker

from course_utils.execution import Outcome
from course_utils.sweeping import cluster


class Future:
    """What `hand_out` uses of a Dask future."""

    def __init__(self, *, result: object = None, error: Exception | None = None) -> None:
        self._result, self._error = result, error
        self.status = "finished" if error is None else "error"

    def result(self) -> object:
        return self._result

    def exception(self) -> Exception | None:
        return self._error


def test_a_result_is_passed_on() -> None:
    brought = (Outcome("a.ipynb", error="cell 3: oh"), b"{}")
    assert cluster._brought(Future(result=brought)) == brought


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (KilledWorker("run-1", None, 3), "its Dask worker died"),
        (ModuleNotFoundError("No module named 'course_utils'"), "need this package installed"),
        (OSError("no space left\non device"), "OSError: no space left"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_an_error_of_the_cluster_is_the_error_of_the_run(error: Exception, says: str) -> None:
    outcome, notebook = cluster._brought(Future(error=error))
    assert says in outcome.error and "\n" not in outcome.error and notebook == b""


def test_where_no_scheduler_is_it_says_so() -> None:
    with pytest.raises(ConnectionError, match="no Dask scheduler answers at tcp://127.0.0.1:1"):
        with cluster.scheduler_client("tcp://127.0.0.1:1", timeout=0.2):
            pass
