"""Canvases: larger pictures with several digits on each, and where they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_amount, as_class_numbers, as_integer, as_numeric, per_axis
from course_utils.detection.boxes import Objects, as_share, intersection_over_union
from course_utils.networks import segmentation

# A pixel belongs to a digit from this brightness on, of 255; below lies the blur of its edge.
INK = 64
_TRIES = 30


class Canvases(NamedTuple):
    """`images`, uint8 (n, height, width), and `objects`, what is on each of them.

    `masks`, uint8 (n, height, width), has the class of each pixel: that of the digit whose ink it
    is, or 10, `segmentation.PAPER`.
    """

    images: np.ndarray
    objects: list[Objects]
    masks: np.ndarray


def make_canvases(
    digits: ArrayLike,
    labels: ArrayLike,
    count: int,
    *,
    size: int | tuple[int, int] = 96,
    digits_each: tuple[int, int] = (3, 7),
    scales: tuple[float, float] = (0.8, 1.5),
    overlap: float = 0.05,
    seed: int,
) -> Canvases:
    """Put digits on black canvases, at random places and in random sizes.

    Parameters
    ----------
    digits, labels
        Images (n, height, width), 0 to 255, and their classes (n,). They are used in a random
        order, each about equally often.
    count
        How many canvases to make.
    size
        Height and width of a canvas in pixels: an integer for both, or a pair.
    digits_each
        Least and largest number of digits to put on a canvas. Where no room is left after 30
        tries, a digit is left out.
    scales
        Least and largest factor by which the sides of a digit are multiplied; all factors between
        are equally likely.
    overlap
        Two digits' boxes may share at most this part of what they cover together, 0 to 1, so that
        strokes touch now and then.
    seed
        The same seed gives the same canvases.

    Returns
    -------
    Canvases
        The boxes are tight around the ink, pixels of at least 64. Where digits touch, the
        brighter pixel counts, for the image and for the mask.

    Raises
    ------
    ValueError
        If digits or labels aren't of this form, a digit has no ink, they aren't equally many, a
        range is empty, or the largest digit doesn't fit on a canvas.

    Notes
    -----
    Digits are resized with Pillow, bilinearly.
    """
    from PIL import Image  # only here: the numbers above need no Pillow

    digits = _as_brightness(digits)
    labels = as_class_numbers("labels", labels, ("digits",))
    if len(digits) != len(labels):
        raise ValueError(
            f"labels has {len(labels)} entries for {len(digits)} digits: give one for each"
        )
    count = as_integer("count", count, 1)
    rows, columns = (as_integer("size", side, 1) for side in per_axis("size", size))
    sides = (rows, columns)
    fewest, most = (
        as_integer("digits_each", number, 0) for number in _pair("digits_each", digits_each)
    )
    low, high = (
        as_amount("scales", scale, "give two positive factors, the smaller first")
        for scale in _pair("scales", scales)
    )
    if fewest > most:
        raise ValueError(f"digits_each is {digits_each}: give the least number first")
    overlap = as_share("overlap", overlap)
    if not 0 < low <= high:
        raise ValueError(f"scales is {scales}: give two positive factors, the smaller first")
    largest = tuple(round(high * side) for side in digits.shape[1:])
    if largest[0] > sides[0] or largest[1] > sides[1]:
        raise ValueError(
            f"size is {sides}, too small for digits of {largest[0]}×{largest[1]} pixels: "
            "make the canvas larger or the largest scale smaller"
        )
    rng = np.random.default_rng(seed)
    images = np.zeros((count, *sides), np.uint8)
    masks = np.full((count, *sides), segmentation.PAPER, np.uint8)
    objects: list[Objects] = []
    order: list[int] = []
    for image, mask in zip(images, masks, strict=True):
        boxes, classes = np.zeros((0, 4)), []
        for _ in range(rng.integers(fewest, most + 1)):
            if not order:
                order = rng.permutation(len(digits)).tolist()
            k = order.pop()
            scale = rng.uniform(low, high)
            height, width = (max(1, round(scale * side)) for side in digits.shape[1:])
            resized = Image.fromarray(digits[k]).resize((width, height), Image.Resampling.BILINEAR)
            patch, box = _cropped(np.asarray(resized), k)
            place = _free_place(box, boxes, sides, overlap, rng)
            if place is None:
                continue
            top, left = place
            window = np.s_[top : top + len(patch), left : left + patch.shape[1]]
            mask[window][(patch >= INK) & (patch > image[window])] = labels[k]
            np.maximum(image[window], patch, out=image[window])
            boxes = np.vstack([boxes, box + (top, left, top, left)])
            classes.append(labels[k])
        objects.append(Objects(boxes, np.array(classes, np.int64)))
    return Canvases(images, objects, masks)


def _as_brightness(digits: ArrayLike) -> np.ndarray:
    array = as_numeric("digits", digits, ("digits", "height", "width"))
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 255):
        raise ValueError(
            f"digits holds {low} to {high}: brightness runs from 0, black, to 255, white"
        )
    if array.dtype.kind == "f" and 0 < high <= 1:
        raise ValueError(f"digits holds {low} to {high}: brightness runs to 255, multiply by it")
    return array.astype(np.uint8)


def _pair(name: str, value: object) -> tuple[object, object]:
    one = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(one, (tuple, list)) or len(one) != 2:
        raise ValueError(f"{name} is {value!r}: give a pair, the least and the largest")
    return one[0], one[1]


def _cropped(digit: np.ndarray, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the part of a picture that has any ink, and the box of the strong ink in it."""
    strong = digit >= INK
    if not strong.any():
        raise ValueError(f"digits[{place}] has no pixel of at least {INK}: leave it out")
    (top, bottom), (left, right) = (_extent(strong, axis) for axis in (0, 1))
    return digit[top:bottom, left:right], np.array([0.0, 0.0, bottom - top, right - left])


def _extent(strong: np.ndarray, axis: int) -> tuple[int, int]:
    places = np.flatnonzero(strong.any(axis=1 - axis))
    return int(places[0]), int(places[-1]) + 1


def _free_place(
    box: np.ndarray,
    boxes: np.ndarray,
    sides: tuple[int, int],
    overlap: float,
    rng: np.random.Generator,
) -> tuple[int, int] | None:
    """Return a random place for the upper left corner where `box` covers hardly any other."""
    for _ in range(_TRIES):
        top, left = (int(rng.integers(0, sides[k] - int(box[2 + k]) + 1)) for k in (0, 1))
        moved = box + (top, left, top, left)
        if not (intersection_over_union(moved[None], boxes) > overlap).any():
            return top, left
    return None
