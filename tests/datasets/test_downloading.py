"""The limits of a download, and what is said of certificates and proxies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from course_utils.datasets import load_mnist, mnist_places
from course_utils.datasets.downloading import DownloadLimit, LimitedDownloader, network_hint


@contextmanager
def server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            try:
                answer(self)
            except OSError:
                pass  # the other side has had enough

        def log_message(self, *arguments: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{http.server_address[1]}/mnist.npz", asked
    finally:
        http.shutdown()
        http.server_close()


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(bytes(100_000))


def announcing(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "10000000000")
    handler.end_headers()


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.02)


def dripping_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def lonely_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CNN_COURSE_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("answer", [endless, announcing])
def test_too_much_is_not_downloaded_nor_asked_for_again(
    answer: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with server(answer) as (url, asked):
        monkeypatch.setattr(mnist_places, "URL", url)
        with pytest.raises(FileNotFoundError, match="sends more than 12,000,000 bytes"):
            load_mnist("full", data_dir=tmp_path / "new")
    assert len(asked) == 1 and not list((tmp_path / "new").iterdir())


@pytest.mark.parametrize("answer", [dripping, dripping_headers])
def test_a_slow_server_is_left_after_the_time_for_everything(
    answer: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with server(answer) as (url, asked):
        monkeypatch.setattr(mnist_places, "URL", url)
        monkeypatch.setattr(mnist_places, "DOWNLOAD_SECONDS", 0.5)
        with pytest.raises(FileNotFoundError, match="took more than 0.5 s in all"):
            load_mnist("full", data_dir=tmp_path / "new")
    assert len(asked) == 1 and not list((tmp_path / "new").iterdir())


def test_the_time_counts_from_the_first_attempt(tmp_path: Path) -> None:
    downloader = LimitedDownloader(most_bytes=10, seconds=0.0, timeout=60)
    with server(dripping) as (url, _):
        for _ in range(2):
            with pytest.raises(DownloadLimit):
                downloader(url, tmp_path / "file", None)


def test_an_error_of_the_server_is_an_error(tmp_path: Path) -> None:
    with server(lambda handler: handler.send_error(404)) as (url, _):
        downloader = LimitedDownloader(most_bytes=10, seconds=60, timeout=60)
        with pytest.raises(requests.HTTPError, match="404"):
            downloader(url, tmp_path / "file", None)


def chained(outer: Exception, inner: Exception) -> Exception:
    try:
        try:
            raise inner
        except Exception as error:
            raise outer from error
    except Exception as error:
        return error


def test_certificates_and_proxies_have_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = requests.exceptions
    assert "REQUESTS_CA_BUNDLE" in network_hint(errors.SSLError("certificate verify failed"))
    assert "REQUESTS_CA_BUNDLE" in network_hint(chained(ValueError("no"), errors.SSLError("x")))
    assert "HTTPS_PROXY names the proxy" in network_hint(errors.ProxyError("407"))
    assert "set HTTPS_PROXY" in network_hint(errors.ConnectionError("unreachable"))
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@127.0.0.1:1")
    assert network_hint(errors.ConnectionError("unreachable")) == ""
    assert network_hint(ValueError("SHA256 hash")) == ""


def test_a_proxy_that_is_not_there_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@127.0.0.1:9")
    monkeypatch.setattr(mnist_places, "URL", "https://example.invalid/mnist.npz")
    monkeypatch.setattr(mnist_places, "RETRIES", 0)
    with pytest.raises(FileNotFoundError, match="(?s)ProxyError.*The proxy did not let") as caught:
        load_mnist("full", data_dir=tmp_path / "new")
    assert "secret" not in str(caught.value)
    assert "Three remedies" in str(caught.value)
