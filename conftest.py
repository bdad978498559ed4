"""Settings of nbval, of Hypothesis, of tests that run in parallel, and of those in the browser."""

import os
from pathlib import Path

import pytest

from course_utils import notebooks
from course_utils.cores import share_cores
from course_utils.execution import surroundings

# Before NumPy is loaded, and inherited by the notebooks' kernels.
share_cores(os.environ, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1)))
# As in the kernels of `run`: what the user has set for other work changes no result.
for variable in surroundings.OVERRULED:
    os.environ.pop(variable, None)

# The HTML form of an output changes with the version of the library that wrote it; its plain
# text, which is stored beside it, is compared.
NOT_COMPARED = ("text/html",)
OUTPUT_TIMEOUT = 300  # seconds; nbval's 5 are too few on a machine that does much at once
BROWSER_TESTS = Path(__file__).parent / "tests" / "browser"


def pytest_configure() -> None:
    try:
        import hypothesis
    except ImportError:  # nbval alone needs none
        return
    # A machine that does other things takes ten times as long for any example.
    hypothesis.settings.register_profile(
        "course", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("course")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--browser", action="store_true", help="also run the tests that open pages in Chromium"
    )
    parser.addoption("--long", action="store_true", help="also run the tests marked long")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if collection_path == BROWSER_TESTS and not config.getoption("--browser"):
        return True
    return None


def pytest_collectstart(collector: pytest.Collector) -> None:
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += NOT_COMPARED


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("long") and not config.getoption("--long"):
            item.add_marker(pytest.mark.skip(reason="long: run with --long"))
        if hasattr(item, "output_timeout"):
            item.output_timeout = OUTPUT_TIMEOUT
    of_notebooks = [item for item in items if item.path.suffix == ".ipynb"]
    for path in {item.path for item in of_notebooks}:
        if missing := notebooks.what_is_missing(notebooks.read_notebook(path)):
            for item in of_notebooks:
                if item.path == path:
                    item.add_marker(pytest.mark.skip(reason=f"{path.stem} {missing}"))
