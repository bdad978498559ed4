"""``refresh``: what it stores in the notebooks, and when it stores nothing."""

import json
import sys
from pathlib import Path

import pytest
from made_notebooks import ALT, FIGURE, MISSING, NEEDY, call, invoke, without_torch, write

from course_utils import notebooks

SAVING = """
import json
content = json.load(open("04_saved.ipynb"))
content["cells"][0]["source"] = "# Saved meanwhile"
with open("04_saved.ipynb", "w") as file:
    json.dump(content, file)
"""
THREADS = """
import os
names = "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"
print(*(os.environ.get(name) for name in names))
"""


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """One refresh of notebooks of every kind, and a second one of the good notebook."""
    folder = tmp_path_factory.mktemp("refresh")
    good = write(
        folder / "01_good.ipynb",
        ("title", "Good"),
        ("figure", FIGURE),
        ("timed", "import time\nprint(f'{time.time_ns()} ns')", "nbval-ignore-output"),
        ("place", "import os, sys\nprint(os.path.basename(os.getcwd()), sys.executable)"),
        ("threads", THREADS),
    )
    write(folder / "02_bad.ipynb", ("title", "Bad"), ("bad", "1 / 0"))
    write(folder / "03_loud.ipynb", ("title", "Loud"), ("loud", "import os\nos.write(2, b'oh no')"))
    write(folder / "04_saved.ipynb", ("title", "Saved"), ("save", SAVING))
    write(
        folder / "05_dies.ipynb",
        ("title", "Dies"),
        ("fine", "a = 1"),
        ("last", "import os\nos.kill(os.getpid(), 9)"),
    )
    # A kernel of that name that the user has registered, and that cannot even start.
    spec = folder / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = ["no-such-python", "{connection_file}"]
    kernel = {"argv": argv, "display_name": "x", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(kernel))
    paths = sorted(folder.glob("*.ipynb"))
    sources = {path.stem: path.read_bytes() for path in paths}
    first = call("refresh", *paths, cwd=folder, JUPYTER_PATH=str(spec.parents[1]))
    stored = {path.stem: path.read_bytes() for path in paths}
    second = call("refresh", good, cwd=folder)
    return {
        "folder": folder,
        "sources": sources,
        "first": first,
        "stored": stored,
        "second": second,
        "after": good.read_bytes(),
    }


def test_the_outputs_are_stored_in_canonical_form(refreshed: dict) -> None:
    assert "01_good: stored" in refreshed["first"].stdout
    content = json.loads(refreshed["stored"]["01_good"])
    ids = [cell["id"] for cell in content["cells"]]
    assert ids == ["title", "figure", "timed", "place", "threads"]
    assert [cell.get("execution_count") for cell in content["cells"]] == [None, 1, 2, 3, 4]
    assert content["metadata"] == notebooks.NOTEBOOK_METADATA
    assert content["cells"][1]["outputs"][0]["metadata"] == {"image/png": {"alt": ALT}}
    assert content["cells"][1]["metadata"] == {}


def test_the_kernel_is_this_python_in_the_notebooks_folder(refreshed: dict) -> None:
    printed = json.loads(refreshed["stored"]["01_good"])["cells"][3]["outputs"][0]["text"]
    folder, executable = "".join(printed).split(maxsplit=1)
    assert folder == refreshed["folder"].name
    assert Path(executable.strip()) == Path(sys.executable)


def test_a_kernel_has_one_thread_however_many_there_are_at_once(refreshed: dict) -> None:
    printed = json.loads(refreshed["stored"]["01_good"])["cells"][4]["outputs"][0]["text"]
    assert "".join(printed).split() == ["1", "1", "1"]


def test_a_second_refresh_changes_nothing(refreshed: dict) -> None:
    assert refreshed["second"].returncode == 0, refreshed["second"].stderr
    assert refreshed["after"] == refreshed["stored"]["01_good"]
    line = refreshed["second"].stdout.strip().splitlines()[-1]
    assert line.startswith("01_good: unchanged, ")
    assert line.endswith("; kept the stored numbers of timed (see --numbers)")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("02_bad", "cell 2 (id bad): ZeroDivisionError: division by zero. Nothing was stored."),
        ("03_loud", "cell 2 (id loud) writes to stderr: oh no. Nothing was stored."),
        (
            "04_saved",
            "the file changed while its cells were executed: try again. Nothing was stored.",
        ),
        ("05_dies", "cell 3 (id last): the kernel died."),
    ],
)
def test_a_notebook_that_fails_is_left_alone(refreshed: dict, name: str, message: str) -> None:
    assert refreshed["first"].returncode == 1
    assert f"{name}: FAILED, {message}" in refreshed["first"].stdout
    if name == "04_saved":
        saved = json.loads(refreshed["stored"][name])
        assert saved["cells"][0]["source"] == "# Saved meanwhile"
        assert saved["cells"][1]["outputs"] == []
    else:
        assert refreshed["stored"][name] == refreshed["sources"][name]


def test_a_notebook_without_its_package_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "01_needy.ipynb", ("title", "Needy"), ("need", NEEDY), ("a", "a = 1"))
    before = path.read_bytes()
    done = call("refresh", path, cwd=tmp_path, **without_torch(tmp_path / "python"))
    assert done.returncode == 1
    assert f"01_needy: FAILED, it {MISSING}. Nothing was stored." in done.stdout
    assert path.read_bytes() == before


def test_nothing_else_is_left_in_the_folder(refreshed: dict) -> None:
    names = {path.name for path in refreshed["folder"].iterdir()}
    assert names == {f"{stem}.ipynb" for stem in refreshed["sources"]} | {"jupyter"}


def test_an_unknown_notebook_is_refused() -> None:
    done = invoke("refresh", "no_such_notebook")
    assert done.exit_code == 1 and "no notebook fits 'no_such_notebook'" in done.output
