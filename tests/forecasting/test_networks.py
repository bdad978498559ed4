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
