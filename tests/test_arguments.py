"""The checks that the NumPy modules share."""

import re
from fractions import Fraction

import numpy as np
import pytest
from scipy import sparse

from course_utils import connectivity, convolution, detection, pooling
from course_utils.arguments import (
    as_amount,
    as_batch,
    as_choice,
    as_class_numbers,
    as_double,
    as_floating,
    as_integer,
    as_numeric,
    as_real,
    as_switch,
    per_axis,
    size_text,
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
    ],
)
def test_messages_about_arrays(value, message):
    assert complaint(as_numeric, "image", value, IMAGE) == message


# What was given, what is said of it, and the remedy, which has to work.
UNREADABLE = {
    "a complex list": ([[1, 2j]], "holds complex numbers", "np.real(x)"),
    "a complex array": (np.ones((1, 2), "c8"), "holds complex numbers", "np.abs(x)"),
    "text that is numbers": ([["1", "2.5"]], "holds '1', text", "np.array(x, dtype=float)"),
    "an array of it": (np.array(["1", "2.5"]), "holds '1', text", "np.array(x, dtype=float)"),
    "a set": ({2, 1}, "is a set, which has no order", "sorted(x)"),
    "a generator": ((number for number in (1, 2)), "is a generator", "list(x)"),
    "a map": (map(abs, [1, 2]), "is a map", "list(x)"),
    "a dictionary": ({"a": 1, "b": 2}, "is a dict", "list(x.values())"),
    "its values": ({"a": 1, "b": 2}.values(), "is a dict_values", "list(x)"),
    "huge integers": ([2**70, 1], f"holds {2**70}", "np.array(x, dtype=float)"),
    "fractions": ([Fraction(1, 2)], "holds Fraction(1, 2)", "np.array(x, dtype=float)"),
    "fields": (np.ones(2, [("price", "f4"), ("day", "i4")]), "has fields", "x['price']"),
    "classes by name": (["b", "a", "b"], "x[0] is 'b'", "np.unique(x, return_inverse=True)[1]"),
    "names": (np.array(["b", "a"]), "x[0] is 'b'", "np.unique(x, return_inverse=True)[1]"),
    "bytes": ([b"cat"], "x[0] is b'cat'", "np.unique(x, return_inverse=True)[1]"),
    "dates": (
        np.array(["2020-01-01", "2020-01-03"], "M8[D]"),
        "holds dates",
        "(np.asarray(x) - np.min(x)) / np.timedelta64(1, 'D')",
    ),
    "spans": (np.ones(2, "m8[D]"), "holds time spans", "np.asarray(x) / np.timedelta64(1, 'D')"),
    "a mask": (np.ma.array([1, 2], mask=[0, 1]), "with 1 cells masked", "x.filled(0)"),
    "a sparse matrix": (sparse.eye(3), "is a dia_matrix", "x.toarray()"),
}


@pytest.mark.parametrize(("value", "says", "remedy"), UNREADABLE.values(), ids=UNREADABLE)
def test_the_remedy_works_for_what_was_given(value, says, remedy):
    message = complaint(as_real, "x", value)
    assert message.startswith("x") and says in message and remedy in message
    as_real("x", eval(remedy, {"x": value, "np": np}))


def test_tables_with_text():
    pandas = pytest.importorskip("pandas", reason="pandas comes with an extra")
    table = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    message = complaint(as_real, "x", table)
    assert message.startswith("x has a column that holds 'x'")
    assert message.endswith("x.select_dtypes('number')")
    np.testing.assert_array_equal(as_real("x", table.select_dtypes("number")), [[1], [2]])


def test_a_dtype_of_other_libraries():
    bfloat16 = pytest.importorskip("ml_dtypes", reason="comes with TensorFlow").bfloat16
    message = complaint(as_real, "x", np.ones(2, bfloat16))
    assert message.startswith("x has dtype bfloat16")
    assert message.endswith("np.asarray(x).astype(np.float32)")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "x is None: give an array of real numbers"),
        ("abc", "x is 'abc', which is text: give an array of real numbers"),
        ([1, None], "x[1] is None, which is no real number: put one in its place"),
        ([[1, 2], [3, [4]]], "rows of equal length"),
        (
            np.array([[1, {}]]),
            "x[0, 1] is {}, which is no real number: put one in its place",
        ),
    ],
)
def test_what_has_no_remedy_in_a_word_is_named(value, message):
    assert complaint(as_real, "x", value).endswith(message)


