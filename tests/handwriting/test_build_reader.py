"""The script that makes the stored network: its examples, its folding, its thresholds."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from course_utils.handwriting import reader

DATA = Path(__file__).parent.parent.parent / "data"


def _script():
    spec = importlib.util.spec_from_file_location("build_reader", DATA / "build_reader.py")
    module = importlib.util.module_from_spec(spec)
    # A cache folder beside the script would travel into the wheel with the data.
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


build_reader = _script()


@pytest.fixture(scope="module")
def examples():
    return build_reader.examples(120, 3, which="sample", data_dir=None, held_out=True)


def test_examples_are_as_like_mnist_leaves_them(examples):
    images, classes = examples
    assert images.shape == (120, 28, 28) and images.dtype == np.uint8
    assert set(classes.tolist()) <= set(range(11)) and 0.1 < (classes == 10).mean() < 0.6
    for image in images:
        rows, columns = np.nonzero(image)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 <= 20 and image.max() == 255


def test_the_same_seed_makes_the_same_examples(examples):
    again = build_reader.examples(120, 3, which="sample", data_dir=None, held_out=True)
    for one, other in zip(examples, again):
        np.testing.assert_array_equal(one, other)


def test_the_folded_layers_give_what_keras_gives(examples, tmp_path, monkeypatch):
    import keras

    keras.utils.set_random_seed(4)
    model = build_reader.build_network()
    random = np.random.default_rng(4)
    for layer in model.layers:
        if "norm" in layer.name:
            # γ of both signs, and averages that an untrained layer wouldn't have.
            n = layer.gamma.shape[0]
            layer.set_weights(
                [
                    random.normal(1, 0.8, n),
                    random.normal(size=n),
                    random.normal(size=n),
                    random.uniform(0.5, 2, n),
                ]
            )
    chosen = {"none_above": 0.7, "sure_from": 0.8}
    build_reader.store(tmp_path, list(build_reader.folded(model)), chosen, {"note": "untrained"})
    monkeypatch.setattr(reader, "_FILE", tmp_path / "reader.npz")
    stored = reader.stored_reader.__wrapped__()
    assert (stored.none_above, stored.sure_from) == (0.7, 0.8)
    monkeypatch.setattr(reader, "stored_reader", lambda: stored)
    images = examples[0][:40]
    theirs = model(images[..., None].astype("float32") / 255, training=False).numpy()
    # float16 keeps three digits.
    np.testing.assert_allclose(reader.probabilities(images), theirs, atol=0.02)


def test_thresholds_refuse_one_digit_of_a_hundred():
    random = np.random.default_rng(0)
    classes = np.concatenate([np.zeros(4000, int), np.full(1000, 10)])
    none = np.concatenate([random.beta(1, 6, 4000), random.beta(6, 1, 1000)])
    probabilities = np.zeros((5000, 11))
    probabilities[:, 10] = none
    probabilities[:, 0] = (1 - none) * 0.9
    probabilities[:, 1] = (1 - none) * 0.1
    chosen = build_reader.thresholds(probabilities, classes)
    refused = none[:4000] > chosen["none_above"]
    assert refused.mean() == pytest.approx(0.01, abs=0.002) or chosen["none_above"] == 0.5
    assert 0.5 <= chosen["sure_from"] <= 0.99
