"""Train the dense and the convolutional network with NYU's settings, and move the test digits.

    python benchmarks/shifted_digits.py --data-dir DIR    # about ten minutes on two cores
    python benchmarks/shifted_digits.py --quick           # on the sample, to see that it works

Notebook 11 quotes what came out; `benchmarks/results/shifted_digits.json` keeps it. Both networks
learn from all training digits with `recipes.NYU`'s epochs, batches and optimiser, one seed each.
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
from course_utils.networks import recipes
from course_utils.notebooks import write_file

SHIFTS = (0, 2, 4, 6, 8)
NETWORKS = ("dense", "three_conv")


def shifted(images: np.ndarray, pixels: int) -> np.ndarray:
    """Move the digits to the right; what leaves the image is lost."""
    return np.pad(images, [(0, 0), (0, 0), (pixels, 0), (0, 0)])[:, :, : images.shape[2]]


def accuracy(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of the digits that the model reads right."""
    parts = [model(images[k : k + 500], training=False) for k in range(0, len(images), 500)]
    return float((np.concatenate(parts).argmax(axis=1) == labels).mean())


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where MNIST's files are.")
@click.option("--quick", is_flag=True, help="On the sample, one epoch.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), default=Path("benchmarks/results"))
def main(data_dir: Path | None, quick: bool, seed: int, output: Path) -> None:
    """Measure and write shifted_digits.json."""
    (images, labels), (test_images, test_labels) = load_mnist(
        "sample" if quick else "full", data_dir=data_dir
    )
    images, test_images = (
        x[..., np.newaxis].astype("float32") / 255 for x in (images, test_images)
    )
    found = {}
    for name in NETWORKS:
        recipe = dataclasses.replace(recipes.NYU, network=name, epochs=1 if quick else 15)
        model = recipe.train(images, labels, seed=seed)
        found[name] = [accuracy(model, shifted(test_images, by), test_labels) for by in SHIFTS]
        click.echo(f"{name}: " + ", ".join(f"{100 * one:.2f}" for one in found[name]))
    content = {"digits": len(images), "seed": seed, "shifts": SHIFTS, "accuracy": found}
    output.mkdir(parents=True, exist_ok=True)
    write_file(output / "shifted_digits.json", (json.dumps(content, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
