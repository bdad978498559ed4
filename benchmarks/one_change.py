"""Change one thing at a time in a small network, and train with twenty seeds.

    python benchmarks/one_change.py --output data/one_change.csv    # 200 trainings, four minutes
    python benchmarks/one_change.py --quick                         # two seeds, to see that it works

Notebook 12 draws what came out. Each seed has its own split of the sample, 992 digits to judge by,
and its own first weights; all changes of an experiment meet the same digits and the same seeds.

"two epochs": all other digits, two epochs of Adam at 0.003 in batches of 64, beside a rate of 0.005,
a warm-up to 0.01 with a decay (its mean is 0.005 too), batch normalisation, and the last two together.
"few digits": 256 digits, fifteen epochs in batches of 32, beside remedies against learning by heart:
digits moved by up to two pixels, dropout (0.5), L2 (0.001), AdamW (weight decay 0.1).

The columns: `experiment`; `change`, "none" for the network as it is; `seed`; `misread`, per cent of
the 992 digits after training.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

import click
import keras
import numpy as np
from tables import as_csv

from course_utils.datasets import ONE_CHANGE_TRIAL_DTYPE, load_mnist
from course_utils.networks import RepeatedTraining, build_network, split_validation, training
from course_utils.notebooks import write_file

SEEDS, VALID, RATE = 20, 992, 0.003
ALL = {"epochs": 2, "batch_size": 64}
FEW = {"epochs": 15, "batch_size": 32}
FEW_DIGITS = 256

Change = tuple[RepeatedTraining, dict[str, Any]]


def experiments(digits: int) -> dict[str, tuple[int, dict[str, Change]]]:
    """Return how many digits each experiment learns from, and its changes, "none" first.

    Parameters
    ----------
    digits
        How many there are to learn from: the schedule ends with the last batch of them.
    """
    small, adam = partial(build_network, filters=8), partial(keras.optimizers.Adam, RATE)
    steps = ALL["epochs"] * -(-digits // ALL["batch_size"])
    warm_up = np.asarray(training.warm_up_and_decay(0.01, steps)(np.arange(steps)))
    plain = RepeatedTraining(small, adam())
    normal = RepeatedTraining(partial(small, norm=True), adam())
    changes: dict[str, Change] = {
        "none": (plain, ALL),
        "rate 0.005": (plain, ALL | {"learning_rate": 0.005}),
        "schedule": (plain, ALL | {"learning_rate": warm_up}),
        "normalisation": (normal, ALL),
        "both": (normal, ALL | {"learning_rate": warm_up}),
    }
    adamw = keras.optimizers.AdamW(RATE, weight_decay=0.1)
    remedies: dict[str, Change] = {
        "none": (plain, FEW),
        "moved digits": (RepeatedTraining(partial(small, shift=2), adam()), FEW),
        "dropout": (RepeatedTraining(partial(small, dropout=0.5), adam()), FEW),
        "L2": (RepeatedTraining(partial(small, l2=0.001), adam()), FEW),
        "AdamW": (RepeatedTraining(small, adamw), FEW),
    }
    return {"two epochs": (digits, changes), "few digits": (FEW_DIGITS, remedies)}


@click.command()
@click.option("--quick", is_flag=True, help="Two seeds.")
@click.option("--output", type=click.Path(path_type=Path), help="Where to write the table, CSV.")
def main(quick: bool, output: Path | None) -> None:
    """Train all, print the means, and write the table."""
    (images, labels), _ = load_mnist("sample")
    scaled = images[..., np.newaxis].astype("float32") / 255
    seeds = range(1, 1 + (2 if quick else SEEDS))
    splits = {seed: split_validation(scaled, labels, VALID, seed=seed) for seed in seeds}
    rows = []
    for experiment, (digits, changes) in experiments(len(labels) - VALID).items():
        for change, (one, options) in changes.items():
            for seed, (learned, valid) in splits.items():
                one.fit(learned[0][:digits], learned[1][:digits], seed=seed, **options)
                rows.append((experiment, change, seed, round(one.evaluate(*valid)[1], 3)))
            mean = np.mean([row[-1] for row in rows[-len(seeds) :]])
            click.echo(f"{experiment}, {change:13} {mean:.2f} % misread, mean of {len(seeds)}")
    if output:
        write_file(output, as_csv(ONE_CHANGE_TRIAL_DTYPE.names, rows))


if __name__ == "__main__":
    main()
