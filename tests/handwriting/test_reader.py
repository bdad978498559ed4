"""The stored network: its file, its numbers, and Keras' opinion of them."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from course_utils import datasets, handwriting
from course_utils.handwriting import reader

FOLDER = Path(reader.__file__).parent


@pytest.fixture(scope="module")
def digits():
    return datasets.load_mnist()[1]


def test_the_file_is_small_and_the_one_that_was_made():
    content = (FOLDER / "reader.npz").read_bytes()
    notes = json.loads((FOLDER / "reader.json").read_text(encoding="utf-8"))
    assert len(content) == notes["bytes"] < 1_000_000
    assert hashlib.sha256(content).hexdigest() == notes["sha256"]
    assert notes["made_by"] == "python data/build_reader.py"
    assert notes["held_out_digits_refused"] <= 0.03 and notes["held_out_others_refused"] >= 0.8


def test_the_figures_that_are_told_are_its_own():
    notes = json.loads((FOLDER / "reader.json").read_text(encoding="utf-8"))
    told = (FOLDER.parent.parent / "data" / "README.md").read_text(encoding="utf-8")
    told = " ".join(told.split())
    assert f"reads {100 * notes['held_out_digits_right']:.2f} % of the digits" in told
    assert f"takes {100 * notes['held_out_digits_refused']:.2f} % of them for none" in told
    assert f"{100 * notes['held_out_others_refused']:.2f} % of the rest" in told


def test_its_layers_are_those_that_are_documented():
    stored = reader.stored_reader()
    kinds = [layer.kind for layer in stored.layers]
    assert set(kinds) <= {
        "conv valid",
        "conv same",
        "relu",
        "max pool",
        "flatten",
        "dense",
        "softmax",
    }
    for layer in stored.layers:
        has_numbers = layer.kind.split()[0] in ("conv", "dense")
        assert (layer.kernel is not None) == (layer.bias is not None) == has_numbers
        assert not has_numbers or len(layer.bias) == layer.kernel.shape[-1]
    assert 50_000 < sum(k.size + b.size for _, k, b in stored.layers if k is not None) < 110_000
    assert 0.5 <= stored.none_above < 1 and 0.5 <= stored.sure_from < 1


def test_numpy_and_keras_agree(digits):
    images = digits[0][:64]
    ours = reader.probabilities(images)
    theirs = reader.as_keras()(images[..., None].astype("float32") / 255).numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    np.testing.assert_allclose(ours.sum(axis=1), 1, atol=1e-5)


def test_it_reads_mnist(digits):
    images, labels = digits
    found = reader.probabilities(images)
    assert (found[:, :10].argmax(axis=1) == labels).mean() > 0.985
    assert (found[:, 10] > reader.stored_reader().none_above).mean() < 0.03


def test_floats_from_0_to_1_are_the_same_images(digits):
    images = digits[0][:3]
    np.testing.assert_allclose(
        reader.probabilities(images / 255), reader.probabilities(images), atol=1e-5
    )
    with pytest.raises(ValueError, match=r"images has shape .*give \(n, 28, 28\)"):
        reader.probabilities(np.zeros((2, 20, 20)))


def test_a_damaged_file_is_refused(tmp_path, monkeypatch):
    content = bytearray((FOLDER / "reader.npz").read_bytes())
    content[1000] ^= 1
    (tmp_path / "reader.npz").write_bytes(content)
    (tmp_path / "reader.json").write_bytes((FOLDER / "reader.json").read_bytes())
    monkeypatch.setattr(reader, "_FILE", tmp_path / "reader.npz")
    load = reader.stored_reader.__wrapped__
    with pytest.raises(ValueError, match="SHA-256 differs: restore"):
        load()
    (tmp_path / "reader.json").unlink()
    with pytest.raises(FileNotFoundError, match="isn't there: restore"):
        load()


def test_the_door_offers_it():
    assert handwriting.stored_reader is reader.stored_reader


@pytest.fixture(scope="module")
def of_keras():
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(2)
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(3, 5, activation="relu", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(4, 3, padding="same", use_bias=False, name="conv2"),
            layers.ReLU(name="relu2"),
            layers.Dropout(0.5, name="dropout"),
            layers.Flatten(name="flatten"),
            layers.Dense(6, activation="relu", name="dense1"),
            layers.Dense(10, name="dense2"),
            layers.Softmax(name="softmax"),
        ]
    )


def test_a_model_of_keras_is_taken_apart(of_keras, digits):
    layers = reader.layers_of(of_keras)
    assert [layer.kind for layer in layers] == (
        "conv valid, relu, max pool, conv same, relu, flatten, dense, relu, dense, softmax"
    ).split(", ")
    found = reader.answers(layers, digits[0][:9])
    expected = of_keras(digits[0][:9, ..., None].astype("float32") / 255)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_stored_network_comes_back_from_keras(digits):
    again = reader.answers(reader.layers_of(reader.as_keras()), digits[0][:5])
    np.testing.assert_allclose(again, reader.probabilities(digits[0][:5]), atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("Conv2D", {"filters": 2, "kernel_size": 3, "strides": 2}),
        ("Conv2D", {"filters": 2, "kernel_size": 3, "dilation_rate": 2}),
        ("Conv2D", {"filters": 2, "kernel_size": 3, "activation": "tanh"}),
        ("MaxPooling2D", {"pool_size": 3}),
        ("MaxPooling2D", {"pool_size": 2, "padding": "same"}),
        ("ReLU", {"max_value": 6}),
        ("LeakyReLU", {}),
        ("BatchNormalization", {}),
    ],
)
def test_what_the_form_does_not_have_is_named(kind, settings):
    import keras

    odd = getattr(keras.layers, kind)(name="odd", **settings)
    model = keras.Sequential([keras.Input((28, 28, 1)), odd])
    with pytest.raises(ValueError, match=f"model has the layer 'odd', a {kind}"):
        reader.layers_of(model)


def test_the_signals_are_what_each_layer_answers():
    images = np.random.default_rng(0).random((3, 28, 28), dtype=np.float32)
    layers = handwriting.stored_reader().layers
    signals = list(handwriting.signals(layers, images))
    assert len(signals) == len(layers)
    assert signals[0].shape == (3, 24, 24, 16) and signals[-3].shape == (3, 96)
    np.testing.assert_array_equal(signals[-1], handwriting.probabilities(images))
    np.testing.assert_array_equal(signals[4], handwriting.answers(layers[:5], images))
    with pytest.raises(ValueError, match="images has shape"):
        next(handwriting.signals(layers, images[:, :20]))
