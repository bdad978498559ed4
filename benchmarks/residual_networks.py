"""Train deep networks with each start, with and without shortcuts and batch normalisation.

    python benchmarks/residual_networks.py            # 72 trainings; the longest needs a minute
    python benchmarks/residual_networks.py --quick    # depth 8 and one seed, to see that it works

Every training has the settings of notebook 14 and its validation digits: the sample, 4 epochs in
batches of 64, Adam from 0.002 on a cosine. The table gives, for each start of the weights (Glorot's,
He's), chain or ResNet, with or without batch normalisation, and depth, the mean and range over the
seeds of the share of validation digits read after training, and the last training loss.
"""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Literal

import click
import numpy as np

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)
from course_utils.datasets import load_mnist
from course_utils.networks import build_plain, build_resnet, split_validation
from course_utils.notebooks import write_file

DEPTHS, SEEDS = (8, 20, 44), (1, 2, 3)
EPOCHS, BATCH, RATE, VALIDATION = 4, 64, 0.002, 480
BUILDERS = {"plain": build_plain, "residual": build_resnet}


def train(
    kind: str, depth: int, batch_norm: bool, start: Literal["glorot", "he"], seed: int
) -> tuple[float, float]:
    """Train one network as notebook 14 does; return training loss and validation accuracy."""
    import keras

    from course_utils.networks import training

    images, labels = load_mnist("sample")[0]
    (x, y), valid = split_validation(
        images[..., np.newaxis].astype("float32") / 255, labels, VALIDATION, seed=seed
    )
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model = BUILDERS[kind](depth, batch_norm=batch_norm, start=start)
    keras.utils.set_random_seed(seed)
    rate = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * -(-len(x) // BATCH))
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        metrics=["accuracy"],
        loss="sparse_categorical_crossentropy",
    )
    training.create_variables(model)
    history = model.fit(
        x,
        y,
        epochs=EPOCHS,
        batch_size=BATCH,
        verbose=0,
        validation_data=valid,
        validation_batch_size=len(valid[0]),
    ).history
    return history["loss"][-1], history["val_accuracy"][-1]


def summary(results: list[dict]) -> str:
    """Return a line per setting: mean and range of the accuracy, mean of the loss."""
    lines = ["depth  network   norm  start    read, %              training loss"]

    def setting(r: dict) -> tuple:
        return r["depth"], r["kind"], r["batch_norm"], r["start"]

    for key, group in itertools.groupby(sorted(results, key=setting), setting):
        runs = list(group)
        read = 100 * np.array([r["accuracy"] for r in runs])
        loss = np.mean([r["loss"] for r in runs])
        depth, kind, batch_norm, start = key
        lines.append(
            f"{depth:5}  {kind:8}  {'yes' if batch_norm else 'no':4}  {start:6}"
            f"  {read.mean():5.1f} ({read.min():.1f}–{read.max():.1f})  {loss:10.2f}"
        )
    return "\n".join(lines)


@click.command()
@click.option("--quick", is_flag=True, help="Depth 8 and one seed.")
@click.option("--depth", "depths", type=int, multiple=True, default=DEPTHS, show_default=True)
@click.option("--seed", "seeds", type=int, multiple=True, default=SEEDS, show_default=True)
@click.option("--bare", is_flag=True, help="Only without batch normalisation.")
@click.option("--json", "path", type=click.Path(path_type=Path), help="Also write the results.")
def main(
    quick: bool, depths: tuple[int, ...], seeds: tuple[int, ...], bare: bool, path: Path | None
) -> None:
    """Train every combination and print the table."""
    if quick:
        depths, seeds = (8,), (1,)
    results = []
    for seed, depth, batch_norm, kind, start in itertools.product(
        seeds, depths, (False,) if bare else (False, True), BUILDERS, ("glorot", "he")
    ):
        begun = time.perf_counter()
        loss, accuracy = train(kind, depth, batch_norm, start, seed)
        results.append(
            {
                "depth": depth,
                "kind": kind,
                "batch_norm": batch_norm,
                "start": start,
                "seed": seed,
                "loss": loss,
                "accuracy": accuracy,
            }
        )
        click.echo(
            f"{depth:2} {kind:8} {'norm' if batch_norm else 'bare':4} {start:6} seed {seed}: "
            f"loss {loss:.2f}, {100 * accuracy:.1f} %, {time.perf_counter() - begun:.0f} s"
        )
        if path:
            write_file(path, (json.dumps(results, indent=1) + "\n").encode())
    click.echo(summary(results))


if __name__ == "__main__":
    main()
