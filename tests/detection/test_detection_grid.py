"""The grid: what cells should say, and boxes read back from what they have said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.detection.boxes import Objects
from course_utils.detection.detection_grid import (
    CELL,
    TYPICAL_SIDE,
    decode_grid,
    grid_shape,
    grid_targets,
    responsible_cell,
)

NONE = Objects(np.zeros((0, 4)), np.zeros(0, int))


def logit(p):
    return np.log(p / (1 - p))


def answers_like(target, classes=10):
    """Answers of cells that are quite sure of what `target` says."""
    answers = np.zeros((*target.shape[:2], 5 + classes))
    answers[..., 0] = np.where(target[..., 0], 20, -20)
    answers[..., 1:3] = logit(np.clip(target[..., 1:3], 1e-9, 1 - 1e-9))
    answers[..., 3:5] = target[..., 3:5]
    np.put_along_axis(answers[..., 5:], target[..., 5:].astype(int), 30, axis=-1)
    return answers


@pytest.mark.parametrize(
    ("box", "cell"),
    [
        ((0, 0, 4, 4), (0, 0)),
        ((0, 0, 16, 40), (1, 2)),  # the centre (8, 20) begins the second row
        ((3, 20, 15, 41), (1, 3)),
        ((90, 0, 96, 7), (11, 0)),
    ],
)
def test_the_cell_with_the_centre_answers(box, cell):
    assert responsible_cell(box) == cell
    assert responsible_cell(np.multiply(box, 2), cell=2 * CELL) == cell


def test_a_target_by_hand():
    objects = Objects(np.array([[10.0, 30, 34, 42]]), np.array([7]))  # centre (22, 36), 24×12
    target = grid_targets([NONE, objects], (48, 64))
    assert target.shape == (2, 6, 8, 6) and target.dtype == np.float32
    assert not target[0].any()
    assert np.argwhere(target[1].any(axis=-1)).tolist() == [[2, 4]]
    np.testing.assert_allclose(target[1, 2, 4], [1, 6 / 8, 4 / 8, 0, np.log(1 / 2), 7], atol=1e-6)


def test_the_first_of_two_objects_in_a_cell_has_it():
    objects = Objects(np.array([[0.0, 0, 10, 10], [2, 2, 10, 10]]), np.array([3, 4]))
    target = grid_targets([objects], (16, 16))
    assert target[..., 0].sum() == 1 and target[0, 0, 0, 5] == 3


sides = st.integers(2, 40)


@given(st.integers(0, 55), st.integers(0, 87), sides, sides, st.integers(0, 9))
def test_targets_are_read_back(top, left, height, width, label):
    box = np.array([[top, left, min(64, top + height), min(96, left + width)]], float)
    target = grid_targets([Objects(box, np.array([label]))], (64, 96))
    found = decode_grid(answers_like(target[0]), min_score=0.5)
    np.testing.assert_allclose(found.boxes, box, atol=1e-3)
    assert found.labels.tolist() == [label]
    assert found.scores == pytest.approx(1, abs=1e-6)


def test_scores_are_object_times_class_in_falling_order():
    answers = np.zeros((1, 2, 7))
    answers[0, 0, 0], answers[0, 1, 0] = logit(0.5), logit(0.8)
    answers[0, 0, 5:] = np.log([0.9, 0.1])
    answers[0, 1, 5:] = np.log([0.25, 0.75])
    found = decode_grid(answers)
    np.testing.assert_allclose(found.scores, [0.6, 0.45])
    assert found.labels.tolist() == [1, 0]
    assert decode_grid(answers, min_score=0.5).labels.tolist() == [1]
    nothing = decode_grid(answers, min_score=0.7)
    assert nothing.boxes.shape == (0, 4) and nothing.scores.shape == (0,)


def test_boxes_end_at_the_border_however_wild_the_numbers():
    for number in (0, 1e3, -1e3, 1e30, -1e30):
        answers = np.full((3, 4, 15), number)
        found = decode_grid(answers, min_score=0)
        assert np.isfinite(found.boxes).all() and np.isfinite(found.scores).all()
        assert found.boxes.min() >= 0
        assert (found.boxes <= [24, 32, 24, 32]).all()
        assert (found.boxes[:, :2] <= found.boxes[:, 2:]).all()


def test_size_zero_is_the_typical_side():
    answers = np.zeros((9, 9, 15))
    middle = decode_grid(answers, min_score=0).boxes[40]
    np.testing.assert_allclose(middle, 4.5 * CELL + TYPICAL_SIDE / 2 * np.array([-1, -1, 1, 1]))


def test_sides_must_be_whole_in_cells():
    assert grid_shape((96, 64)) == (12, 8)
    for size in ((90, 96), (96, 4)):
        with pytest.raises(ValueError, match=f"size is {size[0]}×{size[1]}.*multiples of 8"):
            grid_shape(size)


def test_bad_arguments_are_named():
    outside = Objects(np.array([[0.0, 0, 10, 60]]), np.array([1]))
    with pytest.raises(ValueError, match="centre isn't on an image of 24×24"):
        grid_targets([outside], (24, 24))
    flat = Objects(np.array([[0.0, 3, 10, 3]]), np.array([1]))
    with pytest.raises(ValueError, match="no area"):
        grid_targets([flat], (24, 24))
    with pytest.raises(ValueError, match="answers has 5 channels"):
        decode_grid(np.zeros((2, 2, 5)))
    with pytest.raises(ValueError, match="answers has 2 axes"):
        decode_grid(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="min_score is 2"):
        decode_grid(np.zeros((2, 2, 15)), min_score=2)
    with pytest.raises(ValueError, match="box has shape"):
        responsible_cell([1, 2, 3])


def test_a_network_that_ran_away_is_told_so():
    answers = np.zeros((2, 2, 8))
    answers[0, 1, 3] = np.nan
    with pytest.raises(ValueError, match="answers holds nan: .*lower learning rate"):
        decode_grid(answers)


def test_objects_are_checked():
    with pytest.raises(ValueError, match=r"objects\[1\].labels has 0 entries for 1 boxes"):
        grid_targets([([], []), ([[0, 0, 4, 4]], [])], (16, 16))
    with pytest.raises(ValueError, match="size is"):
        grid_targets([], 9)
