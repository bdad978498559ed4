"""A class for each pixel of an image: a small U-Net, two of its rivals, and how they are judged.

O. Ronneberger, P. Fischer and T. Brox, "U-Net: convolutional networks for biomedical image
segmentation", MICCAI (2015).

Keras is imported when a function needs it, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_utils import handwriting
from course_utils.arguments import as_class_numbers, as_integer, as_numeric

if TYPE_CHECKING:
    import keras

KINDS = ("skips", "no skips", "no pooling", "dilated")
# The class of a pixel that belongs to no digit.
PAPER = 10
INK, SPECK = 64, 10  # brightness of ink from here on, of 255; smaller pieces, in pixels, are dirt
BATCH, PEAK_RATE = 8, 0.02
# Most pixels are paper, and easily told: with equal weights they would have most of the loss.
INK_WEIGHT = 5
# The canvases of notebook 20, for `detection.make_canvases`.
CANVAS: dict[str, Any] = {"size": 40, "digits_each": (4, 6), "scales": (0.6, 0.8)}
OVERLAPS = {"apart": 0.0, "crowded": 0.15}
# Steps between the cells of each kernel at full size: 13×13 pixels are seen, or 29×29.
_DILATIONS = {"no pooling": (1, 1, 1, 1, 1, 1), "dilated": (1, 2, 4, 4, 2, 1)}
_FULL_SIZE_WIDTH = 2  # times the filters of the first layer


def build_unet(
    kind: str = "skips", *, filters: int = 8, classes: int = PAPER + 1, bottom: int = 3
) -> keras.Model:
    """Build a network that answers an image with class probabilities for each of its pixels.

    Every convolution is 3×3, padded, without bias, with batch normalisation and ReLU after it. On
    the way down: one with `filters` filters, pooling 2×2, one with twice as many, pooling again; at
    the bottom `bottom` of them with eight times as many; on the way up, twice, a transposed
    convolution 2×2 with stride 2, and a convolution. At the end a 1×1 convolution with softmax.

    Parameters
    ----------
    kind
        "skips": what was there before each pooling is laid beside what comes up from it. "no
        skips": it is not. "no pooling": six convolutions at full size with twice `filters` filters
        in place of all that, which see 13×13 pixels. "dilated": the same six with as many weights,
        but with 1, 2, 4, 4, 2 and 1 pixels from one cell of a kernel to the next: 29×29.
    filters
        Of the first convolution.
    classes
        How many a pixel can be of.
    bottom
        How many convolutions at the bottom.

    Returns
    -------
    keras.Model
        Takes images (batch, height, width, 1), sides divisible by 4, and gives probabilities
        (batch, height, width, classes). Not compiled.

    Raises
    ------
    ValueError
        If `kind` is unknown, or a number is below 1.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}: use one of {', '.join(map(repr, KINDS))}")
    filters = as_integer("filters", filters, 1)
    classes = as_integer("classes", classes, 1)
    bottom = as_integer("bottom", bottom, 1)
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    layers = keras.layers

    def block(maps: keras.KerasTensor, width: int, dilation: int = 1) -> keras.KerasTensor:
        maps = layers.Conv2D(width, 3, padding="same", dilation_rate=dilation, use_bias=False)(maps)
        maps = layers.BatchNormalization(momentum=0.9)(maps)  # for a few hundred steps
        return layers.ReLU()(maps)

    image = keras.Input((None, None, 1))
    maps, kept = image, []
    if kind in _DILATIONS:
        for dilation in _DILATIONS[kind]:
            maps = block(maps, _FULL_SIZE_WIDTH * filters, dilation)
    else:
        for width in (filters, 2 * filters):
            maps = block(maps, width)
            kept.append(maps)
            maps = layers.MaxPooling2D(2)(maps)
        for _ in range(bottom):
            maps = block(maps, 8 * filters)
        for before in reversed(kept):
            width = before.shape[-1]
            maps = layers.Conv2DTranspose(width, 2, strides=2)(maps)
            if kind == "skips":
                maps = layers.Concatenate()([maps, before])
            maps = block(maps, width)
    return keras.Model(image, layers.Conv2D(classes, 1, activation="softmax")(maps))


