"""The threshold: JavaScript against Python, Python against the definition, and what is refused."""

import math

import numpy as np
import pytest
from node import run

from course_utils.explorers import Threshold
from course_utils.explorers.threshold.drawing import position
from course_utils.networks import calibration

STATES = 1200
NODE = """return given.map(({sure, wrong, costs, asking, thresholds}) => {
  const found = all.outcomes(all.singles(sure), wrong, costs, asking);
  const told = ({threshold, given, errors, answered, accuracy, cost}) => [
    Number.isNaN(threshold) ? -1 : threshold, given, errors, answered,
    Number.isNaN(accuracy) ? -1 : accuracy, cost];
  return [...thresholds.map(found.at), found.answerAll(), found.refuseAll(), found.cheapest()]
    .map(told);
})"""


def random_answers(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n, classes = int(rng.integers(1, 40)), int(rng.integers(2, 6))
    rows = rng.dirichlet(np.full(classes, rng.choice([0.1, 1.0])), n)
    # Equal probabilities, and sure ones, occur.
    rows = np.round(rows, int(rng.integers(1, 8)))
    rows[:, 0] += 1 - rows.sum(axis=1)
    rows = np.abs(rows) / np.abs(rows).sum(axis=1, keepdims=True)
    return rows, rng.integers(0, classes, n)


def random_explorer(rng: np.random.Generator) -> Threshold:
    rows, labels = random_answers(rng)
    own = rng.random() < 0.5
    error = rng.random(len(rows)).round(3) * 100 if own else float(rng.integers(0, 50))
    asking = float(rng.choice([0, 1, 7.5, 0.3]))
    return Threshold(rows, labels, cost_of_error=error, cost_of_asking=asking)


def plain(outcome: object) -> list[float]:
    return [-1 if math.isnan(one) else one for one in outcome]


def test_javascript_agrees_with_python() -> None:
    rng = np.random.default_rng(0)
    states, expected = [], []
    for _ in range(STATES):
        explorer = random_explorer(rng)
        outcomes = explorer.outcomes
        thresholds = [0, 1, 0.9, float(rng.random()), float(rng.choice(outcomes.sure))]
        each = explorer.cost_of_error
        costs = explorer.costs if each == "each" else [each] * len(explorer.wrong)
        states.append(
            {
                "sure": explorer.sure,
                "wrong": explorer.wrong,
                "costs": costs,
                "asking": explorer.cost_of_asking,
                "thresholds": thresholds,
            }
        )
        found = [outcomes.at(one) for one in thresholds]
        found += [outcomes.answer_all(), outcomes.refuse_all(), outcomes.cheapest()]
        expected.append([plain(one) for one in found])
    found = run(NODE, states, file="threshold/outcomes.js")
    # To the last bit: the same sums in the same order.
    assert found == expected


def test_it_is_what_the_definition_says() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        rows, labels = random_answers(rng)
        error = rng.random(len(rows)) * 100
        explorer = Threshold(rows, labels, cost_of_error=error, cost_of_asking=3)
        explorer.threshold = float(rng.random())
        sure, wrong = rows.max(axis=1), rows.argmax(axis=1) != labels
        given = sure.astype(np.float32) >= np.float32(explorer.threshold)
        assert explorer.answered == given.mean()
        assert explorer.errors == (given & wrong).sum()
        if given.any():
            assert explorer.accuracy == pytest.approx(1 - wrong[given].mean())
        else:
            assert math.isnan(explorer.accuracy)
        cost = error[given & wrong].sum() + 3 * (~given).sum()
        assert explorer.cost == pytest.approx(cost)
        assert explorer.mean_cost == pytest.approx(cost / len(rows))
        # No threshold that could be tried is cheaper, and the one that is told gives this cost.
        tried = [explorer.outcomes.at(one).cost for one in [0, 1, *sure, *np.nextafter(sure, 2)]
                 if one <= 1]  # fmt: skip
        best = explorer.cheapest
        assert best.cost == pytest.approx(min(tried))
        assert explorer.outcomes.at(best.threshold) == best


def test_the_courses_own_curve_is_the_same() -> None:
    explorer = Threshold()
    sure = explorer.outcomes.sure.astype(float)
    right = np.ones(len(sure), int)
    right[explorer.wrong] = 0
    rows = np.column_stack([explorer_sure(explorer), 1 - explorer_sure(explorer)])
    thresholds, answered, accuracy = calibration.answered_and_right(rows, 1 - right)
    assert set(thresholds) == set(sure)
    for at in range(0, len(thresholds), 37):
        explorer.threshold = thresholds[at]
        assert explorer.answered == pytest.approx(answered[at])
        assert explorer.accuracy == pytest.approx(accuracy[at])


def explorer_sure(explorer: Threshold) -> np.ndarray:
    from course_utils.explorers.threshold import _unpacked

    return _unpacked(explorer.sure).astype(float)


def test_honest_probabilities_need_no_search() -> None:
    """One minus (cost of asking) / (cost of an error) is nearly the cheapest threshold."""
    explorer = Threshold(cost_of_error=20, cost_of_asking=2)
    rule = explorer.outcomes.at(1 - 2 / 20)
    assert rule.cost <= 1.05 * explorer.cheapest.cost
    assert explorer.cheapest.cost < 0.8 * explorer.outcomes.at(0.5).cost


def test_a_threshold_that_lies_on_an_answer_gives_it() -> None:
    rows = np.array([[1 / 3, 2 / 3], [0.9, 0.1], [0.8, 0.2]])
    explorer = Threshold(rows, [1, 0, 0])
    for k, sure in enumerate(sorted(rows.max(axis=1), reverse=True)):
        explorer.threshold = sure
        assert explorer.outcome.given == k + 1
        assert explorer.threshold == sure


def test_costs_of_each_picture_are_taken_where_it_errs() -> None:
    rows = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])
    explorer = Threshold(rows, [1, 0, 1], cost_of_error=[5, 1000, 7], cost_of_asking=1, threshold=0)
    assert (explorer.cost_of_error, explorer.costs, explorer.cost) == ("each", [5, 7], 12)
    explorer.cost_of_error = 2
    assert explorer.cost == 4
    explorer.cost_of_error = "each"
    assert explorer.cost == 12
    explorer.cost_of_error = np.array([1, 2, 3])
    assert explorer.cost == 4


