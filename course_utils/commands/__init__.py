"""The commands of ``python -m course_utils``: each parses its arguments and shows what came out."""

import click

from course_utils.commands.check import check
from course_utils.commands.data import data
from course_utils.commands.refresh import refresh
from course_utils.commands.run import run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def course() -> None:
    """Run the course's notebooks, refresh their stored outputs, check this machine."""


for command in (run, refresh, check, data):
    course.add_command(command)
