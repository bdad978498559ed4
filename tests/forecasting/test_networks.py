"""The networks that forecast: their shapes, and how far they see."""

import numpy as np
import pytest

from course_utils import forecasting


def test_networks_have_the_shapes_they_promise():
    short = forecasting.build_short_network(8, 3)
    dilated = forecasting.build_dilated_network(16, 3)
    assert short.output_shape == dilated.output_shape == (None, 1)
    assert short.count_params() == (3 * 3 + 1) * 8 + (3 * 8 + 1) * 8 + 4 * 8 + 1
    assert dilated.count_params() == (2 * 3 + 1) * 8 + 3 * (2 * 8 + 1) * 8 + 8 + 1
    with pytest.raises(ValueError, match="width is 4"):
        forecasting.build_short_network(4, 3)


def test_the_dilated_network_sees_its_field_and_never_ahead():
    import keras

    network = forecasting.build_dilated_network(20, 1)
    for variable in network.trainable_variables:  # all positive, so that no ReLU blocks the way
        variable.assign(np.abs(variable.numpy()) + 0.1)
    x = np.ones((1, 20, 1), dtype="float32")
    before, layers = float(network(x)[0, 0]), keras.Sequential(network.layers[:4])
    for period in range(20):
        changed = x.copy()
        changed[0, period] = 2
        assert (float(network(changed)[0, 0]) != before) == (period >= 4)
        moved = np.asarray(layers(changed) != layers(x))[0].any(axis=-1)
        assert not moved[:period].any() and moved[period]


def test_the_recurrent_network_has_a_numpy_twin():
    network = forecasting.build_recurrent_network(5, 2, units=3)
    assert network.output_shape == (None, 1)
    assert network.count_params() == 3 * 3 * (2 + 3 + 2) + 3 + 1
    rng = np.random.default_rng(4)
    kernel, recurrent, bias, out, shift = weights = [
        rng.normal(size=weight.shape) for weight in network.get_weights()
    ]
    network.set_weights(weights)
    x = rng.normal(size=(4, 5, 2))

    def sigmoid(values):
        return 1 / (1 + np.exp(-values))

    state = np.zeros((4, 3))
    for t in range(5):
        update, reset, new = np.split(x[:, t] @ kernel + bias[0], 3, axis=1)
        update_h, reset_h, new_h = np.split(state @ recurrent + bias[1], 3, axis=1)
        kept, read = sigmoid(update + update_h), sigmoid(reset + reset_h)
        state = kept * state + (1 - kept) * np.tanh(new + read * new_h)
    np.testing.assert_allclose(network(x.astype("float32")), state @ out + shift, atol=1e-4)
