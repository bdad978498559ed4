"""``progress``: what you have solved, or what stops a class."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from course_utils import notebooks
from course_utils.commands.display import make_console
from course_utils.commands.lab import DESK
from course_utils.commands.options import Folder


@click.command()
@click.option(
    "--desk",
    type=Folder(),
    default=DESK,
    show_default=True,
    help="The folder of your copies.",
)
@click.option(
    "--class",
    "of_class",
    type=Folder(exists=True),
    metavar="DIR",
    help="For instructors: a folder with the students' progress files.",
)
@click.option(
    "--output",
    type=Folder(),
    default=Path("build/class"),
    show_default=True,
    help="With --class: where the CSV file and the picture go.",
)
def progress(desk: Path, of_class: Path | None, output: Path) -> None:
    """Show which exercises are solved; with --class, which of them stop people, and why."""
    try:
        if of_class is None:
            _of_one(desk)
        else:
            _of_class(of_class, output)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _of_one(desk: Path) -> None:
    from course_utils.desk import progress_table

    if not (desk / ".desk").is_dir():
        raise ValueError(f"{desk} is no desk: make one with python -m course_utils lab")
    table = Table("lesson", "right", "tried", "open", "last")
    rows = progress_table(desk)
    for row in rows:
        table.add_row(*row)
    make_console().print(table)
    right = sum(int(row[1]) for row in rows)
    click.echo(f"{right} of {sum(int(cell) for row in rows for cell in row[1:4])} right")


def _of_class(folder: Path, output: Path) -> None:
    from course_utils.desk import class_csv, class_table
    from course_utils.plotting import draw_class, picture

    rows, remarks = class_table(folder)
    for remark in remarks:
        click.echo(f"Left out: {remark}", err=True)
    table = Table("exercise", "right", "tried", "open", "tries", "commonest mistake")
    for row in rows:
        words = (str(row.right), str(row.tried), str(row.untouched))
        table.add_row(f"{row.number} {row.title}", *words, f"{row.tries:.1f}", row.mistake)
    make_console().print(table)
    output.mkdir(parents=True, exist_ok=True)
    notebooks.write_file(output / "progress.csv", class_csv(rows).encode("utf-8"))
    if rows:
        numbers = [row.number for row in rows]
        counts = [(row.right, row.tried, row.untouched) for row in rows]
        content = picture(lambda: draw_class(numbers, counts))
        notebooks.write_file(output / "progress.png", content)
    click.echo(f"Written to {output}")
