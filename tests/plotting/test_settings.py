"""One number over a grid of settings."""

import numpy as np
import pytest

from course_utils.plotting.settings import draw_settings

SETTINGS = [{"RATE": rate, "SEED": seed} for rate in (0.1, 0.01) for seed in (0, 1, 2)]
VALUES = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


def dots(ax):
    return [y for line in ax.lines for y in line.get_ydata()]


def means(ax):
    return [each.get_segments()[0][0, 1] for each in ax.collections]


def test_every_run_is_a_dot_in_every_panel():
    rate, seed = draw_settings(SETTINGS, VALUES, ylabel="accuracy", title="6 runs").axes
    assert sorted(dots(rate)) == sorted(dots(seed)) == VALUES
    assert (rate.get_xlabel(), seed.get_xlabel()) == ("RATE", "SEED")
    assert (rate.get_ylabel(), seed.get_ylabel()) == ("accuracy", "")


def test_the_bars_are_means_over_all_other_settings():
    rate, seed = draw_settings(SETTINGS, VALUES, ylabel="accuracy").axes
    # Numbers come in their own order.
    assert [label.get_text() for label in rate.get_xticklabels()] == ["0.01", "0.1"]
    assert means(rate) == pytest.approx([0.9, 0.6])
    assert means(seed) == pytest.approx([0.65, 0.75, 0.85])


def test_words_keep_the_order_of_their_runs():
    settings = [{"NET": name} for name in ("small", "big", "small")]
    (ax,) = draw_settings(settings, [1, 2, 3], ylabel="x").axes
    assert [label.get_text() for label in ax.get_xticklabels()] == ["small", "big"]


def test_a_setting_with_one_value_gets_no_panel():
    settings = [{"EPOCHS": 5, "SEED": seed} for seed in (0, 1)]
    assert [ax.get_xlabel() for ax in draw_settings(settings, [1, 2], ylabel="x").axes] == ["SEED"]
    assert len(draw_settings([{"EPOCHS": 5, "SEED": 0}], [1], ylabel="x").axes) == 1


def test_what_is_not_finite_is_counted_instead():
    settings = [{"RATE": rate} for rate in (1, 1, 2)]
    (ax,) = draw_settings(settings, [np.nan, 0.5, np.inf], ylabel="loss").axes
    assert dots(ax) == [0.5] and means(ax) == [0.5]
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels == ["1\n(1 not finite)", "2\n(1 not finite)"]


@pytest.mark.parametrize(
    ("settings", "values", "says"),
    [
        ([], [], "at least one run"),
        ([{}], [1], "one setting"),
        ([{"A": 1}], [1, 2], "as many"),
        ([{"A": 1}, {"B": 1}], [1, 2], "other names"),
    ],
)
def test_unusable_input_is_refused(settings, values, says):
    with pytest.raises(ValueError, match=says):
        draw_settings(settings, values, ylabel="x")