def test_the_picture_keeps_the_answer_until_it_was_asked_for() -> None:
    explorer = Threshold()
    assert "hidden" in explorer.alternative_text
    hidden = explorer.picture()
    explorer.ask = False
    assert "a curve" in explorer.alternative_text
    assert explorer.picture() != hidden


def test_no_answer_at_all_is_a_threshold_too() -> None:
    explorer = Threshold([[0.6, 0.4], [0.4, 0.6]], [1, 0], cost_of_error=9, cost_of_asking=1)
    assert explorer.cheapest.given == 0 and explorer.cheapest.threshold <= 1
    explorer.threshold = explorer.cheapest.threshold
    assert explorer.answered == 0 and math.isnan(explorer.accuracy) and explorer.cost == 2
    assert explorer.picture().startswith(b"\x89PNG")


def test_the_axis_is_the_same_on_both_sides() -> None:
    thresholds = [0, 0.1, 0.5, 0.9, 0.95, 0.976, 0.99, 0.99999, 0.999999, 1]
    found = run("return given.map(all.shareOf)", thresholds, file="threshold/scale.js")
    np.testing.assert_allclose(found, position(np.array(thresholds)), atol=1e-12)


def test_every_step_is_a_threshold_of_its_own() -> None:
    steps = run(
        "return given.map(step => [all.thresholdAt(step), all.positionOf(all.thresholdAt(step))])",
        list(range(252)),
        file="threshold/scale.js",
    )
    thresholds = [one for one, _ in steps]
    assert thresholds[0] == 0 and thresholds[50] == 0.9 and thresholds[-2:] == [0.99999, 1]
    assert thresholds == sorted(set(thresholds))
    assert [round(place) for _, place in steps] == list(range(252))


@pytest.mark.parametrize("name", ["threshold", "cost_of_error", "cost_of_asking"])
@pytest.mark.parametrize("value", [-0.5, 1_000_001])
def test_both_sides_say_the_same_of_what_is_out_of_range(name: str, value: float) -> None:
    explorer = Threshold()
    with pytest.raises(ValueError) as error:
        setattr(explorer, name, value)
    check = "asShare" if name == "threshold" else "asCost"
    program = f"try {{ return all.{check}(...given); }} catch (error) {{ return error.message; }}"
    assert run(program, [name, value], file="threshold/outcomes.js") == str(error.value)


ROWS = [[0.9, 0.1], [0.2, 0.8]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"probabilities": ROWS}, "labels is None: give both"),
        ({"labels": [0, 1]}, "probabilities is None: give both"),
        ({"probabilities": ROWS, "labels": [0]}, "labels has 1 entries for 2 rows"),
        ({"probabilities": [[2, 1]], "labels": [0]}, "probabilities has row 0 with the sum 3"),
        ({"threshold": 1.5}, "threshold is 1.5: use a number from 0 to 1"),
        ({"threshold": "high"}, "threshold is 'high': use a number from 0 to 1"),
        ({"cost_of_asking": -1}, "cost_of_asking is -1: use a number from 0 to 1000000"),
        ({"cost_of_error": "much"}, "cost_of_error is 'much': use a number from 0"),
        (
            {"probabilities": ROWS, "labels": [0, 1], "cost_of_error": [1, 2, 3]},
            "cost_of_error has 3 entries for 2 pictures: give one number, or one for each",
        ),
        (
            {"probabilities": ROWS, "labels": [0, 1], "cost_of_error": [1, -2]},
            "cost_of_error holds -2: use numbers from 0",
        ),
        ({"cost_of_error": [[1]]}, "cost_of_error has 2 axes"),
        ({"ask": "no"}, "ask is 'no': use True or False"),
        (
            {"probabilities": np.full((5001, 2), 0.5), "labels": np.zeros(5001, int)},
            "probabilities has 5001 rows: use at most 5000",
        ),
    ],
)
def test_what_does_not_work_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Threshold(**arguments)


def test_costs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="costs has 1 entries for"):
        Threshold().costs = [1.0]
