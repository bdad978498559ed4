"""Batches of images: `conv2d` against TensorFlow and Keras, its unshared and tiled relatives."""

import tracemalloc
from unittest import mock

import numpy as np
import pytest
from geometry import correlate_by_scipy, geometries, whole_numbers
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.convolution import (
    conv2d,
    convolution_matrix,
    correlate2d,
    feature_maps,
    fourier,
    output_size,
    safe_maps,
    tiled_conv2d,
    unshared_conv2d,
)

# The same examples in every run, so that a red test means a changed program, not a lucky draw; and
# no time limit for one, as a shared machine may pause at any moment.
STABLE = settings(derandomize=True, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
BATCH, CHANNELS, FILTERS = st.integers(1, 3), st.integers(1, 3), st.integers(1, 4)
DTYPES = "? u1 i2 i8 u8 f2 f4 f8 g".split()

# Enough to make any example one piece, and so little that it falls to pieces.
PATCH_BYTES = st.sampled_from([1, 300, 2000, 2**20])
# So many rows of patches in one product; more channels than these count as many.
ROWS, FEW_CHANNELS = st.integers(1, 40), st.sampled_from([0, 4])


@pytest.fixture(scope="module")
def tf():
    import course_utils.quiet_tensorflow  # noqa: F401

    import tensorflow

    return tensorflow


@pytest.fixture(scope="module")
def layers(tf):
    import keras

    return keras.layers


def tensorflow_errs(g):
    """Tell whether TensorFlow 2.21 gives wrong float32 maps here (float64 ones are right).

    Where a map of several images is one column wide and the strides differ, oneDNN, which computes
    float32 for TensorFlow, reads wrong rows.
    """
    return g.output[1] == 1 and g.strides[0] != g.strides[1]


# The shared kernel


@given(
    geometries(), BATCH, CHANNELS, FILTERS, st.booleans(), SEEDS, PATCH_BYTES, ROWS, FEW_CHANNELS
)
@settings(STABLE, max_examples=500)
def test_against_tensorflow(
    tf, g, batch, c_in, c_out, with_bias, seed, patch_bytes, rows, few_channels
):
    zeros = [(0, 0), *g.zeros, (0, 0)]
    padding = g.padding.upper() if g.padding in ("valid", "same") else zeros
    for dtype in ("f8",) if tensorflow_errs(g) else ("f4", "f8"):
        images = whole_numbers((batch, *g.image, c_in), seed, dtype)
        filters = whole_numbers((*g.kernel, c_in, c_out), seed + 1, dtype)
        bias = whole_numbers((c_out,), seed + 2, dtype) if with_bias else None
        expected = tf.nn.conv2d(
            images, filters, strides=g.strides, padding=padding, dilations=g.dilations
        ).numpy()
        expected = expected + bias if with_bias else expected
        with (
            mock.patch.object(feature_maps, "PATCH_BYTES_AT_ONCE", patch_bytes),
            mock.patch.object(feature_maps, "UNTHREADED_PRODUCT", rows * filters.size),
            mock.patch.object(feature_maps, "FEW_CHANNELS", few_channels),
            mock.patch.object(fourier, "SPECTRUM_BYTES_AT_ONCE", patch_bytes),
        ):
            for method in ("auto", "direct", "im2col"):
                actual = conv2d(images, filters, bias, method=method, **g.arguments)
                assert_array_equal(actual, expected)
                assert actual.dtype == expected.dtype
            by_fft = conv2d(images, filters, bias, method="fft", **g.arguments)
        assert_allclose(by_fft, expected, atol=1e-12 if dtype == "f8" else 1e-4)
        assert by_fft.dtype == expected.dtype


@given(
    # Keras takes the words and either strides or dilation.
    geometries(words=("valid", "same"), numbers=False, dilations=st.just(1))
    | geometries(words=("valid", "same"), numbers=False, strides=st.just(1)),
    CHANNELS,
    FILTERS,
    SEEDS,
)
@settings(STABLE, max_examples=100)
def test_against_keras_layer(layers, g, c_in, c_out, seed):
    assume(not tensorflow_errs(g))
    images = np.random.default_rng(seed).normal(size=(2, *g.image, c_in)).astype("f4")
    layer = layers.Conv2D(
        c_out,
        g.kernel,
        strides=g.strides,
        padding=g.padding,
        dilation_rate=g.dilations,
        bias_initializer="random_normal",
    )
    expected = np.asarray(layer(images))
    filters, bias = layer.get_weights()
    assert_allclose(conv2d(images, filters, bias, **g.arguments), expected, atol=2e-5)


@given(geometries(), BATCH, CHANNELS, FILTERS, st.sampled_from(DTYPES), SEEDS)
@settings(STABLE, max_examples=200)
def test_against_scipy_channel_by_channel(g, batch, c_in, c_out, dtype, seed):
    images = whole_numbers((batch, *g.image, c_in), seed, dtype)
    filters = whole_numbers((*g.kernel, c_in, c_out), seed + 1, "i1")
    actual = conv2d(images, filters, **g.arguments)
    b, o = seed % batch, seed % c_out
    maps = [
        correlate_by_scipy(images[b, :, :, c].astype("f8"), filters[:, :, c, o].astype("f8"), g)
        for c in range(c_in)
    ]
    assert_array_equal(actual[b, :, :, o], np.sum(maps, axis=0))


def test_one_image_of_one_channel_as_correlate2d():
    image, kernel = whole_numbers((9, 7), 0), whole_numbers((3, 2), 1)
    maps = conv2d(image[None, :, :, None], kernel[:, :, None, None])
    assert_array_equal(maps[0, :, :, 0], correlate2d(image, kernel))


def test_a_filter_of_one_cell_is_a_matrix_product():
    images, filters = whole_numbers((2, 5, 4, 3), 0), whole_numbers((1, 1, 3, 6), 1)
    assert_array_equal(conv2d(images, filters), images @ filters[0, 0])


def test_shapes_of_the_lectures():
    def shape(images, filters, **arguments):
        return conv2d(np.ones(images), np.ones(filters), **arguments).shape

    assert shape((1, 28, 28, 1), (3, 3, 1, 64)) == (1, 26, 26, 64)
    assert shape((1, 28, 28, 1), (5, 5, 1, 10)) == (1, 24, 24, 10)
    assert shape((1, 12, 12, 10), (5, 5, 10, 20)) == (1, 8, 8, 20)
    assert shape((1, 9, 7, 3), (3, 3, 3, 1)) == (1, 7, 5, 1)
    assert shape((1, 28, 28, 1), (7, 7, 1, 2), padding="same") == (1, 28, 28, 2)


def test_a_large_image_needs_little_more_memory_than_its_maps():
    image = np.random.default_rng(0).normal(size=(1, 300, 260, 3)).astype("f4")
    filters = np.random.default_rng(1).normal(size=(9, 9, 3, 2)).astype("f4")
    maps = sum(correlate2d(image[0, :, :, c], filters[:, :, c, 1]) for c in range(3))
    tracemalloc.start()
    result = conv2d(image, filters, method="im2col")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert_allclose(result[0, :, :, 1], maps, atol=1e-3)
    # Two parts may be alive at once; all patches together are 71 MB.
    assert peak < 3 * feature_maps.PATCH_BYTES_AT_ONCE


def test_a_thousand_images_need_little_more_memory_than_their_maps():
    images = np.random.default_rng(0).random((1024, 28, 28, 32), dtype="f4")
    filters = np.random.default_rng(1).random((5, 5, 32, 64), dtype="f4")
    tracemalloc.start()
    maps = conv2d(images, filters)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    window = images[1000, 20:25, 3:8].astype("f8")
    assert_allclose(maps[1000, 20, 3], np.tensordot(window, filters, 3), rtol=1e-5)
    assert maps.nbytes > 150e6
    # All patches together are 1.9 GB.
    assert peak - maps.nbytes < 3 * feature_maps.PATCH_BYTES_AT_ONCE < 600e6


def test_by_fft_a_part_of_the_images_at_a_time():
    images = np.random.default_rng(0).random((64, 64, 64, 2), dtype="f4")
    filters = np.random.default_rng(1).random((31, 31, 2, 3), dtype="f4")
    expected = conv2d(images, filters, method="im2col")
    tracemalloc.start()
    maps = conv2d(images, filters, method="fft")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert_allclose(maps, expected, rtol=1e-4)
    with mock.patch.object(fourier, "SPECTRUM_BYTES_AT_ONCE", 2**20):
        tracemalloc.start()
        assert_array_equal(conv2d(images, filters, method="fft"), maps)
        less = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert less < 12e6 < peak < 64e6


@pytest.mark.parametrize(
    ("images", "filters"),
    [
        ((1, 2500, 2500, 1), (31, 31, 1, 1)),
        ((2, 800, 700, 1), (200, 200, 1, 1)),
        ((1, 900, 900, 3), (15, 15, 3, 2)),
        ((3, 500, 500, 2), (25, 25, 2, 9)),
        ((40, 128, 128, 4), (31, 31, 4, 16)),
    ],
)
@pytest.mark.parametrize("method", ["auto", "fft"])
def test_the_memory_of_transforms_is_bounded(images, filters, method):
    random = np.random.default_rng(0)
    images, filters = random.random(images), random.random(filters)
    with mock.patch.object(feature_maps, "fastest", return_value="fft"):
        tracemalloc.start()
        maps = conv2d(images, filters, method=method)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak - maps.nbytes < 64e6


@pytest.mark.parametrize("dtype", ["u1", "i8", "f2", "f4", "f8", "g"])
@pytest.mark.parametrize("bias", [None, [3], [0.5]])
@pytest.mark.parametrize("images", [1, 2])
def test_large_images_of_one_channel_need_no_padded_copy(dtype, bias, images):
    images, filters = whole_numbers((images, 300, 310, 1), 0, dtype), whole_numbers((4, 5, 1, 1), 1)
    filters = filters.astype(dtype)
    options = {"padding": ((3, 0), (2, 5)), "stride": (1, 2), "border": "repeat"}
    expected = conv2d(images, filters, bias, method="im2col", **options)
    for method in ("auto", "direct", "fft"):
        found = conv2d(images, filters, bias, method=method, **options)
        assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
        if method != "fft":
            assert found.dtype == expected.dtype
            assert_array_equal(found, expected)
    if dtype == "f8" and bias is None:
        many = np.ones((1, 3000, 3000, 1))
        tracemalloc.start()
        maps = conv2d(many, filters, padding="same")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak - maps.nbytes < 64e6


# Digits


@pytest.mark.parametrize("case", ["plain", "zeros", "dark", "one huge", "positive"])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("channels", [(1, 1), (3, 4)])
def test_no_digit_is_lost_that_the_direct_sum_keeps(case, dtype, channels):
    random = np.random.default_rng(0)
    images, filters = (
        random.normal(size=(2, 60, 50, channels[0])),
        random.normal(size=(11, 12, *channels)),
    )
    if case == "zeros":
        images[0], filters[..., 0] = 0, 0
        images[1, :30] = 0
    elif case == "dark":
        images[:, :30] *= 1e-9
    elif case == "one huge":
        images[0, 5, 5, 0] = 1e17
    elif case == "positive":
        images, filters = np.abs(images), np.abs(filters)
    images, filters = images.astype(dtype), filters.astype(dtype)
    with mock.patch.object(feature_maps, "fastest", return_value="fft"):
        found = conv2d(images, filters, stride=(1, 2), dilation=(2, 1), padding="same")
    options = {"stride": (1, 2), "dilation": (2, 1), "padding": "same", "method": "direct"}
    images, filters = images.astype("f8"), filters.astype("f8")
    exact, sizes = conv2d(images, filters, **options), conv2d(abs(images), abs(filters), **options)
    assert_array_equal(found[sizes == 0], 0)
    assert np.all(np.abs(found - exact) <= (1e-12 if dtype == "f8" else 5e-7) * sizes)


def test_the_digits_cost_no_second_transform():
    random = np.random.default_rng(0)
    images, filters = random.normal(size=(2, 100, 90, 3)), random.normal(size=(15, 15, 3, 4))
    with (
        mock.patch.object(feature_maps, "fastest", return_value="fft"),
        mock.patch.object(safe_maps, "maps_by_fft", wraps=fourier.maps_by_fft) as transforms,
        mock.patch.object(feature_maps, "_by_patches") as patches,
        mock.patch.object(safe_maps._Windows, "sum") as summed,
    ):
        conv2d(images, filters)
    assert transforms.call_count == 1 and not patches.called
    assert sum(len(call.args[0]) for call in summed.call_args_list) < 1000


def test_the_padded_rows_of_images_keep_only_the_windows_asked_for():
    random = np.random.default_rng(0)
    images, filters = random.normal(size=(1, 300, 280, 1)), random.normal(size=(40, 30, 1, 1))
    options = {"padding": ((3, 50), (20, 1)), "stride": 3, "dilation": (1, 2)}
    for method in ("auto", "fft"):
        with mock.patch.object(feature_maps, "fastest", return_value="fft"):
            found = conv2d(images, filters, method=method, **options)
        assert_allclose(found, conv2d(images, filters, method="direct", **options), atol=1e-10)


# The fastest way


def test_auto_takes_the_way_that_the_sizes_suggest():
    ways = {"_by_transforms": "fft", "_by_pairs": "direct", "_by_patches": "im2col"}

    def taken(images, filters):
        with mock.patch.multiple(feature_maps, **dict.fromkeys(ways, mock.DEFAULT)) as spies:
            conv2d(np.ones(images, "f4"), np.ones(filters, "f4"))
        called = [ways[way] for way, spy in spies.items() if spy.called]
        assert len(called) == 1
        return called[0]

    assert taken((64, 28, 28, 32), (3, 3, 32, 64)) == "im2col"
    assert taken((1, 256, 256, 1), (9, 9, 1, 1)) == "direct"
    assert taken((1, 256, 256, 3), (31, 31, 3, 8)) == "fft"
    assert taken((1, 256, 256, 64), (31, 31, 64, 64)) != "fft"  # too large a spectrum


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_stays_in_its_windows(value):
    images = np.random.default_rng(0).normal(size=(2, 80, 80, 2))
    filters = np.random.default_rng(1).normal(size=(31, 31, 2, 2))
    images[1, 5, 70, 0] = value
    with mock.patch.object(safe_maps, "maps_by_fft", wraps=fourier.maps_by_fft) as by_fft:
        maps = conv2d(images, filters)
    assert by_fft.called
    seen = np.zeros((50, 50), bool)
    seen[:6, 40:] = True
    assert_array_equal(np.isfinite(maps[0]), True)
    assert_array_equal(np.isfinite(maps[1]), np.repeat(~seen[:, :, None], 2, axis=2))
    assert_allclose(maps[0], conv2d(images[:1], filters, method="direct")[0], atol=1e-9)


def test_whole_numbers_are_summed_exactly_whatever_their_size():
    images, filters = np.full((1, 64, 64, 1), 255, "u1"), np.full((41, 41, 1, 1), 2**44 + 1)
    maps = conv2d(images, filters)
    assert maps.dtype == np.int64
    assert_array_equal(maps, 255 * 41 * 41 * (2**44 + 1))
    by_fft = conv2d(images, filters, method="fft")
    assert by_fft.dtype == np.float64
    assert_allclose(by_fft, maps.astype(float), rtol=1e-12)
    # uint64 is summed as float64, but whole numbers all the same.
    images, filters = (
        111_111 * whole_numbers(shape, 0, "u8") for shape in ((1, 128, 128, 1), (41, 41, 1, 1))
    )
    whole = conv2d(images, filters)
    assert whole.dtype == np.float64
    assert_array_equal(whole, conv2d(images.astype("i8"), filters.astype("i8")))


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="method is 'winograd'.*\"im2col\""):
        conv2d(np.ones((1, 4, 4, 1)), np.ones((2, 2, 1, 1)), method="winograd")


