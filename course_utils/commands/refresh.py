"""``refresh``: execute notebooks anew and store their outputs in place."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from course_utils import execution, notebooks
from course_utils.commands.display import following, make_console
from course_utils.commands.options import (
    cell_timeout_option,
    in_good_order,
    jobs_option,
    limit_for,
    selectors_argument,
)


@click.command()
@selectors_argument
@jobs_option
@click.option(
    "--numbers",
    is_flag=True,
    help="Store fresh numbers also in cells tagged nbval-ignore-output (trained or timed results)."
    " Without it, stored text stays where only its numbers differ.",
)
@cell_timeout_option
def refresh(selectors: tuple[str, ...], jobs: int, numbers: bool, cell_timeout: int | None) -> None:
    """Execute notebooks in a fresh kernel and store the outputs in them.

    NN is a number (5 or 05), a part of a name, or a path; without any, all notebooks are
    refreshed. A notebook that raises, writes to stderr, or no longer shows a picture that it
    showed, is left as it is. A second run on an unchanged notebook changes nothing.
    """
    limit = limit_for(cell_timeout, full=False)
    try:
        tasks = [
            execution.Task("refresh", str(path), numbers=numbers, cell_timeout=limit)
            for path in in_good_order(notebooks.find_notebooks(selectors))
        ]
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    console = make_console()
    # The threads of a sum change its last digits, and with them a training: what is stored must
    # not depend on how many notebooks were refreshed at once, nor on the machine's cores.
    environment = execution.kernel_environment(threads=1)
    with following(tasks, console) as report:
        outcomes = execution.perform(tasks, jobs=jobs, report=report, environment=environment)
    for outcome in sorted(outcomes, key=lambda outcome: outcome.path):
        name = Path(outcome.path).stem
        if outcome.error:
            line = f"{name}: FAILED, {outcome.error}"
        else:
            line = f"{name}: {'stored' if outcome.files else 'unchanged'}, {outcome.seconds:.1f} s"
            if outcome.kept:
                line += f"; kept the stored numbers of {', '.join(outcome.kept)} (see --numbers)"
        console.print(line, soft_wrap=True, markup=False)
    if any(outcome.error for outcome in outcomes):
        sys.exit(1)
