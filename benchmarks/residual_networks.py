"""Train deep networks from each start, with and without shortcuts and batch normalisation.

    python benchmarks/residual_networks.py --output data/residual_networks.csv    # 96 trainings
    python benchmarks/residual_networks.py --quick    # depth 8 and one seed, to see that it works

Every training has the settings of notebook 14 and its validation digits: the sample, 2 epochs in
batches of 32, Adam from 0.002 on a cosine. Varied are the depth, chain or ResNet, with or without
batch normalisation, and the start of the weights: Glorot's, He's, and for the ResNet without
normalisation "zero", He's but for the last convolution of each branch, whose kernel begins at 0.
Without normalisation 44 layers are also trained at a quarter of the rate.

The file has a row for each training: `read` is the percentage of the validation digits that are
read after it, `loss` the training loss of the last epoch. Notebook 14 reads it by
`course_utils.datasets.load_depth_trials`. Half an hour on two cores.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

import click
import numpy as np
from tables import as_csv

from course_utils.datasets import load_mnist
from course_utils.networks import build_plain, build_resnet, split_validation
from course_utils.notebooks import write_file

if TYPE_CHECKING:
    import keras

DEPTHS, SEEDS = (8, 20, 44), (1, 2, 3)
EPOCHS, BATCH, RATE, VALIDATION = 2, 32, 0.002, 480
LOW_RATE = RATE / 4
BUILDERS = {"plain": build_plain, "residual": build_resnet}


class Trial(NamedTuple):
    """A row of the file: what was trained, and how well it read afterwards."""

    rate: float
    depth: int
    norm: int
    network: str
    start: str
    seed: int
    read: float
    loss: float


def fresh(network: str, depth: int, norm: bool, start: str, seed: int) -> keras.Model:
    """Build a network whose weights are drawn with a seed."""
    import keras

    keras.utils.set_random_seed(seed)
    first = "glorot" if start == "glorot" else "he"
    model = BUILDERS[network](depth, batch_norm=norm, start=first)
    if start == "zero":
        for layer in model.layers:
            if layer.name.startswith("block") and layer.name.endswith("_conv2"):
                layer.kernel.assign(np.zeros(layer.kernel.shape))
    return model


def trials(
    rate: float, depth: int, norm: bool, network: str, seeds: tuple[int, ...]
) -> Iterator[Trial]:
    """Train one network from each start and with each seed, compiled once for all of them."""
    import keras

    from course_utils.networks import training

    images, labels = load_mnist("sample")[0]
    images = images[..., np.newaxis].astype("float32") / 255
    steps = EPOCHS * -(-(len(images) - VALIDATION) // BATCH)
    keras.backend.clear_session()
    model = BUILDERS[network](depth, batch_norm=norm)
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps)),
        metrics=["accuracy"],
        loss="sparse_categorical_crossentropy",
    )
    training.create_variables(model)
    starts = ["glorot", "he"] + ["zero"] * (network == "residual" and not norm)
    for seed, start in itertools.product(seeds, starts):
        (x, y), (x_valid, y_valid) = split_validation(images, labels, VALIDATION, seed=seed)
        weights = fresh(network, depth, norm, start, seed).get_weights()
        training.restart(model, weights, seed=seed)
        history = model.fit(x, y, epochs=EPOCHS, batch_size=BATCH, verbose=0).history
        _, accuracy = model.evaluate(x_valid, y_valid, batch_size=VALIDATION, verbose=0)
        read, loss = round(100 * accuracy, 2), round(history["loss"][-1], 4)
        yield Trial(rate, depth, int(norm), network, start, seed, read, loss)


def summary(results: list[Trial]) -> str:
    """Return a line per setting: mean and range of the digits read, mean of the loss."""
    lines = ["  rate  depth  norm  network   start   read, %              training loss"]
    for key, group in itertools.groupby(sorted(results), lambda trial: trial[:5]):
        runs = list(group)
        read = np.array([trial.read for trial in runs])
        rate, depth, norm, network, start = key
        lines.append(
            f"{rate:6}  {depth:5}  {'yes' if norm else 'no':4}  {network:8}  {start:6}"
            f"  {read.mean():5.1f} ({read.min():4.1f}–{read.max():4.1f})"
            f"  {np.mean([trial.loss for trial in runs]):12.2f}"
        )
    return "\n".join(lines)


@click.command()
@click.option("--quick", is_flag=True, help="Depth 8 and one seed.")
@click.option("--depth", "depths", type=int, multiple=True, default=DEPTHS, show_default=True)
@click.option("--seed", "seeds", type=int, multiple=True, default=SEEDS, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="The file to write, CSV.")
def main(quick: bool, depths: tuple[int, ...], seeds: tuple[int, ...], output: Path | None) -> None:
    """Train every combination and print the table."""
    if quick:
        depths, seeds = (8,), (1,)
    settings = list(itertools.product([RATE], depths, (False, True), BUILDERS))
    settings += [(LOW_RATE, 44, False, network) for network in BUILDERS if 44 in depths]
    results = []
    for setting in settings:
        begun = time.perf_counter()
        for trial in trials(*setting, seeds):
            results.append(trial)
            click.echo(f"{trial}, {time.perf_counter() - begun:.0f} s")
            if output:
                write_file(output, as_csv(Trial._fields, sorted(results)))
    click.echo(summary(results))


if __name__ == "__main__":
    main()
