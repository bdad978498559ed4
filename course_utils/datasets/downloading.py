"""One file from the internet, with a limit on its size and on the whole time that it may take."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

_CHUNK = 2**16


class DownloadLimit(OSError):
    """A server that sends too much, or too slowly, is not asked again."""


class LimitedDownloader:
    """A downloader for `pooch` that stops at a size and at a time.

    Parameters
    ----------
    most_bytes : int
        Where more than this comes, or is announced, the download ends.
    seconds : float
        For everything, further attempts included, counted from the first one.
    timeout : float
        Seconds of silence after which an attempt ends.
    """

    def __init__(self, *, most_bytes: int, seconds: float, timeout: float) -> None:
        self._most_bytes, self._seconds, self._timeout = most_bytes, seconds, timeout
        self._end: float | None = None

    def __call__(self, url: str, output_file: str | os.PathLike[str], pooch: Any) -> None:
        """Download `url` to `output_file`; `pooch` calls this for each attempt.

        Raises
        ------
        DownloadLimit
            If a limit is met; `pooch` doesn't try again.
        requests.RequestException
            If the network fails; `pooch` may try again.
        """
        if self._end is None:
            self._end = time.monotonic() + self._seconds
        stopped, failure = threading.Event(), []

        def work() -> None:
            try:
                self._fetch(url, Path(output_file), stopped)
            except BaseException as error:
                failure.append(error)

        # A thread of its own: a server that sends a byte now and then keeps whoever reads for ever.
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(0.1)
                if time.monotonic() > self._end:
                    raise DownloadLimit(
                        f"it took more than {self._seconds:g} s in all, so it was stopped"
                    )
        finally:
            stopped.set()
            # So that the file is closed before its folder goes.
            thread.join(1)
        if failure:
            raise failure[0]

    def _fetch(self, url: str, path: Path, stopped: threading.Event) -> None:
        import requests
        from tqdm import tqdm
        from urllib3.exceptions import HTTPError

        asked = {"Accept-Encoding": "identity"}
        with requests.get(url, stream=True, timeout=self._timeout, headers=asked) as response:
            response.raise_for_status()
            announced = int(response.headers.get("Content-Length") or 0)
            self._check_size(announced)
            got = 0
            with (
                path.open("wb") as file,
                tqdm(total=announced or None, unit="B", unit_scale=True, ncols=79) as bar,
            ):
                while not stopped.is_set():
                    try:
                        # What has come, rather than a full piece, so that slowness is noticed.
                        piece = response.raw.read1(_CHUNK)
                    except HTTPError as error:
                        raise requests.ConnectionError(error) from error
                    if not piece:
                        break
                    got += len(piece)
                    self._check_size(got)
                    file.write(piece)
                    bar.update(len(piece))

    def _check_size(self, size: int) -> None:
        if size > self._most_bytes:
            raise DownloadLimit(
                f"the server sends more than {self._most_bytes:,} bytes, so it isn't the file "
                "that was asked for"
            )


def network_hint(error: BaseException) -> str:
    """Say what to do about certificates and proxies, where they are the reason.

    Parameters
    ----------
    error : BaseException
        Why a download failed.

    Returns
    -------
    str
        A sentence or two; empty if the reason is another.
    """
    import requests

    reasons: list[BaseException] = [error]
    while (inner := reasons[-1].__cause__ or reasons[-1].__context__) and inner not in reasons:
        reasons.append(inner)
    if any(isinstance(reason, requests.exceptions.ProxyError) for reason in reasons):
        return (
            "The proxy did not let it through. HTTPS_PROXY names the proxy: set it to "
            "http://NAME:PASSWORD@HOST:PORT as your network's people tell you, or unset it where "
            "there is none."
        )
    if any(isinstance(reason, requests.exceptions.SSLError) for reason in reasons):
        return (
            "The server's certificate was not accepted. Many schools and companies put their own "
            "in its place: set REQUESTS_CA_BUNDLE to the file with their certificate (.pem). A "
            "wrong clock on this machine has the same effect."
        )
    if isinstance(error, requests.exceptions.ConnectionError) and not _proxy_is_set():
        return (
            "If this network reaches the internet through a proxy only, set HTTPS_PROXY to "
            "http://HOST:PORT."
        )
    return ""


def _proxy_is_set() -> bool:
    names = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
    return any(os.environ.get(name) for name in names)
