"""Boxes: overlap by counting pixels, suppression by a slow second version and by TensorFlow."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.detection.boxes import (
    Detections,
    areas,
    as_boxes,
    at_least,
    intersection_over_union,
    non_maximum_suppression,
)

SIDE = 12
edges = st.tuples(st.integers(0, SIDE), st.integers(0, SIDE)).map(sorted)
whole_boxes = st.tuples(edges, edges).map(lambda e: [e[0][0], e[1][0], e[0][1], e[1][1]])
many_boxes = st.lists(whole_boxes, max_size=8)
thresholds = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 1.0])


def painted(box):
    """The pixels that a box with whole edges covers."""
    canvas = np.zeros((SIDE, SIDE), bool)
    canvas[box[0] : box[2], box[1] : box[3]] = True
    return canvas


def slow_suppression(boxes, scores, labels, threshold):
    waiting = sorted(range(len(boxes)), key=lambda k: -scores[k])
    kept = []
    for k in waiting:
        overlaps = [
            intersection_over_union([boxes[k]], [boxes[j]])[0, 0]
            for j in kept
            if labels[j] == labels[k]
        ]
        if all(overlap <= threshold for overlap in overlaps):
            kept.append(k)
    return kept


@given(whole_boxes, whole_boxes)
def test_overlap_is_that_of_the_painted_pixels(one, two):
    a, b = painted(one), painted(two)
    counted = (a & b).sum() / max(1, (a | b).sum())
    assert intersection_over_union([one], [two])[0, 0] == pytest.approx(counted)


@given(many_boxes, many_boxes)
def test_overlap_is_symmetric_and_a_share(one, two):
    overlap = intersection_over_union(one, two)
    assert overlap.shape == (len(one), len(two)) and overlap.dtype == np.float64
    np.testing.assert_array_equal(overlap, intersection_over_union(two, one).T)
    assert ((0 <= overlap) & (overlap <= 1)).all()


@given(whole_boxes)
def test_a_box_overlaps_itself_wholly_if_it_has_an_area(box):
    assert intersection_over_union([box], [box])[0, 0] == (areas([box])[0] > 0)


@given(
    many_boxes,
    many_boxes,
    st.floats(-1000, 1000),
    st.floats(-1000, 1000),
    st.sampled_from([0.5, 1.0, 3.0]),
)
def test_overlap_does_not_change_when_all_moves_or_grows(one, two, down, right, factor):
    moved = [as_boxes("b", b) * factor + [down, right, down, right] for b in (one, two)]
    np.testing.assert_allclose(
        intersection_over_union(*moved), intersection_over_union(one, two), atol=1e-6
    )


def test_overlaps_by_hand():
    overlap = intersection_over_union(
        [[0, 0, 2, 2]],
        [[0, 1, 2, 3], [0, 0, 2, 2], [2, 2, 3, 3], [0, 2, 2, 4], [0, 0, 1, 1], [5, 5, 6, 6]],
    )
    np.testing.assert_allclose(overlap, [[1 / 3, 1, 0, 0, 1 / 4, 0]])


@pytest.mark.parametrize("flat", [[1, 1, 1, 5], [1, 1, 5, 1], [2, 2, 2, 2]])
def test_a_box_without_area_overlaps_nothing(flat):
    assert not intersection_over_union([flat], [flat, [0, 0, 9, 9]]).any()
    assert areas([flat])[0] == 0


def test_nothing_overlaps_nothing():
    assert intersection_over_union([], []).shape == (0, 0)
    assert intersection_over_union(np.zeros((0, 4)), [[0, 0, 1, 1]]).shape == (0, 1)
    assert areas([]).shape == (0,)


@settings(deadline=None)
@given(many_boxes, thresholds, st.data())
def test_suppression_does_as_the_slow_version(boxes, threshold, data):
    one_each = {"min_size": len(boxes), "max_size": len(boxes)}
    scores = data.draw(st.lists(st.sampled_from([0.1, 0.5, 0.9]), **one_each))
    labels = data.draw(st.lists(st.integers(0, 2), **one_each))
    kept = non_maximum_suppression(boxes, scores, labels, threshold=threshold)
    assert kept.dtype == np.int64
    assert kept.tolist() == slow_suppression(boxes, scores, labels, threshold)
    together = non_maximum_suppression(boxes, scores, threshold=threshold)
    assert together.tolist() == slow_suppression(boxes, scores, [0] * len(boxes), threshold)


@settings(deadline=None)
@given(many_boxes, thresholds, st.randoms(use_true_random=False))
def test_what_is_kept_overlaps_little_and_is_kept_again(boxes, threshold, random):
    boxes = as_boxes("boxes", boxes)
    scores = np.array([random.random() for _ in boxes])
    kept = non_maximum_suppression(boxes, scores, threshold=threshold)
    assert (np.diff(scores[kept]) <= 0).all()
    overlap = intersection_over_union(boxes[kept], boxes[kept])
    np.fill_diagonal(overlap, 0)
    assert (overlap <= threshold).all()
    # Whatever was dropped overlaps something that was kept and was at least as sure.
    for k in set(range(len(boxes))) - set(kept.tolist()):
        surer = kept[scores[kept] >= scores[k]]
        assert (intersection_over_union(boxes[[k]], boxes[surer]) > threshold).any()
    again = non_maximum_suppression(boxes[kept], scores[kept], threshold=threshold)
    assert again.tolist() == list(range(len(kept)))


def test_suppression_by_hand():
    boxes = [[0, 0, 9, 9], [1, 0, 9, 9], [0, 20, 9, 29], [0, 1, 9, 10]]
    assert non_maximum_suppression(boxes, [0.6, 0.9, 0.8, 0.1]).tolist() == [1, 2]
    # A chain: the middle one is dropped by the first, so the last, far from the first, stays.
    chain = [[0, 0, 10, 10], [0, 3, 10, 13], [0, 6, 10, 16]]
    assert non_maximum_suppression(chain, [0.9, 0.8, 0.7], threshold=0.5).tolist() == [0, 2]


def test_ties_go_to_the_earlier_box():
    assert non_maximum_suppression([[0, 0, 2, 2]] * 3, [0.5] * 3).tolist() == [0]
    apart = [[0, 0, 1, 1], [5, 5, 6, 6], [8, 8, 9, 9]]
    assert non_maximum_suppression(apart, [0.5] * 3).tolist() == [0, 1, 2]


def test_overlap_at_the_threshold_may_stay():
    assert len(non_maximum_suppression([[0, 0, 1, 2], [0, 0, 1, 1]], [1, 0.5], threshold=0.5)) == 2
    assert len(non_maximum_suppression([[0, 0, 1, 1]] * 2, [1, 0.5], threshold=1)) == 2


def test_boxes_of_different_classes_leave_each_other_alone():
    boxes, scores = [[0, 0, 2, 2]] * 3, [0.5, 0.9, 0.7]
    assert non_maximum_suppression(boxes, scores, [1, 1, 2]).tolist() == [1, 2]


def test_of_nothing_nothing_is_kept():
    kept = non_maximum_suppression([], [], [])
    assert kept.shape == (0,) and kept.dtype == np.int64


def test_degenerate_boxes_are_kept():
    assert len(non_maximum_suppression([[1, 1, 1, 4]] * 2, [0.9, 0.8])) == 2


def test_suppression_does_as_tensorflow():
    import course_utils.quiet_tensorflow  # noqa: F401

    import tensorflow as tf

    rng = np.random.default_rng(0)
    corners = rng.random((60, 2)) * 30
    boxes = np.hstack([corners, corners + 3 + 9 * rng.random((60, 2))])
    scores = rng.random(60)
    for threshold in (0.1, 0.3, 0.5):
        theirs = tf.image.non_max_suppression(boxes, scores, 60, iou_threshold=threshold)
        kept = non_maximum_suppression(boxes, scores, threshold=threshold)
        np.testing.assert_array_equal(kept, theirs)


def test_the_sure_ones_are_picked_out():
    scores = np.array([0.9, 0.3, 0.1])
    found = Detections(np.arange(12.0).reshape(3, 4), np.array([1, 2, 3]), scores)
    picked = at_least(found, 0.3)
    assert picked.labels.tolist() == [1, 2] and picked.boxes.shape == (2, 4)
    assert len(at_least(found, 1).scores) == 0


@pytest.mark.parametrize(
    ("boxes", "says"),
    [
        ([0, 0, 1, 1], r"boxes has shape \(4,\).*a single box is \[box\]"),
        ([[0, 0, 1]], r"boxes has shape \(1, 3\)"),
        ([[0, 0, 1, 1], [0, 0, 1]], "boxes can't be made an array"),
        ([["a", 0, 1, 1]], r"boxes\[0, 0\] is 'a', which is no number"),
        ([[0, 0, np.nan, 1]], r"boxes\[0\] is .*must be finite"),
        ([[0, 0, 1, np.inf]], r"boxes\[0\] is .*must be finite"),
        ([[0, 0, 1, 1], [3, 0, 1, 1]], r"boxes\[1\] is .*ends before it begins"),
        ([[0, 4, 1, 1]], "order the edges"),
    ],
)
def test_what_is_no_box_is_named(boxes, says):
    for function in (areas, lambda b: intersection_over_union(b, [[0, 0, 1, 1]])):
        with pytest.raises(ValueError, match=says):
            function(boxes)


def test_bad_arguments_of_the_suppression_are_named():
    box = [[0, 0, 1, 1]]
    with pytest.raises(ValueError, match=r"scores has shape \(2,\) for 1 boxes"):
        non_maximum_suppression(box, [1, 2])
    with pytest.raises(ValueError, match=r"labels has shape \(0,\) for 1 boxes"):
        non_maximum_suppression(box, [1], [])
    with pytest.raises(ValueError, match=r"scores\[0\] is nan"):
        non_maximum_suppression(box, [np.nan])
    for threshold in (-0.1, 1.5, "much", None, np.nan):
        with pytest.raises(ValueError, match="threshold is .*between 0 and 1"):
            non_maximum_suppression(box, [1], threshold=threshold)
    with pytest.raises(ValueError, match="score is 2"):
        at_least(Detections(np.zeros((0, 4)), np.zeros(0), np.zeros(0)), 2)


# --- sizes, and numbers of boxes -----------------------------------------------------------------


@pytest.mark.parametrize("side", [1e-300, 1e-200, 1e-80, 1.0, 1e80, 1e200, 1e300])
def test_overlaps_do_not_depend_on_the_unit(side):
    box, half = np.array([[0, 0, side, side]]), np.array([[0, 0, side, side / 2]])
    assert intersection_over_union(box, box) == 1
    assert intersection_over_union(box, half) == 0.5
    assert intersection_over_union(half, box) == 0.5
    far = box + 2 * side
    assert intersection_over_union(box, far) == 0
    assert non_maximum_suppression(np.vstack([box, half, far]), [3, 2, 1]).tolist() == [0, 1, 2]
    assert non_maximum_suppression(np.vstack([box, half]), [3, 2], threshold=0.4).tolist() == [0]


def test_boxes_of_many_sizes_in_one_call():
    sides = np.array([1e-200, 1.0, 1e200])
    boxes = np.column_stack([0 * sides, 0 * sides, sides, sides])
    np.testing.assert_array_equal(intersection_over_union(boxes, boxes), np.eye(3))
    widest = [[-1.5e308, -1.5e308, 1.5e308, 1.5e308]]
    assert intersection_over_union(widest, widest) == 1
    flat = [[0, 0, 0, 1e200], [0, 0, 0, 0]]
    np.testing.assert_array_equal(intersection_over_union(flat, flat), 0)


def all_pairs_suppression(boxes, scores, labels, threshold):
    """The definition: every pair compared."""
    overlaps = intersection_over_union(boxes, boxes) > threshold
    overlaps &= labels[:, None] == labels
    kept, free = [], np.ones(len(boxes), bool)
    for place in np.argsort(-scores, kind="stable"):
        if free[place]:
            kept.append(place)
            free &= ~overlaps[place]
    return kept


@pytest.mark.parametrize("seed", range(20))
def test_suppression_is_that_of_all_pairs(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, 200))
    corners = rng.uniform(0, 30, (count, 2))
    boxes = np.hstack([corners, corners + rng.uniform(0, 20, (count, 2))])
    scores, labels = rng.integers(0, 9, count) / 8, rng.integers(0, 3, count)
    for threshold in (0, 0.3, 0.5, 1):
        wanted = all_pairs_suppression(boxes, scores, labels, threshold)
        found = non_maximum_suppression(boxes, scores, labels, threshold=threshold)
        assert found.tolist() == wanted and found.dtype == np.int64


def test_suppression_needs_no_room_for_all_pairs():
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 1000, (4000, 2))
    boxes = np.hstack([corners, corners + 20])
    tracemalloc.start()
    try:
        non_maximum_suppression(boxes, rng.random(4000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * 2**20, f"{peak / 2**20:.1f} MB"  # all pairs: 16 million, 128 MB an array


@pytest.mark.parametrize("dtype", ["u1", "i1", "f2", "?"])
def test_scores_of_any_dtype_keep_their_order(dtype):
    boxes = [[0, 0, 2, 2], [5, 5, 9, 9], [0, 0, 2, 2]]
    scores = np.array([0, 1, 1], dtype)
    assert non_maximum_suppression(boxes, scores).tolist() == [1, 2]


def test_classes_by_name_are_told_what_to_do():
    boxes, names = [[0, 0, 2, 2], [0, 0, 2, 2]], ["cat", "dog"]
    with pytest.raises(ValueError, match=r"labels\[0\] is 'cat'.*np.unique\(labels, return_inv"):
        non_maximum_suppression(boxes, [1, 2], names)
    numbers = np.unique(names, return_inverse=True)[1]
    assert non_maximum_suppression(boxes, [1, 2], numbers).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (None, r"found is a NoneType: give \(boxes, labels, scores\)"),
        (([[0, 0, 1, 1]], [1]), r"found is a tuple: give \(boxes, labels, scores\)"),
        (([[0, 0, 1, 1]], [1, 2], [1]), "found.labels has 2 entries for 1 boxes"),
        (([[0, 0, 1, 1]], [1], [1, 2]), r"found.scores has shape \(2,\) for 1 boxes"),
        (([[0, 0, 1, 1]], [1], [np.nan]), r"found.scores\[0\] is nan"),
        (([[0, 0, 1, 1]], [1.5], [1]), "found.labels has dtype float64"),
        (([[0, 0, 1, 1]], [-1], [1]), "found.labels holds -1"),
        (([[1, 1, 0, 0]], [1], [1]), r"found.boxes\[0\] is .*ends before it begins"),
        (([[0, 0, 1, 1]], ["cat"], [1]), r"found.labels\[0\] is 'cat'"),
    ],
)
def test_what_is_no_detection_is_named(found, says):
    with pytest.raises(ValueError, match=says):
        at_least(found, 0.5)
