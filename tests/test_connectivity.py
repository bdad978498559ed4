"""Links, parameters and multiplications: the lectures' numbers, and counted one by one."""

import doctest

import numpy as np
import pytest
from geometry import geometries
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import connectivity
from course_utils.connectivity import KINDS, layer_costs, wiring
from course_utils.convolution import convolution_matrix

# The same examples in every run, so that a red test means a changed program, not a lucky draw; and
# no time limit for one, as a shared machine may pause at any moment.
STABLE = settings(derandomize=True, deadline=None)


@pytest.mark.parametrize(
    ("kind", "parameters"), [("shared", 260), ("unshared", 149_760), ("dense", 4_521_600)]
)
def test_the_lectures_first_layer(kind, parameters):
    costs = layer_costs(kind, (28, 28, 1), 10, 5)
    assert costs.parameters == parameters
    assert costs.outputs == 24 * 24 * 10
    assert costs.links == costs.multiplications
    assert costs.links == costs.outputs * (28 * 28 if kind == "dense" else 25)


@pytest.mark.parametrize(
    ("input_shape", "filters", "kernel_size", "weights", "parameters"),
    [
        ((28, 28, 1), 10, 5, 250, 260),
        ((12, 12, 10), 20, 5, 5_000, 5_020),
        ((28, 28, 1), 64, 3, 576, 640),
        ((28, 28, 64), 64, 5, 102_400, 102_464),
        ((28, 28, 64), 64, (3, 3), 36_864, 36_928),
        ((28, 28, 64), 64, 7, 200_704, 200_768),
    ],
)
def test_parameters_of_shared_layers(input_shape, filters, kernel_size, weights, parameters):
    costs = layer_costs("shared", input_shape, filters, kernel_size)
    assert costs.parameters == parameters == weights + filters


def test_one_input_feeds_three_outputs_or_all():
    narrow = layer_costs("shared", (1, 100, 1), 1, (1, 3), padding="same")
    dense = layer_costs("dense", (1, 100, 1), 1, (1, 3), padding="same")
    assert narrow.links == 3 * 100 - 2  # the two cells at the ends feed two
    assert dense.links == 100 * 100


@given(geometries(), st.integers(1, 3), st.integers(1, 4))
@settings(STABLE, max_examples=200)
def test_links_are_the_ones_of_the_matrix(g, channels, filters):
    shape = (*g.image, channels)
    matrix = convolution_matrix(np.ones(g.kernel), g.image, **g.arguments)
    links = int(np.count_nonzero(matrix)) * channels * filters
    outputs = int(np.prod(g.output)) * filters
    patch = int(np.prod(g.kernel)) * channels
    banks = {"shared": 1, "unshared": int(np.prod(g.output)), "tiled": int(np.prod(g.output))}
    for kind, count in banks.items():
        tile = g.output if kind == "tiled" else None
        costs = layer_costs(kind, shape, filters, g.kernel, tile=tile, **g.arguments)
        assert costs == (outputs, links, count * (patch + 1) * filters, patch * outputs)
        assert all(type(number) is int for number in costs)
    dense = layer_costs("dense", shape, filters, g.kernel, **g.arguments)
    everything = int(np.prod(shape)) * outputs
    assert dense == (outputs, everything, everything + outputs, everything)


def test_tiled_lies_between_shared_and_unshared():
    def parameters(kind, **options):
        return layer_costs(kind, (28, 28, 1), 10, 5, **options).parameters

    assert parameters("tiled", tile=1) == parameters("shared")
    assert parameters("tiled", tile=2) == 4 * parameters("shared")
    assert parameters("tiled", tile=(2, 3)) == 6 * parameters("shared")
    assert parameters("tiled", tile=24) == parameters("unshared")


