"""Exercises of notebook 06, channels."""

import numpy as np

from course_utils import convolution
from course_utils.convolution import correlate2d
from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

_random = np.random.default_rng(6)


# 06.1


def feature_map(image, filters, biases):
    maps = []
    for o in range(filters.shape[3]):
        response = biases[o]
        for c in range(image.shape[2]):
            response = response + correlate2d(image[:, :, c], filters[:, :, c, o])
        maps.append(response)
    return np.stack(maps, axis=-1)


def _by_conv2d(image, filters, biases):
    return convolution.conv2d(image[None], filters, biases)[0]


def _parts(image, filters, o):
    return [correlate2d(image[:, :, c], filters[:, :, c, o]) for c in range(image.shape[2])]


def _of_each_filter(response):
    """A layer whose map number o is `response(image, filters, o)`, plus the bias."""

    def layer(image, filters, biases):
        maps = [response(image, filters, o) + biases[o] for o in range(filters.shape[3])]
        return np.stack(maps, axis=-1)

    return layer


# 06.2


def filters_shape(image_shape, map_shape):
    height = image_shape[0] - map_shape[0] + 1
    width = image_shape[1] - map_shape[1] + 1
    return (height, width, image_shape[2], map_shape[2])


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


def _image_and_map(rng):
    k_h, k_w, h, w = (int(side) for side in rng.integers((1, 1, 1, 1), (8, 8, 30, 30)))
    c_in, c_out = (int(count) for count in rng.integers(1, 40, 2))
    return (h + k_h - 1, w + k_w - 1, c_in), (h, w, c_out)


