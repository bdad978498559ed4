"""Whether a classifier's probabilities mean what they say, and what to do where they don't.

NumPy only: it takes what a network answered, whichever library computed it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_amount, as_class_numbers, as_double, as_integer

# float32 has smaller probabilities than this, and 0; their logarithm is cut off here.
_LEAST = 1e-38
_HOTTEST = 100.0
_STEPS = 60


class Bins(NamedTuple):
    """Answers sorted into bins by how sure they are, each array (bins,).

    Attributes
    ----------
    edges
        Array (bins + 1,), from 0 to 1; an answer on an edge belongs to the bin above it.
    counts
        How many answers lie in each bin, integers.
    confidence, accuracy
        Their mean probability, and the share of them that is right; NaN in an empty bin.
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray


def reliability(probabilities: ArrayLike, labels: ArrayLike, *, bins: int = 10) -> Bins:
    """Sort answers by their probability, and say how often those of each bin are right.

    Parameters
    ----------
    probabilities
        Array (n, classes), each row adding up to 1. The answer is the largest of a row.
    labels
        The true classes, integers (n,).
    bins
        How many, of equal width, from 0 to 1.

    Returns
    -------
    Bins

    Raises
    ------
    ValueError
        If probabilities and labels don't fit, or a row is no probabilities.

    Examples
    --------
    >>> reliability([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]], [0, 1, 1], bins=2).accuracy.round(2)
    array([ nan, 0.67])
    """
    bins = as_integer("bins", bins, 1)
    sure, right = _answers(probabilities, labels)
    edges = np.linspace(0, 1, bins + 1)
    place = np.searchsorted(edges, sure, side="right") - 1
    place = place.clip(0, bins - 1)  # 1 itself belongs to the last
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        confidence = np.bincount(place, sure, bins) / counts
        accuracy = np.bincount(place, right, bins) / counts
    return Bins(edges, counts, confidence, accuracy)


def expected_calibration_error(
    probabilities: ArrayLike, labels: ArrayLike, *, bins: int = 10
) -> float:
    """Return by how much probability and accuracy differ, averaged over all answers.

    The sum over the bins of (share of the answers in it) · abs(accuracy − mean probability). M. P.
    Naeini, G. Cooper and M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
    binning" (2015). Few answers in a bin miss its accuracy by chance, so that even a perfectly
    calibrated network has an error above 0.

    Parameters
    ----------
    probabilities, labels, bins
        See `reliability`.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        See `reliability`.

    Examples
    --------
    >>> expected_calibration_error([[0.75, 0.25]] * 4, [0, 0, 0, 1])
    0.0
    """
    found = reliability(probabilities, labels, bins=bins)
    gaps = np.abs(found.accuracy - found.confidence)
    return float(np.nansum(found.counts * gaps) / found.counts.sum())


def soften(probabilities: ArrayLike, temperature: float) -> np.ndarray:
    """Divide the logarithms of probabilities by a temperature, and take the softmax of them.

    As ln p and the scores before the softmax differ by one number per row, which the softmax takes
    away again, this is the same as to divide the scores.

    Parameters
    ----------
    probabilities
        Array (n, classes), each row adding up to 1.
    temperature
        Above 0; above 1 makes the answers less sure, 1 leaves them as they are.

    Returns
    -------
    numpy.ndarray
        float64 (n, classes). The order within a row stays.

    Raises
    ------
    ValueError
        If a row is no probabilities, or the temperature isn't above 0.
    """
    return _softened(_logarithms(probabilities), _temperature(temperature))