# A bank of filters for every position


def definition(images, banks, bias, g):
    """The sum in the docstring, position by position."""
    padded = np.pad(images, [(0, 0), *g.zeros, (0, 0)])
    (down, right), (row_step, column_step) = g.dilations, g.strides
    out = np.zeros((len(images), *g.output, banks.shape[-1]))
    for i, j in np.ndindex(g.output):
        bank = banks[i % banks.shape[0], j % banks.shape[1]]
        top, left = i * row_step, j * column_step
        rows = slice(top, top + (g.kernel[0] - 1) * down + 1, down)
        columns = slice(left, left + (g.kernel[1] - 1) * right + 1, right)
        out[:, i, j] = np.tensordot(padded[:, rows, columns], bank, axes=3)
        out[:, i, j] += bias[i % bias.shape[0], j % bias.shape[1]]
    return out


@given(geometries(), BATCH, CHANNELS, FILTERS, st.sampled_from(DTYPES), SEEDS)
@settings(STABLE, max_examples=150)
def test_unshared_against_its_definition(g, batch, c_in, c_out, dtype, seed):
    images = whole_numbers((batch, *g.image, c_in), seed, dtype)
    filters = whole_numbers((*g.output, *g.kernel, c_in, c_out), seed + 1, "i2")
    bias = whole_numbers((*g.output, c_out), seed + 2, "i2")
    expected = definition(images.astype("f8"), filters, bias, g)
    assert_array_equal(unshared_conv2d(images, filters, bias, **g.arguments), expected)


