"""Do the filters fit the images? If not, what may have been meant."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_numeric

CHANNELS_FIRST = "or are the channels first? np.moveaxis({}, 1, -1) puts them last"
_PYTORCH = "or are the filters PyTorch's? filters.transpose(2, 3, 1, 0) is the order here"

BANK = ("height", "width", "channels in", "channels out")


def check_channels(images: np.ndarray, filters: np.ndarray, groups: int = 1) -> None:
    """Raise a `ValueError` unless the filters take these images' channels, in so many groups."""
    c_in, takes, c_out = images.shape[3], *filters.shape[-2:]
    if groups == 1 and c_in != takes:
        raise ValueError(
            f"images has {c_in} channels, but filters takes {takes}: "
            "the last axis of images and the one before the last of filters must be equal"
            + _other_layouts(images, filters)
        )
    for what, count in ((f"images has {c_in} channels", c_in), (f"filters has {c_out}", c_out)):
        if count % groups:
            raise ValueError(f"groups is {groups}, but {what}: use a divisor of {count}")
    if c_in != takes * groups:
        raise ValueError(
            f"images has {c_in} channels, {c_in // groups} in each of {groups} groups, but filters "
            f"takes {takes}: give filters of shape {(*filters.shape[:-2], c_in // groups, c_out)}"
            + _other_layouts(images, filters, groups)
        )


def _other_layouts(images: np.ndarray, filters: np.ndarray, groups: int = 1) -> str:
    """Return what to ask where the channels would agree if they stood as in PyTorch."""
    last, first = images.shape[3], images.shape[1]
    here, theirs = filters.shape[-2] * groups, filters.shape[-3] * groups
    if first == here:
        return ", " + CHANNELS_FIRST.format("images")
    if filters.ndim != 4:
        return ""
    if last == theirs:
        return ", " + _PYTORCH
    return f", {CHANNELS_FIRST.format('images')}, {_PYTORCH}" if first == theirs else ""


def bias_of(bias: ArrayLike | None, shapes: list[tuple[int, ...]]) -> np.ndarray | None:
    """Return the bias as an array of one of these shapes, or None for none."""
    if bias is None:
        return None
    bias = as_numeric("bias", bias, *(tuple(map(str, shape)) for shape in shapes))
    if bias.shape not in shapes:
        wanted = " or ".join(str(shape) for shape in shapes)
        raise ValueError(f"bias has shape {bias.shape}: give one number a filter, shape {wanted}")
    return bias
