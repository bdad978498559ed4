"""Settings of nbval, for `pytest --nbval` on the notebooks, and of tests that run in parallel."""

import os

import pytest

from course_utils.execution import share_cores

# Before NumPy is loaded, and inherited by the notebooks' kernels.
share_cores(os.environ, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1)))

# The HTML form of an output changes with the version of the library that wrote it; its plain
# text, which is stored beside it, is compared.
NOT_COMPARED = ("text/html",)
OUTPUT_TIMEOUT = 60  # seconds; nbval's 5 are too few on a machine that does much at once


def pytest_collectstart(collector: pytest.Collector) -> None:
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += NOT_COMPARED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if hasattr(item, "output_timeout"):
            item.output_timeout = OUTPUT_TIMEOUT
