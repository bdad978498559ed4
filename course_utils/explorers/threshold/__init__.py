"""The threshold: from which probability on may an answer be given, and what does that cost?"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_utils.arguments import as_amount, as_switch
from course_utils.explorers.explorer import LARGEST, Checked, Explorer, readable
from course_utils.explorers.threshold.drawing import draw_threshold
from course_utils.explorers.threshold.outcomes import Outcome, Outcomes
from course_utils.networks import calibration

_MOST = 5000  # answers; their probabilities are stored with the notebook
EACH = "each"


class Threshold(Explorer):
    """Move a threshold: what is answered, how much of it is right, and what does it cost?

    **What to see.** Above, how sure the answers are, right ones upwards and wrong ones downwards
    and hatched; answers below the threshold are refused, and hollow. Below, the cost of all
    thresholds, once you have said where you expect the cheapest. The cost is (costs of the errors
    among the answers) + (answers refused) × (cost of asking). The axis has as much room from 0.9 to
    0.99 as from 0 to 0.9.

    **Keyboard.** Tab to the drawing, then arrows move the threshold, Home and End take it to its
    ends, and Enter says that you expect the cheapest there.

    **Three things to try.** They stand below the explorer, and in `try_this`.

    Parameters
    ----------
    probabilities
        Array (n, classes), each row adding up to 1, of up to 5,000 pictures. The answer is the
        largest of a row. By default those of an imagined reader whose probabilities are honest.
    labels
        The true classes, integers (n,).
    cost_of_error
        What a wrong answer costs: one number, or an array (n,) with a number for each picture.
        Of a picture that is answered correctly its number doesn't count.
    cost_of_asking
        What it costs to ask a person instead, who is right.
    threshold
        From 0 to 1. Answers of at least this probability are given.
    ask
        Whether the curve stays hidden until you have said where you expect the cheapest.

    Attributes
    ----------
    threshold, cost_of_asking
        Traits: Python sets and reads them.
    cost_of_error
        A trait: one number, or the word ``"each"`` where each picture has its own. It can be set to
        an array.
    outcome
        What comes of the threshold: `answered`, `accuracy`, `errors` and `cost` are its parts.

    Raises
    ------
    ValueError
        If probabilities and labels don't fit, or a cost or the threshold is out of range.

    Examples
    --------
    >>> explorer = Threshold([[0.9, 0.1], [0.6, 0.4]], [0, 1], cost_of_error=8, cost_of_asking=1)
    >>> explorer.threshold = 0.8
    >>> explorer.answered, explorer.accuracy, explorer.cost
    (0.5, 1.0, 1.0)
    >>> explorer.cheapest.threshold
    0.8
    """

    folder = "threshold"
    _guide = (
        "Move the threshold from the left end to the right. Which falls faster at first, the errors "
        "or the answers? And near the right end?",
        "Double both costs. Does the cheapest threshold move? Then double only the cost of an "
        "error. Say it before you look.",
        "Guess: one minus (cost of asking) / (cost of an error). How near is the cheapest, where "
        "every error costs the same? What must be true of the probabilities for that?",
    )
    _by_keyboard = (
        "Tab to the drawing, then arrows move the threshold, with Shift in longer steps; Home and "
        "End go to its ends, and Enter says that you expect the cheapest there. Tab goes on to the "
        "fields and buttons."
    )

    sure = traitlets.Unicode().tag(sync=True, state=True)
    wrong: traitlets.List[Any] = traitlets.List(traitlets.Int()).tag(sync=True, state=True)
    costs: traitlets.List[Any] = traitlets.List(traitlets.Float()).tag(sync=True, state=True)
    cost_of_error = Checked(0.0).tag(sync=True, state=True)
    cost_of_asking = Checked(0.0).tag(sync=True, state=True)
    threshold = Checked(0.5).tag(sync=True, state=True)
    ask = Checked(True).tag(sync=True, state=True)

    def __init__(
        self,
        probabilities: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        *,
        cost_of_error: float | ArrayLike = 20,
        cost_of_asking: float = 1,
        threshold: float = 0.5,
        ask: bool = True,
    ) -> None:
        if probabilities is None and labels is None:
            probabilities, labels = _imagined_answers()
        elif probabilities is None or labels is None:
            missing = "probabilities" if probabilities is None else "labels"
            raise ValueError(f"{missing} is None: give both, probabilities and labels")
        calibration.reliability(probabilities, labels)  # says what is wrong with them
        rows = np.asarray(probabilities)
        if len(rows) > _MOST:
            raise ValueError(
                f"probabilities has {len(rows)} rows: use at most {_MOST}, as in "
                f"probabilities[:{_MOST}]"
            )
        wrong = np.flatnonzero(rows.argmax(axis=1) != np.asarray(labels))
        self._pictures = len(rows)
        super().__init__(
            sure=_packed(rows.max(axis=1)),
            wrong=wrong.tolist(),
            costs=[0.0] * len(wrong),
            cost_of_asking=cost_of_asking,
            threshold=threshold,
            ask=ask,
        )
        self.cost_of_error = cost_of_error

    @traitlets.validate("threshold")
    def _check_threshold(self, proposal: Any) -> float:
        remedy = "use a number from 0 to 1"
        threshold = as_amount("threshold", proposal["value"], remedy)
        if not 0 <= threshold <= 1:
            raise ValueError(f"threshold is {proposal['value']!r}: {remedy}")
        return threshold

    @traitlets.validate("cost_of_asking")
    def _check_asking(self, proposal: Any) -> float:
        return _as_cost("cost_of_asking", proposal["value"])

    @traitlets.validate("cost_of_error")
    def _check_error(self, proposal: Any) -> float | str:
        value = proposal["value"]
        if isinstance(value, str) and value == EACH:
            return value
        if isinstance(value, str) or value is None or np.ndim(value) == 0:
            return _as_cost("cost_of_error", value)
        array = readable("cost_of_error", value, ("pictures",)).astype(float)
        if len(array) != self._pictures:
            raise ValueError(
                f"cost_of_error has {len(array)} entries for {self._pictures} pictures: give one "
                "number, or one for each"
            )
        if (array < 0).any():
            raise ValueError(
                f"cost_of_error holds {array[array < 0][0]:g}: use numbers from 0 to {LARGEST}"
            )
        self.costs = array[self.wrong].tolist()
        return EACH

    @traitlets.validate("costs")
    def _check_costs(self, proposal: Any) -> list[float]:
        if len(proposal["value"]) != len(self.wrong):
            raise ValueError(
                f"costs has {len(proposal['value'])} entries for {len(self.wrong)} errors: "
                "set cost_of_error, to one number for each picture"
            )
        return proposal["value"]

    @traitlets.validate("ask")
    def _check_ask(self, proposal: Any) -> bool:
        return as_switch("ask", proposal["value"])

    @property
    def outcomes(self) -> Outcomes:
        """The outcomes of all thresholds, with the costs of now."""
        each = self.cost_of_error == EACH
        costs = self.costs if each else [self.cost_of_error] * len(self.wrong)
        wrong = np.array(self.wrong, int)
        return Outcomes(_unpacked(self.sure), wrong, np.array(costs, float), self.cost_of_asking)

    @property
    def outcome(self) -> Outcome:
        """What comes of the threshold of now."""
        return self.outcomes.at(self.threshold)

    @property
    def answered(self) -> float:
        """The share of the pictures that is answered."""
        return self.outcome.answered

    @property
    def accuracy(self) -> float:
        """The share of the answers given that is right; NaN if none is given."""
        return self.outcome.accuracy

    @property
    def errors(self) -> int:
        """How many of the answers given are wrong."""
        return self.outcome.errors

    @property
    def cost(self) -> float:
        """Costs of the errors and of asking, all pictures together."""
        return self.outcome.cost

    @property
    def mean_cost(self) -> float:
        """The cost for each picture."""
        return self.outcome.cost / self._pictures

    @property
    def cheapest(self) -> Outcome:
        """The outcome of the cheapest threshold from 0 to 1."""
        return self.outcomes.cheapest()

    def __repr__(self) -> str:
        return f"Threshold({self.threshold:g}, {self._pictures} answers)"

    @property
    def alternative_text(self) -> str:
        now = self.outcome
        told = (
            "the cost of each threshold is hidden until a guess is made"
            if self.ask
            else f"a curve of the cost of all thresholds; here {self.mean_cost:.4g} for each picture"
        )
        right = f", {100 * now.accuracy:.1f} % of them rightly" if now.given else ""
        return (
            f"How sure {self._pictures} answers are, right ones upwards, wrong ones downwards and "
            f"hatched, with a threshold at {self.threshold:g}: {100 * now.answered:.0f} % are "
            f"answered{right}. Below, {told}."
        )

    def draw(self) -> Figure:
        sure, outcomes = _unpacked(self.sure), self.outcomes
        return draw_threshold(sure, np.array(self.wrong, int), outcomes, self.threshold, self.ask)


def _as_cost(name: str, value: Any) -> float:
    remedy = f"use a number from 0 to {LARGEST}"
    amount = as_amount(name, value, remedy)
    if not 0 <= amount <= LARGEST:
        raise ValueError(f"{name} is {value!r}: {remedy}")
    return amount


def _packed(sure: np.ndarray) -> str:
    # Half precision and rounding may lie a little above.
    content = np.minimum(sure, 1).astype("<f4").tobytes()
    return base64.b64encode(content).decode("ascii")


def _unpacked(packed: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed), "<f4").astype(np.float32)


def _imagined_answers(n: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Answers about ten classes that are wrong exactly as often as their probabilities say.

    By rule instead of by chance: doubt adds up from the surest answer on, and each time it reaches
    a whole number one answer is wrong.
    """
    places = (np.arange(n) + 0.5) / n
    doubt = 0.48 * places * places * places * places
    wrong = np.diff(np.floor(np.cumsum(doubt)), prepend=0) > 0
    digits = np.arange(n) % 10
    rows = np.zeros((n, 10))
    rows[np.arange(n), digits] = 1 - doubt
    rows[np.arange(n), (digits + 1) % 10] = doubt
    return rows, np.where(wrong, (digits + 1) % 10, digits)
