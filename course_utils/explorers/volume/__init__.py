"""The volume: an image of several channels, a bank of filters, and a map for each filter."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, size_text
from course_utils.convolution import conv2d, pad
from course_utils.explorers.explorer import Checked, Explorer, readable
from course_utils.explorers.pictures import (
    draw_cells,
    draw_message,
    new_figure,
    number,
    share_cells,
)

_LARGEST, _MOST_CHANNELS, _MOST_FILTERS, _LARGEST_KERNEL = 8, 3, 4, 3
_IMAGE_AXES = ("height", "width", "channels")
_BANK_AXES = ("height", "width", "channels", "filters")


def _first_image() -> np.ndarray:
    rows, columns = np.mgrid[:5, :5]
    return np.stack([(rows + columns) % 3, (rows * columns) % 2, (rows >= columns) * 1], axis=-1)


def _first_bank() -> np.ndarray:
    bank = np.zeros((3, 3, 3, 2), int)
    bank[:, :, 0, 0] = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
    bank[1, 1, 1, 0] = 2
    bank[:, :, 2, 0] = [[0, 0, 0], [0, -1, 0], [0, 0, 0]]
    bank[:, :, 0, 1] = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]
    bank[:, :, 2, 1] = [[1, 0, -1], [1, 0, -1], [1, 0, -1]]
    return bank


class Volume(Explorer):
    """Slide blocks through a block: channels are added up, each filter makes a map of its own.

    **What to see.** Left the image, its channels one behind the other, with the block that the
    filters read. Each filter is a block as deep as the image has channels, and has a bias. Its
    products are summed channel by channel, the channels and the bias are added, and that is one
    number in the filter's own map.

    **Keyboard.** Tab goes from part to part. In a map the arrows move the block, for all filters at
    once; in a channel or a filter a digit or Enter changes a number.

    **Three things to try.** They stand below the explorer, and in `try_this`.

    Parameters
    ----------
    image
        Numbers (h, w, channels), at most 8×8×3.
    filters
        Numbers (k_h, k_w, channels, filters) as Keras stores them, at most 3×3 and 4 filters.
    bias
        One number for each filter; zeros by default.
    padding
        ``"valid"`` or ``"same"``.
    stride
        Step between two windows.

    Raises
    ------
    ValueError
        If a shape can't be shown, the channels differ, or the filters don't fit.

    Examples
    --------
    >>> volume = Volume(bias=[1, 0])
    >>> volume.response.shape, volume.parameters
    ((3, 3, 2), 56)
    """

    folder = "volume"
    _guide = (
        "Set all numbers of one channel of a filter to 0. Which part of the sum goes, and does the "
        "map still change when you change that channel of the image?",
        "Add a filter. What grows by one, and by how many parameters?",
        "Change a bias by 1. Which numbers change, and by how much?",
    )
    _by_keyboard = (
        "Tab goes from part to part. In a map arrows move the block through the image; in a "
        "channel, a filter or a bias a digit or Enter changes a number."
    )

    image = Checked([[[0]]]).tag(sync=True, state=True)
    filters = Checked([[[[0]]]]).tag(sync=True, state=True)
    bias = Checked([0]).tag(sync=True, state=True)
    padding = Checked("valid").tag(sync=True, state=True)
    stride = Checked(1).tag(sync=True, state=True)
    row = Checked(0).tag(sync=True, state=True)
    column = Checked(0).tag(sync=True, state=True)

    def __init__(
        self,
        image: ArrayLike | None = None,
        filters: ArrayLike | None = None,
        bias: ArrayLike | None = None,
        *,
        padding: str = "valid",
        stride: int = 1,
    ) -> None:
        image = _first_image() if image is None else image
        filters = _first_bank() if filters is None else filters
        if bias is None:
            bias = [0] * np.shape(filters)[-1] if np.ndim(filters) == 4 else [0]
        super().__init__(image=image, filters=filters, bias=bias, padding=padding, stride=stride)
        _ = self.response  # what doesn't fit is said at once

    @traitlets.validate("image", "filters", "bias")
    def _check_numbers(self, proposal: Any) -> list:
        name = proposal["trait"].name
        axes = {"image": _IMAGE_AXES, "filters": _BANK_AXES, "bias": ("filters",)}[name]
        array = readable(name, proposal["value"], axes)
        most = {
            "image": (_LARGEST, _LARGEST, _MOST_CHANNELS),
            "filters": (_LARGEST_KERNEL, _LARGEST_KERNEL, _MOST_CHANNELS, _MOST_FILTERS),
            "bias": (_MOST_FILTERS,),
        }[name]
        if any(side > limit for side, limit in zip(array.shape, most, strict=True)):
            raise ValueError(
                f"{name} is {size_text(array.shape)}: use at most {size_text(most)}, "
                "so that the numbers can be read"
            )
        return array.tolist()

    @traitlets.validate("stride")
    def _check_stride(self, proposal: Any) -> int:
        return as_integer("stride", proposal["value"], 1)

    @traitlets.validate("row", "column")
    def _check_place(self, proposal: Any) -> int:
        return as_integer(proposal["trait"].name, proposal["value"], 0)

    @traitlets.validate("padding")
    def _check_padding(self, proposal: Any) -> str | int:
        pad([[0]], proposal["value"], kernel_size=1)
        return proposal["value"]

    @property
    def response(self) -> np.ndarray:
        """The feature map (out_h, out_w, filters).

        Raises
        ------
        ValueError
            If the filters don't fit on the image.
        """
        options = {"padding": self.padding, "stride": self.stride}
        arrays = (np.array(self.image)[None], np.array(self.filters), np.array(self.bias))
        return conv2d(*arrays, **options)[0]

    @property
    def parameters(self) -> int:
        """(k_h·k_w·channels + 1) · filters."""
        return int(np.size(self.filters) + len(self.bias))

    def __repr__(self) -> str:
        shapes = [size_text(np.shape(array)) for array in (self.image, self.filters)]
        return f"Volume(image {shapes[0]}, filters {shapes[1]})"

    @property
    def alternative_text(self) -> str:
        image, bank = np.shape(self.image), np.shape(self.filters)
        try:
            size = size_text(self.response.shape)
        except ValueError as error:
            return f"An explorer of volumes that can't be drawn: {error}."
        return (
            f"An image {size_text(image)} channel by channel, {bank[3]} filters of "
            f"{size_text(bank[:3])}, and the feature map {size} with one map for each filter."
        )

    def draw(self) -> Figure:
        try:
            response = self.response
        except ValueError as error:
            fig, (ax,) = new_figure(7, 2)
            draw_message(ax, str(error))
            return fig
        image, bank = np.array(self.image), np.array(self.filters)
        channels, count = bank.shape[2:]
        fig = Figure(figsize=(9, 1.75 * (count + 1)), layout="constrained")
        axes = fig.subplots(count + 1, channels + 1, squeeze=False)
        plan = self.row * self.stride, self.column * self.stride
        padded = pad(np.ones(image.shape[:2], int), self.padding, kernel_size=bank.shape[:2],
                     stride=self.stride)  # fmt: skip
        first = [int(np.flatnonzero(padded.any(axis=axis))[0]) for axis in (1, 0)]
        under = {
            (plan[0] - first[0] + m, plan[1] - first[1] + n)
            for m in range(bank.shape[0])
            for n in range(bank.shape[1])
        }
        around = (
            first[0], padded.shape[0] - image.shape[0] - first[0],
            first[1], padded.shape[1] - image.shape[1] - first[1],
        )  # fmt: skip
        for c in range(channels):
            title = f"image, channel {c}"
            draw_cells(axes[0, c], image[..., c], title=title, padding=around, under=under)
        axes[0, channels].axis("off")
        for f in range(count):
            for c in range(channels):
                draw_cells(axes[f + 1, c], bank[..., c, f], title=f"filter {f}, channel {c}")
            title = f"map {f}, bias {number(self.bias[f])}"
            draw_cells(
                axes[f + 1, channels], response[..., f], title=title, picked=(self.row, self.column)
            )
        share_cells(axes.ravel()[:channels])
        return fig
