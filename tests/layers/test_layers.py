"""The layers' gradients against central differences, TensorFlow and Keras, and with bad input."""

import tracemalloc

import numpy as np
import pytest
from geometry import geometries, whole_numbers
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.convolution import (
    BORDERS,
    bands,
    conv2d,
    conv2d_transpose,
    convolve2d,
    correlate2d,
)
from course_utils.layers import (
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    he_normal,
    softmax,
)
from course_utils.layers.gradient_check import central_difference, relative_error
from course_utils.pooling import pool2d

# The same examples in every run, and no time limit for one, as a shared machine may pause.
STABLE = settings(derandomize=True, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
LIMIT = 1e-6

# TensorFlow's gradient of a convolution takes one stride for both axes.
words = geometries(words=("valid", "same"), numbers=False, dilations=st.just(1)).filter(
    lambda g: g.strides[0] == g.strides[1]
)


@pytest.fixture(scope="module")
def tf():
    import course_utils.quiet_tensorflow  # noqa: F401

    import tensorflow

    return tensorflow


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def seeded(seed=0):
    return np.random.default_rng(seed)


def measured(layer, x, weights, values):
    """Slopes of Σ weights · layer(x) for `values`, by central differences."""
    return central_difference(lambda: float(np.sum(weights * layer.forward(x))), values)


def slopes_by_tape(tf, function, weights, *arrays):
    """Slopes of Σ weights · function(arrays) for each of the arrays, by TensorFlow."""
    variables = [tf.Variable(array) for array in arrays]
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(weights * function(*variables))
    return [slope.numpy() for slope in tape.gradient(loss, variables)]


def conv_layer(g, channels, filters, rng, dtype=np.float64, **options):
    where = {**g.arguments, **options}
    layer = Conv2D(channels, filters, g.kernel, rng=rng, dtype=dtype, **where)
    layer.parameters["bias"][...] = rng.normal(size=filters)
    return layer


# Conv2D


FEW = st.integers(1, 3)
bounds = st.sampled_from(BORDERS)


@given(geometries(), FEW, FEW, FEW, bounds, SEEDS)
@settings(STABLE, max_examples=200)
def test_conv_forward_is_conv2d(g, groups, sees, makes, border, seed):
    rng = seeded(seed)
    options = {"groups": groups, "border": border}
    layer = conv_layer(g, groups * sees, groups * makes, rng, **options)
    x = rng.normal(size=(2, *g.image, groups * sees))
    expected = conv2d(x, *layer.parameters.values(), **g.arguments, **options)
    assert_allclose(layer.forward(x), expected, rtol=1e-12, atol=1e-12)


@given(geometries(), st.integers(1, 2), st.integers(1, 2), st.integers(1, 2), bounds, SEEDS)
@settings(STABLE, max_examples=80)
def test_conv_against_central_differences(g, groups, sees, makes, border, seed):
    rng = seeded(seed)
    layer = conv_layer(g, groups * sees, groups * makes, rng, groups=groups, border=border)
    x = rng.normal(size=(2, *g.image, groups * sees))
    weights = rng.normal(size=layer.forward(x).shape)
    of_input = layer.backward(weights)
    assert of_input.shape == x.shape
    # The convolution is linear, so the step may be as large as is good against rounding.
    for name, values in layer.parameters.items():
        assert layer.gradients[name].shape == values.shape
        assert relative_error(layer.gradients[name], measured(layer, x, weights, values)) < LIMIT
    assert relative_error(of_input, measured(layer, x, weights, x)) < LIMIT


@given(geometries(words=("valid",)), FEW, FEW, FEW, SEEDS)
@settings(STABLE, max_examples=150)
def test_conv_against_torch_forward_and_backward(torch, g, groups, sees, makes, seed):
    rng = seeded(seed)
    layer = conv_layer(g, groups * sees, groups * makes, rng, groups=groups)
    x = rng.normal(size=(2, *g.image, groups * sees))
    output = layer.forward(x)
    weights = rng.normal(size=output.shape)
    of_x = layer.backward(weights)
    tensors = [
        torch.from_numpy(array.transpose(order).copy()).requires_grad_()
        for array, order in (
            (x, (0, 3, 1, 2)),
            (layer.parameters["kernel"], (3, 2, 0, 1)),
            (layer.parameters["bias"], (0,)),
        )
    ]
    (top, bottom), (left, right) = g.zeros
    padded = torch.nn.functional.pad(tensors[0], (left, right, top, bottom))
    where = {"stride": g.strides, "dilation": g.dilations, "groups": groups}
    expected = torch.nn.functional.conv2d(padded, *tensors[1:], **where)
    assert_allclose(output, expected.detach().permute(0, 2, 3, 1), rtol=1e-9, atol=1e-9)
    expected.backward(torch.from_numpy(weights.transpose(0, 3, 1, 2).copy()))
    assert_allclose(of_x, tensors[0].grad.permute(0, 2, 3, 1), rtol=1e-9, atol=1e-9)
    of_kernel = tensors[1].grad.permute(2, 3, 1, 0)
    assert_allclose(layer.gradients["kernel"], of_kernel, rtol=1e-9, atol=1e-9)
    assert_allclose(layer.gradients["bias"], tensors[2].grad, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("times", "dilation"), [(1, 1), (2, 1), (1, 2)])
def test_a_depthwise_layer_against_keras_and_its_gradients(tf, times, dilation):
    import keras

    rng = seeded(times)
    options = {"padding": "same", "depth_multiplier": times, "dilation_rate": dilation}
    twin = keras.layers.DepthwiseConv2D(3, **options)
    x = rng.normal(size=(2, 7, 6, 4)).astype("f4")
    twin(x)
    layer = Conv2D(
        4, 4 * times, 3, padding="same", dilation=dilation, groups=4, rng=rng, dtype="float32"
    )
    layer.parameters["bias"][...] = rng.normal(size=4 * times)
    kernel, bias = layer.parameters.values()
    twin.set_weights([kernel.reshape(3, 3, 4, times), bias])
    weights = rng.normal(size=layer.forward(x).shape).astype("f4")
    variable = tf.Variable(x)
    with tf.GradientTape() as tape:
        output = twin(variable)
        loss = tf.reduce_sum(weights * output)
    assert_allclose(layer.forward(x), output, rtol=1e-4, atol=1e-5)
    of_x, of_kernel, of_bias = tape.gradient(loss, [variable, *twin.trainable_variables])
    assert_allclose(layer.backward(weights), of_x, rtol=1e-4, atol=1e-4)
    found = layer.gradients["kernel"].reshape(3, 3, 4, times)
    assert_allclose(found, of_kernel, rtol=1e-4, atol=1e-4)
    assert_allclose(layer.gradients["bias"], of_bias, rtol=1e-4, atol=1e-4)


@given(geometries(words=("valid", "full")), FEW, FEW, SEEDS)
@settings(STABLE, max_examples=50)
def test_the_way_back_is_a_transposed_convolution(g, channels, filters, seed):
    rng = seeded(seed)
    layer = conv_layer(g, channels, filters, rng)
    x = rng.normal(size=(2, *g.image, channels))
    slopes = rng.normal(size=layer.forward(x).shape)
    beyond = tuple(
        n + sum(zeros) - ((k - 1) * d + 1) - (size - 1) * s
        for n, k, zeros, s, d, size in zip(
            g.image, g.kernel, g.zeros, g.strides, g.dilations, g.output
        )
    )
    expected = conv2d_transpose(
        slopes, layer.parameters["kernel"], output_padding=beyond, **g.arguments
    )
    assert_allclose(layer.backward(slopes), expected, rtol=1e-9, atol=1e-9)


@given(words, st.integers(1, 3), st.integers(1, 4), SEEDS)
@settings(STABLE, max_examples=150)
def test_conv_against_tensorflow(tf, g, channels, filters, seed):
    rng = seeded(seed)
    layer = conv_layer(g, channels, filters, rng)
    x = rng.normal(size=(3, *g.image, channels))
    weights = rng.normal(size=layer.forward(x).shape)

    def by_tensorflow(x, kernel, bias):
        return tf.nn.conv2d(x, kernel, g.strides, g.padding.upper()) + bias

    of_x, of_kernel, of_bias = slopes_by_tape(
        tf, by_tensorflow, weights, x, *layer.parameters.values()
    )
    assert_allclose(layer.backward(weights), of_x, rtol=1e-9, atol=1e-9)
    assert_allclose(layer.gradients["kernel"], of_kernel, rtol=1e-9, atol=1e-9)
    assert_allclose(layer.gradients["bias"], of_bias, rtol=1e-9, atol=1e-9)


@given(SEEDS)
@settings(STABLE, max_examples=50)
def test_conv_backward_is_a_correlation_and_a_full_convolution(seed):
    rng = seeded(seed)
    h, w, k_h, k_w = rng.integers((4, 5, 1, 1), (9, 9, 4, 5))
    layer = Conv2D(1, 1, (k_h, k_w), rng=rng, dtype="float64")
    x = rng.normal(size=(1, h, w, 1))
    gradient = rng.normal(size=layer.forward(x).shape)
    of_x = layer.backward(gradient)
    image, slopes = x[0, :, :, 0], gradient[0, :, :, 0]
    kernel = layer.parameters["kernel"][..., 0, 0]
    assert_allclose(layer.gradients["kernel"][..., 0, 0], correlate2d(image, slopes))
    assert_allclose(of_x[0, :, :, 0], convolve2d(slopes, kernel, padding="full"))


def test_the_lectures_image_with_sobel_and_the_errors_that_lead_to_the_cross():
    image = np.array(
        [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]], float
    )
    layer = Conv2D(1, 1, 3, rng=seeded(), dtype="float64")
    layer.parameters["kernel"][..., 0, 0] = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    answers = layer.forward(image[None, :, :, None])[0, :, :, 0]
    assert answers.tolist() == [[3, 0, -3], [4, 3, -2], [4, 2, -3]]
    error = answers - [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    of_image = layer.backward(error[None, :, :, None])[0, :, :, 0]
    assert layer.gradients["kernel"][..., 0, 0].tolist() == [
        [-24, -16, -6],
        [-22, -25, -7],
        [-20, -15, -8],
    ]
    assert of_image[0].tolist() == [1, 3, 6, -3, -7]


def test_a_gradient_in_a_batch_is_the_sum_over_its_images():
    layer = Conv2D(2, 3, 3, padding="same", rng=seeded(), dtype="float64")
    x, weights = seeded(1).normal(size=(4, 6, 5, 2)), seeded(2).normal(size=(4, 6, 5, 3))
    total = 0
    for one, weight in zip(x, weights):
        layer.forward(one[None])
        layer.backward(weight[None])
        total = total + layer.gradients["kernel"]
    layer.forward(x)
    layer.backward(weights)
    assert_allclose(layer.gradients["kernel"], total)


# MaxPooling2D


@given(words, st.integers(1, 3), st.booleans(), SEEDS)
@settings(STABLE, max_examples=200)
def test_max_pooling_against_tensorflow_with_and_without_ties(tf, g, channels, ties, seed):
    rng = seeded(seed)
    shape = (2, *g.image, channels)
    x = whole_numbers(shape, seed, "f4") if ties else rng.normal(size=shape).astype("f4")
    layer = MaxPooling2D(g.kernel, stride=g.stride, padding=g.padding)
    output = layer.forward(x)
    assert_array_equal(output, pool2d(x, g.kernel, stride=g.stride, padding=g.padding))
    weights = rng.normal(size=output.shape).astype("f4")
    (expected,) = slopes_by_tape(
        tf, lambda x: tf.nn.max_pool2d(x, g.kernel, g.strides, g.padding.upper()), weights, x
    )
    assert_allclose(layer.backward(weights), expected, rtol=1e-5, atol=1e-6)


@given(geometries(words=("valid", "same"), numbers=False, dilations=st.just(1)), SEEDS)
@settings(STABLE, max_examples=50)
def test_max_pooling_against_central_differences(g, seed):
    # Distances between values are far above the step, so no maximum changes hands.
    x = seeded(seed).permutation(2 * g.image[0] * g.image[1]).reshape(2, *g.image, 1).astype(float)
    layer = MaxPooling2D(g.kernel, stride=g.stride, padding=g.padding)
    weights = seeded(seed).normal(size=layer.forward(x).shape)
    assert relative_error(layer.backward(weights), measured(layer, x, weights, x)) < LIMIT


def test_at_a_tie_the_first_cell_in_reading_order_gets_everything():
    layer = MaxPooling2D(2)
    layer.forward(np.array([[1.0, 7, 0, 0], [7, 7, 0, 0]])[None, :, :, None])
    gradient = layer.backward(np.array([[5.0, 3]])[None, :, :, None])
    assert gradient[0, :, :, 0].tolist() == [[0, 5, 3, 0], [0, 0, 0, 0]]


def test_a_cell_that_wins_in_two_windows_gets_both_slopes():
    layer = MaxPooling2D((1, 2), stride=1)
    layer.forward(np.array([[1.0, 9, 2]])[None, :, :, None])
    assert layer.backward(np.array([[5.0, 3]])[None, :, :, None]).ravel().tolist() == [0, 8, 0]


def test_cells_left_over_at_the_edge_get_nothing():
    layer = MaxPooling2D(2)
    layer.forward(seeded().normal(size=(1, 5, 5, 1)))
    gradient = layer.backward(np.ones((1, 2, 2, 1)))
    assert gradient.shape == (1, 5, 5, 1) and gradient.sum() == 4
    assert not gradient[:, 4].any() and not gradient[:, :, 4].any()


def test_integer_images_can_be_pooled_with_padding():
    layer = MaxPooling2D(2, padding="same")
    layer.forward(np.arange(9, dtype=np.uint8).reshape(1, 3, 3, 1))
    assert layer.backward(np.ones((1, 2, 2, 1))).sum() == 4


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_nan_wins_its_window_and_gets_the_slope(padding):
    layer = MaxPooling2D(2, padding=padding)
    x = np.array([[np.nan, 2, 5], [np.inf, np.nan, 7]])[None, :, :, None]
    output = layer.forward(x)
    assert np.isnan(output[0, 0, 0, 0])
    slopes = np.arange(3.0, 3 + output.size).reshape(output.shape)
    gradient = layer.backward(slopes)[0, :, :, 0]
    expected = [[3, 0, 0], [0, 0, 4 if padding == "same" else 0]]
    assert gradient.tolist() == expected


def test_large_integers_are_told_apart():
    layer = MaxPooling2D((1, 2))
    layer.forward(np.array([2**60, 2**60 + 1]).reshape(1, 1, 2, 1))
    assert layer.backward(np.ones((1, 1, 1, 1))).ravel().tolist() == [0, 1]
    # uint64 and the lowest integer, which padding must not tie with.
    layer.forward(np.array([2**63 + 1, 2**63], np.uint64).reshape(1, 1, 2, 1))
    assert layer.backward(np.ones((1, 1, 1, 1))).ravel().tolist() == [1, 0]
    layer = MaxPooling2D(3, stride=1, padding="same")
    layer.forward(np.full((1, 2, 2, 1), -128, np.int8))
    assert layer.backward(np.ones((1, 2, 2, 1))).ravel().tolist() == [4, 0, 0, 0]


def test_an_infinite_slope_goes_to_the_winner_only():
    layer = MaxPooling2D(2)
    layer.forward(np.arange(4.0).reshape(1, 2, 2, 1))
    assert layer.backward(np.full((1, 1, 1, 1), np.inf)).ravel().tolist() == [0, 0, 0, np.inf]


# The others


def test_relu_passes_on_only_where_the_input_was_positive():
    layer = ReLU()
    assert layer.forward([-2.0, 0.0, 3.0]).tolist() == [0, 0, 3]
    assert layer.backward([5.0, 6.0, 7.0]).tolist() == [0, 0, 7]


def test_relu_against_tensorflow_and_at_zero_too(tf):
    x = whole_numbers((4, 5), 1, "f4")
    weights = seeded(2).normal(size=x.shape).astype("f4")
    layer = ReLU()
    assert_array_equal(layer.forward(x), tf.nn.relu(x))
    (expected,) = slopes_by_tape(tf, tf.nn.relu, weights, x)
    assert_array_equal(layer.backward(weights), expected)


def test_flatten_reads_as_keras_does(tf):
    import keras

    x = seeded().normal(size=(2, 3, 4, 5)).astype("f4")
    layer = Flatten()
    assert_array_equal(layer.forward(x), keras.layers.Flatten()(x))
    assert_array_equal(layer.backward(x.reshape(2, 60)), x)


def test_dense_against_tensorflow_and_central_differences(tf):
    layer = Dense(5, 3, rng=seeded(1), dtype="float64")
    layer.parameters["bias"][...] = [1, -2, 3]
    x, weights = seeded(2).normal(size=(4, 5)), seeded(3).normal(size=(4, 3))
    expected = slopes_by_tape(
        tf, lambda x, kernel, bias: x @ kernel + bias, weights, x, *layer.parameters.values()
    )
    layer.forward(x)
    found = [layer.backward(weights), layer.gradients["kernel"], layer.gradients["bias"]]
    for one, other, values in zip(found, expected, [x, *layer.parameters.values()]):
        assert_allclose(one, other, rtol=1e-12)
        assert relative_error(one, measured(layer, x, weights, values)) < LIMIT


@given(st.integers(1, 6), st.integers(2, 12), st.sampled_from([1, 30, 900]), SEEDS)
@settings(STABLE, max_examples=50)
def test_softmax_and_cross_entropy_against_tensorflow(tf, batch, classes, size, seed):
    logits = size * seeded(seed).normal(size=(batch, classes))
    labels = seeded(seed).integers(0, classes, batch)
    loss = SoftmaxCrossEntropy()
    variable = tf.Variable(logits)
    with tf.GradientTape() as tape:
        expected = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, variable))
    assert_allclose(loss.forward(logits, labels), expected, rtol=1e-9, atol=1e-12)
    assert_allclose(loss.probabilities, tf.nn.softmax(logits), rtol=1e-9, atol=1e-300)
    assert_allclose(loss.backward(), tape.gradient(expected, variable), rtol=1e-9, atol=1e-12)


