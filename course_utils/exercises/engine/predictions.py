"""Predictions that are made: kept before the run, compared after it.

In a lesson::

    guess = exercises.predict("05.b", ...)   # your five numbers in place of the dots
    …
    guess.compare(counts)                    # says whether they came true

As long as the dots stand there nothing is said, so that the lesson runs without a prediction.
"""

import re
from typing import Any

import numpy as np

from course_utils.exercises.engine import progress, showing
from course_utils.exercises.engine.comparing import difference
from course_utils.exercises.engine.plain_values import Unreadable, is_blank, one_line, plain
from course_utils.exercises.engine.wording import fault_in_words

_NAME = re.compile(r"\d\d\.[a-z]")


class Prediction:
    """What a reader expects; `predict` makes it.

    Parameters
    ----------
    name : str
        Notebook and letter, "05.b".
    said : object
        The prediction as a plain value; None if there is none.
    """

    def __init__(self, name: str, said: Any) -> None:
        self.name, self._said = name, said

    def compare(self, found: Any, *, within: float = 0.0) -> None:
        """Say whether the prediction came true. Never raises.

        Parameters
        ----------
        found : object
            What has come out: a number, a text, or several of them.
        within : float
            How far a predicted number may be off and count as right, in the number's own unit.
        """
        if self._said is None:
            return
        try:
            self._compare(found, within)
        except Exception as error:
            showing.show(self.name, fault_in_words(error), "note")

    def _compare(self, found: Any, within: float) -> None:
        actual = _comparable(found)
        right, share = _agreement(actual, self._said, within)
        said, was = _in_words(self._said), _in_words(actual)
        if right:
            near = f" It is {was}: near enough." if within and said != was else ""
            text = f"you predicted {said}, and that is right.{near}"
        else:
            text = f"you predicted {said}; it is {was}.{share} What explains the difference?"
        line = progress.note_prediction(self.name, said, right=right)
        showing.show(self.name, text, "right" if right else "hint", line)

    def __repr__(self) -> str:
        if self._said is None:
            return f"no prediction for {self.name} yet"
        return f"your prediction for {self.name}: {_in_words(self._said)}"


def predict(name: str = "", said: Any = ..., *more: Any) -> Prediction:
    """Keep a prediction until the run can be compared with it. Never raises.

    Parameters
    ----------
    name : str
        Notebook and letter, "05.b".
    said : object
        A number, a text, or several of them; ``...`` as long as there is none.

    Returns
    -------
    Prediction
        Call its `compare` with what has come out.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        showing.show(
            "predict", 'hand over the name and your prediction: predict("05.b", 3).', "note"
        )
        return Prediction("predict", None)
    if more:
        said = [said, *more]
    try:
        if is_blank(value := _comparable(said)):
            return Prediction(name, None)
        if isinstance(value, Unreadable):
            showing.show(name, "a prediction is a number, a text, or a list of them.", "note")
            return Prediction(name, None)
        words = _in_words(value)
        line = progress.note_prediction(name, words)
        showing.show(name, f"you predict {words}. Now run the next cell.", "note", line)
    except Exception as error:
        showing.show(name, fault_in_words(error), "note")
        return Prediction(name, None)
    return Prediction(name, value)


def _comparable(value: Any) -> Any:
    """A plain value, a text without its outer spaces."""
    value = plain(value)
    return value.strip() if isinstance(value, str) else value


def _agreement(actual: Any, said: Any, within: float) -> tuple[bool, str]:
    """Whether the two agree, and a sentence on how many of several do."""
    if isinstance(actual, str) and isinstance(said, str):
        return actual.casefold() == said.casefold(), ""
    if isinstance(actual, np.ndarray) and isinstance(said, np.ndarray):
        if actual.size == said.size == 1:
            actual, said = actual.ravel(), said.ravel()
        if actual.shape != said.shape:
            return False, ""
        close = np.isclose(said, actual, rtol=1e-9, atol=max(within, 1e-9))
        some = f" {close.sum() or 'None'} of {close.size} are right." if close.size > 1 else ""
        return bool(close.all()), some
    return difference(actual, said, tolerance=1e-9) is None, ""


def _in_words(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return one_line(str(value.tolist()), 120)
    return one_line(str(value), 120)
