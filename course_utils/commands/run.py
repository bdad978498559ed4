"""``run``: execute a copy of each notebook, show it as a page, list the headline results."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from course_utils import execution, notebooks
from course_utils.commands.display import following, make_console
from course_utils.commands.options import (
    data_dir_option,
    in_good_order,
    jobs_option,
    selectors_argument,
)
from course_utils.commands.parameter_values import parse_assignments, values_for_each


@click.command()
@selectors_argument
@click.option(
    "-p",
    "assignments",
    metavar="NAME=VALUE",
    multiple=True,
    help="Put a value in place of a parameter's default; may be repeated. With several notebooks "
    "each takes the names that it has, and every name must belong to at least one of them.",
)
@jobs_option
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default="build",
    show_default=True,
    help="The folder for the executed notebooks and their pages.",
)
@click.option(
    "--data",
    type=click.Choice(["sample", "full"]),
    help="The digits to use: sets the parameter DATA of each notebook that has it.",
)
@data_dir_option
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="How many threads NumPy and TensorFlow may use in each notebook.",
)
def run(
    selectors: tuple[str, ...],
    assignments: tuple[str, ...],
    jobs: int,
    output: Path,
    data: str | None,
    data_dir: Path | None,
    threads: int | None,
) -> None:
    """Execute notebooks and write them, as notebooks and as pages, to a folder.

    NN is a number (5 or 05), a part of a name, or a path; without any, all notebooks run. The
    notebooks themselves stay as they are. The exit code is 1 if one of them fails; the others
    still finish.
    """
    try:
        paths = in_good_order(notebooks.find_notebooks(selectors))
        chosen = parse_assignments(assignments)
        if data and chosen.setdefault("DATA", data) != data:
            raise ValueError(f"--data {data} and -p DATA={chosen['DATA']} contradict each other")
        values = values_for_each(paths, chosen, optional={"DATA"} if data else set())
        if any(known.get("DATA") == "full" for known in values.values()):
            _get_full_data(data_dir)
    except (ValueError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    output = output.resolve()
    if any(path.parent == output for path in paths):
        raise click.ClickException(
            f"--output {output} is the folder of the notebooks themselves: choose another"
        )
    output.mkdir(parents=True, exist_ok=True)
    tasks = [
        execution.Task("run", str(path), output=str(output), parameters=values[path])
        for path in paths
    ]
    console = make_console()
    environment = execution.kernel_environment(data_dir=data_dir, threads=threads)
    with following(tasks, console) as report:
        outcomes = execution.perform(tasks, jobs=jobs, report=report, environment=environment)
    outcomes.sort(key=lambda outcome: Path(outcome.path).name)
    _show(outcomes, output, console)
    if any(outcome.error for outcome in outcomes):
        sys.exit(1)


def _get_full_data(data_dir: Path | None) -> None:
    """Download the full MNIST, if it is nowhere, before several kernels want it at once."""
    from course_utils.mnist_places import find_full_mnist, load_full_mnist

    if find_full_mnist(data_dir) is None:
        load_full_mnist(data_dir)


def _show(outcomes: Sequence[execution.Outcome], output: Path, console: Console) -> None:
    from course_utils.publishing import IndexEntry, write_index

    table = Table(box=None, pad_edge=False)
    table.add_column("notebook", no_wrap=True)
    table.add_column("seconds", justify="right")
    table.add_column("peak MB", justify="right")
    table.add_column("headline result", overflow="fold")
    for outcome in outcomes:
        peak = f"{outcome.peak_bytes / 1e6:.0f}" if outcome.peak_bytes else "?"
        result = Text("FAILED", style="bold") if outcome.error else Text(outcome.headline)
        table.add_row(Path(outcome.path).stem, f"{outcome.seconds:.1f}", peak, result)
    console.print(table)
    index = output / "index.html"
    entries = [
        IndexEntry(
            name=Path(outcome.path).stem,
            title=outcome.title,
            headline=outcome.error or outcome.headline,
            seconds=outcome.seconds,
            failed=bool(outcome.error),
        )
        for outcome in outcomes
    ]
    write_index(entries, index)
    failed = [outcome for outcome in outcomes if outcome.error]
    for outcome in failed:
        message = f"FAILED {Path(outcome.path).name}, {outcome.error}"
        console.print(message, soft_wrap=True, markup=False)
    console.print(f"Read the pages: {_shorter(index)}", soft_wrap=True, markup=False)


def _shorter(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
