"""The lectures' networks: their layers, shapes and parameters; receptive fields, told and seen."""

import doctest
import subprocess
import sys

import numpy as np
import pytest

from course_utils.connectivity import layer_costs
from course_utils.convolution import conv2d
from course_utils.networks import models as models_module
from course_utils.networks.models import (
    ParameterCount,
    build_model,
    count_parameters,
    receptive_field,
)
from course_utils.pooling import pool2d

NAMES = ["dense", "two_conv", "three_conv", "five_conv"]


@pytest.fixture(scope="module")
def keras():
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    return keras


@pytest.fixture(scope="module")
def models():
    return {name: build_model(name) for name in NAMES}


# The networks


@pytest.mark.parametrize("name", NAMES)
def test_a_model_is_named_complete_and_not_compiled(models, keras, name):
    model = models[name]
    assert isinstance(model, keras.Sequential) and model.name == name and not model.compiled
    assert model.input_shape == (None, 28, 28, 1) and model.output_shape == (None, 10)
    names = [layer.name for layer in model.layers]
    assert len(set(names)) == len(names)
    again = [layer.name for layer in build_model(name).layers]
    assert names == again, "names that count up would make stored notebooks differ"
    probabilities = np.asarray(model(np.zeros((2, 28, 28, 1), np.float32)))
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "total"),
    [("dense", 407_050), ("two_conv", 38_390), ("three_conv", 370_454), ("five_conv", 1_413_834)],
)
def test_parameters_of_the_networks(models, name, total):
    model = models[name]
    assert count_parameters(model).total == total == model.count_params()
    assert f"{total:,}" in build_model.__doc__


@pytest.mark.parametrize(
    ("name", "totals"),
    [
        ("dense", [401_920, 5_130]),
        ("two_conv", [260, 5_020, 32_100, 1_010]),
        ("three_conv", [320, 18_496, 36_928, 313_700, 1_010]),
        ("five_conv", [3_200, 73_856, 147_584, 295_168, 590_080, 295_040, 8_256, 650]),
    ],
)
def test_parameters_of_the_layers(models, name, totals):
    counts = [count_parameters(layer).total for layer in models[name].layers]
    assert [count for count in counts if count] == totals


def test_weights_and_biases_apart(models):
    assert count_parameters(models["two_conv"]) == ParameterCount(38_250, 140, 38_390)
    assert count_parameters(models["two_conv"].get_layer("conv1")) == (250, 10, 260)
    assert count_parameters(models["two_conv"].get_layer("pool1")) == (0, 0, 0)
    convolutions = models["three_conv"].layers[:5]
    assert sum(count_parameters(layer).total for layer in convolutions) == 55_744


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("dense", [(784,), (512,), (10,)]),
        (
            "two_conv",
            [(24, 24, 10), (12, 12, 10), (8, 8, 20), (4, 4, 20), (320,), (100,), (10,)],
        ),
        (
            "three_conv",
            [(28, 28, 32), (14, 14, 32), (14, 14, 64), (7, 7, 64), (7, 7, 64), (3136,)]
            + [(100,), (100,), (10,)],
        ),
        (
            "five_conv",
            [(28, 28, 64), (14, 14, 64), (14, 14, 128), (14, 14, 128), (7, 7, 128), (7, 7, 256)]
            + [(7, 7, 256), (3, 3, 256), (2304,), (128,), (128,), (64,), (64,), (10,)],
        ),
    ],
)
def test_shapes(models, name, shapes):
    assert [layer.output.shape[1:] for layer in models[name].layers] == shapes


def test_what_the_shapes_do_not_show(models):
    rates = {
        name: [layer.rate for layer in models[name].layers if hasattr(layer, "rate")]
        for name in NAMES
    }
    assert rates == {"dense": [], "two_conv": [], "three_conv": [0.3], "five_conv": [0.5, 0.5]}
    for model in models.values():
        activations = [
            layer.activation.__name__ for layer in model.layers if hasattr(layer, "activation")
        ]
        assert activations == ["relu"] * (len(activations) - 1) + ["softmax"]
    assert len(models["five_conv"].layers) == 14
    assert models["five_conv"].get_layer("conv1").kernel_size == (7, 7)


