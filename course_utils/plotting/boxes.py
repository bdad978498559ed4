"""Boxes on images: what is there, what a detector finds, and the grid that answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from course_utils.detection import Detections, Objects, areas, as_boxes, intersection_over_union
from course_utils.plotting.style import BLUE, GREEN, ORANGE, PURPLE, SKY, YELLOW

# Each kind of box differs from the others in its dashes as well as in its colour.
_KINDS: dict[str, dict[str, Any]] = {
    "truth": {"color": SKY, "linestyle": "-", "linewidth": 2.0},
    "found": {"color": ORANGE, "linestyle": "--", "linewidth": 2.2},
    "right": {"color": ORANGE, "linestyle": "--", "linewidth": 2.2},
    "wrong": {"color": PURPLE, "linestyle": "-.", "linewidth": 2.2},
    "missed": {"color": YELLOW, "linestyle": ":", "linewidth": 3.0},
}
_FONT_SIZE = 12


def draw_boxes(
    images: Sequence[np.ndarray],
    marks: Sequence[Mapping[str, Objects | Detections]],
    titles: Sequence[str] = (),
    *,
    columns: int = 3,
    size: float = 3.2,
    scores: bool = True,
) -> Figure:
    """Draw images in a grid with boxes on them, each with its class and, if it has one, its score.

    Parameters
    ----------
    images
        Arrays (h, w), drawn in grey; they may differ in size.
    marks
        One mapping for each image, from a kind of box, "truth", "found", "right", "wrong" or
        "missed", to the objects or detections that it marks.
    titles
        One for each image, or none.
    columns
        Pictures in a row.
    size
        Width of a picture in inches.
    scores
        Whether to write the scores behind the classes, as in "9 (82 %)".

    Returns
    -------
    matplotlib.figure.Figure
        One axes an image. Below them a legend, if there is more than one kind.

    Raises
    ------
    ValueError
        If there are no images, marks or titles aren't as many, or a kind isn't known.
    """
    images = [np.squeeze(np.asarray(image)) for image in images]
    if not images:
        raise ValueError("images is empty: give at least one image")
    for name, given, allowed in (("marks", marks, ()), ("titles", titles, (0,))):
        if len(given) not in (len(images), *allowed):
            raise ValueError(f"{name} has {len(given)} entries for {len(images)} images: one each")
    used = {kind for mark in marks for kind in mark}
    if unknown := used - set(_KINDS):
        raise ValueError(f"marks has the kind {min(unknown)!r}: use one of {', '.join(_KINDS)}")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height = size * max(len(image) / image.shape[1] for image in images)
    legend = 0.4 * (len(used) > 1)
    fig, axes = plt.subplots(
        rows,
        columns,
        squeeze=False,
        figsize=(columns * size, rows * (height + 0.35 * bool(titles)) + legend),
    )
    for ax in axes.flat:
        ax.axis("off")
    for k, (ax, image, mark) in enumerate(zip(axes.flat, images, marks)):
        ax.imshow(image, cmap="gray")
        ax.set(xlim=(-0.5, image.shape[1] - 0.5), ylim=(len(image) - 0.5, -0.5))
        points = image.shape[1] / (72 * size)  # pixels of the image in a point of the page
        letter = points * _FONT_SIZE * np.array([1.2, 0.75])
        taken: list[np.ndarray] = []
        for kind in _KINDS:
            if kind in mark:
                _draw_marks(ax, kind, mark[kind], scores, letter, taken)
        if titles:
            ax.set_title(titles[k])
    if legend:
        samples = [Line2D([], [], label=kind, **_on_white(kind)) for kind in _KINDS if kind in used]
        fig.legend(handles=samples, loc="outside lower center", ncols=len(samples))
    return fig


def draw_overlaps(
    boxes: Sequence[Sequence[float]],
    others: Sequence[Sequence[float]],
    titles: Sequence[str] = (),
) -> Figure:
    """Draw pairs of boxes side by side, what they share hatched, with intersection and union.

    Parameters
    ----------
    boxes, others
        Equally many boxes (top, left, bottom, right), a pair a panel, at most five.
    titles
        One for each pair; by default the intersection over union.

    Returns
    -------
    matplotlib.figure.Figure
        One axes a pair, all with one scale.

    Raises
    ------
    ValueError
        If the boxes aren't one to five pairs, or titles aren't as many.
    """
    firsts, seconds = as_boxes("boxes", boxes), as_boxes("others", others)
    if len(firsts) != len(seconds) or not 1 <= len(firsts) <= 5:
        raise ValueError(
            f"boxes has {len(firsts)} entries, others {len(seconds)}: give 1 to 5 pairs"
        )
    if len(titles) not in (0, len(firsts)):
        raise ValueError(f"titles has {len(titles)} entries for {len(firsts)} pairs: one each")
    fig, axes = plt.subplots(1, len(firsts), squeeze=False, figsize=(2.5 * len(firsts), 3.3))
    starts, ends = np.minimum(firsts, seconds)[:, :2], np.maximum(firsts, seconds)[:, 2:]
    # Every panel is as large as the largest pair, with its own pair in the middle.
    half = (ends - starts).max(axis=0) / 2 * 1.06
    middles = (starts + ends) / 2
    for k, (ax, one, two) in enumerate(zip(axes[0], firsts, seconds)):
        _add_box(ax, one, facecolor="none", edgecolor=BLUE, linewidth=3)
        _add_box(ax, two, facecolor="none", edgecolor=ORANGE, linewidth=3, linestyle="--")
        start, end = np.maximum(one[:2], two[:2]), np.minimum(one[2:], two[2:])
        shared = 0.0
        if (end > start).all():
            shared = float(np.prod(end - start))
            _add_box(ax, [*start, *end], facecolor=GREEN, alpha=0.35, linewidth=0, zorder=0)
            _add_box(ax, [*start, *end], facecolor="none", edgecolor=GREEN, hatch="//", linewidth=0)
        union = areas([one])[0] + areas([two])[0] - shared
        overlap = intersection_over_union([one], [two])[0, 0]
        low, high = middles[k] - half, middles[k] + half
        ax.set(xlim=(low[1], high[1]), ylim=(high[0], low[0]), aspect="equal", xticks=(), yticks=())
        ax.spines[:].set_visible(False)
        ax.set_title(titles[k] if titles else f"IoU {overlap:.2f}")
        ax.set_xlabel(f"{shared:.4g} / {union:.4g}")
    return fig


def draw_grid(image: np.ndarray, objects: Objects, *, cell: int) -> Figure:
    """Draw an image under its grid: each object's box and centre, and the cell that answers for it.

    Parameters
    ----------
    image
        Array (h, w), drawn in grey.
    objects
        What is on it.
    cell
        Side of a cell in pixels.

    Returns
    -------
    matplotlib.figure.Figure
        One axes: first the image, then a filled square for each answering cell and a frame for
        each object.

    Raises
    ------
    ValueError
        If a box isn't one.
    """
    image = np.squeeze(np.asarray(image))
    height, width = image.shape
    boxes = as_boxes("objects", objects.boxes)
    fig, ax = plt.subplots(figsize=(min(10.0, 4.3 * width / height + 0.3), 4.4))
    ax.imshow(image, cmap="gray", extent=(0, width, height, 0))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.hlines(np.arange(0, height + 1, cell), 0, width, color="0.45", linewidth=0.7)
    ax.vlines(np.arange(0, width + 1, cell), 0, height, color="0.45", linewidth=0.7)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    for box, (y, x), label in zip(boxes, centres, objects.labels):
        top, left = y // cell * cell, x // cell * cell
        square = [top, left, top + cell, left + cell]
        _add_box(ax, square, facecolor=ORANGE, alpha=0.75, linewidth=0)
        _add_box(ax, box, facecolor="none", edgecolor=SKY, linewidth=2)
        points = width / (72 * fig.get_figwidth())
        place = _free_place(ax, box, (14 * points, 10 * points), [])
        _write(ax, place, str(int(label)), SKY)
    ax.plot(centres[:, 1], centres[:, 0], "o", color="black", markersize=5)
    ax.axis("off")
    return fig


def _draw_marks(
    ax: Axes,
    kind: str,
    marked: Objects | Detections,
    scores: bool,
    letter: tuple[float, float],
    taken: list[np.ndarray],
) -> None:
    look = dict(_KINDS[kind])
    color = look.pop("color")
    for k, (box, label) in enumerate(zip(as_boxes("boxes", marked.boxes), marked.labels)):
        # A box is measured from the image's edge, imshow from the middle of the first pixel.
        box = box - 0.5
        _add_box(ax, box, facecolor="none", edgecolor=color, **look)
        if kind == "truth":
            continue
        text = str(int(label))
        if scores and isinstance(marked, Detections):
            text += f" ({100 * marked.scores[k]:.0f} %)"
        place = _free_place(ax, box, (letter[0], letter[1] * len(text)), taken)
        taken.append(place)
        _write(ax, place, text, color)


def _free_place(
    ax: Axes, box: np.ndarray, sides: tuple[float, float], taken: list[np.ndarray]
) -> np.ndarray:
    """Return where a text hides no other: above the box, below, inside its top or its bottom."""
    (left_end, right_end), (bottom_end, top_end) = ax.get_xlim(), ax.get_ylim()
    height, width = sides
    # At the image's right border the text begins further left.
    left = max(min(box[1], right_end - width), left_end)
    tops = [box[0] - height, box[2], box[0], box[2] - height]
    tops += [top - height for top in tops] + [top + height for top in tops]
    inside = [top for top in tops if top >= top_end and top + height <= bottom_end] or [top_end]
    places = np.array([[top, left, top + height, left + width] for top in inside])
    hidden = intersection_over_union(places, taken).sum(axis=1)
    return places[hidden.argmin()]


def _add_box(ax: Axes, box: Sequence[float] | np.ndarray, **look: Any) -> None:
    top, left, bottom, right = box
    ax.add_patch(Rectangle((left, top), right - left, bottom - top, **look))


def _write(ax: Axes, place: Sequence[float] | np.ndarray, text: str, color: str) -> None:
    ax.text(
        place[1],
        place[2],
        text,
        color=color,
        fontsize=_FONT_SIZE,
        weight="bold",
        va="bottom",
        clip_on=True,
        path_effects=[withStroke(linewidth=3, foreground="black")],
    )


def _on_white(kind: str) -> dict[str, Any]:
    """Yellow and sky blue are made for black images; on paper they need a darker neighbour."""
    darker = {"truth": BLUE, "missed": "#B8A500"}
    return {**_KINDS[kind], "color": darker.get(kind, _KINDS[kind]["color"])}
