"""A network by its choices: each argument changes what it says, and nothing else."""

import numpy as np
import pytest

from course_utils import datasets
from course_utils.networks.choices import build_network, train_network


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def layer(model, name):
    return model.get_layer(name)


def test_the_plain_network_is_named_complete_and_not_compiled():
    model = build_network()
    assert (model.input_shape, model.output_shape) == ((None, 28, 28, 1), (None, 10))
    assert model.name == "choices" and not model.compiled
    assert [one.name for one in model.layers] == [
        "conv1",
        "pool1",
        "relu1",
        "conv2",
        "pool2",
        "relu2",
        "flatten",
        "dense1",
        "relu3",
        "output",
    ]
    assert [one.name for one in build_network().layers] == [one.name for one in model.layers]
    probabilities = np.asarray(model(np.zeros((2, 28, 28, 1), np.float32)))
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_normalisation_stands_before_every_relu():
    model = build_network(norm=True)
    order = kinds(model)
    assert order.count("ReLU") == order.count("BatchNormalization") == 3
    before = [order[k - 1] for k, kind in enumerate(order) if kind == "ReLU"]
    assert before == ["BatchNormalization"] * 3
    assert {one.momentum for one in model.layers if "norm" in one.name} == {0.9}


@pytest.mark.parametrize(
    ("choice", "last_maps"),
    [
        ({}, (4, 4, 32)),
        ({"filters": 8}, (4, 4, 16)),
        ({"kernel_size": 3}, (5, 5, 32)),
        ({"stride": 2, "pooling": None}, (4, 4, 32)),
        ({"stride": 2, "padding": "same"}, (2, 2, 32)),
        ({"padding": "same"}, (7, 7, 32)),
        ({"pooling": "mean"}, (4, 4, 32)),
        ({"pooling": None}, (20, 20, 32)),
        ({"convolutions": 1}, (12, 12, 16)),
        ({"convolutions": 3, "kernel_size": 3}, (1, 1, 64)),
        ({"convolutions": 4, "padding": "same"}, (1, 1, 128)),
    ],
)
def test_the_six_choices(choice, last_maps):
    assert layer(build_network(**choice), "flatten").input.shape[1:] == last_maps


def test_pooling_is_of_the_kind_asked_for():
    assert type(layer(build_network(), "pool1")).__name__ == "MaxPooling2D"
    assert type(layer(build_network(pooling="mean"), "pool2")).__name__ == "AveragePooling2D"


def test_what_fights_overfitting_is_there_only_when_asked_for():
    plain, careful = build_network(), build_network(dropout=0.3, shift=2, l2=0.01)
    assert set(kinds(careful)) - set(kinds(plain)) == {"Dropout", "RandomTranslation"}
    assert layer(careful, "dropout1").rate == 0.3
    assert kinds(careful)[0] == "RandomTranslation"
    squares = sum(
        float(np.sum(layer(careful, name).kernel.numpy() ** 2))
        for name in ("conv1", "conv2", "dense1")
    )
    assert float(sum(careful.losses)) == pytest.approx(0.01 * squares, rel=1e-4)
    assert not plain.losses


def test_digits_are_moved_in_training_only_and_never_too_far():
    model = build_network(shift=2)
    image = np.zeros((40, 28, 28, 1), np.float32)
    image[:, 14, 14] = 1
    move = layer(model, "shift")
    np.testing.assert_array_equal(move(image, training=False), image)
    rows, columns = np.where(np.asarray(move(image, training=True))[..., 0] > 0.01)[1:]
    assert abs(rows - 14).max() <= 2 and abs(columns - 14).max() <= 2
    assert len(set(rows)) > 1 and len(set(columns)) > 1


def test_the_initialiser_reaches_every_layer_but_the_last():
    model = build_network(initializer="zeros")
    for name in ("conv1", "conv2", "dense1"):
        assert not np.any(layer(model, name).kernel)
    assert np.any(layer(model, "output").kernel)


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ({"filters": 0}, "filters is 0"),
        ({"kernel_size": 2.5}, "kernel_size is 2.5"),
        ({"stride": 0}, "stride is 0"),
        ({"convolutions": 0}, "convolutions is 0"),
        ({"shift": -1}, "shift is -1"),
        ({"padding": "full"}, "padding is 'full': use one of 'valid', 'same'"),
        ({"pooling": "sum"}, "pooling is 'sum': use one of 'max', 'mean', None"),
        ({"dropout": 1}, "dropout is 1"),
        ({"l2": -0.1}, "l2 is -0.1"),
        ({"convolutions": 3}, "convolutions is 3.*number 3 the maps have 4×4"),
        ({"convolutions": 5, "padding": "same"}, "number 5 the maps have 1×1"),
        ({"kernel_size": 29}, "number 1 the maps have 28×28"),
    ],
)
def test_a_choice_that_cannot_be_is_named(choice, says):
    with pytest.raises(ValueError, match=says):
        build_network(**choice)


def digits(count, start):
    (images, labels), _ = datasets.load_mnist()
    part = slice(start, start + count)
    return images[part, ..., np.newaxis].astype("float32") / 255, labels[part]


def test_a_network_is_trained_by_its_choices_without_a_word(capsys):
    import keras

    model = train_network(
        keras.optimizers.Adam(0.01), digits(512, 0), digits(200, 512), epochs=2, seed=1, filters=8
    )
    history = model.history.history
    assert {name: len(values) for name, values in history.items()} == {
        "loss": 2, "accuracy": 2, "val_loss": 2, "val_accuracy": 2,
    }  # fmt: skip
    assert history["val_accuracy"][-1] > 0.3 and history["loss"][1] < history["loss"][0]
    assert layer(model, "conv1").filters == 8 and model.optimizer.iterations == 16
    assert capsys.readouterr() == ("", "")
