"""Exercises of notebook 17, the same CNN in PyTorch. They need NumPy only."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise

_random = np.random.default_rng(17)


# 17.1


def channels_first(images):
    return images.transpose(0, 3, 1, 2)


# 17.2


def kernel_for_torch(kernel):
    return kernel.transpose(3, 2, 0, 1)


# 17.3


def dense_for_torch(kernel, height, width, channels):
    by_place = kernel.reshape(height, width, channels, -1)
    return by_place.transpose(3, 2, 0, 1).reshape(-1, channels * height * width)


def _dense_read_as_channels_first(kernel, height, width, channels):
    by_place = kernel.reshape(channels, height, width, -1)
    return by_place.transpose(3, 1, 2, 0).reshape(-1, channels * height * width)


def _dense_width_before_height(kernel, height, width, channels):
    by_place = kernel.reshape(height, width, channels, -1)
    return by_place.transpose(3, 2, 1, 0).reshape(-1, channels * height * width)


# 17.4


def smallest_loss():
    return -np.log(np.exp(1) / (np.exp(1) + 9 * np.exp(0)))


# 17.5


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
        title="A convolution's kernel from Keras to PyTorch",
        solution=kernel_for_torch,
        cases=[
            (np.arange(36.0).reshape(3, 3, 2, 2),),
            (_random.normal(size=(2, 4, 3, 5)),),
            (_random.normal(size=(5, 5, 1, 10)),),
        ],
        also_right=[lambda kernel: np.moveaxis(kernel, (3, 2), (0, 1))],
        lesson="the same numbers, (height, width, in, out) in Keras and (out, in, height, width) "
        "in PyTorch. The kernel isn't flipped: both correlate.",
        why="The new axes out, in, height, width are the old ones 3, 2, 0, 1.",
        hints=[
            "Write the four names of each layout below each other. Which old axis is the new "
            "first one?",
            "One axis order does it: kernel.transpose(…), four numbers.",
            "out was axis 3, in was axis 2. Height and width keep their order.",
        ],
        mistakes=[
            Mistake(
                lambda kernel: kernel.T,
                ".T reverses all axes, and with them height and width: every kernel is mirrored "
                "along its diagonal. The order is out, in, height, width.",
            ),
            Mistake(
                lambda kernel: kernel.transpose(2, 3, 0, 1),
                "input and output channels are exchanged. PyTorch's first axis counts the "
                "filters, that is, the output channels.",
            ),
            Mistake(
                lambda kernel: kernel.reshape(kernel.shape[3], kernel.shape[2], *kernel.shape[:2]),
                "reshape keeps the numbers in memory order, so the kernels come out shuffled. "
                "Moving axes takes transpose.",
            ),
            Mistake(
                lambda kernel: kernel.transpose(3, 2, 0, 1)[:, :, ::-1, ::-1],
                "you have flipped the kernels. Both libraries compute the cross-correlation, so "
                "they lie on the patch as they are.",
            ),
            Mistake(
                lambda kernel: kernel,
                "nothing has moved: PyTorch wants the filters first, (out, in, height, width).",
            ),
        ],
    ),
    FunctionExercise(
        number="17.3",
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
        number="17.4",
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
        number="17.5",
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
)
