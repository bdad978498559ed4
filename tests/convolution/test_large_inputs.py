"""Tiles, ways and shares give the same sums; memory stays bounded; no digit is lost on the way."""

import tracemalloc
from unittest import mock

import numpy as np
import pytest
from geometry import correlate_by_scipy, geometries, whole_numbers
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.convolution import (
    convolve1d,
    correlate1d,
    correlate2d,
    direct_sums,
    folded,
    fourier,
    path_costs,
    rounding,
    single_windows,
    sliding,
    transform_sizes,
)
from course_utils.convolution.tiles import Part, part_of, tiles
from course_utils.convolution.windows import plan_image

STABLE = settings(derandomize=True, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)

# What the conversion and the output cost is known; this is all that may come on top.
SCRATCH = 64e6


def plans_of(image, kernel, padding="valid", stride=1, dilation=1):
    return plan_image(image.shape, kernel.shape, padding, stride, dilation, ("image", "kernel"))


def sums_by(function, image, kernel, g):
    plans = plans_of(image, kernel, **g.arguments)
    out = np.full((plans[0].size, plans[1].size), np.nan)
    function(Part(image, kernel, plans), out)
    return out


# The same sums


@given(
    geometries(),
    SEEDS,
    st.sampled_from(path_costs.DIRECT_WAYS),
    st.sampled_from(["f4", "f8", "g", "i8"]),
    st.integers(16, 4000),
)
@settings(STABLE, max_examples=300)
def test_every_way_and_every_tile_gives_the_same_sums(g, seed, way, dtype, tile_bytes):
    if dtype in ("g", "i8") and way.startswith("rows"):
        way = way.replace("rows", "lines")
    image, kernel = whole_numbers(g.image, seed, dtype), whole_numbers(g.kernel, seed + 1, dtype)
    with (
        mock.patch.object(direct_sums, "direct_way", return_value=way),
        mock.patch.object(direct_sums, "TILE_BYTES", tile_bytes),
        mock.patch.object(direct_sums, "ROOM_BYTES", tile_bytes),
    ):
        plans = plans_of(image, kernel, **g.arguments)
        out = np.empty((plans[0].size, plans[1].size), dtype)
        direct_sums.correlate_directly(Part(image, kernel, plans), np.dtype(dtype), out)
    assert_array_equal(out, correlate_by_scipy(image.astype("f8"), kernel.astype("f8"), g))


LONG = st.tuples(st.just(1), st.integers(1, 120)) | st.tuples(st.integers(1, 120), st.just(1))


@given(LONG, LONG, SEEDS, st.integers(1, 4), st.integers(1, 3), st.sampled_from(["f4", "f8", "i4"]))
@settings(STABLE, max_examples=150)
def test_one_row_or_column_with_a_kernel_of_any_length(shape, kernel_shape, seed, s, d, dtype):
    image, kernel = whole_numbers(shape, seed, dtype), whole_numbers(kernel_shape, seed + 1, dtype)
    around = [(k - 1) * d for k in kernel_shape]
    spread = np.zeros([pad + 1 for pad in around])
    spread[::d, ::d] = kernel
    padded = np.pad(image.astype(float), [(pad, pad) for pad in around])
    expected = correlate_by_windows(padded, spread)[::s, ::s]
    for method in ("auto", "direct", "fft"):
        found = correlate2d(image, kernel, padding="full", stride=s, dilation=d, method=method)
        assert_allclose(found, expected, atol=1e-3 if dtype == "f4" else 1e-9)
        if method != "fft":
            assert_array_equal(found, expected)


