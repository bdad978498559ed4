"""Train on few digits with and without a remedy against learning by heart.

    python benchmarks/remedies.py --output data/remedies.csv    # a hundred trainings, two minutes
    python benchmarks/remedies.py --quick                       # two seeds, to see that it works

Notebook 12 draws what came out. Each seed has its own split of the sample: 256 digits to learn from,
fifteen epochs, and 992 to judge by. The remedies are compared on the same digits, from the same
first weights.

The columns: `remedy`, "none", "moved digits" (by up to two pixels), "dropout" (0.5), "L2" (0.001)
or "AdamW" (weight decay 0.1); `seed`; `misread`, per cent of the validation digits after training.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click
import keras
import numpy as np
from tables import as_csv

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)
from course_utils.datasets import REMEDY_TRIAL_DTYPE, load_mnist
from course_utils.networks import RepeatedTraining, build_network, split_validation
from course_utils.notebooks import write_file

SEEDS, DIGITS, VALID, EPOCHS, BATCH, RATE = 20, 256, 992, 15, 32, 0.003


def remedies() -> dict[str, RepeatedTraining]:
    """Return a training for each remedy, "none" first."""
    small, adam = partial(build_network, filters=8), partial(keras.optimizers.Adam, RATE)
    return {
        "none": RepeatedTraining(small, adam()),
        "moved digits": RepeatedTraining(partial(small, shift=2), adam()),
        "dropout": RepeatedTraining(partial(small, dropout=0.5), adam()),
        "L2": RepeatedTraining(partial(small, l2=0.001), adam()),
        "AdamW": RepeatedTraining(small, keras.optimizers.AdamW(RATE, weight_decay=0.1)),
    }


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
    for remedy, one in remedies().items():
        for seed, (digits, valid) in splits.items():
            few = digits[0][:DIGITS], digits[1][:DIGITS]
            one.fit(*few, seed=seed, epochs=EPOCHS, batch_size=BATCH)
            rows.append((remedy, seed, round(one.evaluate(*valid)[1], 3)))
        mean = np.mean([row[2] for row in rows[-len(seeds) :]])
        click.echo(f"{remedy:13} {mean:.2f} % misread, mean of {len(seeds)} seeds")
    if output:
        write_file(output, as_csv(REMEDY_TRIAL_DTYPE.names, rows))


if __name__ == "__main__":
    main()