@given(geometries(), CHANNELS, FILTERS, st.tuples(st.integers(1, 4), st.integers(1, 4)), SEEDS)
@settings(STABLE, max_examples=150)
def test_tiled_against_its_definition(g, c_in, c_out, tiles, seed):
    dtype = DTYPES[seed % len(DTYPES)]
    images = whole_numbers((2, *g.image, c_in), seed, dtype)
    filters = whole_numbers((*tiles, *g.kernel, c_in, c_out), seed + 1, "i2")
    bias = whole_numbers((*tiles, c_out), seed + 2, "i2")
    expected = definition(images.astype("f8"), filters, bias, g)
    assert_array_equal(tiled_conv2d(images, filters, bias, **g.arguments), expected)


@given(geometries(), CHANNELS, FILTERS, st.booleans(), SEEDS)
@settings(STABLE, max_examples=150)
def test_from_one_bank_to_one_a_position(g, c_in, c_out, with_bias, seed):
    images = whole_numbers((2, *g.image, c_in), seed, "f4")
    bank = whole_numbers((*g.kernel, c_in, c_out), seed + 1, "f4")
    bias = whole_numbers((c_out,), seed + 2, "f4") if with_bias else None
    shared = conv2d(images, bank, bias, **g.arguments)
    equal = np.broadcast_to(bank, (*g.output, *bank.shape))
    for same in (
        tiled_conv2d(images, bank[None, None], bias, **g.arguments),
        unshared_conv2d(images, equal, bias, **g.arguments),
        tiled_conv2d(images, equal, bias, **g.arguments),
    ):
        assert_array_equal(same, shared)
        assert same.dtype == np.float32
    banks = whole_numbers((*g.output, *bank.shape), seed + 3, "f4")
    assert_array_equal(
        tiled_conv2d(images, banks, bias, **g.arguments),
        unshared_conv2d(images, banks, bias, **g.arguments),
    )


