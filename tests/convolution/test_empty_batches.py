"""A batch of no images gives results of no images, in the shape that one image would have."""

import numpy as np
import pytest

from course_utils.convolution import (
    BORDERS,
    col2im,
    conv2d,
    conv2d_transpose,
    im2col,
    pad,
    tiled_conv2d,
    unshared_conv2d,
)

ONE = np.ones((1, 6, 5, 4), np.float32)
NONE = ONE[:0]
FILTERS = np.ones((3, 2, 4, 6), np.float32)
CALLS = {
    "conv2d": lambda x: conv2d(x, FILTERS, np.ones(6, "f4"), stride=2, padding="same"),
    "groups": lambda x: conv2d(x, FILTERS[:, :, :2], groups=2, border="wrap", padding=1),
    "depthwise": lambda x: conv2d(x, FILTERS[:, :, :1, :4], groups=4),
    "fft of integers": lambda x: conv2d(x.astype(int), FILTERS.astype(int), method="fft"),
    "integers": lambda x: conv2d(x.astype("u1"), FILTERS.astype("i1")),
    "transposed": lambda x: conv2d_transpose(x, np.ones((3, 2, 6, 4), "f4"), stride=2),
    "unshared": lambda x: unshared_conv2d(x, np.ones((4, 4, *FILTERS.shape), "f4")),
    "tiled": lambda x: tiled_conv2d(x, np.ones((2, 2, *FILTERS.shape), "f4")),
    **{border: lambda x, b=border: pad(x, 2, border=b) for border in BORDERS},
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_shape_and_dtype_are_those_of_one_image(call):
    one, none = call(ONE), call(NONE)
    assert none.shape == (0, *one.shape[1:])
    assert none.dtype == one.dtype


def test_patches_and_back():
    columns = im2col(NONE, 3)
    assert columns.shape == (0, im2col(ONE, 3).shape[1])
    assert col2im(columns, NONE.shape, 3).shape == NONE.shape


def test_what_is_empty_otherwise_is_refused():
    for images in (np.ones((1, 0, 5, 4)), np.ones((0, 0, 5, 4)), np.ones((0, 6, 5, 0)), []):
        with pytest.raises(ValueError, match="images"):
            conv2d(images, FILTERS)
    with pytest.raises(ValueError, match="filters is empty"):
        conv2d(ONE, FILTERS[..., :0])
    with pytest.raises(ValueError, match="images .*complex"):
        conv2d(NONE.astype(complex), FILTERS)
    with pytest.raises(ValueError, match="x is empty"):
        pad(np.ones((0, 4)), 1)


def test_bad_arguments_are_seen_all_the_same():
    with pytest.raises(ValueError, match="larger than the images"):
        conv2d(NONE, np.ones((9, 9, 4, 1)))
    with pytest.raises(ValueError, match="images has 4 channels"):
        conv2d(NONE, np.ones((1, 1, 3, 1)))
    with pytest.raises(ValueError, match="method is"):
        conv2d(NONE, FILTERS, method="winograd")
    with pytest.raises(ValueError, match="border is"):
        conv2d(NONE, FILTERS, border="mirror")
