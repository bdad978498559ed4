"""``data``: where the full MNIST is, and fetching it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from course_utils.commands.options import data_dir_option


@click.command()
@click.option(
    "--fetch", is_flag=True, help="Check the full MNIST, and download it if it is nowhere."
)
@data_dir_option
def data(fetch: bool, data_dir: Path | None) -> None:
    """Say where the full MNIST is, or fetch it.

    The course's notebooks run on the sample that comes with it; only --data full needs this. The
    exit code is 1 if the full MNIST is nowhere.
    """
    from course_utils.datasets import mnist_places

    try:
        if fetch:
            mnist_places.load_full_mnist(data_dir)
        found = mnist_places.find_full_mnist(data_dir)
        places = mnist_places.mnist_places(data_dir)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    if found is not None:
        checked = ", its contents are genuine" if fetch else ""
        click.echo(f"The full MNIST is in {found}{checked}.")
        return
    click.echo("The full MNIST is in none of these places:")
    for place in places:
        click.echo(f"  {place.folder} ({place.reason})")
        for said in mnist_places.other_formats(place.folder):
            click.echo(f"    {said}")
    click.echo(f"--fetch downloads it to {places[0].folder} (11 MB).")
    sys.exit(1)
