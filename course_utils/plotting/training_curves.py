"""How a training went: loss and accuracy after each epoch, in training and in validation."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from course_utils.plotting.style import BLUE, VERMILION

_MOST_MARKERS = 25


def draw_training(
    history: Mapping[str, Sequence[float]], *, metric: str = "accuracy", title: str = ""
) -> Figure:
    """Draw loss and one metric against epochs, for the training and the validation part.

    Parameters
    ----------
    history
        What Keras measured, one value an epoch: `history` of the object that `fit` returns, with
        the entries "loss" and `metric`, and "val_loss" and "val_…" if there was validation data.
    metric
        What to draw beside the loss, a share between 0 and 1.
    title
        Written above both.

    Returns
    -------
    matplotlib.figure.Figure
        Two axes, loss and metric, with one legend below. A vertical line marks the epoch with the
        lowest validation loss.

    Raises
    ------
    ValueError
        If `history` lacks the loss or the metric, or holds no epoch.
    """
    for name in ("loss", metric):
        if len(history.get(name, ())) == 0:
            raise ValueError(
                f"history holds {', '.join(history) or 'nothing'}: draw_training needs {name!r}, "
                "one value an epoch"
            )
    epochs = np.arange(1, len(history["loss"]) + 1)
    fig, axes = plt.subplots(1, 2, figsize=(10.6, 4.0))
    for ax, name in zip(axes, ("loss", metric)):
        marks = {"markevery": -(-len(epochs) // _MOST_MARKERS)}
        ax.plot(epochs, history[name], "o-", color=BLUE, label="training", **marks)
        if f"val_{name}" in history:
            ax.plot(
                epochs, history[f"val_{name}"], "s--", color=VERMILION, label="validation", **marks
            )
        ax.set(xlabel="epoch", title=name, xlim=(0.5, len(epochs) + 0.5))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0].set_ylim(bottom=0)
    axes[1].yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.4g} %"))
    if "val_loss" in history:
        best = epochs[np.argmin(history["val_loss"])]
        for ax in axes:
            ax.axvline(best, color="0.5", linestyle=":", label="lowest validation loss")
    # Below both, where it hides neither a curve nor the line of the best epoch.
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=len(handles), frameon=False)
    if title:
        fig.suptitle(title)
    return fig
