"""A body handed on: features at every depth, a new head, and the rivals."""

import numpy as np
import pytest

from course_utils import handwriting
from course_utils.networks import count_parameters, transfer


@pytest.fixture(scope="module")
def clouds():
    """Thirty examples of three classes, far apart, of mean square length 100."""
    random = np.random.default_rng(0)
    labels = np.arange(30) % 3
    features = random.normal(size=(30, 5)) + 4 * random.normal(size=(3, 5))[labels]
    return transfer.scaled(features, features), labels


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(1).random((4, 28, 28), dtype=np.float32)


def test_each_class_gets_as_many_labels_and_more_contain_fewer():
    labels = np.random.default_rng(2).integers(0, 4, 60)
    few, many = (transfer.draw_labels(labels, n, seed=3) for n in (2, 5))
    assert np.bincount(labels[many]).tolist() == [5, 5, 5, 5] and len(set(many)) == 20
    assert set(few) < set(many)
    assert set(transfer.draw_labels(labels, 2, seed=4)) != set(few)
    with pytest.raises(ValueError, match="count is 50, but class 0 has .* use at most"):
        transfer.draw_labels(labels, 50, seed=1)


def test_the_head_is_where_the_slope_is_zero(clouds):
    features, labels = clouds
    for pull, start in ((0.1, None), (0.5, np.full((6, 3), 0.7))):
        weights = transfer.fit_head(features, labels, start=start, pull=pull, classes=3, steps=900)
        scores = transfer.scores(features, weights)
        p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        inputs = np.hstack([features, np.ones((30, 1))])
        slope = inputs.T @ (p - np.eye(3)[labels]) / 30 + pull * (
            weights - (0 if start is None else start)
        )
        np.testing.assert_allclose(slope, 0, atol=1e-5)
        assert (scores.argmax(axis=1) == labels).all()


def test_the_head_agrees_with_scikit_learn(clouds):
    linear_model = pytest.importorskip("sklearn.linear_model")
    features, labels = clouds
    inputs = np.hstack([features, np.ones((30, 1))])
    known = linear_model.LogisticRegression(C=1 / (30 * 0.1), fit_intercept=False, tol=1e-10)
    known.fit(inputs, labels)
    found = transfer.fit_head(features, labels, pull=0.1, classes=3, steps=900)
    np.testing.assert_allclose(found, known.coef_.T, atol=1e-4)


def test_a_strong_pull_leaves_the_start(clouds):
    start = np.random.default_rng(3).normal(size=(6, 3))
    weights = transfer.fit_head(*clouds, start=start, pull=1e6, classes=3)
    np.testing.assert_allclose(weights, start, atol=1e-4)


def test_heads_refuse_what_does_not_fit(clouds):
    features, labels = clouds
    with pytest.raises(ValueError, match="labels has 29 rows for 30"):
        transfer.fit_head(features, labels[1:])
    with pytest.raises(ValueError, match=r"start has shape \(5, 3\): give \(6, 3\)"):
        transfer.fit_head(features, labels, start=np.zeros((5, 3)), classes=3)
    with pytest.raises(ValueError, match="like is zero everywhere"):
        transfer.scaled(features, 0 * features)
    with pytest.raises(ValueError, match="asked has 4 features, but the examples have 5"):
        transfer.nearest(features, labels, features[:, 1:])


def test_scaled_features_have_a_mean_square_length_of_100(clouds):
    features, _ = clouds
    assert (features**2).sum(axis=1).mean() == pytest.approx(100)
    np.testing.assert_allclose(transfer.scaled(3 * features, 3 * features), features)


def test_the_nearest_example_answers(clouds):
    features, labels = clouds
    asked = features[7:20] + 0.01
    np.testing.assert_array_equal(transfer.nearest(features, labels, asked), labels[7:20])
    distances = np.linalg.norm(features[:5, np.newaxis] - features[10:], axis=2)
    np.testing.assert_array_equal(
        transfer.nearest(features[10:], labels[10:], features[:5]),
        labels[10:][distances.argmin(axis=1)],
    )


def test_features_stand_at_five_depths(images):
    layers = handwriting.stored_reader().layers
    found = transfer.features_by_depth(layers, images)
    assert tuple(found) == transfer.DEPTHS
    assert [one.shape[1] for one in found.values()] == [784, 2304, 1152, 576, 96]
    np.testing.assert_allclose(found["dense"], handwriting.answers(layers[:-2], images))
    # Without its head as well.
    same = transfer.features_by_depth(layers[:-2], images)
    np.testing.assert_allclose(same["dense"], found["dense"])


def test_a_random_body_has_the_reader_s_form_and_keeps_the_size_of_signals(images):
    body = transfer.random_body(0)
    known = handwriting.stored_reader().layers[:-2]
    for mine, theirs in zip(body, known, strict=True):
        assert mine.kind == theirs.kind
        if theirs.kernel is not None:
            assert mine.kernel.shape == theirs.kernel.shape and not np.array_equal(
                mine.kernel, theirs.kernel
            )
            assert mine.kernel.std() == pytest.approx(
                np.sqrt(2 / np.prod(mine.kernel.shape[:-1])), rel=0.12
            )
    assert not np.array_equal(transfer.random_body(1)[0].kernel, body[0].kernel)
    np.testing.assert_array_equal(transfer.random_body(0)[0].kernel, body[0].kernel)


def test_hand_made_features_answer_both_signs(images):
    found = transfer.hand_made_features(images)
    assert found.shape == (4, 980) and (found >= 0).all()
    # A flat image: kernels that sum to zero answer at the borders only.
    flat = transfer.hand_made_features(np.ones((1, 28, 28))).reshape(7, 7, 20)
    answers = flat[3, 3]
    assert (answers > 0.1).sum() == 3  # the two blurs and the sharpening kernel


def test_a_fresh_reader_takes_the_stored_weights(images):
    import keras

    keras.utils.set_random_seed(0)
    model = transfer.fresh_reader(11)
    head = handwriting.stored_reader().layers[-2]
    both = np.vstack([head.kernel, head.bias])
    model.set_weights([*transfer.body_weights(), *transfer.head_weights(both)])
    np.testing.assert_allclose(
        model(images[..., np.newaxis]), handwriting.probabilities(images), atol=1e-5
    )
    assert count_parameters(transfer.fresh_reader()).total == count_parameters(model).total - 97


def test_a_fresh_reader_moves_digits_in_training_alone(images):
    model = transfer.fresh_reader(shift=2)
    batch = images[..., np.newaxis]
    np.testing.assert_array_equal(model(batch, training=False), model(batch, training=False))
    assert not np.allclose(model(batch, training=True), model(batch, training=False))
    assert [w.shape for w in model.get_weights()] == [
        w.shape for w in transfer.fresh_reader().get_weights()
    ]
