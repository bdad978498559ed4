"""Chromium, driven by Playwright: PDF files, and the pages that tests look at."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from course_utils import notebooks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

VARIABLE = "CNN_COURSE_CHROMIUM"

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
    "microsoft-edge-stable",
)
# Where browsers lie that are not on PATH: on macOS, then on Windows.
_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
    r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
    r"%ProgramFiles%\Microsoft\Edge\Application\msedge.exe",
)
# A browser that asks nothing of anyone by itself.
_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)
_TIMEOUT = 60_000  # milliseconds


class ChromiumMissing(RuntimeError):
    """There is no Chromium, or nothing to drive it with; the message says what to install."""


def find_chromium() -> Path | None:
    """Find a Chromium, Chrome or Edge on this machine.

    The one that the environment variable `CNN_COURSE_CHROMIUM` names comes first, then the names
    on PATH, then the usual places. Playwright's own browser is none of these; `open_browser` tries
    it last.

    Returns
    -------
    Path or None
        The program; None if there is none.

    Raises
    ------
    ChromiumMissing
        If the variable names a file that is not there.
    """
    named = os.environ.get(VARIABLE)
    if named:
        found = shutil.which(os.path.expanduser(named))
        if not found:
            raise ChromiumMissing(
                f"${VARIABLE} is {named!r}, which is no program: "
                "name the file of a Chromium, Chrome or Edge, or unset it"
            )
        return Path(found)
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    for place in _PLACES:
        if (path := Path(os.path.expandvars(place))).is_file():
            return path
    return None


@contextmanager
def _quietly_interrupted() -> Iterator[None]:
    """After Ctrl-C let nothing be logged of the questions that Playwright's driver leaves open.

    The driver gets the Ctrl-C too, and ends; Python would tell of each question when it ends.
    """
    try:
        yield
    except BaseException as error:
        # Where the driver ends sooner than Python heeds the signal, what is closed comes first: the
        # connection, the browser or the page, as Playwright happens to notice it.
        if isinstance(error, KeyboardInterrupt) or "closed" in str(error):
            logging.getLogger("asyncio").disabled = True
        raise


@contextmanager
def open_browser(*more: str) -> Iterator[Browser]:
    """Start a browser without a window for the length of a ``with`` block.

    Parameters
    ----------
    *more : str
        Arguments of Chromium's beside the usual ones.

    Yields
    ------
    playwright.sync_api.Browser
        The running browser. Starting it takes about half a second: use one for many pages.

    Raises
    ------
    ChromiumMissing
        If Playwright or a browser is missing, or the browser doesn't start.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise ChromiumMissing(
            "Playwright, which drives the browser, is not installed: pip install playwright"
        ) from error
    with _quietly_interrupted(), sync_playwright() as playwright:
        program = find_chromium()
        own = Path(playwright.chromium.executable_path)
        if program is None and not own.is_file():
            raise ChromiumMissing(
                "There is no Chromium, Chrome or Edge on this machine. Install one (on Debian and "
                "Ubuntu: sudo apt install chromium; anywhere: python -m playwright install "
                f"chromium), or set ${VARIABLE} to the program"
            )
        try:
            browser = playwright.chromium.launch(
                executable_path=program, args=[*_arguments(), *more], timeout=_TIMEOUT
            )
        except Error as error:
            reason = str(error).strip().splitlines()[0]
            raise ChromiumMissing(f"{program or own} doesn't start: {reason}") from error
        try:
            yield browser
        finally:
            browser.close()


def _arguments() -> list[str]:
    # Chromium has no sandbox for root, as in a container, and refuses to start.
    root = sys.platform == "linux" and os.geteuid() == 0
    # A container's shared memory is often too small for a page full of pictures.
    return [*_ARGUMENTS, *(("--no-sandbox", "--disable-dev-shm-usage") if root else ())]


def print_pdf(
    html_path: Path,
    pdf_path: Path,
    *,
    browser: Browser | None = None,
    query: str = "",
    ready: str | None = None,
) -> None:
    """Print an HTML file to a PDF file, with the page size that its style sheet asks for.

    Parameters
    ----------
    html_path : Path
        The page.
    pdf_path : Path
        The file to write; it appears complete or not at all.
    browser : playwright.sync_api.Browser, optional
        A running browser from `open_browser`; without it one is started for this file.
    query : str
        What follows the page's address, as in ``"?print-pdf"``.
    ready : str, optional
        A JavaScript expression to wait for until it is true; without it the page's load event
        and its fonts.

    Raises
    ------
    ChromiumMissing
        If there is no browser.
    ValueError
        If `html_path` is not a file.
    RuntimeError
        If the page doesn't get ready within a minute.
    """
    html_path, pdf_path = Path(html_path).resolve(), Path(pdf_path)
    if not html_path.is_file():
        raise ValueError(f"html_path={str(html_path)!r} is no file: write the page first")
    if browser is None:
        with open_browser() as browser:
            print_pdf(html_path, pdf_path, browser=browser, query=query, ready=ready)
        return

    from playwright.sync_api import Error

    page: Page = browser.new_page()
    try:
        page.set_default_timeout(_TIMEOUT)
        page.goto(html_path.as_uri() + query)
        _wait(page, ready or "document.fonts.status === 'loaded'")
        content = page.pdf(
            prefer_css_page_size=True, print_background=True, tagged=True, outline=True
        )
    except Error as error:
        reason = str(error).strip().splitlines()[0]
        raise RuntimeError(f"{html_path.name} could not be printed: {reason}") from error
    finally:
        page.close()
    notebooks.write_file(pdf_path, content)


def _wait(page: Page, ready: str) -> None:
    """Wait until an expression is true; Playwright's own way needs a page that allows `eval`."""
    from playwright.sync_api import Error

    end = time.monotonic() + _TIMEOUT / 1000
    while not page.evaluate(ready):
        if time.monotonic() > end:
            raise Error(f"it did not get ready in {_TIMEOUT // 1000} s")
        page.wait_for_timeout(20)
