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
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    found: list[readiness.Finding] = []
    with console.status("looking at this machine") if console.is_terminal else nullcontext():
        found.extend(readiness.findings(data_dir))
    for finding in found:
        mark = "MISSING" if finding.stops else "note" if finding.remedy else "ok"
        text = Text(finding.found)
        if finding.remedy:
            text.append(f"\n→ {finding.remedy}", style="bold")
        table.add_row(mark, finding.what, text)
    console.print(table)
    missing = [finding.what for finding in found if finding.stops]
    if missing:
        console.print(f"Not ready: {', '.join(missing)}.", markup=False)
        sys.exit(1)
    console.print("Ready.")
