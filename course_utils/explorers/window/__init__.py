"""The window that slides over an image, and the one number that it makes of what lies under it."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, size_text
from course_utils.convolution import conv2d, convolve2d, correlate2d, pad
from course_utils.explorers.explorer import Checked, Explorer, readable
from course_utils.explorers.pictures import (
    draw_cells,
    draw_message,
    new_figure,
    number,
    share_cells,
)

OPERATIONS = ("correlation", "convolution")
_LARGEST, _MOST_CHANNELS = 12, 3
_IMAGE = [
    [1, 1, 1, 0, 0],
    [0, 1, 1, 1, 0],
    [0, 0, 1, 1, 1],
    [0, 0, 1, 1, 0],
    [0, 1, 1, 0, 0],
]
_KERNEL = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
_AXES = ("height", "width"), ("height", "width", "channels")


class Window(Explorer):
    """Slide a kernel over an image by hand, and see the sum that makes each number.

    **What to see.** Left the image, with the zeros of its padding around it; the coloured frame is
    the window, and the small numbers in it are the kernel's. Right the feature map. Below it the
    chosen cell's sum, term by term, and the size formula with today's numbers. Hatched pixels are
    read by no window.

    **Keyboard.** Tab goes from part to part. In a grid the arrows move; in the feature map they
    move the window. Enter or a digit changes a number of the image or of the kernel, Escape leaves
    it as it was.

    **Three things to try.** They stand below the explorer, and in `try_this`.

    Parameters
    ----------
    image
        Numbers (h, w), or (h, w, channels) with up to 3 channels; at most 12×12.
    kernel
        Numbers (k_h, k_w), or (k_h, k_w, channels).
    padding
        ``"valid"``, ``"same"``, ``"full"`` or a number of zeros.
    stride, dilation
        Steps between windows, and between a window's cells.
    operation
        ``"correlation"``, or ``"convolution"``, which turns the kernel by 180° first.
    ask
        Whether the numbers stay hidden until you have said where you expect the largest.

    Raises
    ------
    ValueError
        If the image or the kernel can't be shown, or the kernel doesn't fit.

    Examples
    --------
    >>> window = Window([[1, 2, 3], [4, 5, 6]], [[1, 0], [0, 1]], ask=False)
    >>> window.response
    array([[6, 8]])
    """

    folder = "window"
    _guide = (
        "Move the window along the first row. Which pixels does the next sum share with this one?",
        "Set the padding to full. How often does the window meet the pixel in the corner, how "
        "often the one in the middle?",
        "Change the kernel to 1, 0, −1 in each row, then turn correlation into convolution. What "
        "happens to every number, and why?",
    )
    _by_keyboard = (
        "Tab goes from part to part, arrows move within a grid. In the feature map they move the "
        "window; in the image and the kernel a digit or Enter changes a number."
    )

    image = Checked(_IMAGE).tag(sync=True, state=True)
    kernel = Checked(_KERNEL).tag(sync=True, state=True)
    padding = Checked("valid").tag(sync=True, state=True)
    stride = Checked(1).tag(sync=True, state=True)
    dilation = Checked(1).tag(sync=True, state=True)
    operation = Checked("correlation").tag(sync=True, state=True)
    row = Checked(0).tag(sync=True, state=True)
    column = Checked(0).tag(sync=True, state=True)
    ask = traitlets.Bool(True).tag(sync=True, state=True)

    def __init__(
        self,
        image: ArrayLike = _IMAGE,
        kernel: ArrayLike = _KERNEL,
        *,
        padding: str | int = "valid",
        stride: int = 1,
        dilation: int = 1,
        operation: str = "correlation",
        ask: bool = True,
    ) -> None:
        super().__init__(
            image=image,
            kernel=kernel,
            padding=padding,
            stride=stride,
            dilation=dilation,
            operation=operation,
            ask=ask,
        )
        _ = self.response  # what doesn't fit is said at once

    @traitlets.validate("image", "kernel")
    def _check_numbers(self, proposal: Any) -> list:
        return numbers(proposal["trait"].name, proposal["value"])

    @traitlets.validate("stride", "dilation")
    def _check_step(self, proposal: Any) -> int:
        return as_integer(proposal["trait"].name, proposal["value"], 1)

    @traitlets.validate("row", "column")
    def _check_place(self, proposal: Any) -> int:
        return as_integer(proposal["trait"].name, proposal["value"], 0)

    @traitlets.validate("padding")
    def _check_padding(self, proposal: Any) -> str | int:
        pad([[0]], proposal["value"], kernel_size=1)
        return proposal["value"]

    @traitlets.validate("operation")
    def _check_operation(self, proposal: Any) -> str:
        if proposal["value"] not in OPERATIONS:
            words = ", ".join(f'"{word}"' for word in OPERATIONS)
            raise ValueError(f"operation is {proposal['value']!r}: use one of {words}")
        return proposal["value"]

    @property
    def response(self) -> np.ndarray:
        """The feature map (out_h, out_w) of the image, the kernel and the settings of now.

        Raises
        ------
        ValueError
            If the kernel doesn't fit on the image.
        """
        image, kernel = np.array(self.image), np.array(self.kernel)
        options = {
            "padding": self.padding,
            "stride": self.stride,
            "dilation": self.dilation,
        }
        if image.ndim == kernel.ndim == 2:
            slide = convolve2d if self.operation == "convolution" else correlate2d
            return slide(image, kernel, **options)
        image, kernel = (array.reshape(*array.shape[:2], -1) for array in (image, kernel))
        if self.operation == "convolution":
            kernel = kernel[::-1, ::-1]
        return conv2d(image[None], kernel[..., None], **options)[0, :, :, 0]

    @property
    def value(self) -> float:
        """The number in the chosen cell of the feature map."""
        response = self.response
        row, column = (
            min(self.row, len(response) - 1),
            min(self.column, response.shape[1] - 1),
        )
        return response[row, column].item()

    def __repr__(self) -> str:
        shapes = [size_text(np.shape(array)) for array in (self.image, self.kernel)]
        return f"Window(image {shapes[0]}, kernel {shapes[1]})"

    @property
    def alternative_text(self) -> str:
        image, kernel = (size_text(np.shape(array)) for array in (self.image, self.kernel))
        try:
            size = size_text(self.response.shape)
        except ValueError as error:
            return f"An explorer that can't be drawn: {error}."
        answer = "still hidden" if self.ask else f"{number(self.value)} in the chosen cell"
        return (
            f"An image {image} with a window of {kernel} at the top left, the kernel, and the "
            f"feature map {size} that {self.operation} makes of them, {answer}."
        )

    def draw(self) -> Figure:
        try:
            response = self.response
        except ValueError as error:
            fig, (ax,) = new_figure(7, 2)
            draw_message(ax, str(error))
            return fig
        image, kernel = np.array(self.image), np.array(self.kernel)
        channels = image.shape[2] if image.ndim == 3 else 1
        image, kernel = (array.reshape(*array.shape[:2], -1) for array in (image, kernel))
        k_h, k_w, _ = kernel.shape
        settings = {"stride": self.stride, "dilation": self.dilation}
        around = _zeros_around(image[..., 0], (k_h, k_w), self.padding, settings)
        row, column = (
            min(self.row, len(response) - 1),
            min(self.column, response.shape[1] - 1),
        )
        first = row * self.stride - around[0], column * self.stride - around[2]
        under = {
            (first[0] + m * self.dilation, first[1] + n * self.dilation)
            for m in range(k_h)
            for n in range(k_w)
        }
        widths = [image.shape[1] + around[2] + around[3], k_w, response.shape[1]]
        fig = Figure(figsize=(8, 2.7 * channels + 0.2), layout="constrained")
        axes = fig.subplots(channels, 3, squeeze=False, width_ratios=widths)
        for c in range(channels):
            names = ["image", "kernel"] if channels == 1 else [f"channel {c}", f"its kernel {c}"]
            draw_cells(axes[c, 0], image[..., c], title=names[0], padding=around, under=under)
            draw_cells(axes[c, 1], kernel[..., c], title=names[1])
            axes[c, 2].axis("off")
            share_cells(axes[c, :2])
        hidden = (lambda i, j: "?") if self.ask else None
        draw_cells(
            axes[0, 2],
            response,
            title="feature map",
            picked=(row, column),
            shown=hidden,
        )
        share_cells(axes[0])
        return fig


def numbers(name: str, value: ArrayLike) -> list:
    """Return numbers (h, w) or (h, w, channels) as nested lists; refuse too many to read."""
    array = readable(name, value, *_AXES)
    if max(array.shape[:2]) > _LARGEST or (array.ndim == 3 and array.shape[2] > _MOST_CHANNELS):
        raise ValueError(
            f"{name} is {size_text(array.shape)}: use at most {_LARGEST}×{_LARGEST} and "
            f"{_MOST_CHANNELS} channels, so that its numbers can be read"
        )
    return array.tolist()


def _zeros_around(
    image: np.ndarray, kernel_size: tuple[int, int], padding: str | int, settings: dict
) -> tuple[int, int, int, int]:
    """Rows above and below, columns left and right, found from where a padded 1 comes to lie."""
    padded = pad(np.ones_like(image, int), padding, kernel_size=kernel_size, **settings)
    rows, columns = (np.flatnonzero(padded.any(axis=axis)) for axis in (1, 0))
    h, w = padded.shape
    return rows[0], h - 1 - rows[-1], columns[0], w - 1 - columns[-1]
