"""Many small images, a column a channel: kernels above the feature maps that they make."""

from collections.abc import Collection, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.style import SIGNED_CMAP


def draw_channels(
    rows: Mapping[str, np.ndarray],
    *,
    signed: Collection[str] = (),
    titles: Sequence[str] = (),
    width: float = 10.6,
) -> Figure:
    """Draw stacks of images one under another, so that equal channels stand in one column.

    Parameters
    ----------
    rows
        Arrays (h, w, channels) by name, all with equally many channels; the sizes may differ. The
        name is written to the left, and may hold line breaks.
    signed
        Names of the rows whose sign matters, such as kernels: brown below zero, white at zero,
        blue-green above. The others are grey, black for the smallest value. Each row has one scale.
    titles
        One for each channel, written above the first row; by default the channels are counted
        from 1.
    width
        Of the figure, in inches.

    Returns
    -------
    matplotlib.figure.Figure
        One axes an image.

    Raises
    ------
    ValueError
        If there are no rows, one isn't (h, w, channels), the numbers of channels differ,
        `signed` names a row that isn't there, or titles aren't as many as channels.
    """
    arrays = {name: np.asarray(values) for name, values in rows.items()}
    if not arrays:
        raise ValueError("rows is empty: give at least one array (h, w, channels)")
    for name, values in arrays.items():
        if values.ndim != 3 or values.size == 0:
            raise ValueError(f"row {name!r} has shape {values.shape}: give (h, w, channels)")
    counts = {name: values.shape[2] for name, values in arrays.items()}
    if len(set(counts.values())) > 1:
        raise ValueError(f"rows have {counts} channels: give every row the same number")
    for name in signed:
        if name not in arrays:
            raise ValueError(f"signed names {name!r}, which is no row: use one of {list(arrays)}")
    channels = next(iter(counts.values()))
    if len(titles) not in (0, channels):
        raise ValueError(f"titles has {len(titles)} entries for {channels} channels: give one each")
    side = (width - 1.5) / channels
    fig, axes = plt.subplots(
        len(arrays), channels, squeeze=False, figsize=(width, len(arrays) * (side + 0.08) + 0.35)
    )
    for line, (name, values) in zip(axes, arrays.items()):
        low, high = values.min(), values.max()
        if name in signed:
            high = max(abs(low), abs(high)) or 1
            low = -high
        for k, ax in enumerate(line):
            cmap = SIGNED_CMAP if name in signed else "gray"
            ax.imshow(values[:, :, k], cmap=cmap, vmin=low, vmax=high)
            ax.set(xticks=(), yticks=())
            ax.spines[:].set(visible=True, color="0.7")
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)
    for k, ax in enumerate(axes[0]):
        ax.set_title(titles[k] if titles else str(k + 1))
    return fig
