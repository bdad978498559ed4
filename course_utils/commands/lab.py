"""``lab``: the student's desk in JupyterLab."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from course_utils import notebooks
from course_utils.commands.options import Folder, selectors_argument

DESK = Path("my_course")


@click.command(context_settings={"ignore_unknown_options": True})
@selectors_argument
@click.option(
    "--desk",
    type=Folder(),
    default=DESK,
    show_default=True,
    help="Your own folder; what you write there stays, whatever the course becomes.",
)
@click.option("--stored", is_flag=True, help="For authors: open the course's notebooks themselves.")
@click.option("--no-lab", is_flag=True, help="Lay the desk, and don't open JupyterLab.")
@click.option(
    "--lab-option",
    "lab_options",
    multiple=True,
    metavar="OPTION",
    help="Passed on to JupyterLab, such as --lab-option=--port=9000.",
)
def lab(
    selectors: tuple[str, ...],
    desk: Path,
    *,
    stored: bool,
    no_lab: bool,
    lab_options: tuple[str, ...],
) -> None:
    """Lay your own copies of the lessons on the desk, and open JupyterLab there.

    NN is a number (5 or 05) or a part of a name; without any, all lessons are laid. A copy that
    is there already stays yours: a new edition of the lesson is taken into it, and where you and
    the course have changed the same cell, both stand there.
    """
    if stored:
        _open(notebooks.notebooks_folder(), "", lab_options, {})
        return
    from course_utils.desk import lay, write_index, write_lab_settings

    try:
        laid = lay(desk, selectors)
        write_index(desk)
        settings = write_lab_settings(desk)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for one in laid:
        if one.remark:
            click.echo(f"{one.name}: {one.remark}", err=True)
        elif one.state == "updated":
            also = f"; {one.conflicts} cells are there twice, yours first" if one.conflicts else ""
            click.echo(f"{one.name}: updated{also}")
    made = sum(one.state == "new" for one in laid)
    click.echo(f"Your desk: {desk} ({made} new, {len(laid) - made} there already)")
    if not no_lab:
        surroundings = {"CNN_COURSE_DESK": str((desk / ".desk").resolve())}
        for name, place in settings.items():
            places = [str(place.resolve()), os.environ.get(name, "")]
            surroundings[name] = os.pathsep.join(filter(None, places))
        _open(desk, "index.ipynb", lab_options, surroundings)


def _open(folder: Path, first: str, options: tuple[str, ...], surroundings: dict[str, str]) -> None:
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}"]
    if first:
        command.append(f"--LabApp.default_url=/lab/tree/{first}")
    try:
        done = subprocess.run([*command, *options], env={**os.environ, **surroundings}, check=False)
        code = done.returncode
    except KeyboardInterrupt:
        return  # how a server is ended
    if code:
        raise SystemExit(code)
