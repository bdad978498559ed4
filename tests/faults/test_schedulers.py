"""Dask schedulers that aren't there, aren't any, or want to know who we are."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from faulty import LONG, assert_one_line, command
from made_notebooks import write
from patience import HANG


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(
        tmp_path / "01_good.ipynb",
        ("title", "Good"),
        ("p", "A = 1", "parameters"),
        ("h", "test_accuracy = A / 10\nprint(A)", "headline"),
    )


@pytest.mark.parametrize(
    ("address", "says"),
    [
        pytest.param("nonsense", "'nonsense' is not the address of a Dask scheduler", marks=LONG),
        pytest.param("", "--scheduler is empty", marks=LONG),
        ("tcp://127.0.0.1:1", "no Dask scheduler answers at tcp://127.0.0.1:1"),
        pytest.param(
            "no-such-host.invalid:8786",
            "no Dask scheduler answers at tcp://no-such-host.invalid",
            marks=LONG,
        ),
    ],
)
def test_a_bad_address_is_one_line(address: str, says: str, path: Path, tmp_path: Path) -> None:
    done = command("sweep", path, "--scheduler", address, "--output", "out", cwd=tmp_path)
    assert_one_line(done, says)
    assert done.stderr.count("\n") == 1


@LONG
def test_a_port_where_something_else_answers_is_one_line(path: Path, tmp_path: Path) -> None:
    page = [sys.executable, "-m", "http.server", "0", "--bind", "127.0.0.1"]
    server = subprocess.Popen(
        page,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env={"PYTHONUNBUFFERED": "1"},
    )
    try:
        port = server.stdout.readline().split(" port ")[1].split()[0]
        done = command("sweep", path, "--scheduler", f"127.0.0.1:{port}", cwd=tmp_path)
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
    assert_one_line(done, "no Dask scheduler answers")
    assert done.stderr.count("\n") == 1


@contextmanager
def dask(*arguments: str) -> Iterator[subprocess.Popen]:
    program = "import sys; from dask.__main__ import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def certificates(tmp_path: Path) -> list[str]:
    """An authority, and a certificate with its key that it has signed: options of Dask and ours."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates, and isn't here")
    folder = tmp_path / "tls"
    folder.mkdir()

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new_key = ("req", "-newkey", "rsa:2048", "-nodes")
    openssl(
        *new_key, "-x509", "-days", "2", "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem"
    )
    openssl(*new_key, "-subj", "/CN=us", "-keyout", "key.pem", "-out", "us.csr")
    signed_by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
    openssl("x509", "-req", "-days", "2", "-in", "us.csr", *signed_by, "-out", "cert.pem")
    files = {"ca-file": "ca.pem", "cert": "cert.pem", "key": "key.pem"}
    return [part for name, file in files.items() for part in (f"--tls-{name}", str(folder / file))]


def test_a_cluster_with_tls(certificates: list[str], path: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"tls://127.0.0.1:{port}"
    scheduler = ("scheduler", "--host", "127.0.0.1", "--protocol", "tls", "--port", port)
    scheduler = (*scheduler, "--no-dashboard", *certificates)
    worker = ("worker", address, "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1")
    worker = (*worker, "--protocol", "tls", "--no-dashboard", "--local-directory")
    worker = (*worker, str(tmp_path / "scratch"), *certificates)
    sweep = ("sweep", path, "-p", "A=1,2", "--scheduler", address, "--output", "out")
    with dask(*scheduler), dask(*worker):
        wait_for(int(port))
        done = command(*sweep, *certificates, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "A=1: 1 (" in done.stdout and "A=2: 2 (" in done.stdout
        stranger = command(*sweep, "--output", "other", cwd=tmp_path)
    assert_one_line(stranger, "no Dask scheduler answers at tls://")


def wait_for(port: int) -> None:
    end = time.monotonic() + HANG
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.1)
