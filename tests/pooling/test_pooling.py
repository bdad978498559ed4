"""Pooling against TensorFlow, Keras, PyTorch and the definition of each mode; and bad input."""

import doctest

import numpy as np
import pytest
from geometry import geometries, whole_numbers
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from course_utils import pooling
from course_utils.convolution import correlate2d
from course_utils.pooling import (
    MODES,
    distance_weights,
    global_pool2d,
    max_pool2d_argmax,
    pool2d,
)

# The same examples in every run, so that a red test means a changed program, not a lucky draw; and
# no time limit for one, as a shared machine may pause at any moment.
STABLE = settings(derandomize=True, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
DTYPES = "? u1 i2 i8 u8 f2 f4 f8 g".split()
FLOATS = "f2 f4 f8 g".split()

windows = geometries(dilations=st.just(1))
words = geometries(words=("valid", "same"), numbers=False, dilations=st.just(1))


@pytest.fixture(scope="module")
def tf():
    import course_utils.quiet_tensorflow  # noqa: F401

    import tensorflow

    return tensorflow


@pytest.fixture(scope="module")
def layers(tf):
    import keras

    return keras.layers


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def cells_along(n, k, start, d):
    """The numbers of a window's cells along an axis, and their places if they are on the image."""
    places = [(m, start + m * d) for m in range(k)]
    return [m for m, place in places if 0 <= place < n], [
        place for _, place in places if 0 <= place < n
    ]


def by_definition(image, size, rows, columns, mode, dilations=(1, 1)):
    """Each window's cells on the image, gathered one by one and summed up by NumPy."""
    h, w = image.shape
    weights = distance_weights(size)
    out = np.zeros((len(rows), len(columns)), image.dtype)
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            m, down = cells_along(h, size[0], top, dilations[0])
            n, right = cells_along(w, size[1], left, dilations[1])
            cells, near = image[np.ix_(down, right)], weights[np.ix_(m, n)]
            out[i, j] = {
                "max": cells.max,
                "mean": cells.mean,
                "sum": cells.sum,
                "product": cells.prod,
                "l2": lambda: np.sqrt(np.sum(cells**2)),
                "distance": lambda: np.average(cells, weights=near),
            }[mode]()
    return out


def has_an_empty_window(g):
    return any(
        not cells_along(n, k, start, d)[0]
        for n, k, starts, d in zip(g.image, g.kernel, g.starts, g.dilations)
        for start in starts
    )


@given(geometries(), st.sampled_from(MODES), st.sampled_from(DTYPES), SEEDS)
@settings(STABLE, max_examples=500)
def test_against_the_definition(g, mode, dtype, seed):
    assume(not has_an_empty_window(g))
    images = whole_numbers((2, *g.image, 3), seed, dtype)
    arguments = {**g.arguments, "mode": mode}
    b, c = seed % 2, seed % 3
    single = images[b, :, :, c]
    expected = by_definition(single.astype("f8"), g.kernel, *g.starts, mode, g.dilations)
    with np.errstate(over="ignore"):  # the product of a large window is beyond half precision
        actual = pool2d(images, g.kernel, **arguments)
        assert_array_equal(pool2d(single, g.kernel, **arguments), actual[b, :, :, c])
        expected = expected.astype("f2") if dtype == "f2" else expected
    assert actual.shape == (2, *g.output, 3)
    exact = mode in ("max", "sum", "product")
    room = 0 if exact and dtype != "f2" else 1e-3 if dtype == "f2" else 1e-6
    assert_allclose(actual[b, :, :, c], expected, rtol=room, atol=room)


@given(words, st.integers(1, 3), st.integers(1, 3), SEEDS)
@settings(STABLE, max_examples=300)
def test_against_tensorflow(tf, g, batch, channels, seed):
    images = np.random.default_rng(seed).normal(size=(batch, *g.image, channels)).astype("f4")
    for mode, function in (("max", tf.nn.max_pool2d), ("mean", tf.nn.avg_pool2d)):
        expected = function(images, g.kernel, g.strides, g.padding.upper()).numpy()
        actual = pool2d(images, g.kernel, stride=g.stride, padding=g.padding, mode=mode)
        assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
        assert actual.dtype == np.float32


@given(words, st.booleans(), SEEDS)
@settings(STABLE, max_examples=100)
def test_against_keras_layers(layers, g, without_stride, seed):
    images = np.random.default_rng(seed).normal(size=(2, *g.image, 2)).astype("f4")
    stride = None if without_stride else g.strides
    for mode, local, everywhere in (
        ("max", layers.MaxPooling2D, layers.GlobalMaxPooling2D),
        ("mean", layers.AveragePooling2D, layers.GlobalAveragePooling2D),
    ):
        expected = np.asarray(local(g.kernel, stride, g.padding)(images))
        actual = pool2d(images, g.kernel, stride=stride, padding=g.padding, mode=mode)
        assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
        expected = np.asarray(everywhere()(images))
        assert_allclose(global_pool2d(images, mode=mode), expected, rtol=1e-5, atol=1e-6)


@given(words, SEEDS)
@settings(STABLE, max_examples=100)
def test_pooling_by_sum_is_a_convolution_with_ones(g, seed):
    image = whole_numbers(g.image, seed)
    arguments = {"stride": g.stride, "padding": g.padding}
    actual = pool2d(image, g.kernel, mode="sum", **arguments)
    assert_array_equal(actual, correlate2d(image, np.ones(g.kernel), **arguments))


# What PyTorch knows beside


@st.composite
def poolings(draw):
    """Sizes and options that PyTorch takes: padding of at most half a window."""
    size = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    options = {
        "stride": draw(st.tuples(st.integers(1, 4), st.integers(1, 4))),
        "padding": draw(st.tuples(*(st.integers(0, k // 2) for k in size))),
        "ceil_mode": draw(st.booleans()),
    }
    return draw(st.tuples(st.integers(1, 14), st.integers(1, 14))), size, options


def spans(size, dilation):
    return [(k - 1) * d + 1 for k, d in zip(size, dilation)]


@given(poolings(), st.booleans(), SEEDS)
@settings(STABLE, max_examples=300)
def test_the_mean_with_and_without_padding_against_torch(torch, drawn, count, seed):
    image, size, options = drawn
    assume(all(n + 2 * p >= k for n, p, k in zip(image, options["padding"], size)))
    images = np.random.default_rng(seed).normal(size=(2, *image, 3))
    expected = torch.nn.functional.avg_pool2d(
        torch.from_numpy(images).permute(0, 3, 1, 2), size, count_include_pad=count, **options
    )
    actual = pool2d(images, size, mode="mean", count_padding=count, **options)
    assert_allclose(actual, expected.permute(0, 2, 3, 1), rtol=1e-9, atol=1e-9)


@given(poolings(), st.tuples(st.integers(1, 3), st.integers(1, 3)), st.booleans(), SEEDS)
@settings(STABLE, max_examples=400)
def test_the_maximum_and_its_place_against_torch(torch, drawn, dilation, ties, seed):
    image, size, options = drawn
    paddings = options["padding"]
    assume(all(n + 2 * p >= span for n, p, span in zip(image, paddings, spans(size, dilation))))
    shape = (2, *image, 3)
    images = whole_numbers(shape, seed) if ties else np.random.default_rng(seed).normal(size=shape)
    options["dilation"] = dilation
    values, places = torch.nn.functional.max_pool2d(
        torch.from_numpy(images).permute(0, 3, 1, 2), size, return_indices=True, **options
    )
    values, places = (found.permute(0, 2, 3, 1).numpy() for found in (values, places))
    if np.isinf(values).any():  # a window that sees nothing is -inf in PyTorch
        for function in (pool2d, max_pool2d_argmax):
            assert "without a cell" in complaint(function, images, size, **options)
        return
    assert_array_equal(pool2d(images, size, **options), values)
    argmax = max_pool2d_argmax(images, size, **options)
    assert argmax.dtype == np.int64
    assert_array_equal(argmax, places)
    single = max_pool2d_argmax(images[1, :, :, 2], size, **options)
    assert_array_equal(single, argmax[1, :, :, 2])


@given(words, st.integers(1, 3), st.booleans(), SEEDS)
@settings(STABLE, max_examples=100)
def test_the_place_of_the_maximum_against_tensorflow(tf, g, channels, ties, seed):
    shape = (2, *g.image, channels)
    rng = np.random.default_rng(seed)
    images = whole_numbers(shape, seed, "f4") if ties else rng.normal(size=shape).astype("f4")
    _, places = tf.nn.max_pool_with_argmax(images, g.kernel, g.strides, g.padding.upper())
    argmax = max_pool2d_argmax(images, g.kernel, stride=g.stride, padding=g.padding)
    assert_array_equal(argmax * channels + np.arange(channels), places)


@given(geometries(), st.booleans(), st.sampled_from(DTYPES), SEEDS)
@settings(STABLE, max_examples=200)
def test_the_value_at_the_place_is_the_maximum(g, ceil_mode, dtype, seed):
    assume(not has_an_empty_window(g))
    image = whole_numbers(g.image, seed, dtype)
    if seed % 2:
        image = -image if dtype != "?" else image  # below the zeros of a padding
    values = pool2d(image, g.kernel, ceil_mode=ceil_mode, **g.arguments)
    places = max_pool2d_argmax(image, g.kernel, ceil_mode=ceil_mode, **g.arguments)
    assert_array_equal(image.ravel()[places], values)


def test_the_place_of_what_is_not_finite_or_not_a_float():
    image = np.array([[1, np.nan, 3], [np.nan, np.inf, 4]])
    assert max_pool2d_argmax(image, 2, stride=1).tolist() == [[1, 1]]
    assert max_pool2d_argmax(np.full((2, 2), -np.inf), 3, padding=1, stride=1).tolist() == [
        [0, 0],
        [0, 0],
    ]
    near = np.array([[2**60, 2**60 + 1]])
    assert max_pool2d_argmax(near, (1, 2)).tolist() == [[1]]
    lowest = np.full((2, 2), np.iinfo("i1").min, "i1")
    assert max_pool2d_argmax(lowest, 3, padding=1, stride=1).tolist() == [[0, 0], [0, 0]]
    assert max_pool2d_argmax(np.zeros((2, 2), bool), 3, padding=1, stride=1).tolist() == [
        [0, 0],
        [0, 0],
    ]


def test_what_ceil_mode_adds():
    row = np.arange(1.0, 8.0)[None]
    for mode, cut, whole in (
        ("max", [3, 6], [3, 6, 7]),
        ("mean", [2, 5], [2, 5, 7]),
        ("sum", [6, 15], [6, 15, 7]),
    ):
        assert pool2d(row, (1, 3), mode=mode).tolist() == [cut]
        assert pool2d(row, (1, 3), mode=mode, ceil_mode=True).tolist() == [whole]
    # A window that would begin in the padding isn't added.
    assert pool2d(row[:, :4], (1, 2), padding=(0, 1), stride=3, ceil_mode=True).shape == (1, 2)
    assert pool2d(row[:, :2], (1, 3), ceil_mode=True).tolist() == [[2]]
    message = complaint(pool2d, row[:, :2], (1, 9), stride=2, ceil_mode=True)
    assert "larger than the image" in message


@given(words, SEEDS)
@settings(STABLE, max_examples=100)
def test_same_leaves_nothing_over_for_ceil_mode(g, seed):
    image = whole_numbers(g.image, seed)
    arguments = {"stride": g.stride, "padding": "same", "mode": "sum"}
    expected = pool2d(image, g.kernel, **arguments)
    assert_array_equal(pool2d(image, g.kernel, ceil_mode=True, **arguments), expected)


def test_counted_padding_darkens_the_border():
    grey = np.full((3, 3), 9.0)
    arguments = {"stride": 1, "padding": 1, "mode": "mean"}
    assert_array_equal(pool2d(grey, 3, **arguments), grey)
    counted = pool2d(grey, 3, count_padding=True, **arguments)
    assert counted.tolist() == [[4, 6, 4], [6, 9, 6], [4, 6, 4]]


@pytest.mark.parametrize("mode", MODES)
def test_a_batch_of_no_images(mode):
    one, none = np.ones((1, 6, 5, 3), np.float32), np.ones((0, 6, 5, 3), np.float32)
    for call in (
        lambda x: pool2d(x, 2, mode=mode),
        lambda x: pool2d(x, 3, stride=1, padding="same", mode=mode),
        lambda x: pool2d(x, 2, mode=mode, ceil_mode=True, dilation=2),
        lambda x: global_pool2d(x, mode=mode),
        lambda x: max_pool2d_argmax(x, 2),
    ):
        assert call(none).shape == (0, *call(one).shape[1:])
        assert call(none).dtype == call(one).dtype


@pytest.mark.parametrize("mode", MODES)
def test_global_pooling_is_one_window_over_everything(mode):
    images = np.random.default_rng(0).normal(size=(3, 5, 7, 2))
    expected = pool2d(images, (5, 7), mode=mode)[:, 0, 0]
    # The order of the sums is another.
    assert_allclose(global_pool2d(images, mode=mode), expected, rtol=1e-13)
    assert expected.shape == (3, 2)
    assert_allclose(global_pool2d(images[0, :, :, 0], mode=mode), expected[0, 0], rtol=1e-13)


# The lectures


def test_sizes_of_the_lectures():
    image = np.zeros((12, 12))
    assert pool2d(image, 3).shape == (4, 4)
    assert pool2d(image, 3, stride=3).shape == (4, 4)
    assert pool2d(image, 3, stride=1).shape == (10, 10)
    assert pool2d(image, 2, stride=1).shape == (11, 11)
    sides = [28]
    for _ in range(3):
        sides.append(len(pool2d(np.zeros((sides[-1],) * 2), 2)))
    assert sides == [28, 14, 7, 3]


def test_a_shift_changes_every_detector_value_but_only_half_of_the_pooled_ones():
    # I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), figure 9.8.
    before = np.array([[0.1, 1.0, 0.2, 0.1]])
    after = np.array([[0.3, 0.1, 1.0, 0.2]])
    pooled = [pool2d(row, (1, 3), stride=1, padding="same") for row in (before, after)]
    assert np.all(before != after)
    assert pooled[0].tolist() == [[1.0, 1.0, 1.0, 0.2]]
    assert pooled[1].tolist() == [[0.3, 1.0, 1.0, 1.0]]
    assert np.count_nonzero(pooled[0] != pooled[1]) == 2


def test_every_mode_on_one_window():
    window = np.array([[1.0, 2.0], [3.0, 4.0]])
    values = {mode: pool2d(window, 2, mode=mode)[0, 0] for mode in MODES}
    assert values == pytest.approx(
        {"max": 4, "mean": 2.5, "sum": 10, "product": 24, "l2": 30**0.5, "distance": 2.5}
    )


def test_distance_weights():
    weights = distance_weights(3)
    assert weights.sum() == pytest.approx(1)
    corner, edge, centre = weights[0, 0], weights[0, 1], weights[1, 1]
    assert edge / centre == pytest.approx(1 / 2)
    assert corner / centre == pytest.approx(1 / (1 + 2**0.5))
    assert_array_equal(weights, weights[::-1, ::-1])
    assert distance_weights((1, 4)).shape == (1, 4)
    assert_array_equal(distance_weights((1, 4))[0], distance_weights((4, 1))[:, 0])


# What goes in and what comes out


@pytest.mark.parametrize(
    ("dtype", "kept", "summed", "averaged"),
    [
        ("?", "?", "i8", "f8"),
        ("u1", "u1", "i8", "f8"),
        ("i4", "i4", "i8", "f8"),
        ("u8", "u8", "f8", "f8"),
        ("f2", "f2", "f2", "f2"),
        ("f4", "f4", "f4", "f4"),
        ("f8", "f8", "f8", "f8"),
        ("g", "g", "g", "g"),
    ],
)
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_dtypes(dtype, kept, summed, averaged, padding):
    images = np.ones((5, 5), dtype)
    for mode in MODES:
        wanted = {"max": kept, "sum": summed}.get(mode, averaged)
        pooled = pool2d(images, 2, stride=1, padding=padding, mode=mode)
        assert pooled.dtype == np.dtype(wanted), mode
        assert_allclose(pooled[:4, :4], {"sum": 4, "l2": 2}.get(mode, 1))


def test_small_integers_do_not_wrap_around():
    image = np.full((3, 3), 255, np.uint8)
    assert pool2d(image, 3, mode="sum")[0, 0] == 9 * 255
    assert pool2d(image, 3, mode="mean")[0, 0] == 255
    assert pool2d(image, 3, mode="l2")[0, 0] == 3 * 255
    assert pool2d(image, 3, mode="product")[0, 0] == pytest.approx(255.0**9)


def test_half_precision_is_rounded_once():
    image = np.full((64, 64), 2, np.float16)
    assert global_pool2d(image, mode="mean") == 2
    assert global_pool2d(image[:33, :63], mode="sum") == 4160  # 4158, to the nearest float16
    assert global_pool2d(np.full((4, 4), 200, np.float16), mode="l2") == 800


@given(windows, st.sampled_from(FLOATS), st.sampled_from([np.nan, np.inf]), SEEDS)
@settings(STABLE, max_examples=120)
def test_nan_and_infinity_reach_only_the_windows_that_see_them(g, dtype, special, seed):
    assume(not has_an_empty_window(g))
    image = np.ones(g.image, dtype)
    mark = np.zeros(g.image)
    place = seed % image.size
    image.flat[place], mark.flat[place] = special, 1
    arguments = {"stride": g.stride, "padding": g.padding}
    sees = pool2d(mark, g.kernel, **arguments) == 1
    for mode in MODES:
        clean = pool2d(np.ones(g.image, dtype), g.kernel, mode=mode, **arguments)
        actual = pool2d(image, g.kernel, mode=mode, **arguments)
        assert_array_equal(actual, np.where(sees, special, clean))


@pytest.mark.parametrize("lowest", [-np.inf, np.finfo("f8").min])
def test_the_lowest_number_there_is_wins_over_padding(lowest):
    image = np.full((2, 2), lowest)
    assert_array_equal(pool2d(image, 3, stride=1, padding="same"), image)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("dtype", ["u1", "f2", "f4", "f8"])
def test_any_arrangement_in_memory_and_inputs_left_alone(mode, padding, dtype):
    images = whole_numbers((2, 6, 5, 3), 0, dtype)
    for size in (1, (2, 3)):
        expected = pool2d(images, size, padding=padding, mode=mode)
        arrangements = [
            np.asfortranarray(images),
            images[:, ::-1, ::-1].copy()[:, ::-1, ::-1],
            np.repeat(images, 2, axis=2)[:, :, ::2],
            np.moveaxis(np.moveaxis(images, -1, 0).copy(), 0, -1),
            images.tolist() if dtype == "f8" else images,
        ]
        for arranged in arrangements:
            if isinstance(arranged, np.ndarray):
                arranged.setflags(write=False)
            assert_array_equal(pool2d(arranged, size, padding=padding, mode=mode), expected)
        images.setflags(write=True)
        before = images.copy()
        pooled = pool2d(images, size, padding=padding, mode=mode)
        assert not np.shares_memory(pooled, images)
        pooled[...] = 1
        assert_array_equal(images, before)


# Bad input


def complaint(function, *arguments, **options):
    """Return the message of the ValueError that this call must raise."""
    with pytest.raises(ValueError) as caught:
        function(*arguments, **options)
    message = str(caught.value)
    assert ": " in message, f"no remedy in: {message}"
    return message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.ones(4), "1 axis"),
        (np.ones((4, 4, 3)), "(batch, height, width, channels)"),
        (3, "0 axes"),
        (np.ones((0, 4)), "empty"),
        (np.ones((2, 0, 4, 1)), "empty"),
        (np.full((4, 4), None), "[0, 0] is None"),
        (np.ones((4, 4), complex), "complex"),
        ([[1], [1, 2]], "equal length"),
    ],
)
def test_what_are_no_images(value, words):
    for call in (lambda: pool2d(value, 2), lambda: global_pool2d(value)):
        message = complaint(call)
        assert message.startswith("images") and words in message


@pytest.mark.parametrize("value", ["average", "MAX", None, 1])
def test_a_mode_that_is_unknown(value):
    for call in (
        lambda: pool2d(np.ones((4, 4)), 2, mode=value),
        lambda: global_pool2d(np.ones((4, 4)), mode=value),
    ):
        message = complaint(call)
        assert message.startswith(f"mode is {value!r}")
        assert all(f'"{mode}"' in message for mode in MODES)


@pytest.mark.parametrize("name", ["size", "stride", "padding", "dilation"])
@pytest.mark.parametrize("value", [-1, 1.0, True, "2", (1, 2, 3), (1, -1)])
def test_windows_that_cannot_be_understood(name, value):
    message = complaint(pool2d, np.ones((4, 4)), **{"size": 2, name: value})
    assert message.startswith(f"{name} is ")


def test_windows_that_do_not_fit_or_see_nothing():
    message = complaint(pool2d, np.ones((3, 3)), 4)
    assert "window 4×4 is larger than the image 3×3" in message
    assert "size is 0" in complaint(pool2d, np.ones((3, 3)), 0)
    assert "size is 0" in complaint(distance_weights, 0)
    message = complaint(pool2d, np.ones((3, 3)), 2, padding=2)
    assert "without a cell of the image" in message
    complaint(pool2d, np.ones((3, 3)), 2, padding=((0, 0), (0, 3)), stride=1)
    message = complaint(pool2d, np.ones((1, 1)), 2, padding=1, dilation=2)
    assert "without a cell of the image" in message and "smaller dilation" in message


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "mean"])
def test_counting_is_for_the_mean_alone(mode):
    message = complaint(pool2d, np.ones((4, 4)), 2, mode=mode, count_padding=True)
    assert message.startswith("count_padding is True, but mode is") and '"mean"' in message


