"""Networks of about 12,000 parameters that believe different things about images.

Notebook 21 races them, on digits as they are and on digits whose parts or pixels stand in another
order. Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_choice, as_integer, as_numeric
from course_utils.networks.stacks import CLASSES, INPUT_SHAPE

if TYPE_CHECKING:
    import keras

NETWORKS = ("dense", "plain CNN", "ConvNeXt", "attention")
RIVAL = "strided CNN"  # the plain CNN without its pooling
ARRANGEMENTS = ("straight", "patches shuffled", "pixels scrambled")
PATCH, WIDTH, HEADS = 7, 32, 2
EPSILON = 1e-6  # of layer normalisation, as both papers have it


def build_prior(name: str) -> keras.Model:
    """Build one of the networks, not compiled, every layer named.

    ===============  ==========  ==================================================================
    name             parameters  what it believes
    ===============  ==========  ==================================================================
    ``"dense"``          12,730  nothing: 16 hidden units, linked to every pixel
    ``"plain CNN"``      12,002  near pixels belong together, the same everywhere, small shifts
                                 don't matter: 8, 16 and 24 filters 3×3, each followed by max
                                 pooling, then 32 hidden units
    ``"strided CNN"``    12,002  the same without pooling: the convolutions have stride 2 instead
    ``"ConvNeXt"``       12,010  patches are worth being seen whole; what matters among them is how
                                 far and in which direction they lie apart: patches of 7×7, and
                                 one block with a depthwise 7×7 kernel
    ``"attention"``      11,050  patches are worth being seen whole; which of them belong together
                                 depends on what they show: the same patches, with learned
                                 positions, and one block of attention with two heads
    ===============  ==========  ==================================================================

    ``"ConvNeXt"`` has a block of Z. Liu et al., "A ConvNet for the 2020s" (2022), ``"attention"`` one of
    A. Dosovitskiy et al., "An image is worth 16×16 words" (2021), with a mean in place of the class
    token; both are far smaller.

    Parameters
    ----------
    name
        One of `NETWORKS`, or `RIVAL`.

    Returns
    -------
    keras.Model
        Takes images (batch, 28, 28, 1), gives ten probabilities each, (batch, 10).

    Raises
    ------
    ValueError
        If there is no network of this name.
    """
    as_choice("name", name, (*NETWORKS, RIVAL))
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    layers = keras.layers
    image = keras.Input(INPUT_SHAPE, name="image")
    if name == "dense":
        maps = layers.Flatten(name="flatten")(image)
        maps = layers.Dense(16, activation="relu", name="dense1")(maps)
    elif name in ("plain CNN", RIVAL):
        maps, strided = image, name == RIVAL
        for k, filters in enumerate((8, 16, 24), start=1):
            # As many cells as pooling leaves: 14, 7, 3.
            padding = "valid" if strided and k == 3 else "same"
            maps = layers.Conv2D(
                filters, 3, 1 + strided, padding=padding, activation="relu", name=f"conv{k}"
            )(maps)
            if not strided:
                maps = layers.MaxPooling2D(2, name=f"pool{k}")(maps)
        maps = layers.Flatten(name="flatten")(maps)
        maps = layers.Dense(32, activation="relu", name="dense1")(maps)
    else:
        maps = layers.Conv2D(WIDTH, PATCH, strides=PATCH, name="patches")(image)
        maps = _convnext_block(maps) if name == "ConvNeXt" else _attention_block(maps)
        maps = layers.GlobalAveragePooling2D(name="mean")(maps)
        maps = layers.LayerNormalization(epsilon=EPSILON, name="norm")(maps)
    output = layers.Dense(CLASSES, activation="softmax", name="output")(maps)
    return keras.Model(image, output, name=name.replace(" ", "_").lower())


def _convnext_block(maps: keras.KerasTensor) -> keras.KerasTensor:
    import keras

    layers = keras.layers
    change = layers.DepthwiseConv2D(7, padding="same", name="depthwise")(maps)
    change = layers.LayerNormalization(epsilon=EPSILON, name="block_norm")(change)
    change = layers.Dense(4 * WIDTH, activation="gelu", name="pointwise1")(change)
    change = layers.Dense(WIDTH, name="pointwise2")(change)
    return layers.Add(name="add")([maps, change])


def _attention_block(maps: keras.KerasTensor) -> keras.KerasTensor:
    import keras

    layers = keras.layers
    maps = _positions_class()(name="positions")(maps)
    change = layers.LayerNormalization(epsilon=EPSILON, name="block_norm1")(maps)
    look = layers.MultiHeadAttention(HEADS, WIDTH // HEADS, attention_axes=(1, 2), name="attention")
    maps = layers.Add(name="add1")([maps, look(change, change)])
    change = layers.LayerNormalization(epsilon=EPSILON, name="block_norm2")(maps)
    change = layers.Dense(2 * WIDTH, activation="gelu", name="pointwise1")(change)
    change = layers.Dense(WIDTH, name="pointwise2")(change)
    return layers.Add(name="add2")([maps, change])


@cache
def _positions_class() -> Any:
    import keras

    @keras.saving.register_keras_serializable("course_utils")
    class Positions(keras.layers.Layer):
        """Adds a learned vector to each place, the same for all images."""

        def build(self, shape: tuple[int, ...]) -> None:
            start = keras.initializers.RandomNormal(stddev=0.02)
            self.table = self.add_weight(shape=shape[1:], initializer=start, name="table")

        def call(self, maps: keras.KerasTensor) -> keras.KerasTensor:
            return maps + self.table

    return Positions


def rearrange(images: ArrayLike, arrangement: str, *, patch: int = PATCH, seed: int = 0) -> Any:
    """Put the parts of all images into another order, the same for every image.

    Parameters
    ----------
    images
        Array (n, height, width, …), whose sides are multiples of `patch`.
    arrangement
        One of `ARRANGEMENTS`. ``"patches shuffled"`` cuts squares of patch×patch pixels out and
        puts them back in another order, each as it is; ``"pixels scrambled"`` does so with single
        pixels. ``"straight"`` leaves the images alone.
    patch
        Side of a square, in pixels.
    seed
        Of the order.

    Returns
    -------
    numpy.ndarray
        A new array of the same shape and dtype.

    Raises
    ------
    ValueError
        If there is no such arrangement, or a side is no multiple of `patch`.
    """
    as_choice("arrangement", arrangement, ARRANGEMENTS)
    axes = ("images", "height", "width", "…")
    images = as_numeric("images", images, axes)
    size = 1 if arrangement == "pixels scrambled" else as_integer("patch", patch, 1)
    n, height, width, *rest = images.shape
    if height % size or width % size:
        raise ValueError(
            f"patch is {patch}, but the images have {height}×{width} pixels: "
            "use a divisor of both sides"
        )
    if arrangement == "straight":
        return images.copy()
    rows, columns = height // size, width // size
    grid = images.reshape(n, rows, size, columns, size, *rest).swapaxes(2, 3)
    pieces = grid.reshape(n, rows * columns, size, size, *rest)
    order = np.random.default_rng(seed).permutation(rows * columns)
    grid = pieces[:, order].reshape(grid.shape)
    return grid.swapaxes(2, 3).reshape(images.shape)


def rates_of_steps(peak: float, steps: int) -> np.ndarray:
    """Return a learning rate for each step: up on a line for a tenth of them, then down to zero.

    Parameters
    ----------
    peak
        The highest.
    steps
        Of the whole training, at least 2.

    Returns
    -------
    numpy.ndarray
        float64 (steps,), as `RepeatedTraining.fit` takes them.

    Raises
    ------
    ValueError
        If there are fewer than two steps, or the peak isn't above 0.
    """
    steps = as_integer("steps", steps, 2)
    if not peak > 0:
        raise ValueError(f"peak is {peak}: use a number above 0, such as 0.006")
    step, rising = np.arange(steps), max(1, round(0.1 * steps))
    return peak * np.minimum((step + 1) / rising, (steps - step) / (steps - rising))


def pick(
    trials: np.ndarray, network: str, arrangement: str, *, digits: int = 3_500, part: str = "test"
) -> np.ndarray:
    """Pick one network's trainings from the table of all.

    Parameters
    ----------
    trials
        As `course_utils.datasets.load_prior_trials` gives them.
    network, arrangement
        One of `NETWORKS`, or `RIVAL`, and one of `ARRANGEMENTS`.
    digits
        How many digits it learned from: 500, 3,500 or 55,000; the rival 3,500 only.
    part
        ``"valid"`` for the trainings in which its rate was chosen, ``"test"`` for those that were
        read on the test digits, one per seed.

    Returns
    -------
    numpy.ndarray
        The rows of `trials` that fit, at least one.

    Raises
    ------
    ValueError
        If there are none.
    """
    wanted = (part, arrangement, digits, network)
    rows = trials[[tuple(trial)[:4] == wanted for trial in trials]]
    if not len(rows):
        raise ValueError(
            f"the trials have no row with part {part!r}, arrangement {arrangement!r}, digits "
            f"{digits} and network {network!r}: use names and numbers that stand in the table"
        )
    return rows


def best_rate(trials: np.ndarray, network: str, arrangement: str, *, digits: int = 3_500) -> float:
    """Return the rate with which most validation digits were read; the arguments are `pick`'s."""
    rows = pick(trials, network, arrangement, digits=digits, part="valid")
    return float(rows["rate"][rows["read"].argmax()])


def attention_weights(model: keras.Model, images: ArrayLike) -> np.ndarray:
    """Return how much each patch takes from each, in the network ``"attention"``.

    Parameters
    ----------
    model
        As `build_prior` builds it.
    images
        Array (n, 28, 28, 1).

    Returns
    -------
    numpy.ndarray
        Array (n, heads, 16, 16). Row i, which adds up to 1, belongs to the patch that asks, column
        j to the one that is looked at; patches are counted row by row.

    Raises
    ------
    ValueError
        If the model has no layer named ``"attention"``.
    """
    import keras

    names = [layer.name for layer in getattr(model, "layers", ())]
    if "attention" not in names:
        raise ValueError(f'model has the layers {names}: give the one of build_prior("attention")')
    images = as_numeric("images", images, ("images", "height", "width", "channels"))
    before = keras.Model(model.input, model.get_layer("block_norm1").output)
    patches = before(images.astype("float32"))
    _, found = model.get_layer("attention")(patches, patches, return_attention_scores=True)
    weights = np.array(found)
    count = weights.shape[-1] * weights.shape[-2]
    return weights.reshape(*weights.shape[:2], count, count)