GOOD = {"kind": "shared", "input_shape": (28, 28, 1), "filters": 10, "kernel_size": 5}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": "conv"}, ["kind is 'conv'", *(f'"{kind}"' for kind in KINDS)]),
        ({"kind": None}, ["kind is None"]),
        ({"input_shape": (28, 28)}, ["input_shape is (28, 28)", "(height, width, channels)"]),
        ({"input_shape": 28}, ["input_shape is 28", "(height, width, channels)"]),
        ({"input_shape": (28, 28, 0)}, ["input_shape is 0", "at least 1"]),
        ({"input_shape": (None, 28, 1)}, ["input_shape is None", "whole number"]),
        ({"filters": 0}, ["filters is 0", "at least 1"]),
        ({"filters": 1.5}, ["filters is 1.5", "whole number"]),
        ({"kernel_size": 0}, ["kernel_size is 0", "at least 1"]),
        ({"kernel_size": (5, 5, 5)}, ["kernel_size is (5, 5, 5)", "pair"]),
        ({"kernel_size": 29}, ["kernel 29×29 is larger than the input 28×28", "pad the input"]),
        ({"stride": 0}, ["stride is 0"]),
        ({"dilation": 1.0}, ["dilation is 1.0"]),
        ({"padding": "SAME"}, ['"valid", "same", "full"']),
        ({"padding": -1}, ["padding is -1"]),
        ({"tile": 2}, ['tile is 2, but kind is "shared"', 'kind="tiled"']),
        ({"kind": "tiled"}, ["tile is missing", "tile=2"]),
        ({"kind": "tiled", "tile": 0}, ["tile is 0"]),
        ({"kind": "tiled", "tile": 25}, ["tile 25×25 is larger than the output 24×24"]),
    ],
)
def test_bad_input(changed, words):
    with pytest.raises(ValueError) as caught:
        layer_costs(**{**GOOD, **changed})
    message = str(caught.value)
    assert ": " in message and all(word in message for word in words)


def test_the_examples_of_the_docstrings():
    assert doctest.testmod(connectivity).failed == 0


# --- the wiring as a table ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("inputs", "width"), [(7, 3), (12, 5), (4, 4), (6, 1)])
def test_a_wiring_has_the_links_and_weights_that_are_counted(kind, inputs, width):
    outputs = inputs - width + 1
    tile = min(2, outputs)
    table = wiring(kind, inputs, width, tile)
    costs = layer_costs(
        kind, (1, inputs, 1), 1, (1, width), tile=(1, tile) if kind == "tiled" else None
    )
    banks = {"shared": 1, "tiled": tile, "unshared": outputs, "dense": outputs}[kind]
    assert table.shape == (outputs, inputs)
    assert np.count_nonzero(table) == costs.links
    assert table.max() == len(np.unique(table[table > 0])) == costs.parameters - banks
    assert table.min() == (1 if kind == "dense" or width == inputs else 0)


def test_the_shared_wiring_is_the_matrix_of_a_correlation():
    kernel = np.array([[4, 7, 9, 2]])
    table = wiring("shared", 11, 4)
    np.testing.assert_array_equal(np.append(0, kernel)[table], convolution_matrix(kernel, (1, 11)))


def test_banks_of_a_tiled_wiring_take_turns():
    table = wiring("tiled", 8, 2, tile=3)
    rows = [row[row > 0].tolist() for row in table]
    assert rows == [[1, 2], [3, 4], [5, 6], [1, 2], [3, 4], [5, 6], [1, 2]]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("some", 7), 'kind is .some.: use one of "dense"'),
        (("shared", 0), "inputs is 0"),
        (("shared", 7, 2.5), "width is 2.5"),
        (("shared", 3, 4), "width 4 is larger than inputs 3: use a smaller kernel"),
        (("tiled", 7, 3, 0), "tile is 0"),
        (("tiled", 7, 3, 6), "tile is 6, but there are 5 outputs: use at most as many"),
    ],
)
def test_an_impossible_wiring_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        wiring(*arguments)
