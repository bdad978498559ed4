"""The results of a sweep as one table, ``results.csv`` and ``results.parquet``, and one picture.

A row is a run. The columns are the parameters of the grid; ``status``, ``finished``, ``failed`` or
``missing`` (not yet run); ``tries``, ``seconds``, ``peak_mb``; the numbers that were collected;
``headline``, ``error`` and ``name``, which is the name of the run's files in ``runs/``.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from course_utils import notebooks
from course_utils.sweeping.grid import Run
from course_utils.sweeping.store import Result

if TYPE_CHECKING:
    import pandas

# Names of what is usually asked of a training, in the order of preference for the picture.
COLLECTED = (
    "test*accuracy*",
    "*accuracy*",
    "*precision*",
    "test*loss*",
    "*loss*",
    "*error*",
    "*rmse*",
)


def choose_numbers(results: Sequence[Result], patterns: Sequence[str]) -> list[str]:
    """Return the names of the numbers to collect, those of the first pattern first.

    Parameters
    ----------
    results : sequence of Result
        What the runs brought.
    patterns : sequence of str
        Names, in which ``*`` and ``?`` may stand for letters; capitals don't matter.

    Returns
    -------
    list of str
        Names that at least one run ended with. Parameters of the grid aren't among them.
    """
    known = list(dict.fromkeys(name for result in results for name in result.scalars))
    in_grid = {name for result in results for name in result.run.parameters}
    chosen = [
        name
        for pattern in patterns
        for name in known
        if fnmatchcase(name.lower(), pattern.lower()) and name not in in_grid
    ]
    return list(dict.fromkeys(chosen))


def make_table(
    runs: Sequence[Run], results: Mapping[str, Result], numbers: Sequence[str]
) -> pandas.DataFrame:
    """Return a row for each run of the grid, in its order.

    Parameters
    ----------
    runs : sequence of Run
        The grid.
    results : mapping of str to Result
        By the names of the runs; some may be missing.
    numbers : sequence of str
        The scalars that become columns.
    """
    import pandas

    rows = []
    for run in runs:
        result = results.get(run.name)
        row: dict[str, object] = dict(run.parameters)
        row["status"] = "missing" if result is None else "failed" if result.error else "finished"
        if result is not None:
            row |= {"tries": result.tries, "seconds": round(result.seconds, 3)}
            row |= {"peak_mb": round(result.peak_bytes / 1e6, 1)}
            row |= {name: result.scalars.get(name) for name in numbers}
            row |= {"headline": result.headline, "error": result.error}
        rows.append({**row, "name": run.name})
    measured = ["tries", "seconds", "peak_mb", *numbers, "headline", "error", "name"]
    columns = [*(runs[0].parameters if runs else ()), "status", *measured]
    table = pandas.DataFrame(rows, columns=list(dict.fromkeys(columns)))
    for column in table.columns:
        # Parquet wants one type a column.
        kinds = {type(value) for value in table[column].dropna()}
        if not (kinds <= {int, float} or kinds <= {bool} or kinds <= {str}):
            table[column] = table[column].map(repr)
    return table.convert_dtypes()


def write_table(table: pandas.DataFrame, folder: Path) -> list[Path]:
    """Write the table to ``results.csv`` and ``results.parquet``, and return their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    parquet = io.BytesIO()
    table.to_parquet(parquet, index=False)
    paths = [folder / "results.csv", folder / "results.parquet"]
    notebooks.write_file(paths[0], table.to_csv(index=False).encode("utf-8"))
    notebooks.write_file(paths[1], parquet.getvalue())
    return paths


def write_picture(
    runs: Sequence[Run], results: Mapping[str, Result], number: str, folder: Path
) -> Path:
    """Draw one number of all runs against each parameter of the grid, into ``results.png``.

    Parameters
    ----------
    runs, results
        See :func:`make_table`.
    number : str
        The scalar to draw.
    folder : Path
        Where to write.

    Returns
    -------
    Path
        The picture.
    """
    from course_utils.plotting import draw_settings, picture

    drawn = [
        (run.parameters, result.scalars[number])
        for run in runs
        if (result := results.get(run.name)) and not result.error and number in result.scalars
    ]
    title = f"{len(drawn)} of {len(runs)} runs" if len(drawn) < len(runs) else f"{len(runs)} runs"
    content = picture(
        lambda: draw_settings(
            [parameters for parameters, _ in drawn],
            [float(value) for _, value in drawn],
            ylabel=number,
            title=title,
        )
    )
    path = Path(folder) / "results.png"
    notebooks.write_file(path, content)
    return path
