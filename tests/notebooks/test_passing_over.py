"""What pytest makes of a notebook whose package is missing."""

import os
import subprocess
import sys
from pathlib import Path

from made_notebooks import MISSING, NEEDY, without_torch, write
from patience import HANG

TOP = Path(__file__).resolve().parents[2]


def test_its_cells_are_skipped_with_the_reason(tmp_path: Path) -> None:
    write(tmp_path / "01_needy.ipynb", ("title", "Needy"), ("need", NEEDY), ("use", "import torch"))
    write(tmp_path / "02_plain.ipynb", ("title", "Plain"), ("a", "a = 1"))
    environment = {**os.environ, **without_torch(tmp_path / "python")}
    environment["PYTHONPATH"] += os.pathsep + str(TOP)
    options = ["-p", "conftest", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "-rs"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=HANG,
    )
    assert "1 passed, 2 skipped" in done.stdout, done.stdout + done.stderr
    assert f"01_needy {MISSING}" in done.stdout
