"""``sweep``: execute one notebook over a grid of parameters, and gather the results."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from course_utils import cores, notebooks
from course_utils.commands.display import make_console, shorter
from course_utils.commands.faults import explained
from course_utils.commands.options import (
    Folder,
    cell_timeout_option,
    data_dir_option,
    get_full_data,
    limit_for,
    make_folder,
    threads_option,
)
from course_utils.commands.parameter_values import parse_assignments, values_for_each
from course_utils.execution import Outcome
from course_utils.sweeping import (
    COLLECTED,
    Certificates,
    Job,
    Result,
    Run,
    SweepFolder,
    choose_numbers,
    grid_of_runs,
    hand_out,
    hand_out_here,
    make_table,
    scheduler_client,
    split_values,
    write_picture,
    write_table,
)


@click.command()
@click.argument("selector", metavar="NN")
@click.option(
    "-p",
    "assignments",
    metavar="NAME=VALUE,VALUE",
    multiple=True,
    help="A parameter and its values, with commas between; may be repeated: every combination is "
    "run. A comma inside brackets or quotes belongs to a value.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="A Dask cluster that is there already, by the address of its scheduler, such as "
    "tcp://10.0.0.1:8786. Its workers need this package installed, but no shared folder. Whoever "
    "reaches a scheduler without TLS can execute code on its workers. Without this option the runs "
    "go to processes on this machine, and no port is opened.",
)
@click.option(
    "--tls-ca-file",
    metavar="FILE",
    help="For a scheduler with TLS (tls://10.0.0.1:8786): the certificate, in PEM form, of the "
    "authority that signed the cluster's certificates and yours. The cluster starts with the same "
    "options: dask scheduler --tls-ca-file ca.pem --tls-cert cert.pem --tls-key key.pem, dask "
    "worker likewise.",
)
@click.option("--tls-cert", metavar="FILE", help="With --tls-ca-file: your own certificate.")
@click.option("--tls-key", metavar="FILE", help="With --tls-ca-file: the key to --tls-cert.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="How many runs at once on this machine.  [default: the number of cores]",
)
@threads_option
@cell_timeout_option
@click.option(
    "--retries",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="How many more times to try a run that fails.",
)
@click.option(
    "--collect",
    "collected",
    metavar="NAMES",
    help="The numbers to put into the table, by their names in the notebook, with commas between; "
    "* stands for any letters. The first one is drawn.  [default: accuracies, losses, errors]",
)
@click.option(
    "--output",
    type=Folder(),
    help="The folder for the runs and the table.  [default: build/sweeps/ and the notebook's name]",
)
@data_dir_option
def sweep(
    selector: str,
    assignments: tuple[str, ...],
    scheduler: str | None,
    tls_ca_file: str | None,
    tls_cert: str | None,
    tls_key: str | None,
    workers: int | None,
    threads: int | None,
    cell_timeout: int | None,
    retries: int,
    collected: str | None,
    output: Path | None,
    data_dir: Path | None,
) -> None:
    """Execute one notebook over a grid of parameters, and gather the results in one table.

    NN is a number (5 or 05), a part of a name, or a path. A run is every combination of the values.
    Runs that finished before, with the same code and parameters, are not run again, so an
    interrupted sweep goes on where it stopped. The exit code is 1 if a run fails for good; the
    others still finish.
    """
    here = scheduler is None
    _check_extra("pandas", "pyarrow", *(() if here else ("distributed",)))
    try:
        certificates = _certificates(scheduler, tls_ca_file, tls_cert, tls_key)
        if scheduler is not None and not scheduler.strip():
            raise ValueError("--scheduler is empty: give an address, or leave the option out")
        if collected is not None and not collected.strip():
            raise ValueError("--collect is empty: give names, or leave the option out")
        if not here and workers:
            raise ValueError("--workers is for this machine: a cluster has the workers that it has")
        path = _only_one(selector)
        content = path.read_bytes()
        notebook = notebooks.parse_notebook(content, name=path.name)
        runs = grid_of_runs(notebook, _grid(path, assignments))
        patterns = split_values(collected) if collected else COLLECTED
        if here and (missing := notebooks.what_is_missing(notebook)):
            raise ValueError(f"{path.stem} {missing}")
        defaults = notebooks.parameters(notebook)
        full = any((defaults | run.parameters).get("DATA") == "full" for run in runs)
        if here and full:
            get_full_data(data_dir)
    except (ValueError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    folder = SweepFolder((output or Path("build", "sweeps", path.stem)).resolve())
    make_folder(folder.path)
    console = make_console()
    results = {run.name: found for run in runs if (found := folder.finished(run))}
    if results:
        console.print(f"{len(results)} of {len(runs)} runs have finished before.")
    left = [run for run in runs if run.name not in results]
    if here:
        workers = min(workers or cores.available_cores(), max(1, len(left)))
        threads = threads or max(1, cores.available_cores() // workers)
    job = Job(
        path.name,
        content,
        threads=threads,
        data_dir=str(data_dir.expanduser()) if data_dir else None,
        cell_timeout=limit_for(cell_timeout, full=full),
    )
    jobs = [(run, replace(job, parameters=run.parameters)) for run in left]
    try:
        if jobs:
            with _Following(len(jobs), console) as following:

                def finished(run: Run, outcome: Outcome, executed: bytes, tries: int) -> None:
                    results[run.name] = _kept(folder, run, outcome, executed, tries)
                    following.finished(results[run.name])

                if scheduler is None:
                    hand_out_here(
                        jobs,
                        workers=workers or 1,
                        retries=retries,
                        finished=finished,
                        again=following.again,
                    )
                else:
                    with scheduler_client(scheduler, certificates=certificates) as client:
                        hand_out(
                            client,
                            jobs,
                            retries=retries,
                            finished=finished,
                            again=following.again,
                        )
    except (ConnectionError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        written = not results or _write(runs, results, patterns, folder.path, console)
    if not written or any(result.error for result in results.values()):
        sys.exit(1)


def _check_extra(*packages: str) -> None:
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise click.ClickException(
            f"sweep needs {', '.join(missing)}, which the course itself does not: install the "
            'extra with  python -m pip install -e ".[sweep]"'
        )


def _certificates(
    scheduler: str | None, ca_file: str | None, cert: str | None, key: str | None
) -> Certificates | None:
    given = (ca_file, cert, key)
    if given == (None, None, None):
        return None
    if scheduler is None:
        raise ValueError("--tls-ca-file, --tls-cert and --tls-key belong to --scheduler")
    if not (ca_file and cert and key):
        raise ValueError("--tls-ca-file, --tls-cert and --tls-key are wanted together: give all")
    return Certificates(ca_file, cert, key)


def _kept(folder: SweepFolder, run: Run, outcome: Outcome, executed: bytes, tries: int) -> Result:
    """Write what a run brought; a run that can't be written has failed, and stops no other."""
    try:
        return folder.keep(run, outcome, executed, tries=tries)
    except OSError as error:
        said = f"could not be written: {explained(error)}"
        return folder.result(run, replace(outcome, error=said), tries=tries)


