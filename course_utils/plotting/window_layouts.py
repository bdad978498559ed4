"""Where the windows of a convolution lie: on a signal, one row a window, and on an image."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from course_utils.convolution import (
    AxisPlan,
    Padding,
    Pair,
    as_pair,
    correlate1d,
    plan_axis,
    plan_image,
)
from course_utils.plotting.matrices import number
from course_utils.plotting.style import (
    BLACK,
    INPUT_COLOR,
    KERNEL_COLOR,
    OUTPUT_COLOR,
    PADDING_COLOR,
)

# Inches: the most that fits on a slide, and room there for titles and the legend.
_WIDEST, _HIGHEST, _AROUND = 10.6, 4.5, 0.9
_LARGEST_CELL = 0.46
# In smaller cells the zeros of an image's padding are grey without a figure: it would be crowded.
_SMALLEST_WRITTEN = 0.2
# Inches on the left for the names of the parts of an image's figure.
_NAMES = 1.75
# In cells: between two cases or columns, between parts above each other, and for " = 321".
_BETWEEN, _GAP, _RESULT = 1.3, 0.5, 2.4
_HATCH = "xxx"


def _pale(color: str, share: float) -> tuple[float, ...]:
    """Mix a colour with white, so that black numbers on it stay readable."""
    return tuple(share * part + 1 - share for part in to_rgb(color))


# How each kind of cell is drawn; the kind is also the artist's gid.
_LOOKS: dict[str, dict[str, Any]] = {
    "input": dict(facecolor=_pale(INPUT_COLOR, 0.42), edgecolor="0.5"),
    "zero": dict(facecolor=PADDING_COLOR, edgecolor="0.5"),
    "window": dict(facecolor=_pale(KERNEL_COLOR, 0.75), edgecolor="0.35"),
    # On an image one sees through the window, what is a pixel and what a zero under it.
    "pane": dict(facecolor=to_rgba(KERNEL_COLOR, 0.45), edgecolor="0.35"),
    "span": dict(fill=False, edgecolor=KERNEL_COLOR, linewidth=3.5, joinstyle="miter", zorder=3),
    "output": dict(facecolor=_pale(OUTPUT_COLOR, 0.2), edgecolor="0.5"),
    "made": dict(facecolor=OUTPUT_COLOR, edgecolor=BLACK, linewidth=2.5, zorder=3),
    "unread": dict(fill=False, edgecolor="0.25", linewidth=0, hatch=_HATCH, zorder=2),
}


class SignalCase(NamedTuple):
    """A signal, the kernel that slides over it, and how: one column of `draw_windows_on_signal`.

    `kernel` is an array (k,), whose weights and results are then written, or k alone. A `signal`
    given as its length n stays without numbers.
    """

    signal: Sequence[float] | int
    kernel: Sequence[float] | int
    title: str = ""
    padding: Padding = "valid"
    stride: int = 1
    dilation: int = 1


def draw_windows_on_signal(cases: Sequence[SignalCase], *, counts: bool = False) -> Figure:
    """Draw every window of a kernel on a padded signal, each in a row of its own.

    Cells of the signal are blue, zeros grey, windows orange; what no window reads is crossed out.

    Parameters
    ----------
    cases
        What to draw, side by side.
    counts
        Write below how many windows read each cell of the signal, the zeros left out.

    Returns
    -------
    matplotlib.figure.Figure
        One axes a case, one unit a cell; the signal starts at x = 0, its zeros lie around it.

    Raises
    ------
    ValueError
        If there are no cases, or a kernel doesn't fit on its signal.
    """
    if not cases:
        raise ValueError("cases is empty: give at least one SignalCase")
    plans = [_plan_case(case) for case in cases]
    deepest = max(plan.size for plan in plans)
    below = _GAP + 1.9 if counts else 0.0
    total_height = 1 + _GAP + deepest + below + 0.2
    starts = [-plan.before for plan in plans]
    ends = [
        _length(case.signal) + plan.after + (_RESULT if _has_weights(case) else 0)
        for case, plan in zip(cases, plans)
    ]
    # A title may be wider than its cells; about 0.26 cells a letter at the largest cell.
    widths = [
        max(end - start, 0.29 * len(case.title)) + _BETWEEN
        for case, start, end in zip(cases, starts, ends)
    ]
    cell = min(_LARGEST_CELL, _WIDEST / sum(widths), (_HIGHEST - _AROUND) / total_height)
    fig, axes = plt.subplots(
        1,
        len(cases),
        squeeze=False,
        width_ratios=widths,
        figsize=(sum(widths) * cell, total_height * cell + _AROUND),
    )
    kinds: set[str] = set()
    for ax, case, plan, start, end, width in zip(axes[0], cases, plans, starts, ends, widths):
        seen = _draw_case(ax, case, plan, kinds, fontsize=_points(cell))
        if counts:
            _write_counts(ax, seen, 1 + _GAP + deepest + _GAP, fontsize=_points(cell))
        middle = (start + end) / 2
        ax.set(
            xlim=(middle - width / 2, middle + width / 2),
            ylim=(total_height, -0.1),
            aspect="equal",
            title=case.title,
        )
        ax.axis("off")
    _add_legend(fig, kinds, "signal")
    return fig


def draw_windows_on_image(
    image_shape: Pair,
    kernel_size: Pair,
    *,
    padding: Padding = "valid",
    stride: Pair = 1,
    dilation: Pair = 1,
    at: Sequence[tuple[int, int]] = (),
) -> Figure:
    """Draw windows of a kernel on a padded image, above the cells of the feature map they make.

    Pixels are blue, zeros grey, and the window is an orange pane over both, so that one sees which
    of them lie under it; pixels and zeros that no window ever reads are crossed out.

    Parameters
    ----------
    image_shape, kernel_size
        Pairs (height, width), or an integer for a square.
    padding, stride, dilation
        As in `course_utils.convolution`.
    at
        Cells (row, column) of the feature map to show; by default the first, the one to its right
        and the last.

    Returns
    -------
    matplotlib.figure.Figure
        One axes, one unit a cell; the padded images stand side by side in its upper part.

    Raises
    ------
    ValueError
        If the kernel doesn't fit, or a cell of `at` lies outside the feature map.
    """
    shape, size = as_pair("image_shape", image_shape), as_pair("kernel_size", kernel_size)
    plans = plan_image(shape, size, padding, stride, dilation, ("image", "kernel"))
    out = (plans[0].size, plans[1].size)
    steps = list(at) or list(
        dict.fromkeys([(0, 0), (0, min(1, out[1] - 1)), (out[0] - 1, out[1] - 1)])
    )
    for i, j in steps:
        if not (0 <= i < out[0] and 0 <= j < out[1]):
            raise ValueError(
                f"at holds {(i, j)}: the feature map has {out[0]} rows and {out[1]} columns, "
                "counted from 0"
            )
    padded = [n + plan.before + plan.after for n, plan in zip(shape, plans)]
    column = max(padded[1], out[1]) + _BETWEEN
    total_height = 1 + padded[0] + _GAP + out[0]
    cell = min(
        _LARGEST_CELL, (_WIDEST - _NAMES) / (len(steps) * column), (_HIGHEST - 0.6) / total_height
    )
    names = _NAMES / cell
    total_width = names + len(steps) * column
    fig, ax = plt.subplots(figsize=(total_width * cell, total_height * cell + 0.6))
    kinds: set[str] = set()
    for place, step in enumerate(steps):
        left = place * column
        ax.text(
            left + column / 2 - _BETWEEN / 2,
            0.1,
            f"cell [{step[0]}, {step[1]}]",
            ha="center",
            va="center",
            fontsize=14,
        )
        _draw_image_step(
            ax,
            shape,
            plans,
            step,
            left + (column - _BETWEEN - padded[1]) / 2,
            kinds,
            fontsize=_points(cell) if cell >= _SMALLEST_WRITTEN else None,
        )
        _draw_map(ax, out, step, left + (column - _BETWEEN - out[1]) / 2, 1 + padded[0] + _GAP)
    image_name = f"image\n{shape[0]}×{shape[1]}"
    if padded != list(shape):
        image_name += f",\nwith zeros\n{padded[0]}×{padded[1]}"
    ax.text(-0.5, 1 + padded[0] / 2, image_name, ha="right", va="center", fontsize=14)
    ax.text(
        -0.5,
        1 + padded[0] + _GAP + out[0] / 2,
        f"feature map\n{out[0]}×{out[1]}",
        ha="right",
        va="center",
        fontsize=14,
    )
    ax.set(xlim=(-names, total_width - names), ylim=(total_height + 0.1, -0.4), aspect="equal")
    ax.axis("off")
    _add_legend(fig, kinds, "image")
    return fig


def _length(signal: Sequence[float] | int) -> int:
    return signal if isinstance(signal, int) else len(np.atleast_1d(signal))


def _has_weights(case: SignalCase) -> bool:
    return np.ndim(case.kernel) == 1 and np.ndim(case.signal) == 1


def _plan_case(case: SignalCase) -> AxisPlan:
    return plan_axis(
        _length(case.signal),
        _length(case.kernel),
        case.padding,
        case.stride,
        case.dilation,
        ("signal", "kernel"),
    )


def _points(cell: float) -> float:
    """Size of the numbers in a cell of so many inches."""
    return max(12.0, min(16.0, 34 * cell))


def _cell(ax: Axes, kind: str, x: float, y: float, width: float = 1, height: float = 1) -> None:
    ax.add_patch(Rectangle((x, y), width, height, gid=kind, **_LOOKS[kind]))


def _draw_case(
    ax: Axes, case: SignalCase, plan: AxisPlan, kinds: set[str], fontsize: float
) -> np.ndarray:
    """Draw a signal and its windows; return how often each cell of the signal is read."""
    n = _length(case.signal)
    firsts = np.arange(plan.size) * plan.stride - plan.before
    read = firsts[:, None] + np.arange(plan.k) * plan.dilation
    for x in range(-plan.before, n + plan.after):
        kind = "input" if 0 <= x < n else "zero"
        kinds.add(kind)
        _cell(ax, kind, x, 0)
        unread = x not in read
        if unread:
            kinds.add("unread")
            _cell(ax, "unread", x, 0)
        if kind == "input" and np.ndim(case.signal):
            # On the hatching a number needs a ground of its own.
            box = dict(facecolor="white", edgecolor="none", pad=1) if unread else None
            ax.text(
                x + 0.5,
                0.5,
                number(np.atleast_1d(case.signal)[x]),
                ha="center",
                va="center",
                fontsize=fontsize,
                bbox=box,
            )
        elif kind == "zero" and not unread:
            ax.text(x + 0.5, 0.5, "0", ha="center", va="center", fontsize=fontsize)
    results = None
    if _has_weights(case):
        results = correlate1d(
            np.asarray(case.signal),
            np.asarray(case.kernel),
            padding=case.padding,
            stride=case.stride,
            dilation=case.dilation,
        )
    kinds.add("window")
    for row, cells in enumerate(read):
        top = 1 + _GAP + row
        ax.plot(
            [cells[0] + 0.5, cells[-1] + 0.5],
            [top + 0.5] * 2,
            color=KERNEL_COLOR,
            linewidth=2,
            zorder=0,
        )
        for m, x in enumerate(cells):
            _cell(ax, "window", x, top + 0.1, height=0.8)
            if results is not None:
                ax.text(
                    x + 0.5,
                    top + 0.5,
                    number(np.atleast_1d(case.kernel)[m]),
                    ha="center",
                    va="center",
                    fontsize=fontsize,
                )
        if results is not None:
            ax.text(
                n + plan.after + 0.25,
                top + 0.5,
                f"= {number(results[row])}",
                va="center",
                fontsize=fontsize + 1,
            )
    return np.bincount(read[(read >= 0) & (read < n)], minlength=n)


def _write_counts(ax: Axes, seen: np.ndarray, top: float, fontsize: float) -> None:
    for x, times in enumerate(seen):
        ax.text(
            x + 0.5,
            top + 0.4,
            str(times),
            ha="center",
            va="center",
            fontweight="bold",
            fontsize=fontsize + 1,
        )
    ax.text(len(seen) / 2, top + 1.4, "times seen", ha="center", va="center", fontsize=14)


def _draw_image_step(
    ax: Axes,
    shape: tuple[int, int],
    plans: tuple[AxisPlan, AxisPlan],
    step: tuple[int, int],
    left: float,
    kinds: set[str],
    fontsize: float | None,
) -> None:
    """Draw a padded image with one window on it, from row 1 on; no `fontsize`, no zeros written."""
    vertical, horizontal = plans
    ever, now = [], []
    for plan, place in zip(plans, step):
        offsets = np.arange(plan.k) * plan.dilation
        ever.append(set((np.arange(plan.size)[:, None] * plan.stride + offsets).flat))
        now.append(set(place * plan.stride + offsets))
    for i in range(shape[0] + vertical.before + vertical.after):
        for j in range(shape[1] + horizontal.before + horizontal.after):
            inside = 0 <= i - vertical.before < shape[0] and 0 <= j - horizontal.before < shape[1]
            x, y = left + j, 1 + i
            kind = "input" if inside else "zero"
            kinds.add(kind)
            _cell(ax, kind, x, y)
            if i in now[0] and j in now[1]:
                kinds.add("pane")
                _cell(ax, "pane", x, y)
            if i not in ever[0] or j not in ever[1]:
                kinds.add("unread")
                _cell(ax, "unread", x, y)
            elif not inside and fontsize:
                ax.text(x + 0.5, y + 0.5, "0", ha="center", va="center", fontsize=fontsize)
    _cell(
        ax,
        "span",
        left + step[1] * horizontal.stride,
        1 + step[0] * vertical.stride,
        horizontal.span,
        vertical.span,
    )


def _draw_map(
    ax: Axes, out: tuple[int, int], step: tuple[int, int], left: float, top: float
) -> None:
    for i, j in np.ndindex(*out):
        _cell(ax, "made" if (i, j) == step else "output", left + j, top + i)


def _add_legend(fig: Figure, kinds: set[str], what: str) -> None:
    names = {
        "input": what,
        "zero": "zeros",
        "window": "window",
        "pane": "window",
        "unread": "never read",
    }
    # A hatch is only drawn where there is an edge; its frame stays invisible on the cells.
    handles = [
        Patch(label=name, **(_LOOKS[kind] | ({"linewidth": 1} if kind == "unread" else {})))
        for kind, name in names.items()
        if kind in kinds
    ]
    fig.legend(handles=handles, loc="outside lower center", ncols=len(handles))
