"""Filters that see a part of the channels: against the definition, Keras and PyTorch."""

import tracemalloc

import numpy as np
import pytest
from geometry import geometries, whole_numbers
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.convolution import conv2d

STABLE = settings(derandomize=True, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
FEW = st.integers(1, 3)
DTYPES = "? u1 i4 u8 f2 f4 f8 g".split()


@pytest.fixture(scope="module")
def layers():
    import keras

    return keras.layers


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def one_by_one(images, filters, bias, groups, g):
    """Each filter on its own part of the channels, as if there were no other."""
    sees, makes = filters.shape[2], filters.shape[3] // groups
    maps = []
    for o in range(filters.shape[3]):
        first = o // makes * sees
        seen = images[..., first : first + sees]
        maps.append(conv2d(seen, filters[..., o : o + 1], bias[o : o + 1], **g.arguments))
    return np.concatenate(maps, axis=3)


@given(geometries(), FEW, FEW, FEW, st.sampled_from(DTYPES), SEEDS)
@settings(STABLE, max_examples=200)
def test_against_the_definition(g, groups, sees, makes, dtype, seed):
    images = whole_numbers((2, *g.image, groups * sees), seed, dtype)
    filters = whole_numbers((*g.kernel, sees, groups * makes), seed + 1, dtype)
    bias = whole_numbers((groups * makes,), seed + 2, dtype)
    expected = one_by_one(images, filters, bias, groups, g)
    for method in ("auto", "direct", "im2col"):
        actual = conv2d(images, filters, bias, groups=groups, method=method, **g.arguments)
        assert_array_equal(actual, expected)
        assert actual.dtype == expected.dtype
    by_fft = conv2d(images, filters, bias, groups=groups, method="fft", **g.arguments)
    assert_allclose(by_fft.astype("f8"), expected.astype("f8"), rtol=1e-2, atol=1e-3)


@given(geometries(), FEW, FEW, FEW, SEEDS)
@settings(STABLE, max_examples=100)
def test_against_torch(torch, g, groups, sees, makes, seed):
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(2, *g.image, groups * sees))
    filters = rng.normal(size=(*g.kernel, sees, groups * makes))
    padded = np.pad(images, [(0, 0), *g.zeros, (0, 0)])
    expected = torch.nn.functional.conv2d(
        torch.from_numpy(padded.transpose(0, 3, 1, 2).copy()),
        torch.from_numpy(filters.transpose(3, 2, 0, 1).copy()),
        stride=g.strides,
        dilation=g.dilations,
        groups=groups,
    )
    actual = conv2d(images, filters, groups=groups, **g.arguments)
    assert_allclose(actual, expected.numpy().transpose(0, 2, 3, 1), rtol=1e-9, atol=1e-9)


@given(geometries(words=("valid", "same"), numbers=False, strides=st.just(1)), FEW, FEW, FEW, SEEDS)
@settings(STABLE, max_examples=30)
def test_against_keras(layers, g, groups, sees, makes, seed):
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(2, *g.image, groups * sees)).astype("f4")
    options = {"padding": g.padding, "dilation_rate": g.dilations}
    layer = layers.Conv2D(groups * makes, g.kernel, groups=groups, **options)
    expected = np.asarray(layer(images))
    kernel, bias = layer.get_weights()
    actual = conv2d(images, kernel, bias, groups=groups, **g.arguments)
    assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


@given(geometries(words=("valid", "same"), numbers=False, dilations=st.just(1)), FEW, FEW, SEEDS)
@settings(STABLE, max_examples=30)
def test_depthwise_against_keras_own_layer(layers, g, channels, times, seed):
    stride = g.strides[0]
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(2, *g.image, channels)).astype("f4")
    layer = layers.DepthwiseConv2D(g.kernel, stride, g.padding, depth_multiplier=times)
    expected = np.asarray(layer(images))
    kernel, bias = layer.get_weights()
    assert kernel.shape == (*g.kernel, channels, times)
    actual = conv2d(
        images,
        kernel.reshape(*g.kernel, 1, -1),
        bias,
        groups=channels,
        stride=stride,
        padding=g.padding,
    )
    assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


