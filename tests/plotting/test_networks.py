"""A network drawn as sheets and columns."""

import numpy as np
import pytest

from course_utils.networks.models import build_model
from course_utils.plotting import draw_network


@pytest.fixture(scope="module")
def model():
    return build_model("two_conv")


@pytest.fixture
def image():
    return np.random.default_rng(0).random((28, 28, 1))


def test_every_stage_is_labelled_with_its_shape(model):
    ax = draw_network(model, title="two convolutions").axes[0]
    assert [text.get_text() for text in ax.texts if text.get_text()] == [
        "image\n28×28×1",
        "conv1\n24×24×10",
        "pool1\n12×12×10",
        "conv2\n8×8×20",
        "pool2\n4×4×20",
        "flatten\n320",
        "dense1\n100",
        "output\n10",
    ]
    assert ax.get_title() == "two convolutions"


def test_a_sheet_a_map_a_column_a_vector_an_arrow_between(model):
    ax = draw_network(model).axes[0]
    assert len(ax.patches) == 1 + 10 + 10 + 20 + 20 + 3
    assert sum(text.get_text() == "" for text in ax.texts) == 7
    assert not ax.images


def test_stages_stand_side_by_side_and_shrink(model):
    ax = draw_network(model).axes[0]
    fronts = [ax.patches[place] for place in (0, 10, 20, 40, 60)]
    widths = [front.get_width() for front in fronts]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] / widths[1] == pytest.approx(np.sqrt(28 / 24))
    left = [front.get_x() for front in fronts]
    assert all(a + w < b for a, w, b in zip(left, widths, left[1:]))


def test_the_labels_do_not_overlap(model):
    fig = draw_network(model)
    fig.canvas.draw()
    boxes = [t.get_window_extent() for t in fig.axes[0].texts if t.get_text()]
    assert all(one.x1 < other.x0 for one, other in zip(boxes, boxes[1:]))


def test_with_an_image_every_sheet_shows_what_its_layer_makes_of_it(model, image):
    ax = draw_network(model, image=image).axes[0]
    assert len(ax.images) == len(ax.patches)
    np.testing.assert_array_equal(ax.images[0].get_array(), image[:, :, 0])
    conv1 = np.asarray(model.get_layer("conv1")(image[None]))[0]
    # the front sheet of a stack is drawn last, and shows the first map
    np.testing.assert_allclose(ax.images[10].get_array(), conv1[:, :, 0], atol=1e-6)
    probabilities = model.predict(image[None], verbose=0)[0]
    np.testing.assert_allclose(ax.images[-1].get_array()[:, 0], probabilities, atol=1e-6)


def test_no_more_than_twenty_sheets_and_no_stage_for_dropout():
    ax = draw_network(build_model("three_conv")).axes[0]
    labels = [text.get_text() for text in ax.texts if text.get_text()]
    assert "conv3\n7×7×64" in labels and not any("dropout" in label for label in labels)
    assert len(ax.patches) == 1 + 5 * 20 + 3


def test_a_functional_model_has_its_input_drawn_once():
    import keras

    start = keras.Input((8, 8, 1), name="start")
    end = keras.layers.Conv2D(2, 3, name="conv")(start)
    ax = draw_network(keras.Model(start, end, name="small"), image=np.ones((8, 8, 1))).axes[0]
    assert len(ax.images) == 3


def test_an_image_of_another_shape_is_refused(model):
    with pytest.raises(ValueError, match=r"image has shape \(28, 28\)"):
        draw_network(model, image=np.ones((28, 28)))


def test_a_model_without_input_is_refused():
    import keras

    with pytest.raises(ValueError, match="begins with keras.Input"):
        draw_network(keras.Sequential([keras.layers.Dense(1, name="dense")]))
    with pytest.raises(ValueError, match="model is 'two_conv'"):
        draw_network("two_conv")
