"""What a kernel's time went to; the commands' tests let real kernels measure."""

import builtins
import importlib
import sys
import threading
import time
from pathlib import Path

import pytest

from course_utils.execution import stopwatch
from course_utils.execution.stopwatch import Stopwatch


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


def test_the_clock_runs_while_the_function_runs(watch: Stopwatch) -> None:
    assert watch.timed("training", lambda x: time.sleep(0.05) or x)(3) == 3
    assert 0.05 <= watch.seconds()["training"] < 1 and watch.seconds()["imports"] == 0


def test_only_the_outermost_counts(watch: Stopwatch) -> None:
    load = watch.timed("imports", lambda: time.sleep(0.05))
    watch.timed("training", load)()
    assert watch.seconds()["training"] >= 0.05 and watch.seconds()["imports"] == 0


def test_an_error_stops_the_clock_and_passes_through(watch: Stopwatch) -> None:
    with pytest.raises(ZeroDivisionError):
        watch.timed("training", lambda: 1 / 0)()
    before = watch.seconds()
    time.sleep(0.02)
    assert watch.seconds() == before
    watch.timed("imports", lambda: time.sleep(0.02))()
    assert watch.seconds()["imports"] >= 0.02


def test_other_threads_are_not_watched(watch: Stopwatch) -> None:
    thread = threading.Thread(target=watch.timed("training", lambda: time.sleep(0.02)))
    thread.start()
    thread.join()
    assert watch.seconds()["training"] == 0


def test_a_written_out_loop_counts_from_its_first_to_its_last_step(watch: Stopwatch) -> None:
    step = watch.stepped(lambda: None)
    load = watch.timed("imports", lambda: time.sleep(0.1))
    time.sleep(0.1)  # before the loop
    for _ in range(3):
        step()
        time.sleep(0.02)
    load()
    step()
    time.sleep(0.1)  # after it
    watch.cell_ended()
    assert watch.seconds()["imports"] >= 0.1
    assert 0.06 <= watch.seconds()["training"] < 0.1
    watch.cell_ended()
    step()
    watch.cell_ended()
    assert watch.seconds()["training"] < 0.1


def test_steps_inside_a_measured_training_add_nothing(watch: Stopwatch) -> None:
    step = watch.stepped(lambda: None)
    watch.timed("training", lambda: [step(), time.sleep(0.02), step()])()
    once = watch.seconds()["training"]
    watch.cell_ended()
    assert watch.seconds()["training"] == once


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