def correlate_by_windows(padded, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijmn,mn->ij", windows, kernel)


@given(geometries(), SEEDS, st.integers(8, 400), st.integers(1, 60))
@settings(STABLE, max_examples=200)
def test_transforms_of_tiles_and_of_shares(g, seed, points, share):
    image, kernel = whole_numbers(g.image, seed), whole_numbers(g.kernel, seed + 1)
    expected = correlate_by_scipy(image, kernel, g)
    transform_sizes.transforms.cache_clear()
    with mock.patch.object(transform_sizes, "TRANSFORM_CALL", points / 10):
        assert_allclose(sums_by(fourier.correlate_by_fft, image, kernel, g), expected, atol=1e-9)
    transform_sizes.transforms.cache_clear()
    with mock.patch.object(folded, "POINTS_OF_A_SHARE", share):
        in_shares = sums_by(folded.correlate_in_shares, image, kernel, g)
    assert_allclose(in_shares, expected, atol=1e-9)


def test_frames_of_a_long_signal():
    random = np.random.default_rng(0)
    signal, kernel = random.normal(size=200_000), random.normal(size=300)
    for padding, stride, dilation in (("valid", 1, 1), ("same", 3, 1), ("full", 2, 2)):
        options = {"padding": padding, "stride": stride, "dilation": dilation}
        with mock.patch.object(sliding, "correlate_safely", wraps=rounding.correlate_safely) as spy:
            by_auto = correlate1d(signal, kernel, **options)
        assert spy.called or stride > 1
        assert_allclose(
            by_auto, correlate1d(signal, kernel, method="direct", **options), atol=1e-11
        )
        assert_allclose(by_auto, correlate1d(signal, kernel, method="fft", **options), atol=1e-11)


@given(geometries(), SEEDS, st.integers(1, 6), st.integers(1, 6))
@settings(STABLE, max_examples=100)
def test_a_tile_of_the_output_is_a_smaller_correlation(g, seed, height, width):
    image, kernel = whole_numbers(g.image, seed), whole_numbers(g.kernel, seed + 1)
    whole = Part(image, kernel, plans_of(image, kernel, **g.arguments))
    out = np.full(whole.size, np.nan)
    for where in tiles(whole.size, (height, width)):
        assert np.isnan(out[where]).all()
        part = part_of(whole, where)
        out[where] = 0
        if part is not None:
            padded = np.pad(part.image, [(plan.before, plan.after) for plan in part.plans])
            options = {"stride": g.stride, "dilation": g.dilation}
            out[where] = correlate2d(padded, part.kernel, **options)
    assert_array_equal(out, correlate_by_scipy(image, kernel, g))


# Memory


def scratch(function):
    tracemalloc.start()
    out = function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - out.nbytes


@pytest.mark.parametrize(
    ("image", "kernel", "padding"),
    [
        ((1, 3_000_000), (1, 101), "same"),
        ((1, 2_000_000), (1, 50_001), "full"),
        ((300, 300), (1, 200_001), "same"),
        ((300, 300), (20_001, 1), "same"),
        ((1500, 1500), (3, 3), "same"),
        ((1500, 1500), (101, 101), "same"),
        ((1024, 1024), (1024, 1024), "full"),
        ((2000, 1500), (901, 701), "valid"),
    ],
)
@pytest.mark.parametrize("dtype", ["f8", "u1"])
def test_the_memory_beside_input_and_output_is_bounded(image, kernel, padding, dtype):
    random = np.random.default_rng(0)
    image, kernel = (random.integers(0, 9, shape).astype(dtype) for shape in (image, kernel))
    assert scratch(lambda: correlate2d(image, kernel, padding=padding)) < SCRATCH


@pytest.mark.parametrize("dtype", ["f4", "f8", "g", "i8"])
def test_the_direct_sums_memory_knows_the_width(dtype):
    signal, kernel = np.ones((1, 400_000), dtype), np.ones((1, 99), dtype)
    signal[0, 0] = 2**50  # too large to be summed exactly in floating point
    assert scratch(lambda: correlate2d(signal, kernel, padding="same", method="direct")) < SCRATCH
    image, kernel = np.ones((20, 3000), dtype), np.ones((3, 10_001), dtype)
    image[0, 0] = 2**50
    assert scratch(lambda: correlate2d(image, kernel, padding="same", method="direct")) < SCRATCH


# Digits


@pytest.mark.parametrize(
    ("dark", "side", "dtype"), [(True, 1024, "f8"), (True, 700, "f4"), (False, 1024, "f4")]
)
def test_the_memory_is_bounded_where_a_large_transform_is_not_safe(dark, side, dtype):
    random = np.random.default_rng(0)
    image, kernel = random.normal(size=(side, side)), random.normal(size=(side, side))
    if dark:
        image[:300] *= 1e-12
    image, kernel = image.astype(dtype), kernel.astype(dtype)
    with (
        # The direct sums, which take long, have their own test.
        mock.patch.object(rounding, "correlate_directly", new=lambda *args: args[-1].fill(0)),
        mock.patch.object(rounding, "_in_pieces", wraps=rounding._in_pieces) as in_pieces,
    ):
        assert scratch(lambda: correlate2d(image, kernel, padding="full")) < SCRATCH
    assert in_pieces.called == dark


def sizes_under_windows(image, kernel, **options):
    return correlate2d(np.abs(image), np.abs(kernel), method="direct", **options)


def assert_keeps_digits(image, kernel, **options):
    """Compare with the direct sum, in proportion to the sizes that each window adds up."""
    found = correlate2d(image, kernel, **options)
    direct = correlate2d(image, kernel, method="direct", **options)
    sizes = sizes_under_windows(image, kernel, **options)
    assert_array_equal(found[sizes == 0], 0)
    assert np.all(np.abs(found - direct) <= 1e-12 * sizes)


def test_one_huge_number_spoils_only_its_windows():
    image = np.ones((200, 200))
    image[100, 100] = 1e17
    result = correlate2d(image, np.ones((31, 31)))
    assert_array_equal(result[result < 1e16], 961)
    assert_keeps_digits(image, np.ones((31, 31)))


@pytest.mark.parametrize("padding", ["valid", "same", "full"])
@pytest.mark.parametrize("case", ["dark half", "decay", "gauss", "sparse", "strips", "tiny"])
def test_no_digit_is_lost_that_the_direct_sum_keeps(case, padding):
    random = np.random.default_rng(0)
    image, kernel = random.normal(size=(150, 130)), random.normal(size=(21, 17))
    if case == "dark half":
        image[:80] = 0
    elif case == "decay":
        image *= 10.0 ** np.linspace(0, -30, 130)
    elif case == "gauss":
        image[random.random(image.shape) < 0.999] = 0
        kernel = np.exp(-np.add.outer(np.arange(-10, 11) ** 2, np.arange(-10, 11) ** 2) / 3.0)
    elif case == "sparse":
        image[random.random(image.shape) < 0.99] = 0
        kernel[random.random(kernel.shape) < 0.9] = 0
    elif case == "strips":
        image[::2] *= 1e12
        kernel[:, 3:] *= 1e-12
    else:
        image, kernel = image * 1e-160, kernel * 1e-150
    with mock.patch.object(sliding, "fastest", return_value="fft"):
        assert_keeps_digits(image, kernel, padding=padding)
        assert_keeps_digits(image[:1], kernel[:1], padding=padding)


@given(SEEDS, st.integers(0, 40), st.integers(0, 20), st.sampled_from([1.0, 0.5, 0.05]))
@settings(STABLE, max_examples=60)
def test_whatever_the_range_of_the_numbers(seed, image_range, kernel_range, dense):
    random = np.random.default_rng(seed)
    image, kernel = random.normal(size=(60, 50)), random.normal(size=(12, 11))
    image *= 10.0 ** (image_range * random.random((60, 1)))
    kernel *= 10.0 ** (kernel_range * random.random((12, 11)))
    image[random.random(image.shape) > dense] = 0
    with (
        mock.patch.object(sliding, "fastest", return_value="fft"),
        mock.patch.object(single_windows, "ACROSS", 0.001),  # so that few tiles are summed directly
    ):
        assert_keeps_digits(image, kernel, padding="same")


def test_in_shares_the_digits_are_kept_as_well():
    random = np.random.default_rng(0)
    image, kernel = random.normal(size=(90, 80)), random.normal(size=(70, 60))
    image[:20] *= 1e-9
    with (
        mock.patch.object(sliding, "fastest", return_value="fft"),
        mock.patch.object(rounding, "POINTS_AT_ONCE", 100),
        mock.patch.object(folded, "POINTS_OF_A_SHARE", 1000),
        mock.patch.object(rounding, "correlate_in_shares", wraps=folded.correlate_in_shares) as spy,
    ):
        for padding in ("valid", "full"):
            assert_keeps_digits(image, kernel, padding=padding)
    assert spy.called


def cheap_beyond_four_cells(work):
    return 1.0 if work.plans[0].k * work.plans[1].k > 4 else np.inf


@given(geometries(), SEEDS, st.integers(4, 200), st.sampled_from([1e-9, 2e4, 1e9]))
@settings(STABLE, max_examples=150)
def test_pieces_of_the_kernel_give_the_same_sums(g, seed, points, worth):
    image, kernel = whole_numbers(g.image, seed), whole_numbers(g.kernel, seed + 1)
    whole = Part(image, kernel, plans_of(image, kernel, **g.arguments))
    out = np.full(whole.size, np.nan)
    with (
        mock.patch.object(rounding, "POINTS_AT_ONCE", points),
        mock.patch.object(rounding, "WORTH_DIVIDING", worth),
        mock.patch.object(rounding, "fft_nanoseconds", new=cheap_beyond_four_cells),
    ):
        rounding._in_pieces(whole, slice(0, len(out)), 1024, out.dtype, out)
    assert_allclose(out, correlate_by_scipy(image, kernel, g), atol=1e-9)


def test_a_part_that_is_not_safe_is_halved_until_its_pieces_are():
    random = np.random.default_rng(0)
    image, kernel = random.normal(size=(300, 280)), random.normal(size=(120, 110))
    image[:130] *= 1e-12
    products = image.size * kernel.size
    with mock.patch.object(sliding, "fastest", return_value="fft"):
        _, summed = multiplications(image, kernel, padding="same")
        assert_keeps_digits(image, kernel, padding="same")
    assert summed < products / 4


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_spoils_only_its_windows(value):
    random = np.random.default_rng(0)
    image, kernel = random.normal(size=(120, 90)), random.normal(size=(15, 15))
    image[3, 4] = value
    with mock.patch.object(sliding, "fastest", return_value="fft"):
        found = correlate2d(image, kernel)
        assert_array_equal(
            np.isfinite(found), np.isfinite(correlate2d(image, kernel, method="direct"))
        )
        kernel[1, 1] = value
        assert not np.isfinite(correlate2d(image, kernel, padding="full")).any()


# Integers


def test_integers_are_exact_by_whatever_way():
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (200, 180)).astype("u1")
    kernel = random.integers(-128, 128, (31, 29)).astype("i1")
    with mock.patch.object(sliding, "correlate_by_fft", wraps=fourier.correlate_by_fft) as spy:
        found = correlate2d(image, kernel)
    assert spy.called and found.dtype == np.int64
    windows = np.lib.stride_tricks.sliding_window_view(image.astype("i8"), kernel.shape)
    expected = np.tensordot(windows, kernel.astype("i8"), 2)
    assert_array_equal(found, expected)
    assert_array_equal(correlate2d(image, kernel, method="direct"), expected)


