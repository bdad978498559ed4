"""Exercises of notebook 04, a gallery of filters."""

import numpy as np

from course_utils import filters
from course_utils.convolution import correlate2d
from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

_random = np.random.default_rng(4)
_IDENTITY, _SHARPEN, _BOX, _GAUSSIAN, _SOBEL_X, _SOBEL_Y = (
    filters.FILTERS[name].kernel
    for name in ("identity", "sharpen", "box_blur", "gaussian_blur", "sobel_x", "sobel_y")
)
_SMOOTH = np.array([1, 2, 1])


# 04.1


def gaussian_kernel():
    return np.outer([1, 2, 1], [1, 2, 1]) / 16


# 04.2


def sharpening_kernel(amount):
    identity = np.zeros((3, 3))
    identity[1, 1] = 1
    blur = np.full((3, 3), 1 / 9)
    return identity + amount * (identity - blur)


# 04.3


def gradient_direction(image):
    from course_utils.filters import FILTERS

    gx = correlate2d(image, FILTERS["sobel_x"].kernel)
    gy = correlate2d(image, FILTERS["sobel_y"].kernel)
    return np.degrees(np.arctan2(gy, gx))


def _with_gradients(combine):
    return lambda image: combine(correlate2d(image, _SOBEL_X), correlate2d(image, _SOBEL_Y))


# 04.4


def ramp_blind_kernel():
    return np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])


def _ramp_answers(kernel):
    """The answers to a flat patch and to a ramp along each axis."""
    y, x = np.mgrid[-1:2, -1:2]
    return np.abs([np.sum(kernel), np.sum(kernel * x), np.sum(kernel * y)])


def _silent(kernel):
    """Whether the kernel answers nothing to each of the three, but for rounding in float32."""
    return _ramp_answers(kernel) <= 1e-5 * np.sum(np.abs(kernel))


def _is_three_by_three(kernel):
    return kernel.shape == (3, 3)


def _is_finite(kernel):
    return bool(np.isfinite(kernel).all())


def _is_ramp_blind(kernel):
    right_kind = _is_three_by_three(kernel) and _is_finite(kernel)
    return right_kind and bool(_silent(kernel).all()) and kernel.any()


def _answers_to_flat(kernel):
    return _is_three_by_three(kernel) and not _silent(kernel)[0]


def _answers_to_ramp(kernel):
    return _is_three_by_three(kernel) and bool(_silent(kernel)[0]) and not _silent(kernel).all()