def class_overlaps(truth: ArrayLike, said: ArrayLike, *, classes: int) -> np.ndarray:
    """Return the intersection over union of each class's pixels, over all images together.

    Parameters
    ----------
    truth, said
        The class of each pixel, integers from 0 to `classes` - 1, of one shape.
    classes
        How many there are.

    Returns
    -------
    numpy.ndarray
        float64 (classes,): pixels of a class in both, divided by its pixels in either; nan for a
        class that is in neither. Their mean is the mean IoU of M. Everingham and others, "The
        PASCAL visual object classes challenge: a retrospective", IJCV 111 (2015), section 2.3.

    Raises
    ------
    ValueError
        If the shapes differ, or a class is out of range.
    """
    classes = as_integer("classes", classes, 1)
    flat = [
        as_class_numbers(name, np.ravel(masks), classes=classes)
        for name, masks in (("truth", truth), ("said", said))
    ]
    if np.shape(truth) != np.shape(said):
        raise ValueError(
            f"truth has shape {np.shape(truth)}, said {np.shape(said)}: give a class for the same "
            "pixels"
        )
    table = np.bincount(classes * flat[0] + flat[1], minlength=classes**2).reshape(classes, -1)
    both = np.diag(table).astype(float)
    either = table.sum(axis=0) + table.sum(axis=1) - both
    return np.divide(both, either, out=np.full(classes, np.nan), where=either > 0)


def edges_of(masks: ArrayLike) -> np.ndarray:
    """Return which pixels of masks (n, height, width) have a neighbour of another class.

    Neighbours share a side. The result is a bool array of the same shape.
    """
    masks = as_numeric("masks", masks, ("images", "height", "width"))
    edges = np.zeros(masks.shape, bool)
    for axis in (1, 2):
        before, after = (
            np.s_[:, part] if axis == 1 else np.s_[:, :, part]
            for part in (slice(None, -1), slice(1, None))
        )
        differs = masks[before] != masks[after]
        edges[before] |= differs
        edges[after] |= differs
    return edges


def train_unet(
    kind: str,
    images: ArrayLike,
    masks: ArrayLike,
    *,
    seed: int,
    epochs: int = 4,
    filters: int = 8,
    ink_weight: float = INK_WEIGHT,
) -> keras.Model:
    """Build a network and train it with the cross-entropy of its pixels.

    Adam in batches of eight images, with a warm-up to 0.02 and a decay.

    Parameters
    ----------
    kind, filters
        As `build_unet` takes them.
    images, masks
        Arrays (n, height, width): brightness from 0 to 255, and a class for each pixel.
    seed
        Of the first weights and of the order of the images.
    epochs
        How often all of them are seen.
    ink_weight
        How often a pixel of ink counts in the loss, while one of paper counts once.

    Raises
    ------
    ValueError
        As `build_unet`; also if images and masks differ in shape, or the weight isn't positive.
    """
    if np.shape(images) != np.shape(masks):
        raise ValueError(
            f"masks has shape {np.shape(masks)}, images {np.shape(images)}: give a class for each "
            "pixel"
        )
    epochs = as_integer("epochs", epochs, 1)
    if not ink_weight > 0:
        raise ValueError(f"ink_weight is {ink_weight!r}: give a positive number, such as 5")
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

    import keras

    from course_utils.networks.training import warm_up_and_decay

    keras.utils.set_random_seed(seed)
    model = build_unet(kind, filters=filters)
    x = _as_input(images)
    rate = warm_up_and_decay(PEAK_RATE, epochs * -(-len(x) // BATCH))
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy")
    masks = np.asarray(masks)
    weights = np.where(masks == PAPER, 1, ink_weight).astype("float32")
    model.fit(x, masks, sample_weight=weights, epochs=epochs, batch_size=BATCH, verbose=0)
    return model


def classes_of(model: keras.Model, images: ArrayLike) -> np.ndarray:
    """Return the likeliest class of each pixel, uint8 (n, height, width), as a network says."""
    answers = model.predict(_as_input(images), batch_size=50, verbose=0)
    return answers.argmax(axis=-1).astype(np.uint8)


def classes_by_components(images: ArrayLike) -> np.ndarray:
    """Return the class of each pixel as the rival without training here sees it.

    Every piece of ink that hangs together, corners included, is taken for one digit, brought into
    MNIST's form and read by the network that `course_utils.handwriting` comes with; all its pixels
    get the class that was read. What that network takes for no digit is paper.

    Parameters
    ----------
    images
        Array (n, height, width): brightness from 0 to 255, ink from `INK` on.

    Returns
    -------
    numpy.ndarray
        uint8 (n, height, width).
    """
    from scipy import ndimage

    images = as_numeric("images", images, ("images", "height", "width"))
    said = np.full(images.shape, PAPER, np.uint8)
    for image, classes in zip(images, said, strict=True):
        pieces, _ = ndimage.label(image >= INK, np.ones((3, 3)))
        for piece, box in enumerate(ndimage.find_objects(pieces), start=1):
            ink = np.where(pieces[box] == piece, image[box], 0)
            if np.count_nonzero(ink) >= SPECK:
                digit = handwriting.pen.centred(handwriting.pen.fit(ink))
                read = handwriting.probabilities(digit[np.newaxis] / np.float32(255)).argmax()
                classes[box][pieces[box] == piece] = read
    return said


def _as_input(images: ArrayLike) -> np.ndarray:
    scaled = as_numeric("images", images, ("images", "height", "width")) / np.float32(255)
    return scaled[..., np.newaxis].astype("float32")