def test_a_masked_array_without_masked_cells_passes():
    np.testing.assert_array_equal(as_real("x", np.ma.array([1, 2])), [1, 2])


class Tensor:
    """As one of PyTorch's that has to be made ready for NumPy."""

    requires_grad, dtype = True, "torch.bfloat16"

    def __array__(self, *_, **__):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    def detach(self):
        return self

    def float(self):
        return np.ones(2)


def test_tensors_are_told_their_own_steps():
    message = complaint(as_real, "x", Tensor())
    assert message.startswith("x can't be made an array (Can't call numpy() on Tensor")
    assert message.endswith("give x.detach().float()")
    assert complaint(as_real, "x", [Tensor()]).endswith("its parts as x[0].detach().float()")


def test_pytorchs_tensors():
    torch = pytest.importorskip("torch", reason="PyTorch is optional")
    ones = torch.ones(2)
    np.testing.assert_array_equal(as_real("x", ones), 1)
    for value, remedy in (
        (torch.ones(2, requires_grad=True), "give x.detach()"),
        (ones.bfloat16(), "give x.float()"),
        (torch.ones(2, dtype=torch.bfloat16, requires_grad=True), "give x.detach().float()"),
    ):
        assert complaint(as_real, "x", value).endswith(remedy)


def test_any_number_of_axes():
    for shape in ((2,), (2, 3), (1, 2, 3)):
        assert as_numeric("x", np.ones(shape), ("…", "classes")).shape == shape
    message = complaint(as_numeric, "x", 5, ("…", "classes"))
    assert message == "x has 0 axes, shape (): give an array (…, classes)"


def test_a_batch_may_hold_no_examples_but_nothing_else_may_be_empty():
    assert as_batch("x", np.ones((0, 4, 5, 3)), BATCH).shape == (0, 4, 5, 3)
    assert as_batch("x", np.ones((0, 4)), ("batch", "…")).shape == (0, 4)
    assert as_batch("x", [[1, 2]], IMAGE).shape == (1, 2)
    for value, axes in (
        (np.ones((0, 4)), IMAGE),
        (np.ones((0, 0, 5, 3)), BATCH),
        (np.ones((2, 0, 5, 3)), BATCH),
    ):
        assert "x is empty" in complaint(as_batch, "x", value, axes)
    assert "1 axis" in complaint(as_batch, "x", [], BATCH)
    assert "complex" in complaint(as_batch, "x", np.ones((0, 4, 5, 3), complex), BATCH)


def test_the_dtype_to_calculate_in():
    for given, wanted, double in (
        ("?", "f8", "f8"),
        ("u1", "f8", "f8"),
        ("i8", "f8", "f8"),
        ("f2", "f4", "f8"),
        ("f4", "f4", "f8"),
        ("f8", "f8", "f8"),
        ("g", "g", "g"),
    ):
        assert as_floating("x", np.ones(2, given)).dtype == np.dtype(wanted)
        assert as_double("x", np.ones(2, given)).dtype == np.dtype(double)


@pytest.mark.parametrize(("value", "dtype"), [(2**53 + 1, "i8"), (-(2**60), "i8"), (2**63, "u8")])
def test_integers_that_would_be_rounded_are_refused(value, dtype):
    message = complaint(as_floating, "x", np.array([value, 0], dtype))
    assert message.startswith(f"x holds {abs(value)} as ")
    assert as_floating("x", np.array([2**53, 0], dtype))[0] == 2**53


