"""Exercises of notebook 15, images of any size and detection."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(15)


# 15.1


def dense_to_kernel(channels, height, width, weights):
    units = weights.shape[1]
    kernel = weights.reshape(channels, height, width, units)
    return kernel.transpose(1, 2, 0, 3)


# 15.2


def shifted_iou(height, width, shift):
    common = height * (width - shift)
    union = 2 * height * width - common
    return common / union


# 15.3


def lost_objects(boxes, side):
    taken = set()
    for top, left, bottom, right in boxes:
        row = (top + bottom) / 2 // side
        column = (left + right) / 2 // side
        taken.add((row, column))
    return len(boxes) - len(taken)


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


# 15.5


def boxes_of_pieces(ink):
    rows, columns = ink.shape
    seen = np.zeros(ink.shape, bool)
    boxes = []
    for start in zip(*np.nonzero(ink)):
        if seen[start]:
            continue
        seen[start] = True
        waiting, piece = [start], []
        while waiting:
            row, column = waiting.pop()
            piece.append((row, column))
            for r in range(max(row - 1, 0), min(row + 2, rows)):
                for c in range(max(column - 1, 0), min(column + 2, columns)):
                    if ink[r, c] and not seen[r, c]:
                        seen[r, c] = True
                        waiting.append((r, c))
        places = np.array(piece)
        boxes.append((*places.min(axis=0), *(places.max(axis=0) + 1)))
    return boxes


def _sorted_boxes(boxes):
    """Boxes in an order that doesn't depend on the search."""
    return np.array(sorted(tuple(float(edge) for edge in box) for box in boxes)).reshape(-1, 4)


def _pieces(ink, *, corners=True, last=1):
    """The boxes by SciPy: with touching corners or without, their ends moved by `last`."""
    from scipy import ndimage

    labels, _ = ndimage.label(ink, np.ones((3, 3)) if corners else None)
    return [
        (rows.start, columns.start, rows.stop - 1 + last, columns.stop - 1 + last)
        for rows, columns in ndimage.find_objects(labels)
    ]


def _ink(*lines):
    return np.array([[mark == "#" for mark in line] for line in lines])


def _without_the_falling(right, positives):
    hits, area = 0, 0.0
    for count, is_right in enumerate(right, start=1):
        hits += is_right
        area += is_right * hits / count / positives
    return area


def _area(right, positives):
    """The solution's value, for mistakes that miss it by something."""
    return area_under_steps(right, positives)


def _moved_box(rng):
    height, width = (int(side) for side in rng.integers(1, 40, 2))
    return height, width, int(rng.integers(width + 1))


