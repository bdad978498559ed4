"""Plain numbers on logarithmic axes: 1, 20, 4,000 rather than powers of ten."""

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator
from numpy.typing import ArrayLike

PLAIN = FuncFormatter(lambda value, position: f"{value:,.10g}" if value >= 1 else f"{value:g}")
# Beyond so many powers of ten plain numbers become rows of zeros.
_MOST_POWERS = 6
# Ticks nearer to each other than this share of the axis would run into each other.
_NEAREST = 1 / 14


def powers(axis: Axis) -> float:
    """Return over how many powers of ten an axis reaches."""
    low, high = axis.get_view_interval()
    return float(np.log10(high / low))


def write_plain_numbers(axis: Axis, at: ArrayLike = ()) -> None:
    """Write the ticks of a logarithmic axis as plain numbers, unless it spans very many powers.

    Parameters
    ----------
    axis
        Of an axes whose lines are drawn already.
    at
        Where something was measured: a tick stands at each, if they are few and far enough apart.
        Otherwise at 1, 2 and 5 of each power of ten, or, beyond three powers, at the powers.
    """
    span = powers(axis)
    places = np.unique(np.asarray(at, float))
    places = places[places > 0]
    if len(places) > 1 and np.diff(np.log10(places)).min() >= _NEAREST * span:
        axis.set_major_locator(FixedLocator(places.tolist()))
        axis.set_minor_locator(NullLocator())
    elif span <= _MOST_POWERS:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if span < 3 else (1,)))
    else:
        return
    axis.set_major_formatter(PLAIN)
    axis.set_minor_formatter(NullFormatter())
