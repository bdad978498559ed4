"""Slopes by small steps, and how far two gradients are apart."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from course_utils.layers.gradient_check import central_difference, relative_error


def test_slopes_of_a_cubic():
    values = np.array([[1.0, -2.0], [0.5, 3.0]])
    slopes = central_difference(lambda: float(np.sum(values**3)), values)
    assert_allclose(slopes, 3 * values**2, rtol=1e-7)


def test_a_quadratic_has_no_error_but_rounding():
    values = np.array([3.0])
    slopes = central_difference(lambda: float(values[0] ** 2), values, step=0.5)
    assert_allclose(slopes, [6], rtol=1e-14)


def test_the_values_are_as_before_also_after_an_error():
    values = np.array([0.1, 0.7])
    central_difference(lambda: float(values.sum()), values)
    assert_array_equal(values, [0.1, 0.7])

    def fails():
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        central_difference(fails, values)
    assert_array_equal(values, [0.1, 0.7])


def test_bad_values_and_steps_are_refused():
    with pytest.raises(ValueError, match="values is of float32: give a float64 array"):
        central_difference(float, np.zeros(2, "f4"))
    with pytest.raises(ValueError, match="values is of list"):
        central_difference(float, [1.0])
    locked = np.zeros(2)
    locked.flags.writeable = False
    with pytest.raises(ValueError, match="values is read-only"):
        central_difference(float, locked)
    with pytest.raises(ValueError, match="step is 0"):
        central_difference(float, np.zeros(2), step=0)


def test_relative_error_of_equal_opposite_and_zero():
    a = np.array([[3.0, 4.0]])
    assert relative_error(a, a) == 0
    assert relative_error(a, -a) == 1
    assert relative_error(a, 0 * a) == 1
    assert relative_error(0 * a, 0 * a) == 0
    assert relative_error(2.0, 1.0) == pytest.approx(1 / 3)


def test_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"other has shape \(3,\), one has \(2,\)"):
        relative_error([1, 2], [1, 2, 3])


@pytest.mark.parametrize(
    ("one", "other", "error"),
    [
        (np.uint8([1]), np.uint8([2]), 1 / 3),
        (np.int8([-128]), np.int8([127]), 1),
        (np.float16([60000]), np.float16([-60000]), 1),
        ([1e-200], [2e-200], 1 / 3),
        ([1e200, 1e200], [2e200, 2e200], 1 / 3),
        ([1.7e308], [-1.7e308], 1),
        ([5e-324], [1e-323], 1 / 3),
        ([True], [False], 1),
        ([1.0, 1e-200], [1.0, 2e-200], 0),
    ],
)
def test_the_error_does_not_depend_on_the_unit(one, other, error):
    assert relative_error(one, other) == pytest.approx(error, abs=1e-15)
    assert relative_error(other, one) == pytest.approx(error, abs=1e-15)


def test_slopes_that_are_no_numbers_stay_none():
    assert np.isnan(relative_error([np.nan], [1.0]))


@pytest.mark.parametrize("step", ["1e-6", None, np.nan, -1])
def test_steps_that_are_none(step):
    with pytest.raises(ValueError, match="step is .*: use a number above 0"):
        central_difference(float, np.zeros(2), step=step)
