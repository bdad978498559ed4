"""Gradient descent with momentum against Keras, and with bad input."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from course_utils.layers import Conv2D, Dense, Flatten, ReLU, Sequential, SoftmaxCrossEntropy
from course_utils.layers.optimizers import SGD


def dense(dtype="float64"):
    return Dense(4, 3, rng=np.random.default_rng(0), dtype=dtype)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_several_steps_go_where_keras_goes(momentum):
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    layer = dense("float32")
    variables = [keras.Variable(values.copy()) for values in layer.parameters.values()]
    theirs = keras.optimizers.SGD(learning_rate=0.1, momentum=momentum)
    ours, rng = SGD([layer], 0.1, momentum), np.random.default_rng(1)
    for _ in range(5):
        layer.gradients = {
            name: rng.normal(size=values.shape).astype("f4")
            for name, values in layer.parameters.items()
        }
        theirs.apply(list(layer.gradients.values()), variables)
        ours.step()
    for values, variable in zip(layer.parameters.values(), variables):
        assert_allclose(values, variable, rtol=1e-5, atol=1e-6)


def test_without_momentum_a_step_is_the_gradient_times_the_learning_rate():
    layer = dense()
    before = layer.parameters["kernel"].copy()
    layer.forward(np.ones((2, 4)))
    layer.backward(np.ones((2, 3)))
    SGD([ReLU(), layer], 0.5).step()
    assert_allclose(layer.parameters["kernel"], before - 0.5 * layer.gradients["kernel"])


def test_momentum_adds_up_to_ten_steps_in_one():
    layer = dense()
    layer.parameters["bias"][...] = 0
    layer.gradients = {"kernel": np.zeros((4, 3)), "bias": np.ones(3)}
    optimizer = SGD([layer], 0.1, 0.9)
    places = []
    for _ in range(200):
        optimizer.step()
        places.append(layer.parameters["bias"][0])
    assert_allclose(places[1] - places[0], -0.1 * 1.9)
    assert_allclose(places[-1] - places[-2], -0.1 / (1 - 0.9), rtol=1e-6)


def test_parameters_are_changed_in_place():
    layer = dense()
    kernel = layer.parameters["kernel"]
    layer.forward(np.ones((2, 4)))
    layer.backward(np.ones((2, 3)))
    SGD([layer], 0.1, 0.5).step()
    assert layer.parameters["kernel"] is kernel


def test_a_small_network_learns_where_a_bright_square_is():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 2, 64)
    x = rng.normal(0, 0.1, (64, 6, 6, 1))
    for image, label in zip(x, labels):
        image[1 + label : 3 + label, 1 + 2 * label : 3 + 2 * label] += 1
    network = Sequential(
        [
            Conv2D(1, 4, 3, rng=rng, dtype="float64"),
            ReLU(),
            Flatten(),
            Dense(64, 2, rng=rng, dtype="float64"),
        ]
    )
    loss, optimizer = SoftmaxCrossEntropy(), SGD(network.layers, 0.1, 0.9)
    for _ in range(30):
        loss.forward(network.forward(x), labels)
        network.backward(loss.backward())
        optimizer.step()
    assert (network.predict(x).argmax(axis=1) == labels).all()
    assert loss.forward(network.forward(x), labels) < 0.05


def test_bad_input_is_refused():
    for rate in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="learning_rate is"):
            SGD([dense()], rate)
    for momentum in (-0.1, 1, float("nan")):
        with pytest.raises(ValueError, match="momentum is"):
            SGD([dense()], 0.1, momentum)
    with pytest.raises(RuntimeError, match="Dense has no gradients yet: call backward"):
        SGD([dense()], 0.1).step()