def _only_one(selector: str) -> Path:
    paths = notebooks.find_notebooks([selector])
    if len(paths) > 1:
        listed = ", ".join(path.stem for path in paths)
        raise ValueError(f"{selector} fits several notebooks, {listed}: name one")
    return paths[0]


def _grid(path: Path, assignments: Sequence[str]) -> dict[str, list[object]]:
    """Return the values of each parameter, of the kind that the notebook's default is of."""
    grid: dict[str, list[object]] = {}
    for assignment in assignments:
        ((name, text),) = parse_assignments([assignment]).items()
        if name in grid:
            raise ValueError(f"-p {name} is given twice: write its values with commas between")
        grid[name] = [
            values_for_each([path], {name: value})[path][name] for value in split_values(text)
        ]
    return grid


class _Following:
    """Says what becomes of each run; on a terminal, with a bar below."""

    def __init__(self, runs: int, console: Console) -> None:
        self._done, self._runs, self._console = 0, runs, console
        columns = (
            TextColumn("runs"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._bar = Progress(*columns, console=console, disable=not console.is_terminal)
        self._bar.add_task("runs", total=runs)

    def __enter__(self) -> _Following:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def again(self, run: Run, outcome: Outcome) -> None:
        self._say(f"{_shown(run)}: tried again after {outcome.error}")

    def finished(self, result: Result) -> None:
        self._done += 1
        self._bar.advance(self._bar.task_ids[0])
        said = f"FAILED, {result.error}" if result.error else result.headline or "finished"
        place = f"{self._done}/{self._runs} {_shown(result.run)}"
        self._say(f"{place}: {said} ({result.seconds:.1f} s)")

    def _say(self, line: str) -> None:
        self._console.print(line, soft_wrap=True, markup=False)


def _shown(run: Run) -> str:
    return " ".join(f"{name}={value}" for name, value in run.parameters.items()) or run.name


def _write(
    runs: Sequence[Run],
    results: Mapping[str, Result],
    patterns: Sequence[str],
    folder: Path,
    console: Console,
) -> bool:
    """Write the table and the picture, and tell whether that went well."""
    found = [results[run.name] for run in runs if run.name in results]
    numbers = choose_numbers(found, patterns)
    try:
        paths = write_table(make_table(runs, results, numbers), folder)
        if numbers and runs[0].parameters:
            paths.append(write_picture(runs, results, numbers[0], folder))
    except OSError as error:
        # An error of the sweep itself, or Ctrl-C, is on its way perhaps: it is not replaced.
        click.echo(f"Error: the table could not be written: {explained(error)}", err=True)
        return False
    if not numbers:
        console.print(
            f"No run ended with a number named {', '.join(patterns)}: name others with --collect.",
            soft_wrap=True,
            markup=False,
        )
    for path in paths:
        console.print(shorter(path), soft_wrap=True, markup=False)
    return True
