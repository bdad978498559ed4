"""The course's data: handwritten digits, a photograph, and the US economy by quarters.

`load_mnist("sample")`, `load_photo()` and `load_macro_series()` read what comes with the course
and its packages, so they need no internet; `load_photo("mine.jpg")` reads a picture of your own. `load_mnist("full")` reads, or downloads once, the
complete MNIST; `load_fashion_mnist()` reads Fashion-MNIST where it is.
"""

from __future__ import annotations

import hashlib
import os

import numpy as np
from numpy.typing import NDArray

from course_utils.arguments import as_integer
from course_utils.datasets import mnist_files, mnist_places
from course_utils.datasets.course_files import RESTORE, course_file
from course_utils.datasets.mnist_places import (
    find_fashion_mnist,
    find_full_mnist,
    load_fashion_files,
    load_full_mnist,
)
from course_utils.datasets.photographs import course_photo, read_photo
from course_utils.datasets.scanned_digits import ScannedDigits, load_scanned_digits
from course_utils.datasets.trials import (
    DEPTH_TRIAL_DTYPE,
    ONE_CHANGE_TRIAL_DTYPE,
    PIXEL_TRIAL_DTYPE,
    PRIOR_TRIAL_DTYPE,
    TRANSFER_TRIAL_DTYPE,
    load_depth_trials,
    load_one_change_trials,
    load_pixel_trials,
    load_prior_trials,
    load_transfer_trials,
)

__all__ = [
    "DEPTH_TRIAL_DTYPE",
    "Digits",
    "MACRO_DTYPE",
    "MACRO_QUARTERS",
    "PRIOR_TRIAL_DTYPE",
    "ONE_CHANGE_TRIAL_DTYPE",
    "ScannedDigits",
    "PIXEL_TRIAL_DTYPE",
    "TRANSFER_TRIAL_DTYPE",
    "find_full_mnist",
    "load_depth_trials",
    "load_fashion_mnist",
    "load_full_mnist",
    "load_macro_series",
    "load_mnist",
    "load_photo",
    "load_prior_trials",
    "load_one_change_trials",
    "load_scanned_digits",
    "load_pixel_trials",
    "load_transfer_trials",
    "load_us_recessions",
    "mnist_places",
]

Digits = tuple[NDArray[np.uint8], NDArray[np.uint8]]

MACRO_DTYPE = np.dtype(
    [("year", "<i8"), ("quarter", "<i8")]
    + [
        (name, "<f8")
        for name in (
            "realgdp realcons realinv realgovt realdpi cpi m1 tbilrate unemp pop infl realint"
        ).split()
    ]
)
MACRO_QUARTERS = 203
# The quarters (year, quarter) of the last peak and of the trough, as the NBER dated them.
_RECESSIONS = (
    ((1960, 2), (1961, 1)),
    ((1969, 4), (1970, 4)),
    ((1973, 4), (1975, 1)),
    ((1980, 1), (1980, 3)),
    ((1981, 3), (1982, 4)),
    ((1990, 3), (1991, 1)),
    ((2001, 1), (2001, 4)),
    ((2007, 4), (2009, 2)),
)
MACRO_SHA256 = "009bcd92f27e40dc19c1f6871d69c8aa7439688cacb2aee59adb46c9b61225f8"


