"""Train ten networks as notebook 18 does, and judge their probabilities on the test digits.

    python benchmarks/calibration.py            # about two minutes on two cores
    python benchmarks/calibration.py --quick    # two seeds, few epochs, to see that it works

Notebook 18 quotes what came out; `benchmarks/results/calibration.json` keeps it. Each network learns
from 2,000 digits of the sample for 20 epochs; 2,000 others give its temperature, its thresholds, and
the epoch at which it would have been stopped. The 1,000 test digits are judged as they are there:
calibration error, and what a cheque costs where asking costs 20 and an error in the place of the
thousands, hundreds, tens or units costs 1,000, 100, 10 or 1 for each unit that a digit is off.
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
from course_utils.networks import (
    RepeatedTraining,
    build_network,
    calibration,
    split_validation,
)
from course_utils.notebooks import write_file

PLACES = np.array([1000, 100, 10, 1])
PRICE = 20
OFF = np.abs(np.arange(10)[:, np.newaxis] - np.arange(10))
THRESHOLDS = np.concatenate([np.arange(0, 0.95, 0.01), 1 - np.geomspace(0.05, 1e-6, 60)])


def cost(probabilities: np.ndarray, truth: np.ndarray, ask: np.ndarray) -> float:
    """Return what a cheque costs on average, where each digit stands once in each place."""
    off = OFF[truth, probabilities.argmax(axis=1)]
    return float(np.where(ask, PRICE, off[:, np.newaxis] * PLACES).mean(axis=0).sum())


def where_it_pays(probabilities: np.ndarray) -> np.ndarray:
    """Ask where the expected cost of the answer exceeds the price of asking."""
    expected = (probabilities * OFF[probabilities.argmax(axis=1)]).sum(axis=1)
    return expected[:, np.newaxis] * PLACES > PRICE


def below(probabilities: np.ndarray, thresholds: float | np.ndarray) -> np.ndarray:
    """Ask below one threshold, or below one for each place."""
    sure = probabilities.max(axis=1)[:, np.newaxis]
    return sure < np.broadcast_to(thresholds, PLACES.shape)


def best_thresholds(probabilities: np.ndarray, truth: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the cheapest threshold of all, and the cheapest for each place by itself."""
    asked = [below(probabilities, one) for one in THRESHOLDS]
    one = THRESHOLDS[np.argmin([cost(probabilities, truth, ask) for ask in asked])]
    off = OFF[truth, probabilities.argmax(axis=1)]
    paid = [np.where(ask, PRICE, off[:, np.newaxis] * PLACES).mean(axis=0) for ask in asked]
    return float(one), THRESHOLDS[np.argmin(paid, axis=0)]


@click.command()
@click.option("--quick", is_flag=True, help="Two seeds, two epochs.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("benchmarks/results"))
def main(quick: bool, output: Path) -> None:
    """Measure and write calibration.json."""
    (images, labels), (x_test, y_test) = load_mnist("sample")
    images, x_test = (x[..., np.newaxis].astype("float32") / 255 for x in (images, x_test))
    training = RepeatedTraining(partial(build_network, filters=8), keras.optimizers.Adam(0.003))
    epochs, rows = 2 if quick else 20, []
    for seed in range(1, 3 if quick else 11):
        digits, valid = split_validation(images, labels, 2000, seed=seed)
        history = training.fit(*digits, seed=seed, epochs=epochs, valid=valid)
        raw, raw_test = training.predict(valid[0]), training.predict(x_test)
        temperature = calibration.fit_temperature(raw, valid[1])
        soft, soft_test = (calibration.soften(p, temperature) for p in (raw, raw_test))
        best = int(np.argmin(history.valid_losses)) + 1
        training.fit(*digits, seed=seed, epochs=best)
        stopped = training.predict(x_test)
        one, each = best_thresholds(soft, valid[1])
        ways = {
            "never ask": np.zeros((len(y_test), 4), bool),
            "always ask": np.ones((len(y_test), 4), bool),
            "below 0.9, raw": below(raw_test, 0.9),
            "below 0.9, softened": below(soft_test, 0.9),
            "one threshold, tuned": below(soft_test, one),
            "four thresholds, tuned": below(soft_test, each),
            "expected cost, raw": where_it_pays(raw_test),
            "expected cost, softened": where_it_pays(soft_test),
        }
        rows.append(
            {
                "seed": seed,
                "temperature": temperature,
                "read": float((raw_test.argmax(axis=1) == y_test).mean()),
                "error": calibration.expected_calibration_error(raw_test, y_test),
                "error softened": calibration.expected_calibration_error(soft_test, y_test),
                "stopped after": best,
                "error stopped": calibration.expected_calibration_error(stopped, y_test),
                "cost": {name: cost(raw_test, y_test, ask) for name, ask in ways.items()},
                "asked": {name: float(ask.mean()) for name, ask in ways.items()},
            }
        )
        click.echo(
            f"seed {seed}: T {temperature:.2f}, error {100 * rows[-1]['error']:.1f} %, softened "
            f"{100 * rows[-1]['error softened']:.1f} %, stopped after {best} epochs "
            f"{100 * rows[-1]['error stopped']:.1f} %"
        )
    content = {"price": PRICE, "epochs": epochs, "runs": rows}
    output.mkdir(parents=True, exist_ok=True)
    write_file(output / "calibration.json", (json.dumps(content, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
