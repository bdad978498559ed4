"""Exercises of notebook 06, channels."""

import numpy as np

from course_utils import convolution
from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

_random = np.random.default_rng(6)


# 06.1


def response_map(image, kernel):
    from course_utils.convolution import correlate2d

    total = 0
    for c in range(image.shape[2]):
        total = total + correlate2d(image[:, :, c], kernel[:, :, c])
    return total


def _response_by_conv2d(image, kernel):
    return convolution.conv2d(image[None], kernel[:, :, :, None])[0, :, :, 0]


def _parts(image, kernel):
    pairs = zip(np.moveaxis(image, 2, 0), np.moveaxis(kernel, 2, 0))
    return [convolution.correlate2d(slice_, weights) for slice_, weights in pairs]


# 06.2


def feature_map_shape(image_shape, filters_shape):
    height = image_shape[0] - filters_shape[0] + 1
    width = image_shape[1] - filters_shape[1] + 1
    return (height, width, filters_shape[3])


# 06.3


def total_parameters(channels, layers):
    total = 0
    for kernel_size, filters in layers:
        total += (kernel_size * kernel_size * channels + 1) * filters
        channels = filters
    return total


def _depth_never_changes(channels, layers):
    return sum((k * k * channels + 1) * filters for k, filters in layers)


def _counted_with(count):
    """The total where `count(k, depth, filters)` counts a layer."""

    def total(channels, layers):
        depths = [channels] + [filters for _, filters in layers]
        return sum(count(k, depth, filters) for depth, (k, filters) in zip(depths, layers))

    return total


# 06.4


def swap_filters():
    swap_filters = np.zeros((1, 1, 3, 3))
    swap_filters[0, 0, 2, 0] = 1
    swap_filters[0, 0, 1, 1] = 1
    swap_filters[0, 0, 0, 2] = 1
    return swap_filters


_SHIFTED = np.roll(np.eye(3), 1, axis=1)

