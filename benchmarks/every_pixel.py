"""Give each pixel of a canvas a class: three small networks and a rival without training.

    python benchmarks/every_pixel.py --output data/every_pixel.csv    # nine trainings, some minutes
    python benchmarks/every_pixel.py --quick    # one seed, few canvases, to see that it works

The networks are those of `course_utils.networks.segmentation`: a U-Net with and without skips, and
six convolutions at full size, plain and dilated. Each is trained as in notebook 20 (1,800 canvases
of 40×40 with four to six digits that may overlap, from the sample's training digits; four epochs; a
pixel of ink counts five times), with three seeds; the U-Net also with equal weights. The rival
takes every piece of ink that hangs together for one digit, lets the stored network of
`course_utils.handwriting` read it, and gives all its pixels that class.

All are judged on 300 canvases of test digits with the digits apart, and 300 with the digits
crowded. The columns: `network`, "even weights" is the U-Net with equal weights, the rival
"components"; `seed`, 0 for the rival; `canvases`, "apart" or "crowded"; `overlap`, the mean over
eleven classes of intersection over union; `edge`, the share of right pixels among those at an edge
of ink, in per cent.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

import click
import numpy as np
from tables import as_csv

from course_utils.datasets import PIXEL_TRIAL_DTYPE, load_mnist
from course_utils.detection import make_canvases
from course_utils.networks import segmentation, split_validation
from course_utils.notebooks import write_file

SEEDS, CANVASES, EXAM = (1, 2, 3), 1_800, 300
EVEN = "even weights"


def judged(masks: np.ndarray, said: np.ndarray) -> tuple[float, float]:
    """Return the mean overlap of the classes, and the share of edge pixels that are right, in %."""
    edges, classes = segmentation.edges_of(masks), segmentation.PAPER + 1
    overlap = np.nanmean(segmentation.class_overlaps(masks, said, classes=classes))
    return round(float(overlap), 4), round(100 * float(np.mean((masks == said)[edges])), 2)


@click.command()
@click.option("--quick", is_flag=True, help="One seed, few canvases.")
@click.option("--output", type=click.Path(path_type=Path), help="Where to write the table, CSV.")
def main(quick: bool, output: Path | None) -> None:
    """Train, judge, print, and write the table."""
    seeds, canvases, count = ((1,), 80, 20) if quick else (SEEDS, CANVASES, EXAM)
    (images, labels), test = load_mnist("sample")
    exams = {
        name: make_canvases(*test, count, overlap=overlap, seed=0, **segmentation.CANVAS)
        for name, overlap in segmentation.OVERLAPS.items()
    }
    rows = []

    def judge(network: str, seed: int, answer: Callable[[np.ndarray], np.ndarray]) -> None:
        for name, exam in exams.items():
            overlap, edge = judged(exam.masks, answer(exam.images))
            rows.append((network, seed, name, overlap, edge))
            click.echo(f"{network:12} seed {seed}, {name:7} overlap {overlap:.3f}, edges {edge} %")

    judge("components", 0, segmentation.classes_by_components)
    for network in (*segmentation.KINDS, EVEN):
        for seed in seeds:
            train, _ = split_validation(images, labels, 480, seed=seed)
            made = make_canvases(
                *train,
                canvases,
                overlap=segmentation.OVERLAPS["crowded"],
                seed=seed,
                **segmentation.CANVAS,
            )
            kind, weight = ("skips", 1) if network == EVEN else (network, segmentation.INK_WEIGHT)
            model = segmentation.train_unet(
                kind, made.images, made.masks, seed=seed, ink_weight=weight
            )
            judge(network, seed, partial(segmentation.classes_of, model))
    if output:
        write_file(output, as_csv(PIXEL_TRIAL_DTYPE.names, rows))


if __name__ == "__main__":
    main()
