"""``handouts``: students' and instructor's copies of the notebooks, to work in and on paper."""

from __future__ import annotations

from pathlib import Path

import click

from course_utils import notebooks
from course_utils.commands.display import make_console
from course_utils.commands.options import Folder, selectors_argument, trust_option


@click.command()
@selectors_argument
@click.option(
    "--output",
    type=Folder(),
    default="build/handouts",
    show_default=True,
    help="The folder for the copies.",
)
@trust_option
def handouts(selectors: tuple[str, ...], output: Path, trust: bool) -> None:
    """Make a student's and an instructor's copy of notebooks, as notebooks and as PDF.

    NN is a number (5 or 05), a part of a name, or a path; without any, all notebooks are copied.
    The student's copy has neither outputs nor answers; the instructor's has outputs, solutions,
    answers and notes. PDF files need Chromium, Chrome or Edge; without one the notebooks are
    made alone.
    """
    from course_utils.publishing import AUDIENCES, ChromiumMissing, print_copies, write_copies

    console = make_console()

    def say(line: str) -> None:
        console.print(line, soft_wrap=True, markup=False)

    try:
        paths = notebooks.find_notebooks(selectors)
        write_copies(paths, output)
        say(f"Notebooks copied: {len(paths)}. Printing their PDF files.")
        print_copies(paths, output, trusted=trust, report=lambda path: say(f"{path.stem}: printed"))
    except ChromiumMissing as error:
        say(f"PDF files were left out, the notebooks are there. {error}.")
    except (ValueError, RuntimeError) as error:
        raise click.ClickException(str(error)) from error
    say(f"Handouts: {' and '.join(str(output / audience) for audience in AUDIENCES)}")
