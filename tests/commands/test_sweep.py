"""``sweep``: every run is made, whatever dies meanwhile, and nothing stays behind.

Real processes on this machine execute small notebooks: the command's own, and clusters.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas
import psutil
import pytest
from made_notebooks import COURSE, as_in_a_terminal, call, invoke, write
from patience import HANG

posix = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


# A run tells which processes it has, so that a test can look for them, and can be told to wait.
WORK = """
import os, pathlib, time
notes = pathlib.Path(NOTES)
(notes / f"kernel-{os.getpid()}").touch()
(notes / f"started-{A}").touch()
while (notes / f"wait-{A}").exists():
    time.sleep(0.02)
if (notes / f"fail-{A}").exists():
    (notes / f"fail-{A}").unlink()
    raise ValueError("told to fail")
test_accuracy = A / 10
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


@pytest.fixture
def path(tmp_path: Path, notes: Path) -> Path:
    return write(
        tmp_path / "01_made.ipynb",
        ("title", "Made"),
        ("p", f"A = 1\nB = 'b'\nNOTES = {str(notes)!r}", "parameters"),
        ("work", WORK),
        ("headline", "print(A, B)", "headline"),
    )


def table(folder: Path) -> pandas.DataFrame:
    return pandas.read_parquet(folder / "results.parquet").set_index("A")


def kernels(notes: Path) -> list[psutil.Process]:
    """The kernels of the runs so far that are alive."""
    found = []
    for note in notes.glob("kernel-*"):
        try:
            process = psutil.Process(int(note.name.removeprefix("kernel-")))
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            pass
    return found


