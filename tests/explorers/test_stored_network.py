"""A network of one's own, packed for JavaScript: the same answers there, in NumPy and in Keras."""

import numpy as np
import pytest
from node import run

from course_utils import explorers, handwriting
from course_utils.datasets import load_mnist


def test_javascript_numpy_and_keras_give_the_same_answers() -> None:
    keras = pytest.importorskip("keras")
    from course_utils.networks import build_network

    keras.utils.set_random_seed(4)
    model = build_network(filters=4)
    packed = explorers.pack_network(handwriting.layers_of(model))
    digits = load_mnist()[1][0][:20]
    in_numpy = handwriting.answers(explorers.unpack_network(packed), digits)
    in_keras = np.asarray(model(digits[..., None].astype("float32") / 255))
    in_javascript = run(
        """const ready = all.network(given.network);
        return given.digits.map(one => all.read(ready, one).probabilities)""",
        {"network": packed, "digits": digits.reshape(20, -1).tolist()},
        file="sketchpad/reader.js",
    )
    np.testing.assert_allclose(in_javascript, in_numpy, atol=1e-5)
    np.testing.assert_allclose(in_numpy, in_keras, atol=1e-3)


def test_what_is_unpacked_is_what_was_packed_in_half_precision() -> None:
    layers = handwriting.stored_reader().layers
    again = explorers.unpack_network(explorers.pack_network(layers))
    for before, after in zip(layers, again, strict=True):
        assert before.kind == after.kind
        if before.kernel is not None:
            # stored as float16 already
            np.testing.assert_array_equal(after.kernel, before.kernel)
            np.testing.assert_array_equal(after.bias, before.bias)


def test_a_weight_too_large_is_named() -> None:
    kernel = np.full((2, 3), 70_000, "float32")
    layer = handwriting.Layer("dense", kernel, np.zeros(3, "float32"))
    with pytest.raises(ValueError, match="layers holds 70000, which float16 can't"):
        explorers.pack_network([layer])
