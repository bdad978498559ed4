"""The checks that the NumPy modules share."""

import numpy as np
import pytest

from course_utils.arguments import (
    as_integer,
    as_numeric,
    common_dtype,
    per_axis,
    size_text,
    sum_dtype,
)

IMAGE, BATCH = ("height", "width"), ("batch", "height", "width", "channels")


def complaint(function, *arguments):
    """Return the message of the ValueError that this call must raise."""
    with pytest.raises(ValueError) as caught:
        function(*arguments)
    return str(caught.value)


@pytest.mark.parametrize("dtype", "? u1 i2 i8 u8 f2 f4 f8 g >f4 >u2".split())
def test_arrays_of_numbers_pass_as_they_are(dtype):
    array = np.ones((2, 3), dtype)
    assert as_numeric("image", array, IMAGE) is array


def test_what_can_be_made_an_array_passes():
    assert as_numeric("image", [[1, 2]], IMAGE).dtype == np.int64
    assert as_numeric("image", ((1, 2.5),), IMAGE, BATCH).shape == (1, 2)
    assert as_numeric("image", np.ones((1, 2, 3, 4)), IMAGE, BATCH).ndim == 4


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.ones(3), "image has 1 axis, shape (3,): give an array (height, width)"),
        (5, "image has 0 axes, shape (): give an array (height, width)"),
        (np.ones((0, 3)), "image is empty, shape (0, 3): give every axis at least length 1"),
        (
            [["a"]],
            "image has dtype <U1: convert it to real numbers first, "
            "for example with image.astype(float)",
        ),
    ],
)
def test_messages_about_arrays(value, message):
    assert complaint(as_numeric, "image", value, IMAGE) == message


@pytest.mark.parametrize("dtype", ["O", "c8", "U3", "S3", "M8[D]", "m8[s]", [("x", "f4")]])
def test_dtypes_that_are_no_real_numbers(dtype):
    assert "real numbers" in complaint(as_numeric, "x", np.zeros((2, 2), dtype), IMAGE)


def test_a_message_names_every_rank_that_would_do():
    message = complaint(as_numeric, "images", np.ones((2, 2, 2)), IMAGE, BATCH)
    assert message.endswith("give an array (height, width) or (batch, height, width, channels)")
    assert "rows of equal length" in complaint(as_numeric, "x", [[1], [1, 2]], IMAGE)
    assert complaint(as_numeric, "x", 5, ("length",)).endswith("give an array (length,)")


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3), np.array(3)])
def test_whole_numbers_pass_as_int(value):
    assert type(as_integer("stride", value, 1)) is int


@pytest.mark.parametrize(
    "value", [0, -1, 1.0, np.float32(1), "1", None, True, np.True_, [1], np.array([1]), 1j, np.nan]
)
def test_what_is_no_positive_whole_number(value):
    message = complaint(as_integer, "stride", value, 1)
    assert message.startswith("stride is ")
    assert message.endswith(": use a whole number of at least 1")


def test_one_value_or_a_pair():
    assert per_axis("stride", 2) == (2, 2)
    assert per_axis("stride", (1, 2)) == (1, 2)
    assert per_axis("stride", [1, 2]) == (1, 2)
    assert per_axis("stride", np.array([1, 2])) == (1, 2)
    assert per_axis("stride", np.array(3)) == (3, 3)
    for value in ((1,), (1, 2, 3), [], np.ones(3)):
        message = complaint(per_axis, "stride", value)
        assert message.startswith("stride is ") and "a pair (vertical, horizontal)" in message


@pytest.mark.parametrize(
    ("dtypes", "result"),
    [
        ("?", "i8"),
        ("u1 i1", "i8"),
        ("u8", "f8"),
        ("f4 i8", "f4"),
        ("f2 u8", "f2"),
        ("f2 f4", "f4"),
        ("f4 f8 i1", "f8"),
        ("g f4", "g"),
    ],
)
def test_the_dtype_of_a_sum_of_products(dtypes, result):
    arrays = [np.ones(1, dtype) for dtype in dtypes.split()]
    assert common_dtype(*arrays) == np.dtype(result)
    assert common_dtype(*reversed(arrays)) == np.dtype(result)


def test_half_precision_is_added_up_in_single():
    assert sum_dtype(np.dtype("f2")) == np.float32
    for dtype in ("f4", "f8", "i8", "g"):
        assert sum_dtype(np.dtype(dtype)) == np.dtype(dtype)


def test_sizes_in_words():
    assert size_text((5, 3)) == "5×3" and size_text((7,)) == "7"
