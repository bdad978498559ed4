"""What a kernel's time went to; the commands' tests let real kernels measure."""

import builtins
import importlib
import sys
import threading
from pathlib import Path

import pytest

from course_utils.execution import stopwatch
from course_utils.execution.stopwatch import Stopwatch


class Clock:
    """Stands still but for what `sleep` adds, in whole seconds, so that sums are exact."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(stopwatch, "time", made)
    return made


@pytest.fixture
def watch(clock: Clock) -> Stopwatch:
    return Stopwatch()


def test_the_clock_runs_while_the_function_runs(watch: Stopwatch, clock: Clock) -> None:
    assert watch.timed("training", lambda x: clock.sleep(5) or x)(3) == 3
    clock.sleep(7)
    assert watch.seconds() == {"imports": 0, "training": 5}


def test_only_the_outermost_counts(watch: Stopwatch, clock: Clock) -> None:
    load = watch.timed("imports", lambda: clock.sleep(5))
    watch.timed("training", load)()
    assert watch.seconds() == {"imports": 0, "training": 5}


def test_an_error_stops_the_clock_and_passes_through(watch: Stopwatch, clock: Clock) -> None:
    def fail() -> None:
        clock.sleep(5)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        watch.timed("training", fail)()
    clock.sleep(7)
    watch.timed("imports", lambda: clock.sleep(2))()
    assert watch.seconds() == {"imports": 2, "training": 5}


def test_other_threads_are_not_watched(watch: Stopwatch, clock: Clock) -> None:
    thread = threading.Thread(target=watch.timed("training", lambda: clock.sleep(5)))
    thread.start()
    thread.join()
    assert watch.seconds()["training"] == 0


def test_a_written_out_loop_counts_from_its_first_to_its_last_step(
    watch: Stopwatch, clock: Clock
) -> None:
    step = watch.stepped(lambda: None)
    load = watch.timed("imports", lambda: clock.sleep(10))
    clock.sleep(100)  # before the loop
    for _ in range(3):
        step()
        clock.sleep(2)
    load()
    step()
    clock.sleep(100)  # after it
    watch.cell_ended()
    assert watch.seconds() == {"imports": 10, "training": 6}
    watch.cell_ended()
    step()
    watch.cell_ended()
    assert watch.seconds()["training"] == 6


def test_steps_inside_a_measured_training_add_nothing(watch: Stopwatch, clock: Clock) -> None:
    step = watch.stepped(lambda: None)
    watch.timed("training", lambda: [step(), clock.sleep(2), step()])()
    watch.cell_ended()
    assert watch.seconds()["training"] == 2


@pytest.mark.parametrize(("module", "name"), [*stopwatch.TRAINS, *stopwatch.STEPS])
def test_the_functions_that_train_exist(module: str, name: str) -> None:
    if module == "keras":
        import course_utils.quiet_tensorflow  # noqa: F401
    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)


def test_what_trains_is_wrapped_once_it_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "made_to_train.py").write_text(
        "import time\ntime.sleep(0.05)\n"
        "class Model:\n    def fit(self, x):\n        time.sleep(0.05)\n        return x\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(stopwatch, "TRAINS", (("made_to_train", "Model.fit"),))
    monkeypatch.setattr(stopwatch, "_stopwatch", None)
    monkeypatch.setattr(builtins, "__import__", builtins.__import__)
    monkeypatch.delitem(sys.modules, "made_to_train", raising=False)
    hooks = {}

    class Shell:
        class events:
            register = hooks.setdefault

    assert stopwatch.start(Shell) == '{"imports": 0.0, "training": 0.0}'
    namespace: dict = {}
    exec("from made_to_train import Model", namespace)
    measured = stopwatch._stopwatch.seconds()
    assert 0.05 <= measured["imports"] and measured["training"] == 0
    assert namespace["Model"]().fit(7) == 7
    assert stopwatch._stopwatch.seconds()["training"] >= 0.05
    assert list(hooks) == ["post_run_cell"]
    stopwatch.start(Shell)  # a second time changes nothing
    assert stopwatch._stopwatch.seconds()["training"] >= 0.05


def test_before_the_start_nothing_is_measured() -> None:
    assert stopwatch._stopwatch is None
    assert stopwatch.read() == '{"imports": 0.0, "training": 0.0}'
