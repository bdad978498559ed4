"""A stopped check leaves nothing locked, and the session as it was."""

import logging
import os
import random
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from patience import HANG

from course_utils.exercises.engine import sandbox

SHORT = 0.2


def stopped(function: Any, time_limit: float = SHORT) -> sandbox.Run:
    run = sandbox.run(function, [(1,)], time_limit=time_limit)
    assert run.timed_out
    return run


def is_free(lock: Any) -> bool:
    """Whether another thread can take a lock."""
    found: list[bool] = []

    def take() -> None:
        found.append(lock.acquire(timeout=2))
        if found[0]:
            lock.release()

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.parametrize("attempt", range(5))
@pytest.mark.parametrize("catches", [False, True])
def test_logging_goes_on_after_a_stopped_check(attempt: int, catches: bool) -> None:
    handler = logging.StreamHandler(open(os.devnull, "w"))
    log = logging.getLogger(f"stopped-{attempt}-{catches}")
    log.propagate = False
    log.setLevel(logging.INFO)
    log.addHandler(handler)

    def endless(x):
        while True:
            log.info("again")

    def stubborn(x):
        while True:
            try:
                log.info("again")
            except BaseException:
                pass

    run = stopped(stubborn if catches else endless)
    assert is_free(handler.lock)
    if sys.version_info[:2] != (3, 12):
        assert not run.abandoned
    handler.stream.close()


@pytest.mark.parametrize("attempt", range(5))
def test_a_lock_of_the_student_s_is_given_back(attempt: int) -> None:
    lock = threading.RLock()

    def endless(x):
        while True:
            with lock:
                sum(range(50))

    stopped(endless)
    assert is_free(lock)


def test_a_module_can_be_imported_after_its_import_was_stopped(tmp_path: Path) -> None:
    package = tmp_path / "slow_package"
    package.mkdir()
    (package / "__init__.py").write_text("from slow_package import inner\n")
    # many short steps, as a large library takes them
    (package / "inner.py").write_text(
        "import time\nfor _ in range(150):\n    time.sleep(0.01)\nDONE = True\n"
    )
    code = """
        import sys
        from course_utils.exercises.engine import sandbox
        name = "slow_package"
        run = sandbox.run(lambda x: __import__(name), [(1,)], time_limit=0.3)
        import slow_package
        print(run.timed_out, slow_package.inner.DONE)
    """
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            capture_output=True,
            text=True,
            timeout=HANG,
            env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ['PYTHONPATH']}"}
            if os.environ.get("PYTHONPATH")
            else {**os.environ, "PYTHONPATH": str(tmp_path)},
        )
        assert done.stdout.split() == ["True", "True"], done.stderr


def test_the_clean_up_of_a_stopped_function_runs_to_its_end() -> None:
    steps: list[int] = []

    def cleans(x):
        try:
            while True:
                pass
        finally:
            for step in range(50):
                steps.append(step)

    stopped(cleans)
    assert steps == list(range(50))


def vandal(x):
    np.random.seed(1)
    random.seed(1)
    np.random.random(3)
    os.chdir(os.path.dirname(os.getcwd()) or "/")
    os.environ["VANDAL"] = "1"
    os.environ.pop("PATH", None)
    np.isclose = lambda *a, **k: np.array(True)
    np.linalg.norm = lambda *a, **k: 0.0
    np.vandal = 3
    sys.path.insert(0, "/nowhere")
    __builtins__["sum"] = lambda *a: 0
    __builtins__["vandal"] = 1
    from course_utils import convolution

    convolution.correlate2d = None
    return 2 * x


def test_what_a_function_changes_outside_is_put_back() -> None:
    from course_utils import convolution

    before = (
        os.getcwd(),
        dict(os.environ),
        np.isclose,
        np.linalg.norm,
        sum,
        list(sys.path),
        convolution.correlate2d,
        random.getstate(),
        np.random.get_state()[1].tolist(),
    )
    for function in (vandal, lambda x: vandal(x) and endless(x)):
        sandbox.run(function, [(1,)], time_limit=SHORT)
        after = (
            os.getcwd(),
            dict(os.environ),
            np.isclose,
            np.linalg.norm,
            sum,
            list(sys.path),
            convolution.correlate2d,
            random.getstate(),
            np.random.get_state()[1].tolist(),
        )
        assert after == before
        with pytest.raises(NameError):
            eval("vandal", {})
    del np.vandal


def endless(x):
    while True:
        pass


def test_figures_are_closed_and_spoken_of() -> None:
    import matplotlib.pyplot as plt

    from course_utils import exercises

    own = plt.figure()

    def draws(image_shape, kernel_shape):
        plt.figure()
        plt.plot([1, 2])
        return 1

    message = exercises.judge("02.2", draws).message
    assert "What it draws is not shown" in message
    assert plt.get_fignums() == [own.number]
    plt.close(own)
