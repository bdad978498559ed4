"""``live``: copies of notebooks to be shown as slides in JupyterLab."""

from __future__ import annotations

from pathlib import Path

import click

from course_utils import notebooks
from course_utils.commands.options import Folder, selectors_argument


@click.command()
@selectors_argument
@click.option(
    "--output",
    type=Folder(),
    default="build/live",
    show_default=True,
    help="The folder for the copies. An older copy in which you typed is kept under its date.",
)
def live(selectors: tuple[str, ...], output: Path) -> None:
    """Copy notebooks for live slides in JupyterLab, where they run while you teach.

    NN is a number (5 or 05), a part of a name, or a path; without any, all notebooks are copied.
    Whatever you type in a copy leaves the course as it is.
    """
    from course_utils.publishing import write_lab_settings, write_live_copy

    def kept(path: Path) -> None:
        click.echo(f"{path}: an older copy in which something was typed, kept under this name")

    try:
        made = [
            write_live_copy(path, output, set_aside=kept)
            for path in notebooks.find_notebooks(selectors)
        ]
        settings = write_lab_settings(output)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    for path in made:
        click.echo(path)
    click.echo(
        f'Open them: jupyter lab "{output}" (make live does that, and sets '
        f"JUPYTERLAB_SETTINGS_DIR to {settings}, for type that a room can read). In a notebook "
        "choose Run, Run All Cells, click on the first cell, and then on the button with the cards."
    )