EXERCISES = (
    FunctionExercise(
        number="06.1",
        title="A whole layer from one-channel correlations",
        solution=feature_map,
        cases=[
            (
                _random.integers(0, 5, (4, 5, 3)),
                _random.integers(-2, 3, (3, 3, 3, 2)),
                np.array([1, -2]),
            ),
            (_random.normal(size=(6, 4, 1)), _random.normal(size=(2, 3, 1, 3)), np.arange(3.0)),
            (_random.normal(size=(5, 7, 4)), _random.normal(size=(3, 2, 4, 1)), np.array([0.5])),
            (_random.normal(size=(4, 5, 2)), _random.normal(size=(2, 2, 2, 2)), np.ones(2)),
            # of whole numbers, with weights that make fractions
            (
                _random.integers(0, 256, (4, 5, 2)).astype(np.uint8),
                _random.random((2, 2, 2, 3)).round(2) / 9,
                np.array([0.25, -0.5, 3]),
            ),
        ],
        also_right=[_by_conv2d],
        lesson="a layer is a loop over filters around a loop over channels: the channels are "
        "added up, the filters are not, and each filter adds its bias once.",
        why="The inner product over a block is a sum over its channels, and every filter makes a "
        "map of its own, stacked along a new last axis.",
        hints=[
            "image[:, :, c] and filters[:, :, c, o] are matrices, as correlate2d wants them. Over "
            "which of c and o is summed?",
            "For each filter o: begin with its bias, add the correlations of all channels, and put "
            "the map on a list.",
            "np.stack lays a list of maps behind each other; axis=-1 makes the new axis the last.",
        ],
        mistakes=[
            Mistake(
                lambda image, filters, biases: feature_map(image, filters, 0 * biases),
                "the biases are missing: biases[o] is added to every cell of map o.",
            ),
            Mistake(
                lambda image, filters, biases: feature_map(image, filters, image.shape[2] * biases),
                "you added the bias once for each channel. It comes once for each filter, after "
                "the sum over the channels.",
            ),
            Mistake(
                lambda image, filters, biases: np.moveaxis(
                    feature_map(image, filters, biases), -1, 0
                ),
                "the maps are right, but their axis comes first: (maps, height, width). Stack them "
                "along the last axis, axis=-1.",
            ),
            Mistake(
                _of_each_filter(
                    lambda image, filters, o: np.mean(_parts(image, filters, o), axis=0)
                ),
                "you took the mean over the channels. It is their sum, as in every inner product.",
            ),
            Mistake(
                _of_each_filter(lambda image, filters, o: _parts(image, filters, o)[0]),
                "only channel 0 counts here. Let the inner loop run over image.shape[2], and put "
                "the map on the list after it.",
            ),
            Mistake(
                _of_each_filter(lambda image, filters, o: _parts(image, filters, o)[-1]),
                "only the last channel is left: the sum is overwritten at every turn. Add to it.",
            ),
            Mistake(
                lambda image, filters, biases: feature_map(image, filters, biases).sum(axis=-1),
                "you added the filters' maps up as well. Each filter keeps a map of its own.",
            ),
            Mistake(
                lambda image, filters, biases: feature_map(image, filters, biases)[:, :, 0],
                "this is the map of filter 0 alone. Go through all of them, filters.shape[3].",
            ),
            Mistake(
                _of_each_filter(
                    lambda image, filters, o: correlate2d(
                        image.sum(axis=2), filters[:, :, :, o].sum(axis=2)
                    )
                ),
                "you summed over the channels first. A sum of products isn't the product of the "
                "sums: convolve each channel, then add.",
            ),
            Mistake(
                lambda image, filters, biases: feature_map(image, filters[::-1, ::-1], biases),
                "you flipped the filters. correlate2d slides them as they are.",
            ),
        ],
    ),
    FunctionExercise(
        number="06.2",
        title="Which filters lead from here to there?",
        solution=filters_shape,
        fresh=_image_and_map,
        cases=[
            ((28, 28, 1), (24, 24, 10)),
            ((12, 12, 10), (8, 8, 20)),
            ((20, 31, 3), (18, 30, 7)),
            ((8, 9, 4), (8, 7, 2)),
        ],
        lesson="the filters' last two numbers are the channels that come in and the maps that go "
        "out; the first two are what the map is smaller by, plus 1.",
        why="A map has n − k + 1 cells along an axis, so k is n minus the map's cells plus 1; "
        "the depth comes from the image, the number of filters from the map.",
        hints=[
            "Notebook 02: a line of n cells has n − k + 1 places for a kernel of k. Solve for k.",
            "Four numbers: height, width, channels in, channels out. Which two come from the "
            "channels?",
        ],
        mistakes=[
            Mistake(
                lambda image, m: (image[0] - m[0], image[1] - m[1], image[2], m[2]),
                "off by one: a kernel of k cells takes away k − 1. Even a 1×1 kernel, which takes "
                "away nothing, has one cell.",
            ),
            Mistake(
                lambda image, m: (image[0] - m[0] + 1, image[1] - m[1] + 1, m[2], image[2]),
                "the last two are exchanged. Filters have the channels that come in third, and the "
                "maps that go out last.",
            ),
            Mistake(
                lambda image, m: (image[0] - m[0] + 1, image[1] - m[1] + 1, m[2]),
                "the depth is missing. A filter is as deep as its input has channels: that is the "
                "third of four numbers.",
            ),
            Mistake(
                lambda image, m: (image[0] - m[0] + 1, image[1] - m[1] + 1, image[2]),
                "the number of filters is missing: as many as the feature map has maps. It is the "
                "last of four numbers.",
            ),
            Mistake(
                lambda image, m: (m[2], image[2], image[0] - m[0] + 1, image[1] - m[1] + 1),
                "this is the order of another library (PyTorch). Here it is height, width, "
                "channels in, channels out.",
            ),
            Mistake(
                lambda image, m: (image[1] - m[1] + 1, image[0] - m[0] + 1, image[2], m[2]),
                "height and width are exchanged: index 0 goes with index 0.",
            ),
            Mistake(
                lambda image, m: (
                    image[0] - m[0] + 1,
                    image[1] - m[1] + 1,
                    image[2] - m[2] + 1,
                    m[2],
                ),
                "the depth doesn't slide: a filter is as deep as the image, image_shape[2].",
            ),
            Mistake(
                lambda image, m: (*[image[0] - m[0] + 1] * 2, image[2], m[2]),
                "you took the kernel for square. Its width follows from the widths, index 1.",
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
            "How many weights does one filter have that is as deep as its input? And how many biases?",
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
                "the biases are missing: one for each filter. (k · k · channels + 1) · filters.",
            ),
            Mistake(
                _counted_with(lambda k, depth, filters: k * k * depth * filters + 1),
                "you counted one bias for each layer. Every filter has its own.",
            ),
            Mistake(
                _counted_with(lambda k, depth, filters: (k * k + 1) * filters),
                "the depth is missing: a filter has k · k weights for each channel of its input.",
            ),
            Mistake(
                _counted_with(lambda k, depth, filters: (k * depth + 1) * filters),
                "a kernel of size k has k · k weights for each channel, k in each direction.",
            ),
            Mistake(
                _counted_with(lambda k, depth, filters: (k * k + 1) * depth * filters),
                "you counted a bias for every channel. There is one for each filter, added after the "
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