def test_cross_entropy_against_central_differences():
    logits, labels = seeded().normal(size=(4, 6)), np.array([0, 5, 2, 2])
    loss = SoftmaxCrossEntropy()
    loss.forward(logits, labels)
    by_steps = central_difference(lambda: SoftmaxCrossEntropy().forward(logits, labels), logits)
    assert relative_error(loss.backward(), by_steps) < LIMIT


def test_softmax_survives_enormous_scores():
    assert softmax([1000.0, 0.0]).tolist() == [1, 0]
    assert_allclose(softmax([[-1000.0, -1000.0]]), [[0.5, 0.5]])
    assert SoftmaxCrossEntropy().forward([[0.0, 1000.0]], [0]) == 1000


# A whole network


def small_network(rng, dtype="float64"):
    return Sequential(
        [
            Conv2D(1, 3, 3, padding="same", rng=rng, dtype=dtype),
            ReLU(),
            MaxPooling2D(2),
            Conv2D(3, 4, (2, 3), stride=2, rng=rng, dtype=dtype),
            ReLU(),
            Flatten(),
            Dense(16, 6, rng=rng, dtype=dtype),
            ReLU(),
            Dense(6, 3, rng=rng, dtype=dtype),
        ]
    )


def test_every_parameter_of_a_network_against_central_differences():
    network, loss = small_network(seeded(4)), SoftmaxCrossEntropy()
    x, labels = seeded(1).normal(size=(3, 8, 12, 1)), np.array([0, 2, 1])

    def total():
        return loss.forward(network.forward(x), labels)

    total()
    of_input = network.backward(loss.backward())
    gradients = [
        (one.gradients[name].copy(), values)
        for one in network.layers
        for name, values in one.parameters.items()
    ]
    assert len(gradients) == 8
    for gradient, values in [*gradients, (of_input, x)]:
        assert relative_error(gradient, central_difference(total, values)) < LIMIT


