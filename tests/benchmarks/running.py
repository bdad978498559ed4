"""Benchmarks as a user runs them, with `--quick`."""

import os
import subprocess
import sys
from pathlib import Path

from patience import HANG

TOP = Path(__file__).resolve().parent.parent.parent


def run(name: str, output: Path) -> str:
    """Return what a benchmark prints that writes to `output`."""
    done = subprocess.run(
        [sys.executable, TOP / "benchmarks" / name, "--quick", "--output", output],
        capture_output=True,
        text=True,
        timeout=HANG,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