@pytest.mark.parametrize("power", [4, 10, 20, 26, 40, 53, 60])
def test_integers_of_any_size_are_exact(power):
    signal = np.full(3000, 2**power // 150 + 1)
    signal[::2] = 1
    kernel = np.ones(150, int)
    assert_array_equal(convolve1d(signal, kernel), 75 * (signal[1] + 1))


# The choice


def work(image, kernel, padding="valid", itemsize=8):
    plans = plan_image(image, kernel, padding, 1, 1, ("image", "kernel"))
    shape = (n + plan.before + plan.after for n, plan in zip(image, plans, strict=True))
    return path_costs.Work(1, *shape, 1, 1, plans, itemsize)


def test_the_direct_way_knows_the_shape():
    assert path_costs.direct_way(work((512, 512), (3, 3))) == "rows"
    assert path_costs.direct_way(work((1, 10**6), (1, 5))) == "lines"
    assert path_costs.direct_way(work((10**6, 1), (50, 1))) == "lines transposed"
    assert path_costs.direct_way(work((10**6, 3), (3, 3))) != "rows"
    assert path_costs.direct_way(work((28, 28), (5, 5)), blas=False).startswith("shifts")


def test_the_estimates_know_the_width():
    for way in (path_costs.direct_nanoseconds, path_costs.fft_nanoseconds):
        one, ten = (way(work((1, n), (1, 101))) for n in (10**6, 10**7))
        assert 9 < ten / one < 11


def multiplications(image, kernel, **options):
    """Count the numbers that are transformed, and the products of the direct sums."""
    counts = {"transformed": 0, "summed": 0}

    def transform(circle, part, *scales):
        counts["transformed"] += circle.lengths[0] * circle.lengths[1]
        return CORRELATE(circle, part, *scales)

    def add(part, *others):
        counts["summed"] += part.size[0] * part.size[1] * part.kernel.size
        return SUM(part, *others)

    with (
        mock.patch.object(fourier.Circle, "correlate", transform),
        mock.patch.object(sliding, "correlate_directly", add),
        mock.patch.object(rounding, "correlate_directly", add),
    ):
        correlate2d(image, kernel, **options)
    return counts["transformed"], counts["summed"]


CORRELATE, SUM = fourier.Circle.correlate, direct_sums.correlate_directly


@pytest.mark.parametrize(
    ("image", "kernel"),
    [((1200, 1100), (81, 81)), ((1, 1_000_000), (1, 500)), ((700, 2000), (9, 60))],
)
def test_the_transforms_are_a_few_times_the_image(image, kernel):
    random = np.random.default_rng(0)
    transformed, summed = multiplications(random.random(image), random.random(kernel))
    assert summed == 0
    assert np.prod(image) / 2 < transformed < 3 * np.prod(image)


def test_a_kernel_on_zeros_costs_only_the_cells_that_meet_the_image():
    random = np.random.default_rng(0)
    image, kernel = random.random((30, 30)), random.random((1, 70_001))
    transformed, summed = multiplications(image, kernel, padding="same")
    assert transformed < 20 * image.size and summed == 0
    seen = kernel[:, 35_000 - 29 : 35_000 + 30]
    assert_allclose(
        correlate2d(image, kernel, padding="same"), correlate2d(image, seen, padding="same")
    )


@pytest.mark.parametrize("sides", [(128, 128), (1, 3000), (90, 200)])
def test_few_windows_of_a_full_autocorrelation_are_summed_and_not_one_by_one(sides):
    image = np.random.default_rng(0).normal(size=sides)
    with (
        mock.patch.object(sliding, "fastest", return_value="fft"),
        mock.patch.object(rounding, "sum_windows", wraps=single_windows.sum_windows) as together,
        mock.patch.object(single_windows, "_one_window", wraps=single_windows._one_window) as alone,
    ):
        assert_keeps_digits(image, image, padding="full")
    assert sum(len(call.args[0]) for call in together.call_args_list) < 400
    assert alone.call_count < 40


def test_windows_are_summed_wherever_they_lie():
    random = np.random.default_rng(0)
    for padding, stride, dilation in (("valid", 1, 2), ((7, 3), (2, 1), 1), ("full", (1, 3), 2)):
        image, kernel = random.normal(size=(50, 40)), random.normal(size=(6, 9))
        options = {"padding": padding, "stride": stride, "dilation": dilation}
        expected = correlate2d(image, kernel, method="direct", **options)
        whole = Part(image, kernel, plans_of(image, kernel, **options))
        for share in (0.01, 0.3, 1):
            for row in (0, 5):
                out = np.zeros_like(expected[row:])
                where = np.flatnonzero(random.random(out.shape) < share)
                with mock.patch.object(single_windows, "TOGETHER", 200):
                    single_windows.sum_windows(where, whole, out, row)
                summed = np.zeros(out.shape, bool)
                summed.ravel()[where] = True
                assert_allclose(out, np.where(summed, expected[row:], 0), atol=1e-12)
