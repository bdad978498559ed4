"""Gradient norms against the layer."""

import numpy as np
import pytest

from course_utils.plotting import draw_gradient_norms


def test_a_line_a_network_from_layer_one_on_a_logarithmic_axis():
    networks = {"short": {"a": 1.0, "b": 0.1}, "deep": {"a": 1e-3, "b": 1e-2, "c": 0.1}}
    ax = draw_gradient_norms(networks, title="before training").axes[0]
    assert ax.get_yscale() == "log" and ax.get_title() == "before training"
    assert [line.get_label() for line in ax.lines] == ["short", "deep"]
    for line, norms in zip(ax.lines, networks.values()):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(1, len(norms) + 1))
        np.testing.assert_array_equal(line.get_ydata(), list(norms.values()))


@pytest.mark.parametrize("networks", [{}, {"empty": {}}])
def test_nothing_to_draw_is_refused(networks):
    with pytest.raises(ValueError, match="at least one network"):
        draw_gradient_norms(networks)