def test_a_network_against_keras_logits_and_gradients(tf):
    import keras
    from keras import layers

    twin = keras.Sequential(
        [
            keras.Input((8, 12, 1)),
            layers.Conv2D(3, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(4, (2, 3), strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(6, activation="relu"),
            layers.Dense(3),
        ]
    )
    network, loss = small_network(seeded(4), "float32"), SoftmaxCrossEntropy()
    twin.set_weights([p for layer in network.layers for p in layer.parameters.values()])
    x, labels = seeded(1).normal(size=(5, 8, 12, 1)).astype("f4"), np.array([0, 2, 1, 1, 0])
    with tf.GradientTape() as tape:
        logits = twin(x)
        expected = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
    assert_allclose(network.forward(x), logits, atol=1e-5)
    assert_allclose(loss.forward(network.forward(x), labels), expected, rtol=1e-5)
    network.backward(loss.backward())
    found = [g for layer in network.layers for g in layer.gradients.values()]
    for one, other in zip(found, tape.gradient(expected, twin.trainable_variables), strict=True):
        assert one.dtype == np.float32
        assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_predict_is_forward_in_parts():
    network, x = small_network(seeded()), seeded(1).normal(size=(7, 8, 12, 1))
    assert_allclose(network.predict(x, batch_size=3), network.forward(x), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_batch_of_no_images_goes_forward_and_back(dtype):
    network = small_network(seeded(), dtype)
    one = network.forward(np.ones((1, 8, 12, 1), dtype))
    x = np.ones((0, 8, 12, 1), dtype)
    for layer in network.layers:
        x = layer.forward(x)
        assert x.dtype == np.dtype(dtype)
    assert x.shape == (0, *one.shape[1:]) == network.predict(np.ones((0, 8, 12, 1), dtype)).shape
    assert network.backward(x).shape == (0, 8, 12, 1)
    for layer in network.layers:
        for name, values in layer.parameters.items():
            assert layer.gradients[name].shape == values.shape
            assert not layer.gradients[name].any()
    grouped = Conv2D(4, 6, 3, groups=2, padding=1, border="wrap", rng=seeded(), dtype=dtype)
    assert grouped.forward(np.ones((0, 5, 5, 4), dtype)).shape == (0, 5, 5, 6)
    assert grouped.backward(np.ones((0, 5, 5, 6), dtype)).shape == (0, 5, 5, 4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_keeps_its_dtype_all_the_way(dtype):
    network, loss = small_network(seeded(), dtype), SoftmaxCrossEntropy()
    logits = network.forward(np.ones((2, 8, 12, 1), dtype))
    loss.forward(logits, [0, 1])
    arrays = [logits, network.backward(loss.backward())]
    for layer in network.layers:
        arrays += [*layer.parameters.values(), *layer.gradients.values()]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


# Initialisation


def test_he_normal_has_the_variance_two_over_fan_in():
    weights = he_normal((50, 40, 10), 32, rng=seeded(), dtype="float64")
    assert_allclose([weights.mean(), weights.var()], [0, 2 / 32], atol=0.003)


def test_the_same_generator_gives_the_same_layer():
    kernels = [Conv2D(3, 5, (2, 4), rng=seeded(7)).parameters["kernel"] for _ in range(2)]
    assert_array_equal(*kernels)
    assert kernels[0].shape == (2, 4, 3, 5) and kernels[0].dtype == np.float32
    many = Conv2D(8, 200, 5, rng=seeded()).parameters
    assert_allclose(many["kernel"].std(), np.sqrt(2 / (5 * 5 * 8)), rtol=0.02)
    assert not many["bias"].any()
    grouped = Conv2D(64, 64, 5, groups=8, rng=seeded()).parameters["kernel"]
    assert grouped.shape == (5, 5, 8, 64)
    assert_allclose(grouped.std(), np.sqrt(2 / (5 * 5 * 8)), rtol=0.02)
    dense = Dense(300, 300, rng=seeded()).parameters
    assert_allclose(dense["kernel"].std(), np.sqrt(2 / 300), rtol=0.02)


# Bad input


def refused(match):
    return pytest.raises(ValueError, match=match)


def test_bad_constructors_are_refused():
    rng = seeded()
    with refused("filters is 0"):
        Conv2D(1, 0, 3, rng=rng)
    with refused("kernel_size is 2.5"):
        Conv2D(1, 1, 2.5, rng=rng)
    with refused("groups is 2, but channels is 3: use a divisor of 3"):
        Conv2D(3, 4, 3, groups=2, rng=rng)
    with refused("groups is 2, but filters is 5: use a divisor of 5"):
        Conv2D(4, 5, 3, groups=2, rng=rng)
    with refused("groups is 0"):
        Conv2D(4, 4, 3, groups=0, rng=rng)
    with refused("dilation is 0"):
        Conv2D(4, 4, 3, dilation=0, rng=rng)
    with refused("border is 'mirror': use one of"):
        Conv2D(4, 4, 3, border="mirror", rng=rng)
    with refused("rng is 3: give a generator"):
        Conv2D(1, 1, 3, rng=3)
    with refused("dtype is int64: use float32"):
        Dense(2, 2, rng=rng, dtype=int)
    with refused("units is -1"):
        Dense(2, -1, rng=rng)
    with refused("stride is 0"):
        MaxPooling2D(2, stride=0)
    with refused("layers holds 'relu'"):
        Sequential(["relu"])
    with refused("layers holds nothing"):
        Sequential([])


def test_bad_batches_are_refused():
    rng = seeded()
    with refused("x has 3 channels: this layer takes 2"):
        Conv2D(2, 1, 3, rng=rng).forward(np.ones((1, 5, 5, 3)))
    with refused("x has 2 channels: this layer takes 4"):
        Conv2D(4, 2, 3, groups=2, rng=rng).forward(np.ones((1, 5, 5, 2)))
    with refused("kernel 3×3 is larger than the x 2×5"):
        Conv2D(1, 1, 3, rng=rng).forward(np.ones((1, 2, 5, 1)))
    with refused("x has 3 axes"):
        Conv2D(1, 1, 3, rng=rng).forward(np.ones((5, 5, 1)))
    with refused("padding is 'sam'"):
        Conv2D(1, 1, 3, padding="sam", rng=rng).forward(np.ones((1, 5, 5, 1)))
    with refused("x has 3 numbers an example: this layer takes 2"):
        Dense(2, 2, rng=rng).forward(np.ones((1, 3)))
    with refused("larger than the image"):
        MaxPooling2D(4).forward(np.ones((1, 3, 3, 1)))


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ([0], "labels has 1 entries for 2 rows"),
        ([0, 3], "labels holds 3: with"),
        ([-1, 0], "labels holds -1: with"),
        ([0.0, 1.0], "dtype float64: give class numbers"),
    ],
)
def test_bad_labels_are_refused(labels, match):
    with refused(match):
        SoftmaxCrossEntropy().forward(np.zeros((2, 3)), labels)


def test_backward_needs_forward_and_a_gradient_of_the_outputs_shape():
    rng = seeded()
    convolution, dense = Conv2D(1, 1, 3, rng=rng), Dense(2, 2, rng=rng)
    for layer in (convolution, dense, ReLU(), MaxPooling2D(), Flatten()):
        with pytest.raises(RuntimeError, match=f"{type(layer).__name__}.backward needs a forward"):
            layer.backward(np.ones((1, 1)))
    with pytest.raises(RuntimeError, match="needs a forward pass first"):
        SoftmaxCrossEntropy().backward()
    layer = Conv2D(1, 2, 3, rng=rng)
    layer.forward(np.ones((1, 5, 5, 1)))
    with refused(r"gradient has shape \(1, 3, 3, 1\).*shape \(1, 3, 3, 2\)"):
        layer.backward(np.ones((1, 3, 3, 1)))


def test_a_layer_of_ones_own_needs_both_passes():
    for name, argument in (("forward", 0), ("backward", 0)):
        with pytest.raises(NotImplementedError):
            getattr(Layer(), name)(argument)


# --- numbers of every dtype -----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8", "i1", "i8", "f2", "f4", "f8"])
def test_softmax_of_any_dtype(dtype):
    rtol = 1e-3 if dtype == "f2" else 1e-6
    scores = np.array([1, 2, 3], dtype)
    np.testing.assert_allclose(softmax(scores), [0.0900, 0.2447, 0.6652], rtol=1e-3)
    assert softmax(scores).dtype == (dtype if dtype[0] == "f" else "f8")
    np.testing.assert_allclose(softmax(scores), softmax([1.0, 2.0, 3.0]), rtol=rtol)


def test_scores_of_eight_bits_reach_their_whole_range():
    assert softmax(np.array([-128, 127], "i1")).tolist() == [np.exp(-255), 1]
    assert softmax(np.array([0, 255], "u1")).tolist() == [np.exp(-255), 1]
    loss = SoftmaxCrossEntropy()
    assert loss.forward(np.array([[-128, 127]], "i1"), [0]) == 255
    assert loss.forward(np.array([[1, 2, 3]], "u1"), [0]) == pytest.approx(2.4076, abs=1e-4)
    assert loss.forward([[False, True]], np.array([1], "u1")) == pytest.approx(0.3133, abs=1e-4)


@pytest.mark.parametrize("dtype", ["u1", "i1"])
def test_gradients_of_few_bits_are_added_up_in_full(dtype):
    pooling = MaxPooling2D(2, stride=1)
    pooling.forward([[[[0], [0], [0]], [[0], [9], [0]], [[0], [0], [0]]]])
    slopes = np.full((1, 2, 2, 1), 100, dtype)
    assert pooling.backward(slopes)[0, 1, 1, 0] == 400


def test_huge_integers_keep_their_differences():
    pooling = MaxPooling2D(2)
    pooling.forward(np.array([[2**60, 2**60 + 1], [0, 0]])[None, :, :, None])
    assert pooling.backward(np.ones((1, 1, 1, 1)))[0, :, :, 0].tolist() == [[0, 1], [0, 0]]
    with pytest.raises(ValueError, match="logits holds 1152921504606846977 as int64"):
        softmax([2**60, 2**60 + 1])


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((96, 28, 28, 32), {}),
        ((1, 700, 700, 4), {"padding": "same"}),
        ((1, 700, 700, 4), {"stride": 2, "padding": 2, "groups": 2}),
        ((2, 401, 300, 8), {"dilation": 3}),
    ],
)
def test_the_patches_of_large_batches_and_images_are_never_all_there_at_once(shape, options):
    layer = Conv2D(shape[3], 8, 5, rng=seeded(), **options)
    x = seeded().normal(size=shape).astype(np.float32)
    tracemalloc.start()
    y = layer.forward(x)
    forward = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    slopes = np.ones_like(y)
    of_x = layer.backward(slopes)
    backward = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert forward - y.nbytes < 64e6
    assert backward - 2 * y.nbytes - of_x.nbytes < 64e6


@given(geometries(), st.integers(1, 2), bounds, SEEDS)
@settings(STABLE, max_examples=40)
def test_in_parts_a_layer_computes_the_same(g, groups, border, seed):
    x = seeded(seed).normal(size=(2, *g.image, 2 * groups))
    layer = conv_layer(g, 2 * groups, 2 * groups, seeded(seed), groups=groups, border=border)
    y = layer.forward(x)
    slopes = seeded(seed).normal(size=y.shape)
    of_x, whole = layer.backward(slopes), layer.gradients
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "PART_BYTES", 300)
        assert_allclose(layer.forward(x), y, rtol=1e-12, atol=1e-12)
        assert_allclose(layer.backward(slopes), of_x, rtol=1e-12, atol=1e-12)
    for name, gradient in whole.items():
        assert_allclose(layer.gradients[name], gradient, rtol=1e-12, atol=1e-12)