def fit_temperature(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """Find the temperature with the lowest cross-entropy on examples that were set aside.

    C. Guo, G. Pleiss, Y. Sun and K. Weinberger, "On calibration of modern neural networks" (2017).
    In 1/T the cross-entropy is convex, so that its slope has one zero, which is found by halving.

    Parameters
    ----------
    probabilities
        Array (n, classes), of examples that the network has not learned from.
    labels
        Their true classes, integers (n,).

    Returns
    -------
    float
        Between 0.01 and 100; at one of these ends where the lowest lies beyond it, as it does
        where all answers are right.

    Raises
    ------
    ValueError
        If probabilities and labels don't fit, or a row is no probabilities.
    """
    scores = _logarithms(probabilities)
    labels = _labels(labels, scores)
    of_truth = scores[np.arange(len(labels)), labels]

    def slope(inverse: float) -> float:
        soft = _softened(scores, 1 / inverse)
        return float(np.mean((soft * scores).sum(axis=1) - of_truth))

    low, high = 1 / _HOTTEST, _HOTTEST
    if slope(low) >= 0:
        return _HOTTEST
    if slope(high) <= 0:
        return 1 / _HOTTEST
    for _ in range(_STEPS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return 1 / (low * high) ** 0.5


def answered_and_right(
    probabilities: ArrayLike, labels: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Say, for every threshold, what share is answered and how many of those answers are right.

    Where only the surest answers are given and the rest refused: R. El-Yaniv and Y. Wiener, "On the
    foundations of noise-free selective classification" (2010), who plot the errors instead.

    Parameters
    ----------
    probabilities, labels
        See `reliability`.

    Returns
    -------
    thresholds, answered, right : numpy.ndarray
        Each (m,), from the highest threshold to the lowest. `answered` is the share of examples
        whose largest probability reaches the threshold, `right` the share of those that are right.
        Examples of equal probability are answered together, so that m may be below n.

    Raises
    ------
    ValueError
        See `reliability`.

    Examples
    --------
    >>> thresholds, answered, right = answered_and_right([[0.9, 0.1], [0.4, 0.6]], [0, 0])
    >>> answered, right
    (array([0.5, 1. ]), array([1. , 0.5]))
    """
    sure, correct = _answers(probabilities, labels)
    order = np.argsort(-sure, kind="stable")
    sure, correct = sure[order], correct[order]
    counts = np.arange(1, len(sure) + 1)
    last = np.append(sure[:-1] > sure[1:], True)
    return sure[last], (counts / len(sure))[last], (np.cumsum(correct) / counts)[last]


def _answers(probabilities: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return how sure each answer is, and 1.0 where it is right."""
    rows = _probabilities(probabilities)
    labels = _labels(labels, rows)
    return rows.max(axis=1), (rows.argmax(axis=1) == labels).astype(float)


def _probabilities(probabilities: ArrayLike) -> np.ndarray:
    rows = as_double("probabilities", probabilities, ("examples", "classes"))
    sums = rows.sum(axis=1)
    # Half precision knows three digits.
    wrong = (rows < 0).any(axis=1) | ~(np.abs(sums - 1) < 0.01)
    if wrong.any():
        k = int(wrong.argmax())
        raise ValueError(
            f"probabilities has row {k} with the sum {sums[k]:.3g} and the lowest number "
            f"{rows[k].min():.3g}: give what a softmax makes, numbers of at least 0 that add up to 1"
        )
    return rows


def _logarithms(probabilities: ArrayLike) -> np.ndarray:
    return np.log(np.maximum(_probabilities(probabilities), _LEAST))


def _softened(scores: np.ndarray, temperature: float) -> np.ndarray:
    scaled = scores / temperature
    raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _labels(labels: ArrayLike, rows: np.ndarray) -> np.ndarray:
    labels = as_class_numbers("labels", labels, ("examples",), classes=rows.shape[1])
    if len(labels) != len(rows):
        raise ValueError(
            f"labels has {len(labels)} entries for {len(rows)} rows of probabilities: "
            "give one for each"
        )
    return labels


def _temperature(temperature: float) -> float:
    remedy = "use a number above 0, such as 2, as fit_temperature finds"
    number = as_amount("temperature", temperature, remedy)
    if number <= 0:
        raise ValueError(f"temperature is {temperature}: {remedy}")
    return number
