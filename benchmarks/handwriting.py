"""Measure how often real and drawn handwriting is read right, condition by condition.

    python benchmarks/handwriting.py --data-dir DIR    # the full MNIST; some minutes on two cores
    python benchmarks/handwriting.py --quick           # a page each, to see that it works

Every page is made by `course_utils.handwriting.conditions`: digits of MNIST's test set written anew
on paper, and digits drawn in the styles of `course_utils.handwriting.styles`. Four ways to read
compete: `read_page` with the stored network (a page counts as right only if exactly one digit is
found, and the right one); `like_mnist` with the network that `ONE_EPOCH` trains here on the sample,
in batches of 32, as a student's own; the naive way, shrink to 28×28 and invert, with the same network; and a
reference, Otsu's threshold, largest piece, crop, 20×20, centre of mass, with the same network. Then
come numbers of several digits, letters and scribbles, and MNIST's own test digits before and after
the preparation.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import ndimage

from course_utils import handwriting
from course_utils.datasets import load_mnist
from course_utils.handwriting import conditions, pen, practice, styles, writings
from course_utils.networks import ONE_EPOCH
from course_utils.notebooks import write_file

GOAL = 0.98
Network = Callable[[np.ndarray], object]


def otsu(values: np.ndarray) -> float:
    """Return the threshold of N. Otsu (1979)."""
    counts, edges = np.histogram(values, 256)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(invalid="ignore", divide="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1 + np.nanargmax(between)]) if np.isfinite(between).any() else 0.0


def by_reference(page: np.ndarray) -> np.ndarray:
    """Prepare a page in fifteen lines: Otsu, largest piece, crop, 20×20, centre of mass."""
    rim = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    grey = page / 255 if np.median(rim) < 128 else 1 - page / 255
    labels, count = ndimage.label(grey > otsu(grey), np.ones((3, 3)))
    if not count:
        return np.zeros((28, 28), np.uint8)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return pen.centred(pen.fit(pen.cropped_to((labels == sizes.argmax()).astype(float))))


def naively(page: np.ndarray) -> np.ndarray:
    """Shrink to 28×28 and invert, as most do at first."""
    from PIL import Image

    return 255 - np.asarray(Image.fromarray(page).resize((28, 28)))


def some_writings(
    images: np.ndarray, labels: np.ndarray, count: int, random: np.random.Generator
) -> list[tuple[writings.Writing, int]]:
    """Return digits to write: real ones with their own pen or another, and drawn ones."""
    chosen = []
    for k in range(count):
        i, label = int(random.integers(len(images))), k % 10
        if k % 5 < 2:
            chosen.append((writings.as_it_is(images[i]), int(labels[i])))
        elif k % 5 == 2:
            chosen.append((writings.by_hand(images[i]), int(labels[i])))
        else:
            ways = styles.DIGITS[label]
            chosen.append((writings.by_style(ways[random.integers(len(ways))], random), label))
    return chosen


def digits_read(page: np.ndarray) -> list[int | None]:
    """Return what the stored network reads on a page, nothing where it looks blank."""
    try:
        return [one.digit for one in handwriting.read_page(page)]
    except ValueError:
        return []


def prepared(page: np.ndarray) -> np.ndarray:
    """Return `like_mnist`'s image, empty where it refuses."""
    try:
        return handwriting.like_mnist(page)
    except ValueError:
        return np.zeros((28, 28), np.uint8)


def as_read(images: np.ndarray) -> np.ndarray:
    """Return the stored network's eleven outputs, "none" 1 where `read_page` refuses, else 0."""
    found = handwriting.probabilities(images)
    found[:, -1] = found[:, -1] > handwriting.stored_reader().none_above
    return found


def share_right(network: Network, images: list[np.ndarray], labels: list[int]) -> float:
    """Return the share of 28×28 images that a network reads right."""
    read = np.asarray(network(np.stack(images)[..., None].astype("float32") / 255)).argmax(axis=1)
    return float((read == labels).mean())


