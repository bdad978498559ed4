"""The lectures' results and the course's own, trained again with several seeds.

Each run, one network with one seed, is a folder of its own that holds what was measured after
every epoch and, once it is finished, the test accuracy. A run that was interrupted goes on after
its last whole epoch; a finished one is never trained again.

Keras is imported when a run is trained, not before.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.datasets import Digits
from course_utils.networks import recipes, split_validation
from course_utils.notebooks import write_file

if TYPE_CHECKING:
    import keras

SPLIT_SEED = 0  # the validation digits are the same in all runs


@dataclass(frozen=True)
class Experiment:
    """One row of the table: how a network is trained, and what its lecture reports.

    Attributes
    ----------
    name
        Of its folders.
    title
        Of its row.
    recipe
        The network, and how to train it.
    validation
        How many of the training digits are set aside.
    seeds
        How many, counted from 0.
    lecture
        The test accuracy on the slides, between 0 and 1, or None where they have none.
    digits
        How many training images to use at most, or None for all.
    images
        The data set: "MNIST" or "Fashion-MNIST".
    """

    name: str
    title: str
    recipe: recipes.Recipe
    validation: int = 0
    seeds: int = 3
    lecture: float | None = None
    digits: int | None = None
    images: str = "MNIST"


@dataclass(frozen=True)
class Run:
    """What one training gave. Accuracies lie between 0 and 1; `seconds` are those of `fit`."""

    experiment: str
    seed: int
    parameters: int
    test_accuracy: float
    seconds: float
    epochs: list[dict[str, float]]


FULL = (
    Experiment("wang", "Wang, two convolutions", recipes.WANG, validation=10_000, lecture=0.9883),
    Experiment("nyu", "NYU, three convolutions", recipes.NYU, lecture=0.9926),
    Experiment("renmin", "Renmin, five convolutions", recipes.RENMIN),
    Experiment("one_epoch", "the course, one epoch", recipes.ONE_EPOCH, seeds=5),
    Experiment("best", "the course, its best", recipes.BEST),
)
FOR_FASHION = {"renmin"}  # the book that this network comes from trains it on Fashion-MNIST


def experiments(names: Sequence[str] = (), *, fashion: bool = False) -> list[Experiment]:
    """Return the experiments of these names, or all of them.

    Parameters
    ----------
    names
        Any of those in `FULL`.
    fashion
        Whether Fashion-MNIST is there, for the network that was made for it.

    Raises
    ------
    ValueError
        If there is no experiment of a name.
    """
    known = {experiment.name: experiment for experiment in FULL}
    for name in names:
        if name not in known:
            raise ValueError(f"name is {name!r}: use {', '.join(known)}")
    chosen = [known[name] for name in dict.fromkeys(names)] or FULL
    return [
        dataclasses.replace(each, images="Fashion-MNIST")
        if fashion and each.name in FOR_FASHION
        else each
        for each in chosen
    ]


def quick(experiment: Experiment) -> Experiment:
    """Return the experiment cut down to seconds: one seed, and an epoch on few digits."""
    light = experiment.name in ("wang", "one_epoch")
    return dataclasses.replace(
        experiment,
        recipe=dataclasses.replace(experiment.recipe, epochs=2 if light else 1),
        validation=min(experiment.validation, 400),
        seeds=1,
        digits=None if light else 1024,
    )


def folder_of(experiment: Experiment, seed: int, results: Path) -> Path:
    """Return the folder of a run; other settings or another number of digits have another."""
    chosen = dataclasses.replace(experiment, title="", seeds=0, lecture=None)
    digest = hashlib.sha256(repr(_settings(chosen)).encode()).hexdigest()[:8]
    return results / "runs" / f"{experiment.name}-{digest}-seed{seed}"


def _settings(value: object) -> object:
    """Return what a dataclass holds beside its defaults, those inside it too.

    A setting that is added later, with a default, leaves the names of finished runs as they are.
    """
    if not dataclasses.is_dataclass(value):
        return value
    held = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
    return {field.name: _settings(found) for field, found in held if found != field.default}


def finished_run(experiment: Experiment, seed: int, results: Path) -> Run | None:
    """Return what a finished run gave, or None if there is none yet.

    Raises
    ------
    ValueError
        If the run's file is damaged.
    """
    path = folder_of(experiment, seed, results) / "run.json"
    if not path.is_file():
        return None
    try:
        return Run(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is damaged ({error}): delete it to train this run anew") from None


def perform(
    experiment: Experiment,
    seed: int,
    digits: tuple[Digits, Digits],
    results: Path,
    *,
    report: Callable[[int, dict[str, float]], None] = lambda epoch, measured: None,
) -> Run:
    """Train one network with one seed, or go on with it, and keep what it gave.

    Parameters
    ----------
    experiment
        What to train.
    seed
        Of the first weights and of the order of the digits.
    digits
        ((images, labels), (test images, test labels)), as `datasets.load_mnist` gives them:
        arrays of uint8, (n, 28, 28) and (n,). The test digits are read once, at the end.
    results
        The folder of all runs.
    report
        Called after each epoch with its number, from 1, and what was measured.

    Returns
    -------
    Run
        Also kept in the run's folder. After an interruption the order of the digits and the
        dropout begin anew with the seed, so the run differs a little from an uninterrupted one.
    """
    done = finished_run(experiment, seed, results)
    if done is not None:
        return done
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which it silences)

    # isort: split
    import keras

    (images, labels), (test_images, test_labels) = digits
    images, labels = images[: experiment.digits], labels[: experiment.digits]
    options: dict[str, Any] = {}
    if experiment.validation:
        (images, labels), (valid_images, valid_labels) = split_validation(
            images, labels, experiment.validation, seed=SPLIT_SEED
        )
        options["validation_data"] = (_scaled(valid_images), valid_labels)
    folder = folder_of(experiment, seed, results)
    folder.mkdir(parents=True, exist_ok=True)
    log = _epoch_log(folder / "epochs.json", report)
    backup = keras.callbacks.BackupAndRestore(str(folder / "backup"), double_checkpoint=True)
    model = experiment.recipe.train(
        _scaled(images), labels, seed=seed, callbacks=[backup, log], **options
    )
    _, accuracy = model.evaluate(_scaled(test_images), test_labels, batch_size=500, verbose=0)
    run = Run(
        experiment.name,
        seed,
        model.count_params(),
        float(accuracy),
        sum(measured["seconds"] for measured in log.epochs),
        log.epochs,
    )
    _write_json(folder / "run.json", dataclasses.asdict(run))
    return run


def _scaled(images: np.ndarray) -> np.ndarray:
    return images[..., np.newaxis].astype("float32") / 255


def _write_json(path: Path, content: object) -> None:
    write_file(path, (json.dumps(content, indent=1) + "\n").encode())


def _epoch_log(
    path: Path, report: Callable[[int, dict[str, float]], None]
) -> keras.callbacks.Callback:
    """Return a callback that keeps what was measured after each epoch, over interruptions."""
    import keras

    class EpochLog(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.epochs: list[dict[str, float]] = []

        def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            if not self.epochs and path.is_file():
                self.epochs = json.loads(path.read_text(encoding="utf-8"))
            # An epoch whose weights were not backed up in time is trained again.
            self.epochs = self.epochs[:epoch]
            self.began = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            measured = {name: float(value) for name, value in (logs or {}).items()}
            measured["seconds"] = time.perf_counter() - self.began
            self.epochs.append(measured)
            _write_json(path, self.epochs)
            report(epoch + 1, measured)

    return EpochLog()


def table(experiments: Sequence[Experiment], runs: Iterable[Run]) -> str:
    """Write the runs as a Markdown table, a row for each experiment that has any.

    Accuracies are in per cent: the mean over the seeds, and the lowest and the highest where
    there are several. Seconds are those of the median epoch, on this machine.
    """
    lines = [
        "| network | images | parameters | epochs | seeds | test accuracy, % | lowest–highest "
        "| the lecture's, % | seconds per epoch |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    runs = list(runs)
    for experiment in experiments:
        mine = [run for run in runs if run.experiment == experiment.name]
        if not mine:
            continue
        accuracies = 100 * np.array([run.test_accuracy for run in mine])
        seconds = [epoch["seconds"] for run in mine for epoch in run.epochs]
        cells = (
            experiment.title,
            experiment.images,
            f"{mine[0].parameters:,}",
            str(experiment.recipe.epochs),
            str(len(mine)),
            f"{accuracies.mean():.2f}",
            f"{accuracies.min():.2f}–{accuracies.max():.2f}" if len(mine) > 1 else "",
            f"{100 * experiment.lecture:.2f}" if experiment.lecture else "",
            f"{np.median(seconds):.1f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_results(experiments: Sequence[Experiment], runs: Sequence[Run], results: Path) -> None:
    """Write `results.json`, the table `results.md` and the curves `curves.png`.

    Parameters
    ----------
    experiments
        In the order of the rows.
    runs
        Those that are finished.
    results
        The folder to write to.
    """
    _write_json(
        results / "results.json",
        {
            "experiments": [dataclasses.asdict(experiment) for experiment in experiments],
            "runs": [dataclasses.asdict(run) for run in runs],
        },
    )
    write_file(results / "results.md", table(experiments, runs).encode())
    write_file(results / "curves.png", _curves(experiments, runs))


def _curves(experiments: Sequence[Experiment], runs: Sequence[Run]) -> bytes:
    """Draw each network's error after each epoch, the mean of its seeds, as a PNG file."""
    from course_utils.plotting import draw_lines, picture

    errors: dict[str, list[float]] = {}
    epochs: dict[str, list[int]] = {}
    for experiment in experiments:
        mine = [run for run in runs if run.experiment == experiment.name]
        if not mine:
            continue
        measured = "val_accuracy" if experiment.validation else "accuracy"
        name = experiment.title + ("" if experiment.validation else " (training digits)")
        accuracy = np.mean([[epoch[measured] for epoch in run.epochs] for run in mine], axis=0)
        # On a logarithmic axis an error of zero has no place.
        errors[name] = np.where(accuracy < 1, 100 * (1 - accuracy), np.nan).tolist()
        epochs[name] = np.arange(1, len(accuracy) + 1).tolist()
    return picture(
        lambda: draw_lines(
            epochs,
            errors,
            xlabel="epoch",
            ylabel="digits misread, %",
            title="While they trained, on digits set aside unless said otherwise",
            markers=True,
            logy=True,
            counted=True,
        )
    )
