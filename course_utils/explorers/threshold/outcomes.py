"""What a threshold does: what is answered, how much of it is right, and what it costs.

Probabilities are held as float32, as networks give them, and a threshold is rounded to float32
before it is compared, so that Python and JavaScript never differ about an answer that lies on it.
Sums run from the surest answer down, on both sides alike.
"""

from __future__ import annotations

from math import floor, nan
from typing import NamedTuple

import numpy as np

_MOST_DIGITS = 17  # tell any two float64 apart


class Outcome(NamedTuple):
    """What comes of one threshold, for n pictures.

    Attributes
    ----------
    threshold
        From 0 to 1; answers at least as sure are given. Above 1 where nothing is answered.
    given, errors
        How many answers are given, and how many of these are wrong.
    answered, accuracy
        The share of pictures that is answered, and the share of the answers that is right; NaN if
        nothing is answered.
    cost
        The costs of the errors, and of asking about the other pictures, all together.
    """

    threshold: float
    given: int
    errors: int
    answered: float
    accuracy: float
    cost: float


class Outcomes:
    """The outcomes of all thresholds.

    Parameters
    ----------
    sure
        float32 (n,): the largest probability of each picture.
    wrong
        Which answers are wrong: integers (m,).
    costs
        What each of these costs if it is given, (m,).
    cost_of_asking
        What a picture costs that isn't answered.
    """

    def __init__(
        self, sure: np.ndarray, wrong: np.ndarray, costs: np.ndarray, cost_of_asking: float
    ) -> None:
        n = len(sure)
        order = np.argsort(-sure, kind="stable")
        self.sure = sure[order]
        errors, paid = np.zeros(n, int), np.zeros(n)
        errors[wrong], paid[wrong] = 1, costs
        # Of the k surest, at place k.
        self._errors = np.concatenate([[0], np.cumsum(errors[order])])
        self._paid = np.concatenate([[0.0], np.cumsum(paid[order])])
        self._asking = cost_of_asking

    def at(self, threshold: float) -> Outcome:
        """Return what comes of a threshold."""
        given = int(np.count_nonzero(self.sure >= np.float32(threshold)))
        return self._of(given, float(threshold))

    def answer_all(self) -> Outcome:
        """Return what comes of answering everything, the threshold 0."""
        return self._of(len(self.sure), 0.0)

    def refuse_all(self) -> Outcome:
        """Return what comes of asking about everything."""
        return self._of(0, nan)

    def places(self) -> list[int]:
        """How many answers the thresholds from 0 to 1 can give, from the fewest to all."""
        n, sure = len(self.sure), self.sure
        can = [0] if sure[0] < 1 else []
        return can + [k for k in range(1, n + 1) if k == n or sure[k] < sure[k - 1]]

    def cheapest(self) -> Outcome:
        """Return the cheapest outcome; of equal ones, the one that answers most."""
        best, least = 0, float("inf")
        for given in self.places():
            cost = self.cost_of(given)
            if cost <= least:
                best, least = given, cost
        return self._of(best, self._threshold_for(best))

    def cost_of(self, given: int) -> float:
        """Return the cost where the `given` surest answers are given."""
        return float(self._paid[given]) + (len(self.sure) - given) * self._asking

    def _of(self, given: int, threshold: float) -> Outcome:
        errors, n = int(self._errors[given]), len(self.sure)
        accuracy = (given - errors) / given if given else nan
        return Outcome(threshold, given, errors, given / n, accuracy, self.cost_of(given))

    def _threshold_for(self, given: int) -> float:
        """The shortest decimal that gives as many answers as this."""
        n = len(self.sure)
        if given == n:
            return 0.0
        highest = float(self.sure[given - 1]) if given else 1.0
        for digits in range(1, _MOST_DIGITS + 1):
            short = floor(highest * 10**digits) / 10**digits
            if np.float32(short) > self.sure[given] and np.float32(short) <= np.float32(highest):
                return short
        return highest