def test_unshared_is_a_matrix_without_repetition():
    image, filters = whole_numbers((5, 5), 0), whole_numbers((3, 3, 3, 3), 1)
    rows = [convolution_matrix(filters[i, j], (5, 5))[3 * i + j] for i, j in np.ndindex(3, 3)]
    maps = unshared_conv2d(image[None, :, :, None], filters[..., None, None])
    assert_array_equal(maps.ravel(), np.array(rows) @ image.ravel())


# What goes in and what comes out

LAYERS = {
    "conv2d": (conv2d, ()),
    "unshared_conv2d": (unshared_conv2d, (3, 3)),
    "tiled_conv2d": (tiled_conv2d, (2, 2)),
}
every_layer = pytest.mark.parametrize(("layer", "lead"), LAYERS.values(), ids=LAYERS)


@every_layer
@pytest.mark.parametrize(
    ("images", "filters", "bias", "result"),
    [
        ("u1", "i1", "i1", "i8"),
        ("?", "?", None, "i8"),
        ("u8", "i8", None, "f8"),
        ("f2", "f2", "f2", "f2"),
        ("f4", "f4", "f4", "f4"),
        ("f4", "i8", "i8", "f4"),
        ("u1", "f4", None, "f4"),
        ("f4", "f4", "f8", "f8"),
        ("g", "f8", "f4", "g"),
        (">f4", ">f4", ">f4", "f4"),
    ],
)
def test_dtypes(layer, lead, images, filters, bias, result):
    images, filters = np.ones((2, 4, 4, 1), images), np.ones((*lead, 2, 2, 1, 3), filters)
    bias = None if bias is None else np.ones(3, bias)
    assert layer(images, filters, bias).dtype == np.dtype(result)


