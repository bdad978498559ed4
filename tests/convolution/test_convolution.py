"""Signals and single images: against SciPy, against the definitions, and with bad input."""

import doctest
from unittest import mock

import numpy as np
import pytest
import scipy.signal
from geometry import correlate_by_scipy, geometries, whole_numbers, zeros_of
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.convolution import (
    convolution_matrix,
    convolve1d,
    convolve2d,
    correlate1d,
    correlate2d,
    correlation,
    direct_sums,
    fft_convolve2d,
    fourier,
    output_size,
    pad,
    patches,
    sliding,
    windows,
)

# The same examples in every run, so that a red test means a changed program, not a lucky draw; and
# no time limit for one, as a shared machine may pause at any moment.
STABLE = settings(derandomize=True, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
DTYPES = "? u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 g".split()
FLOATS = "f2 f4 f8 g".split()


def example_image(dtype="f8"):
    """The 5×5 image of the lectures."""
    rows = ["11100", "01110", "00111", "00110", "01100"]
    return np.array([[int(cell) for cell in row] for row in rows], dtype)


# Sizes


@given(geometries())
@settings(STABLE, max_examples=300)
def test_output_size_is_the_number_of_windows_and_the_length_of_the_output(g):
    sizes = []
    for axis in (0, 1):
        padding = g.padding if isinstance(g.padding, str) else g.zeros[axis]
        arguments = {"padding": padding, "stride": g.strides[axis], "dilation": g.dilations[axis]}
        sizes.append(output_size(g.image[axis], g.kernel[axis], **arguments))
        signal, kernel = np.ones(g.image[axis]), np.ones(g.kernel[axis])
        assert len(correlate1d(signal, kernel, **arguments)) == sizes[-1]
    assert tuple(sizes) == g.output
    assert correlate2d(np.ones(g.image), np.ones(g.kernel), **g.arguments).shape == g.output


@given(st.integers(1, 200), st.integers(1, 12), st.integers(1, 7), st.integers(1, 5))
@settings(STABLE, max_examples=200)
def test_the_size_formulas_of_the_lectures(n, k, s, d):
    span = d * (k - 1) + 1
    assert output_size(n, k, padding="same", stride=s, dilation=d) == -(-n // s)
    assert output_size(n, k, padding="full", dilation=d) == n + span - 1
    p = span // 2
    assert output_size(n + span, k, padding=p, stride=s, dilation=d) == (n + 2 * p) // s + 1
    if n >= span:
        assert output_size(n, k, stride=s, dilation=d) == (n - (k - 1) * d - 1) // s + 1


def test_sizes_of_the_lectures():
    assert output_size(5, 3, padding="valid") == 3
    assert output_size(5, 3, padding="same") == 5
    assert output_size(5, 3, padding="full") == 7
    assert pad(np.ones((5, 5)), "same", kernel_size=3).shape == (7, 7)
    sides = [28]
    while sides[-1] >= 3:
        sides.append(output_size(sides[-1], 3))
    assert len(sides) - 1 == 13 and sides[-1] == 2
    assert [output_size(12, 3, stride=s) for s in (3, 1)] == [4, 10]
    assert (output_size(28, 5), output_size(12, 5)) == (24, 8)


@given(geometries(), SEEDS)
@settings(STABLE, max_examples=150)
def test_pad_adds_the_zeros_that_a_convolution_adds(g, seed):
    image = whole_numbers(g.image, seed, "i2")
    padded = pad(image, g.padding, kernel_size=g.kernel, stride=g.stride, dilation=g.dilation)
    assert_array_equal(padded, np.pad(image, g.zeros))
    assert padded.dtype == image.dtype
    kernel = whole_numbers(g.kernel, seed + 1)
    assert_array_equal(
        correlate2d(padded, kernel, stride=g.stride, dilation=g.dilation),
        correlate2d(image, kernel, **g.arguments),
    )


def test_pad_of_a_signal_and_of_a_batch():
    assert_array_equal(pad([1, 2], (1, 3)), [0, 1, 2, 0, 0, 0])
    assert_array_equal(pad([1, 2], np.array([1, 3])), [0, 1, 2, 0, 0, 0])
    assert_array_equal(pad([1, 2], np.array(1)), [0, 1, 2, 0])
    assert_array_equal(pad([1, 2, 3], "same", kernel_size=2), [1, 2, 3, 0])
    assert pad(np.ones((2, 3, 4, 5)), ((1, 2), 0)).shape == (2, 6, 4, 5)
    image = np.ones((2, 2))
    assert not np.shares_memory(pad(image, "valid"), image)


def test_every_pixel_is_seen_as_often_as_the_lectures_say():
    def visits(padding):
        windows = convolution_matrix(np.ones((1, 3)), (1, 5), padding=((0, 0), padding))
        return windows.sum(axis=0).tolist()

    assert visits((0, 0)) == [1, 2, 3, 2, 1]
    assert visits((1, 1)) == [2, 3, 3, 3, 2]
    assert visits((2, 2)) == [3, 3, 3, 3, 3]


# One dimension


@given(st.integers(1, 30), st.integers(1, 30), SEEDS)
@settings(STABLE, max_examples=200)
def test_signals_against_numpy(n, k, seed):
    signal, kernel = whole_numbers((n,), seed), whole_numbers((k,), seed + 1)
    assert_array_equal(
        convolve1d(signal, kernel, padding="full"), np.convolve(signal, kernel, "full")
    )
    assert_array_equal(
        correlate1d(signal, kernel, padding="full"), np.correlate(signal, kernel, "full")
    )
    if k <= n:
        assert_array_equal(convolve1d(signal, kernel), np.convolve(signal, kernel, "valid"))
        assert_array_equal(correlate1d(signal, kernel), np.correlate(signal, kernel, "valid"))
    if k <= n:
        # NumPy puts the odd zero of an even kernel elsewhere.
        middle = "same" if k % 2 else (k // 2, (k - 1) // 2)
        same = convolve1d(signal, kernel, padding=middle)
        assert_array_equal(same, np.convolve(signal, kernel, "same"))
        same = correlate1d(signal, kernel, padding=middle)
        assert_array_equal(same, np.correlate(signal, kernel, "same"))
        assert_array_equal(same, scipy.signal.correlate(signal, kernel, "same", "direct"))


@given(geometries(), SEEDS, st.sampled_from(DTYPES))
@settings(STABLE, max_examples=200)
def test_signals_against_the_sum(g, seed, dtype):
    signal, kernel = whole_numbers(g.image[:1], seed, dtype), whole_numbers(g.kernel[:1], seed + 1)
    s, d, zeros = g.strides[0], g.dilations[0], g.zeros[0]
    padding = g.padding if isinstance(g.padding, str) else zeros
    padded = np.pad(signal.astype(float), zeros)
    expected = [
        sum(padded[i * s + m * d] * kernel[m] for m in range(len(kernel)))
        for i in range(g.output[0])
    ]
    actual = correlate1d(signal, kernel, padding=padding, stride=s, dilation=d)
    assert_array_equal(actual, expected)
    flipped = convolve1d(signal, kernel[::-1], padding=padding, stride=s, dilation=d)
    assert_array_equal(flipped, expected)


def test_signals_of_the_lectures():
    arguments = {"padding": "same", "stride": 2}
    assert correlate1d([1, 2, 3, 4], [1, 10, 100], **arguments).tolist() == [321, 43]
    assert correlate1d([1, 2, 3, 4, 5], [1, 10, 100], **arguments).tolist() == [210, 432, 54]


# Two dimensions


@given(geometries(), SEEDS, st.sampled_from(DTYPES), st.sampled_from(DTYPES), st.integers(1, 9))
@settings(STABLE, max_examples=600)
def test_images_against_scipy(g, seed, image_dtype, kernel_dtype, rows_at_once):
    image = whole_numbers(g.image, seed, image_dtype)
    kernel = whole_numbers(g.kernel, seed + 1, kernel_dtype)
    expected = correlate_by_scipy(image.astype("f8"), kernel.astype("f8"), g)
    with mock.patch.object(direct_sums, "ROWS_AT_ONCE", rows_at_once):
        correlated = correlate2d(image, kernel, **g.arguments)
        convolved = convolve2d(image, kernel[::-1, ::-1], **g.arguments)
    assert_array_equal(correlated, expected)
    assert_array_equal(convolved, expected)


@given(geometries(), SEEDS, st.sampled_from(FLOATS))
@settings(STABLE, max_examples=150)
def test_images_of_real_numbers_against_scipy(g, seed, dtype):
    random = np.random.default_rng(seed)
    image, kernel = random.normal(size=g.image), random.normal(size=g.kernel)
    image, kernel = image.astype(dtype), kernel.astype(dtype)
    expected = correlate_by_scipy(image.astype("g"), kernel.astype("g"), g)
    actual = correlate2d(image, kernel, **g.arguments)
    assert actual.dtype == np.dtype(dtype)
    # One rounding for half precision, a sum's worth of them for the others.
    room = 1e-3 if dtype == "f2" else 100 * np.finfo(dtype).eps
    assert_allclose(actual, expected, rtol=room, atol=room)


@given(
    st.tuples(st.integers(1, 14), st.integers(1, 14)),
    st.tuples(st.integers(1, 7), st.integers(1, 7)),
    SEEDS,
)
@settings(STABLE, max_examples=200)
def test_the_modes_of_scipy(image_shape, kernel_shape, seed):
    image, kernel = whole_numbers(image_shape, seed), whole_numbers(kernel_shape, seed + 1)
    fits = all(k <= n for n, k in zip(image_shape, kernel_shape))
    modes = ["full", "valid"] if fits else ["full"]
    if fits:
        modes.append("same")
    for mode in modes:
        padding = mode
        if mode == "same":  # SciPy centres an even kernel elsewhere
            padding = tuple((k // 2, (k - 1) // 2) for k in kernel_shape)
        expected = scipy.signal.convolve2d(image, kernel, mode)
        assert_array_equal(convolve2d(image, kernel, padding=padding), expected)
        assert_allclose(fft_convolve2d(image, kernel, padding=padding), expected, atol=1e-9)
        by_fft = scipy.signal.fftconvolve(image, kernel, mode)
        assert_allclose(convolve2d(image, kernel, padding=padding), by_fft, atol=1e-9)
        expected = scipy.signal.correlate(image, kernel, mode, "direct")
        assert_array_equal(correlate2d(image, kernel, padding=padding), expected)
        if mode == "same" and all(k % 2 for k in kernel_shape):
            assert_array_equal(correlate2d(image, kernel, padding="same"), expected)


def test_a_large_image_against_scipy():
    random = np.random.default_rng(0)
    for dtype in ("f4", "f8"):
        image = random.normal(size=(101, 70)).astype(dtype)
        kernel = random.normal(size=(7, 4)).astype(dtype)
        expected = scipy.signal.correlate2d(image, kernel, "valid")
        assert_allclose(correlate2d(image, kernel), expected, rtol=1e-4, atol=1e-4)


@given(geometries(), SEEDS, st.sampled_from(DTYPES))
@settings(STABLE, max_examples=300)
def test_by_fft_as_directly(g, seed, dtype):
    image, kernel = whole_numbers(g.image, seed, dtype), whole_numbers(g.kernel, seed + 1, dtype)
    by_fft = fft_convolve2d(image, kernel, **g.arguments)
    assert_allclose(by_fft, convolve2d(image, kernel, **g.arguments), atol=2e-4)
    assert by_fft.dtype == (np.float32 if dtype in ("f2", "f4") else np.float64)


@given(geometries(), SEEDS, st.sampled_from(DTYPES))
@settings(STABLE, max_examples=200)
def test_the_way_changes_nothing_but_the_rounding(g, seed, dtype):
    image, kernel = whole_numbers(g.image, seed, dtype), whole_numbers(g.kernel, seed + 1, dtype)
    direct = correlate2d(image, kernel, method="direct", **g.arguments)
    for faster in ("direct", "fft"):
        with mock.patch.object(sliding, "fastest", return_value=faster):
            auto = correlate2d(image, kernel, **g.arguments)
        assert auto.dtype == direct.dtype
        # Sums of small whole numbers have no rounding; that of the transforms is in float64.
        assert_allclose(auto, direct, rtol=0, atol={"f8": 1e-12, "f4": 1e-6}.get(dtype, 0))


CORRELATE = fourier.Circle.correlate


def test_auto_takes_the_way_that_the_sizes_suggest():
    def transforms(image, kernel, dtype="f8", **arguments):
        image, kernel = np.ones(image, dtype), np.ones(kernel, dtype)
        with mock.patch.object(fourier.Circle, "correlate", autospec=True) as spy:
            spy.side_effect = CORRELATE
            correlate2d(image, kernel, **arguments)
        return spy.called

    assert not transforms((512, 512), (3, 3))
    assert not transforms((64, 64), (7, 7))
    assert transforms((256, 256), (41, 41))
    assert transforms((1, 10_000), (1, 300))
    # Integers only where rounding the result makes it exact.
    assert transforms((256, 256), (41, 41), "i8")
    # With a stride the direct sum has less to do, the transform has not.
    assert not transforms((256, 256), (41, 41), stride=8)
    assert not transforms((256, 256), (41, 41), method="direct")
    assert transforms((8, 8), (3, 3), method="fft")


def test_a_large_kernel_against_scipy():
    random = np.random.default_rng(0)
    image, kernel = random.normal(size=(200, 150)), random.normal(size=(40, 51))
    for padding in ("valid", "full"):
        expected = scipy.signal.correlate(image, kernel, padding, method="direct")
        assert_allclose(correlate2d(image, kernel, padding=padding), expected, atol=1e-10)
        turned = kernel[::-1, ::-1]
        assert_allclose(convolve2d(image, turned, padding=padding), expected, atol=1e-10)
    signal, weights = random.normal(size=5000), random.normal(size=400)
    expected = np.correlate(signal, weights, "valid")
    assert_allclose(correlate1d(signal, weights), expected, atol=1e-10)
    assert_allclose(convolve1d(signal, weights[::-1]), expected, atol=1e-10)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_with_a_large_kernel_what_is_not_finite_stays_in_its_windows(value):
    image = np.random.default_rng(0).normal(size=(100, 100))
    image[99, 0] = value
    result = correlate2d(image, np.ones((41, 41)))
    assert_array_equal(np.argwhere(~np.isfinite(result)), [[59, 0]])


def test_an_unknown_method_is_named():
    for function in (correlate2d, convolve2d):
        with pytest.raises(ValueError, match='method is \'fast\': use one of "auto", "direct"'):
            function(np.ones((4, 4)), np.ones((2, 2)), method="fast")
    with pytest.raises(ValueError, match="method is 1"):
        correlate1d(np.ones(4), np.ones(2), method=1)


@given(geometries(), SEEDS)
@settings(STABLE, max_examples=200)
def test_as_a_matrix(g, seed):
    image, kernel = whole_numbers(g.image, seed), whole_numbers(g.kernel, seed + 1)
    for flip, function in ((False, correlate2d), (True, convolve2d)):
        matrix = convolution_matrix(kernel, g.image, **g.arguments, flip=flip)
        product = (matrix @ image.ravel()).reshape(g.output)
        assert_array_equal(product, function(image, kernel, **g.arguments))


@given(
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    SEEDS,
)
@settings(STABLE, max_examples=150)
def test_full_convolution_commutes_and_correlation_comes_back_turned(one_shape, other_shape, seed):
    one, other = whole_numbers(one_shape, seed), whole_numbers(other_shape, seed + 1)
    for function in (convolve2d, fft_convolve2d):
        there, back = (function(*pair, padding="full") for pair in ((one, other), (other, one)))
        assert_allclose(there, back, atol=1e-9)
    turned = correlate2d(other, one, padding="full")[::-1, ::-1]
    assert_array_equal(correlate2d(one, other, padding="full"), turned)


@given(geometries(words=("valid",), numbers=False), SEEDS)
@settings(STABLE, max_examples=100)
def test_patches_are_what_the_windows_see(g, seed):
    image, kernel = whole_numbers(g.image, seed), whole_numbers(g.kernel, seed + 1)
    seen = patches(image, g.kernel, stride=g.stride, dilation=g.dilation)
    assert seen.shape == (*g.output, *g.kernel)
    assert np.shares_memory(seen, image) and not seen.flags.writeable
    products = np.einsum("ijmn,mn->ij", seen, kernel)
    assert_array_equal(products, correlate2d(image, kernel, **g.arguments))


def test_images_of_the_lectures():
    image, kernel = example_image(), [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    assert correlate2d(image, kernel).tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    assert convolve2d(image, kernel).tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    assert correlate2d(image, kernel, stride=2).tolist() == [[4, 4], [2, 4]]
    assert len(patches(image, 3).reshape(-1, 9)) == 9
    small = [[1, 1, 1, 0], [0, 1, 1, 1], [0, 1, 1, 0], [1, 1, 0, 0]]
    assert correlate2d(small, kernel).tolist() == [[4, 3], [3, 4]]


def test_the_flip_in_the_lectures_image():
    image, sobel_x = example_image(), np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    correlated = correlate2d(image, sobel_x)
    assert correlated.tolist() == [[3, 0, -3], [4, 3, -2], [4, 2, -3]]
    assert_array_equal(convolve2d(image, sobel_x), -correlated)
    matrix = convolution_matrix(sobel_x, (5, 5))
    assert matrix.shape == (9, 25)
    assert np.count_nonzero(convolution_matrix([[1, 0, 1], [0, 1, 0], [1, 0, 1]], (5, 5))) == 45


# What goes in and what comes out


@pytest.mark.parametrize(
    ("image", "kernel", "result"),
    [
        ("u1", "i1", "i8"),
        ("?", "?", "i8"),
        ("i8", "i4", "i8"),
        ("u8", "i8", "f8"),
        ("f2", "f2", "f2"),
        ("f4", "f4", "f4"),
        ("f4", "i8", "f4"),
        ("u1", "f4", "f4"),
        ("f4", "f8", "f8"),
        ("f8", "?", "f8"),
        ("g", "f8", "g"),
        (">f4", ">i2", "f4"),
    ],
)
def test_dtypes(image, kernel, result):
    image, kernel = np.ones((4, 4), image), np.ones((2, 2), kernel)
    for function in (correlate2d, convolve2d):
        assert function(image, kernel).dtype == np.dtype(result)
    assert correlate1d(image[0], kernel[0]).dtype == np.dtype(result)


def test_small_integers_do_not_wrap_around():
    image = np.full((3, 3), 255, np.uint8)
    assert correlate2d(image, np.full((3, 3), 255, np.uint8)).tolist() == [[9 * 255**2]]
    assert correlate2d(image, np.full((3, 3), -1, np.int8)).tolist() == [[-9 * 255]]
    assert correlate1d(image[0], image[0]).tolist() == [3 * 255**2]
    assert fft_convolve2d(image, image)[0, 0] == pytest.approx(9 * 255**2)


def test_whole_numbers_beyond_float64_stay_exact():
    image = np.array([[2**53, 1]])
    assert correlate2d(image, [[1, 1]]).tolist() == [[2**53 + 1]]


def test_half_precision_is_rounded_once():
    ones = np.ones((1, 4097), np.float16)
    assert correlate2d(ones, ones).tolist() == [[4096]]  # 4097 isn't a float16
    assert correlate1d(np.float16([2048, 1, 1]), np.ones(3, np.float16)).tolist() == [2050]


def layouts(array):
    """The same numbers in every arrangement in memory that NumPy has."""
    reversed_twice = array[::-1, ::-1].copy()[::-1, ::-1]
    spaced = np.repeat(np.repeat(array, 2, axis=0), 3, axis=1)[::2, ::3]
    read_only = array.copy()
    read_only.setflags(write=False)
    unaligned = np.frombuffer(b"\0" + array.tobytes(), np.uint8)[1:].view(array.dtype)
    unaligned = unaligned.reshape(array.shape)
    broadcast = np.broadcast_to(array[:1, :1], array.shape)
    return {
        "reversed": reversed_twice,
        "spaced": spaced,
        "read-only": read_only,
        "Fortran": np.asfortranarray(array),
        "transposed": array.T.copy().T,
        "big-endian": array.astype(array.dtype.newbyteorder(">")),
        "unaligned": unaligned,
        "list": array.tolist(),
        "broadcast": broadcast,
    }


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4"])
@pytest.mark.parametrize("arguments", [{}, {"padding": "same", "stride": (2, 1), "dilation": 2}])
def test_any_arrangement_in_memory(dtype, arguments):
    image, kernel = whole_numbers((9, 8), 0, dtype), whole_numbers((3, 2), 1, dtype)
    for function in (correlate2d, convolve2d, fft_convolve2d):
        for name, arranged in layouts(image).items():
            plain = np.array(arranged, dtype)
            expected = function(plain, kernel, **arguments)
            actual = function(arranged, kernel, **arguments)
            assert_allclose(actual, expected, atol=1e-4, err_msg=name)
        for name, arranged in layouts(kernel).items():
            plain = np.array(arranged, dtype)
            expected = function(image, plain, **arguments)
            actual = function(image, arranged, **arguments)
            assert_allclose(actual, expected, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "u1", "i8"])
@pytest.mark.parametrize("padding", ["valid", "same", "full", 2])
def test_inputs_are_left_alone_and_results_are_new(dtype, padding):
    image, kernel = whole_numbers((6, 6), 0, dtype), np.ones((1, 1), dtype)
    before = image.copy(), kernel.copy()
    for function in (correlate2d, convolve2d, fft_convolve2d):
        result = function(image, kernel, padding=padding)
        assert not np.shares_memory(result, image) and result.flags.writeable
        result[...] = 77
    for function in (correlate1d, convolve1d):
        function(image[0], kernel[0], padding=padding)[...] = 77
    assert_array_equal(image, before[0])
    assert_array_equal(kernel, before[1])


@given(geometries(), SEEDS, st.sampled_from(FLOATS), st.sampled_from([np.nan, np.inf, -np.inf]))
@settings(STABLE, max_examples=150)
def test_nan_and_infinity_reach_only_the_windows_that_see_them(g, seed, dtype, special):
    image = whole_numbers(g.image, seed, dtype)
    kernel = np.ones(g.kernel, dtype)
    clean = correlate2d(image, kernel, **g.arguments)
    place = seed % image.size
    mark = np.zeros(g.image)
    mark.flat[place] = 1
    sees = correlate2d(mark, kernel, **g.arguments) > 0
    clean_without = clean - correlate2d(mark * image, kernel, **g.arguments)
    image.flat[place] = special
    result = correlate2d(image, kernel, **g.arguments)
    assert_array_equal(result, np.where(sees, special, clean_without))


# Bad input

IMAGE, KERNEL = np.ones((3, 3)), np.ones((2, 2))

BAD_IMAGES = [
    (np.ones(3), "1 axis"),
    (np.ones((2, 2, 2)), "3 axes"),
    (7, "0 axes"),
    (np.ones((0, 3)), "empty"),
    ([], "axis"),
    ([[]], "empty"),
    ([[1, 2], [3]], "equal length"),
    ([["a", "b"]], "is 'a', which is no number"),
    ([[None, 1]], "[0, 0] is None"),
    (None, "is None: give an array"),
    (np.ones((3, 3), complex), "holds complex numbers"),
    (np.ones((3, 3), "M8[s]"), "holds dates"),
]


def complaint(function, *arguments, **options):
    """Return the message of the ValueError that this call must raise."""
    with pytest.raises(ValueError) as caught:
        function(*arguments, **options)
    message = str(caught.value)
    assert ": " in message, f"no remedy in: {message}"
    return message


@pytest.mark.parametrize(("value", "words"), BAD_IMAGES)
@pytest.mark.parametrize("function", [correlate2d, convolve2d, fft_convolve2d])
def test_what_is_no_image_or_kernel(function, value, words):
    for name, arguments in (("image", (value, KERNEL)), ("kernel", (IMAGE, value))):
        message = complaint(function, *arguments)
        assert message.startswith(name) and words in message


@pytest.mark.parametrize("function", [correlate1d, convolve1d])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (IMAGE, "2 axes"),
        (3, "0 axes"),
        ([], "empty"),
        ([1, "a"], "[1] is 'a'"),
        ([[1], [1, 2]], "rows"),
    ],
)
def test_what_is_no_signal(function, value, words):
    for name, arguments in (("x", (value, [1.0])), ("kernel", ([1.0, 2.0], value))):
        message = complaint(function, *arguments)
        assert message.startswith(name) and words in message


def test_a_kernel_that_does_not_fit():
    advice = "pad the image by at least 1 or use a smaller kernel"
    for function in (correlate2d, convolve2d, fft_convolve2d):
        message = complaint(function, np.ones((3, 3)), np.ones((5, 5)))
        assert message == f"kernel 5×5 is larger than the image 3×3: {advice}"
    message = complaint(correlate2d, np.ones((3, 3)), np.ones((3, 3)), dilation=(1, 2))
    assert (
        message
        == f"kernel 3×3, spread over 3×5 by dilation, is larger than the image 3×3: {advice}"
    )
    message = complaint(correlate2d, np.ones((3, 9)), np.ones((8, 2)), padding=1)
    assert (
        "8×2 is larger than the image 3×9 (padded to 5×11): pad the image by at least 2 more"
        in message
    )
    assert "kernel 4 is larger than the signal 3" in complaint(correlate1d, np.ones(3), np.ones(4))
    assert "kernel 4 is larger than the input 3" in complaint(output_size, 3, 4)
    assert "patch 4×4 is larger than the image" in complaint(patches, IMAGE, 4)
    assert "at least 1" in complaint(convolution_matrix, np.ones((5, 5)), (3, 3))


@pytest.mark.parametrize(("image", "kernel", "advised"), [((3, 3), (5, 5), 1), ((2, 7), (7, 7), 3)])
def test_the_advised_padding_is_enough(image, kernel, advised):
    message = complaint(correlate2d, np.ones(image), np.ones(kernel))
    assert f"at least {advised} " in message
    correlate2d(np.ones(image), np.ones(kernel), padding=advised)
    complaint(correlate2d, np.ones(image), np.ones(kernel), padding=advised - 1)


CALLS = [
    lambda **options: correlate2d(IMAGE, KERNEL, **options),
    lambda **options: convolve2d(IMAGE, KERNEL, **options),
    lambda **options: fft_convolve2d(IMAGE, KERNEL, **options),
    lambda **options: convolution_matrix(KERNEL, (3, 3), **options),
    lambda **options: pad(IMAGE, **{"padding": "same", "kernel_size": 2, **options}),
    lambda **options: correlate1d(IMAGE[0], KERNEL[0], **options),
    lambda **options: convolve1d(IMAGE[0], KERNEL[0], **options),
    lambda **options: output_size(3, 2, **options),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ["stride", "dilation"])
@pytest.mark.parametrize("value", [0, -1, 1.0, 1.5, "1", None, True, (1, 2, 3), (1, 0), np.nan])
def test_a_stride_or_dilation_that_is_none(call, name, value):
    message = complaint(call, **{name: value})
    assert message.startswith(f"{name} is ")
    assert "whole number of at least 1" in message or "pair (vertical, horizontal)" in message


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "value", ["VALID", "causal", "", None, (1, 2, 3), {1: 2}, [], ((1, 2, 3), 1)]
)
def test_a_padding_that_is_unknown(call, value):
    message = complaint(call, padding=value)
    if "number of at least" not in message:  # a pair (before, after) has three numbers inside
        for word in ('"valid"', '"same"', '"full"', "a number of zeros", "pair"):
            assert word in message
    assert message.startswith("padding is ")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("value", [-1, 1.5, True, (1, -1), (1, 0.5), np.float64(1)])
def test_a_padding_that_is_no_number_of_zeros(call, value):
    message = complaint(call, padding=value)
    assert message.startswith("padding is ") and "whole number of at least 0" in message


def test_other_arguments_that_are_bad():
    for n, k in ((0, 1), (1, 0), (2.0, 1), (-3, 1), ("28", 5)):
        assert "whole number of at least 1" in complaint(output_size, n, k)
    assert "kernel_size is missing" in complaint(pad, IMAGE, "same")
    assert "kernel_size is missing" in complaint(pad, IMAGE, "full")
    assert "kernel_size is 0" in complaint(pad, IMAGE, "same", kernel_size=0)
    assert "3 axes" in complaint(pad, np.ones((2, 2, 2)), 1)
    assert "image_shape is 0" in complaint(convolution_matrix, KERNEL, (0, 3))
    assert "image_shape" in complaint(convolution_matrix, KERNEL, (3, 3, 1))
    assert "kernel_size is 1.5" in complaint(patches, IMAGE, 1.5)


@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))
@settings(STABLE, max_examples=100)
def test_what_same_pads_is_what_tensorflow_documents(n, k, s, d):
    before, after = zeros_of("same", n, k, s, d)
    assert_array_equal(
        pad(np.ones(n), "same", kernel_size=k, stride=s, dilation=d),
        np.pad(np.ones(n), (before, after)),
    )
    assert after - before in (0, 1)


def test_the_examples_of_the_docstrings():
    for module in (correlation, windows):
        assert doctest.testmod(module).failed == 0


@given(geometries(), SEEDS)
@settings(STABLE, max_examples=100)
def test_fft_on_images_and_kernels_of_a_single_cell(g, seed):
    for image_shape, kernel_shape in (((1, 1), g.kernel), (g.image, (1, 1)), ((1, 1), (1, 1))):
        image, kernel = whole_numbers(image_shape, seed), whole_numbers(kernel_shape, seed + 1)
        for padding in (1, ((0, 9), (4, 0)), "full"):
            options = {"padding": padding, "stride": g.stride}
            try:
                expected = convolve2d(image, kernel, method="direct", **options)
            except ValueError:  # the kernel doesn't fit
                continue
            assert_allclose(fft_convolve2d(image, kernel, **options), expected, atol=1e-12)


def test_fft_of_a_single_cell_with_zeros_around_it():
    expected = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert_allclose(fft_convolve2d([[1]], [[1]], padding=1), expected, atol=1e-15)
