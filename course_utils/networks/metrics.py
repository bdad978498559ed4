"""How well a classifier does, counted from what it says and what is true."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_class_numbers, as_integer, as_real
from course_utils.memory import within_memory


@within_memory("classes")
def confusion_matrix(labels: ArrayLike, predictions: ArrayLike, *, classes: int = 10) -> np.ndarray:
    """Count how often each class is taken for each.

    Parameters
    ----------
    labels
        The true classes, integers (n,), 0 to `classes` − 1.
    predictions
        What the classifier says, integers (n,).
    classes
        How many classes there are.

    Returns
    -------
    numpy.ndarray
        Integers (classes, classes): row i, column j counts the examples of class i that were taken
        for class j. The diagonal holds the right answers, the sum of a row how many examples the
        class has.

    Raises
    ------
    ValueError
        If `labels` and `predictions` aren't equally long lines of integers below `classes`.

    Examples
    --------
    >>> confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2], classes=3)
    array([[1, 0, 0],
           [0, 1, 1],
           [0, 0, 1]])
    """
    classes = as_integer("classes", classes, 1)
    truth = as_class_numbers("labels", labels, ("examples",), classes=classes)
    said = as_class_numbers("predictions", predictions, ("examples",), classes=classes)
    if len(truth) != len(said):
        raise ValueError(
            f"predictions has {len(said)} entries for {len(truth)} labels: give one for each"
        )
    counts = np.bincount(truth * classes + said, minlength=classes * classes)
    return counts.reshape(classes, classes)


def paired_counts(right_a: ArrayLike, right_b: ArrayLike) -> np.ndarray:
    """Count on which of the same examples two classifiers are right: McNemar's table.

    Parameters
    ----------
    right_a, right_b
        True where the classifier is right, one truth value for each example, (n,), in the same
        order: for example ``predictions == labels``.

    Returns
    -------
    numpy.ndarray
        Integers (2, 2): ``[[both right, only a], [only b, neither]]``.

    Raises
    ------
    ValueError
        If the two aren't equally long lines of truth values, or are empty.

    References
    ----------
    Q. McNemar, "Note on the sampling error of the difference between correlated proportions or
    percentages", Psychometrika 12 (1947).

    Examples
    --------
    >>> paired_counts([True, True, True, False], [True, True, False, False])
    array([[2, 1],
           [0, 1]])
    """
    a, b = _pair_of_truths(right_a, right_b)
    both, only_a, only_b = np.sum(a & b), np.sum(a & ~b), np.sum(~a & b)
    return np.array([[both, only_a], [only_b, len(a) - both - only_a - only_b]])


def paired_standard_error(right_a: ArrayLike, right_b: ArrayLike) -> float:
    r"""Estimate how far chance in the choice of examples moves a difference of two accuracies.

    The accuracies are shares of the same n examples. With `a` examples that only the first
    classifier reads and `b` that only the second does, they differ by (a − b)/n, and the standard
    error of that is

    .. math:: \frac{1}{n} \sqrt{a + b - \frac{(a - b)^2}{n}}

    which is the standard deviation of the n differences 1, 0 and −1, divided by √n. Examples on
    which both are right, or both wrong, add nothing but their number.

    Parameters
    ----------
    right_a, right_b
        As for `paired_counts`.

    Returns
    -------
    float
        As a share, not in per cent.

    Raises
    ------
    ValueError
        As `paired_counts`.

    References
    ----------
    A. Agresti, *Categorical Data Analysis*, "Comparing dependent proportions".

    Examples
    --------
    >>> paired_standard_error([True, True, False, False], [True, False, True, False])
    0.3535533905932738
    """
    (both, only_a), (only_b, neither) = paired_counts(right_a, right_b)
    n = both + only_a + only_b + neither
    return float(np.sqrt(only_a + only_b - (only_a - only_b) ** 2 / n) / n)


def _pair_of_truths(right_a: ArrayLike, right_b: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    pair = []
    for name, right in (("right_a", right_a), ("right_b", right_b)):
        array = as_real(name, right)
        if array.ndim != 1 or not array.size:
            raise ValueError(f"{name} has shape {array.shape}: give one truth value for each, (n,)")
        if array.dtype.kind not in "iub" or np.any((array != 0) & (array != 1)):
            raise ValueError(
                f"{name} holds other values than True and False: give one of the two for each "
                "example, for example with predictions == labels"
            )
        pair.append(array.astype(bool))
    a, b = pair
    if len(a) != len(b):
        raise ValueError(
            f"right_b has {len(b)} entries and right_a {len(a)}: give both for the same examples"
        )
    return a, b