def test_class_numbers():
    found = as_class_numbers("labels", np.array([0, 2], "u1"), classes=3)
    assert found.dtype == np.int64 and found.tolist() == [0, 2]
    assert as_class_numbers("labels", []).shape == (0,)
    for value, says in (
        ([0, 3], "labels holds 3: with 3 classes the numbers run from 0 to 2"),
        ([-1], "labels holds -1: with 3 classes"),
        (np.array([2**64 - 1], "u8"), f"labels holds {2**64 - 1}: with"),
        ([0.0], "labels has dtype float64: give class numbers as integers"),
        ([True], "labels has dtype bool"),
        ([[1]], "labels has shape (1, 1): give one class number for each, (n,)"),
    ):
        with pytest.raises(ValueError, match=re.escape(says)):
            as_class_numbers("labels", value, classes=3)
    assert complaint(as_class_numbers, "labels", [-1]) == "labels holds -1: the numbers run from 0"


@pytest.mark.parametrize("value", ["1", None, 1j, np.nan, np.inf, [1, 2], {}])
def test_amounts(value):
    assert complaint(as_amount, "step", value, "use a number").startswith("step is ")
    assert as_amount("step", np.float32(0.5), "use a number") == 0.5


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


def test_numbers_beyond_any_machine_are_refused():
    message = complaint(as_integer, "stride", 10**30, 1)
    assert message == f"stride is {10**30}: use a whole number of at most {2**53}"


def test_one_value_or_a_pair():
    assert per_axis("stride", 2) == (2, 2)
    assert per_axis("stride", (1, 2)) == (1, 2)
    assert per_axis("stride", [1, 2]) == (1, 2)
    assert per_axis("stride", np.array([1, 2])) == (1, 2)
    assert per_axis("stride", np.array(3)) == (3, 3)
    for value in ((1,), (1, 2, 3), [], np.ones(3)):
        message = complaint(per_axis, "stride", value)
        assert message.startswith("stride is ") and "a pair (vertical, horizontal)" in message


def test_sizes_in_words():
    assert size_text((5, 3)) == "5×3" and size_text((7,)) == "7"


ODD = [None, 1, True, "Same", "SAME", "same ", b"same", ["same"], np.array(["same", "max"]), {}]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_word_is_one_of_those_offered_as_it_is_written(value):
    message = complaint(as_choice, "padding", value, ("same", "valid"))
    assert message == f'padding is {value!r}: use one of "same", "valid"'


def test_words_of_numpys_are_words():
    assert as_choice("mode", np.str_("max"), ("max",)) == "max"


def test_a_switch_is_true_or_false_and_no_text():
    for value in (True, np.True_, 1, np.uint8(1)):
        assert as_switch("flip", value) is True
    for value in (False, np.False_, 0):
        assert as_switch("flip", value) is False
    for value in ("no", "", 2, None, [], 0.0, np.array([1, 2])):
        assert complaint(as_switch, "flip", value) == f"flip is {value!r}: use True or False"


WORDS = {
    "border": lambda v: convolution.correlate2d(np.ones((4, 4)), np.ones((2, 2)), border=v),
    "method": lambda v: convolution.conv2d(np.ones((1, 4, 4, 1)), np.ones((2, 2, 1, 1)), method=v),
    "mode": lambda v: pooling.pool2d(np.ones((4, 4)), 2, mode=v),
    "kind": lambda v: connectivity.layer_costs(v, (4, 4, 1), 1, 2),
}
SWITCHES = {
    "ceil_mode": lambda v: pooling.max_pool2d_argmax(np.ones((4, 4)), 2, ceil_mode=v),
    "count_padding": lambda v: pooling.pool2d(np.ones((4, 4)), 2, mode="mean", count_padding=v),
    "flip": lambda v: convolution.convolution_matrix(np.ones((2, 2)), (4, 4), flip=v),
    "inclusive": lambda v: detection.areas([[0, 0, 1, 1]], inclusive=v),
}


@pytest.mark.parametrize("name", [*WORDS, *SWITCHES])
def test_public_functions_ask_so(name):
    for value in (None, "No", np.array([1, 2]), np.array(["a", "b"])):
        message = complaint((WORDS | SWITCHES)[name], value)
        assert message.startswith(f"{name} is {value!r}: use "), message
