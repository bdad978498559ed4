"""The transposed convolution: the way back of conv2d, Keras' layer, PyTorch's, and bad input."""

import doctest
import tracemalloc

import numpy as np
import pytest
from geometry import geometries, whole_numbers
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.convolution import conv2d, conv2d_transpose, convolution_matrix, transposed

STABLE = settings(derandomize=True, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
FEW = st.integers(1, 3)


@pytest.fixture(scope="module")
def layers():
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    return keras.layers


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def left_over(g):
    """Cells of the padded image that no window's stamp reaches, along each axis."""
    return tuple(
        n + sum(zeros) - ((k - 1) * d + 1) - (size - 1) * s
        for n, k, zeros, s, d, size in zip(
            g.image, g.kernel, g.zeros, g.strides, g.dilations, g.output
        )
    )


@given(geometries(), FEW, FEW, FEW, SEEDS)
@settings(STABLE, max_examples=200)
def test_it_is_the_adjoint_of_conv2d(g, groups, sees, makes, seed):
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(2, *g.image, groups * sees))
    filters = rng.normal(size=(*g.kernel, sees, groups * makes))
    maps = conv2d(images, filters, groups=groups, **g.arguments)
    slopes = rng.normal(size=maps.shape)
    # Numbers, as the word "same" of one size may stand for other numbers on another.
    back = conv2d_transpose(
        slopes,
        filters,
        padding=g.zeros,
        stride=g.stride,
        dilation=g.dilation,
        groups=groups,
        output_padding=left_over(g),
    )
    assert back.shape == images.shape
    assert_allclose(np.sum(back * images), np.sum(maps * slopes), rtol=1e-9, atol=1e-9)


@given(geometries(words=("valid", "full")), SEEDS)
@settings(STABLE, max_examples=100)
def test_it_is_the_product_with_the_transposed_matrix(g, seed):
    kernel, slopes = whole_numbers(g.kernel, seed), whole_numbers(g.output, seed + 1)
    matrix = convolution_matrix(kernel, g.image, **g.arguments)
    back = conv2d_transpose(
        slopes[None, :, :, None],
        kernel[:, :, None, None],
        output_padding=left_over(g),
        **g.arguments,
    )
    assert_array_equal(back[0, :, :, 0], (matrix.T @ slopes.ravel()).reshape(g.image))


@given(
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.sampled_from(["valid", "same"]),
    st.integers(1, 4),
    st.none() | st.integers(0, 3),
    FEW,
    FEW,
    SEEDS,
)
@settings(STABLE, max_examples=150)
def test_against_keras(layers, image, kernel, padding, stride, more, c_in, c_out, seed):
    # What Keras, or TensorFlow below it, refuses.
    assume(more is None or more < stride)
    assume(padding == "valid" or more is None or all(more + k % 2 for k in kernel))
    images = np.random.default_rng(seed).normal(size=(2, *image, c_in)).astype("f4")
    layer = layers.Conv2DTranspose(c_out, kernel, stride, padding, output_padding=more)
    expected = np.asarray(layer(images))
    options = {"stride": stride, "padding": padding, "output_padding": more}
    actual = conv2d_transpose(images, *layer.get_weights(), **options)
    assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)
    assert actual.dtype == np.float32


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("dilation", [2, 3])
def test_dilated_against_keras(layers, padding, dilation):
    images = np.random.default_rng(0).normal(size=(2, 5, 6, 3)).astype("f4")
    layer = layers.Conv2DTranspose(2, (2, 3), padding=padding, dilation_rate=dilation)
    expected = np.asarray(layer(images))
    options = {"padding": padding, "dilation": dilation}
    actual = conv2d_transpose(images, *layer.get_weights(), **options)
    assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


@given(
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    geometries(words=("valid",), numbers=False),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    FEW,
    FEW,
    FEW,
    SEEDS,
)
@settings(STABLE, max_examples=200)
def test_against_torch(torch, image, g, padding, more, groups, sees, makes, seed):
    limits = [max(s, d) for s, d in zip(g.strides, g.dilations)]
    assume(all(r < limit for r, limit in zip(more, limits)))
    sizes = [
        (n - 1) * s + (k - 1) * d + 1 - 2 * p + r
        for n, k, s, d, p, r in zip(image, g.kernel, g.strides, g.dilations, padding, more)
    ]
    assume(min(sizes) > 0)
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(2, *image, groups * sees))
    filters = rng.normal(size=(*g.kernel, makes, groups * sees))
    bias = rng.normal(size=groups * makes)
    expected = torch.nn.functional.conv_transpose2d(
        torch.from_numpy(images.transpose(0, 3, 1, 2).copy()),
        torch.from_numpy(filters.transpose(3, 2, 0, 1).copy()),
        torch.from_numpy(bias),
        stride=g.strides,
        padding=padding,
        output_padding=more,
        dilation=g.dilations,
        groups=groups,
    )
    actual = conv2d_transpose(
        images,
        filters,
        bias,
        stride=g.stride,
        padding=padding,
        output_padding=more,
        dilation=g.dilation,
        groups=groups,
    )
    assert list(actual.shape[1:3]) == sizes
    assert_allclose(actual, expected.numpy().transpose(0, 2, 3, 1), rtol=1e-9, atol=1e-9)


