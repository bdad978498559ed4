"""The look that all figures share, and how a figure gets into a notebook with its description."""

import io
import os
import sys
from base64 import b64encode
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_utils.plotting.alternative_text import authored_text, described

STYLE_FILE = Path(__file__).with_name("course.mplstyle")
# From Matplotlib's own defaults on, not from what the user's matplotlibrc says.
STYLE: list[str | Path | dict[str, Any]] = ["default", STYLE_FILE]

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
    shell: Any = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if hasattr(shell, "kernel") and not _draws_in_notebooks(plt.get_backend()):
        shell.run_line_magic("matplotlib", "inline")
        # It may come with settings of its own.
        plt.style.use(STYLE)


def _draws_in_notebooks(backend: str) -> bool:
    name = backend.lower()
    return name in ("inline", "nbagg", "notebook", "widget") or name.startswith("module://")


def signed_limit(values: np.ndarray) -> float:
    """Return the value, above 0, at which a signed map reaches its full colour.

    It is the largest absolute value; of more than 1,000 cells, such as a filtered photograph's, the
    97 % quantile, as a few extreme cells would leave all others too pale to be seen.
    """
    sizes = np.abs(np.asarray(values, dtype=float))
    limit = np.quantile(sizes, 0.97) if sizes.size > 1000 else sizes.max()
    return float(limit) or float(sizes.max()) or 1.0


def frame_picture(ax: Axes) -> None:
    """Draw a thin grey frame around a picture and no ticks: white in it isn't the page's white."""
    ax.set_axis_on()
    ax.set(xticks=(), yticks=())
    ax.spines[:].set(visible=True, color="0.6", linewidth=0.8)


def show(fig: Figure) -> None:
    """Display a figure in the notebook, with an alternative text stored beside it, and close it.

    The text stands in the metadata of the notebook's cell, see `alternative_text`; in a cell that
    was changed, and outside the course's notebooks, it is made of the figure's titles and labels.

    Parameters
    ----------
    fig
        The figure.
    """
    from IPython import get_ipython  # slow to import, and only a notebook needs it
    from IPython.display import display

    shell = get_ipython()
    text = ""
    if shell is not None and hasattr(shell, "get_parent"):
        code = shell.get_parent().get("content", {}).get("code", "")
        text = authored_text(code, shell.user_ns)
    text = text or described(fig)
    if shell is not None and "JPY_SESSION_NAME" in os.environ:
        _display_for_jupyterlab(fig, text)
    else:
        display(fig, metadata={"image/png": {"alt": text}})
    plt.close(fig)


def _display_for_jupyterlab(fig: Figure, text: str) -> None:
    """Display a figure also as HTML, since JupyterLab shows no alternative text of a PNG.

    The HTML is left out again where a notebook is stored in its canonical form.
    """
    from IPython import get_ipython
    from IPython.display import display

    data, metadata = get_ipython().display_formatter.format(fig)
    if "image/png" in data:
        metadata.setdefault("image/png", {})["alt"] = text
        content = data["image/png"]
        encoded = content if isinstance(content, str) else b64encode(content).decode()
        source = f"data:image/png;base64,{''.join(encoded.split())}"
        data["text/html"] = f'<img alt="{escape(text)}" src="{source}">'
    display(data, metadata=metadata, raw=True)


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
