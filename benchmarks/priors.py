"""Race networks of equal size, on digits as they are, in shuffled patches and scrambled.

    python benchmarks/priors.py --data-dir DIR --output data/priors.csv    # some 260 trainings
    python benchmarks/priors.py --quick    # one size, one seed and few steps, to see that it works

The networks are those of `course_utils.networks.priors`. Every training has 660 steps of 32 digits
with Adam, whose rate rises for a tenth of them and falls to zero, from the first 500 or 3,500 of
the training digits or from all 55,000; 5,000 are set aside. With 500 digits each of them is seen 42
times, with 55,000 at most once.

For each network, arrangement and number of digits, three rates are tried with seed 0 and judged on
the digits set aside (`part` is "valid"); as long as the highest is the best, three times as much is
tried as well. The best is then trained with the seeds 1, 2 and 3 and read on the 10,000 test digits
("test"), which nothing else looks at. The rival without pooling runs with 3,500 digits only. The
file has a row for each training: `read` is the percentage of the digits read. Notebook 21 reads it
by `course_utils.datasets.load_prior_trials`. What already stands in the file isn't trained again.
Ten minutes of processor time.
"""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import NamedTuple

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

import click
import numpy as np
from tables import as_csv

from course_utils.datasets import load_mnist
from course_utils.networks import RepeatedTraining, priors
from course_utils.notebooks import write_file

STEPS, QUICK_STEPS, BATCH = 660, 165, 32
SIZES, RATES, SEEDS = (500, 3_500, 55_000), (0.002, 0.006, 0.018), (1, 2, 3)


class Trial(NamedTuple):
    """A row of the file: what was trained on how many digits, and how many it read of which."""

    part: str
    arrangement: str
    digits: int
    network: str
    rate: float
    seed: int
    read: float


class Race:
    """One network and one arrangement of the digits; TensorFlow prepares the step once."""

    def __init__(
        self, network: str, data: tuple[np.ndarray, ...], known: list[Trial], steps: int
    ) -> None:
        import keras

        self.network, self.steps = network, steps
        self.known = {trial[:6]: trial for trial in known}
        self.training = RepeatedTraining(
            lambda: priors.build_prior(network), keras.optimizers.Adam(0.001)
        )
        self.x, self.y, self.x_valid, self.y_valid, self.x_test, self.y_test = data

    def read(self, arrangement: str, digits: int, rate: float, seed: int, part: str) -> Trial:
        """Train once, unless it is known, and return how many digits of a part are read."""
        key = (part, arrangement, digits, self.network, rate, seed)
        if key in self.known:
            return self.known[key]
        x, y = priors.rearrange(self.x[:digits], arrangement), self.y[:digits]
        # One "epoch" of exactly as many steps as all others have, however few digits there are.
        order = np.random.default_rng(seed)
        seen = self.steps * BATCH
        rounds = -(-seen // digits)
        picked = np.concatenate([order.permutation(digits) for _ in range(rounds)])
        picked = picked[:seen]
        self.training.fit(
            x[picked],
            y[picked],
            seed=seed,
            batch_size=BATCH,
            learning_rate=priors.rates_of_steps(rate, self.steps),
        )
        asked, truth = (
            (self.x_valid, self.y_valid) if part == "valid" else (self.x_test, self.y_test)
        )
        wrong = self.training.evaluate(priors.rearrange(asked, arrangement), truth)[1]
        return Trial(part, arrangement, digits, self.network, rate, seed, round(100 - wrong, 2))


def read_csv(path: Path) -> list[Trial]:
    """Return the trainings that a file holds."""
    with path.open(encoding="ascii", newline="") as lines:
        return [
            Trial(
                row["part"],
                row["arrangement"],
                int(row["digits"]),
                row["network"],
                float(row["rate"]),
                int(row["seed"]),
                float(row["read"]),
            )
            for row in csv.DictReader(lines)
        ]


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where MNIST's files are.")
@click.option(
    "--quick", is_flag=True, help="One size, one seed, few steps of two networks, on the sample."
)
@click.option("--output", type=click.Path(path_type=Path), help="The file to write, CSV.")
def main(data_dir: Path | None, quick: bool, output: Path | None) -> None:
    """Choose the rates, train, and print a line for each training."""
    (images, labels), (x_test, y_test) = load_mnist(
        "sample" if quick else "full", data_dir=data_dir
    )
    images, x_test = (part[..., np.newaxis].astype("float32") / 255 for part in (images, x_test))
    count = 500 if quick else 5_000
    order = np.random.default_rng(0).permutation(len(images))
    valid, train = order[:count], order[count:]
    data = (images[train], labels[train], images[valid], labels[valid], x_test, y_test)
    sizes, seeds, steps = SIZES, SEEDS, STEPS
    networks: tuple[str, ...] = (*priors.NETWORKS, priors.RIVAL)
    if quick:
        sizes, seeds, steps, networks = (500,), (1,), QUICK_STEPS, ("dense", "attention")
    known = read_csv(output) if output and output.exists() else []
    results: list[Trial] = []
    for network in networks:
        race = Race(network, data, known, steps)
        for digits in (3_500,) if network == priors.RIVAL else sizes:
            for arrangement in priors.ARRANGEMENTS:
                begun = time.process_time()
                tried = [race.read(arrangement, digits, rate, 0, "valid") for rate in RATES]
                while max(tried, key=lambda trial: trial.read) is tried[-1] and not quick:
                    higher = round(3 * tried[-1].rate, 6)
                    tried.append(race.read(arrangement, digits, higher, 0, "valid"))
                best = max(tried, key=lambda trial: trial.read).rate
                found = [race.read(arrangement, digits, best, seed, "test") for seed in seeds]
                results += tried + found
                click.echo(
                    f"{network:11} {digits:6,} {arrangement:16} "
                    f"valid {[trial.read for trial in tried]}, rate {best}: "
                    f"test {[trial.read for trial in found]}, "
                    f"{time.process_time() - begun:.0f} s"
                )
                if output:
                    write_file(output, as_csv(Trial._fields, sorted({*known, *results})))
    if output:
        write_file(output, as_csv(Trial._fields, sorted(results)))


if __name__ == "__main__":
    main()
