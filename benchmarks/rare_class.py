"""Train on digits among which 9 is rare, in four ways and with ten seeds, as notebook 18 does.

    python benchmarks/rare_class.py            # about two minutes on two cores
    python benchmarks/rare_class.py --quick    # two seeds, one epoch, to see that it works

Notebook 18 quotes what came out; `benchmarks/results/rare_class.json` keeps it. Each network learns
from 2,000 digits of the sample less all but ten of the nines, for 8 epochs. 2,000 others, with all
their nines, say how many nines are found and how many others are taken for one; in accuracy and
cost, nines count as rare as they were in training. A missed 9 costs 20, a false one 1. No setting is
chosen by these digits.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

import click
import keras
import numpy as np

from course_utils.datasets import load_mnist
from course_utils.networks import RepeatedTraining, build_network, split_validation
from course_utils.notebooks import write_file

RARE, MISS, LEFT = 9, 20, 10
FACTORS = np.where(np.arange(10) == RARE, MISS, 1).astype("float32")


def weighted(labels: keras.KerasTensor, answers: keras.KerasTensor) -> keras.KerasTensor:
    """Return the cross-entropy of each example, a 9 counted twenty times."""
    loss = keras.losses.sparse_categorical_crossentropy(labels, answers)
    return keras.ops.take(FACTORS, labels) * loss


def judge(probabilities: np.ndarray, truth: np.ndarray, share: float) -> dict[str, float]:
    """Return accuracy, recall, false alarms and the cost per 1,000 digits where nines are rare."""
    answers, nine = probabilities.argmax(axis=1), truth == RARE
    recall, false = float((answers[nine] == RARE).mean()), float((answers[~nine] == RARE).mean())
    others = float((answers == truth)[~nine].mean())
    return {
        "accuracy": share * recall + (1 - share) * others,
        "recall": recall,
        "false": false,
        "cost": 1000 * (share * (1 - recall) * MISS + (1 - share) * false),
    }


@click.command()
@click.option("--quick", is_flag=True, help="Two seeds, one epoch.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("benchmarks/results"))
def main(quick: bool, output: Path) -> None:
    """Measure and write rare_class.json."""
    (images, labels), _ = load_mnist("sample")
    images = images[..., np.newaxis].astype("float32") / 255
    build, epochs = partial(build_network, filters=8), 1 if quick else 8
    usual = RepeatedTraining(build, keras.optimizers.Adam(0.003))
    by_weight = RepeatedTraining(build, keras.optimizers.Adam(0.003), loss=weighted)
    runs = []
    for seed in range(1, 3 if quick else 11):
        (x, y), (x_valid, truth) = split_validation(images, labels, 2000, seed=seed)
        kept = np.delete(np.arange(len(y)), np.flatnonzero(y == RARE)[LEFT:])
        x, y = x[kept], y[kept]
        again = np.repeat(np.arange(len(y)), np.where(y == RARE, MISS, 1))
        usual.fit(x, y, seed=seed, epochs=epochs)
        nothing = usual.predict(x_valid)
        by_weight.fit(x, y, seed=seed, epochs=epochs)
        usual.fit(x[again], y[again], seed=seed, epochs=epochs)
        answers = {
            "never 9": np.where(FACTORS > 1, 0, nothing),
            "do nothing": nothing,
            "weights": by_weight.predict(x_valid),
            "resample": usual.predict(x_valid),
            "afterwards": nothing * FACTORS,
        }
        share = float((y == RARE).mean())
        runs.append({name: judge(p, truth, share) for name, p in answers.items()})
        found = ", ".join(f"{name} {100 * one['recall']:.0f} %" for name, one in runs[-1].items())
        click.echo(f"seed {seed}, nines found: {found}")
    content = {"epochs": epochs, "runs": runs}
    output.mkdir(parents=True, exist_ok=True)
    write_file(output / "rare_class.json", (json.dumps(content, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
