"""The detector: its shape, its loss by hand, and that it learns what a few canvases show."""

import numpy as np
import pytest

from course_utils.datasets import load_mnist
from course_utils.detection import (
    BOX_WEIGHT,
    as_input,
    build_detector,
    detect,
    detector_loss,
    suppress,
    train_detector,
)
from course_utils.detection.boxes import Detections, Objects
from course_utils.detection.canvases import Canvases, make_canvases
from course_utils.detection.precision import mean_average_precision
from course_utils.networks import receptive_field


@pytest.fixture(scope="module")
def keras():
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    return keras


@pytest.fixture(scope="module")
def detector(keras):
    keras.utils.set_random_seed(0)
    return build_detector(filters=2)


@pytest.mark.parametrize("size", [(96, 96), (64, 224), (8, 8)])
def test_any_canvas_gets_fifteen_numbers_a_cell(detector, size):
    answers = detector(as_input(np.zeros((2, *size), np.uint8)))
    assert answers.shape == (2, size[0] // 8, size[1] // 8, 15)


def test_layers_are_named_and_the_field_is_as_documented(keras):
    model = build_detector()
    names = [layer.name for layer in model.layers]
    assert names == [layer.name for layer in build_detector().layers]
    assert receptive_field(model)[-1] == 54 and not model.compiled
    assert build_detector(filters=2, classes=3).output_shape == (None, None, None, 8)


def test_an_untrained_detector_says_that_nothing_is_there(detector):
    answers = np.asarray(detector(np.zeros((1, 16, 16, 1), np.float32)))
    np.testing.assert_allclose(1 / (1 + np.exp(-answers[..., 0])), 1 / 30, rtol=1e-4)


def test_the_loss_by_hand(keras):
    rng = np.random.default_rng(0)
    targets = np.zeros((2, 2, 3, 6), np.float32)
    targets[0, 1, 2] = 1, 0.25, 0.5, 0.3, -0.7, 4
    targets[1, 0, 0] = 1, 0.75, 0.1, -0.1, 0.2, 0
    targets[1, 1, 1] = 1, 0.5, 0.9, 0.0, 0.0, 9
    answers = rng.normal(size=(2, 2, 3, 15)).astype(np.float32)
    by_hand = np.zeros(2)
    for n, row, column in np.ndindex(2, 2, 3):
        target, answer = targets[n, row, column], answers[n, row, column].astype(float)
        chance = 1 / (1 + np.exp(-answer[:3]))
        by_hand[n] -= np.log(chance[0] if target[0] else 1 - chance[0])
        if target[0]:
            shares = np.exp(answer[5:]) / np.exp(answer[5:]).sum()
            by_hand[n] -= np.log(shares[int(target[5])])
            by_hand[n] += BOX_WEIGHT * ((chance[1:] - target[1:3]) ** 2).sum()
            by_hand[n] += BOX_WEIGHT * ((answer[3:5] - target[3:5]) ** 2).sum()
    # The mean over the two images is the sum over the three objects, a third each.
    np.testing.assert_allclose(detector_loss(targets, answers), by_hand * 2 / 3, rtol=1e-5)


def test_the_loss_of_canvases_without_objects_is_finite(keras):
    loss = np.asarray(detector_loss(np.zeros((2, 3, 3, 6), np.float32), np.zeros((2, 3, 3, 15))))
    np.testing.assert_allclose(loss, 9 * np.log(2) * 2, rtol=1e-5)


def test_empty_cells_learn_nothing_but_to_be_empty(keras):
    import tensorflow as tf

    answers = tf.Variable(np.ones((1, 2, 2, 15), np.float32))
    targets = np.zeros((1, 2, 2, 6), np.float32)
    targets[0, 0, 0] = 1, 0.5, 0.5, 0, 0, 3
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(detector_loss(targets, answers))
    gradient = tape.gradient(loss, answers).numpy()[0]
    empty = gradient.reshape(4, 15)[1:]
    assert not empty[:, 1:].any() and (empty[:, 0] > 0).all()
    assert np.count_nonzero(gradient[0, 0]) == 15


@pytest.fixture(scope="module")
def trained(keras):
    """A small detector that has seen the same few canvases again and again."""
    (digits, labels), _ = load_mnist("sample")
    canvases = make_canvases(
        digits[:40], labels[:40], 16, size=48, digits_each=(1, 2), scales=(1, 1), seed=0
    )
    keras.utils.set_random_seed(0)
    model = build_detector(filters=8)
    history = train_detector(model, canvases, epochs=60, batch_size=8, learning_rate=0.01, seed=0)
    return model, canvases, history


def test_training_lowers_the_loss(trained):
    losses = trained[2]["loss"]
    assert len(losses) == 60 and losses[-1] < 0.1 * losses[0]


def test_what_was_learnt_by_heart_is_found(trained):
    model, canvases, _ = trained
    found = detect(model, canvases.images)
    assert mean_average_precision(found, canvases.objects).mean > 0.9
    for one in found:
        assert isinstance(one, Detections)
        assert (np.diff(one.scores) <= 0).all() and (one.scores >= 0.01).all()


def test_without_suppression_there_is_at_least_as_much(trained):
    model, canvases, _ = trained
    raw = detect(model, canvases.images[:4], threshold=None, min_score=0)
    assert all(len(one.scores) == 36 for one in raw)
    kept = detect(model, canvases.images[:4], min_score=0)
    for one, few in zip(raw, kept):
        again = suppress(one)
        np.testing.assert_array_equal(few.scores, again.scores)
        assert len(few.scores) <= 36


def test_nothing_is_found_where_nothing_is(trained):
    for one in detect(trained[0], np.zeros((2, 48, 64), np.uint8), min_score=0.5):
        assert one.boxes.shape == (0, 4) and one.labels.shape == one.scores.shape == (0,)


def test_suppression_by_class_or_for_all():
    found = Detections(np.array([[0.0, 0, 9, 9]] * 2), np.array([4, 9]), np.array([0.6, 0.9]))
    assert suppress(found).labels.tolist() == [9, 4]
    assert suppress(found, by_class=False).labels.tolist() == [9]


def test_the_same_seed_gives_the_same_training(keras):
    canvases = Canvases(
        np.random.default_rng(0).integers(0, 255, (6, 16, 16)).astype(np.uint8),
        [Objects(np.array([[2.0, 2, 12, 12]]), np.array([1]))] * 6,
        np.full((6, 16, 16), 10, np.uint8),
    )
    losses = []
    for _ in range(2):
        keras.utils.set_random_seed(0)
        model = build_detector(filters=1)
        losses.append(train_detector(model, canvases, epochs=1, batch_size=2, seed=1)["loss"][0])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_bad_arguments_are_named(detector):
    with pytest.raises(ValueError, match="filters is 0"):
        build_detector(filters=0)
    with pytest.raises(ValueError, match="classes is 0"):
        build_detector(classes=0)
    with pytest.raises(ValueError, match="images has 2 axes"):
        detect(detector, np.zeros((96, 96)))
    with pytest.raises(ValueError, match="size is 96×90"):
        detect(detector, np.zeros((1, 96, 90)))
    nothing = Objects(np.zeros((0, 4)), np.zeros(0))
    canvases = Canvases(np.zeros((1, 16, 16), np.uint8), [nothing], np.zeros((1, 16, 16), np.uint8))
    with pytest.raises(ValueError, match="epochs is 0"):
        train_detector(detector, canvases, epochs=0, seed=0)
