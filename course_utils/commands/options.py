"""Arguments and options that several commands share."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from course_utils import cores, notebooks
from course_utils.commands.faults import explained
from course_utils.execution import CELL_TIMEOUT

FULL_DATA_CELL_TIMEOUT = 6 * CELL_TIMEOUT
MOST_THREADS = 1024


class Folder(click.Path):
    """The path of a folder; an empty one, such as of a variable that isn't set, is refused."""

    def __init__(self, *, exists: bool = False) -> None:
        super().__init__(exists=exists, file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        if not str(value).strip():
            self.fail("the name of the folder is empty", param, ctx)
        return super().convert(value, param, ctx)


selectors_argument = click.argument("selectors", metavar="[NN]...", nargs=-1)


jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=cores.available_cores,
    show_default="the number of cores",
    help="How many notebooks to execute at once.",
)


trust_option = click.option(
    "--trust",
    is_flag=True,
    help="Keep scripts of the notebooks' texts and outputs, and what they fetch from other "
    "machines. Only for notebooks whose authors you trust: opening a page then runs them.",
)


data_dir_option = click.option(
    "--data-dir",
    type=Folder(),
    help="The folder that holds the full MNIST; without it $CNN_COURSE_DATA, then Keras' cache.",
)


threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1, max=MOST_THREADS),
    help="How many threads NumPy and TensorFlow may use in each notebook.  [default: its share of "
    "the cores]",
)


cell_timeout_option = click.option(
    "--cell-timeout",
    metavar="SECONDS",
    type=click.IntRange(min=1, max=1_000_000),
    help="How long a cell may take before its notebook is given up.  "
    f"[default: {CELL_TIMEOUT}; with the full MNIST {FULL_DATA_CELL_TIMEOUT}]",
)


def limit_for(cell_timeout: int | None, *, full: bool) -> int:
    """Return the seconds that a cell may take, by default more with the full MNIST."""
    return cell_timeout or (FULL_DATA_CELL_TIMEOUT if full else CELL_TIMEOUT)


def make_folder(folder: Path, *, needed: int = 0) -> None:
    """Make a folder for results, or say why nothing can be written there, before hours of work.

    Parameters
    ----------
    folder : Path
        The folder.
    needed : int
        How many bytes must be free there.

    Raises
    ------
    click.ClickException
        If nothing can be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise OSError(
                errno.ENOSPC,
                f"{needed / 1e6:.0f} MB are needed, and {free / 1e6:.0f} MB are free",
            )
    except OSError as error:
        error.filename = error.filename2 = None
        said = f"nothing can be written to {folder}: {explained(error)}"
        raise click.ClickException(said) from error


def get_full_data(data_dir: Path | None) -> None:
    """Download the full MNIST, if it is nowhere, before several kernels want it at once."""
    from course_utils.datasets import find_full_mnist, load_full_mnist

    if find_full_mnist(data_dir) is None:
        load_full_mnist(data_dir)


def in_good_order(paths: Sequence[Path]) -> list[Path]:
    """Put the notebooks that train networks first: they run longest, the others fill the gaps."""

    def is_short(path: Path) -> bool:
        try:
            return not notebooks.uses_neural_library(notebooks.read_notebook(path))
        except ValueError:
            return True

    return sorted(paths, key=lambda path: (is_short(path), path.name))
