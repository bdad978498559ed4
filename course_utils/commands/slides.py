"""``slides``: show each notebook as slides, and print them."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from course_utils import notebooks
from course_utils.commands.display import counted, make_console
from course_utils.commands.options import Folder, selectors_argument, trust_option


@click.command()
@selectors_argument
@click.option(
    "--output",
    type=Folder(),
    default="build/slides",
    show_default=True,
    help="The folder for the slides.",
)
@click.option("--pdf/--no-pdf", default=True, help="Also make a PDF file of each, to hand out.")
@click.option("--speaker", default="", metavar="NAME", help="Who teaches: on the first slide.")
@click.option("--course", default="", metavar="TITLE", help="Your course's title instead of ours.")
@click.option("--date", default="", metavar="TEXT", help="The day, as it is to be read there.")
@click.option("--dark", is_flag=True, help="Light text on a dark ground, for a dim room.")
@trust_option
def slides(
    selectors: tuple[str, ...],
    output: Path,
    *,
    pdf: bool,
    speaker: str,
    course: str,
    date: str,
    dark: bool,
    trust: bool,
) -> None:
    """Make slides of notebooks: one HTML file each that needs no internet, and a PDF.

    NN is a number (5 or 05), a part of a name, or a path; without any, slides of all notebooks
    are made. They show the outputs that the notebooks hold; nothing is executed.
    """
    from course_utils.publishing import COURSE, Look, make_slides

    try:
        paths = notebooks.find_notebooks(selectors)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    console = make_console()

    def say(text: object) -> None:
        console.print(str(text), soft_wrap=True, markup=False)

    look = Look(course.strip() or COURSE, speaker, date, dark)
    started = time.perf_counter()
    made = make_slides(paths, output, pdf=pdf, trusted=trust, look=look, report=say)
    say(
        f"{counted(len(made.decks), 'deck')} and {counted(len(made.pdfs), 'PDF file')} "
        f"in {time.perf_counter() - started:.0f} s"
    )
    if made.no_javascript:
        say(
            "These slides load reveal.js and MathJax from the internet (cdn.jsdelivr.net) wherever "
            f"they are shown.\n{made.no_javascript}"
        )
    if made.no_pdf:
        say(f"No PDF files: {made.no_pdf}")
    for failure in made.failures:
        say(f"FAILED {failure}")
    if made.decks:
        say(f"Open the list of slides: {made.index}")
    if made.failures:
        sys.exit(1)
