"""What stands beyond the border: against NumPy, SciPy, TensorFlow, PyTorch, and with bad input."""

import doctest

import numpy as np
import pytest
import scipy.linalg
import scipy.ndimage
from geometry import geometries, whole_numbers
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.convolution import (
    BORDERS,
    bordered,
    borders,
    conv2d,
    convolution_matrix,
    convolve1d,
    convolve2d,
    correlate1d,
    correlate2d,
    fft_convolve2d,
    gather,
    pad,
    plan_image,
    tiled_conv2d,
    unshared_conv2d,
)

STABLE = settings(derandomize=True, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
OF_NUMPY = {"zeros": "constant", "reflect": "reflect", "repeat": "edge", "wrap": "wrap"}
OF_SCIPY = {"zeros": "constant", "reflect": "mirror", "repeat": "nearest", "wrap": "wrap"}
OF_TORCH = {"zeros": "constant", "reflect": "reflect", "repeat": "replicate", "wrap": "circular"}
every_border = pytest.mark.parametrize("border", BORDERS)
bounds = st.sampled_from(BORDERS)


@pytest.fixture(scope="module")
def tf():
    import course_utils.quiet_tensorflow  # noqa: F401

    import tensorflow

    return tensorflow


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


@pytest.mark.parametrize(
    ("border", "cells"),
    [
        ("zeros", [0, 0, 1, 2, 3, 4, 0, 0]),
        ("reflect", [3, 2, 1, 2, 3, 4, 3, 2]),
        ("repeat", [1, 1, 1, 2, 3, 4, 4, 4]),
        ("wrap", [3, 4, 1, 2, 3, 4, 1, 2]),
    ],
)
def test_the_table_of_the_door(border, cells):
    assert pad([1, 2, 3, 4], 2, border=border).tolist() == cells


@given(st.integers(1, 8), st.integers(0, 20), st.integers(0, 20), bounds)
@settings(STABLE, max_examples=300)
def test_pad_against_numpy_also_where_more_is_added_than_there_is(n, before, after, border):
    signal = np.arange(1, n + 1)
    expected = np.pad(signal, (before, after), mode=OF_NUMPY[border])
    assert_array_equal(pad(signal, (before, after), border=border), expected)


@given(geometries(), bounds, SEEDS)
@settings(STABLE, max_examples=200)
def test_every_function_sees_what_numpys_pad_would_add(g, border, seed):
    image = whole_numbers(g.image, seed, "i2")
    padded = np.pad(image, g.zeros, mode=OF_NUMPY[border])
    kernel = whole_numbers(g.kernel, seed + 1, "i2")
    where = {"padding": g.padding, "stride": g.stride, "dilation": g.dilation, "border": border}
    sizes = {"kernel_size": g.kernel, **where}
    assert_array_equal(pad(image, **sizes), padded)
    on_padded = {"stride": g.stride, "dilation": g.dilation}
    expected = correlate2d(padded, kernel, **on_padded)
    flipped = kernel[::-1, ::-1]
    assert_array_equal(correlate2d(image, kernel, **where), expected)
    assert_array_equal(convolve2d(image, flipped, **where), expected)
    assert_allclose(fft_convolve2d(image, flipped, **where), expected, atol=1e-9)
    assert_array_equal(correlate2d(image, kernel, method="direct", **where), expected)
    for flip, one in ((False, kernel), (True, flipped)):
        matrix = convolution_matrix(one, g.image, flip=flip, **where)
        assert_array_equal((matrix @ image.ravel()).reshape(expected.shape), expected)
    images, bank = image[None, :, :, None], kernel[:, :, None, None]
    banks = np.broadcast_to(bank, (*g.output, *bank.shape))
    for method in ("direct", "im2col", "auto"):
        maps = conv2d(images, bank, method=method, **where)
        assert_array_equal(maps[0, :, :, 0], expected)
    assert_array_equal(unshared_conv2d(images, banks, **where), maps)
    assert_array_equal(tiled_conv2d(images, banks[:1, :1], **where), maps)


@given(st.integers(1, 14), st.integers(1, 5), st.integers(0, 6), bounds, SEEDS)
@settings(STABLE, max_examples=100)
def test_signals_too(n, k, amount, border, seed):
    n = max(n, k - 2 * amount)
    signal, kernel = whole_numbers((n,), seed), whole_numbers((k,), seed + 1)
    expected = correlate1d(np.pad(signal, amount, mode=OF_NUMPY[border]), kernel)
    assert_array_equal(correlate1d(signal, kernel, padding=amount, border=border), expected)
    convolved = convolve1d(signal, kernel[::-1], padding=amount, border=border)
    assert_array_equal(convolved, expected)


@every_border
def test_same_against_scipys_filters(border):
    image, kernel = whole_numbers((7, 9), 0), whole_numbers((5, 3), 1)
    expected = scipy.ndimage.correlate(image, kernel, mode=OF_SCIPY[border])
    assert_array_equal(correlate2d(image, kernel, padding="same", border=border), expected)
    expected = scipy.ndimage.convolve(image, kernel, mode=OF_SCIPY[border])
    assert_array_equal(convolve2d(image, kernel, padding="same", border=border), expected)


@given(st.integers(1, 3), st.integers(1, 3), SEEDS)
@settings(STABLE, max_examples=20)
def test_reflection_against_tensorflow(tf, channels, filters, seed):
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(2, 6, 7, channels))
    bank = rng.normal(size=(3, 5, channels, filters))
    padded = tf.pad(images, [(0, 0), (1, 1), (2, 2), (0, 0)], mode="REFLECT")
    expected = tf.nn.conv2d(padded, bank, 1, "VALID").numpy()
    actual = conv2d(images, bank, padding="same", border="reflect")
    assert_allclose(actual, expected, rtol=1e-9, atol=1e-9)