def load_mnist(
    which: str = "sample", *, data_dir: str | os.PathLike[str] | None = None
) -> tuple[Digits, Digits]:
    """Load handwritten digits and their labels, arranged as Keras gives them.

    Parameters
    ----------
    which : {"sample", "full"}
        "sample" gives 4,000 training and 1,000 test digits (400 and 100 of each class, in a fixed
        shuffled order), all from MNIST's training set; they come with the course. "full" gives
        MNIST's 60,000 training and 10,000 test digits.
    data_dir : str or path, optional
        For "full": a folder to look in first, and to download to if MNIST is nowhere. The sample
        is always the one that comes with the course.

    Returns
    -------
    (x_train, y_train), (x_test, y_test) : tuples of ndarray of uint8
        Images of shape (N, 28, 28), 0 (paper) to 255 (ink), and labels of shape (N,), 0 to 9.
        The arrays are the caller's own.

    Raises
    ------
    ValueError
        If `which` or `data_dir` is neither of what is allowed, or if a file is incomplete,
        damaged, or not genuine MNIST. The message names the file and what is wrong with it; the
        file is left as it is.
    FileNotFoundError
        If "full" is nowhere and cannot be downloaded. The message names the places and remedies.

    Notes
    -----
    "full" looks in `data_dir`, then in the folder that the environment variable `CNN_COURSE_DATA`
    names, then in Keras' cache, for the four IDX files (`.gz` or unpacked, with a hyphen or a dot
    in their names, also as torchvision and Kaggle lay them out) or `mnist.npz`. The
    first place that holds any of them decides: if they are damaged, that is an error at once,
    even if a later place has sound ones. Only if no place holds any is `mnist.npz` downloaded,
    once, to the first of these places, with a limit on its size and time.

    Every array is compared with the SHA-256 of the genuine one. Pickled content is never loaded.

    References
    ----------
    Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits
    (CC BY-SA 3.0).
    """
    if not isinstance(which, str) or which not in ("sample", "full"):
        raise ValueError(f'which={which!r} is unknown: use "sample" or "full"')
    if which == "full":
        arrays = load_full_mnist(data_dir)
    else:
        files = dict.fromkeys(mnist_files.SAMPLE, course_file("mnist_sample.npz"))
        try:
            arrays = mnist_files.read_arrays(files, mnist_files.SAMPLE)
        except ValueError as error:
            raise ValueError(f"{error}. {RESTORE}") from error
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def load_fashion_mnist(
    *, data_dir: str | os.PathLike[str] | None = None
) -> tuple[Digits, Digits] | None:
    """Load Fashion-MNIST, images of clothes of the size and number of MNIST's, if it is there.

    Parameters
    ----------
    data_dir : str or path, optional
        A folder to look in first.

    Returns
    -------
    (x_train, y_train), (x_test, y_test) : tuples of ndarray of uint8, or None
        Images (60000, 28, 28) and (10000, 28, 28) with their classes, 0 to 9; None if it is in
        none of the places. Nothing is downloaded.

    Raises
    ------
    ValueError
        If its files are incomplete, damaged, or others.

    Notes
    -----
    Its folder is `fashion-mnist`, or torchvision's `FashionMNIST`, inside the places of `load_mnist`: `data_dir`, the folder that
    `CNN_COURSE_DATA` names, Keras' cache, where `keras.datasets.fashion_mnist.load_data()` puts it.

    References
    ----------
    H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking
    machine learning algorithms" (2017). MIT licence.
    """
    folder = find_fashion_mnist(data_dir)
    if folder is None:
        return None
    arrays = load_fashion_files(folder)
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def load_photo(
    path: str | os.PathLike[str] | None = None, *, longest: int = 1024
) -> NDArray[np.uint8]:
    """Load a colour photograph: the official portrait of Grace Hopper, or one of your own.

    Parameters
    ----------
    path : str or path, optional
        A picture file of any kind that Pillow reads: JPEG, PNG, WebP, GIF, TIFF, BMP and others.
        By default the photograph of the course.
    longest : int
        Most pixels along the longer side: a larger picture is made smaller, with smoothing. On a
        small one the effect of a 3×3 kernel is easier to see.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
        Rows, columns and the channels red, green, blue, 0 to 255; the course's has the shape
        (600, 512, 3). The array is the caller's own.

        Your own comes as a viewer would show it: turned upright, what is see-through on white, the
        first picture of an animation, grey as three equal channels.

    Raises
    ------
    FileNotFoundError
        If there is no such file. The message says where it was looked for.
    ValueError
        If `path` is no file's name, or the file is a folder, a web address, a HEIC photograph or
        no picture at all, or is damaged; or if `longest` is no whole number of at least 1. The
        message names the file and the remedy.

    Notes
    -----
    The file `grace_hopper.jpg` comes with Matplotlib; it is in the public domain (United States
    Navy, 1984).

    Examples
    --------
    >>> load_photo().shape
    (600, 512, 3)
    """
    most = as_integer("longest", longest, 1)
    return course_photo(most).copy() if path is None else read_photo(path, most)


