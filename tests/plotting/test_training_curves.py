"""Loss and accuracy against epochs."""

import numpy as np
import pytest

from course_utils.plotting import draw_training

HISTORY = {
    "loss": [1.0, 0.5, 0.2, 0.1],
    "accuracy": [0.6, 0.9, 0.95, 0.99],
    "val_loss": [0.8, 0.4, 0.3, 0.35],
    "val_accuracy": [0.7, 0.91, 0.93, 0.93],
}


def test_two_axes_with_training_and_validation_from_epoch_one():
    loss, accuracy = draw_training(HISTORY).axes
    assert (loss.get_title(), accuracy.get_title()) == ("loss", "accuracy")
    for ax, name in ((loss, "loss"), (accuracy, "accuracy")):
        np.testing.assert_array_equal(ax.lines[0].get_xdata(), [1, 2, 3, 4])
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), HISTORY[name])
        np.testing.assert_array_equal(ax.lines[1].get_ydata(), HISTORY[f"val_{name}"])
        assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()


def test_the_lowest_validation_loss_is_marked_on_both():
    fig = draw_training(HISTORY)
    assert [ax.lines[2].get_xdata()[0] for ax in fig.axes] == [3, 3]
    labels = [text.get_text() for text in fig.legends[0].get_texts()]
    assert labels == ["training", "validation", "lowest validation loss"]


def test_accuracy_is_in_per_cent_and_the_loss_starts_at_zero():
    loss, accuracy = draw_training(HISTORY).axes
    accuracy.figure.canvas.draw()
    assert "90 %" in [tick.get_text() for tick in accuracy.get_yticklabels()]
    assert loss.get_ylim()[0] == 0


def test_without_validation_there_is_one_line_each():
    fig = draw_training({"loss": [1.0], "accuracy": [0.5]}, title="one epoch")
    assert [len(ax.lines) for ax in fig.axes] == [1, 1]
    assert fig.get_suptitle() == "one epoch"


def test_another_metric_can_be_drawn():
    ax = draw_training({"loss": [1.0], "top_3": [0.5]}, metric="top_3").axes[1]
    assert ax.get_title() == "top_3"


@pytest.mark.parametrize(
    "history", [{}, {"loss": [1.0]}, {"accuracy": [1.0]}, {"loss": [], "accuracy": []}]
)
def test_an_incomplete_history_is_refused(history):
    with pytest.raises(ValueError, match="draw_training needs"):
        draw_training(history)


def test_the_legend_covers_no_part_of_the_axes():
    fig = draw_training(HISTORY)
    fig.canvas.draw()
    legend = fig.legends[0].get_window_extent()
    assert all(legend.y1 <= ax.get_window_extent().y0 for ax in fig.axes)