def test_examples():
    assert doctest.testmod(pooling).failed == 0


# --- large images and extreme numbers -------------------------------------------------------------


@pytest.mark.parametrize("mode", ["mean", "sum", "l2"])
@pytest.mark.parametrize("channels", [1, 3])
def test_large_images_in_single_precision_round_once(mode, channels):
    images = np.full((1, 700, 900, channels), 0.1, np.float32)
    images[:, ::3] = 0.7
    exact = {"mean": np.mean, "sum": np.sum, "l2": lambda x, axis: np.sqrt((x**2).sum(axis=axis))}
    wanted = exact[mode](images.astype(np.float64), axis=(1, 2))
    for found in (
        global_pool2d(images, mode=mode),
        pool2d(images, images.shape[1:3], mode=mode)[:, 0, 0],
    ):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, wanted, rtol=1e-7)


@pytest.mark.parametrize("mode", pooling.MODES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(5, 4), (2, 3, 4, 3)])
def test_a_global_pooling_is_a_pooling_with_one_window(mode, dtype, shape):
    images = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    size = shape if len(shape) == 2 else shape[1:3]
    wanted = pool2d(images, size, mode=mode)
    wanted = wanted[0, 0] if len(shape) == 2 else wanted[:, 0, 0]
    found = global_pool2d(images, mode=mode)
    assert found.dtype == wanted.dtype and found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-2 if dtype == "f2" else 1e-6)


@pytest.mark.parametrize(
    ("dtype", "unit"),
    [("f8", 1e200), ("f8", 1e-200), ("f8", 1e-310), ("f4", 1e30), ("f4", 1e-30), ("f2", 1e4)],
)
def test_lengths_of_extreme_numbers(dtype, unit):
    images = np.array([[3, 0], [0, 4]], dtype) * np.array(unit, dtype)
    for found in (pool2d(images, 2, mode="l2")[0, 0], global_pool2d(images, mode="l2")):
        assert found.dtype == np.dtype(dtype)
        np.testing.assert_allclose(found, 5 * np.array(unit, dtype), rtol=1e-3)


def test_lengths_of_large_and_small_numbers_side_by_side():
    images = np.array([[3e200, 4e200, 3e-200, 4e-200, 3, 4, 0, 0, np.inf, 1, np.nan, 1]])
    found = pool2d(images, (1, 2), mode="l2")
    np.testing.assert_allclose(found, [[5e200, 5e-200, 5, 0, np.inf, np.nan]], rtol=1e-15)
    batch = images.reshape(1, 6, 2, 1).transpose(0, 3, 2, 1)
    np.testing.assert_allclose(global_pool2d(batch, mode="l2"), found, rtol=1e-15)
