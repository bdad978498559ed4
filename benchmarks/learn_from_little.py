"""Let networks learn from 1 to 5,000 labels per class, with what others know and from scratch.

    python benchmarks/learn_from_little.py --data-dir DIR --output data/learn_from_little.csv
    python benchmarks/learn_from_little.py --quick    # one seed, few steps, on the sample

Two tasks. "scanner": the ten digits of another scanner (`load_scanned_digits`), 1, 5, 20 and 100
labels per class, with the stored reader's body. "classes": MNIST's digits 5 to 9, up to 5,000 labels
per class, with the body of a small network (`build_network(filters=8)`) that has met 0 to 4 alone:
one per seed, trained for 480 steps of 64.

| method | what it is |
|---|---|
| zero labels | the stored reader as it is, asked for one of ten digits |
| nearest pixels | the label of the nearest example |
| head on pixels | `fit_head` on the pixels |
| hand-made kernels | `fit_head` on the pooled answers of notebook 04's kernels |
| random body | the same network with random weights, `fit_head` on its layer that reads most validation digits |
| frozen | `fit_head` on the body's last layer |
| frozen earlier | `fit_head` on the body's last maps, below its dense layer ("classes" only) |
| frozen old head | the same, started at and pulled to the reader's own head |
| fine-tuned | all weights trained on, from the frozen body and its new head |
| fine-tuned hot | the same from a random head, at the learning rate of "from scratch" |
| from scratch | the network with random weights, all trained |
| scratch moved | the same, digits moved by up to two pixels while it trains |

Each method that has a setting (a pull, or Adam's highest rate, which rises for a tenth of the steps
and falls to zero) is tried with three, all numbers of labels and seed 0, and judged on validation
digits (`part` is "valid"). The setting that reads the most on average is then run with five seeds on
the test digits ("test"). The labels of a seed are the same for all methods. Trainings have 300 steps
of 32 up to 100 labels per class, 900 with 1,000 and 1,500 with 5,000. `kept` is the percentage of
2,000 of MNIST's test digits that the network still reads afterwards; where that has no meaning, nan.
What already stands in the file isn't run again. Notebook 19 reads it by
`course_utils.datasets.load_transfer_trials`. A quarter of an hour of processor time.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

import click
import numpy as np
from tables import as_csv

from course_utils import handwriting
from course_utils.datasets import load_mnist, load_scanned_digits
from course_utils.networks import RepeatedTraining, build_network, priors, transfer
from course_utils.notebooks import write_file

BATCH, SHIFT = 32, 2
SCANNER_LABELS, CLASS_LABELS = (1, 5, 20, 100), (1, 5, 20, 100, 1_000, 5_000)
PULLS, RATES, GENTLE = (0.001, 0.01, 0.1), (0.001, 0.003, 0.01), (0.0001, 0.0003, 0.001)
MOST_SEEDS = 5
FIRST_NEW = 5  # "classes": the body has met the digits below
LAST, EARLIER = "relu3", "flatten"  # where that body is cut

Answer = tuple[np.ndarray, float]  # the digits read, and the percentage kept
Part = tuple[np.ndarray, np.ndarray]
_KINDS = (str, str, str, int, float, int, float, float)  # of the columns of a trial


class Trial(NamedTuple):
    """A row of the file: what learned from how many labels, and how many digits it read."""

    task: str
    part: str
    method: str
    labels: int
    setting: float
    seed: int
    read: float
    kept: float


class Table:
    """The trials, of which those that the file holds already aren't run again."""

    def __init__(self, output: Path | None) -> None:
        self.output, self.known = output, {}
        if output and output.exists():
            with output.open(encoding="ascii", newline="") as lines:
                for row in csv.DictReader(lines):
                    values = [kind(text) for kind, text in zip(_KINDS, row.values(), strict=True)]
                    self.known[tuple(values[:6])] = Trial(*values)

    def add(self, key: tuple, right: np.ndarray, kept: float) -> None:
        """Enter a trial: which digits it read, and what it kept."""
        self.known[key] = Trial(*key, round(100 * float(np.mean(right)), 2), round(kept, 2))

    def write(self) -> None:
        """Write what there is."""
        if self.output:
            write_file(self.output, as_csv(Trial._fields, sorted(self.known.values())))


