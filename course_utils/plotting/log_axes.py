"""Plain numbers on logarithmic axes that span few powers of ten."""

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

PLAIN = FuncFormatter(lambda value, position: f"{value:g}")


def spans_few_powers(axis: Axis) -> bool:
    """Tell whether an axis reaches over less than three powers of ten."""
    low, high = axis.get_view_interval()
    return np.log10(high / low) < 3


def write_plain_numbers(axis: Axis) -> None:
    """Write ticks as plain numbers, several in each power of ten where there are few powers."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if spans_few_powers(axis) else (1,)))
    axis.set_major_formatter(PLAIN)
    axis.set_minor_formatter(NullFormatter())
