"""Softmax, and the loss that measures its probabilities."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_class_numbers, as_floating, as_numeric


def softmax(logits: ArrayLike) -> np.ndarray:
    """Return the probabilities exp(z_k) / Σ_j exp(z_j) along the last axis.

    The largest score is taken off first, which changes nothing in the ratio, so that no power
    overflows.

    Parameters
    ----------
    logits
        Array (…, classes) of scores.

    Returns
    -------
    numpy.ndarray
        Array of the same shape and floating dtype (`float64` for integers); positive or 0, with
        sum 1 along the last axis.

    Raises
    ------
    ValueError
        If the scores aren't a non-empty array of real numbers with at least one axis.
    """
    given = as_numeric("logits", logits, ("…", "classes"))
    scores = as_floating("logits", given)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    dtype = given.dtype if given.dtype.kind == "f" else scores.dtype
    return (powers / powers.sum(axis=-1, keepdims=True)).astype(dtype, copy=False)


class SoftmaxCrossEntropy:
    """Softmax and the cross-entropy of its probabilities, averaged over the batch.

    For one example with true class t: L = −log softmax(z)[t] and ∂L/∂z = softmax(z) − one_hot(t).
    C. Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.4.

    Attributes
    ----------
    probabilities : numpy.ndarray or None
        Array (batch, classes) of the last forward pass.
    """

    def __init__(self) -> None:
        self.probabilities: np.ndarray | None = None
        self._labels: np.ndarray | None = None

    def forward(self, logits: ArrayLike, labels: ArrayLike) -> float:
        """Return the mean loss of a batch.

        Parameters
        ----------
        logits
            Scores (batch, classes), any numbers.
        labels
            True classes (batch,), integers from 0.

        Raises
        ------
        ValueError
            If the labels aren't as many integers as the logits have rows, each below the number of
            classes.
        """
        logits = as_floating("logits", logits, ("batch", "classes"))
        labels = as_class_numbers("labels", labels, ("batch",), classes=logits.shape[1])
        if len(labels) != len(logits):
            raise ValueError(
                f"labels has {len(labels)} entries for {len(logits)} rows of logits: give one for "
                "each"
            )
        self.probabilities, self._labels = softmax(logits), labels
        # From the logits, not from the probabilities: those may be rounded to 0.
        shifted = logits - logits.max(axis=1, keepdims=True)
        of_truth = shifted[np.arange(len(labels)), labels]
        return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - of_truth))

    def backward(self) -> np.ndarray:
        """Return the gradient of the logits, (probabilities − one-hot labels) / batch.

        Raises
        ------
        RuntimeError
            If `forward` hasn't been called.
        """
        if self.probabilities is None or self._labels is None:
            raise RuntimeError(
                "SoftmaxCrossEntropy.backward needs a forward pass first: call forward(logits, "
                "labels)"
            )
        gradient = self.probabilities.copy()
        gradient[np.arange(len(gradient)), self._labels] -= 1
        return gradient / len(gradient)