class Task:
    """One task: its digits, and the methods, each (examples, asked, setting, seed) to an answer."""

    def __init__(self, name: str, pool: Part, parts: dict[str, Part], table: Table) -> None:
        self.name, self.pool, self.parts, self.table = name, pool, parts, table

    def run(
        self, method: str, learn: Callable[..., Answer], settings: tuple[float, ...], labels, seeds
    ) -> float:
        """Choose the setting on the validation digits, read the test digits, return the setting."""

        def read(part: str, count: int, setting: float, seed: int) -> float:
            key = (self.name, part, method, count, setting, seed)
            if key not in self.table.known:
                # Every class has `count` labels, which chance alone would not give.
                chosen = transfer.draw_labels(self.pool[1], count, seed)
                images, truth = self.parts[part]
                answers, kept = learn(chosen, images, setting, seed)
                self.table.add(key, answers == truth, kept)
            return self.table.known[key].read

        best = settings[0]
        if len(settings) > 1:
            means = {
                setting: np.mean([read("valid", count, setting, 0) for count in labels])
                for setting in settings
            }
            best = max(means, key=lambda setting: means[setting])
        found = {count: [read("test", count, best, seed) for seed in seeds] for count in labels}
        line = ", ".join(f"{count}: {np.mean(one):.1f}" for count, one in found.items())
        click.echo(f"{self.name:8} {method:18} setting {best:g}: {line}")
        self.table.write()
        return best


