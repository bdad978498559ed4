"""The estimates: how they grow, and which way they choose."""

import math

import pytest

from course_utils.convolution import path_costs
from course_utils.convolution.path_costs import (
    Work,
    direct_nanoseconds,
    fastest,
    fft_nanoseconds,
    im2col_nanoseconds,
)
from course_utils.convolution.windows import plan_image


def work(side, k, *, images=1, c_in=1, c_out=1, stride=1, itemsize=8):
    plans = plan_image((side, side), (k, k), "valid", stride, 1, ("image", "kernel"))
    return Work(images, side, side, c_in, c_out, plans, itemsize)


def test_direct_and_im2col_grow_with_the_kernels_cells_and_the_transform_does_not():
    small, large = work(512, 10), work(512, 40)
    assert 5 < direct_nanoseconds(large) / direct_nanoseconds(small) < 16
    assert 10 < im2col_nanoseconds(large) / im2col_nanoseconds(small) < 16
    # A large kernel lets the tiles overlap a little more, and that is all.
    assert 1 <= fft_nanoseconds(large) / fft_nanoseconds(small) < 1.5


def test_all_grow_with_the_images_cells():
    for estimate in (direct_nanoseconds, im2col_nanoseconds, fft_nanoseconds):
        assert 3.5 < estimate(work(1024, 10)) / estimate(work(512, 10)) < 5


def test_im2col_reads_a_patch_once_for_all_filters():
    one, many = work(64, 5, c_in=8), work(64, 5, c_in=8, c_out=16)
    assert direct_nanoseconds(many) == 16 * direct_nanoseconds(one)
    assert im2col_nanoseconds(many) < 2 * im2col_nanoseconds(one)


def test_half_the_bytes_are_half_the_time_but_for_the_transform():
    double, single = work(512, 9), work(512, 9, itemsize=4)
    # The calls of NumPy take as long for either.
    assert direct_nanoseconds(single) < 0.6 * direct_nanoseconds(double)
    assert im2col_nanoseconds(single) < 0.51 * im2col_nanoseconds(double)
    assert fft_nanoseconds(single) == fft_nanoseconds(double)


@pytest.mark.parametrize("itemsize", [4, 8])
@pytest.mark.parametrize("side", [128, 256, 1024])
def test_the_larger_the_kernel_the_sooner_the_transform(side, itemsize):
    chosen = [
        fastest(work(side, k, itemsize=itemsize), ("direct", "fft")) for k in range(1, side, 2)
    ]
    # As the kernel fills the image, few windows are left and the direct sum has little to do.
    chosen = chosen[: side // 4]
    crossing = chosen.index("fft")
    assert chosen == ["direct"] * crossing + ["fft"] * (len(chosen) - crossing)
    assert 9 <= 2 * crossing + 1 <= 41


def test_the_layers_of_networks_are_matrix_products():
    for c_in, c_out, k in ((1, 32, 3), (32, 64, 3), (16, 32, 5), (64, 64, 1)):
        assert fastest(work(28, k, images=64, c_in=c_in, c_out=c_out, itemsize=4)) == "im2col"


def test_small_kernels_are_never_transformed_so_that_their_zeros_stay_zeros():
    assert fft_nanoseconds(work(28, 9, images=784)) == math.inf
    assert fft_nanoseconds(work(28, 10, images=784)) < math.inf


def test_large_images_are_transformed_a_channel_at_a_time():
    assert not path_costs.transforms_of_pairs(work(256, 63, c_in=16, c_out=16))
    large = work(512, 63, c_in=16, c_out=2)
    assert 8 * 512 * 512 * 16 > path_costs.FILTER_SPECTRA_BYTES
    assert path_costs.transforms_of_pairs(large)
    assert fft_nanoseconds(large) == 32 * fft_nanoseconds(work(512, 63))


def test_of_single_channels_small_images_are_transformed_together():
    assert not path_costs.transforms_of_pairs(work(64, 11, images=50))
    assert path_costs.transforms_of_pairs(work(1024, 11, images=50))
