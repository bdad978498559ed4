"""Dtype policies: what they change, that they end, and that an epoch can be timed under each."""

import numpy as np
import pytest

from course_utils.networks import build_network, precision


@pytest.mark.parametrize(
    ("name", "computes"),
    [("float32", "float32"), ("mixed_float16", "float16"), ("mixed_bfloat16", "bfloat16")],
)
def test_weights_stay_in_single_precision(name, computes):
    with precision.policy(name):
        layer = build_network(filters=2).get_layer("conv1")
    assert (layer.kernel.dtype, layer.compute_dtype) == ("float32", computes)


def test_the_former_policy_comes_back_whatever_happens():
    import keras

    with pytest.raises(RuntimeError, match="stop"), precision.policy("mixed_float16"):
        assert keras.mixed_precision.dtype_policy().name == "mixed_float16"
        raise RuntimeError("stop")
    assert keras.mixed_precision.dtype_policy().name == "float32"


@pytest.mark.parametrize("name", precision.POLICIES)
def test_an_epoch_is_timed_in_silence(name, capfd):
    images = np.random.default_rng(0).random((64, 28, 28, 1), dtype="float32")
    labels = np.arange(64) % 10
    seconds = precision.seconds_per_epoch(
        lambda: build_network(filters=1), images, labels, name, epochs=1
    )
    assert seconds > 0 and capfd.readouterr() == ("", "")


def test_bad_arguments_are_named():
    with (
        pytest.raises(ValueError, match="name is 'float8': use one of"),
        precision.policy("float8"),
    ):
        pass
    with pytest.raises(ValueError, match="images has 3 axes"):
        precision.seconds_per_epoch(build_network, np.zeros((2, 28, 28)), [0, 1], "float32")