EXERCISES = (
    FunctionExercise(
        number="06.1",
        title="The response map, channel by channel",
        solution=response_map,
        cases=[
            (_random.integers(0, 5, (4, 5, 3)), _random.integers(-2, 3, (3, 3, 3))),
            (_random.normal(size=(6, 4, 1)), _random.normal(size=(2, 3, 1))),
            (_random.normal(size=(5, 7, 4)), _random.normal(size=(3, 2, 4))),
            # of whole numbers, with weights that make fractions
            (_random.integers(0, 256, (5, 4, 2)), _random.random((2, 3, 2)).round(2)),
            (
                _random.integers(0, 256, (4, 5, 2)).astype(np.uint8),
                _random.random((2, 2, 2)).round(2) / 9,
            ),
        ],
        also_right=[_response_by_conv2d],
        lesson="a convolution over a volume is one ordinary convolution a channel, and their sum.",
        why="The inner product over the block of all channels is a sum, which may be taken one "
        "channel at a time.",
        hints=[
            "image[:, :, c] and kernel[:, :, c] are matrices, as correlate2d wants them.",
            "Add the results of all channels: start with total = 0 before the loop.",
        ],
        mistakes=[
            Mistake(
                lambda image, kernel: np.stack(_parts(image, kernel), axis=-1),
                "you kept one map a channel. The parts have to be added up: one kernel, one map.",
            ),
            Mistake(
                lambda image, kernel: np.stack(_parts(image, kernel)),
                "you returned the parts side by side. Add them up: one kernel, one map.",
            ),
            Mistake(
                lambda image, kernel: np.mean(_parts(image, kernel), axis=0),
                "you took the mean over the channels. It is their sum, as in every inner product.",
            ),
            Mistake(
                lambda image, kernel: _parts(image, kernel)[0],
                "only channel 0 counts here. Let the loop run over image.shape[2], and return "
                "after the loop.",
            ),
            Mistake(
                lambda image, kernel: _parts(image, kernel)[-1],
                "only the last channel is left: total is overwritten at every turn. Add to it.",
            ),
            Mistake(
                lambda image, kernel: convolution.correlate2d(
                    image.sum(axis=2), kernel.sum(axis=2)
                ),
                "you summed over the channels first. A sum of products isn't the product of the "
                "sums: convolve each channel, then add.",
            ),
            Mistake(
                lambda image, kernel: response_map(image, kernel[::-1, ::-1]),
                "you flipped the kernel. correlate2d slides it as it is.",
            ),
        ],
    ),
    FunctionExercise(
        number="06.2",
        title="The shape of a layer's output",
        solution=feature_map_shape,
        cases=[
            ((28, 28, 1), (5, 5, 1, 10)),
            ((12, 12, 10), (5, 5, 10, 20)),
            ((20, 31, 3), (3, 2, 3, 7)),
            ((8, 9, 4), (2, 3, 4, 2)),
        ],
        lesson="the input's depth disappears in the sum; the output's depth is the number of "
        "filters.",
        why="Height and width shrink as in notebook 02, and each of the c_out filters gives one "
        "map.",
        hints=[
            "Height and width: n − k + 1 each, as in notebook 02.",
            "One filter makes one map. How many filters are there?",
        ],
        mistakes=[
            Mistake(
                lambda image, f: (image[0] - f[0] + 1, image[1] - f[1] + 1, image[2]),
                "the channels of the input are summed away. The last number is how many filters "
                "there are, filters_shape[3].",
            ),
            Mistake(
                lambda image, f: (image[0] - f[0] + 1, image[1] - f[1] + 1),
                "the number of maps is missing: one for each filter, filters_shape[3].",
            ),
            Mistake(
                lambda image, f: (image[0] - f[0], image[1] - f[1], f[3]),
                "off by one: an axis of n cells has n − k + 1 places for k cells.",
            ),
            Mistake(
                lambda image, f: (image[0], image[1], f[3]),
                "that is the size with padding. Without it the height and width shrink by k − 1.",
            ),
            Mistake(
                lambda image, f: (image[0] - f[0] + 1, image[1] - f[1] + 1, f[2] * f[3]),
                "you multiplied by the depth of the filters. Each filter is summed over its "
                "depth and makes one map.",
            ),
            Mistake(
                lambda image, f: (image[0] - f[1] + 1, image[1] - f[0] + 1, f[3]),
                "height and width of the filters are exchanged: index 0 goes with index 0.",
            ),
            Mistake(
                lambda image, f: (image[0] - f[0] + 1, image[1] - f[1] + 1, image[2] - f[2] + 1),
                "the depth doesn't slide: a filter is as deep as the image. The last number is how "
                "many filters there are, filters_shape[3].",
            ),
        ],
    ),
    FunctionExercise(
        number="06.3",
        title="The parameters of a network",
        solution=total_parameters,
        cases=[
            (1, [(5, 10), (5, 20)]),
            (3, [(3, 8)]),
            (3, [(7, 4), (3, 6), (1, 5)]),
            (4, [(3, 2), (2, 7), (4, 3)]),
        ],
        lesson="depth multiplies: a layer's weights grow with the filters of the layer before.",
        why="The filters of one layer are the channels of the next, so channels changes at every "
        "turn.",
        hints=[
            "How many weights has one filter that is as deep as its input? And how many biases?",
            "After a layer, the number of channels is its number of filters.",
        ],
        mistakes=[
            Mistake(
                _depth_never_changes,
                "every layer counts with the image's channels. After a layer, channels has to "
                "become its number of filters.",
            ),
            Mistake(
                _counted_with(lambda k, depth, filters: k * k * depth * filters),
                "the biases are missing: one a filter. (k · k · channels + 1) · filters.",
            ),
            Mistake(
                _counted_with(lambda k, depth, filters: k * k * depth * filters + 1),
                "you counted one bias a layer. Every filter has its own.",
            ),
            Mistake(
                _counted_with(lambda k, depth, filters: (k * k + 1) * filters),
                "the depth is missing: a filter has k · k weights for each channel of its input.",
            ),
            Mistake(
                _counted_with(lambda k, depth, filters: (k * depth + 1) * filters),
                "a kernel of size k has k · k weights a channel, k in each direction.",
            ),
            Mistake(
                _counted_with(lambda k, depth, filters: (k * k + 1) * depth * filters),
                "you counted a bias for every channel. There is one a filter, added after the "
                "sum over the channels.",
            ),
        ],
    ),
    ValueExercise(
        number="06.4",
        title="Swap two channels by a 1×1 convolution",
        solution=swap_filters,
        answer="swap_filters",
        also_right=[np.eye(3)[None, None, ::-1]],
        lesson="a 1×1 convolution is a matrix at every pixel, and a permutation of channels is "
        "one of the simplest matrices.",
        why="filters[0, 0, i, o] says how much of input channel i goes into output channel o: "
        "2 into 0, 1 into 1, and 0 into 2.",
        hints=[
            "filters[0, 0, i, o] is the weight of input channel i in output channel o.",
            "Output 0, red, comes from input 2: filters[0, 0, 2, 0] = 1. And the other two?",
        ],
        mistakes=[
            Mistake(
                np.eye(3)[None, None],
                "this leaves every image as it is. Input 2 has to go to output 0, and input 0 to "
                "output 2.",
            ),
            Mistake(
                np.eye(3)[::-1],
                "the numbers are right, the shape is (3, 3). Filters have four axes: add two of "
                "length 1 in front, [None, None].",
            ),
            Mistake(
                _SHIFTED[None, None],
                "this moves every channel one place on. Green has to stay where it is, and red "
                "and blue change places.",
            ),
            Mistake(
                _SHIFTED.T[None, None],
                "this moves every channel one place back. Green has to stay where it is, and red "
                "and blue change places.",
            ),
            Mistake(
                np.eye(3)[::-1][:, :, None, None],
                "the axes are in another library's order. Here they are height, width, channels "
                "in, channels out: the matrix stands in the last two.",
            ),
        ],
    ),
)
