"""Pictures side by side: what is drawn, on which scale, under which title."""

import numpy as np
import pytest

from course_utils.plotting import draw_filtering, draw_images, draw_pixels, draw_scores


def drawn(fig):
    return [ax.images[0] for ax in fig.axes if ax.images]


def test_images_stand_in_order_with_their_titles():
    images = [np.full((2, 3), k) for k in range(5)]
    fig = draw_images(images, list("abcde"), columns=3)
    assert [int(p.get_array()[0, 0]) for p in drawn(fig)] == [0, 1, 2, 3, 4]
    assert [ax.get_title() for ax in fig.axes][:5] == list("abcde")
    assert len(fig.axes) == 6 and not fig.axes[5].axison


def test_each_image_has_its_own_scale_unless_told_otherwise():
    images = [np.array([[0, 1]]), np.array([[0, 5]])]
    assert [p.get_clim() for p in drawn(draw_images(images))] == [(0, 1), (0, 5)]
    assert [p.get_clim() for p in drawn(draw_images(images, same_scale=True))] == [(0, 5)] * 2


def test_signed_images_have_zero_in_the_middle_and_another_colour_map():
    fig = draw_images([np.array([[-1, 4]]), np.array([[0, 4]])], signed=[True, False])
    signed, plain = drawn(fig)
    assert signed.get_clim() == (-4, 4) and plain.get_clim() == (0, 4)
    assert (signed.get_cmap().name, plain.get_cmap().name) == ("BrBG", "gray")


def test_signed_images_on_one_scale_share_the_largest():
    fig = draw_images([np.array([[-1, 2]]), np.array([[-7, 0]])], signed=True, same_scale=True)
    assert [p.get_clim() for p in drawn(fig)] == [(-7, 7)] * 2


def test_an_image_of_zeros_can_be_drawn_signed():
    assert drawn(draw_images([np.zeros((2, 2))], signed=True))[0].get_clim() == (-1, 1)


def test_a_few_extreme_cells_of_a_large_map_do_not_make_the_rest_pale():
    values = np.ones((100, 100))
    values[0, 0] = 1000
    assert drawn(draw_images([values], signed=True))[0].get_clim() == (-1, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([],), "images is empty"),
        (([np.ones((2, 2))], ["a", "b"]), "titles has 2 entries for 1 images"),
    ],
)
def test_bad_input_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        draw_images(*arguments)


def test_signs_and_colorbars_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="signed has 2 entries for 1 images"):
        draw_images([np.ones((2, 2))], signed=[True, False])
    with pytest.raises(ValueError, match="needs same_scale=True"):
        draw_images([np.ones((2, 2))], colorbar=True)


def test_a_colorbar_adds_one_axes():
    assert len(draw_images([np.eye(2)] * 2, same_scale=True, colorbar=True).axes) == 3


def test_filtering_shows_image_kernel_and_result_on_the_image_s_scale():
    image, kernel = np.array([[0.0, 2.0]]), np.array([[3, -3]])
    left, middle, right = draw_filtering(image, kernel, image * 9, title="out").axes
    assert right.images[0].get_clim() == left.images[0].get_clim() == (0, 2)
    assert [t.get_text() for t in middle.texts] == ["3", "−3"]
    assert right.get_title() == "out"
    signed = draw_filtering(image, kernel, -image, title="out", signed=True).axes[2]
    assert signed.images[0].get_clim() == (-2, 2)


def test_pixels_of_the_region_are_written_out():
    image = np.arange(30).reshape(5, 6)
    whole, region = draw_pixels(image, top=1, left=2, height=2, width=3).axes
    assert [t.get_text() for t in region.texts] == ["8", "9", "10", "14", "15", "16"]
    assert whole.patches[0].get_xy() == (1.5, 0.5)
    with pytest.raises(ValueError, match="leaves the image 5×6"):
        draw_pixels(image, top=4, left=0, height=2, width=1)


def test_numbers_on_pixels_are_readable():
    _, region = draw_pixels(np.array([[0, 255]]), 0, 0, 1, 2).axes
    assert [t.get_color() for t in region.texts] == ["white", "black"]


def test_the_highest_bar_differs_and_the_truth_is_marked():
    fig = draw_scores(np.eye(3), [[1, 5, 2], [9, 5, 2]], ["first", "second"], truth=2)
    for ax, best in zip(fig.axes[1:], (1, 0)):
        hatched = [k for k, bar in enumerate(ax.patches) if bar.get_hatch()]
        assert hatched == [best]
        assert ax.lines[0].get_xdata()[0] == 2
    with pytest.raises(ValueError, match="titles has 1 entries for 2"):
        draw_scores(np.eye(3), [[1], [2]], ["one"], truth=0)


def test_the_triangle_covers_no_number_and_scales_can_be_one():
    fig = draw_scores(np.eye(3), [[0.6, 0.4], [0, 1]], ["first", "second"], truth=1, top=1.05)
    fig.canvas.draw()
    for ax in fig.axes[1:]:
        assert ax.get_ylim() == (0, 1.05)
        (mark,) = ax.lines
        number = ax.get_xticklabels()[1].get_window_extent()
        assert mark.get_window_extent().y0 >= number.y1
