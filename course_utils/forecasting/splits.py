"""How rows are split in time, so that every forecast learns from its past only."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_numeric, as_real
from course_utils.forecasting.forecasters import ROWS, Fit


def expanding_splits(
    rows: int, first: int, *, every: int = 1, horizon: int = 1
) -> list[tuple[slice, slice]]:
    """Split rows in time: learn from the past, forecast a block, move on, learn from more.

    Parameters
    ----------
    rows
        How many rows there are, in order of time.
    first
        The first row to be forecast.
    every
        Rows in a block, that is, after how many forecasts the method learns anew.
    horizon
        The horizon of the rows. When row i is forecast, the target of row j is known only if
        j ≤ i − horizon, so horizon − 1 rows before each block are left out.

    Returns
    -------
    list of (slice, slice)
        Rows to learn from and rows to forecast, one pair a block.

    Raises
    ------
    ValueError
        If nothing is left to learn from, or to forecast.

    Examples
    --------
    >>> expanding_splits(7, 4, every=2)
    [(slice(0, 4, None), slice(4, 6, None)), (slice(0, 6, None), slice(6, 7, None))]
    """
    rows, every = as_integer("rows", rows, 1), as_integer("every", every, 1)
    horizon, first = as_integer("horizon", horizon, 1), as_integer("first", first, 1)
    if first >= rows:
        raise ValueError(f"first is {first} of {rows} rows: use at most {rows - 1}")
    if first < horizon:
        raise ValueError(
            f"first is {first}, but with horizon {horizon} no earlier target is known by then: "
            f"use at least {horizon}"
        )
    return [
        (slice(0, start - horizon + 1), slice(start, min(start + every, rows)))
        for start in range(first, rows, every)
    ]


def expanding_forecasts(
    fit: Fit, x: ArrayLike, y: ArrayLike, first: int, *, every: int = 1, horizon: int = 1
) -> np.ndarray:
    """Forecast the rows from `first` on, each from earlier rows only.

    Parameters
    ----------
    fit
        Learns from (x, y) and returns a function from windows to forecasts.
    x, y
        Rows as `make_windows` gives them.
    first, every, horizon
        As in `expanding_splits`.

    Returns
    -------
    numpy.ndarray
        Forecasts (rows − first,), to be compared with ``y[first:]``.

    Raises
    ------
    ValueError
        If x and y differ in length or aren't real numbers, or a forecast isn't one number a row.
    """
    x, y = as_numeric("x", x, ROWS), as_numeric("y", y, ("rows",))
    if len(x) != len(y):
        raise ValueError(f"y has {len(y)} rows for {len(x)} windows: give one target each")
    forecasts = []
    for past, block in expanding_splits(len(y), first, every=every, horizon=horizon):
        found = as_real("forecasts", fit(x[past], y[past])(x[block]))
        if found.shape != y[block].shape:
            raise ValueError(
                f"fit gives forecasts of shape {found.shape} for {len(y[block])} rows: "
                "return one number a row"
            )
        forecasts.append(found)
    return np.concatenate(forecasts)