@every_layer
def test_small_integers_do_not_wrap_around(layer, lead):
    images = np.full((1, 4, 4, 2), 255, np.uint8)
    filters = np.full((*lead, 2, 2, 2, 1), 255, np.uint8)
    assert np.all(layer(images, filters, np.array([255], np.uint8)) == 8 * 255**2 + 255)


@every_layer
def test_half_precision_is_rounded_once(layer, lead):
    images = np.ones((1, 4, 4, 1025), np.float16)
    filters = np.ones((*lead, 2, 2, 1025, 1), np.float16)
    assert np.all(layer(images, filters, np.float16([2])) == np.float16(4102))


@every_layer
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("padding", ["valid", 0, ((0, 0), (0, 0))])
def test_any_arrangement_in_memory_and_inputs_left_alone(layer, lead, channels, padding):
    images = whole_numbers((2, 4, 4, channels), 0, "f4")
    filters = whole_numbers((*lead, 2, 2, channels, 2), 1, "f4")
    bias = whole_numbers((2,), 2, "f4")
    expected = layer(images, filters, bias, padding=padding)
    arrangements = [
        np.asfortranarray,
        lambda a: a[..., ::-1].copy()[..., ::-1],
        lambda a: a[::-1].copy()[::-1],
        lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: np.moveaxis(np.moveaxis(a, -1, 0).copy(), 0, -1),
        lambda a: a.tolist(),
    ]
    for arrange in arrangements:
        arguments = [arrange(a) for a in (images, filters, bias)]
        for array in arguments:
            if isinstance(array, np.ndarray):
                array.setflags(write=False)
        assert_array_equal(layer(*arguments, padding=padding), expected)
    before = images.copy(), filters.copy(), bias.copy()
    result = layer(images, filters, bias, padding=padding)
    assert not np.shares_memory(result, images)
    result[...] = 77
    for array, copy in zip((images, filters, bias), before):
        assert_array_equal(array, copy)