def by_condition(count: int, digits: tuple, student: Network, console: Console) -> dict:
    """Measure every condition; print a row for each."""
    table = Table("condition", "stored, read_page", "own network", "naive", "Otsu reference")
    found = {}
    for number, (name, make) in enumerate(conditions.CONDITIONS.items()):
        random = np.random.default_rng(number)
        pairs = some_writings(*digits, count, random)
        pages, labels = [make(write, random) for write, _ in pairs], [label for _, label in pairs]
        right = [digits_read(page) == [label] for page, label in zip(pages, labels)]
        row = {
            "stored": float(np.mean(right)),
            "own": share_right(student, [prepared(page) for page in pages], labels),
            "naive": share_right(student, [naively(page) for page in pages], labels),
            "reference": share_right(student, [by_reference(page) for page in pages], labels),
        }
        found[name] = row
        table.add_row(name, *(f"{100 * value:.1f} %" for value in row.values()))
    mean = {key: float(np.mean([row[key] for row in found.values()])) for key in row}
    table.add_row("mean", *(f"{100 * value:.1f} %" for value in mean.values()))
    console.print(table)
    below = [name for name, row in found.items() if row["stored"] < GOAL]
    console.print(f"Below the goal of {100 * GOAL:g} %: {', '.join(below) or 'none'}")
    worse = [name for name, row in found.items() if row["stored"] < row["reference"]]
    console.print(f"Worse than the reference: {', '.join(worse) or 'none'}")
    return found | {"mean": mean}


def of_several(count: int, digits: tuple, console: Console) -> dict:
    """Measure how many numbers of two to six digits are read wholly right."""
    found = {}
    for name in ("plain", "shade on one side", "ruled paper"):
        random, right = np.random.default_rng(len(name)), []
        for _ in range(count):
            pairs = some_writings(*digits, 5 * int(random.integers(1, 3)), random)
            pairs = [pairs[k] for k in random.permutation(len(pairs))[: random.integers(2, 7)]]
            page = conditions.number([write for write, _ in pairs], random, condition=name)
            right.append(digits_read(page) == [label for _, label in pairs])
        found[name] = float(np.mean(right))
        console.print(f"numbers, {name}: {100 * found[name]:.1f} % wholly right (goal: 90 %)")
    return found


def of_none(count: int, digits: tuple, console: Console) -> dict:
    """Measure how many letters and scribbles are refused, and how many digits."""
    random = np.random.default_rng(1)
    make = conditions.CONDITIONS["pen of 5 pixels"]
    names = list(styles.LETTERS)
    letters = []
    for k in range(count):
        ways = styles.LETTERS[names[k % len(names)]]
        letters.append(make(writings.by_style(ways[random.integers(len(ways))], random), random))
    scribbles = [
        (230 - 190 * np.pad(practice.scribble(random), 20)).astype(np.uint8) for _ in range(count)
    ]
    pages = [make(write, random) for write, _ in some_writings(*digits, count, random)]

    def refused(page: np.ndarray) -> bool:
        return all(digit is None for digit in digits_read(page))

    found = {
        name: float(np.mean([refused(page) for page in some]))
        for name, some in (("letters", letters), ("scribbles", scribbles), ("digits", pages))
    }
    console.print(
        f"refused: {100 * found['letters']:.1f} % of letters, {100 * found['scribbles']:.1f} % of "
        f"scribbles (goal: 80 %), {100 * found['digits']:.1f} % of digits (goal: at most 3 %)"
    )
    return found


def of_mnist(count: int, digits: tuple, student: Network, console: Console) -> dict:
    """Measure what the preparation takes from MNIST's own test digits."""
    images, labels = digits[0][:count], digits[1][:count]
    through = [
        prepared(np.pad(255 - pen.resized(image, 112).astype(np.uint8), 30, constant_values=255))
        for image in images
    ]
    found = {}
    for name, network in (("stored", as_read), ("own", student)):
        before, after = (share_right(network, list(some), labels) for some in (images, through))
        found[name] = {"before": before, "after": after}
        console.print(
            f"MNIST's test digits, {name} network: {100 * before:.2f} %, put through the "
            f"preparation {100 * after:.2f} % (goal: at most 0.3 points less)"
        )
    return found


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="A folder with the full MNIST.")
@click.option("--quick", is_flag=True, help="The sample, a page each.")
@click.option(
    "--count",
    type=click.IntRange(min=5),
    default=100,
    show_default=True,
    help="Pages of each condition.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build") / "benchmarks",
    show_default=True,
)
def main(data_dir: Path | None, quick: bool, count: int, output: Path) -> None:
    """Measure all, print the shares, and keep them as JSON."""
    console = Console(highlight=False, soft_wrap=True)
    count = 1 if quick else count
    sample, sample_test = load_mnist("sample")
    digits = sample_test if quick else load_mnist("full", data_dir=data_dir)[1]
    student = replace(ONE_EPOCH, batch_size=32).train(
        sample[0][..., None].astype("float32") / 255, sample[1], seed=1
    )
    found = {
        "conditions": by_condition(count, digits, student, console),
        "numbers": of_several(count, digits, console),
        "refused": of_none(count, digits, console),
        "mnist": of_mnist(20 * count, digits, student, console),
    }
    output.mkdir(parents=True, exist_ok=True)
    write_file(output / "handwriting.json", (json.dumps(found, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
