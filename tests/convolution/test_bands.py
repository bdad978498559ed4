"""Batches and images a band at a time: the same numbers, and little memory."""

import math
import tracemalloc
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.convolution import (
    BORDERS,
    bands,
    conv2d,
    convolve1d,
    correlate2d,
    tiled_conv2d,
    unshared_conv2d,
)

STABLE = settings(derandomize=True, deadline=None, max_examples=150)
SIDE = st.integers(1, 12)
PADDINGS = st.one_of(st.sampled_from(["valid", "same", "full"]), st.integers(0, 5))


def options_that_fit(shape, kernel, padding, dilation):
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    if padding == "valid" or isinstance(padding, int):
        more = 0 if padding == "valid" else 2 * padding
        return all(n + more >= span for n, span in zip(shape, spans, strict=True))
    return True


@given(
    st.data(),
    st.tuples(SIDE, SIDE),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    PADDINGS,
    st.sampled_from(BORDERS),
    st.sampled_from([100, 400, 2000]),
)
@STABLE
def test_bands_make_up_the_whole(data, shape, kernel, padding, border, room):
    stride = data.draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    dilation = data.draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    if not options_that_fit(shape, kernel, padding, dilation):
        return
    options = {"padding": padding, "stride": stride, "dilation": dilation, "border": border}
    random = np.random.default_rng(0)
    groups, dtype = (
        data.draw(st.sampled_from([1, 2, 4])),
        data.draw(st.sampled_from("u1 f4 f8".split())),
    )
    images = random.integers(0, 9, (3, *shape, 4)).astype(dtype)
    filters = random.integers(0, 9, (*kernel, 4 // groups, 4)).astype(dtype)
    bias = random.integers(0, 9, 4).astype(dtype)
    whole = conv2d(images, filters, bias, groups=groups, **options)
    image = correlate2d(images[0, :, :, 0], filters[:, :, 0, 0], **options)
    with mock.patch.object(bands, "BAND_BYTES", room):
        cut = conv2d(images, filters, bias, groups=groups, **options)
        assert_array_equal(cut, whole)
        assert cut.dtype == whole.dtype
        assert_array_equal(correlate2d(images[0, :, :, 0], filters[:, :, 0, 0], **options), image)


@pytest.mark.parametrize("method", ["auto", "direct", "im2col", "fft"])
@pytest.mark.parametrize("border", BORDERS)
def test_every_method_takes_bands(method, border):
    random = np.random.default_rng(1)
    images, filters = random.normal(size=(2, 40, 50, 3)), random.normal(size=(11, 12, 3, 2))
    options = {"padding": "same", "border": border, "method": method}
    whole = conv2d(images, filters, **options)
    with mock.patch.object(bands, "BAND_BYTES", 20_000):
        assert_allclose(conv2d(images, filters, **options), whole, atol=1e-10)


def test_a_window_larger_than_a_band_is_taken_as_it_is():
    random = np.random.default_rng(2)
    image, kernel = random.normal(size=(30, 41)), random.normal(size=(30, 41))
    whole = correlate2d(image, kernel, padding="same", border="wrap")
    with mock.patch.object(bands, "BAND_BYTES", 100):
        cut = correlate2d(image, kernel, padding="same", border="wrap")
    assert_allclose(cut, whole, atol=1e-10)
    # The whole correlation of periodic images is that of their transforms.
    product = np.fft.fft2(image) * np.conj(np.fft.fft2(kernel))
    assert_allclose(np.roll(np.fft.ifft2(product).real, (14, 20), (0, 1)), whole, atol=1e-9)


def scratch(function):
    tracemalloc.start()
    out = function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (peak - out.nbytes) / 2**20


LARGE = {
    "zeros": {"padding": "same"},
    "reflected": {"padding": "same", "border": "reflect"},
    "backwards": {},
    "float16": {"dtype": "f2"},
    "bytes": {"dtype": "u1", "stride": 3},
    "two groups": {"groups": 2, "stride": 2},
    "one image": {"padding": "same"},
}


@pytest.mark.parametrize("case", LARGE)
def test_no_copy_of_a_whole_batch_is_made(case):
    options = dict(LARGE[case])
    shape = (1, 1024, 1536, 8) if case == "one image" else (12, 256, 512, 8)
    images = np.ones(shape, options.pop("dtype", "f8"))
    if case == "backwards":
        images = images[:, ::-1]
    filters = np.ones((3, 3, 8 // options.get("groups", 1), 2), images.dtype)
    assert scratch(lambda: conv2d(images, filters, **options)) < 64


def test_a_long_signal_may_wrap_around_or_be_reflected():
    signal, kernel = np.ones(10_000_000), np.ones(5)
    for border in BORDERS:
        assert scratch(lambda b=border: convolve1d(signal, kernel, padding="same", border=b)) < 64


def test_local_layers_take_some_images_at_a_time():
    images = np.ones((40, 128, 128, 8))
    tiles = np.ones((2, 2, 3, 3, 8, 1))
    assert scratch(lambda: tiled_conv2d(images, tiles, padding="same")) < 64
    banks = np.ones((42, 42, 3, 3, 8, 1))
    assert scratch(lambda: unshared_conv2d(images, banks, stride=3)) < 64
    # As before, image by image.
    random = np.random.default_rng(0)
    images, bias = random.normal(size=(40, 128, 128, 8)), random.normal(size=(42, 42, 1))
    whole = unshared_conv2d(images, banks, bias, stride=3)
    assert_allclose(unshared_conv2d(images[-1:], banks, bias, stride=3), whole[-1:])


def test_a_band_keeps_to_its_room():
    assert math.log2(bands.BAND_BYTES) < 25
