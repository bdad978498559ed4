"""``reproduce``: train the lectures' networks with the lectures' settings, and ours beside them."""

from __future__ import annotations

from pathlib import Path

import click

from course_utils.commands.display import make_console
from course_utils.commands.options import Folder, data_dir_option, make_folder

DISK_NEEDED = 100_000_000  # bytes; a run with its copies takes up to 20 MB


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@data_dir_option
@click.option(
    "--quick",
    is_flag=True,
    help="A minute's worth: one seed, few epochs, the sample; of a notebook without NAME the first only.",
)
@click.option(
    "--seeds", type=click.IntRange(min=1), help="How many for each network, in place of its own."
)
@click.option(
    "--output",
    type=Folder(),
    default=Path("build") / "results",
    show_default=True,
    help="The folder for the results; what is finished there isn't trained again.",
)
def reproduce(
    names: tuple[str, ...], data_dir: Path | None, quick: bool, seeds: int | None, output: Path
) -> None:
    """Reproduce the lectures' results on the full MNIST, and the course's own.

    NAME is wang, nyu, renmin, one_epoch or best, or a notebook whose longer version is wanted:
    keep_and_ship, learn_from_little, every_pixel or beyond_3x3. Without any, all are trained, which
    takes hours. It may be interrupted: the same command goes on after the last whole epoch. Renmin's
    network is trained on Fashion-MNIST if the data folder has it, in fashion-mnist. Written are
    results.json, the tables results.md, and curves as PNG files.
    """
    import dataclasses
    import logging

    from course_utils.datasets import load_fashion_mnist, load_mnist
    from course_utils.execution import reproduction

    try:
        fashion = None if quick else load_fashion_mnist(data_dir=data_dir)
        experiments = reproduction.experiments(names, fashion=fashion is not None)
        if quick:
            experiments = experiments if names else reproduction.one_of_each(experiments)
            experiments = [reproduction.quick(experiment) for experiment in experiments]
        if seeds:
            experiments = [dataclasses.replace(each, seeds=seeds) for each in experiments]
        digits = load_mnist("sample") if quick else load_mnist("full", data_dir=data_dir)
        data_sets = {"MNIST": digits}
        if fashion is not None:
            data_sets["Fashion-MNIST"] = fashion
        results = (output / "quick" if quick else output).resolve()
        # Keras' own copies of a training end the process where the disk is full.
        make_folder(results, needed=DISK_NEEDED)
        console = make_console()
        # So many networks in one process are what TensorFlow warns of, as if it were a mistake.
        logging.getLogger("tensorflow").setLevel(logging.ERROR)
        runs = []
        # One seed of each first: the table fills from the first hour on.
        for seed in range(max(experiment.seeds for experiment in experiments)):
            for experiment in experiments:
                if seed >= experiment.seeds:
                    continue
                name = f"{experiment.title}, seed {seed}"

                def report(epoch: int, measured: dict[str, float], name: str = name) -> None:
                    console.print(f"{name}: epoch {epoch}, {measured['seconds']:.0f} s")

                data = data_sets[experiment.images]
                run = reproduction.perform(experiment, seed, data, results, report=report)
                console.print(f"{name}: test accuracy {100 * run.test_accuracy:.2f} %")
                runs.append(run)
                reproduction.write_results(experiments, runs, results)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    console.print()
    console.print(reproduction.table(experiments, runs), soft_wrap=True, markup=False)
    console.print(f"Written to {results}", soft_wrap=True)
