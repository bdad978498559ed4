"""``assignment``: exercises of notebooks as nbgrader assignments."""

from __future__ import annotations

from pathlib import Path

import click

from course_utils import notebooks
from course_utils.commands.display import make_console
from course_utils.commands.options import Folder


@click.command()
@click.argument("selectors", metavar="NN...", nargs=-1, required=True)
@click.option(
    "--points",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Points for each exercise.",
)
@click.option(
    "--question-points",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Points for each closing question, graded by hand; 0 leaves them out.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="For the hidden cases: a number of your own gives cases that nobody can look up.",
)
@click.option(
    "--output",
    type=Folder(),
    default="build/assignments",
    show_default=True,
    help="The course folder of nbgrader to write to; it may be one that you have already.",
)
def assignment(
    selectors: tuple[str, ...], points: int, question_points: int, seed: int, output: Path
) -> None:
    """Make nbgrader assignments out of the exercises of notebooks.

    NN is a number (5 or 05), a part of a name, or a path. Each notebook becomes one assignment
    in nbgrader's course folder. No file that is there already is overwritten.
    """
    from course_utils.publishing import CONFIG_NAME, NbgraderMissing, write_assignments

    console = make_console()

    def say(line: str) -> None:
        console.print(line, soft_wrap=True, markup=False)

    try:
        paths = notebooks.find_notebooks(selectors)
        made, configured = write_assignments(
            paths, output, points=points, question_points=question_points, seed=seed
        )
    except (ValueError, NbgraderMissing) as error:
        raise click.ClickException(str(error)) from error
    for each in made:
        state = "written" if each.written else "unchanged"
        say(f"{each.path}: {state}, {each.exercises} exercises, {each.points} points")
    if not configured:
        say(f"{output / CONFIG_NAME} was there and is kept as it is")
    say(f"Next: cd {output}; nbgrader generate_assignment {made[0].name}")