def wait_until(condition: Callable[[], bool], seconds: float = HANG) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def dask(*arguments: str) -> Iterator[subprocess.Popen]:
    """A process of Dask's own command, ended at the end."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from dask.__main__ import main; sys.exit(main())",
            *arguments,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler and two workers, as on two machines: its address, and the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    worker = (
        "worker",
        address,
        "--no-nanny",
        "--nthreads",
        "1",
        "--no-dashboard",
        "--host",
        "127.0.0.1",
        "--local-directory",
        str(tmp_path / "scratch"),
    )
    with dask(*scheduler), dask(*worker) as one, dask(*worker) as other:
        yield address, [one, other]


@posix
def test_a_worker_that_is_killed_costs_its_run_alone(
    cluster: tuple[str, list[subprocess.Popen]], path: Path, notes: Path, tmp_path: Path
) -> None:
    address, workers = cluster
    # Two runs are under way and cannot end before one of their workers is dead.
    for number in (1, 2, 3):
        (notes / f"wait-{number}").touch()
    sweep = subprocess.Popen(
        [
            *COURSE,
            "sweep",
            str(path),
            "-p",
            "A=1,2,3",
            "--scheduler",
            address,
            "--output",
            str(tmp_path / "out"),
        ],
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        wait_until(lambda: len(kernels(notes)) == 2)
        victim = psutil.Process(workers[0].pid)
        lost = [one for one in kernels(notes) if victim in one.parents()]
        assert len(lost) == 1
        workers[0].kill()
        # Its kernel dies with it, though nobody has told it anything.
        wait_until(lambda: not is_alive(lost[0]))
        for wait in notes.glob("wait-*"):
            wait.unlink()
        said, _ = sweep.communicate(timeout=HANG)
    finally:
        sweep.kill()
    assert sweep.returncode == 0, said
    found = table(tmp_path / "out")
    assert found.status.to_dict() == dict.fromkeys((1, 2, 3), "finished")
    assert found.test_accuracy.to_dict() == {1: 0.1, 2: 0.2, 3: 0.3}
    assert len(list((tmp_path / "out" / "runs").glob("*.ipynb"))) == 3
    assert len(list(notes.glob("kernel-*"))) == 4  # one run was started twice
    assert kernels(notes) == []


@posix
def test_a_sweep_that_is_killed_ends_its_runs_on_a_cluster(
    cluster: tuple[str, list[subprocess.Popen]], path: Path, notes: Path, tmp_path: Path
) -> None:
    address, workers = cluster
    for number in (1, 2, 3):
        (notes / f"wait-{number}").touch()
    sweep = subprocess.Popen(
        [
            *COURSE,
            "sweep",
            str(path),
            "-p",
            "A=1,2,3",
            "--scheduler",
            address,
            "--output",
            str(tmp_path / "out"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: len(kernels(notes)) == 2)
    finally:
        sweep.kill()
        sweep.wait()
    wait_until(lambda: not kernels(notes))
    # The cluster is not ours: it stays.
    assert [worker.poll() for worker in workers] == [None, None]


@posix
def test_ctrl_c_ends_the_runs_on_a_cluster_and_the_sweep_goes_on_later(
    cluster: tuple[str, list[subprocess.Popen]], path: Path, notes: Path, tmp_path: Path
) -> None:
    address, workers = cluster
    for number in (2, 3):
        (notes / f"wait-{number}").touch()
    command = [
        *COURSE,
        "sweep",
        str(path),
        "-p",
        "A=1,2,3",
        "--scheduler",
        address,
        "--output",
        str(tmp_path / "out"),
    ]
    sweep = as_in_a_terminal(command)
    finished = tmp_path / "out" / "runs"
    try:
        wait_until(lambda: any(finished.glob("A=1*.json")) and len(kernels(notes)) == 2)
        os.killpg(sweep.pid, signal.SIGINT)
        said, _ = sweep.communicate(timeout=HANG)
    finally:
        sweep.kill()
    assert sweep.returncode == 1 and "Traceback" not in said, said
    wait_until(lambda: not kernels(notes))
    assert [worker.poll() for worker in workers] == [None, None]
    for wait in notes.glob("wait-*"):
        wait.unlink()
    again = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=HANG)
    assert again.returncode == 0, again.stderr
    assert "1 of 3 runs have finished before." in again.stdout
    found = table(tmp_path / "out")
    assert found.status.to_dict() == dict.fromkeys((1, 2, 3), "finished")
    assert len(list(notes.glob("kernel-*"))) == 5


def listening(process: psutil.Process) -> list[tuple[str, int]]:
    """The addresses at which a process waits for connections."""
    try:
        found = process.net_connections(kind="inet")
    except psutil.Error:
        return []
    return [tuple(one.laddr) for one in found if one.status == psutil.CONN_LISTEN]


@posix
def test_a_process_that_is_killed_costs_its_run_alone_and_none_but_kernels_listens(
    path: Path, notes: Path, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        (notes / f"wait-{number}").touch()
    command = ("sweep", path, "-p", "A=1,2,3", "--workers", 2, "--output", tmp_path / "out")
    sweep = subprocess.Popen(
        [*COURSE, *map(str, command)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    try:
        wait_until(lambda: len(kernels(notes)) == 2)
        running = kernels(notes)
        # Jupyter's kernels listen, and execute only what is signed with their keys.
        others = [psutil.Process(sweep.pid), *psutil.Process(sweep.pid).children(recursive=True)]
        others = [one for one in others if one not in running]
        assert len(others) >= 3 and not [place for one in others for place in listening(one)]
        running[0].parent().kill()
        wait_until(lambda: not is_alive(running[0]))
        for wait in notes.glob("wait-*"):
            wait.unlink()
        said, _ = sweep.communicate(timeout=HANG)
    finally:
        sweep.kill()
    assert sweep.returncode == 0, said
    assert said.count("tried again after cell 3 (id work): its process was ended by") == 1
    found = table(tmp_path / "out")
    assert found.status.to_dict() == dict.fromkeys((1, 2, 3), "finished")
    assert sorted(found.tries) == [1, 1, 2]
    assert kernels(notes) == []


@posix
def test_ctrl_c_leaves_no_process_and_the_sweep_goes_on_later(
    path: Path, notes: Path, tmp_path: Path
) -> None:
    (notes / "wait-2").touch()
    (notes / "fail-1").touch()
    command = ("sweep", path, "-p", "A=1,2", "--workers", 2, "--output", tmp_path / "out")
    sweep = as_in_a_terminal([*COURSE, *map(str, command)])
    finished = tmp_path / "out" / "runs"
    try:
        wait_until(lambda: any(finished.glob("*.json")) and kernels(notes) != [])
        family = psutil.Process(sweep.pid).children(recursive=True)
        assert len(family) >= 2  # the run's process and its kernel
        # A terminal sends it to every process of the group.
        os.killpg(sweep.pid, signal.SIGINT)
        said, _ = sweep.communicate(timeout=HANG)
        assert sweep.returncode == 1 and "Traceback" not in said, said
        wait_until(lambda: not any(is_alive(one) for one in family))
        wait_until(lambda: not kernels(notes))
    finally:
        sweep.kill()
    assert "A=1: tried again after cell 3 (id work): ValueError: told to fail" in said
    found = table(tmp_path / "out")
    assert found.status.to_dict() == {1: "finished", 2: "missing"}
    assert found.tries[1] == 2
    before = {one: one.stat().st_mtime_ns for one in finished.iterdir()}
    # The same sweep with a third value. Now run 2 fails for good, which stops no other.
    (notes / "wait-2").unlink()
    (notes / "fail-2").touch()
    more = ("sweep", path, "-p", "A=1,2,3", "--retries", 0, "--output", tmp_path / "out")
    again = call(*more, cwd=tmp_path)
    assert again.returncode == 1, again.stderr
    assert "1 of 3 runs have finished before." in again.stdout
    assert "A=2: FAILED, cell 3 (id work): ValueError: told to fail" in again.stdout
    assert {one: one.stat().st_mtime_ns for one in before} == before
    found = table(tmp_path / "out")
    assert found.status.to_dict() == {1: "finished", 2: "failed", 3: "finished"}
    assert found.headline[3] == "3 b" and found.tries[2] == 1
    kept = {one.name.split("-")[0] + one.suffixes[0] for one in finished.glob("*.ipynb")}
    assert kept == {"A=1.ipynb", "A=2.failed", "A=3.ipynb"}
    assert (tmp_path / "out" / "results.png").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("-p", "AA=1"), "AA is not a parameter; did you mean A?"),
        (("-p", "A=1,many"), "A takes a whole number"),
        (("-p", "A=1,1"), "has 1 twice"),
        (("-p", "A=1", "-p", "A=2"), "A is given twice"),
        (("-p", "A"), "not of the form"),
        (("--scheduler", "tcp://127.0.0.1:1", "--workers", "2"), "--workers is for this machine"),
        (("--scheduler", ""), "--scheduler is empty"),
        (("--collect", " "), "--collect is empty"),
        (("--tls-key", "k"), "belong to --scheduler"),
        (("--scheduler", "tls://127.0.0.1:1", "--tls-key", "k"), "are wanted together"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    path: Path, options: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    done = invoke("sweep", path, *options, "--output", tmp_path / "out")
    assert (done.exit_code, says in done.output) == (1, True), done.output
    assert not (tmp_path / "out").exists()


def test_several_notebooks_are_refused() -> None:
    done = invoke("sweep", "convolution")
    assert done.exit_code == 1 and "fits several notebooks" in done.output


def test_a_missing_extra_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from course_utils.commands import sweep

    module = sys.modules[sweep.callback.__module__]
    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "pyarrow" else 1)
    done = invoke("sweep", path)
    assert done.exit_code == 1 and "needs pyarrow" in done.output and "[sweep]" in done.output
