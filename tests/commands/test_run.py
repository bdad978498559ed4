"""``run``: what it executes, writes, prints, and refuses."""

import json
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from made_notebooks import (
    ALT,
    COURSE,
    FIGURE,
    MISSING,
    NEEDY,
    as_in_a_terminal,
    call,
    invoke,
    without_torch,
    write,
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """One run of notebooks of every kind."""
    top = tmp_path_factory.mktemp("run")
    folder = top / "notebooks"
    folder.mkdir()
    (folder / "beside.txt").write_text("found it")
    paths = [
        write(
            folder / "01_good.ipynb",
            ("title", "A good one"),
            ("parameters", "N = 1\nDATA = 'sample'", "parameters"),
            ("figure", FIGURE),
            ("memory", "block = b'x' * 150_000_000"),
            (
                "headline",
                "import os\nprint(N, DATA, open('beside.txt').read(), "
                "os.environ['OMP_NUM_THREADS'], os.environ['CNN_COURSE_DATA'][-4:])",
                "headline",
            ),
        ),
        write(
            folder / "02_bad.ipynb",
            ("title", "A bad one"),
            ("parameters", "N = 1", "parameters"),
            ("fine", "print('fine')"),
            ("broken", "raise ValueError('kernel 5×5 is\\nlarger')"),
            ("never", "print('never reached')"),
        ),
        write(
            folder / "04_dies.ipynb",
            ("title", "One that dies"),
            ("fine", "a = 1"),
            ("last", "import os\nos.kill(os.getpid(), 9)"),
        ),
        write(
            folder / "03_loud.ipynb",
            ("title", "A loud one"),
            ("loud", "import sys\nprint('loud', file=sys.stderr)"),
            ("headline", "print('still done')", "headline"),
        ),
    ]
    (folder / "glossary.md").write_text("# Terms\n\nSee [one](01_good.ipynb).\n")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    options = ("-p", "N=7", "--output", "out", "--threads", 1, "--data-dir", top / "mnist_data")
    done = call("run", *paths, *options, cwd=top)
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    return {"done": done, "before": before, "after": after, "out": top / "out"}


def test_run_fails_if_one_notebook_fails(ran: dict) -> None:
    assert ran["done"].returncode == 1, ran["done"].stderr


def test_run_names_the_cell_and_the_error(ran: dict) -> None:
    lines = [line for line in ran["done"].stdout.splitlines() if line.startswith("FAILED")]
    assert lines[0] == "FAILED 02_bad.ipynb, cell 4 (id broken): ValueError: kernel 5×5 is"
    assert lines[1].startswith("FAILED 04_dies.ipynb, cell 3 (id last): the kernel died")
    assert len(lines) == 2


def test_run_prints_the_table(ran: dict) -> None:
    rows = dict(re.findall(r"^(0\d_\w+)\s+(\d+\.\d\s+\d+ .*?)\s*$", ran["done"].stdout, re.M))
    seconds, peak, headline = rows["01_good"].split(maxsplit=2)
    # Another N than the default, the folder of the notebook, both passed on to the kernel.
    assert headline == "7 sample found it 1 data"
    assert float(seconds) > 0.1
    assert 200 < float(peak) < 600
    assert rows["02_bad"].endswith("FAILED")
    assert rows["03_loud"].endswith("still done")
    assert float(rows["03_loud"].split()[1]) < float(peak) - 100


def test_run_says_where_to_look(ran: dict) -> None:
    last = ran["done"].stdout.strip().splitlines()[-1]
    assert last == f"Read the pages: {Path('out/index.html')}"


def test_run_writes_notebooks_and_pages(ran: dict) -> None:
    stems = ("01_good", "02_bad", "03_loud", "04_dies")
    expected = {f"{stem}.{ending}" for stem in stems for ending in ("ipynb", "html")}
    expected |= {"index.html", "glossary.html", "report.json", "report.png"}
    assert {path.name for path in ran["out"].iterdir()} == expected
    page = (ran["out"] / "01_good.html").read_text(encoding="utf-8")
    assert "<title>A good one</title>" in page and ALT in page
    bad = (ran["out"] / "02_bad.html").read_text(encoding="utf-8")
    assert "kernel 5×5 is" in bad and 'class="output">never reached' not in bad
    executed = json.loads((ran["out"] / "01_good.ipynb").read_text(encoding="utf-8"))
    assert set(executed["metadata"]) <= {"kernelspec", "language_info"}
    assert not any("papermill" in cell["metadata"] for cell in executed["cells"])
    index = (ran["out"] / "index.html").read_text(encoding="utf-8")
    assert 'href="02_bad.html"' in index and "ValueError: kernel 5×5 is" in index
    assert "7 sample found it" in index


def test_run_writes_the_documents_beside_the_notebooks(ran: dict) -> None:
    assert 'href="01_good.html"' in (ran["out"] / "glossary.html").read_text(encoding="utf-8")
    assert '<a href="glossary.html">Terms</a>' in (ran["out"] / "index.html").read_text("utf-8")


def test_run_reports_what_it_cost(ran: dict) -> None:
    report = json.loads((ran["out"] / "report.json").read_text(encoding="utf-8"))
    found = {entry["name"]: entry for entry in report["notebooks"]}
    assert list(found) == ["01_good", "02_bad", "03_loud", "04_dies"]
    good, died = found["01_good"], found["04_dies"]
    # Matplotlib is imported by the second cell, and nothing is trained.
    assert good["times"]["imports"] > 0.05 and good["times"]["training"] == 0
    assert sum(good["times"].values()) == pytest.approx(good["seconds"], abs=0.1)
    assert good["peak_bytes"] > 200e6 and good["processor_seconds"] > 0.1
    assert found["02_bad"]["failed"] and found["02_bad"]["times"]["kernel"] > 0
    assert died["failed"] and died["times"] is None
    index = (ran["out"] / "index.html").read_text(encoding="utf-8")
    (image,) = re.findall(r"<img [^>]*>", index)
    assert 'src="report.png"' in image and 'alt="Bars for 3 notebooks: ' in image
    assert 'href="report.json"' in index


def test_run_leaves_the_notebooks_alone(ran: dict) -> None:
    assert ran["before"] == ran["after"]


def test_run_shows_plain_lines_without_a_terminal(ran: dict) -> None:
    assert "01_good: started, 0/4 cells" in ran["done"].stdout
    assert "01_good: executed, 4/4 cells" in ran["done"].stdout
    assert "\x1b" not in ran["done"].stdout


def test_a_notebook_without_its_package_is_passed_over(tmp_path: Path) -> None:
    path = write(
        tmp_path / "01_needy.ipynb",
        ("title", "A needy one"),
        ("need", NEEDY),
        ("p", "N = 1", "parameters"),
        ("use", "import torch"),
        ("headline", "print('never printed')", "headline"),
    )
    missing = without_torch(tmp_path / "python")
    done = call("run", path, "-p", "N=7", "--output", "out", cwd=tmp_path, **missing)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"passed over: {MISSING}" in " ".join(done.stdout.split())
    assert "FAILED" not in done.stdout and "never printed" not in done.stdout
    page = (tmp_path / "out" / "01_needy.html").read_text(encoding="utf-8")
    assert page.count("This notebook needs PyTorch, which is not installed") == 1
    assert 'class="output">never printed' not in page
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Passed over: needs PyTorch" in index and "Failed" not in index


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    return [
        write(
            tmp_path / "01_one.ipynb",
            ("title", "One"),
            ("p", "EPOCHS = 5\nRATE = 0.1\nDATA = 'sample'\nFAST = True", "parameters"),
        ),
        write(tmp_path / "02_two.ipynb", ("title", "Two"), ("a", "A = 1")),
    ]


def test_an_unknown_parameter_is_refused(two: list[Path], tmp_path: Path) -> None:
    done = invoke("run", *two, "-p", "EPOCH=3", "--output", tmp_path / "out")
    assert done.exit_code == 1
    assert "EPOCH is not a parameter; did you mean EPOCHS?" in done.output
    assert "01_one has EPOCHS=5, RATE=0.1, DATA='sample'" in done.output
    assert "02_two has no parameters" in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("EPOCHS=many", "EPOCHS takes a whole number"),
        ("EPOCHS=2.5", "EPOCHS takes a whole number"),
        ("EPOCHS=True", "EPOCHS takes a whole number"),
        ("RATE=fast", "RATE takes a number"),
        ("RATE=true", "RATE takes a number"),
        ("FAST=1", "FAST takes True or False"),
        ("RATE=nano", "RATE takes a number"),
        ("EPOCHS", "not of the form NAME=VALUE"),
        ("=5", "not of the form NAME=VALUE"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(
    two: list[Path], tmp_path: Path, assignment: str, message: str
) -> None:
    done = invoke("run", two[0], "-p", assignment, "--output", tmp_path / "out")
    assert (done.exit_code, message in done.output) == (1, True), done.output


def test_a_parameter_given_twice_is_refused(two: list[Path], tmp_path: Path) -> None:
    done = invoke("run", two[0], "-p", "EPOCHS=2", "-p", "EPOCHS=3", "--output", tmp_path / "out")
    assert done.exit_code == 1 and "-p EPOCHS is given twice" in done.output


def test_two_notebooks_of_one_name_are_refused(two: list[Path], tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = write(tmp_path / "other" / "01_one.ipynb", ("title", "Other"), ("a", "A = 1"))
    done = invoke("run", two[0], other, "--output", tmp_path / "out")
    assert done.exit_code == 1 and "01_one.ipynb is there twice" in done.output


@pytest.mark.parametrize("option", ["--output", "--data-dir"])
def test_an_empty_folder_name_is_refused(two: list[Path], option: str) -> None:
    done = invoke("run", two[0], option, "")
    assert done.exit_code == 2 and "the name of the folder is empty" in done.output


def test_data_and_p_may_not_contradict(two: list[Path]) -> None:
    done = invoke("run", *two, "--data", "full", "-p", "DATA=sample")
    assert done.exit_code == 1 and "contradict" in done.output


def test_damaged_full_data_is_seen_before_a_kernel_starts(two: list[Path], tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(b"")
    done = invoke("run", *two, "--data", "full", "--data-dir", tmp_path)
    assert done.exit_code == 1 and str(tmp_path) in done.output


def test_the_output_may_not_be_the_notebooks_folder(two: list[Path], tmp_path: Path) -> None:
    done = invoke("run", *two, "--output", tmp_path)
    assert done.exit_code == 1 and "choose another" in done.output


def test_an_unknown_notebook_is_refused() -> None:
    done = invoke("run", "no_such_notebook")
    assert done.exit_code == 1 and "no notebook fits 'no_such_notebook'" in done.output


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=lambda how: how.name)
def test_an_interrupted_run_leaves_no_process(tmp_path: Path, how: signal.Signals) -> None:
    sleeping = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open('sleeping', 'w').close()\ntime.sleep(60)"
    )
    paths = [
        write(tmp_path / f"0{k}_sleep.ipynb", ("title", "Sleep"), ("sleep", sleeping))
        for k in (1, 2)
    ]
    out = str(tmp_path / "out")
    process = as_in_a_terminal([*COURSE, "run", *map(str, paths), "--jobs", "1", "--output", out])
    try:
        wait_until(lambda: (tmp_path / "sleeping").exists(), 120)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 3  # the worker, its kernel, and what the notebook started
        process.send_signal(how)
        assert process.wait(120) != 0
        wait_until(lambda: not any(is_alive(one) for one in family), 120)
    finally:
        process.kill()
        process.stdout.close()


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
