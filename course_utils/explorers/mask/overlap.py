"""How far two masks agree, and masks as short texts, for JavaScript to do the same."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Overlap(NamedTuple):
    """How far a mask agrees with the truth.

    Attributes
    ----------
    iou
        For each class the intersection over the union of the two areas, float64 (classes,); NaN
        for a class that is in neither.
    mean
        The mean of them from class 1 on, those in neither left out; NaN if all are.
    right, missing, extra, mixed
        How many cells have the true class (background left out), are background and shouldn't be,
        should be background and aren't, and are of a wrong class that isn't background.
    """

    iou: np.ndarray
    mean: float
    right: int
    missing: int
    extra: int
    mixed: int


def overlap(mask: np.ndarray, truth: np.ndarray, classes: int) -> Overlap:
    """Compare two masks of class numbers, int (h, w), where 0 is background."""
    pairs = np.bincount(truth.ravel() * classes + mask.ravel(), minlength=classes * classes)
    table = pairs.reshape(classes, classes)  # true class down, the mask's across
    both = np.diag(table)
    either = table.sum(axis=0) + table.sum(axis=1) - both
    iou = np.full(classes, np.nan)
    np.divide(both, either, out=iou, where=either > 0)
    known = iou[1:][either[1:] > 0]
    missing, extra = int(table[1:, 0].sum()), int(table[0, 1:].sum())
    right = int(both[1:].sum())
    mixed = int(table[1:, 1:].sum()) - right
    # One after the other, as JavaScript adds.
    mean = sum(known.tolist()) / len(known) if len(known) else float("nan")
    return Overlap(iou, mean, right, missing, extra, mixed)


def as_runs(mask: np.ndarray) -> str:
    """Write a mask as runs along its rows, such as ``"0*12 1*3"``: twelve 0, then three 1."""
    flat = mask.ravel()
    starts = np.flatnonzero(np.diff(flat, prepend=-1))
    lengths = np.diff(starts, append=flat.size)
    return " ".join(f"{flat[at]}*{length}" for at, length in zip(starts, lengths, strict=True))


def from_runs(runs: str, shape: tuple[int, int]) -> np.ndarray:
    """Return the mask, int (h, w), that `as_runs` wrote."""
    pairs = [run.split("*") for run in runs.split()]
    values, lengths = ([int(one) for one in part] for part in zip(*pairs, strict=True))
    return np.repeat(values, lengths).reshape(shape)