@every_layer
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("special", [np.nan, np.inf])
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "g"])
def test_nan_and_infinity_reach_only_the_windows_that_see_them(
    layer, lead, channels, special, dtype
):
    images = np.ones((2, 4, 4, channels), dtype)
    filters = np.ones((*lead, 2, 2, channels, 2), dtype)
    images[1, 1, 3, 0] = special
    expected = np.full((2, 3, 3, 2), 4 * channels, float)
    expected[1, 0:2, 2] = special
    assert_array_equal(layer(images, filters), expected)


def test_nan_in_one_filter_stays_in_its_map():
    filters = np.ones((2, 2, 1, 3))
    filters[0, 1, 0, 1] = np.nan
    maps = conv2d(np.ones((1, 3, 3, 1)), filters)
    assert np.isnan(maps[..., 1]).all() and (maps[..., [0, 2]] == 4).all()


# Bad input


def complaint(function, *arguments, **options):
    """Return the message of the ValueError that this call must raise."""
    with pytest.raises(ValueError) as caught:
        function(*arguments, **options)
    message = str(caught.value)
    assert ": " in message, f"no remedy in: {message}"
    return message


@every_layer
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.ones((4, 4)), "2 axes"),
        (np.ones((4, 4, 2)), "3 axes"),
        (np.ones((1, 0, 4, 2)), "axes|empty"),
        (np.ones((1, 4, 4, 2), complex), "complex"),
        (np.full((1, 4, 4, 2), None), "[0, 0, 0, 0] is None"),
        ("image", "is 'image', which is text"),
        ([[1], [1, 2]], "equal length"),
    ],
)
def test_what_are_no_images_or_filters(layer, lead, value, words):
    images, filters = np.ones((1, 4, 4, 2)), np.ones((*lead, 2, 2, 2, 3))
    for name, arguments in (("images", (value, filters)), ("filters", (images, value))):
        message = complaint(layer, *arguments)
        assert message.startswith(name)
        assert any(word in message for word in words.split("|"))


