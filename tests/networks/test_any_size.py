"""Networks for any size: three endings, pools that grow, dense layers as convolutions."""

import numpy as np
import pytest

from course_utils.networks.any_size import ENDINGS, build_any_size, grid_pooling, to_convolutional
from course_utils.networks.models import build_model, build_resnet


@pytest.fixture(scope="module")
def keras():
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    return keras


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((3, 28, 28, 1), dtype=np.float32)


@pytest.mark.parametrize(
    ("ending", "parameters"), [("fixed", 36_330), ("pooled", 31_850), ("class_maps", 26_730)]
)
def test_endings_have_the_parameters_of_the_table(ending, parameters, images):
    model = build_any_size(ending)
    assert model.count_params() == parameters and not model.compiled and model.name == ending
    np.testing.assert_allclose(np.asarray(model(images)).sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("side", [(16, 16), (40, 64), (57, 33)])
def test_only_the_fixed_ending_refuses_other_sizes(side):
    blank = np.zeros((2, *side, 1), np.float32)
    with pytest.raises(ValueError):
        build_any_size("fixed")(blank)
    for ending in ENDINGS[1:]:
        model = build_any_size(ending)
        assert model(blank).shape == (2, 10)
        assert model.predict(blank, verbose=0).shape == (2, 10)  # compiled, of unknown size


def test_the_pooled_ending_has_576_units_at_every_size(keras):
    model = build_any_size("pooled")
    look = keras.Model(model.inputs[0], model.get_layer("flatten").output)
    for side in ((28, 28), (16, 16), (35, 90)):
        assert look.predict(np.zeros((1, *side, 1), np.float32), verbose=0).shape == (1, 576)


def pooled_by_hand(maps, size):
    n, h, w, c = maps.shape
    result = np.zeros((n, size, size, c), maps.dtype)
    for i in range(size):
        for j in range(size):
            rows = slice(int(np.floor(i * h / size)), int(np.ceil((i + 1) * h / size)))
            columns = slice(int(np.floor(j * w / size)), int(np.ceil((j + 1) * w / size)))
            result[:, i, j] = maps[:, rows, columns].max(axis=(1, 2))
    return result


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (4, 4), (7, 13), (9, 6)])
@pytest.mark.parametrize("size", [1, 3, 4])
def test_grid_pooling_by_hand(shape, size):
    maps = np.random.default_rng(1).normal(size=(2, *shape, 5)).astype(np.float32)
    pooled = np.asarray(grid_pooling(size)(maps))
    np.testing.assert_array_equal(pooled, pooled_by_hand(maps, size))


def test_grid_pooling_is_adaptive_pooling(keras):
    if not hasattr(keras.layers, "AdaptiveMaxPooling2D"):
        pytest.skip("this Keras has no adaptive pooling")
    # One friendly size: that of Keras 3.15 ends the process where some sizes meet.
    maps = np.random.default_rng(1).normal(size=(2, 12, 12, 5)).astype(np.float32)
    np.testing.assert_array_equal(grid_pooling(3)(maps), keras.layers.AdaptiveMaxPooling2D(3)(maps))


def with_random_biases(model):
    rng = np.random.default_rng(2)
    model.set_weights([w + 0.1 * rng.normal(size=w.shape) for w in model.get_weights()])
    return model


@pytest.fixture(scope="module", params=["fixed", "two_conv", "three_conv", "five_conv"])
def classifier(request):
    build = build_any_size if request.param == "fixed" else build_model
    return with_random_biases(build(request.param))


def test_a_converted_network_says_the_same_of_an_image_of_its_size(classifier, images):
    converted = to_convolutional(classifier)
    assert converted(images).shape == (3, 1, 1, 10)
    np.testing.assert_allclose(
        np.asarray(converted(images))[:, 0, 0], classifier(images), atol=1e-5
    )
    assert converted.count_params() == classifier.count_params()
    names = [layer.name for layer in classifier.layers if layer.name != "flatten"]
    assert [layer.name for layer in converted.layers] == names


def test_one_pass_is_the_sliding_window(images):
    for build, name in ((build_any_size, "fixed"), (build_model, "two_conv")):
        model = with_random_biases(build(name))
        canvas = np.random.default_rng(3).random((44, 60, 1), dtype=np.float32)
        one_pass = np.asarray(to_convolutional(model)(canvas[None]))[0]
        assert one_pass.shape == (5, 9, 10)
        for i, j in ((0, 0), (4, 8), (2, 5), (3, 1)):
            window = canvas[4 * i : 4 * i + 28, 4 * j : 4 * j + 28]
            np.testing.assert_allclose(one_pass[i, j], model(window[None])[0], atol=1e-5)


def test_maps_of_scores_average_to_the_class_map_network(keras, images):
    for name in ("fixed", "two_conv"):
        model = with_random_biases((build_any_size if name == "fixed" else build_model)(name))
        maps = to_convolutional(model, probabilities=False)(images)
        averaged = keras.ops.softmax(keras.ops.mean(maps, axis=(1, 2)))
        np.testing.assert_allclose(averaged, model(images), atol=1e-5)
        assert not np.allclose(np.asarray(maps).sum(axis=-1), 1)


def test_the_original_is_left_as_it_was(images):
    model = with_random_biases(build_any_size("fixed"))
    before = np.asarray(model(images))
    converted = to_convolutional(model, probabilities=False)
    converted.set_weights([0 * w for w in converted.get_weights()])
    np.testing.assert_array_equal(model(images), before)


def test_a_hidden_dense_layer_keeps_its_activation(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 8, 2)),
            layers.Conv2D(3, 3, name="conv"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(5, activation="tanh", use_bias=False),
            layers.Dropout(0.5),
            layers.Dense(4, activation="relu"),
            layers.Dense(2),
        ]
    )
    x = np.random.default_rng(4).normal(size=(3, 6, 8, 2)).astype(np.float32)
    np.testing.assert_allclose(np.asarray(to_convolutional(model)(x))[:, 0, 0], model(x), atol=1e-6)


def test_what_cannot_be_converted_is_named(keras):
    with pytest.raises(ValueError, match="has no Flatten"):
        to_convolutional(keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3)]))
    with pytest.raises(ValueError, match="known size"):
        to_convolutional(build_any_size("class_maps"))
    with pytest.raises(ValueError, match="known size"):
        to_convolutional("fixed")
    with pytest.raises(ValueError, match=r"\(Add\)|\(GlobalAveragePooling2D\)"):
        to_convolutional(build_resnet(8))
    with pytest.raises(ValueError, match=r"'first' \(Dense\)"):
        dense_first = [keras.layers.Dense(3, name="first"), keras.layers.Flatten()]
        to_convolutional(keras.Sequential([keras.Input((8, 8, 1)), *dense_first]))


def test_bad_arguments_are_named():
    for ending in ("dense", 3, None):
        with pytest.raises(ValueError, match='use one of "fixed", "pooled", "class_maps"'):
            build_any_size(ending)
    with pytest.raises(ValueError, match="size is 0"):
        grid_pooling(0)
