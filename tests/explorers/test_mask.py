"""The mask: JavaScript against Python, Python against the definition, and what is refused."""

import math

import numpy as np
import pytest
from node import run

from course_utils.explorers import Mask
from course_utils.explorers.mask.overlap import as_runs, from_runs, overlap

STATES = 1200
NODE = """return given.map(({mask, truth, classes, size}) => {
  const [mine, real] = [mask, truth].map(one => all.fromRuns(one, size));
  const found = all.overlap(mine, real, classes);
  const known = one => (Number.isNaN(one) ? -1 : one);
  return [found.iou.map(known), known(found.mean), found.right, found.missing, found.extra,
    found.mixed, all.asRuns(mine), Array.from(real)];
})"""


def random_pair(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int]:
    shape, classes = rng.integers(1, 12, 2), int(rng.integers(2, 12))
    truth = rng.integers(0, classes, shape) * (rng.random(shape) < rng.choice([0, 0.3, 0.9]))
    other = rng.integers(0, classes, shape) * (rng.random(shape) < 0.5)
    return np.where(rng.random(shape) < 0.6, truth, other), truth, classes


def test_javascript_agrees_with_python() -> None:
    rng = np.random.default_rng(0)
    states, expected = [], []
    for _ in range(STATES):
        mask, truth, classes = random_pair(rng)
        states.append({"mask": as_runs(mask), "truth": as_runs(truth), "classes": classes,
                       "size": mask.size})  # fmt: skip
        iou, mean, *counts = overlap(mask, truth, classes)
        known = [-1 if math.isnan(one) else one for one in iou.tolist()]
        expected.append([known, -1 if math.isnan(mean) else mean, *counts, as_runs(mask),
                         truth.ravel().tolist()])  # fmt: skip
    # To the last bit: the same divisions, added in the same order.
    assert run(NODE, states, file="mask/overlap.js") == expected


def test_it_is_what_the_definition_says() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        mask, truth, classes = random_pair(rng)
        found = overlap(mask, truth, classes)
        for k in range(classes):
            both, either = (mask == k) & (truth == k), (mask == k) | (truth == k)
            if either.any():
                assert found.iou[k] == both.sum() / either.sum()
            else:
                assert math.isnan(found.iou[k])
        known = found.iou[1:][~np.isnan(found.iou[1:])]
        assert (
            math.isnan(found.mean) if not len(known) else found.mean == pytest.approx(known.mean())
        )
        shown = (found.right, found.missing, found.extra, found.mixed)
        assert sum(shown) == ((mask > 0) | (truth > 0)).sum()
        assert found.missing == ((mask == 0) & (truth > 0)).sum()
        assert found.extra == ((mask > 0) & (truth == 0)).sum()


def test_runs_give_the_mask_back() -> None:
    rng = np.random.default_rng(2)
    for _ in range(200):
        mask, _, _ = random_pair(rng)
        np.testing.assert_array_equal(from_runs(as_runs(mask), mask.shape), mask)
    assert as_runs(np.array([[0, 0, 1], [1, 2, 2]])) == "0*2 1*2 2*2"


STROKE = """return given.map(({h, w, from, to, size}) => {
  const mask = new Uint8Array(h * w);
  const changed = all.stroke(mask, h, w, from, to, size, 3);
  return [changed, Array.from(mask), all.stroke(mask, h, w, from, to, size, 3)];
})"""


def test_a_stroke_is_a_line_of_round_dabs() -> None:
    rng = np.random.default_rng(3)
    states = []
    for _ in range(300):
        h, w = (int(one) for one in rng.integers(4, 20, 2))
        start, end = ((rng.random(2) * (w, h)).tolist() for _ in range(2))
        size = int(rng.integers(1, 8))
        states.append({"h": h, "w": w, "from": start, "to": end, "size": size})
    for state, (changed, cells, again) in zip(
        states, run(STROKE, states, file="mask/overlap.js"), strict=True
    ):
        h, w = state["h"], state["w"]
        y, x = np.indices((h, w)) + 0.5
        start, way = np.array(state["from"]), np.array(state["to"]) - state["from"]
        share = ((x - start[0]) * way[0] + (y - start[1]) * way[1]) / max(way @ way, 1e-12)
        share = share.clip(0, 1)
        distance = np.hypot(x - start[0] - share * way[0], y - start[1] - share * way[1])
        painted = np.array(cells).reshape(h, w) == 3
        assert changed and not again
        assert not painted[distance > max(state["size"] / 2, 0.71)].any()
        # Between two dabs half a cell apart a narrow brim is left out.
        assert painted[distance < state["size"] / 2 - 0.07].all()
        assert painted[int(start[1]), int(start[0])]


