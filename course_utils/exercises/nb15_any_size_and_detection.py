"""Exercises of notebook 15, images of any size and detection."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(15)


# 15.1


def dense_to_kernel(map_shape, weights):
    height, width, channels = map_shape
    units = weights.shape[1]
    return weights.reshape(height, width, channels, units)


# 15.2


def shifted_iou(height, width, shift):
    common = height * (width - shift)
    union = 2 * height * width - common
    return common / union


# 15.3


def cell_of(box, side):
    top, left, bottom, right = box
    middle_y, middle_x = (top + bottom) / 2, (left + right) / 2
    return int(middle_y // side), int(middle_x // side)


# 15.4


def area_under_steps(right, positives):
    hits, precisions = 0, []
    for count, is_right in enumerate(right, start=1):
        hits = hits + is_right
        precisions.append(hits / count)
    area = 0.0
    for place, is_right in enumerate(right):
        if is_right:
            area = area + max(precisions[place:]) / positives
    return area


def _without_the_falling(right, positives):
    hits, area = 0, 0.0
    for count, is_right in enumerate(right, start=1):
        hits += is_right
        area += is_right * hits / count / positives
    return area


def _area(right, positives):
    """The solution's value, for mistakes that miss it by something."""
    return area_under_steps(right, positives)


EXERCISES = (
    FunctionExercise(
        number="15.1",
        title="Turn the weights of a dense layer into a kernel",
        solution=dense_to_kernel,
        cases=[
            ((2, 3, 2), np.arange(24.0).reshape(12, 2)),
            ((5, 3, 4), _random.normal(size=(60, 7)).round(2)),
        ],
        also_right=[lambda map_shape, weights: weights.reshape(*map_shape, -1)],
        lesson="flattened maps are in the order height, width, channels, so one reshape makes a "
        "dense layer's weights the kernel of a convolution.",
        why="reshape splits the first axis as flattening had joined it, and leaves the units "
        "alone.",
        hints=[
            "How many numbers does a flattened map have? As many as the weights have rows.",
            "Split the first axis of the weights into three; the second stays the last.",
            "reshape splits an axis as flattening had joined it. Which four lengths does it need?",
        ],
        mistakes=[
            Mistake(
                lambda map_shape, weights: weights.reshape(
                    map_shape[2], map_shape[0], map_shape[1], -1
                ).transpose(1, 2, 0, 3),
                "you split the rows as channels first. Keras keeps the channels last, and flattens "
                "with the channels running fastest.",
            ),
            Mistake(
                lambda map_shape, weights: weights.reshape(
                    map_shape[2], map_shape[0], map_shape[1], -1
                ),
                "your kernel has the channels first. Keras' kernels are (height, width, channels, "
                "units).",
            ),
            Mistake(
                lambda map_shape, weights: weights.reshape(
                    map_shape[1], map_shape[0], map_shape[2], -1
                ).transpose(1, 0, 2, 3),
                "you exchanged height and width: rows come before columns.",
            ),
            Mistake(
                lambda map_shape, weights: weights.reshape(-1, *map_shape),
                "you put the units first. They are the last axis, of the weights and of the "
                "kernel.",
            ),
            Mistake(
                lambda map_shape, weights: weights.T.reshape(*map_shape, -1),
                "you transposed the weights first, which mixes units with places. Leave them as "
                "they are.",
            ),
            Mistake(
                lambda map_shape, weights: weights.reshape(*map_shape, weights.shape[1], order="F"),
                'order="F" lets the first axis run fastest. Flattening lets the last one run '
                "fastest, which is reshape's default.",
            ),
            Mistake(
                lambda map_shape, weights: np.moveaxis(weights.reshape(*map_shape, -1), 3, 0),
                "you moved the units to the front. In a kernel they are the last axis.",
            ),
        ],
    ),
    FunctionExercise(
        number="15.2",
        title="Overlap of a box with itself, moved",
        solution=shifted_iou,
        cases=[(20, 16, 1), (20, 4, 1), (7, 9, 4), (5, 3, 0)],
        also_right=[lambda height, width, shift: (width - shift) / (width + shift)],
        lesson="the IoU after a shift is (width − shift) / (width + shift), whatever the height: "
        "narrow boxes forgive little.",
        why="The height cancels, so a 1 that is 4 pixels wide keeps 3/5 after one pixel, where a 0 "
        "of 16 pixels keeps 15/17.",
        hints=[
            "How wide is the part that both share? It is as high as the boxes.",
            "Union: the area of both, minus what would be counted twice.",
        ],
        mistakes=[
            Mistake(
                lambda height, width, shift: (width - shift) / width,
                "you divided by the area of one box. The union is larger: both boxes, the shared "
                "part counted once.",
            ),
            Mistake(
                lambda height, width, shift: (width - shift) / (2 * width),
                "your union counts the shared part twice: subtract it once.",
            ),
            Mistake(
                lambda height, width, shift: (
                    (height - shift)
                    * (width - shift)
                    / (2 * height * width - (height - shift) * (width - shift))
                ),
                "you moved the box down as well. It moves to the right only, so both heights are "
                "shared whole.",
            ),
            Mistake(
                lambda height, width, shift: (height - shift) / (height + shift),
                "you moved the box along its height. To the right, the width shrinks.",
            ),
            Mistake(
                lambda height, width, shift: (
                    height * (width - shift) // (2 * height * width - height * (width - shift))
                ),
                "// drops the fraction, and an IoU below 1 becomes 0. Divide with /.",
            ),
            Mistake(
                lambda height, width, shift: height * (width - shift),
                "this is the area that both share. Divide it by the area of their union.",
            ),
        ],
    ),
    FunctionExercise(
        number="15.3",
        title="Find the cell that answers for a box",
        solution=cell_of,
        cases=[
            ((3, 20, 15, 41), 8),
            ((0, 0, 10, 40), 16),
            ((33, 61.5, 52, 70), 8),
            # centres on a border of cells, and half a pixel before and after it
            ((0, 0, 16, 16), 8),
            ((4, 9, 11, 22), 8),
            ((10, 1, 23, 14), 17),
            ((0, 0, 16.5, 20.5), 8),
            ((9, 0, 24, 15), 16),
        ],
        also_right=[
            lambda box, side: (
                int((box[0] + box[2]) / 2 / side),
                int((box[1] + box[3]) / 2 / side),
            ),
            lambda box, side: [
                int(np.floor((box[0] + box[2]) / (2 * side))),
                int(np.floor((box[1] + box[3]) / (2 * side))),
            ],
        ],
        lesson="the cell that holds the centre answers: half the sum of the edges, divided by the "
        "cell's side, rounded down.",
        why="Each centre lies in exactly one cell, so exactly one is asked, however large the "
        "object.",
        hints=[
            "The centre lies halfway between top and bottom, and halfway between left and right.",
            "How many whole cells fit between the edge of the image and the centre?",
        ],
        mistakes=[
            Mistake(
                lambda box, side: (int(box[0] // side), int(box[1] // side)),
                "you took the cell of the upper left corner. The cell with the centre answers.",
            ),
            Mistake(
                lambda box, side: (
                    int((box[1] + box[3]) / 2 // side),
                    int((box[0] + box[2]) / 2 // side),
                ),
                "row and column are exchanged: the row follows from top and bottom.",
            ),
            Mistake(
                lambda box, side: (
                    round((box[0] + box[2]) / 2 / side),
                    round((box[1] + box[3]) / 2 / side),
                ),
                "you rounded to the nearest cell. A place 3.9 cells down is still in cell 3: round "
                "down.",
            ),
            Mistake(
                lambda box, side: ((box[0] + box[2]) / 2 / side, (box[1] + box[3]) / 2 / side),
                "these are places in units of cells, with fractions. Round them down to whole "
                "cells.",
            ),
            Mistake(
                lambda box, side: (int((box[0] + box[2]) / 2), int((box[1] + box[3]) / 2)),
                "this is the centre in pixels. Divide by the side of a cell.",
            ),
            Mistake(
                lambda box, side: (
                    int((box[2] - box[0]) / 2 // side),
                    int((box[3] - box[1]) / 2 // side),
                ),
                "half the difference of two edges is half a side. The centre is half their sum.",
            ),
            Mistake(
                lambda box, side: (
                    int(np.ceil((box[0] + box[2]) / 2 / side)) - 1,
                    int(np.ceil((box[1] + box[3]) / 2 / side)) - 1,
                ),
                "right but for a centre on a border between two cells: it belongs to the cell that "
                "begins there. Round down.",
            ),
            Mistake(
                lambda box, side: (
                    round((box[0] + box[2]) / 2) // side,
                    round((box[1] + box[3]) / 2) // side,
                ),
                "you rounded the centre to whole pixels, which can carry it over a border. Divide "
                "it as it is, then round down.",
            ),
            Mistake(
                lambda box, side: (
                    int((box[0] + box[2] - 1) / 2 // side),
                    int((box[1] + box[3] - 1) / 2 // side),
                ),
                "your centre lies half a pixel too far up and left. It is (top + bottom) / 2, "
                "without − 1.",
            ),
            Mistake(
                lambda box, side: (
                    int((box[0] + box[2] + 1) // 2 // side),
                    int((box[1] + box[3] + 1) // 2 // side),
                ),
                "your centre lies up to half a pixel too far down and right. It is "
                "(top + bottom) / 2, without + 1.",
            ),
        ],
    ),
    FunctionExercise(
        number="15.4",
        title="Average precision of a list of detections",
        solution=area_under_steps,
        cases=[
            ([True, False, True], 2),
            ([True, False, True, True, False], 4),
            ([False, True, False, False, True, True], 5),
            ([False, False], 3),
        ],
        lesson="each right detection adds a step of width 1 / positives, as high as the best "
        "precision from there on; what is never found adds nothing.",
        why="The height is the best precision there or later, so the curve can only fall, and "
        "wrong detections after the last right one cost nothing.",
        hints=[
            "First write down the precision after each detection: right ones so far / detections "
            "so far.",
            "Recall grows only at a right detection, each time by 1 / positives.",
            "The step's height is the largest precision from this detection to the end.",
        ],
        mistakes=[
            Mistake(
                _without_the_falling,
                "your heights are the precisions at the right detections. The falling curve counts "
                "the best precision there or later.",
            ),
            Mistake(
                lambda right, positives: _area(right, positives) * positives / max(1, sum(right)),
                "you divided by the number of objects found. Those that were never found count "
                "too: divide by `positives`.",
            ),
            Mistake(
                lambda right, positives: sum(right) / len(right),
                "this is the precision of the whole list. Go down the list and add a step for each "
                "right detection.",
            ),
            Mistake(
                lambda right, positives: sum(right) / positives,
                "this is the recall of the whole list: each step has the width 1 / positives, but "
                "its height is a precision.",
            ),
            Mistake(
                lambda right, positives: float(
                    np.mean(np.cumsum(right) / np.arange(1, len(right) + 1))
                ),
                "you averaged the precision over all detections. Only right ones move recall, and "
                "each counts 1 / positives.",
            ),
        ],
    ),
)