EXERCISES = (
    ValueExercise(
        number="04.1",
        title="The Gaussian kernel from an outer product",
        solution=gaussian_kernel,
        answer="my_gaussian",
        lesson="a kernel of rank 1 is a column times a row, so two short passes can replace it.",
        why="The outer product multiplies every weight of the column by every weight of the row, "
        "and 4 · 4 = 16 makes the sum 1.",
        hints=[
            "np.outer(a, b) makes a matrix with a[i] * b[j] at row i, column j.",
            "Divide (1, 2, 1) by 4 before you multiply, or the result by 16.",
        ],
        mistakes=[
            Mistake(
                np.outer(_SMOOTH, _SMOOTH),
                "the weights are right but add up to 16, so the picture becomes 16 times as "
                "bright. Divide by 16.",
            ),
            Mistake(
                np.outer(_SMOOTH, _SMOOTH) / 4,
                "the weights add up to 4. Both factors are divided by 4, which makes 16 in all.",
            ),
            Mistake(
                np.outer(_SMOOTH, _SMOOTH) / 9,
                "dividing by 9 is for nine equal weights. These add up to 16: divide by that.",
            ),
            Mistake(
                (_SMOOTH @ _SMOOTH) / 16,
                "that is the inner product, one number. The outer product is a matrix: np.outer.",
            ),
            Mistake(
                _BOX,
                "this is the box blur, with nine equal weights. The Gaussian weights the centre "
                "most: use (1, 2, 1) / 4.",
            ),
            Mistake(
                _SMOOTH / 4,
                "this is the one factor, (1, 2, 1)/4. The kernel is its outer product with itself: "
                "np.outer.",
            ),
        ],
    ),
    FunctionExercise(
        number="04.2",
        title="A sharpening kernel of any strength",
        solution=sharpening_kernel,
        fresh=lambda rng: (round(rng.uniform(-2, 9), 2),),
        cases=[(1,), (0,), (0.5,), (3,), (-0.5,), (7.25,)],
        also_right=[lambda amount: (1 + amount) * _IDENTITY - amount * _BOX],
        lesson="sums of filters are filters: whatever is linear in the image fits into one kernel.",
        why="image + amount · (image − blurred image) is linear in the image, so the same formula "
        "holds for the kernels, with the identity in the image's place.",
        hints=[
            'The kernel of "the image as it is" is the identity: a single 1 in the centre.',
            "What the blur takes away is identity − blur. Add amount times that to the identity.",
        ],
        mistakes=[
            Mistake(
                lambda amount: amount * (_IDENTITY - _BOX),
                "these are the details alone, with sum 0: the picture itself is missing. Add the "
                "identity.",
            ),
            Mistake(
                lambda amount: _IDENTITY - amount * _BOX,
                "the sum is 1 − amount, so flat areas become darker. Subtract the blur from the "
                "identity first, then multiply by amount.",
            ),
            Mistake(
                lambda amount: _IDENTITY + amount * (_BOX - _IDENTITY),
                "the sign is turned round, and this blurs. What the blur takes away is identity "
                "minus blur.",
            ),
            Mistake(
                lambda amount: _IDENTITY + amount * (_IDENTITY - np.ones((3, 3))),
                "the blur adds up to 9 here. Divide its weights by 9, so that flat areas keep "
                "their brightness.",
            ),
            Mistake(
                lambda amount: _IDENTITY + amount * (_IDENTITY - _GAUSSIAN),
                "you used the Gaussian blur. This exercise asks for the box blur: nine equal "
                "weights of 1/9.",
            ),
            Mistake(
                lambda amount: _SHARPEN,
                "this is the fixed sharpening kernel of the notebook. Yours has to depend on "
                "amount.",
            ),
            Mistake(
                lambda amount: _IDENTITY + abs(amount) * (_IDENTITY - _BOX),
                "a negative amount should blur, and here it sharpens. Leave the absolute value "
                "out.",
            ),
        ],
    ),
    FunctionExercise(
        number="04.3",
        title="The gradient's direction",
        solution=gradient_direction,
        cases=[
            (2 * np.arange(5.0) + np.arange(4.0)[:, None],),
            (_random.normal(size=(6, 9)),),
            (_random.integers(0, 256, (5, 4)),),
            (_random.integers(0, 256, (4, 6)).astype(np.uint8),),
        ],
        also_right=[_with_gradients(lambda gx, gy: np.angle(gx + 1j * gy, deg=True))],
        lesson="two numbers make an arrow: the root of their squares is its length, and arctan2 "
        "its direction, with all four quarters told apart by the two signs.",
        why="np.arctan2(y, x) is the angle of the arrow (x, y), in radians; gx is how far it "
        "reaches to the right, gy how far down, as rows are counted downwards.",
        hints=[
            "The two Sobel answers are the arrow's parts: gx to the right, gy down.",
            "np.arctan2 takes the part across first, so gy comes before gx. Its answer is in "
            "radians; np.degrees changes that.",
        ],
        mistakes=[
            Mistake(
                _with_gradients(np.hypot),
                "this is the gradient's length, as in the notebook. Its direction was asked for: "
                "np.arctan2.",
            ),
            Mistake(
                _with_gradients(lambda gx, gy: np.arctan2(gy, gx)),
                "these are radians, between −π and π. np.degrees makes degrees of them.",
            ),
            Mistake(
                _with_gradients(lambda gx, gy: np.degrees(np.arctan2(gx, gy))),
                "the two gradients are exchanged, so 0 means down. np.arctan2(y, x) takes the "
                "part along the rows' axis, gy, first.",
            ),
            Mistake(
                _with_gradients(lambda gx, gy: np.degrees(np.arctan(gy / gx))),
                "gy / gx is the same for an arrow and its opposite, so left is taken for right. "
                "np.arctan2 looks at both signs.",
            ),
            Mistake(
                _with_gradients(lambda gx, gy: np.degrees(np.arctan2(-gy, gx))),
                "up and down are exchanged. Rows are counted downwards, and so are the angles "
                "here: leave the minus sign out.",
            ),
            Mistake(
                _with_gradients(lambda gx, gy: np.degrees(np.arctan2(-gy, -gx))),
                "this points to where it becomes darker. Slide the Sobel kernels as they are, "
                "without a flip and without minus signs.",
            ),
            Mistake(
                _with_gradients(lambda gx, gy: np.degrees(np.arctan2(gy, gx)) % 360),
                "your angles run from 0 to 360. Here they run from −180 to 180, as np.arctan2 "
                "gives them: leave the rest out.",
            ),
            Mistake(
                _with_gradients(lambda gx, gy: np.degrees(np.arctan2(gy, gx)) + 90),
                "this is the direction of the edge's line. The gradient stands across it: leave "
                "the 90 degrees out.",
            ),
            Mistake(
                _with_gradients(lambda gx, gy: np.abs(np.degrees(np.arctan2(gy, gx)))),
                "without its sign an angle doesn't tell up from down. Leave the absolute value "
                "out.",
            ),
            Mistake(
                lambda image: np.degrees(
                    np.arctan2(
                        correlate2d(image, _SOBEL_Y, padding="same"),
                        correlate2d(image, _SOBEL_X, padding="same"),
                    )
                ),
                "your map is as large as the image, so zeros were put around it, and at the "
                "border they turn the arrows. Leave the padding out.",
            ),
        ],
    ),
    ValueExercise(
        number="04.4",
        title="A kernel that is blind to ramps",
        solution=ramp_blind_kernel,
        answer="ramp_blind",
        accepts=_is_ramp_blind,
        also_right=[
            [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
            [[1, -2, 1], [-2, 4, -2], [1, -2, 1]],
            (_IDENTITY - _BOX).astype(np.float32),
            (np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]]) / 3).astype(np.float32),
            1e-6 * (_IDENTITY - _GAUSSIAN),
        ],
        lesson="a gradient is a first derivative and answers to ramps; this is a second "
        "derivative, which answers only where the brightness bends.",
        why="On a ramp the neighbour on one side is as much brighter as its opposite is darker. "
        "With equal weights on opposite sides and sum 0 everything cancels.",
        hints=[
            "Sum 0 takes care of flat images. On a ramp, what do two opposite neighbours have "
            "in common?",
            "Give opposite neighbours equal weights, so that brighter and darker cancel.",
        ],
        mistakes=[
            Mistake(
                lambda kernel: not _is_finite(kernel),
                "a weight is nan or infinite. Give nine numbers.",
                example=np.full((3, 3), np.nan),
            ),
            Mistake(
                _answers_to_flat,
                "the weights don't add up to 0, so it answers to flat images. Look at the sum "
                "first.",
                example=_GAUSSIAN,
            ),
            Mistake(
                _answers_to_ramp,
                "it is silent on flat images, but answers to a ramp: one side weighs more than "
                "the opposite side. Make opposite neighbours equal.",
                example=_SOBEL_X,
            ),
            Mistake(
                np.zeros((3, 3)),
                "this kernel is silent on everything, also on a single bright pixel. Some weights "
                "have to differ from 0.",
            ),
            Mistake(
                lambda kernel: not _is_three_by_three(kernel),
                "that isn't a 3×3 array. Give three rows of three numbers.",
                example=np.array([1, -2, 1]),
            ),
        ],
    ),
)
