"""Images with what a classifier says about them: one bar a class."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import BLUE, VERMILION

_WRONG_HATCH = "///"


def draw_predictions(
    images: Sequence[np.ndarray],
    probabilities: np.ndarray,
    labels: Sequence[int] | None = None,
    *,
    size: float = 2.1,
) -> Figure:
    """Draw images in a row, under each the probabilities of its classes.

    Parameters
    ----------
    images
        Arrays (h, w) or (h, w, 1), at most five.
    probabilities
        Array (n, classes), a row an image.
    labels
        The true classes, if known: the bar of the true class is then blue, a larger one of another
        class vermilion and hatched, and the title says whether the reading is right.
    size
        Width of an image in inches.

    Returns
    -------
    matplotlib.figure.Figure
        Two rows of axes: images and bars.

    Raises
    ------
    ValueError
        If there are no images or more than five, or `probabilities` or `labels` don't fit them.
    """
    images = [np.squeeze(np.asarray(image)) for image in images]
    probabilities = np.asarray(probabilities)
    if not 1 <= len(images) <= 5:
        raise ValueError(f"images has {len(images)} entries: give one to five")
    if probabilities.ndim != 2 or len(probabilities) != len(images):
        raise ValueError(
            f"probabilities has shape {probabilities.shape} for {len(images)} images: "
            "give a row for each"
        )
    if labels is not None and len(labels) != len(images):
        raise ValueError(
            f"labels has {len(labels)} entries for {len(images)} images: give one each"
        )
    fig, axes = plt.subplots(
        2,
        len(images),
        squeeze=False,
        figsize=(len(images) * size, size + 1.9),
        height_ratios=(size, 1.3),
        sharey="row",
    )
    for k, (image, shares) in enumerate(zip(images, probabilities)):
        said = int(shares.argmax())
        label = said if labels is None else int(labels[k])
        picture, bars = axes[:, k]
        picture.imshow(image, cmap="gray")
        picture.axis("off")
        picture.set_title(f"read as {said}" if said == label else f"a {label}, read as {said}")
        drawn = bars.bar(range(len(shares)), shares, color="0.6", width=0.85)
        drawn[said].set(facecolor=VERMILION, hatch=_WRONG_HATCH, edgecolor="white")
        drawn[label].set(facecolor=BLUE, hatch="")
        bars.set_xticks(range(len(shares)))
        bars.set(xlim=(-0.7, len(shares) - 0.3), ylim=(0, 1.02), yticks=(0, 0.5, 1))
        bars.tick_params(axis="x", length=0, pad=3)
        if k:
            bars.spines["left"].set_visible(False)
            bars.tick_params(axis="y", length=0)
    axes[1, 0].set_ylabel("probability")
    return fig
