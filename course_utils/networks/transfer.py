"""What a network has learned, handed on: features from its body, and a new head on top.

Notebook 19 hands the stored reader of `course_utils.handwriting` on to another scanner's digits.
`fit_head` and the features are NumPy; Keras is imported when `fresh_reader` needs it, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_class_numbers, as_floating, as_integer, as_numeric, as_real
from course_utils.convolution import conv2d
from course_utils.filters import FILTERS
from course_utils.handwriting import Layer, signals, stored_reader
from course_utils.networks.stacks import CLASSES
from course_utils.pooling import pool2d

if TYPE_CHECKING:
    import keras

DEPTHS = ("pixels", "block 1", "block 2", "block 3", "dense")
# What `benchmarks/learn_from_little.py` compares on the other scanner's digits.
RIVALS = (
    "frozen",
    "frozen old head",
    "fine-tuned",
    "fine-tuned hot",
    "from scratch",
    "scratch moved",
    "hand-made kernels",
    "random body",
    "head on pixels",
    "nearest pixels",
)
STEPS = 300
PULL = 0.01
_POOL = 4


def draw_labels(labels: ArrayLike, count: int, seed: int) -> np.ndarray:
    """Choose `count` examples of each class at random.

    Parameters
    ----------
    labels
        Integers (n,).
    count
        How many of each class that occurs.
    seed
        A larger count with the same seed contains the smaller one.

    Returns
    -------
    numpy.ndarray
        Integers (classes · count,): places in `labels`, class by class.

    Raises
    ------
    ValueError
        If a class has fewer examples than that.
    """
    labels = as_class_numbers("labels", labels, ("examples",))
    count = as_integer("count", count, 1)
    order = np.random.default_rng(seed).permutation(len(labels))
    chosen = []
    for c in np.unique(labels):
        places = order[labels[order] == c]
        if len(places) < count:
            raise ValueError(
                f"count is {count}, but class {c} has {len(places)} examples: use at most that"
            )
        chosen.append(places[:count])
    return np.concatenate(chosen)


def fit_head(
    features: ArrayLike,
    labels: ArrayLike,
    *,
    start: ArrayLike | None = None,
    pull: float = PULL,
    steps: int = STEPS,
    classes: int = CLASSES,
) -> np.ndarray:
    """Fit a dense layer with softmax to fixed features, by gradient descent with a run-up.

    What becomes smaller is the mean cross-entropy, plus half of `pull` times the squares of the
    distance from `start`.

    Parameters
    ----------
    features
        Numbers (n, p), whose squares add up to about 100 per row, as `scaled` gives them.
    labels
        Integers (n,).
    start
        Weights (p + 1, classes), the bias as the last row, to begin with and be pulled to; zeros if
        it is left out.
    pull
        How strongly.
    steps
        How many. Each is as long as the slope allows at its steepest, from a place further along
        the way of the last step: Y. Nesterov (1983).
    classes
        How many; labels may leave some out.

    Returns
    -------
    numpy.ndarray
        float64 (p + 1, classes), the bias as the last row; `scores` applies it.

    Raises
    ------
    ValueError
        If features and labels differ in number, or `start` has another shape.
    """
    features = as_floating("features", features, ("examples", "features"))
    labels = as_class_numbers("labels", labels, ("examples",))
    if len(features) != len(labels):
        raise ValueError(
            f"labels has {len(labels)} rows for {len(features)} rows of features: give one for each"
        )
    inputs = _with_ones(features)
    shape = inputs.shape[1], as_integer("classes", classes, 2)
    start = np.zeros(shape) if start is None else as_real("start", start)
    if start.shape != shape:
        raise ValueError(f"start has shape {start.shape}: give {shape}, the bias as the last row")
    steepest = np.linalg.norm(inputs, 2) ** 2 / len(inputs) / 2 + pull
    truth = np.eye(classes)[labels]
    weights = before = start
    for k in range(as_integer("steps", steps, 1)):
        ahead = weights + k / (k + 3) * (weights - before)
        raised = np.exp(inputs @ ahead - (inputs @ ahead).max(axis=1, keepdims=True))
        p = raised / raised.sum(axis=1, keepdims=True)
        slope = inputs.T @ (p - truth) / len(inputs) + pull * (ahead - start)
        weights, before = ahead - slope / steepest, weights
    return weights


def scores(features: ArrayLike, weights: ArrayLike) -> np.ndarray:
    """Return features (n, p) times weights (p + 1, classes), whose last row is the bias."""
    return _with_ones(as_floating("features", features, ("examples", "features"))) @ as_numeric(
        "weights", weights, ("features and bias", "classes")
    )


def scaled(features: ArrayLike, like: ArrayLike) -> np.ndarray:
    """Divide features by one number, so that those of `like` have a mean square length of 100.

    Features of different layers differ in size, and one pull can't suit them all.
    """
    like = as_floating("like", like, ("examples", "features"))
    features = as_floating("features", features, ("examples", "features"))
    length = np.sqrt((like**2).sum(axis=1).mean())
    if not length > 0:
        raise ValueError("like is zero everywhere: give features that answer to something")
    return 10 * features / length


def nearest(features: ArrayLike, labels: ArrayLike, asked: ArrayLike) -> np.ndarray:
    """Answer with the label of the nearest example, by Euclidean distance.

    Parameters
    ----------
    features, labels
        Of the examples: numbers (n, …), features or images, and integers (n,).
    asked
        Numbers (m, …).

    Returns
    -------
    numpy.ndarray
        Integers (m,).

    Raises
    ------
    ValueError
        If the two don't have as many features each.
    """
    features, asked = _flat("features", features), _flat("asked", asked)
    if asked.shape[1] != features.shape[1]:
        raise ValueError(
            f"asked has {asked.shape[1]} features, but the examples have {features.shape[1]}: "
            "prepare both in the same way"
        )
    # |a − f|² without |a|², which is the same for all examples
    distances = (features**2).sum(axis=1) - 2 * asked @ features.T
    return np.asarray(labels)[distances.argmin(axis=1)]


def features_by_depth(layers: tuple[Layer, ...], images: ArrayLike) -> dict[str, np.ndarray]:
    """Return what a network of the reader's form has made of images, at five depths.

    Parameters
    ----------
    layers
        `handwriting.stored_reader().layers`, or `random_body`'s.
    images
        As `handwriting.answers` takes them.

    Returns
    -------
    dict of str to numpy.ndarray
        By the names in `DEPTHS`, float32 (n, features): the pixels, the maps after each of the
        three poolings, and the dense layer below the head.
    """
    found, before = [np.asarray(images)], None
    for layer, maps in zip(layers, signals(layers, images), strict=True):
        if layer.kind == "max pool" or (layer.kind == "relu" and before == "dense"):
            found.append(maps)
        before = layer.kind
    return {name: one.reshape(len(one), -1) for name, one in zip(DEPTHS, found, strict=True)}


def random_body(seed: int) -> tuple[Layer, ...]:
    """Return the reader's layers without its last two, with He's random weights (notebook 14)."""
    random = np.random.default_rng(seed)
    made = []
    for layer in stored_reader().layers[:-2]:
        if layer.kernel is not None and layer.bias is not None:
            spread = np.sqrt(2 / np.prod(layer.kernel.shape[:-1]))
            kernel = spread * random.normal(size=layer.kernel.shape).astype(np.float32)
            layer = Layer(layer.kind, kernel.astype(np.float32), np.zeros_like(layer.bias))
        made.append(layer)
    return tuple(made)


def hand_made_features(images: ArrayLike) -> np.ndarray:
    """Return what the kernels of notebook 04 answer, pooled: features that nobody has trained.

    Each of `course_utils.filters.FILTERS` but the identity is divided by the root of its sum of
    squares and slid over the image; positive and negative answers become two maps, each reduced to
    the largest of every 4×4 window.

    Parameters
    ----------
    images
        Numbers (n, 28, 28).

    Returns
    -------
    numpy.ndarray
        float64 (n, 980).
    """
    images = as_numeric("images", images, ("images", "height", "width")).astype(np.float64)
    kernels = np.stack([one.kernel for name, one in FILTERS.items() if name != "identity"], axis=-1)
    kernels = kernels / np.sqrt((kernels**2).sum(axis=(0, 1)))
    maps = conv2d(images[..., np.newaxis], kernels[:, :, np.newaxis], padding="same")
    both = np.concatenate([np.maximum(maps, 0), np.maximum(-maps, 0)], axis=-1)
    return pool2d(both, _POOL).reshape(len(images), -1)


def fresh_reader(classes: int = CLASSES, *, shift: int = 0) -> keras.Sequential:
    """Build a network of the stored reader's form, with new weights and a head of its own.

    Parameters
    ----------
    classes
        How many probabilities it gives.
    shift
        Digits are moved at random by up to so many pixels, each way, in training.

    Returns
    -------
    keras.Sequential
        Not compiled, every layer named; takes images (batch, 28, 28, 1).
    """
    classes, shift = as_integer("classes", classes, 2), as_integer("shift", shift, 0)
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

    import keras

    layers = keras.layers
    model = keras.Sequential([keras.Input((28, 28, 1), name="image")], name="fresh_reader")
    if shift:
        model.add(layers.RandomTranslation(shift / 28, shift / 28, "constant", name="shift"))
    counts = {"conv": 0, "dense": 0, "pool": 0}
    for layer in stored_reader().layers[:-2]:
        short = {"conv valid": "conv", "conv same": "conv", "max pool": "pool"}.get(layer.kind)
        short = short or layer.kind
        name = f"{short}{counts.get(short, 0) + 1}"
        if layer.kernel is None and short not in ("pool", "flatten"):
            continue  # each ReLU belongs to the layer before it
        counts[short] = counts.get(short, 0) + 1
        if short == "conv" and layer.kernel is not None:
            size, filters = layer.kernel.shape[:2], layer.kernel.shape[3]
            padding = layer.kind.removeprefix("conv ")
            model.add(layers.Conv2D(filters, size, 1, padding, activation="relu", name=name))
        elif short == "dense" and layer.kernel is not None:
            model.add(layers.Dense(layer.kernel.shape[1], activation="relu", name=name))
        else:
            model.add(layers.MaxPooling2D(2, name=name) if short == "pool" else layers.Flatten())
    model.add(layers.Dense(classes, activation="softmax", name="head"))
    return model


def body_weights() -> list[np.ndarray]:
    """Return the stored reader's weights without those of its head, as Keras wants them."""
    layers = stored_reader().layers[:-2]
    return [part for one in layers for part in (one.kernel, one.bias) if part is not None]


def head_weights(weights: ArrayLike, size: float = 1) -> list[np.ndarray]:
    """Part what `fit_head` returns into a dense layer's kernel (p, classes) and bias (classes,).

    If the features were multiplied by `size` before, the kernel is made for those as they were.
    """
    weights = as_numeric("weights", weights, ("features and bias", "classes"))
    return [(size * weights[:-1]).astype(np.float32), weights[-1].astype(np.float32)]


def _flat(name: str, values: ArrayLike) -> np.ndarray:
    array = as_real(name, values)
    if array.ndim < 2 or not len(array):
        raise ValueError(f"{name} has shape {array.shape}: give a row or an image for each")
    return array.reshape(len(array), -1).astype(float)


def _with_ones(features: np.ndarray) -> np.ndarray:
    return np.hstack([features, np.ones((len(features), 1))])
