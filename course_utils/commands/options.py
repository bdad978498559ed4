"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from course_utils import cores, notebooks

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
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that holds the full MNIST; without it $CNN_COURSE_DATA, then Keras' cache.",
)


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