def test_python_sets_and_reads() -> None:
    truth = np.zeros((4, 5), int)
    truth[1:3, 1:4] = 1
    mask = Mask(np.zeros((4, 5, 1)), truth)
    assert mask.painted.shape == (4, 5) and mask.painted.dtype.kind == "i"
    assert (mask.mean_iou, mask.iou[0]) == (0, 14 / 20)
    seen = []
    mask.observe(lambda change: seen.append(change["new"].sum()), "painted")
    mask.painted = truth > 0
    assert mask.mean_iou == 1 and seen == [6]
    mask.painted = np.roll(truth, 1, axis=1)
    assert mask.mean_iou == 4 / 8
    with pytest.raises(ValueError, match="read-only"):
        mask.painted[0, 0] = 1


def test_what_the_page_sends_is_the_mask() -> None:
    mask = Mask(np.zeros((2, 3)), np.zeros((2, 3), int))
    mask.set_state({"painted": "0*1 1*4 0*1", "compare": True})
    np.testing.assert_array_equal(mask.painted, [[0, 1, 1], [1, 1, 0]])
    assert mask.compare and mask.state()["painted"] == "0*1 1*4 0*1"
    assert mask.get_state(["painted"]) == {"painted": "0*1 1*4 0*1"}


def test_several_classes_and_a_prediction() -> None:
    truth = np.array([[0, 1, 2], [0, 1, 2]])
    mask = Mask(np.zeros((2, 3)), truth, truth * 0 + 1, ["background", "one", "two"])
    mask.painted = [[0, 1, 1], [2, 0, 2]]
    found = mask.overlap
    assert (found.right, found.missing, found.extra, found.mixed) == (2, 1, 1, 1)
    np.testing.assert_allclose(found.iou, [1 / 3, 1 / 3, 1 / 3])
    np.testing.assert_allclose(mask.predicted_iou, [0, 1 / 3, 0])
    assert Mask(np.zeros((2, 3)), truth).classes == ["background", "class 1", "class 2"]


def test_the_picture_shows_the_truth_only_when_it_may_be_seen() -> None:
    mask = Mask()
    hidden = mask.picture()
    assert "missing" not in mask.alternative_text
    mask.compare = True
    assert "missing" in mask.alternative_text and mask.picture() != hidden


def test_without_a_truth_there_is_painting_alone() -> None:
    mask = Mask(np.zeros((3, 3)))
    mask.compare = True
    assert mask.truth is None and mask.prediction is None
    assert mask.picture().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="truth is None: give Mask the true classes"):
        mask.iou  # noqa: B018
    with pytest.raises(ValueError, match="prediction is None: give Mask a prediction"):
        mask.predicted_iou  # noqa: B018


BLANK = np.zeros((3, 4))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image": np.zeros((129, 4))}, r"image has shape \(129, 4\): use at most 128×128"),
        ({"image": np.zeros(4)}, "image has 1 axis"),
        ({"image": BLANK, "truth": np.zeros((4, 3), int)}, r"truth has shape \(4, 3\): give \(3"),
        ({"image": BLANK, "truth": BLANK}, "truth has dtype float64: give class numbers"),
        ({"image": BLANK, "truth": np.full((3, 4), 11)}, "truth holds 11: with 11 classes"),
        (
            {"image": BLANK, "truth": np.full((3, 4), 2), "classes": ["ground", "thing"]},
            "truth holds 2: with 2 classes",
        ),
        ({"image": BLANK, "classes": ["one"]}, r"classes is \['one'\]: give the names of 2 to 11"),
        ({"image": BLANK, "classes": "ab"}, "classes is 'ab': give the names"),
        ({"image": BLANK, "painted": np.ones((2, 2), int)}, r"painted has shape \(2, 2\)"),
        ({"image": BLANK, "compare": "yes"}, "compare is 'yes': use True or False"),
    ],
)
def test_what_does_not_work_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Mask(**arguments)


def test_classes_keep_their_number() -> None:
    mask = Mask(BLANK)
    mask.classes = ["paper", "ink"]
    with pytest.raises(ValueError, match="classes has 3 names: this mask has 2 classes"):
        mask.classes = ["a", "b", "c"]
