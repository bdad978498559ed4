"""The commands of ``python -m course_utils``: each parses its arguments and shows what came out."""

import click

from course_utils.commands import output
from course_utils.commands.assignment import assignment
from course_utils.commands.check import check
from course_utils.commands.data import data
from course_utils.commands.faults import Course
from course_utils.commands.handouts import handouts
from course_utils.commands.lab import lab
from course_utils.commands.live import live
from course_utils.commands.progress import progress
from course_utils.commands.read import read
from course_utils.commands.refresh import refresh
from course_utils.commands.reproduce import reproduce
from course_utils.commands.run import run
from course_utils.commands.site import site
from course_utils.commands.slides import slides
from course_utils.commands.sweep import sweep

__all__ = ["course", "output"]


@click.group(cls=Course, context_settings={"help_option_names": ["-h", "--help"]})
def course() -> None:
    """Run the course, publish it, and reproduce its results."""


for command in (
    *(run, refresh, check, data),
    *(lab, progress, read),
    *(reproduce, sweep),
    *(slides, live, site, handouts, assignment),
):
    course.add_command(command)
