"""Exercises of notebook 17, the same CNN in PyTorch. They need NumPy only."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

_random = np.random.default_rng(17)


# 17.1


def channels_first(images):
    return images.transpose(0, 3, 1, 2)


# 17.2


def dense_for_torch(kernel, height, width, channels):
    by_place = kernel.reshape(height, width, channels, -1)
    return by_place.transpose(3, 2, 0, 1).reshape(-1, channels * height * width)


def _dense_read_as_channels_first(kernel, height, width, channels):
    by_place = kernel.reshape(channels, height, width, -1)
    return by_place.transpose(3, 1, 2, 0).reshape(-1, channels * height * width)


def _dense_width_before_height(kernel, height, width, channels):
    by_place = kernel.reshape(height, width, channels, -1)
    return by_place.transpose(3, 2, 1, 0).reshape(-1, channels * height * width)


# 17.3


def smallest_loss():
    return -np.log(np.exp(1) / (np.exp(1) + 9 * np.exp(0)))


# 17.4


def training_step():
    return ["zero_grad", "forward", "loss", "backward", "step"]


def _places(steps):
    names = [str(step).strip().removesuffix("()").lower() for step in steps]
    return {name: place for place, name in enumerate(names)}


def _are_the_five(steps):
    return len(steps) == 5 and set(_places(steps)) == set(training_step())


def _is_a_training_step(steps):
    at = _places(steps)
    emptied_in_time = at["zero_grad"] < at["backward"] or at["zero_grad"] > at["step"]
    in_order = at["forward"] < at["loss"] < at["backward"] < at["step"]
    return _are_the_five(steps) and in_order and emptied_in_time


def _comes_before(first, second):
    """A predicate: the answer has the five names, and `first` stands before `second`."""

    def predicate(steps):
        return _are_the_five(steps) and _places(steps)[first] < _places(steps)[second]

    return predicate


# 17.5


def carry_over(layers, input_shape):
    height, width, channels = input_shape
    just_flattened, arrays = False, []
    for kind, *values in layers:
        if kind == "conv":
            kernel, bias = values
            height, width = height - kernel.shape[0] + 1, width - kernel.shape[1] + 1
            channels = kernel.shape[3]
            arrays += [kernel.transpose(3, 2, 0, 1), bias]
        elif kind == "pool":
            height, width = height // values[0], width // values[0]
        elif kind == "flatten":
            just_flattened = True
        else:
            kernel, bias = values
            if just_flattened:
                places = kernel.reshape(height, width, channels, -1)
                kernel = places.transpose(2, 0, 1, 3).reshape(kernel.shape)
            just_flattened = False
            arrays += [kernel.T, bias]
    return arrays


def _carried(layers, input_shape, *, kernel_order=(3, 2, 0, 1), flip=False, sort="first"):
    """The solution, with other orders of the axes or other dense layers sorted."""
    shape, dense, arrays = tuple(input_shape), 0, []
    for kind, *values in layers:
        if kind == "conv":
            kernel, bias = values
            shape = (*(shape[axis] - kernel.shape[axis] + 1 for axis in (0, 1)), kernel.shape[3])
            kernel = kernel[::-1, ::-1] if flip else kernel
            arrays += [kernel.transpose(kernel_order), bias]
        elif kind == "pool":
            shape = (shape[0] // values[0], shape[1] // values[0], shape[2])
        elif kind == "dense":
            kernel, bias = values
            dense += 1
            chosen = {"none": False, "first": dense == 1, "all": True}[sort]
            if chosen and len(kernel) == np.prod(shape):
                places = kernel.reshape(*shape, -1)
                kernel = places.transpose(2, 0, 1, 3).reshape(kernel.shape)
            elif sort == "swapped" and dense == 1:
                places = kernel.reshape(*shape, -1)
                kernel = places.transpose(2, 1, 0, 3).reshape(kernel.shape)
            arrays += [kernel.T, bias]
    return arrays


def _network(input_shape, sizes, seed):
    """Layers with random weights: ("conv", k, filters), ("pool", k), ("flatten",), ("dense", n)."""
    random = np.random.default_rng(seed)
    shape = tuple(input_shape)
    layers: list[tuple] = []
    for kind, *values in sizes:
        if kind == "conv":
            high, wide, filters = values
            kernel = random.normal(size=(high, wide, shape[2], filters)).round(2)
            layers.append((kind, kernel, random.normal(size=filters).round(2)))
            shape = (shape[0] - high + 1, shape[1] - wide + 1, filters)
        elif kind == "pool":
            layers.append((kind, values[0]))
            shape = (shape[0] // values[0], shape[1] // values[0], shape[2])
        elif kind == "flatten":
            layers.append((kind,))
            shape = (int(np.prod(shape)),)
        else:
            kernel = random.normal(size=(shape[0], values[0])).round(2)
            layers.append((kind, kernel, random.normal(size=values[0]).round(2)))
            shape = (values[0],)
    return layers, tuple(input_shape)


EXERCISES = (
    FunctionExercise(
        number="17.1",
        title="Images from channels-last to channels-first",
        solution=channels_first,
        cases=[
            (np.arange(12).reshape(1, 2, 3, 2),),
            (_random.normal(size=(2, 4, 4, 4)),),
            (_random.normal(size=(3, 5, 4, 3)),),
            (_random.normal(size=(2, 3, 5, 1)),),
        ],
        also_right=[
            lambda images: np.moveaxis(images, -1, 1),
            lambda images: np.stack([images[..., c] for c in range(images.shape[-1])], axis=1),
        ],
        lesson="changing the layout means moving an axis. Each number keeps its image, its row, "
        "its column and its channel.",
        why="The four arguments of transpose name, for each new axis, the old one that it was: "
        "batch 0, channels 3, height 1, width 2.",
        hints=[
            "Which axis moves, and where to? The other three keep their order.",
            "a.transpose(i, j, k, l) has the old axis i first, then j, k and l.",
            "The channels are the old axis 3, and become axis 1. The rest keeps its order.",
        ],
        mistakes=[
            Mistake(
                lambda images: images.reshape(
                    len(images), images.shape[3], images.shape[1], images.shape[2]
                ),
                "the shape is right, the numbers are not where they belong: reshape reads them in "
                "memory order and cuts anew. To move an axis, use transpose.",
            ),
            Mistake(
                lambda images: images.transpose(0, 3, 2, 1),
                "height and width are exchanged: your images are mirrored along their diagonal. "
                "Only the channels move, so 1 and 2 keep their order.",
            ),
            Mistake(
                lambda images: images.transpose(0, 2, 3, 1),
                "that is the way back, from channels-first to channels-last. Ask for each new "
                "axis which old one it was.",
            ),
            Mistake(
                lambda images: images.T,
                ".T reverses all four axes, so that the batch comes last. Name the order "
                "yourself: transpose(0, …).",
            ),
            Mistake(
                lambda images: images.transpose(3, 0, 1, 2),
                "the channels have come first of all, before the batch. Channels-first means "
                "first within an image: (batch, channels, height, width).",
            ),
        ],
    ),
    FunctionExercise(
        number="17.2",
        title="The dense layer after flatten",
        solution=dense_for_torch,
        cases=[
            (np.arange(24.0).reshape(12, 2), 2, 2, 3),
            (_random.normal(size=(30, 4)), 2, 3, 5),
            (_random.normal(size=(320, 7)), 4, 4, 20),
        ],
        also_right=[
            lambda kernel, height, width, channels: (
                kernel[
                    np.arange(height * width * channels)
                    .reshape(height, width, channels)
                    .transpose(2, 0, 1)
                    .ravel()
                ].T
            )
        ],
        lesson="a dense layer remembers in which order its inputs were flattened, and that order "
        "travels with its weights.",
        why="Reshaping to (height, width, channels, units) gives every row its place; transpose "
        "sorts the places as PyTorch flattens them; the last reshape makes it a matrix.",
        hints=[
            "Row number (i · width + j) · channels + c of the kernel belongs to row i, column j, "
            "channel c. Make these axes visible: reshape the rows to three axes.",
            "Now there are four axes: height, width, channels, units. PyTorch wants units first, "
            "then channels, height, width.",
            "Once the axes stand in that order, the last three become one again.",
        ],
        mistakes=[
            Mistake(
                lambda kernel, height, width, channels: kernel.T,
                "the matrix has the right shape, but its columns are still in Keras' order: "
                "place by place. PyTorch flattens map by map, so the columns have to be sorted.",
            ),
            Mistake(
                _dense_read_as_channels_first,
                "you sorted the wrong way round: the rows come from Keras, so they unfold as "
                "(height, width, channels), and the channels move to the front after that.",
            ),
            Mistake(
                _dense_width_before_height,
                "height and width are exchanged. Within a map both libraries go row by row, so "
                "height stays before width.",
            ),
            Mistake(
                lambda *arguments: dense_for_torch(*arguments).T,
                "the order of the inputs is right, but they are rows. PyTorch's Linear has a row "
                "for each unit: (units, inputs).",
            ),
            Mistake(
                lambda kernel, height, width, channels: kernel.reshape(kernel.shape[1], -1),
                "reshape alone mixes the units. Rows and columns are exchanged by transpose.",
            ),
        ],
    ),
    ValueExercise(
        number="17.3",
        title="The smallest loss after a softmax too many",
        solution=smallest_loss,
        answer="smallest_loss",
        tolerance=0.005,
        lesson="softmax applied twice can't become sure: its largest probability is "
        "e / (e + 9) ≈ 0.23, and the loss stops at 1.46.",
        why="The best that one softmax can hand over is 1 for the truth and 0 for the nine "
        "others; the second softmax reads these as scores.",
        hints=[
            "What is the best vector of ten probabilities for the true class?",
            "CrossEntropyLoss takes these ten numbers as logits: it raises e to each of them and "
            "divides by the sum.",
            "The truth gets e¹, the nine others e⁰ each. Which share of the sum is the truth's?",
        ],
        mistakes=[
            Mistake(
                lambda loss: abs(loss) < 0.005,
                "0 is where one softmax leads. Here the loss applies its own to the probabilities, "
                "and from numbers between 0 and 1 it can't make a probability of 1.",
                example=0,
            ),
            Mistake(
                np.log(10),
                "that is ln 10, the loss of a network that gives every digit the same. The best "
                "vector does somewhat better.",
            ),
            Mistake(
                np.exp(1) / (np.exp(1) + 9),
                "that is the probability of the true class. The loss is −ln of it.",
            ),
            Mistake(
                np.log(np.exp(1) + 10) - 1,
                "you counted ten other classes. Beside the truth there are nine.",
            ),
            Mistake(
                np.log(np.exp(1) + 9),
                "that is the logarithm of the sum. From it the truth's own logit is subtracted, "
                "which is 1.",
            ),
            Mistake(
                np.log10(np.exp(1) + 9) - np.log10(np.exp(1)),
                "you used the logarithm to base 10. The loss uses the natural one, np.log.",
            ),
        ],
    ),
    ValueExercise(
        number="17.4",
        title="The five lines of a training step",
        solution=training_step,
        answer="steps_in_order",
        accepts=_is_a_training_step,
        also_right=[
            ["forward", "zero_grad", "loss", "backward", "step"],
            ["forward", "loss", "zero_grad", "backward", "step"],
            ("forward", "loss", "backward", "step", "zero_grad"),
            np.array(["zero_grad", "forward", "loss", "backward", "step"]),
        ],
        lesson="gradients stay until you empty them, and weights change only when you say step. "
        "Keras' fit does all five for you.",
        why="The loss needs the logits, the gradients need the loss, the step needs the "
        "gradients; and they have to be empty before backward adds to them.",
        hints=[
            "Four of the five stand in a chain: each needs what the one before has made.",
            "The loss compares logits with labels, backward differentiates the loss, step uses "
            "the gradients.",
            "backward adds to the gradients that are there. When must they be zero?",
        ],
        mistakes=[
            Mistake(
                lambda steps: not _are_the_five(steps),
                "it takes each of the five names once, as a list of texts: zero_grad, forward, "
                "loss, backward, step, in your order.",
                example=["forward", "loss", "backward", "step"],
            ),
            Mistake(
                lambda steps: _comes_before("step", "backward")(steps),
                "you step before backward. At that moment there are no gradients of this batch "
                "yet: the weights would move by old ones.",
                example=["zero_grad", "forward", "loss", "step", "backward"],
            ),
            Mistake(
                lambda steps: _comes_before("backward", "zero_grad")(steps),
                "you throw the gradients away after backward has computed them, so the step has "
                "nothing to go by. Empty them before backward.",
                example=["forward", "loss", "backward", "zero_grad", "step"],
            ),
            Mistake(
                lambda steps: _comes_before("loss", "forward")(steps),
                "there is a loss before there are logits. The forward pass comes first.",
                example=["zero_grad", "loss", "forward", "backward", "step"],
            ),
            Mistake(
                lambda steps: _comes_before("backward", "loss")(steps),
                "backward differentiates the loss, so the loss has to be there.",
                example=["zero_grad", "forward", "backward", "loss", "step"],
            ),
        ],
    ),
    FunctionExercise(
        number="17.5",
        title="Carry over a whole network",
        solution=carry_over,
        cases=[
            _network((3, 4, 2), [("flatten",), ("dense", 3)], 1),
            _network((5, 6, 1), [("conv", 2, 3, 4), ("flatten",), ("dense", 2)], 2),
            _network(
                (9, 7, 2),
                [("conv", 2, 2, 3), ("pool", 3), ("flatten",), ("dense", 12), ("dense", 2)],
                3,
            ),
            _network(
                (11, 13, 1),
                [
                    ("conv", 3, 3, 2),
                    ("pool", 2),
                    ("conv", 2, 3, 3),
                    ("flatten",),
                    ("dense", 27),
                    ("dense", 5),
                    ("dense", 2),
                ],
                4,
            ),
        ],
        also_right=[_carried],
        lesson="shapes are followed through the network, kernels move their axes, and one dense "
        "layer, the one right after flatten, has its inputs sorted.",
        why="Height, width and channels change with every layer. When flatten comes, they say how "
        "the rows of the next dense layer unfold.",
        hints=[
            "Keep height, width and channels in three variables, and change them as each layer "
            "does. A convolution without padding takes away k − 1.",
            "Kernels: exchange axes as you have seen. Biases stay as they are. Dense layers: "
            "transpose.",
            "The dense layer after flatten is different. Unfold its rows by the three variables, "
            "as in the exercise on one dense layer.",
            "A second dense layer has no places to sort: its inputs are units. Remember in a "
            "variable whether flatten has just come.",
        ],
        mistakes=[
            Mistake(
                lambda layers, shape: _carried(layers, shape, sort="none"),
                "the dense layer after flatten still has its inputs in Keras' order, place by "
                "place. PyTorch flattens map by map: sort them first.",
            ),
            Mistake(
                lambda layers, shape: _carried(layers, shape, sort="all"),
                "you have sorted the inputs of a later dense layer, too. Only the one right after "
                "flatten reads places; the others read units.",
            ),
            Mistake(
                lambda layers, shape: _carried(layers, shape, sort="swapped"),
                "height and width are exchanged in the dense layer after flatten. Within a map "
                "both libraries go row by row.",
            ),
            Mistake(
                lambda layers, shape: _carried(layers, shape, flip=True),
                "you have flipped the kernels. Both libraries compute the cross-correlation.",
            ),
            Mistake(
                lambda layers, shape: _carried(layers, shape, kernel_order=(3, 2, 1, 0)),
                "height and width of your kernels are exchanged. The order is out, in, height, "
                "width.",
            ),
            Mistake(
                lambda layers, shape: _carried(layers, shape, kernel_order=(2, 3, 0, 1)),
                "input and output channels of your kernels are exchanged. PyTorch's first axis "
                "counts the filters.",
            ),
            Mistake(
                lambda layers, shape: carry_over(layers, shape)[::2],
                "the biases are missing: after each layer's weights comes its bias, unchanged.",
            ),
        ],
    ),
)