def test_numpy_computes_what_the_network_computes(models):
    images = np.random.default_rng(0).random((3, 28, 28, 1), np.float32)
    model, maps = models["two_conv"], images
    for layer in model.layers[:4]:
        if layer.name.startswith("conv"):
            maps = np.maximum(conv2d(maps, *layer.get_weights()), 0)
        else:
            maps = pool2d(maps, 2)
    (kernel1, bias1), (kernel2, bias2) = (layer.get_weights() for layer in model.layers[5:])
    scores = np.maximum(maps.reshape(3, -1) @ kernel1 + bias1, 0) @ kernel2 + bias2
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.asarray(model(images)), expected, atol=1e-6)


@pytest.mark.parametrize("name", ["vgg", "", None, 3, ["dense"]])
def test_an_unknown_name_is_answered_with_the_names(name):
    with pytest.raises(ValueError) as caught:
        build_model(name)
    message = str(caught.value)
    assert repr(name) in message and all(f'"{known}"' in message for known in NAMES)


# Counting


def test_layers_beyond_convolutions_are_counted(keras):
    model = keras.Sequential(
        [
            keras.Input((9, 9, 3)),
            keras.layers.BatchNormalization(),
            keras.layers.SeparableConv2D(4, 3),
            keras.layers.Conv2D(2, 3, use_bias=False),
            keras.layers.Dropout(0.5),
        ]
    )
    # beta 3 and the separable layer's bias 4; gamma and two averages 9, 27 + 12, 72.
    assert count_parameters(model) == (9 + 39 + 72, 3 + 4, 127)
    assert model.count_params() == 127
    model.compile("adam", "mse")
    assert count_parameters(model).total == 127


def test_what_has_no_weights_yet_cannot_be_counted(keras):
    for empty in (
        keras.Sequential([keras.layers.Dense(2, name="d")], name="m"),
        keras.layers.Dense(2, name="m"),
    ):
        with pytest.raises(ValueError, match="'m'.*begin the model with keras.Input"):
            count_parameters(empty)
    with pytest.raises(ValueError, match="give a Keras model or layer"):
        count_parameters("two_conv")


# How far a cell sees


def test_receptive_field_of_the_lectures_network(models):
    assert receptive_field([(5, 1), (2, 2), (5, 1), (2, 2)]) == [5, 6, 14, 16]
    assert receptive_field(models["two_conv"]) == [5, 6, 14, 16]
    assert receptive_field(models["two_conv"].layers[:3]) == [5, 6, 14]
    assert receptive_field(models["dense"]) == []
    assert receptive_field([]) == []


def test_receptive_field_of_stacked_small_kernels():
    assert receptive_field([(3, 1)] * 3) == [3, 5, 7]
    assert receptive_field([(2, 1, 1), (2, 1, 2), (2, 1, 4), (2, 1, 8)]) == [2, 4, 8, 16]
    assert receptive_field([[np.int64(3), 2]]) == [3]


def test_receptive_field_pairs_up_with_the_layers(models):
    named = dict(
        zip(
            (layer.name for layer in models["five_conv"].layers),
            receptive_field(models["five_conv"]),
        )
    )
    assert named == {
        "conv1": 7,
        "pool1": 8,
        "conv2": 12,
        "conv3": 16,
        "pool2": 18,
        "conv4": 26,
        "conv5": 34,
        "pool3": 38,
    }


