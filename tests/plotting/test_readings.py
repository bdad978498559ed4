"""One picture of a digit: its steps, where the network looked, what it read."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_utils.plotting import draw_reading
from course_utils.plotting.style import BLUE

RANDOM = np.random.default_rng(0)
STEPS = {"grey": RANDOM.random((50, 40)), "ink": RANDOM.random((50, 40)), "28": np.eye(28)}
SHARES = np.array([0.1, 0.7, 0.2])
HEAT = RANDOM.random((8, 8))


def test_each_step_then_the_heat_on_the_last_then_the_bars():
    fig = draw_reading(STEPS, SHARES, HEAT, extent=(6, 22, 22, 6), title="read as 1")
    *steps, looked, bars = fig.axes
    assert [ax.get_title() for ax in steps] == list(STEPS)
    for ax, image in zip(steps, STEPS.values(), strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), image)
    np.testing.assert_array_equal(looked.images[0].get_array(), STEPS["28"])
    opacity = looked.images[1].get_array()[..., 3]
    np.testing.assert_allclose(opacity / opacity.max(), HEAT / HEAT.max())
    assert tuple(looked.images[1].get_extent()) == (6, 22, 22, 6)
    assert looked.get_xlim() == (-0.5, 27.5)
    assert [bar.get_height() for bar in bars.patches] == SHARES.tolist()
    blue = [k for k, bar in enumerate(bars.patches) if bar.get_facecolor()[:3] == to_rgb(BLUE)]
    assert blue == [1] and bars.get_title() == "read as 1"


def test_heat_of_nothing_is_drawn_over_the_whole_image():
    looked = draw_reading(STEPS, SHARES, np.zeros((4, 4))).axes[-2]
    assert not looked.images[1].get_array()[..., 3].any()
    assert tuple(looked.images[1].get_extent()) == (-0.5, 27.5, 27.5, -0.5)


@pytest.mark.parametrize(
    ("steps", "shares", "heat", "says"),
    [
        ({}, SHARES, HEAT, "steps is empty"),
        (STEPS, SHARES[None], HEAT, "probabilities has shape"),
        (STEPS, SHARES, HEAT[0], "heat has shape"),
        (STEPS, SHARES, -HEAT, "negative"),
    ],
)
def test_bad_arguments_are_named(steps, shares, heat, says):
    with pytest.raises(ValueError, match=says):
        draw_reading(steps, shares, heat)