def test_what_groups_save():
    images = np.ones((1, 5, 5, 8))
    whole, parts, depthwise = np.ones((3, 3, 8, 16)), np.ones((3, 3, 2, 16)), np.ones((3, 3, 1, 16))
    assert conv2d(images, whole)[0, 0, 0, 0] == 9 * 8
    assert conv2d(images, parts, groups=4)[0, 0, 0, 0] == 9 * 2
    assert conv2d(images, depthwise, groups=8)[0, 0, 0, 0] == 9
    assert whole.size == 4 * parts.size == 8 * depthwise.size


@pytest.mark.parametrize("sees", [1, 2])
def test_whole_numbers_are_exact_and_small_ones_do_not_wrap_around(sees):
    images = np.full((1, 4, 4, 2 * sees), 255, np.uint8)
    filters = np.full((2, 2, sees, 2), 2**44 + 1)
    maps = conv2d(images, filters, groups=2)
    assert maps.dtype == np.int64
    assert np.all(maps == 4 * sees * 255 * (2**44 + 1))
    halves = conv2d(np.ones((1, 4, 4, 2050), "f2"), np.ones((2, 2, 1025, 2), "f2"), groups=2)
    assert np.all(halves == np.float16(4100)) and halves.dtype == np.float16


@pytest.mark.parametrize("kernel", [3, 31])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_stays_in_its_windows_and_its_group(value, kernel):
    images = np.ones((1, 40, 40, 4))
    images[0, 39, 39, 1] = value
    for sees in (1, 2):
        filters = np.ones((kernel, kernel, sees, 4))
        groups = 4 // sees
        maps = conv2d(images, filters, groups=groups)
        reached = np.zeros(maps.shape, bool)
        reached[0, -kernel:, -kernel:, [1] if sees == 1 else [0, 1]] = True
        reached[0, : 40 - 2 * kernel + 1] = False
        within = np.arange(41 - kernel) + kernel > 39
        expected = within[:, None, None] & within[:, None] & reached[0].any(axis=(0, 1))
        assert_array_equal(~np.isfinite(maps[0]), expected)


def test_a_large_depthwise_image_needs_little_more_memory_than_its_maps():
    images = np.random.default_rng(0).random((1, 400, 400, 32), dtype="f4")
    filters = np.random.default_rng(1).random((3, 3, 1, 32), dtype="f4")
    tracemalloc.start()
    maps = conv2d(images, filters, groups=32)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    window = images[0, 100:103, 50:53, 7].astype("f8")
    assert_allclose(maps[0, 100, 50, 7], np.sum(window * filters[:, :, 0, 7]), rtol=1e-5)
    assert peak - maps.nbytes < 12e6


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "2", None])
def test_a_number_of_groups_that_is_none(value):
    with pytest.raises(ValueError, match=r"groups is .*: use a whole number of at least 1"):
        conv2d(np.ones((1, 4, 4, 4)), np.ones((2, 2, 2, 4)), groups=value)


@pytest.mark.parametrize(
    ("c_in", "filters", "groups", "words"),
    [
        (4, (2, 2, 2, 6), 3, "groups is 3, but images has 4 channels: use a divisor of 4"),
        (4, (2, 2, 2, 5), 2, "groups is 2, but filters has 5: use a divisor of 5"),
        (4, (2, 2, 4, 6), 2, "2 in each of 2 groups.*filters of shape (2, 2, 2, 6)"),
        (4, (2, 2, 3, 6), 1, "images has 4 channels, but filters takes 3"),
    ],
)
def test_channels_that_do_not_divide(c_in, filters, groups, words):
    with pytest.raises(ValueError) as caught:
        conv2d(np.ones((1, 4, 4, c_in)), np.ones(filters), groups=groups)
    assert all(part in str(caught.value) for part in words.split(".*"))