@every_layer
def test_channels_that_differ(layer, lead):
    message = complaint(layer, np.ones((1, 4, 4, 3)), np.ones((*lead, 2, 2, 1, 5)))
    assert "images has 3 channels, but filters takes 1" in message


@every_layer
def test_channels_first_are_recognised(layer, lead):
    first = "or are the channels first? np.moveaxis(images, 1, -1)"
    message = complaint(layer, np.ones((2, 3, 28, 28)), np.ones((*lead, 3, 3, 3, 8)))
    assert message.startswith("images has 28 channels, but filters takes 3") and first in message
    # The channels are looked at first: the height of 1 is no side that padding would mend.
    message = complaint(layer, np.ones((1, 1, 28, 28)), np.ones((*lead, 3, 3, 1, 32)))
    assert "images has 28 channels, but filters takes 1" in message and first in message
    assert "channels first" not in complaint(
        layer, np.ones((2, 28, 28, 1)), np.ones((*lead, 3, 3, 3, 8))
    )


def test_pytorchs_layouts_are_recognised():
    theirs = "or are the filters PyTorch's? filters.transpose(2, 3, 1, 0)"
    images, filters = np.ones((8, 28, 28, 1)), np.ones((32, 1, 3, 3))
    message = complaint(conv2d, images, filters)
    assert "images has 1 channels, but filters takes 3" in message and theirs in message
    assert "channels first" not in message
    assert conv2d(images, filters.transpose(2, 3, 1, 0)).shape == (8, 26, 26, 32)
    message = complaint(conv2d, images.transpose(0, 3, 1, 2), filters)
    assert theirs in message and "or are the channels first?" in message
    grouped = complaint(conv2d, np.ones((1, 4, 9, 9)), np.ones((3, 3, 2, 6)), groups=2)
    assert "9 channels" in grouped
    # Filters made for the same mistake: the channels agree, the sizes don't.
    message = complaint(conv2d, np.ones((1, 1, 28, 28)), np.ones((3, 3, 28, 32)))
    assert "filters 3×3 are larger than the images 1×28" in message
    assert message.endswith("or are the channels first? np.moveaxis(images, 1, -1) puts them last")


@every_layer
@pytest.mark.parametrize(
    ("bias", "words"),
    [
        (np.ones(2), "shape (2,): give one number a filter, shape (3,)"),
        (np.ones((9, 9, 3)), "(3,)"),
        (np.ones((3, 1)), "2 axes"),
        (1, "0 axes, shape (): give an array (3,)"),
        (np.ones(0), "empty"),
        ([[1, 2], [3]], "equal length"),
        (["a", "b", "c"], "[0] is 'a'"),
    ],
)
def test_a_bias_of_another_length(layer, lead, bias, words):
    message = complaint(layer, np.ones((1, 4, 4, 2)), np.ones((*lead, 2, 2, 2, 3)), bias)
    assert message.startswith("bias") and words in message


@every_layer
def test_filters_that_do_not_fit(layer, lead):
    message = complaint(layer, np.ones((1, 3, 3, 1)), np.ones((*lead, 5, 5, 1, 1)))
    assert "filters 5×5 are larger than the images 3×3: pad the images by at least 1" in message


@every_layer
@pytest.mark.parametrize("name", ["stride", "dilation", "padding"])
@pytest.mark.parametrize("value", [-1, 1.0, True, "1", None, (1, 2, 3)])
def test_windows_that_cannot_be_understood(layer, lead, name, value):
    images, filters = np.ones((1, 4, 4, 1)), np.ones((*lead, 2, 2, 1, 1))
    message = complaint(layer, images, filters, **{name: value})
    assert message.startswith(f"{name} is ")
    if isinstance(value, str) and name == "padding":
        assert '"valid", "same", "full"' in message


def test_banks_for_other_positions():
    message = complaint(unshared_conv2d, np.ones((1, 4, 4, 1)), np.ones((2, 2, 2, 2, 1, 5)))
    assert "2×2 positions, but the output has 3×3" in message
    assert "(3, 3, 2, 2, 1, 5)" in message
    filters = np.ones((output_size(4, 2, padding="same"),) * 2 + (2, 2, 1, 5))
    assert unshared_conv2d(np.ones((1, 4, 4, 1)), filters, padding="same").shape == (1, 4, 4, 5)
