"""Try other settings of the one-epoch recipe on digits set aside, then read the test digits.

    python benchmarks/recipe_settings.py --data-dir DIR    # about five minutes on two cores
    python benchmarks/recipe_settings.py --quick           # on the sample, to see that it works

Notebook 12 quotes what came out; `benchmarks/results/recipe_settings.json` keeps it. Each setting
differs from `recipes.ONE_EPOCH` in one choice and learns from 50,000 training digits; the other
10,000 say how well. The recipe itself is then trained on all 60,000, and asked for the test digits.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

import click
import keras
import numpy as np

from course_utils.datasets import load_mnist
from course_utils.networks import ONE_EPOCH, split_validation
from course_utils.notebooks import write_file

CHANGES = [
    {},
    {"learning_rate": 0.3},
    {"learning_rate": 1.0},
    {"warm_up": 0.1},
    {"warm_up": 0.4},
    {"batch_size": 32},
    {"batch_size": 256},
    {"label_smoothing": 0.0},
    {"optimizer": "Adam", "learning_rate": 0.01, "momentum": 0.0},
]


def accuracy(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of the digits that the model reads right."""
    parts = [model(images[k : k + 500], training=False) for k in range(0, len(images), 500)]
    return float((np.concatenate(parts).argmax(axis=1) == labels).mean())


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where MNIST's files are.")
@click.option("--quick", is_flag=True, help="On the sample, one seed, two settings.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("benchmarks/results"))
def main(data_dir: Path | None, quick: bool, output: Path) -> None:
    """Measure and write recipe_settings.json."""
    (images, labels), (test_images, test_labels) = load_mnist(
        "sample" if quick else "full", data_dir=data_dir
    )
    images, test_images = (
        x[..., np.newaxis].astype("float32") / 255 for x in (images, test_images)
    )
    train, valid = split_validation(images, labels, len(images) // 6, seed=0)
    settings = []
    for change in CHANGES[:2] if quick else CHANGES:
        recipe, found = dataclasses.replace(ONE_EPOCH, **change), []
        for seed in range(1 if quick else 2):
            found.append(accuracy(recipe.train(*train, seed=seed), *valid))
        settings.append({"change": change, "validation": found})
        click.echo(f"{change or 'the recipe'}: {[round(100 * one, 2) for one in found]}")
    test = []
    for seed in range(1 if quick else 5):
        test.append(accuracy(ONE_EPOCH.train(images, labels, seed=seed), test_images, test_labels))
        click.echo(f"all digits, seed {seed}: {100 * test[-1]:.2f} % of the test digits")
    content = {"digits": len(images), "settings": settings, "test": test}
    output.mkdir(parents=True, exist_ok=True)
    write_file(output / "recipe_settings.json", (json.dumps(content, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
