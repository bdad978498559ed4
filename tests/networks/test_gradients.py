"""Gradient norms, against a derivation by hand and against small differences."""

import numpy as np
import pytest

from course_utils.networks.gradients import gradient_norms
from course_utils.networks.models import build_resnet


@pytest.fixture(scope="module")
def keras():
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    return keras


@pytest.fixture
def chain(keras):
    keras.utils.set_random_seed(0)
    layers = [
        keras.layers.Conv2D(2, 3, activation="relu", name="conv"),
        keras.layers.BatchNormalization(name="norm"),
        keras.layers.Flatten(name="flatten"),
        keras.layers.Dense(4, name="scores"),
    ]
    return keras.Sequential([keras.Input((5, 5, 1)), *layers])


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    return rng.normal(size=(6, 5, 5, 1)).astype(np.float32), rng.integers(0, 4, 6)


def test_a_linear_layer_by_hand(keras):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="line")])
    x, y = np.arange(6, dtype=np.float32).reshape(2, 3), np.array([[1.0], [2.0]], np.float32)
    error = x @ model.get_weights()[0] - y
    by_hand = np.linalg.norm(x.T @ error)  # of the mean of two squares
    assert gradient_norms(model, x, y, loss="mse") == {"line": pytest.approx(by_hand, rel=1e-5)}


def test_kernels_against_central_differences(keras, chain, batch):
    images, labels = batch
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    norms = gradient_norms(chain, images, labels, loss=loss)
    assert list(norms) == ["conv", "scores"]
    kernel = chain.get_layer("scores").kernel
    start, step, squares = kernel.numpy(), 1e-2, 0.0
    for place in np.ndindex(start.shape):
        values = []
        for sign in (1, -1):
            moved = start.copy()
            moved[place] += sign * step
            kernel.assign(moved)
            values.append(float(loss(labels, chain(images, training=True))))
        squares += ((values[0] - values[1]) / (2 * step)) ** 2
    assert norms["scores"] == pytest.approx(np.sqrt(squares), rel=1e-2)


def test_maps_leave_out_the_result(keras, chain, batch):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    norms = gradient_norms(chain, *batch, of="maps", loss=loss)
    assert list(norms) == ["conv"] and norms["conv"] > 0


def test_measuring_changes_nothing(chain, batch):
    images, labels = batch
    before = chain.get_weights()
    gradient_norms(chain, images, labels)
    for one, other in zip(before, chain.get_weights()):
        np.testing.assert_array_equal(one, other)


def test_every_layer_of_a_residual_network_has_a_gradient():
    model = build_resnet(8)
    images = np.random.default_rng(0).random((4, 28, 28, 1), dtype=np.float32)
    for of, count in (("kernels", 10), ("maps", 9)):
        norms = gradient_norms(model, images, np.arange(4), of=of)
        assert len(norms) == count and all(0 < norm < np.inf for norm in norms.values())
        assert next(iter(norms)) == "conv1" and "block2_projection" in norms


@pytest.mark.parametrize("of", ["weights", None])
def test_another_word_is_refused(chain, batch, of):
    with pytest.raises(ValueError, match='use "kernels" or "maps"'):
        gradient_norms(chain, *batch, of=of)


def test_as_many_labels_as_images(chain, batch):
    images, labels = batch
    with pytest.raises(ValueError, match="labels has 5 rows for 6 images"):
        gradient_norms(chain, images, labels[:5])
    with pytest.raises(ValueError, match="images is empty"):
        gradient_norms(chain, images[:0], labels[:0])


def test_a_model_must_be_built_and_have_a_kernel(keras, batch):
    with pytest.raises(ValueError, match="begins with keras.Input"):
        gradient_norms(keras.Sequential([keras.layers.Dense(1, name="d")]), *batch)
    flat = keras.Sequential([keras.Input((5, 5, 1)), keras.layers.Flatten(name="f")], name="flat")
    with pytest.raises(ValueError, match="'flat', none of whose layers has a kernel"):
        gradient_norms(flat, *batch)
