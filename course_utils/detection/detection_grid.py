"""A grid of cells over an image: what each cell of a detector should say, and what it has said.

The idea is that of YOLO, J. Redmon, S. Divvala, R. Girshick and A. Farhadi, "You only look once"
(2016): the cell that holds the centre of an object answers for it. That a size is the exponential
of what the network says comes from its second version (2017). An image of any size that is whole
in cells will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_double, as_integer, as_real, per_axis
from course_utils.detection.boxes import Detections, Objects, as_boxes, as_objects, as_share

CELL = 8  # pixels, the side of a cell
TYPICAL_SIDE = 24.0  # pixels, the side of a box whose logarithmic size is 0
# What a cell says before the classes: is an object's centre here, where in the cell (vertical,
# horizontal), and how large its box is (height, width).
BOX_CHANNELS = 5
# No box is larger than this many typical sides, however wild the network's numbers are.
_LARGEST = 50.0


class Cell(NamedTuple):
    """Where on the grid: `row` and `column`, counted from 0 at the upper left."""

    row: int
    column: int


def responsible_cell(box: ArrayLike, *, cell: int = CELL) -> Cell:
    """Return the cell that holds the centre of a box.

    Parameters
    ----------
    box
        Four numbers (top, left, bottom, right) in pixels.
    cell
        Side of a cell in pixels.

    Returns
    -------
    Cell
        A centre on the line between two cells belongs to the lower or the right one.

    Raises
    ------
    ValueError
        If `box` isn't one box.
    """
    top, left, bottom, right = as_boxes("box", as_real("box", box)[np.newaxis])[0]
    cell = as_integer("cell", cell, 1)
    return Cell(int((top + bottom) / 2 // cell), int((left + right) / 2 // cell))


def grid_targets(objects: Sequence[Objects], size: tuple[int, int]) -> np.ndarray:
    """Return what each cell should say about each image.

    Parameters
    ----------
    objects
        What is on each image, boxes in pixels.
    size
        Height and width of the images in pixels, multiples of `CELL`.

    Returns
    -------
    numpy.ndarray
        `float32` (n, height / 8, width / 8, 6): whether an object's centre lies in the cell, 1 or
        0; how far down and how far to the right in the cell, 0 to 1; the natural logarithms of
        height and width of its box in units of `TYPICAL_SIDE`; its class. All zero in cells
        without an object. Where two centres share a cell, the first object has it and the other
        is lost: a cell speaks of one object.

    Raises
    ------
    ValueError
        If `size` isn't whole in cells, boxes and labels aren't equally many or of that form, a
        centre lies outside, or a box has no area.
    """
    rows, columns = grid_shape(size)
    objects = [as_objects(f"objects[{k}]", one) for k, one in enumerate(objects)]
    targets = np.zeros((len(objects), rows, columns, BOX_CHANNELS + 1), np.float32)
    for target, (boxes, labels) in zip(targets, objects):
        for box, label in zip(boxes, labels):
            row, column = responsible_cell(box)
            if not (0 <= row < rows and 0 <= column < columns):
                raise ValueError(
                    f"objects has the box {box.tolist()}, whose centre isn't on an image of "
                    f"{size[0]}×{size[1]} pixels"
                )
            sides = box[2:] - box[:2]
            if not sides.all():
                raise ValueError(f"objects has the box {box.tolist()}, which has no area")
            if target[row, column, 0]:
                continue
            inside = (box[:2] + box[2:]) / 2 / CELL - (row, column)
            target[row, column] = 1, *inside, *np.log(sides / TYPICAL_SIDE), label
    return targets


def grid_shape(size: tuple[int, int]) -> tuple[int, int]:
    """Return how many rows and columns of cells an image of `size` pixels has.

    Raises
    ------
    ValueError
        If a side isn't a positive multiple of `CELL`.
    """
    height, width = (as_integer("size", side, 1) for side in per_axis("size", size))
    if height % CELL or width % CELL:
        raise ValueError(
            f"size is {height}×{width}, which isn't whole in cells of {CELL}×{CELL} pixels: "
            f"use multiples of {CELL}"
        )
    return height // CELL, width // CELL


def decode_grid(answers: ArrayLike, *, min_score: float = 0.01) -> Detections:
    """Turn what the cells of one image have said into boxes, classes and scores.

    Parameters
    ----------
    answers
        Array (rows, columns, 5 + classes) of any real numbers, as a detector gives them: object,
        place (2), logarithm of the size (2), and one for each class. The first three go through a
        sigmoid, those of the classes through softmax.
    min_score
        Cells with a lower score are left out.

    Returns
    -------
    Detections
        One for each cell that is left, before any suppression. Boxes are in pixels and end at the
        image's border. A score is the probability of an object here times that of its most likely
        class.

    Raises
    ------
    ValueError
        If `answers` isn't of this form or holds NaN, or `min_score` isn't between 0 and 1.
    """
    answers = as_double("answers", answers, ("rows", "columns", "channels"))
    if np.isnan(answers).any():
        raise ValueError(
            "answers holds nan: a network says so after a training that ran away, train it again "
            "with a lower learning rate"
        )
    rows, columns, channels = answers.shape
    if channels <= BOX_CHANNELS:
        raise ValueError(
            f"answers has {channels} channels: give {BOX_CHANNELS} and one for each class"
        )
    min_score = as_share("min_score", min_score)
    inside = _sigmoid(answers[..., 1:3]) + np.indices((rows, columns)).transpose(1, 2, 0)
    sides = TYPICAL_SIDE * np.exp(np.minimum(answers[..., 3:5], np.log(_LARGEST)))
    border = np.array([rows, columns] * 2) * CELL
    boxes = np.concatenate([inside * CELL - sides / 2, inside * CELL + sides / 2], axis=-1)
    chances = np.exp(answers[..., 5:] - answers[..., 5:].max(axis=-1, keepdims=True))
    chances /= chances.sum(axis=-1, keepdims=True)
    scores = _sigmoid(answers[..., 0]) * chances.max(axis=-1)
    labels = chances.argmax(axis=-1)
    places = np.flatnonzero(scores.ravel() >= min_score)
    places = places[np.argsort(-scores.ravel()[places], kind="stable")]
    return Detections(
        np.clip(boxes, 0, border).reshape(-1, 4)[places],
        labels.ravel()[places],
        scores.ravel()[places],
    )


def _sigmoid(values: np.ndarray) -> np.ndarray:
    # exp of a large number would overflow; 0 and 1 are reached long before ±500.
    return 1 / (1 + np.exp(-np.clip(values, -500, 500)))
