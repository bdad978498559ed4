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
from course_utils.execution import problems
from course_utils.networks import priors, recipes, segmentation, split_validation
from course_utils.notebooks import write_file

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

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
    problem
        What the network is asked.
    group
        A name for several experiments: the notebook that they are the longer version of.
    """

    name: str
    title: str
    recipe: recipes.Recipe
    validation: int = 0
    seeds: int = 3
    lecture: float | None = None
    digits: int | None = None
    images: str = "MNIST"
    problem: problems.Problem = problems.READING
    group: str = ""


@dataclass(frozen=True)
class Run:
    """What one training gave.

    Accuracies lie between 0 and 1; `seconds` are those of `fit`; `scores` is what the problem
    measures beside, in per cent.
    """

    experiment: str
    seed: int
    parameters: int
    test_accuracy: float
    seconds: float
    epochs: list[dict[str, float]]
    scores: dict[str, float] = dataclasses.field(default_factory=dict)


FULL = (
    Experiment("wang", "Wang, two convolutions", recipes.WANG, validation=10_000, lecture=0.9883),
    Experiment("nyu", "NYU, three convolutions", recipes.NYU, lecture=0.9926),
    Experiment("renmin", "Renmin, five convolutions", recipes.RENMIN),
    Experiment("one_epoch", "the course, one epoch", recipes.ONE_EPOCH, seeds=5),
    Experiment("best", "the course, its best", recipes.BEST),
    Experiment(
        "honest",
        "18, a small network",
        recipes.Recipe("small", 20, 64, 0.003, warm_up=None),
        validation=5_000,
        problem=problems.HonestReading(),
        group="keep_and_ship",
    ),
    *(
        Experiment(
            f"new_digits_{method.replace(' ', '_')}",
            f"19, 5 to 9, {method}",
            recipes.Recipe("small", 4, 32, 0.003, warm_up=0.1),
            validation=5_000,
            problem=problems.NewDigits(method),
            group="learn_from_little",
        )
        for method in problems.METHODS
    ),
    *(
        Experiment(
            f"pixels_{kind.replace(' ', '_')}",
            f"20, {title}",
            recipes.Recipe(kind, 5, segmentation.BATCH, segmentation.PEAK_RATE, warm_up=0.2),
            problem=problems.CanvasPixels(),
            group="every_pixel",
        )
        for kind, title in zip(
            segmentation.KINDS,
            ("U-Net", "U-Net without skips", "full size", "full size, dilated"),
            strict=True,
        )
    ),
    *(
        Experiment(
            f"{network.replace(' ', '_')}_{arrangement.replace(' ', '_')}",
            f"21, {network}, {arrangement}",
            # The rates with which notebook 21's race was won on validation digits.
            recipes.Recipe(network, 5, 64, rate, warm_up=0.1),
            validation=5_000,
            problem=problems.RearrangedDigits(arrangement),
            group="beyond_3x3",
        )
        for arrangement, rates in {
            "straight": (0.018, 0.018, 0.006, 0.006),
            "pixels scrambled": (0.018, 0.018, 0.018, 0.006),
        }.items()
        for network, rate in zip(priors.NETWORKS, rates, strict=True)
    ),
)
FOR_FASHION = {"renmin"}  # the book that this network comes from trains it on Fashion-MNIST


def experiments(names: Sequence[str] = (), *, fashion: bool = False) -> list[Experiment]:
    """Return the experiments of these names, or all of them.

    Parameters
    ----------
    names
        Names or groups of those in `FULL`.
    fashion
        Whether Fashion-MNIST is there, for the network that was made for it.

    Raises
    ------
    ValueError
        If there is no experiment of a name.
    """
    known: dict[str, list[Experiment]] = {}
    for experiment in FULL:
        known.setdefault(experiment.group or experiment.name, []).append(experiment)
    singles = {experiment.name: [experiment] for experiment in FULL}
    for name in names:
        if name not in singles | known:
            raise ValueError(f"name is {name!r}: use {', '.join(known)}")
    wanted = [each for name in names for each in (singles | known)[name]]
    chosen = list({each.name: each for each in wanted}.values()) or FULL
    return [
        dataclasses.replace(each, images="Fashion-MNIST")
        if fashion and each.name in FOR_FASHION
        else each
        for each in chosen
    ]


def one_of_each(chosen: Sequence[Experiment]) -> list[Experiment]:
    """Return the experiments, of each group the first only."""
    first = {experiment.group or experiment.name: experiment for experiment in reversed(chosen)}
    return [experiment for experiment in chosen if experiment in first.values()]


def quick(experiment: Experiment) -> Experiment:
    """Return the experiment cut down to seconds: one seed, and an epoch on few digits."""
    light = experiment.name in ("wang", "one_epoch")
    return dataclasses.replace(
        experiment,
        recipe=dataclasses.replace(experiment.recipe, epochs=2 if light else 1),
        validation=min(experiment.validation, 400),
        seeds=1,
        digits=None if light else 1024,
        problem=experiment.problem.quick(),
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
    problem, valid = experiment.problem, None
    if experiment.validation:
        (images, labels), (valid_images, valid_labels) = split_validation(
            images, labels, experiment.validation, seed=SPLIT_SEED
        )
        valid = problem.examples((valid_images, valid_labels), test=True)
        options["validation_data"] = valid
    folder = folder_of(experiment, seed, results)
    folder.mkdir(parents=True, exist_ok=True)
    log = _epoch_log(folder / "epochs.json", report)
    backup = keras.callbacks.BackupAndRestore(str(folder / "backup"), double_checkpoint=True)
    model = problem.train(
        experiment.recipe, (images, labels), seed=seed, callbacks=[backup, log], **options
    )
    test = problem.examples((test_images, test_labels), test=True)
    _, accuracy = model.evaluate(*test, batch_size=500, verbose=0)
    run = Run(
        experiment.name,
        seed,
        model.count_params(),
        float(accuracy),
        sum(measured["seconds"] for measured in log.epochs),
        log.epochs,
        problem.scores(model, test, valid),
    )
    _write_json(folder / "run.json", dataclasses.asdict(run))
    return run


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
    """Write the runs as Markdown tables, a row for each experiment that has any.

    Accuracies are in per cent: the mean over the seeds, and the lowest and the highest where
    there are several. Seconds are those of the median epoch, on this machine. The longer versions
    of notebooks have a table of their own, with the mean of what else was measured.
    """
    runs = list(runs)
    parts = []
    for later in (False, True):
        rows = [
            _row(experiment, mine, later=later)
            for experiment in experiments
            if bool(experiment.group) is later
            and (mine := [run for run in runs if run.experiment == experiment.name])
        ]
        if rows:
            heads = list(rows[0])
            rule = f"|{'---|' * len(heads)}"
            lines = [_line(heads), rule, *(_line(row.values()) for row in rows)]
            parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _row(experiment: Experiment, runs: Sequence[Run], *, later: bool) -> dict[str, str]:
    """Return the cells of a row by their heads."""
    accuracies = 100 * np.array([run.test_accuracy for run in runs])
    seconds = [epoch["seconds"] for run in runs for epoch in run.epochs]
    row = {
        "network": experiment.title,
        "images": experiment.images,
        "parameters": f"{runs[0].parameters:,}",
        "epochs": str(experiment.recipe.epochs),
        "seeds": str(len(runs)),
        "test accuracy, %": f"{accuracies.mean():.2f}",
        "lowest–highest": f"{accuracies.min():.2f}–{accuracies.max():.2f}" if len(runs) > 1 else "",
    }
    if later:
        beside = {name: [run.scores[name] for run in runs] for name in runs[0].scores}
        row["beside"] = ", ".join(f"{name} {np.mean(some):.2f} %" for name, some in beside.items())
    else:
        lecture = experiment.lecture
        row["the lecture's, %"] = f"{100 * lecture:.2f}" if lecture else ""
    return row | {"seconds per epoch": f"{np.median(seconds):.1f}"}


def write_results(experiments: Sequence[Experiment], runs: Sequence[Run], results: Path) -> None:
    """Write `results.json`, the tables `results.md` and the curves `curves.png`.

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
    for group in dict.fromkeys(experiment.group for experiment in experiments):
        curves = _curves([each for each in experiments if each.group == group], runs)
        write_file(results / f"curves{group and '_'}{group}.png", curves)


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
        name = experiment.title + ("" if experiment.validation else " (in training)")
        accuracy = np.mean([[epoch[measured] for epoch in run.epochs] for run in mine], axis=0)
        # On a logarithmic axis an error of zero has no place.
        errors[name] = np.where(accuracy < 1, 100 * (1 - accuracy), np.nan).tolist()
        epochs[name] = np.arange(1, len(accuracy) + 1).tolist()

    def draw() -> Figure:
        fig = draw_lines(
            epochs,
            errors,
            xlabel="epoch",
            ylabel="misread, %",
            title="While they trained, on examples set aside unless said otherwise",
            markers=True,
            logy=True,
            counted=True,
        )
        if len(errors) > 1:  # beside the lines: eight names would lie over them
            fig.axes[0].legend(loc="upper left", bbox_to_anchor=(1, 1))
            fig.set_size_inches(11, 4.5)
        return fig

    return picture(draw)
