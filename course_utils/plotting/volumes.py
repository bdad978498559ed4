"""A convolution of volumes, drawn as blocks: the image, the filters, and the maps they make."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from course_utils.plotting.matrices import number
from course_utils.plotting.style import INPUT_COLOR, KERNEL_COLOR, OUTPUT_COLOR

# A step into the depth, on the paper, in sides of a cell.
_INTO = np.array([0.5, 0.34])
_COLORS = {"image": INPUT_COLOR, "kernel": KERNEL_COLOR, "map": OUTPUT_COLOR}
_GAP = 2.2


def draw_volumes(
    image_shape: tuple[int, int, int],
    kernel_size: tuple[int, int],
    cell: tuple[int, int],
    answers: Sequence[float],
    *,
    biases: Sequence[float] | None = None,
    width: float = 9.5,
) -> Figure:
    """Draw one step of a convolution over channels: a block of the image, each filter, its answer.

    The image is a block as deep as it has channels. The window at `cell` runs through its whole
    depth, the filters are blocks of the same depth, and each gives one cell of its own map; the
    maps stand behind each other, the first in front.

    Parameters
    ----------
    image_shape
        (height, width, channels).
    kernel_size
        Height and width of the filters; they are as deep as the image.
    cell
        Row and column of the output cell.
    answers
        What each filter answers there, its bias included: one number for each filter, one to four.
    biases
        One for each filter, written beside it; none by default.
    width
        Of the figure, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        One axes. Every face of a block is a polygon with the `gid` of what it belongs to:
        ``"image"``, ``"window"``, ``"kernel 0"``, ``"map 0"``, ``"answer 0"``, …

    Raises
    ------
    ValueError
        If a shape doesn't hold that many positive numbers, the kernel doesn't fit, the cell isn't
        one of the output, or answers and biases differ in number.
    """
    h, w, channels = _lengths("image_shape", image_shape, 3)
    kh, kw = _lengths("kernel_size", kernel_size, 2)
    rows, columns = h - kh + 1, w - kw + 1
    if rows < 1 or columns < 1:
        raise ValueError(f"kernel_size {kh}×{kw} is larger than the image {h}×{w}: use a smaller")
    i, j = cell
    if not (0 <= i < rows and 0 <= j < columns):
        raise ValueError(f"cell is {cell}: use rows 0 to {rows - 1}, columns 0 to {columns - 1}")
    answers = [float(answer) for answer in answers]
    if not 1 <= len(answers) <= 4:
        raise ValueError(f"answers are {len(answers)}: give one for each of one to four filters")
    if biases is not None and len(biases) != len(answers):
        raise ValueError(f"biases are {len(biases)} for {len(answers)} answers: give one for each")
    fig, ax = plt.subplots(figsize=(width, width))
    count = len(answers)
    deep = channels * _INTO
    image_wide, kernel_wide = w + deep[0], kw + deep[0]
    tall = max(h + deep[1], count * (kh + deep[1]) + (count - 1) * 1.9, rows + count * _INTO[1])
    # Blocks stand in three columns, each in the middle of the figure's height.
    image_at = np.array([0.0, (tall - h - deep[1]) / 2])
    _block(ax, image_at, (h, w, channels), _COLORS["image"], "image")
    window_at = image_at + (j, h - kh - i)
    _block(ax, window_at, (kh, kw, channels), _COLORS["kernel"], "window", see_through=True)
    _name(ax, image_at + (w / 2, -0.25), f"image\n{h}×{w}×{channels}")
    kernel_x = image_wide + _GAP
    _sign(ax, (image_wide + _GAP / 2, tall / 2), "⋆")
    space = (kh + deep[1]) + 1.9
    bias_wide = 0.0 if biases is None else 2.4
    for place in range(count):
        bottom = tall / 2 + ((count - 1) / 2 - place) * space - (kh + deep[1]) / 2
        at = np.array([kernel_x, bottom])
        _block(ax, at, (kh, kw, channels), _COLORS["kernel"], f"kernel {place}")
        which = "filter" if count == 1 else f"filter {place}"
        _name(ax, at + (kw / 2, -0.25), f"{which}: {kh}×{kw}×{channels}")
        if biases is not None:
            sign = "−" if biases[place] < 0 else "+"
            bias = f"{sign} {number(abs(biases[place]))}"
            middle = (kernel_x + kernel_wide + 1.1, bottom + (kh + deep[1]) / 2)
            ax.text(*middle, bias, ha="center", va="center", fontsize=17)
            ax.text(middle[0], middle[1] - 0.75, "bias", ha="center", va="center", fontsize=12)
    sign_x = kernel_x + kernel_wide + bias_wide + 0.6
    _sign(ax, (sign_x, tall / 2), "=" if count == 1 else "→")
    maps_x = sign_x + 1.1
    # Maps stand further apart than channels, so that every answer can be read.
    apart = np.array([0.9, 0.95])
    maps_tall = rows + (count - 1) * apart[1]
    for place in reversed(range(count)):
        at = np.array([maps_x, (tall - maps_tall) / 2]) + place * apart
        _block(ax, at, (rows, columns, 0), _COLORS["map"], f"map {place}")
        spot = at + (j, rows - 1 - i)
        _block(ax, spot, (1, 1, 0), _COLORS["map"], f"answer {place}", strong=True)
        if place == 0 or (i == 0 or j == columns - 1):
            ax.text(
                spot[0] + 0.5,
                spot[1] + 0.47,
                number(answers[place]),
                ha="center",
                va="center",
                fontsize=14,
                fontweight="bold",
                zorder=20 - place,
            )
    shape = f"{rows}×{columns}" if count == 1 else f"{rows}×{columns}×{count}"
    _name(
        ax,
        (maps_x + columns / 2, (tall - maps_tall) / 2 - 0.25),
        f"{'response map' if count == 1 else 'feature map'}\n{shape}",
    )
    right = maps_x + columns + (count - 1) * apart[0] + 0.3
    ax.set(xlim=(-0.3, right), ylim=(-1.7, tall + 0.3), aspect="equal")
    ax.axis("off")
    fig.set_size_inches(width, width * (tall + 2.0) / (right + 0.3))
    return fig


def _lengths(name: str, shape: Sequence[int], count: int) -> tuple[int, ...]:
    sides = tuple(shape)
    if len(sides) != count or any(not isinstance(n, (int, np.integer)) or n < 1 for n in sides):
        raise ValueError(f"{name} is {shape!r}: give {count} whole numbers above 0")
    return sides


def _block(
    ax: Axes,
    at: np.ndarray,
    shape: tuple[int, int, int],
    color: str,
    gid: str,
    *,
    see_through: bool = False,
    strong: bool = False,
) -> None:
    """Draw a block with its front's lower left corner at `at`; of depth 0, a sheet."""
    h, w, depth = shape
    base = np.array(to_rgb(color))
    order = 10.0 if gid.startswith(("map", "answer")) else 3.0
    order += {"answer": 0.5, "window": 2}.get(gid.split()[0], 0)
    if gid[-1].isdigit() and order >= 10:
        order -= int(gid[-1])

    def pale(share: float) -> tuple[float, ...]:
        return tuple(1 - share * (1 - base))

    def face(corners: Sequence[np.ndarray], share: float) -> None:
        ax.add_patch(
            Polygon(
                corners,
                closed=True,
                facecolor=(*base, 0.45) if see_through else pale(share),
                edgecolor=tuple(0.75 * base) if strong or see_through else "0.45",
                linewidth=2.2 if strong or see_through else 0.9,
                joinstyle="round",
                zorder=order,
                gid=gid,
            )
        )

    right, up = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    whole = see_through or strong
    for i, j in [(0, 0)] if whole else np.ndindex(h, w):
        tall, wide = (h, w) if whole else (1, 1)
        corner = at + j * right + i * up
        face(
            [corner, corner + wide * right, corner + wide * right + tall * up, corner + tall * up],
            0.6 if strong else 0.25,
        )
    for z in range(depth):
        front, back = z * _INTO, (z + 1) * _INTO
        for j in range(w):
            left = at + h * up + j * right
            face([left + front, left + right + front, left + right + back, left + back], 0.4)
        for i in range(h):
            low = at + w * right + i * up
            face([low + front, low + back, low + up + back, low + up + front], 0.55)


def _name(ax: Axes, at: tuple[float, float] | np.ndarray, text: str) -> None:
    ax.text(at[0], at[1], text, ha="center", va="top", fontsize=13, linespacing=1.15)


def _sign(ax: Axes, at: tuple[float, float], text: str) -> None:
    # The star is a small sign in most fonts.
    ax.text(*at, text, ha="center", va="center", fontsize=40 if text == "⋆" else 24)
