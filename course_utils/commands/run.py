"""``run``: execute a copy of each notebook, show it as a page, list results and costs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from course_utils import execution, notebooks
from course_utils.commands.display import following, make_console, shorter
from course_utils.commands.faults import explained
from course_utils.commands.options import (
    Folder,
    cell_timeout_option,
    data_dir_option,
    get_full_data,
    in_good_order,
    jobs_option,
    limit_for,
    make_folder,
    selectors_argument,
    threads_option,
    trust_option,
)
from course_utils.commands.parameter_values import parse_assignments, values_for_each
from course_utils.execution import run_report


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
    type=Folder(),
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
@trust_option
@threads_option
@cell_timeout_option
def run(
    selectors: tuple[str, ...],
    assignments: tuple[str, ...],
    jobs: int,
    output: Path,
    data: str | None,
    data_dir: Path | None,
    threads: int | None,
    trust: bool,
    cell_timeout: int | None,
) -> None:
    """Execute notebooks and write them, as notebooks and as pages, to a folder.

    NN is a number (5 or 05), a part of a name, or a path; without any, all notebooks run. The
    notebooks themselves stay as they are. report.json in the same folder tells the seconds and the
    memory that each took. The exit code is 1 if one of them fails; the others still finish.
    """
    try:
        paths = in_good_order(notebooks.find_notebooks(selectors))
        chosen = parse_assignments(assignments)
        if data and chosen.setdefault("DATA", data) != data:
            raise ValueError(f"--data {data} and -p DATA={chosen['DATA']} contradict each other")
        values = values_for_each(paths, chosen, optional={"DATA"} if data else set())
        full = any(known.get("DATA") == "full" for known in values.values())
        _refuse_equal_names(paths)
        if full:
            get_full_data(data_dir)
    except (ValueError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    output = output.resolve()
    if any(path.parent == output for path in paths):
        raise click.ClickException(
            f"--output {output} is the folder of the notebooks themselves: choose another"
        )
    make_folder(output)
    limit = limit_for(cell_timeout, full=full)
    tasks = [
        execution.Task(
            "run",
            str(path),
            output=str(output),
            parameters=values[path],
            trusted=trust,
            cell_timeout=limit,
        )
        for path in paths
    ]
    console = make_console()
    environment = execution.kernel_environment(data_dir=data_dir, threads=threads)
    started = time.perf_counter()
    with following(tasks, console) as report:
        outcomes = execution.perform(tasks, jobs=jobs, report=report, environment=environment)
    seconds = time.perf_counter() - started
    outcomes.sort(key=lambda outcome: Path(outcome.path).name)
    # First what was computed; what cannot be written takes nothing of it away.
    _show_table(outcomes, console)
    unwritten: list[str] = []
    picture, documents = None, {}
    with _noted(unwritten, run_report.JSON_NAME):
        at_once = min(jobs, len(tasks))
        picture = run_report.write_report(outcomes, output, jobs=at_once, seconds=seconds)
    with _noted(unwritten, "the pages of text"):
        documents = _write_documents(paths, output)
    index = output / "index.html"
    with _noted(unwritten, index.name):
        _write_index(outcomes, index, documents, picture)
    failed = [outcome for outcome in outcomes if outcome.error]
    for outcome in failed:
        message = f"FAILED {Path(outcome.path).name}, {outcome.error}"
        console.print(message, soft_wrap=True, markup=False)
    for message in unwritten:
        click.echo(f"Error: {message}", err=True)
    if index.is_file():
        console.print(f"Read the pages: {shorter(index)}", soft_wrap=True, markup=False)
    if failed or unwritten:
        sys.exit(1)


def _refuse_equal_names(paths: Sequence[Path]) -> None:
    """Refuse notebooks of one name: in the one folder of results the last would be left."""
    names = [path.name for path in paths]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} is there twice, in two folders: run one of them at a time")


@contextmanager
def _noted(unwritten: list[str], what: str) -> Iterator[None]:
    """Note what goes wrong when something is written, and go on."""
    try:
        yield
    except OSError as error:
        unwritten.append(f"{what} could not be written: {explained(error)}")
    except Exception as error:
        said = execution.failures.error_line(type(error).__name__, str(error))
        unwritten.append(f"{what} could not be made: {said}")


def _write_documents(paths: Sequence[Path], output: Path) -> dict[str, str]:
    """Write the pages of the documents beside the notebooks; return each page's title."""
    from course_utils.publishing import write_document

    return {
        f"{source.stem}.html": write_document(source, output / f"{source.stem}.html")
        for folder in sorted({path.parent for path in paths})
        for source in notebooks.find_documents(folder)
    }


def _show_table(outcomes: Sequence[execution.Outcome], console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("notebook", no_wrap=True)
    table.add_column("seconds", justify="right")
    table.add_column("peak MB", justify="right")
    table.add_column("headline result", overflow="fold")
    for outcome in outcomes:
        peak = f"{outcome.peak_bytes / 1e6:.0f}" if outcome.peak_bytes else "?"
        if outcome.error:
            result = Text("FAILED", style="bold")
        elif outcome.passed_over:
            result = Text(f"passed over: {outcome.passed_over}")
        else:
            result = Text(execution.failures.shortened(outcome.headline))
        table.add_row(Path(outcome.path).stem, f"{outcome.seconds:.1f}", peak, result)
    console.print(table)


def _write_index(
    outcomes: Sequence[execution.Outcome],
    index: Path,
    documents: dict[str, str],
    picture: run_report.Picture | None,
) -> None:
    from course_utils.publishing import IndexEntry, write_index

    entries = [
        IndexEntry(
            name=Path(outcome.path).stem,
            title=outcome.title,
            headline=outcome.error
            or outcome.passed_over
            or execution.failures.shortened(outcome.headline),
            seconds=outcome.seconds,
            failed=bool(outcome.error),
            passed_over=bool(outcome.passed_over),
        )
        for outcome in outcomes
    ]
    costs = None if picture is None else (picture.file, picture.alt, run_report.JSON_NAME)
    write_index(entries, index, documents=documents, costs=costs)
