"""The shift: JavaScript against Python, and what the lesson promises."""

import numpy as np
import pytest
from node import run

from course_utils.explorers import Shift

STATES = """return given.map(({digit, templates, kernel, pool, dx, dy}) => {
  const still = {h: 28, w: 28, c: 1, data: Float64Array.from(digit, one => parseInt(one, 16) / 15)};
  const x = all.moved(still, dy, dx);
  const [before, now] = [still, x].map(one => all.answers(one, templates.map(all.unit), kernel, pool));
  const found = all.verdicts(now, before, dy, dx, pool);
  const count = marks => marks.filter(Boolean).length;
  return {scores: now.scores, map: [...now.map.data], pooled: [...now.pooled.data],
    slid: now.slid, along: found.along, pooledAlong: found.pooledAlong,
    changed: [found.scores, count(found.map), count(found.pooled), found.slid]};
})"""


def test_javascript_agrees_with_python() -> None:
    rng = np.random.default_rng(0)
    shifts = [Shift(int(rng.integers(10)), pool=int(rng.integers(1, 5))) for _ in range(24)]
    kernels = list(shifts[0].kernels)
    states = []
    for shift in shifts:
        shift.dx, shift.dy = (int(one) for one in rng.integers(-8, 9, 2))
        shift.kernel = kernels[rng.integers(3)]
        state = {name: getattr(shift, name) for name in ("templates", "pool", "dx", "dy")}
        state |= {"digit": shift.digits[shift.which], "kernel": shift.kernels[shift.kernel]}
        states.append(state)
    for shift, found in zip(shifts, run(STATES, states, file="shift/shift.js"), strict=True):
        np.testing.assert_allclose(found["scores"], shift.scores)
        np.testing.assert_allclose(found["map"], shift.feature_map.ravel(), atol=1e-12)
        np.testing.assert_allclose(found["pooled"], shift.pooled.ravel(), atol=1e-12)
        np.testing.assert_allclose(found["slid"], shift.slid_scores)
        assert found["along"] == shift.moved_along
        assert found["changed"] == list(shift.changed.values())


def test_the_lesson_holds_for_every_digit() -> None:
    changed_their_mind = 0
    for which in range(10):
        shift = Shift(which)
        assert shift.scores.argmax() == shift.slid_scores.argmax() == which
        shift.dx = 1
        assert shift.moved_along
        assert shift.changed["slid_scores"] == 0
        assert 0 < shift.changed["pooled"] < shift.pooled.size
        shift.dx = 4
        changed_their_mind += shift.scores.argmax() != which
    assert changed_their_mind >= 5


def test_a_pooled_map_moves_by_whole_windows() -> None:
    shift = Shift(5, pool=2)
    state = {name: getattr(shift, name) for name in ("templates", "pool")}
    state |= {"digit": shift.digits[5], "kernel": shift.kernels[shift.kernel], "dy": 0}
    found = run(STATES, [state | {"dx": dx} for dx in (1, 2, 4)], file="shift/shift.js")
    assert [one["pooledAlong"] for one in found] == [False, True, True]


def test_own_digits_and_what_leaves_the_picture() -> None:
    image = np.zeros((28, 28))
    image[10:18, 12:14] = 255
    shift = Shift(image)
    assert shift.image.max() == 1 and shift.image.sum() == 16
    shift.dx, shift.dy = -8, 8
    assert shift.image[18:26, 4:6].sum() == 16
    image[:, 27] = 255
    shift = Shift(image)
    shift.dx = 1
    assert shift.image.sum() == 16


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"digit": 10}, "digit is 10: use 0 to 9"),
        ({"digit": np.zeros((8, 8))}, r"digit has shape \(8, 8\): give an image"),
        ({"kernel": "sobel"}, "kernel is 'sobel': use one of"),
        ({"pool": 7}, "pool is 7: use at most 6"),
    ],
)
def test_what_does_not_work_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Shift(**arguments)


def test_shifts_have_an_end() -> None:
    with pytest.raises(ValueError, match="dx is 9: use at most 8 pixels"):
        Shift().dx = 9


def test_gaps_in_a_digit_are_told() -> None:
    with pytest.raises(ValueError, match="digit has NaN or infinity in it: fill the gaps"):
        Shift(np.full((28, 28), np.nan))


def test_a_lesson_may_show_some_panels() -> None:
    shift = Shift(4, panels=["scores"])
    assert shift.state()["panels"] == ["scores"] and "panels" not in Shift(4).state()
    assert "pooled" not in " ".join([*shift.try_this, shift.alternative_text])
    assert len(shift.try_this) == 3 and len(shift.draw().axes) == 2
    shift = Shift(4, panels=("slid", "map"))
    assert shift.panels == ["map", "slid"] and shift.picture().startswith(b"\x89PNG")


@pytest.mark.parametrize("panels", [[], "scores", ["score"], None, 3])
def test_unknown_panels_are_told(panels: object) -> None:
    with pytest.raises(ValueError, match=r'panels is .*: give a list of one or more of "scores"'):
        Shift(4, panels=panels)
