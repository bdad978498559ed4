"""How well a classifier does, counted from what it says and what is true."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_class_numbers, as_integer


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