def test_the_sizes_of_the_guide():
    # V. Dumoulin and F. Visin (2016), figures 4.1 to 4.7: input, kernel, stride, padding of the
    # convolution that is turned back, output padding, and the size that comes out.
    for n, k, s, p, r, size in (
        (2, 3, 1, 0, 0, 4),
        (5, 4, 1, 2, 0, 4),
        (5, 3, 1, 1, 0, 5),
        (7, 3, 1, 2, 0, 5),
        (2, 3, 2, 0, 0, 5),
        (3, 3, 2, 1, 0, 5),
        (3, 3, 2, 1, 1, 6),
    ):
        images, filters = np.ones((1, n, n, 1)), np.ones((k, k, 1, 1))
        larger = conv2d_transpose(images, filters, stride=s, padding=p, output_padding=r)
        assert larger.shape == (1, size, size, 1)
        assert conv2d(larger, filters, stride=s, padding=p).shape == images.shape


def test_stamps_that_overlap_unevenly_make_a_chequerboard():
    # Where 3 isn't a multiple of 2, every other cell gets two stamps.
    images = np.ones((1, 1, 4, 1))
    uneven = conv2d_transpose(images, np.ones((1, 3, 1, 1)), stride=(1, 2))
    assert uneven.ravel().tolist() == [1, 1, 2, 1, 2, 1, 2, 1, 1]
    even = conv2d_transpose(images, np.ones((1, 4, 1, 1)), stride=(1, 2))
    assert even.ravel().tolist() == [1, 1, 2, 2, 2, 2, 2, 2, 1, 1]


@pytest.mark.parametrize(
    ("images", "filters", "bias", "result"),
    [
        ("u1", "i1", "i1", "i8"),
        ("?", "?", None, "i8"),
        ("u8", "i8", None, "f8"),
        ("f2", "f2", "f2", "f2"),
        ("f4", "i8", "i8", "f4"),
        ("f4", "f4", "f8", "f8"),
        ("g", "f8", "f4", "g"),
    ],
)
def test_dtypes_and_exactness(images, filters, bias, result):
    images, filters = np.full((2, 3, 3, 2), 1, images), np.full((2, 2, 3, 2), 1, filters)
    bias = None if bias is None else np.ones(3, bias)
    out = conv2d_transpose(images, filters, bias)
    assert out.dtype == np.dtype(result)
    assert np.all(out[:, 1, 1] == 8 + (bias is not None))
    large = conv2d_transpose(np.full((1, 2, 2, 1), 255, "u1"), np.full((2, 2, 1, 1), 2**44 + 1))
    assert large[0, 1, 1, 0] == 4 * 255 * (2**44 + 1)


def test_inputs_are_left_alone_and_a_large_image_needs_little_more_memory():
    images = np.random.default_rng(0).random((1, 256, 256, 16), dtype="f4")
    filters = np.random.default_rng(1).random((4, 4, 8, 16), dtype="f4")
    before = images.copy(), filters.copy()
    tracemalloc.start()
    out = conv2d_transpose(images, filters, stride=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert_array_equal(images, before[0])
    assert_array_equal(filters, before[1])
    assert peak < 2 * out.nbytes + 2 * transposed.PRODUCT_BYTES_AT_ONCE


# Bad input


def complaint(*arguments, **options):
    with pytest.raises(ValueError) as caught:
        conv2d_transpose(*arguments, **options)
    message = str(caught.value)
    assert ": " in message, f"no remedy in: {message}"
    return message


IMAGES, FILTERS = np.ones((1, 3, 3, 4)), np.ones((2, 2, 3, 4))


def test_what_does_not_fit_is_named():
    assert "images has 4 channels, but filters takes 3" in complaint(IMAGES, np.ones((2, 2, 4, 3)))
    assert "groups is 3, but images has 4" in complaint(IMAGES, FILTERS, groups=3)
    message = complaint(IMAGES, FILTERS, np.ones(4))
    assert "give one number a filter, shape (3,)" in message
    assert "(6,)" in complaint(IMAGES, FILTERS, np.ones(3), groups=2)
    assert "leaves nothing of 4 cells: use less padding" in complaint(IMAGES, FILTERS, padding=2)
    assert complaint(IMAGES[0], FILTERS).startswith("images has 3 axes")
    assert complaint(IMAGES, FILTERS[0]).startswith("filters has 3 axes")
    message = complaint(IMAGES, FILTERS, stride=2, output_padding=2)
    assert message == "output_padding is 2: use less than the stride, at most 1 here"
    message = complaint(IMAGES, FILTERS, stride=2, padding="same", output_padding=0)
    assert message.startswith("output_padding is 0") and "leave it out for 6 cells" in message


@pytest.mark.parametrize("name", ["stride", "dilation", "padding", "output_padding", "groups"])
@pytest.mark.parametrize("value", [-1, 1.0, True, "1", (1, 2, 3)])
def test_windows_that_cannot_be_understood(name, value):
    assert complaint(IMAGES, FILTERS, **{name: value}).startswith(f"{name} is ")


def test_examples():
    assert doctest.testmod(transposed).failed == 0