EXERCISES = (
    FunctionExercise(
        number="15.1",
        title="From a dense layer of another library to a kernel",
        solution=dense_to_kernel,
        cases=[
            (2, 3, 4, np.arange(48.0).reshape(24, 2)),
            (4, 5, 3, _random.normal(size=(60, 7)).round(2)),
            (3, 2, 2, np.arange(12.0).reshape(12, 1)),
        ],
        also_right=[
            lambda channels, height, width, weights: np.moveaxis(
                weights.reshape(channels, height, width, -1), 0, 2
            ),
        ],
        lesson="split the rows in the order in which they were joined, then put the axes in the "
        "order that the kernel needs: reshape first, transpose after it.",
        why="reshape never moves a number, it only counts on; to change an order takes transpose.",
        hints=[
            "How many numbers does a flattened map have? As many as the weights have rows.",
            "Split the rows with a reshape in the order in which they were joined: channels, "
            "height, width. The units stay last.",
            "Your four axes are now (channels, height, width, units). transpose takes their "
            "numbers in the new order.",
        ],
        mistakes=[
            Mistake(
                lambda channels, height, width, weights: weights.reshape(
                    height, width, channels, -1
                ),
                "you split the rows as Keras would have joined them. Here the channels come first, "
                "and the width runs fastest: reshape in that order, then move the axes.",
            ),
            Mistake(
                lambda channels, height, width, weights: weights.reshape(
                    channels, height, width, -1
                ),
                "your kernel still has the channels first. Keras' kernels are (height, width, "
                "channels, units): transpose.",
            ),
            Mistake(
                lambda channels, height, width, weights: weights.reshape(
                    channels, height, width, -1
                ).transpose(2, 1, 0, 3),
                "you exchanged height and width: rows come before columns.",
            ),
            Mistake(
                lambda channels, height, width, weights: weights.reshape(
                    channels, height, width, -1
                ).transpose(2, 0, 1, 3),
                "transpose names, for each new axis, the old one that goes there: the first new "
                "axis is the height, which is old axis 1.",
            ),
            Mistake(
                lambda channels, height, width, weights: weights.reshape(
                    -1, channels, height, width
                ).transpose(2, 3, 1, 0),
                "you split the units off at the front. They are the last axis of the weights: "
                "reshape to (channels, height, width, units).",
            ),
            Mistake(
                lambda channels, height, width, weights: weights.reshape(
                    channels, height, width, -1, order="F"
                ).transpose(1, 2, 0, 3),
                'order="F" lets the first axis run fastest. Flattening lets the last one run '
                "fastest, which is reshape's default.",
            ),
        ],
    ),
    FunctionExercise(
        number="15.2",
        title="Overlap of a box with itself, moved",
        solution=shifted_iou,
        fresh=_moved_box,
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
        title="Count the objects that a grid of cells loses",
        solution=lost_objects,
        cases=[
            # three centres in one cell, a fourth beside it
            (
                np.array([[0, 0, 10, 6], [2, 2, 8, 8], [0, 0, 2, 4.0], [0, 6, 10, 14]]),
                8,
            ),
            # the same corner, other cells; other corners, the same cell
            (np.array([[0, 0, 8, 8], [0, 0, 20, 24], [4, 6, 18, 18.0]]), 8),
            # a centre on the border of two cells belongs to the one that begins there
            (np.array([[0, 0, 16, 16], [8, 8, 12, 12.0], [8, 8, 10, 10]]), 8),
            # half a pixel before and after a border
            (np.array([[0, 0, 7, 7], [0, 0, 8, 8.0], [2, 2, 7, 7], [0, 2, 7, 7]]), 4),
            # the same sums of row and column, the same row
            (np.array([[0, 16, 8, 24], [8, 8, 16, 16], [16, 0, 24, 8], [16, 16, 24, 24.0]]), 8),
            (np.zeros((0, 4)), 8),
        ],
        also_right=[
            lambda boxes, side: (
                len(boxes)
                - len({((b[0] + b[2]) // (2 * side), (b[1] + b[3]) // (2 * side)) for b in boxes})
            ),
            lambda boxes, side: (
                len(boxes)
                - len(
                    np.unique((boxes[:, :2] + boxes[:, 2:]) / 2 // side, axis=0)
                    if len(boxes)
                    else []
                )
            ),
        ],
        lesson="the first centre in a cell takes it, and each further one is lost: objects minus "
        "different cells.",
        why="A finer grid loses fewer and asks more cells. Later detectors let each cell speak of "
        "several boxes instead.",
        hints=[
            "The centre lies halfway between top and bottom, and halfway between left and right. "
            "How many whole cells fit before it?",
            "A set keeps each pair (row, column) once. How many boxes did not get a pair of their "
            "own?",
        ],
        mistakes=[
            Mistake(
                lambda boxes, side: len(boxes) - len({(b[0] // side, b[1] // side) for b in boxes}),
                "you took the cells of the upper left corners. The cell of the centre answers.",
            ),
            Mistake(
                lambda boxes, side: len(
                    {((b[0] + b[2]) / 2 // side, (b[1] + b[3]) / 2 // side) for b in boxes}
                ),
                "this is the number of objects that are kept. Lost are the others: take it from "
                "the number of boxes.",
            ),
            Mistake(
                lambda boxes, side: (
                    len(boxes)
                    - len(
                        {
                            (round((b[0] + b[2]) / 2 / side), round((b[1] + b[3]) / 2 / side))
                            for b in boxes
                        }
                    )
                ),
                "you rounded to the nearest cell. A place 3.9 cells down is still in cell 3: round "
                "down.",
            ),
            Mistake(
                lambda boxes, side: (
                    len(boxes) - len({((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for b in boxes})
                ),
                "you compared the centres themselves. Two centres in different places may share a "
                "cell: divide by the side and round down.",
            ),
            Mistake(
                lambda boxes, side: (
                    len(boxes)
                    - len({(b[0] + b[2]) / 2 // side + (b[1] + b[3]) / 2 // side for b in boxes})
                ),
                "you added row and column. Cells (1, 2) and (2, 1) are two: keep the pair.",
            ),
            Mistake(
                lambda boxes, side: len(boxes) - len({(b[0] + b[2]) / 2 // side for b in boxes}),
                "you looked at the rows only. Two centres share a cell if row and column agree.",
            ),
            Mistake(
                lambda boxes, side: (
                    len(boxes)
                    - len({((b[2] - b[0]) / 2 // side, (b[3] - b[1]) / 2 // side) for b in boxes})
                ),
                "half the difference of two edges is half a side. The centre is half their sum.",
            ),
            Mistake(
                lambda boxes, side: (
                    len(boxes)
                    - len(
                        {
                            (
                                np.ceil((b[0] + b[2]) / 2 / side) - 1,
                                np.ceil((b[1] + b[3]) / 2 / side) - 1,
                            )
                            for b in boxes
                        }
                    )
                ),
                "right but for a centre on a border between two cells: it belongs to the cell that "
                "begins there. Round down.",
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
    FunctionExercise(
        number="15.5",
        title="Find the connected pieces of ink",
        solution=boxes_of_pieces,
        cases=[
            (_ink("##...", "#....", "....#", "...##"),),
            # corners alone hold these together
            (_ink("#....#", ".#..#.", "..##..", "......", "#....."),),
            # a spiral, whose pixels meet late; a piece inside another's box
            (_ink("#######", "#.....#", "#.###.#", "#.#...#", "#.#####", "#......", "#######"),),
            (_ink("######", "#....#", "#.##.#", "#....#", "######"),),
            # a U joins only at its foot
            (_ink("#.#.#", "#.#.#", "#.###", "#...."),),
            (_ink("###.##", "###.#.", ".#.#..", "##....", "#.##.#"),),
            (_random.random((17, 23)) < 0.3,),
            (np.zeros((3, 4), bool),),
        ],
        measure=_sorted_boxes,
        also_right=[_pieces],
        lesson="a list of pixels to visit and a mark on those already seen: each piece is found "
        "once, in as many steps as there are pixels.",
        why="Marking a pixel when it is put on the list keeps it from being put there twice. This "
        "is how the paint bucket of a drawing program works.",
        hints=[
            "Go through all pixels. Where you meet ink that no piece has yet, a new piece begins.",
            "Take a pixel from the list, look at its eight neighbours, and put those that are ink "
            "and not yet seen on the list.",
            "Rows run from max(row - 1, 0) to row + 1, columns likewise; at the other end, stop at "
            "the last row. The box ends one beyond the largest row and column of the piece.",
        ],
        mistakes=[
            Mistake(
                lambda ink: _pieces(ink, corners=False),
                "pixels that touch by a corner belong together, and you took only the four that "
                "share an edge. Look at all eight neighbours.",
            ),
            Mistake(
                lambda ink: _pieces(ink, last=0),
                "a box ends where its last pixel ends, one beyond that pixel's row and column: "
                "pixel (0, 0) alone fills the box (0, 0, 1, 1).",
            ),
            Mistake(
                lambda ink: [
                    (left, top, right, bottom) for top, left, bottom, right in _pieces(ink)
                ],
                "you put the columns first. A box is (top, left, bottom, right).",
            ),
            Mistake(
                lambda ink: [(r, c, r + 1, c + 1) for r, c in zip(*np.nonzero(ink))],
                "this is a box for each pixel. Pixels that touch belong to one piece.",
            ),
            Mistake(
                lambda ink: _pieces(ink)[:1],
                "you stopped after the first piece. Go on with the ink that no piece has yet.",
            ),
            Mistake(
                lambda ink: _pieces(~ink),
                "you followed the paper. Ink is where the array is True.",
            ),
            Mistake(
                lambda ink: [
                    (top, left, bottom - top, right - left)
                    for top, left, bottom, right in _pieces(ink)
                ],
                "the last two numbers are height and width. Give the bottom and right edges.",
            ),
        ],
    ),
)
