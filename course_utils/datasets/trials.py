"""Tables of trainings that scripts in `benchmarks/` made, and that notebooks draw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from course_utils.datasets.course_files import RESTORE, course_file

DEPTH_TRIAL_DTYPE = np.dtype(
    [
        ("rate", "<f8"),
        ("depth", "<i8"),
        ("norm", "<i8"),
        ("network", "<U8"),
        ("start", "<U6"),
        ("seed", "<i8"),
        ("read", "<f8"),
        ("loss", "<f8"),
    ]
)
PRIOR_TRIAL_DTYPE = np.dtype(
    [
        ("part", "<U5"),
        ("arrangement", "<U16"),
        ("digits", "<i8"),
        ("network", "<U11"),
        ("rate", "<f8"),
        ("seed", "<i8"),
        ("read", "<f8"),
    ]
)
ONE_CHANGE_TRIAL_DTYPE = np.dtype(
    [("experiment", "U10"), ("change", "U13"), ("seed", "i8"), ("misread", "f8")]
)
PIXEL_TRIAL_DTYPE = np.dtype(
    [("network", "U12"), ("seed", "i8"), ("canvases", "U7"), ("overlap", "f8"), ("edge", "f8")]
)
TRANSFER_TRIAL_DTYPE = np.dtype(
    [
        ("task", "<U7"),
        ("part", "<U5"),
        ("method", "<U17"),
        ("labels", "<i8"),
        ("setting", "<f8"),
        ("seed", "<i8"),
        ("read", "<f8"),
        ("kept", "<f8"),
    ]
)


def load_depth_trials() -> NDArray[np.void]:
    """Load how well deep networks read after training, as `benchmarks/residual_networks.py` wrote.

    Returns
    -------
    ndarray of DEPTH_TRIAL_DTYPE
        A row for each training, 1-D: the learning `rate` at its highest; `depth`, layers with
        weights; `norm`, 1 with batch normalisation, else 0; `network`, "plain" or "residual";
        `start` of the weights, "glorot", "he", or "zero": He's, with the last convolution of each
        branch at 0; `seed`; `read`, per cent of the validation digits read after training; `loss`,
        the training loss of the last epoch.

    Raises
    ------
    FileNotFoundError
        If `residual_networks.csv` is missing from the course's data folder.
    ValueError
        If it can't be read, or has other columns.
    """
    return _load_trials("residual_networks.csv", DEPTH_TRIAL_DTYPE)


def load_prior_trials() -> NDArray[np.void]:
    """Load how well networks with different priors read, as `benchmarks/priors.py` wrote.

    Returns
    -------
    ndarray of PRIOR_TRIAL_DTYPE
        A row for each training, 1-D: `part`, on which digits it was judged, "valid" while the rate
        was chosen, else "test"; `arrangement` of the pixels and `network`, as
        `course_utils.networks.priors` names them; `digits`, how many there were to learn from;
        the learning `rate` at its highest; `seed`; `read`, per cent of the digits read.

    Raises
    ------
    FileNotFoundError
        If `priors.csv` is missing from the course's data folder.
    ValueError
        If it can't be read, or has other columns.
    """
    return _load_trials("priors.csv", PRIOR_TRIAL_DTYPE)


def load_one_change_trials() -> NDArray[np.void]:
    """Load what one change brought, as `benchmarks/one_change.py` wrote.

    Returns
    -------
    ndarray of ONE_CHANGE_TRIAL_DTYPE
        A row for each training, 1-D: `experiment`, "two epochs" or "few digits"; `change`, "none"
        for the network as it is; `seed`; `misread`, per cent of the validation digits after
        training.

    Raises
    ------
    FileNotFoundError
        If `one_change.csv` is missing from the course's data folder.
    ValueError
        If it can't be read, or has other columns.
    """
    return _load_trials("one_change.csv", ONE_CHANGE_TRIAL_DTYPE)


def load_pixel_trials() -> NDArray[np.void]:
    """Load how well the pixels of canvases were told apart, as `benchmarks/every_pixel.py` wrote.

    Returns
    -------
    ndarray of PIXEL_TRIAL_DTYPE
        A row for each network, seed and kind of canvases, 1-D: `network`, as
        `course_utils.networks.segmentation` names them, "even weights" or "components"; `seed`;
        `canvases`, "apart" or "crowded"; `overlap`, the mean of the classes' intersection over
        union, 0 to 1; `edge`, per cent of the pixels at edges that are right.

    Raises
    ------
    FileNotFoundError
        If `every_pixel.csv` is missing from the course's data folder.
    ValueError
        If it can't be read, or has other columns.
    """
    return _load_trials("every_pixel.csv", PIXEL_TRIAL_DTYPE)


def load_transfer_trials() -> NDArray[np.void]:
    """Load how well networks read that learned from little, as `benchmarks/learn_from_little.py` wrote.

    Returns
    -------
    ndarray of TRANSFER_TRIAL_DTYPE
        A row for each training, 1-D: `task`, "scanner" or "classes"; `part`, on which digits it was
        judged, "valid" while the setting was chosen, else "test"; `method`, as the script's table
        names it; `labels` per class; the `setting`, a pull or a learning rate, 0 for none; `seed`;
        `read`, per cent of the digits read; `kept`, per cent of MNIST's digits still read, or NaN.

    Raises
    ------
    FileNotFoundError
        If `learn_from_little.csv` is missing from the course's data folder.
    ValueError
        If it can't be read, or has other columns.
    """
    return _load_trials("learn_from_little.csv", TRANSFER_TRIAL_DTYPE)


def _load_trials(name: str, dtype: np.dtype) -> NDArray[np.void]:
    """Read a table of trainings: a file of the data folder with these columns."""
    path = course_file(name)
    try:
        with path.open(encoding="ascii") as lines:
            names = next(lines, "").strip()
            trials = np.loadtxt(list(lines), dtype=dtype, delimiter=",", ndmin=1)
    except ValueError as error:
        raise ValueError(f"{path}: cannot be read as CSV: {error}. {RESTORE}") from error
    if names != ",".join(dtype.names or ()):
        raise ValueError(f"{path}: wrong columns {names}. {RESTORE}")
    return trials