def steps_of(chosen: np.ndarray, seed: int, steps: int) -> np.ndarray:
    """One "epoch" of exactly so many steps, however few examples there are."""
    order = np.random.default_rng(seed)
    rounds = -(-steps * BATCH // len(chosen))
    return np.concatenate([order.permutation(chosen) for _ in range(rounds)])[: steps * BATCH]


def first(part: Part, count: int | None) -> Part:
    """Return the first so many examples, or all."""
    return part[0][:count], part[1][:count]


def usual_steps(chosen: np.ndarray, quick: bool) -> int:
    """How many steps a training has."""
    if quick:
        return 4
    return 300 if len(chosen) <= 1_000 else 900 if len(chosen) <= 5_000 else 1_500


def trained(run: RepeatedTraining, pool: Part, chosen, rate, seed, quick, weights=None) -> None:
    """Train on the chosen examples."""
    steps = usual_steps(chosen, quick)
    picked = steps_of(chosen, seed, steps)
    rates = priors.rates_of_steps(rate, steps)
    run.fit(
        pool[0][picked][..., np.newaxis],
        pool[1][picked],
        seed=seed,
        batch_size=BATCH,
        learning_rate=rates,
        weights=weights,
    )


def head_on(features_of: Callable[[np.ndarray], np.ndarray], pool: Part, start=None) -> Callable:
    """A method: `fit_head` on fixed features."""
    known = features_of(pool[0])
    factor = 10 / np.sqrt((known**2).sum(axis=1).mean())

    def learn(chosen, asked, pull, seed) -> Answer:
        begin = None if start is None else np.vstack([start[:-1] / factor, start[-1]])
        weights = transfer.fit_head(factor * known[chosen], pool[1][chosen], start=begin, pull=pull)
        return transfer.scores(factor * features_of(asked), weights).argmax(axis=1), np.nan

    return learn


def new_head(known: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    """Return kernel and bias of a head fitted to features as they are."""
    factor = 10 / np.sqrt((known**2).sum(axis=1).mean())
    weights = transfer.fit_head(factor * known, labels)
    return transfer.head_weights(np.vstack([factor * weights[:-1], weights[-1]]))


def nearest_pixels(pool: Part) -> Callable:
    """A method: the nearest example, by its pixels."""

    def learn(chosen, asked, setting, seed) -> Answer:
        flat, labels = pool[0][chosen].reshape(len(chosen), -1), pool[1][chosen]
        parts = np.array_split(asked.reshape(len(asked), -1), -(-len(asked) // 500))
        return np.concatenate([transfer.nearest(flat, labels, part) for part in parts]), np.nan

    return learn


def scanner(mnist_test: Part, seeds, quick: bool, table: Table) -> None:
    """All methods on the other scanner's digits."""
    import keras

    digits = load_scanned_digits()
    pool, valid, test = (first(one, 200 if quick else None) for one in digits)
    task = Task("scanner", pool, {"valid": valid, "test": test}, table)
    layers = handwriting.stored_reader().layers
    body, head = layers[:-2], layers[-2]
    features = partial(handwriting.answers, body)
    old = np.vstack([head.kernel, head.bias])[:, : transfer.CLASSES]
    labels = SCANNER_LABELS[:2] if quick else SCANNER_LABELS
    pulls = PULLS[:2] if quick else PULLS
    known = features(pool[0])

    def kept(answers: Callable[[np.ndarray], np.ndarray]) -> float:
        return 100 * float(np.mean(answers(mnist_test[0]).argmax(axis=1) == mnist_test[1]))

    def ten(images: np.ndarray) -> np.ndarray:
        return handwriting.probabilities(images)[:, : transfer.CLASSES]

    for part, (images, truth) in task.parts.items():
        key = (task.name, part, "zero labels", 0, 0.0, 0)
        table.add(key, ten(images).argmax(axis=1) == truth, kept(ten))

    def flat(images: np.ndarray) -> np.ndarray:
        return images.reshape(len(images), -1).astype(float)

    # Of the random body's depths the one that reads most validation digits, by seed 0.
    depth = max(
        transfer.DEPTHS[1:],
        key=lambda name: np.mean(
            [
                np.mean(random_head(0, name, pool)(chosen, valid[0], 0.01, 0)[0] == valid[1])
                for chosen in (transfer.draw_labels(pool[1], count, 0) for count in labels[:3])
            ]
        ),
    )  # fmt: skip
    click.echo(f"random body: {depth}")
    made: dict[int, Callable] = {}

    def random_learn(chosen, asked, pull, seed) -> Answer:
        if seed not in made:
            made[seed] = random_head(seed, depth, pool)
        return made[seed](chosen, asked, pull, seed)

    plain = RepeatedTraining(transfer.fresh_reader, keras.optimizers.Adam(0.001))
    moving = RepeatedTraining(
        partial(transfer.fresh_reader, shift=SHIFT), keras.optimizers.Adam(0.001)
    )

    def answered(run: RepeatedTraining, asked: np.ndarray) -> Answer:
        still = kept(lambda images: run.predict(images[..., np.newaxis]))
        return run.predict(asked[..., np.newaxis]).argmax(axis=1), still

    def from_scratch(chosen, asked, rate, seed, run=plain) -> Answer:
        trained(run, pool, chosen, rate, seed, quick)
        return answered(run, asked)

    def fine_tuned(chosen, asked, rate, seed) -> Answer:
        weights = [*transfer.body_weights(), *new_head(known[chosen], pool[1][chosen])]
        trained(plain, pool, chosen, rate, seed, quick, weights)
        return answered(plain, asked)

    def hot(chosen, asked, rate, seed) -> Answer:
        keras.utils.set_random_seed(seed)
        random = transfer.fresh_reader().get_weights()[-2:]
        trained(plain, pool, chosen, rate, seed, quick, [*transfer.body_weights(), *random])
        return answered(plain, asked)

    task.run("nearest pixels", nearest_pixels(pool), (0.0,), labels, seeds)
    task.run("head on pixels", head_on(flat, pool), pulls, labels, seeds)
    task.run("hand-made kernels", head_on(transfer.hand_made_features, pool), pulls, labels, seeds)
    task.run("random body", random_learn, pulls, labels, seeds)
    task.run("frozen", head_on(features, pool), pulls, labels, seeds)
    task.run("frozen old head", head_on(features, pool, old), pulls, labels, seeds)
    rates, gentle = (RATES[:2], GENTLE[:2]) if quick else (RATES, GENTLE)
    task.run("fine-tuned", fine_tuned, gentle, labels, seeds)
    rate = task.run("from scratch", from_scratch, rates, labels, seeds)
    task.run("fine-tuned hot", hot, (rate,), labels, seeds)
    moved = partial(from_scratch, run=moving)
    task.run("scratch moved", moved, rates, labels, seeds)


def random_head(seed: int, depth: str, pool: Part) -> Callable:
    """A method: `fit_head` on one layer of a body with random weights."""
    body = transfer.random_body(seed)
    return head_on(lambda images: transfer.features_by_depth(body, images)[depth], pool)


def classes(train: Part, test: Part, seeds, quick: bool, table: Table) -> None:
    """All methods that apply on five digits that the body has never met."""
    import keras

    new = train[1] >= FIRST_NEW
    valid_count = 200 if quick else 2_000
    new_images, new_labels = train[0][new], train[1][new]
    asked = test[1] >= FIRST_NEW
    parts = {
        "valid": (new_images[:valid_count], new_labels[:valid_count]),
        "test": (test[0][asked], test[1][asked]),
    }
    pool = new_images[valid_count:], new_labels[valid_count:]
    task = Task("classes", pool, parts, table)
    labels = CLASS_LABELS[:2] if quick else CLASS_LABELS
    run = RepeatedTraining(partial(build_network, filters=8), keras.optimizers.Adam(0.001))
    cuts = {
        cut: keras.Model(run.model.inputs, run.model.get_layer(cut).output)
        for cut in (LAST, EARLIER)
    }
    bodies: dict[int, tuple[list[np.ndarray], dict[str, np.ndarray]]] = {}

    def body(seed: int) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        """Weights of a network that has met 0 to 4, and its features of the pool, by the cut."""
        if seed not in bodies:
            steps = 10 if quick else 480
            picked = np.random.default_rng(seed).permutation(np.flatnonzero(~new))[: steps * 64]
            batches = -(-len(picked) // 64)
            run.fit(
                train[0][picked][..., np.newaxis],
                train[1][picked],
                seed=seed,
                batch_size=64,
                learning_rate=priors.rates_of_steps(0.003, batches),
            )
            known = {cut: features(pool[0], cut) for cut in cuts}
            bodies[seed] = run.model.get_weights(), known
        return bodies[seed]

    def features(images: np.ndarray, cut: str) -> np.ndarray:
        return cuts[cut].predict(images[..., np.newaxis], batch_size=500, verbose=0)

    def frozen(chosen, asked, pull, seed, cut=LAST) -> Answer:
        weights, known_by_cut = body(seed)
        known = known_by_cut[cut]
        run.model.set_weights(weights)
        factor = 10 / np.sqrt((known**2).sum(axis=1).mean())
        head = transfer.fit_head(factor * known[chosen], pool[1][chosen], pull=pull)
        return transfer.scores(factor * features(asked, cut), head).argmax(axis=1), np.nan

    def fine_tuned(chosen, asked, rate, seed) -> Answer:
        weights, known = body(seed)
        start = [*weights[:-2], *new_head(known[LAST][chosen], pool[1][chosen])]
        trained(run, pool, chosen, rate, seed, quick, start)
        return run.predict(asked[..., np.newaxis]).argmax(axis=1), np.nan

    def from_scratch(chosen, asked, rate, seed) -> Answer:
        trained(run, pool, chosen, rate, seed, quick)
        return run.predict(asked[..., np.newaxis]).argmax(axis=1), np.nan

    pulls = PULLS[:2] if quick else PULLS
    rates, gentle = (RATES[:2], GENTLE[:2]) if quick else (RATES, GENTLE)
    task.run("nearest pixels", nearest_pixels(pool), (0.0,), labels, seeds)
    task.run("frozen", frozen, pulls, labels, seeds)
    task.run("frozen earlier", partial(frozen, cut=EARLIER), pulls, labels, seeds)
    task.run("fine-tuned", fine_tuned, gentle, labels, seeds)
    task.run("from scratch", from_scratch, rates, labels, seeds)


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where MNIST's files are.")
@click.option("--quick", is_flag=True, help="One seed, few labels and steps, on the sample.")
@click.option("--output", type=click.Path(path_type=Path), help="The file to write, CSV.")
def main(data_dir: Path | None, quick: bool, output: Path | None) -> None:
    """Learn, read, and print a line for each method."""
    (images, labels), (x_test, y_test) = load_mnist(
        "sample" if quick else "full", data_dir=data_dir
    )
    order = np.random.default_rng(0).permutation(len(images))
    train = images[order].astype("float32") / 255, labels[order].astype(int)
    test = x_test.astype("float32") / 255, y_test.astype(int)
    seeds = range(1, 2 if quick else 1 + MOST_SEEDS)
    table = Table(output)
    scanner(first(test, 200 if quick else 2_000), seeds, quick, table)
    classes(train, test, seeds, quick, table)


if __name__ == "__main__":
    main()
