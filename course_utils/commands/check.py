"""``check``: whether this machine is ready, and what to do about what isn't."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from course_utils.commands.display import make_console
from course_utils.commands.options import data_dir_option
from course_utils.execution import readiness


@click.command()
@data_dir_option
def check(data_dir: Path | None) -> None:
    """Say whether this machine is ready for the course, and what to do about what isn't.

    The exit code is 1 if something is missing that the course cannot do without.
    """
    console = make_console()
    missing = []
    waiting = console.status("looking at this machine") if console.is_terminal else nullcontext()
    with waiting:
        # Each as soon as it is known: TensorFlow's first import may take a minute.
        for finding in readiness.findings(data_dir):
            console.print(_row(finding))
            if finding.stops:
                missing.append(finding.what)
    if missing:
        console.print(f"Not ready: {', '.join(missing)}.", markup=False)
        sys.exit(1)
    console.print("Ready.")


def _row(finding: readiness.Finding) -> Table:
    mark = "MISSING" if finding.stops else "note" if finding.remedy else "ok"
    text = Text(finding.found)
    if finding.remedy:
        text.append(f"\n→ {finding.remedy}", style="bold")
    row = Table(box=None, pad_edge=False, show_header=False)
    row.add_column(no_wrap=True, width=len("MISSING"))
    row.add_column(no_wrap=True, width=len("Jupyter kernel"))
    row.add_column(overflow="fold")
    row.add_row(mark, finding.what, text)
    return row
