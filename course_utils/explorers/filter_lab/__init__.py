"""The filter lab: a photograph, a kernel of one's own, and what the kernel answers, at once."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, size_text
from course_utils.convolution import correlate2d
from course_utils.explorers.explorer import Checked, Explorer, readable
from course_utils.explorers.picture_files import as_address, grey_of, picture_in
from course_utils.explorers.pictures import draw_cells, draw_map, number
from course_utils.filters import FILTERS
from course_utils.plotting import style

LARGEST_KERNEL = 7
VIEWS = ("auto", "signed", "picture")
_MORE_KERNELS = {
    "emboss": ("Emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
    "motion_blur": ("Motion blur", (np.eye(5) / 5).tolist()),
    "box_7": ("Box blur 7×7", np.full((7, 7), 1 / 49).round(6).tolist()),
}


class FilterLab(Explorer):
    """Filter a photograph, a digit or your webcam with kernels of your own.

    **What to see.** The picture, the kernel with its sum and its rank, and the answer. A kernel
    whose sum is 0 answers on a signed scale, brown below zero and blue-green above; the scale's
    end stands beside it and is the same for the whole map.

    **Keyboard.** Tab goes from part to part. In the kernel arrows move, and a digit or Enter
    changes a number; on a picture arrows move the cross whose numbers are read out, with Shift by
    ten pixels.

    **Three things to try.** They stand below the explorer, and in `try_this`.

    Parameters
    ----------
    image
        A picture: a file that Pillow reads, an array (h, w) of grey or (h, w, 3) of colours, with
        values 0 to 1 or uint8; by default the photograph of the course. It becomes grey, and its
        middle at most 256×256.
    kernel
        The name of a kernel of `course_utils.filters.FILTERS`, or numbers, at most 7×7.
    view
        ``"signed"``, ``"picture"`` (0 black to 1 white, as the picture itself), or ``"auto"``:
        signed for a kernel whose sum is 0.

    Raises
    ------
    FileNotFoundError, ValueError
        If the picture can't be read, or the kernel isn't known or too large.

    Examples
    --------
    >>> lab = FilterLab(np.eye(8), kernel=[[1]])
    >>> lab.response.shape
    (8, 8)
    """

    folder = "filter_lab"
    _colours = 16  # photographs would fill a notebook
    _guide = (
        "Choose the Sobel kernel for upright edges, then type a Sobel kernel for level edges "
        "yourself. Where do the two agree?",
        "Make a kernel whose sum is 0, then add 1 to its middle number. What comes back, and why?",
        "Blur with 7×7 ones divided by 49. Its rank is 1: which two thin kernels, one after the "
        "other, would do the same?",
    )
    _by_keyboard = (
        "Tab goes from part to part. In the kernel arrows move and a digit or Enter changes a "
        "number; on a picture arrows move the cross, with Shift by ten pixels."
    )

    picture_data = traitlets.Unicode().tag(sync=True, state=True)
    digit = traitlets.Unicode().tag(sync=True, state=True)
    named: traitlets.List[Any] = traitlets.List().tag(sync=True, state=True)
    kernel = Checked([[0]]).tag(sync=True, state=True)
    view = Checked("auto").tag(sync=True, state=True)
    row = Checked(0).tag(sync=True, state=True)
    column = Checked(0).tag(sync=True, state=True)

    def __init__(
        self,
        image: ArrayLike | str | os.PathLike | None = None,
        kernel: ArrayLike | str = "sobel_x",
        *,
        view: str = "auto",
    ) -> None:
        grey = grey_of(_photo() if image is None else image)
        super().__init__(
            picture_data=as_address(grey),
            digit=_digit(),
            named=_named(),
            kernel=kernel,
            view=view,
            row=grey.shape[0] // 2,
            column=grey.shape[1] // 2,
        )

    @traitlets.validate("kernel")
    def _check_kernel(self, proposal: Any) -> list:
        kernel = proposal["value"]
        if isinstance(kernel, str):
            known = {one["name"]: one["kernel"] for one in _named()}
            if kernel not in known:
                raise ValueError(f"kernel is {kernel!r}: use one of {', '.join(known)}, or numbers")
            return known[kernel]
        array = readable("kernel", kernel, ("height", "width"))
        if max(array.shape) > LARGEST_KERNEL:
            raise ValueError(
                f"kernel is {size_text(array.shape)}: use at most {LARGEST_KERNEL}×{LARGEST_KERNEL}"
            )
        return array.tolist()

    @traitlets.validate("view")
    def _check_view(self, proposal: Any) -> str:
        if proposal["value"] not in VIEWS:
            words = ", ".join(f'"{word}"' for word in VIEWS)
            raise ValueError(f"view is {proposal['value']!r}: use one of {words}")
        return proposal["value"]

    @traitlets.validate("row", "column")
    def _check_place(self, proposal: Any) -> int:
        return as_integer(proposal["trait"].name, proposal["value"], 0)

    @property
    def image(self) -> np.ndarray:
        """The picture of now, (h, w), 0 black to 1 white; set it to a file or an array."""
        return picture_in(self.picture_data) / 255

    @image.setter
    def image(self, picture: ArrayLike | str | os.PathLike) -> None:
        self.picture_data = as_address(grey_of(picture))

    @property
    def response(self) -> np.ndarray:
        """What the kernel answers: the cross-correlation, padded to the picture's own size."""
        return correlate2d(self.image, np.array(self.kernel), padding="same")

    @property
    def is_signed(self) -> bool:
        """Whether the answer is shown as a signed map."""
        return self.view == "signed" or (
            self.view == "auto" and abs(np.sum(self.kernel)) < 1e-9 < np.abs(self.kernel).max()
        )

    def __repr__(self) -> str:
        return f"FilterLab(kernel {size_text(np.shape(self.kernel))})"

    @property
    def alternative_text(self) -> str:
        kernel, answer = np.array(self.kernel), self.response
        scale = (
            f"a signed map, white at zero, on a scale of ±{number(style.signed_limit(answer))}"
            if self.is_signed
            else "a picture in grey from 0 to 1"
        )
        return (
            f"A picture of {size_text(answer.shape)} pixels, a kernel {size_text(kernel.shape)} "
            f"with sum {number(kernel.sum())} and rank {np.linalg.matrix_rank(kernel)}, and what "
            f"the kernel answers everywhere: {scale}."
        )

    def draw(self) -> Figure:
        kernel = np.array(self.kernel)
        fig = Figure(figsize=(6.6, 2.4), layout="constrained")
        left, middle, right = fig.subplots(1, 3, width_ratios=[3, 2, 3])
        draw_map(left, _thumbnail(self.image), title="picture", grey=True)
        title = f"sum {number(kernel.sum())}, rank {np.linalg.matrix_rank(kernel)}"
        draw_cells(middle, kernel, title=title)
        answer = _thumbnail(self.response)
        draw_map(right, answer, title="answer", grey=not self.is_signed)
        return fig


def _thumbnail(values: np.ndarray) -> np.ndarray:
    """Halve a large map by means of four cells: half the bytes in a stored notebook."""
    h, w = (side // 2 * 2 for side in values.shape)
    if min(h, w) < 200:
        return values
    return values[:h, :w].reshape(h // 2, 2, w // 2, 2).mean(axis=(1, 3))


@cache
def _photo() -> np.ndarray:
    from course_utils.datasets import load_photo

    return load_photo()


@cache
def _digit() -> str:
    from course_utils.datasets import load_mnist

    (digits, _), _ = load_mnist()
    return as_address(digits[7])


@cache
def _named() -> list[dict[str, Any]]:
    named = [
        {"name": name, "title": one.title, "kernel": one.kernel.round(6).tolist()}
        for name, one in FILTERS.items()
    ]
    more = [
        {"name": name, "title": title, "kernel": kernel}
        for name, (title, kernel) in _MORE_KERNELS.items()
    ]
    return named + more
