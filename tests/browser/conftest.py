"""A real Chromium for the tests in this folder, and a page that keeps a record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from running_lab import STARTING

from course_utils.publishing import chromium

HERE = "tests/browser/"
LOCAL_SCHEMES = {"file", "data", "blob", "about", "chrome", "devtools"}
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
VIEWPORT = {"width": 1280, "height": 720}


@dataclass
class Record:
    """A page and what it did.

    Parameters
    ----------
    page : playwright.sync_api.Page
        The page. What it asks of other machines is recorded and refused.
    requests : list of str
        Every address it asked for, but for what lies in the page itself (`data:`, `blob:`).
    outside : list of str
        Those of them that leave the machine.
    errors : list of str
        Errors on its console, and uncaught exceptions.
    """

    page: object
    requests: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def asked_for(self, address: str) -> None:
        if not address.startswith(("data:", "blob:")):
            self.requests.append(address)
        if leaves_the_machine(address):
            self.outside.append(address)


def leaves_the_machine(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme not in LOCAL_SCHEMES and parts.hostname not in LOCAL_HOSTS


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """One running Chromium for all tests."""
    try:
        # A webcam that shows a moving pattern; each page may be allowed it or refused.
        opened = chromium.open_browser("--use-fake-device-for-media-stream")
        started = opened.__enter__()
    except chromium.ChromiumMissing as missing:
        pytest.skip(str(missing))
    try:
        yield started
    finally:
        opened.__exit__(None, None, None)


@pytest.fixture
def open_page(browser) -> Iterator[Callable[..., Record]]:
    """Make pages with a record; arguments go to the browser's context (viewport, …)."""
    contexts = []

    def make(**settings: object) -> Record:
        context = browser.new_context(**{"viewport": VIEWPORT, **settings})
        contexts.append(context)
        context.set_default_timeout(1000 * STARTING)
        page = context.new_page()
        record = Record(page)
        # Of the context, so that windows which the page opens are recorded too.
        context.on("request", lambda request: record.asked_for(request.url))
        context.on(
            "console",
            lambda said: record.errors.append(said.text) if said.type == "error" else None,
        )
        context.on("weberror", lambda error: record.errors.append(str(error.error)))
        context.route(leaves_the_machine, lambda route: route.abort())
        context.route_web_socket(
            leaves_the_machine, lambda socket: (record.asked_for(socket.url), socket.close())
        )
        return record

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def record(open_page) -> Record:
    """A new page of 1280×720 with its record."""
    return open_page()


@pytest.fixture
def page(record):
    """The page of `record`."""
    return record.page


def pytest_terminal_summary(terminalreporter) -> None:
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if report.nodeid.startswith(HERE)
    ]
    if skipped:
        terminalreporter.section("tests in the browser")
        reasons = {str(report.longrepr[-1]) for report in skipped}
        terminalreporter.line(f"{len(skipped)} skipped:")
        for reason in sorted(reasons):
            terminalreporter.line(f"  {reason.removeprefix('Skipped: ')}")