@every_border
def test_layers_of_torch_with_their_padding_modes(torch, border):
    rng = np.random.default_rng(1)
    images, bank = rng.normal(size=(2, 6, 7, 4)), rng.normal(size=(3, 5, 2, 6))
    words = {"padding_mode": "zeros" if border == "zeros" else OF_TORCH[border]}
    layer = torch.nn.Conv2d(4, 6, (3, 5), stride=2, padding=(1, 2), groups=2, **words).double()
    with torch.no_grad():
        layer.weight[...] = torch.from_numpy(bank.transpose(3, 2, 0, 1).copy())
        expected = layer(torch.from_numpy(images).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        bias = layer.bias.numpy()
    actual = conv2d(images, bank, bias, padding=(1, 2), stride=2, groups=2, border=border)
    assert_allclose(actual, expected.numpy(), rtol=1e-9, atol=1e-9)


def test_on_a_ring_the_matrix_is_circulant():
    kernel = np.array([[1, 2, 3]])
    matrix = convolution_matrix(kernel, (1, 6), padding="same", border="wrap", flip=True)
    assert_array_equal(matrix, scipy.linalg.circulant([2, 3, 0, 0, 0, 1]))


def test_a_shift_on_a_ring_loses_nothing():
    image = whole_numbers((5, 6), 0)
    shift = np.zeros((3, 3))
    shift[0, 2] = 1
    moved = correlate2d(image, shift, padding="same", border="wrap")
    assert_array_equal(moved, np.roll(image, (1, -1), axis=(0, 1)))


@given(geometries(), bounds, SEEDS)
@settings(STABLE, max_examples=150)
def test_gather_is_the_adjoint_of_bordered(g, border, seed):
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(2, *g.image, 3))
    plans = plan_image(g.image, g.kernel, g.padding, g.stride, g.dilation, ("images", "windows"))
    if border == "zeros":
        extended = np.pad(images, [(0, 0), *g.zeros, (0, 0)])
    else:
        extended, left = bordered(images, plans, border, first=1)
        assert all(plan.before == plan.after == 0 for plan in left)
    other = rng.normal(size=extended.shape)
    gathered = gather(other, plans, border)
    assert gathered.shape == images.shape
    assert_allclose(np.sum(gathered * images), np.sum(other * extended), rtol=1e-9, atol=1e-9)


@every_border
def test_inputs_are_left_alone_and_never_shared(border):
    image = whole_numbers((4, 5), 0)
    before = image.copy()
    for padding in (0, 2):
        padded = pad(image, padding, border=border)
        assert not np.shares_memory(padded, image)
        padded[...] = 77
    assert_array_equal(image, before)


def test_what_is_not_finite_is_repeated_too():
    image = np.ones((3, 3))
    image[0, 0] = np.nan
    seen = correlate2d(image, np.ones((1, 3)), padding=((0, 0), (1, 1)), border="wrap")
    assert_array_equal(np.isnan(seen), [[1, 1, 1], [0, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize("value", ["mirror", "ZEROS", None, 0, ["zeros"]])
def test_an_unknown_border_is_named(value):
    image, images = np.ones((4, 4)), np.ones((1, 4, 4, 1))
    bank = np.ones((2, 2, 1, 1))
    calls = [
        lambda: pad(image, 1, border=value),
        lambda: correlate1d(image[0], image[0], border=value),
        lambda: convolve1d(image[0], image[0], border=value),
        lambda: correlate2d(image, image, border=value),
        lambda: convolve2d(image, image, border=value),
        lambda: fft_convolve2d(image, image, border=value),
        lambda: convolution_matrix(image, (4, 4), border=value),
        lambda: conv2d(images, bank, border=value),
        lambda: tiled_conv2d(images, bank[None, None], border=value),
        lambda: unshared_conv2d(images, np.ones((3, 3, 2, 2, 1, 1)), border=value),
    ]
    for call in calls:
        with pytest.raises(ValueError) as caught:
            call()
        message = str(caught.value)
        assert message.startswith(f"border is {value!r}: use one of ")
        assert all(f'"{border}"' in message for border in BORDERS)


@every_border
def test_more_padding_than_memory_is_refused(border):
    with pytest.raises(ValueError, match="padding.*use less padding"):
        pad(np.ones((2, 2)), 10**12, border=border)


def test_examples():
    assert doctest.testmod(borders).failed == 0
