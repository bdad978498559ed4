"""Execute the whole course with several seeds, and keep what came of it.

    python benchmarks/release_run.py            # three runs, a quarter of an hour on two cores
    python benchmarks/release_run.py 12         # one notebook, whose rows take the place of the old

Every sentence about a trained result is asserted in its notebook, so a seed with which a sentence
doesn't hold fails its notebook here. `benchmarks/results/release_run.json` keeps, for each seed and
notebook, whether it passed, its seconds and the processor's, and its result in one line; and the
versions of what it ran on. Notebook 17 is passed over where PyTorch is missing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from course_utils.notebooks import read_notebook, write_file

KEPT = ("failed", "passed_over", "seconds", "processor_seconds")


def headline(path: Path) -> str:
    """Return what the cell with the tag ``headline`` of an executed notebook printed."""
    (cell,) = (
        one for one in read_notebook(path).cells if "headline" in one.metadata.get("tags", [])
    )
    return "".join(output.get("text", "") for output in cell.get("outputs", [])).strip()


def run(seed: int, folder: Path, numbers: tuple[str, ...]) -> dict:
    """Execute the notebooks with one seed; return the report, with headlines."""
    command = [sys.executable, "-m", "course_utils", "run", *numbers]
    subprocess.run([*command, "-p", f"SEED={seed}", "--output", folder], check=False)
    if not (folder / "report.json").is_file():
        raise click.ClickException("nothing was run: see above")
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    notebooks = {}
    for one in report["notebooks"]:
        row = {key: one[key] for key in KEPT}
        if not (one["failed"] or one["passed_over"]):
            row["headline"] = headline(folder / f"{one['name']}.ipynb")
        notebooks[one["name"]] = row
    return {"seed": seed, "notebooks": notebooks, "versions": report["versions"]}


def renewed(kept: list[dict], runs: list[dict]) -> list[dict]:
    """Return the kept runs with the rows of `runs` in place of their own, seed by seed."""
    versions = {json.dumps(one["versions"], sort_keys=True) for one in (*kept, *runs)}
    if len(versions) > 1:
        raise click.ClickException(
            f"what is kept was run with other versions ({'; '.join(sorted(versions))}): run all "
            "notebooks, without NUMBERS"
        )
    new = {one["seed"]: one["notebooks"] for one in runs}
    merged = [one | {"notebooks": one["notebooks"] | new.pop(one["seed"], {})} for one in kept]
    return merged + [one for one in runs if one["seed"] in new]


@click.command()
@click.argument("numbers", nargs=-1)
@click.option("--seeds", default="1,2,3", show_default=True, help="Whole numbers, with commas.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("benchmarks/results"))
def main(numbers: tuple[str, ...], seeds: str, output: Path) -> None:
    """Run the notebooks with each seed, and write release_run.json.

    With NUMBERS only those are run, and the other rows of the file stay.
    """
    runs = []
    for seed in map(int, seeds.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(run(seed, Path(folder), numbers))
    output.mkdir(parents=True, exist_ok=True)
    file, kept = output / "release_run.json", []
    if numbers and file.is_file():
        kept = json.loads(file.read_text(encoding="utf-8"))["runs"]
    content = json.dumps({"runs": renewed(kept, runs)}, indent=1, ensure_ascii=False) + "\n"
    write_file(file, content.encode("utf-8"))
    failed = {n for one in runs for n, row in one["notebooks"].items() if row["failed"]}
    click.echo(f"{len(runs)} runs; failed: {', '.join(sorted(failed)) or 'none'}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