def stacks(layers):
    """Chains of layers in which kernel, stride and dilation all matter."""
    return [
        [
            layers.Conv2D(1, (3, 5), use_bias=False),
            layers.MaxPooling2D((2, 3), strides=(1, 2)),
            layers.Conv2D(1, (2, 1), dilation_rate=(3, 1), use_bias=False),
        ],
        [
            layers.Conv2D(1, 4, strides=(3, 2), use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dropout(0.2),
            layers.DepthwiseConv2D(3, use_bias=False),
        ],
        [
            layers.ZeroPadding2D(2),
            layers.AveragePooling2D(3),
            layers.Activation("relu"),
            layers.SeparableConv2D(2, 3, use_bias=False),
            layers.Conv2D(1, 2, use_bias=False),
        ],
    ]


@pytest.mark.parametrize("place", range(3))
def test_receptive_field_is_what_one_output_cell_notices(keras, place):
    stack = stacks(keras.layers)[place]
    model = keras.Sequential([keras.Input((30, 30, 1)), *stack])
    for layer in model.layers:
        # All weights positive, so that no change cancels another.
        layer.set_weights([np.abs(weight) + 0.1 for weight in layer.get_weights()])
    for depth in range(1, len(stack) + 1):
        part = keras.Sequential([keras.Input((30, 30, 1)), *stack[:depth]])
        cell = tuple(side // 2 for side in part.output_shape[1:3])
        seen = [noticed(part, cell, axis) for axis in (0, 1)]
        told = [receptive_field(part, axis=axis)[-1] for axis in (0, 1)]
        assert told == seen
        assert [receptive_field(model, axis=axis)[depth - 1] for axis in (0, 1)] == seen


def noticed(model, cell, axis):
    """Return how many rows (or columns) of the image change this cell when they become brighter."""
    lines = np.broadcast_to(np.eye(30)[:, :, None, None], (30, 30, 30, 1))
    lines = lines if axis == 0 else lines.transpose(0, 2, 1, 3)
    flat = np.asarray(model(np.ones((1, 30, 30, 1), np.float32)))
    brighter = np.asarray(model((1 + lines).astype(np.float32)))
    changed = np.abs(brighter - flat)[(slice(None), *cell)].max(axis=-1) > 1e-4
    return int(changed.sum())


def test_receptive_field_ends_where_everything_is_seen(keras):
    layers = keras.layers
    ends = (
        layers.Flatten(),
        layers.Dense(3),
        layers.GlobalMaxPooling2D(),
        layers.GlobalAveragePooling2D(),
    )
    for end in ends:
        assert receptive_field([layers.Conv2D(1, 3), end, layers.Conv2D(1, 3)]) == [3]
    signal = [layers.Conv1D(1, 2, padding="causal", dilation_rate=d) for d in (1, 2, 4)]
    assert receptive_field([*signal, layers.GlobalMaxPooling1D()]) == [2, 4, 8]


def test_receptive_field_without_keras():
    program = (
        "import sys; from course_utils.networks.models import receptive_field; "
        "assert receptive_field([(5, 1), (2, 2)]) == [5, 6]; "
        "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([(3,)], "layers[0] is (3,): give (kernel_size, stride)"),
        ([(3, 1), (3, 1, 1, 1)], "layers[1] is (3, 1, 1, 1)"),
        ([(3, 0)], "layers[0] is 0: use a whole number of at least 1"),
        ([(2.0, 1)], "layers[0] is 2.0"),
        ([(3, 1), (True, 1)], "layers[1] is True"),
        (5, "layers is 5: give a Keras model"),
        (["conv"], "what a cell sees"),
    ],
)
def test_receptive_field_of_bad_input(layers, words):
    with pytest.raises(ValueError) as caught:
        receptive_field(layers)
    assert words in str(caught.value)


def test_receptive_field_of_layers_that_are_no_chain_of_windows(keras):
    one = keras.Input((8, 8, 1))
    two = keras.layers.Conv2D(1, 3, padding="same")(one)
    residual = keras.Model(one, keras.layers.Add()([one, two]))
    for layers in (residual, [keras.layers.UpSampling2D()], [keras.layers.Conv2DTranspose(1, 3)]):
        with pytest.raises(ValueError, match="chain of convolutions and poolings, or one tuple"):
            receptive_field(layers)
    assert receptive_field(keras.Model(one, two)) == [1, 3]
    with pytest.raises(ValueError, match="axis is 1, but layer 'c' slides along 1"):
        receptive_field([keras.layers.Conv1D(1, 3, name="c")], axis=1)
    with pytest.raises(ValueError, match="axis is -1"):
        receptive_field([(3, 1)], axis=-1)


def test_a_shared_layer_costs_what_keras_counts(models):
    layer = models["two_conv"].get_layer("conv2")
    costs = layer_costs("shared", layer.input.shape[1:], layer.filters, layer.kernel_size)
    assert costs.parameters == count_parameters(layer).total == 5_020
    assert costs.outputs == np.prod(layer.output.shape[1:])


def test_the_examples_of_the_docstrings():
    assert doctest.testmod(models_module).failed == 0


def test_a_slim_network_has_the_same_layers_with_fewer_filters():
    slim, full = build_model("five_conv", slim=8), build_model("five_conv")
    assert [layer.name for layer in slim.layers] == [layer.name for layer in full.layers]
    filters = [layer.filters for layer in slim.layers if hasattr(layer, "filters")]
    assert filters == [8, 16, 16, 32, 32] and slim.count_params() == 63_674
    assert build_model("five_conv", slim=1).count_params() == full.count_params()


@pytest.mark.parametrize(("slim", "says"), [(0, "slim is 0"), (11, "slim is 11, but conv1 has 10")])
def test_a_network_cannot_be_made_slimmer_than_its_filters(slim, says):
    with pytest.raises(ValueError, match=says):
        build_model("two_conv", slim=slim)
