"""Convolution of volumes as blocks."""

import numpy as np
import pytest

from course_utils.plotting import draw_volumes


def faces(fig, gid):
    return [patch for patch in fig.axes[0].patches if patch.get_gid() == gid]


def texts(fig):
    return [text.get_text() for text in fig.axes[0].texts]


def box(patches):
    corners = np.concatenate([patch.get_xy() for patch in patches])
    return corners.min(axis=0), corners.max(axis=0)


@pytest.mark.parametrize(("image", "kernel"), [((4, 5, 3), (3, 3)), ((3, 6, 2), (2, 4))])
def test_a_block_shows_each_cell_of_its_three_faces(image, kernel):
    fig = draw_volumes(image, kernel, (0, 0), [1])
    h, w, depth = image
    assert len(faces(fig, "image")) == h * w + depth * (h + w)
    kh, kw = kernel
    assert len(faces(fig, "kernel 0")) == kh * kw + depth * (kh + kw)
    assert len(faces(fig, "map 0")) == (h - kh + 1) * (w - kw + 1)


@pytest.mark.parametrize("cell", [(0, 0), (0, 2), (1, 1)])
def test_the_window_lies_on_the_image_where_the_answer_lies_on_the_map(cell):
    fig = draw_volumes((4, 5, 3), (3, 3), cell, [7])
    image_low, image_high = box(faces(fig, "image"))
    window_low, window_high = box(faces(fig, "window"))
    # As deep as the image, so the way from the front to the back is the same.
    into = image_high - image_low - (5, 4)
    np.testing.assert_allclose(window_high - window_low, into + (3, 3))
    np.testing.assert_allclose(window_low - image_low, (cell[1], 4 - 3 - cell[0]))
    map_low, _ = box(faces(fig, "map 0"))
    (answer,) = faces(fig, "answer 0")
    np.testing.assert_allclose(box([answer])[0] - map_low, (cell[1], 2 - 1 - cell[0]))


def test_every_filter_has_a_map_and_a_bias_of_its_own():
    fig = draw_volumes((4, 5, 3), (3, 3), (0, 1), [-4, 3.5], biases=[1, -2])
    written = texts(fig)
    for text in ("−4", "3.50".rstrip("0"), "+ 1", "− 2", "filter 1: 3×3×3", "image\n4×5×3"):
        assert text in written
    assert "feature map\n2×3×2" in written
    assert written.count("bias") == 2
    assert faces(fig, "map 1") and not faces(fig, "map 2")
    first, second = (box(faces(fig, f"kernel {k}")) for k in (0, 1))
    assert first[0][1] > second[1][1]  # one above the other


def test_one_filter_without_a_bias():
    written = texts(draw_volumes((5, 5, 1), 2 * (3,), (2, 2), [0]))
    assert "=" in written and "bias" not in written and "response map\n3×3" in written


def test_the_window_lets_what_is_below_it_shine_through():
    for face in faces(draw_volumes((4, 5, 3), (3, 3), (0, 1), [1]), "window"):
        assert face.get_facecolor()[3] < 0.6


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (((4, 5), (3, 3), (0, 0), [1]), "image_shape is .4, 5."),
        (((4, 5, 0), (3, 3), (0, 0), [1]), "image_shape is"),
        (((4, 5, 3), (3, 3, 3), (0, 0), [1]), "kernel_size is"),
        (((4, 5, 3), (5, 3), (0, 0), [1]), "kernel_size 5×3 is larger than the image 4×5"),
        (((4, 5, 3), (3, 3), (2, 0), [1]), "cell is .2, 0.: use rows 0 to 1"),
        (((4, 5, 3), (3, 3), (0, 0), []), "answers are 0"),
        (((4, 5, 3), (3, 3), (0, 0), [1] * 5), "answers are 5"),
    ],
)
def test_what_can_not_be_drawn_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        draw_volumes(*arguments)


def test_a_bias_is_wanted_for_each_answer():
    with pytest.raises(ValueError, match="biases are 1 for 2 answers"):
        draw_volumes((4, 5, 3), (3, 3), (0, 0), [1, 2], biases=[1])
