"""What a Dask future brings, in words for the table; the command's tests use real clusters."""

import socket
import threading
from pathlib import Path

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
        with cluster.scheduler_client("tcp://127.0.0.1:1"):
            pass


@pytest.mark.parametrize(
    ("text", "encrypted", "address"),
    [
        ("tcp://10.0.0.1:8786", False, "tcp://10.0.0.1:8786"),
        (" 10.0.0.1:8786 ", False, "tcp://10.0.0.1:8786"),
        ("10.0.0.1:8786", True, "tls://10.0.0.1:8786"),
        ("tls://host:1", True, "tls://host:1"),
        ("tls://host:1", False, "tls://host:1"),
        ("tcp://[::1]:8786", False, "tcp://[::1]:8786"),
    ],
)
def test_an_address_is_completed(text: str, encrypted: bool, address: str) -> None:
    assert cluster.scheduler_address(text, encrypted=encrypted) == address


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "http://127.0.0.1:80", "tcp://:8786", "host:", "host:0", "127.0.0.1:99999"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not the address of a Dask scheduler"):
        cluster.scheduler_address(text, encrypted=False)


def test_certificates_and_an_address_without_tls_contradict() -> None:
    with pytest.raises(ValueError, match="begins with tls://"):
        cluster.scheduler_address("tcp://10.0.0.1:8786", encrypted=True)


def test_what_are_no_certificates_is_refused(tmp_path: Path) -> None:
    missing = str(tmp_path / "ca.pem")
    broken = tmp_path / "key.pem"
    broken.write_text("no key")
    for name in (missing, str(broken)):
        certificates = cluster.Certificates(name, name, name)
        with pytest.raises(ValueError, match="no certificates and key for TLS"):
            certificates.security()


def test_a_port_where_something_else_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"

        def answer() -> None:
            for _ in range(2):
                try:
                    connection, _ = server.accept()
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    connection.close()
                except OSError:
                    return

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(ConnectionError, match=f"no Dask scheduler answers at {address}"):
            with cluster.scheduler_client(address, timeout=2):
                pass
