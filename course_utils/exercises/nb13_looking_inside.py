"""Exercises of notebook 13, looking inside."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(13)


# 13.1


def strongest_place(response_map):
    place = response_map.argmax()
    row, column = np.unravel_index(place, response_map.shape)
    return int(row), int(column)


def _strongest_by_loop(response_map):
    best = (0, 0)
    for i in range(response_map.shape[0]):
        for j in range(response_map.shape[1]):
            if response_map[i, j] > response_map[best]:
                best = (i, j)
    return best


# 13.2


def patch_seen(image, row, column, size, jump):
    top, left = row * jump, column * jump
    return image[top : top + size, left : left + size]


def _patch_around_the_centre(image, row, column, size, jump):
    top, left = max(row * jump - size // 2, 0), max(column * jump - size // 2, 0)
    return image[top : top + size, left : left + size]


# 13.3


def rather_than(maps, gradients, rival_gradients):
    weights = (gradients - rival_gradients).mean(axis=(0, 1))
    return np.maximum(maps @ weights, 0)


def _rather_by_loop(maps, gradients, rival_gradients):
    total = np.zeros(maps.shape[:2])
    for k in range(maps.shape[2]):
        total += (gradients[:, :, k].mean() - rival_gradients[:, :, k].mean()) * maps[:, :, k]
    return np.where(total > 0, total, 0)


def _rather_by_two_sums(maps, gradients, rival_gradients):
    ours, theirs = (each.mean(axis=(0, 1)) for each in (gradients, rival_gradients))
    return np.maximum(maps @ ours - maps @ theirs, 0)


def _grad_cam(maps, gradients):
    return np.maximum(maps @ gradients.mean(axis=(0, 1)), 0)


def _maps_and_gradients(h, w, filters):
    # Both signs, so that the place of the ReLU shows.
    slopes = _random.normal(size=(2, h, w, filters))
    return _random.random((h, w, filters)), *slopes


# 13.4


def shift_to_centre(image):
    mass = image.sum()
    row = np.arange(image.shape[0]) @ image.sum(axis=1) / mass
    column = np.arange(image.shape[1]) @ image.sum(axis=0) / mass
    return round(14 - row), round(14 - column)


def _shift_by_grids(image):
    rows, columns = np.indices(image.shape)
    row = np.average(rows, weights=image)
    column = np.average(columns, weights=image)
    return int(np.rint(14 - row)), int(np.rint(14 - column))


def _shift_of_the_box(image):
    rows, columns = np.nonzero(image)
    return (
        round(14 - (rows.min() + rows.max()) / 2),
        round(14 - (columns.min() + columns.max()) / 2),
    )


def _shift_of_the_inked_pixels(image):
    rows, columns = np.nonzero(image)
    return round(14 - rows.mean()), round(14 - columns.mean())


def _strongest_from_zero(response_map):
    best, place = 0, (0, 0)
    for i, j in np.ndindex(response_map.shape):
        if response_map[i, j] > best:
            best, place = response_map[i, j], (i, j)
    return place


def _unrounded_shift(image):
    rows, columns = np.indices(image.shape)
    return (
        14 - float(np.average(rows, weights=image)),
        14 - float(np.average(columns, weights=image)),
    )


def _ink(top, left, brightness):
    """A 28×28 image with these rows of brightness, its corner at (top, left)."""
    image = np.zeros((28, 28))
    brightness = np.array(brightness, float)
    height, width = brightness.shape
    image[top : top + height, left : left + width] = brightness
    return image


EXERCISES = (
    FunctionExercise(
        number="13.1",
        title="Find where a filter answered loudest",
        solution=strongest_place,
        cases=[
            (np.array([[0.0, 1, 3, 2], [5, 0, 1, 9], [2, 0, 4, 1]]),),
            (_random.random((6, 9)),),
            (-_random.random((7, 4)) - 1,),
            (_random.permutation(40).reshape(8, 5) - 20,),
        ],
        also_right=[
            _strongest_by_loop,
            lambda m: np.unravel_index(np.argmax(m), m.shape),
            lambda m: np.argwhere(m == m.max())[0],
        ],
        lesson="argmax counts through the rows one after another, and unravel_index turns its "
        "count back into a row and a column.",
        why="argmax treats the map as one long row; its shape is needed to find the way back.",
        hints=[
            "response_map.argmax() gives one number. What does it count?",
            "np.unravel_index(number, shape) turns such a number into indices.",
        ],
        mistakes=[
            Mistake(
                lambda m: m.argmax(),
                "that is the place in the map read out as one long row. Turn it into a row and a "
                "column with np.unravel_index(place, response_map.shape).",
            ),
            Mistake(
                lambda m: strongest_place(m)[::-1],
                "row and column are exchanged. Return the row first, as in response_map[row, "
                "column].",
            ),
            Mistake(
                lambda m: strongest_place(-m),
                "you found the smallest number. Use argmax, not argmin.",
            ),
            Mistake(
                lambda m: m.max(),
                "that is how loud the answer was. The question is where: use argmax.",
            ),
            Mistake(
                lambda m: tuple(k + 1 for k in strongest_place(m)),
                "you counted from 1. Indices count from 0, in the first row as everywhere.",
            ),
            Mistake(
                lambda m: m.argmax(axis=0),
                "with axis=0 you get a row for every column. Leave axis out, then use "
                "np.unravel_index.",
            ),
            Mistake(
                _strongest_from_zero,
                "your search begins with 0 as the largest so far, and a map of negative numbers "
                "never beats it. Begin with the first number of the map.",
            ),
            Mistake(
                lambda m: strongest_place(np.abs(m)),
                "you looked for the largest absolute value. The largest number is asked for.",
            ),
        ],
    ),
    FunctionExercise(
        number="13.2",
        title="Cut out what a cell saw",
        solution=patch_seen,
        cases=[
            (_random.integers(0, 256, (9, 11)), 1, 2, 4, 2),
            (_random.integers(0, 256, (28, 28)), 5, 0, 14, 2),
            (_random.integers(0, 256, (20, 16)), 2, 3, 5, 3),
            (_random.integers(0, 256, (6, 20)), 0, 5, 4, 3),
            (_random.integers(0, 256, (20, 6)), 5, 1, 3, 3),
        ],
        also_right=[
            lambda image, row, column, size, jump: image[row * jump :, column * jump :][
                :size, :size
            ]
        ],
        lesson="a cell's place times the jump is the corner of what it sees, however many layers "
        "lie between.",
        why="Every step on the layer is a jump of so many pixels on the image, and cell (0, 0) "
        "begins at the corner.",
        hints=[
            "Where does cell (0, 1) begin to look, if cell (0, 0) begins at column 0?",
            "The corner is at row · jump and column · jump. Where does a slice of `size` rows end?",
        ],
        mistakes=[
            Mistake(
                lambda image, row, column, size, jump: patch_seen(image, row, column, size, 1),
                "you forgot the jump. A step on the layer is a step of `jump` pixels on the "
                "image: multiply row and column by it.",
            ),
            Mistake(
                lambda image, row, column, size, jump: patch_seen(image, column, row, size, jump),
                "row and column are exchanged. The row goes with axis 0, the first index.",
            ),
            Mistake(
                lambda image, row, column, size, jump: image[
                    row * jump : size, column * jump : size
                ],
                "your slices end at size, wherever they begin. They should be size long: end at "
                "top + size and left + size.",
            ),
            Mistake(
                lambda image, row, column, size, jump: patch_seen(image, row, column, size, size),
                "your patches lie side by side. Neighbouring cells see overlapping patches, only "
                "`jump` pixels apart.",
            ),
            Mistake(
                _patch_around_the_centre,
                "you put the patch's middle where its corner belongs. Cell (0, 0) sees the top "
                "left corner of the image, so its patch begins at 0.",
            ),
            Mistake(
                lambda image, row, column, size, jump: patch_seen(
                    image, row, column, size + 1, jump
                ),
                "your patch is one pixel too large each way. A slice ends before its stop: take "
                "top + size, without + 1.",
            ),
        ],
    ),
    FunctionExercise(
        number="13.3",
        title="Ask Grad-CAM what tells one class from another",
        solution=rather_than,
        cases=[
            _maps_and_gradients(3, 4, 2),
            _maps_and_gradients(8, 8, 5),
            _maps_and_gradients(5, 7, 3),
            tuple(_random.normal(size=(3, 4, 3, 3))),
        ],
        also_right=[_rather_by_loop, _rather_by_two_sums],
        lesson="the score that a map asks about may be a difference of two, and the ReLU then "
        "keeps what speaks for the one class rather than the other.",
        why="The slope of a difference is the difference of the slopes, and the ReLU comes last: "
        "two finished maps have already lost what speaks against their class.",
        hints=[
            "What is the gradient of a difference of two scores?",
            "Grad-CAM of that difference: over which axes of its gradients do you take the mean?",
            "maps @ weights multiplies each map by its weight and adds them up. What speaks for "
            "the rival is left out last of all, from the whole sum.",
        ],
        mistakes=[
            Mistake(
                lambda maps, ours, theirs: _grad_cam(maps, ours) - _grad_cam(maps, theirs),
                "you subtracted two finished maps, each cut off at 0 before. Subtract the "
                "gradients first, and take np.maximum(…, 0) once, at the end.",
            ),
            Mistake(
                lambda maps, ours, theirs: np.maximum(
                    _grad_cam(maps, ours) - _grad_cam(maps, theirs), 0
                ),
                "each of the two maps was cut off at 0 before you subtracted. What speaks against "
                "the rival is lost that way: subtract the gradients first.",
            ),
            Mistake(
                lambda maps, ours, theirs: _grad_cam(maps, ours),
                "that is the map of the first class alone. Ask about the difference of the two "
                "scores: its gradients are gradients − rival_gradients.",
            ),
            Mistake(
                lambda maps, ours, theirs: rather_than(maps, theirs, ours),
                "the two classes are exchanged: your map shows what speaks for the rival. Take "
                "the first gradients minus the rival's.",
            ),
            Mistake(
                lambda maps, ours, theirs: maps @ (ours - theirs).mean(axis=(0, 1)),
                "your map has negative numbers, which speak for the rival. Keep what speaks for "
                "the first class: put np.maximum(…, 0) around the sum.",
            ),
            Mistake(
                lambda maps, ours, theirs: np.maximum(maps @ (ours - theirs).sum(axis=(0, 1)), 0),
                "you summed the gradients. The weight is their mean over the positions, so your "
                "map is too large by the number of cells.",
            ),
            Mistake(
                lambda maps, ours, theirs: np.maximum(
                    maps * (ours - theirs).mean(axis=(0, 1)), 0
                ).sum(axis=2),
                "your ReLU stands inside the sum, so that filters which speak for the rival "
                "are ignored. Add up first, then take np.maximum(…, 0).",
            ),
            Mistake(
                lambda maps, ours, theirs: np.maximum((maps * (ours - theirs)).sum(axis=2), 0),
                "you used each position's own gradient. Grad-CAM gives a filter one weight for "
                "all positions: average the gradients over axes 0 and 1 first.",
            ),
            Mistake(
                lambda maps, ours, theirs: np.abs(maps @ (ours - theirs).mean(axis=(0, 1))),
                "you took absolute values, so what speaks for the rival looks as if it spoke "
                "for the first class. Use np.maximum(…, 0).",
            ),
            Mistake(
                lambda maps, ours, theirs: np.maximum(maps * (ours - theirs).mean(axis=(0, 1)), 0),
                "you have a map for every filter. Add the weighted maps up over the last axis, "
                "then take the ReLU.",
            ),
            Mistake(
                lambda maps, ours, theirs: _grad_cam(maps, ours + theirs),
                "you added the two gradients. That is the slope of the scores' sum; the "
                "difference is asked for.",
            ),
        ],
    ),
    FunctionExercise(
        number="13.4",
        title="Centre an image by its mass",
        solution=shift_to_centre,
        cases=[
            (_ink(1, 4, [[0, 1, 0], [1, 9, 5], [0, 8, 9], [0, 9, 9]]),),
            (_ink(3, 15, np.vstack([np.full((2, 9), 200), np.eye(12, 9) * 120])),),
            (_ink(16, 2, _random.random((9, 20)) * np.linspace(0.02, 1, 20) ** 3),),
            (_random.random((20, 34)) ** 3,),
            (np.pad(np.array([[3, 1], [0, 200], [7, 60]]), ((2, 9), (17, 1))),),
            # a faint tail: one pixel of 250 weighs as much as many of 5
            (_ink(5, 2, [[250, 250] + [5] * 22, [250, 120] + [9] * 22]),),
        ],
        also_right=[_shift_by_grids],
        lesson="the centre of mass is the mean of the pixels' places, weighted by their ink, so "
        "a long thin tail moves it less than it moves the box.",
        why="image.sum(axis=1) is the ink of each row; its inner product with the row numbers, "
        "divided by all the ink, is the mean row.",
        hints=[
            "How much ink is in each row? image.sum(axis=1). What is the mean row, weighted by it?",
            "To come from the mean row to row 14, move down by 14 − mean row.",
            "Round at the very end, and give (down, right): rows first.",
        ],
        mistakes=[
            Mistake(
                lambda image: tuple(-k for k in shift_to_centre(image)),
                "the sign is wrong. An image whose centre lies above row 14 has to move down, "
                "by 14 − row, which is positive.",
            ),
            Mistake(
                lambda image: shift_to_centre(image)[::-1],
                "down and right are exchanged. Rows go down; image.sum(axis=1) is the ink of each "
                "row.",
            ),
            Mistake(
                _shift_of_the_box,
                "you centred the box around the ink. MNIST's digits are centred by mass: weight "
                "each row and column by its ink.",
            ),
            Mistake(
                _shift_of_the_inked_pixels,
                "you counted every inked pixel alike. A pixel of 255 weighs more than one of 10: "
                "weight by the brightness.",
            ),
            Mistake(
                lambda image: tuple(14 - k for k in shift_to_centre(image)),
                "that is where the centre is. Return how far it has to move: 14 minus that.",
            ),
            Mistake(
                _unrounded_shift,
                "an image can be moved by whole pixels only. Round both numbers at the end.",
            ),
            Mistake(
                lambda image: tuple(
                    round(n / 2 - 14 + k)
                    for n, k in zip(image.shape, _unrounded_shift(image), strict=True)
                ),
                "you moved the mass to the middle of the image, whatever its size. It has to come "
                "to lie on row 14, column 14.",
            ),
            Mistake(
                lambda image: tuple(int(k) for k in _unrounded_shift(image)),
                "you cut the fractions off. Round to the nearest whole pixel: round.",
            ),
        ],
    ),
)
