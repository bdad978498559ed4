"""Pooling some rows of some images at a time: the same numbers, and little memory."""

import tracemalloc
from unittest import mock

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.convolution import bands
from course_utils.pooling import MODES, global_pool2d, max_pool2d_argmax, pool2d, whole_images

OPTIONS = [
    {"size": 2},
    {"size": 3, "stride": 1, "padding": "same"},
    {"size": (3, 2), "stride": (2, 3), "padding": ((1, 0), (0, 1))},
    {"size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    {"size": 2, "stride": 3, "dilation": 2, "ceil_mode": True},
    {"size": (13, 9), "stride": 1, "padding": "same"},
]


@pytest.mark.parametrize("room", [1, 3000, 20_000])
@pytest.mark.parametrize("options", OPTIONS, ids=repr)
def test_parts_make_up_the_whole(options, room):
    random = np.random.default_rng(0)
    for dtype in ("u1", "i8", "f4", "f8"):
        images = random.integers(0, 9, (5, 13, 11, 2)).astype(dtype)
        calls = [lambda m=mode: pool2d(images, mode=m, **options) for mode in MODES]
        calls.append(lambda: pool2d(images, mode="mean", count_padding=True, **options))
        calls.append(lambda: max_pool2d_argmax(images, **options))
        whole = [call() for call in calls]
        with mock.patch.object(bands, "PART_BYTES", room):
            for call, expected in zip(calls, whole, strict=True):
                found = call()
                assert found.dtype == expected.dtype
                assert_array_equal(found, expected)


@pytest.mark.parametrize("mode", MODES)
def test_whole_images_are_windows_of_their_size(mode):
    random = np.random.default_rng(0)
    for dtype in ("u1", "i8", "f2", "f4", "f8", "g"):
        images = (random.integers(1, 5, (5, 6, 7, 3)) / 2).astype(dtype)
        expected = pool2d(images, (6, 7), mode=mode)[:, 0, 0]
        for room in (1, 50, 10**6):
            with mock.patch.object(whole_images, "_AT_ONCE", room):
                found = global_pool2d(images, mode=mode)
            assert found.dtype == expected.dtype
            assert_allclose(found, expected, rtol=2e-3 if dtype == "f2" else 1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_no_copy_of_a_whole_batch_is_made(mode):
    for images in (np.ones((8, 512, 512, 4)), np.ones((1, 2048, 2048, 2), "u1")):
        for call in (
            lambda i=images: pool2d(i, 3, padding="same", mode=mode),
            lambda i=images: global_pool2d(i, mode=mode),
            lambda i=images: max_pool2d_argmax(i, 2),
        ):
            tracemalloc.start()
            out = call()
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak - out.nbytes < 40 * 2**20


def test_the_mean_of_nothing_but_numbers_beyond_the_edge_is_refused():
    with pytest.raises(ValueError, match="leaves windows of 2 without a cell of the image"):
        pool2d(np.ones((4, 4)), 2, padding=3, mode="mean")