def load_macro_series() -> NDArray[np.void]:
    """Load the US macroeconomic series by quarters, 1959Q1 to 2009Q3.

    Returns
    -------
    structured ndarray, shape (203,)
        One record a quarter; `series["realgdp"]` is a column. All columns are float64 but the
        first two, which are int64.

        ======== ==================================================================
        year     1959 to 2009
        quarter  1 to 4
        realgdp  real gross domestic product, 10⁹ chained 2005 US$, annual rate
        realcons real personal consumption expenditures, same unit
        realinv  real gross private domestic investment, same unit
        realgovt real federal consumption and gross investment, same unit
        realdpi  real private disposable income, same unit
        cpi      consumer price index at the quarter's end, 1982–84 = 100
        m1       M1 money stock at the quarter's end, 10⁹ US$, nominal
        tbilrate 3-month treasury bill rate, quarterly mean, % a year
        unemp    unemployment rate, %
        pop      population at the quarter's end, 10⁶, with armed forces overseas
        infl     inflation, 400 ln(cpi[t] / cpi[t − 1]), % a year; 0 stands in
                 for the first quarter, which has no predecessor
        realint  real interest rate, tbilrate − infl, % a year; 0 stands in for
                 the first quarter
        ======== ==================================================================

        All but `tbilrate` and `pop` are, or are computed from, seasonally adjusted figures.

    Raises
    ------
    FileNotFoundError
        If `us_macro.csv` is missing from the course's data folder.
    ValueError
        If its contents are not the original ones.

    References
    ----------
    Compiled by Skipper Seabold for statsmodels (`statsmodels.datasets.macrodata`) from FRED,
    Federal Reserve Bank of St. Louis, and the Bureau of Labor Statistics. Public domain.
    """
    path = course_file("us_macro.csv")
    try:
        with path.open(encoding="ascii") as lines:
            names = next(lines, "").strip()
            rows = list(lines)
            series = np.zeros(0, MACRO_DTYPE)
            if rows:
                series = np.loadtxt(rows, dtype=MACRO_DTYPE, delimiter=",", ndmin=1)
    except ValueError as error:
        raise ValueError(f"{path}: cannot be read as CSV: {error}. {RESTORE}") from error
    if names != ",".join(MACRO_DTYPE.names or ()):
        raise ValueError(f"{path}: wrong columns {names}. {RESTORE}")
    if len(series) != MACRO_QUARTERS:
        raise ValueError(f"{path}: {len(series)} quarters instead of {MACRO_QUARTERS}. {RESTORE}")
    found = hashlib.sha256(series.tobytes()).hexdigest()
    if found != MACRO_SHA256:
        raise ValueError(
            f"{path}: wrong checksum: SHA-256 of its values {found} instead of {MACRO_SHA256}. "
            f"{RESTORE}"
        )
    return series


def load_us_recessions() -> NDArray[np.float64]:
    """Load when the United States was in recession, within the years of `load_macro_series`.

    Returns
    -------
    ndarray of float64, shape (8, 2)
        For each recession the quarter of the peak before it and that of its trough, as numbers
        ``year + (quarter - 1) / 4``.

    References
    ----------
    National Bureau of Economic Research, Business Cycle Dating Committee, "US Business Cycle
    Expansions and Contractions": its quarterly dates.
    """
    dates = np.array(_RECESSIONS, float)
    return dates[..., 0] + (dates[..., 1] - 1) / 4
