"""The look that all figures share, and how a figure gets into a notebook with its description."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

STYLE_FILE = Path(__file__).with_name("course.mplstyle")
# From Matplotlib's own defaults on, not from what the user's matplotlibrc says.
STYLE = ["default", STYLE_FILE]

# Roles, so that one colour means one thing in every figure (Okabe and Ito's palette).
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
SKY, VERMILION, YELLOW, BLACK = "#56B4E9", "#D55E00", "#F0E442", "#000000"
INPUT_COLOR, KERNEL_COLOR, OUTPUT_COLOR = BLUE, ORANGE, GREEN
PADDING_COLOR = "#D9D9D9"
# For maps with positive and negative values: brown below zero, white at zero, blue-green above.
SIGNED_CMAP = "BrBG"


def use_course_style() -> None:
    """Make Matplotlib draw every figure from now on in the course's style, and in the notebook.

    Whatever the user's own ``matplotlibrc`` says, and ``MPLBACKEND``, by which pictures would be
    lost in silence. A backend that was made for notebooks, such as ``%matplotlib widget``, stays.
    """
    plt.style.use(STYLE)
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if hasattr(shell, "kernel") and not _draws_in_notebooks(plt.get_backend()):
        shell.run_line_magic("matplotlib", "inline")
        # It may come with settings of its own.
        plt.style.use(STYLE)


def _draws_in_notebooks(backend: str) -> bool:
    name = backend.lower()
    return name in ("inline", "nbagg", "notebook", "widget") or name.startswith("module://")


def signed_limit(values: np.ndarray) -> float:
    """Return the value, above 0, at which a signed map reaches its full colour.

    It is the largest absolute value; of more than 5,000 cells, such as a filtered photograph's, the
    99 % quantile, as a few extreme cells would leave all others pale.
    """
    sizes = np.abs(np.asarray(values, dtype=float))
    limit = np.quantile(sizes, 0.99) if sizes.size > 5000 else sizes.max()
    return float(limit) or float(sizes.max()) or 1.0


def show(fig: Figure, *, alt: str) -> None:
    """Display a figure in the notebook, with a description stored beside it, and close it.

    Parameters
    ----------
    fig
        The figure.
    alt
        What the figure shows, in a sentence, for readers who can't see it.

    Raises
    ------
    ValueError
        If `alt` is missing or too short to describe anything.
    """
    if not isinstance(alt, str) or len(alt.strip()) < 30:
        raise ValueError(
            f"alt is {alt!r}: say in a sentence of at least 30 characters what the figure shows"
        )
    from IPython.display import display  # slow to import, and only a notebook needs it

    display(fig, metadata={"image/png": {"alt": alt.strip()}})
    plt.close(fig)


def picture(draw: Callable[[], Figure]) -> bytes:
    """Draw a figure in the course's style, and return it as the content of a PNG file.

    For files, outside a notebook: no window system is needed.

    Parameters
    ----------
    draw
        Makes the figure, which is closed afterwards.
    """
    plt.switch_backend("agg")
    content = io.BytesIO()
    with plt.style.context(STYLE):
        fig = draw()
        fig.savefig(content, format="png")
        plt.close(fig)
    return content.getvalue()
