"""What a kernel's memory and processor time are taken to be; the commands' tests use the rest."""

import sys

import pytest
from patience import HANG

from course_utils.execution import kernels
from course_utils.execution.kernels import Usage, ask_kernel

BLOCK = 150_000_000


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS tells the peak of all kernels together")
def test_the_usage_of_a_kernel_is_not_that_of_the_one_before() -> None:
    first = Usage()
    ask_kernel(f"block = b'x' * {BLOCK}; sum(range(3_000_000))", timeout=HANG)
    large, long = first.peak_bytes(), first.processor_seconds()
    second = Usage()
    assert second.peak_bytes() == 0 and second.processor_seconds() == 0
    ask_kernel("pass", timeout=HANG)
    assert BLOCK < large < BLOCK + 200e6
    assert 20e6 < second.peak_bytes() < large - 0.8 * BLOCK
    assert second.processor_seconds() > 0
    if sys.platform != "win32":  # there the first usage ends where the second begins
        both = first.processor_seconds()
        assert both == pytest.approx(long + second.processor_seconds(), abs=1e-3)


@pytest.mark.parametrize(("before", "after", "known"), [(100, 300, 300), (300, 300, 0)])
def test_a_kernel_that_died_by_itself_is_known_if_it_was_the_largest(
    monkeypatch: pytest.MonkeyPatch, before: int, after: int, known: int
) -> None:
    # Nothing could be asked of it, and the system tells the largest of all that ended.
    monkeypatch.setattr(kernels, "_ended_children", lambda: (before, 1.0))
    usage = Usage()
    monkeypatch.setattr(kernels, "_ended_children", lambda: (after, 3.5))
    assert (usage.peak_bytes(), usage.processor_seconds()) == (known, 2.5)
