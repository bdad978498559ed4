"""Measure how long a network takes to read 99 % of MNIST's test digits: the course's and Keras'.

    python benchmarks/time_to_accuracy.py --data-dir DIR    # about five minutes on two cores
    python benchmarks/time_to_accuracy.py --quick           # on the sample, to see that it works

The course's is `recipes.ONE_EPOCH`, which stops after one epoch, whatever it has reached. Keras' is
the network of its example "Simple MNIST convnet" (34,826 parameters: 32 and 64 filters 3×3, each
with max pooling, dropout 0.5; Adam, batches of 128), written afresh; it is trained on all 60,000
digits and asked after each epoch, and stops as soon as it is there. Counted is what `fit` takes,
the preparation of the first step included; asking is not. The two take turns, seed by seed. The
test digits measure only: the settings of both stood before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

import click
import keras
import numpy as np
from rich.console import Console

from course_utils.datasets import load_mnist
from course_utils.networks import ONE_EPOCH
from course_utils.notebooks import write_file
from course_utils.plotting import draw_lines, picture

Examples = tuple[np.ndarray, np.ndarray]
Points = list[tuple[float, float]]  # seconds of training so far, test accuracy

MOST_EPOCHS = 30


def keras_example() -> keras.Model:
    """Build Keras' example network, compiled."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def accuracy(model: keras.Model, test: Examples) -> float:
    """Return the share of the test digits that the model reads right."""
    images, labels = test
    # Not predict(): TensorFlow would warn that each new model compiles it anew.
    parts = [model(images[k : k + 500], training=False) for k in range(0, len(images), 500)]
    return float((np.concatenate(parts).argmax(axis=1) == labels).mean())


def by_keras_example(train: Examples, test: Examples, seed: int, target: float) -> Iterator[Points]:
    """Train epoch by epoch until the target is reached; yield the points so far."""
    keras.utils.set_random_seed(seed)
    model, seconds, points = keras_example(), 0.0, []
    while len(points) < MOST_EPOCHS and (not points or points[-1][1] < target):
        start = perf_counter()
        model.fit(*train, batch_size=128, epochs=1, verbose=0)
        seconds += perf_counter() - start
        points.append((seconds, accuracy(model, test)))
        yield points


def by_the_course(train: Examples, test: Examples, seed: int) -> Points:
    """Train the course's recipe once."""
    start = perf_counter()
    model = ONE_EPOCH.train(*train, seed=seed)
    return [(perf_counter() - start, accuracy(model, test))]


def scaled(digits: Examples) -> Examples:
    """Return images (n, 28, 28, 1) between 0 and 1, and their labels."""
    images, labels = digits
    return images[..., np.newaxis].astype("float32") / 255, labels


def draw(ours: list[Points], theirs: list[Points], target: float, output: Path) -> None:
    """Draw the test errors over the seconds."""
    named = {f"Keras' example, seed {seed}": points for seed, points in enumerate(theirs)}
    named["the course, one epoch each"] = sorted(points[-1] for points in ours)
    x = {name: [seconds for seconds, _ in points] for name, points in named.items()}
    errors = {name: [100 * (1 - right) for _, right in points] for name, points in named.items()}
    x["goal"] = [0, max(max(seconds) for seconds in x.values())]
    errors["goal"] = [100 * (1 - target)] * 2
    content = picture(
        lambda: draw_lines(
            x,
            errors,
            xlabel="seconds of training",
            ylabel="test digits misread, %",
            title=f"How long until {100 * target:g} %?",
            markers=True,
        )
    )
    write_file(output / "time_to_accuracy.png", content)


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="A folder with the full MNIST.")
@click.option("--quick", is_flag=True, help="The sample, one seed, 90 %.")
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Of Keras' example; the course's recipe has ten.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build") / "benchmarks",
    show_default=True,
)
def main(data_dir: Path | None, quick: bool, seeds: int, output: Path) -> None:
    """Train both, print the seconds and their ratio."""
    console = Console(highlight=False, soft_wrap=True)
    target, mine, seeds = (0.9, 1, 1) if quick else (0.99, 10, seeds)
    train, test = map(scaled, load_mnist("sample" if quick else "full", data_dir=data_dir))
    ours: list[Points] = []
    theirs: list[Points] = []
    for seed in range(max(mine, seeds)):
        if seed < mine:
            ours.append(by_the_course(train, test, seed))
            seconds, right = ours[-1][-1]
            console.print(f"the course, seed {seed}: {100 * right:.2f} % after {seconds:.1f} s")
        if seed < seeds:
            for points in by_keras_example(train, test, seed, target):
                seconds, right = points[-1]
                name = f"Keras' example, seed {seed}, epoch {len(points)}"
                console.print(f"{name}: {100 * right:.2f} % after {seconds:.1f} s")
            theirs.append(points)
    output.mkdir(parents=True, exist_ok=True)
    content = {"target": target, "course": ours, "keras_example": theirs}
    write_file(output / "time_to_accuracy.json", (json.dumps(content, indent=1) + "\n").encode())
    draw(ours, theirs, target, output)

    reached = sum(points[-1][1] >= target for points in ours)
    mine_takes = median(points[-1][0] for points in ours)
    theirs_take = median(points[-1][0] for points in theirs)
    console.print(
        f"The course: {reached} of {mine} seeds at {100 * target:g} % or above, "
        f"median {mine_takes:.1f} s"
    )
    if any(points[-1][1] < target for points in theirs):
        console.print(f"Keras' example didn't get there in {MOST_EPOCHS} epochs with every seed.")
    console.print(
        f"Keras' example: median {theirs_take:.1f} s in "
        f"{median(len(points) for points in theirs):g} epochs, "
        f"{theirs_take / mine_takes:.1f} times as long (goal: 15)"
    )


if __name__ == "__main__":
    main()
