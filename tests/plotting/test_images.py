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


def test_grey_images_share_one_scale_unless_told_otherwise():
    images = [np.array([[0, 1]]), np.array([[-1, 5]])]
    assert [p.get_clim() for p in drawn(draw_images(images))] == [(-1, 5)] * 2
    own = draw_images(images, same_scale=False)
    assert [p.get_clim() for p in drawn(own)] == [(0, 1), (-1, 5)]


def test_pictures_of_one_name_share_a_scale():
    images = [np.array([[0, top]]) for top in (1, 5, 7)]
    fig = draw_images(images, same_scale=["photo", "map", "map"])
    assert [p.get_clim() for p in drawn(fig)] == [(0, 1), (0, 7), (0, 7)]


def test_one_number_is_one_grey_in_every_picture():
    """Looked up in the picture itself: 0.5 beside 0 … 1 and beside 0.4 … 0.6."""
    fig = draw_images([np.array([[0, 0.5, 1]]), np.array([[0.4, 0.5, 0.6]])])
    greys = [p.to_rgba(np.asarray(p.get_array()))[0, :, 0] for p in drawn(fig)]
    assert greys[0][1] == greys[1][1] and greys[0][0] < greys[1][0] < greys[1][2] < greys[0][2]


def test_black_and_white_can_be_given_and_what_lies_beyond_is_cut_off():
    images = [np.array([[0.0, 1.0]]), np.array([[-1.5, 3.0]]), np.array([[-2.0, 1.0]])]
    fig = draw_images(images, signed=[False, False, True], brightness=(0, 1))
    assert [p.get_clim() for p in drawn(fig)] == [(0, 1), (0, 1), (-2, 2)]
    with pytest.raises(ValueError, match="black below white"):
        draw_images(images, brightness=(1, 0))


def test_pictures_in_colour_leave_the_scale_alone():
    fig = draw_images([np.full((2, 2, 3), 255), np.array([[0.2, 0.7]])])
    assert drawn(fig)[1].get_clim() == (0.2, 0.7)


@pytest.mark.parametrize(("value", "limits"), [(0, (0, 1)), (0.3, (0, 0.3)), (255, (0, 255))])
def test_a_picture_of_one_brightness_is_black_only_if_it_is_zero(value, limits):
    assert drawn(draw_images([np.full((2, 2), value)]))[0].get_clim() == limits


def test_pictures_are_framed():
    for ax in draw_images([np.zeros((2, 2))] * 3, signed=True, columns=2).axes[:3]:
        assert ax.axison and all(spine.get_visible() for spine in ax.spines.values())
        assert not len(ax.get_xticks()) and not len(ax.get_yticks())


def test_signed_images_have_zero_in_the_middle_and_another_colour_map():
    fig = draw_images([np.array([[-1, 4]]), np.array([[0, 4]])], signed=[True, False])
    signed, plain = drawn(fig)
    assert signed.get_clim() == (-4, 4) and plain.get_clim() == (0, 4)
    assert (signed.get_cmap().name, plain.get_cmap().name) == ("BrBG", "gray")


def test_signed_images_on_one_scale_share_the_largest():
    fig = draw_images([np.array([[-1, 2]]), np.array([[-7, 0]])], signed=True)
    assert [p.get_clim() for p in drawn(fig)] == [(-7, 7)] * 2


def test_an_image_of_zeros_can_be_drawn_signed():
    assert drawn(draw_images([np.zeros((2, 2))], signed=True))[0].get_clim() == (-1, 1)


def test_a_few_extreme_cells_of_a_large_map_do_not_make_the_rest_pale():
    values = np.ones((40, 40))
    values[0, :30] = 1000
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
    with pytest.raises(ValueError, match="same_scale has 1 entries for 2 images"):
        draw_images([np.ones((2, 2))] * 2, same_scale=["a"])
    for mixed in (dict(same_scale=False), dict(signed=[True, False])):
        with pytest.raises(ValueError, match="don't share one scale"):
            draw_images([np.ones((2, 2))] * 2, colorbar=True, **mixed)


def test_a_colorbar_adds_one_axes():
    assert len(draw_images([np.eye(2)] * 2, colorbar=True).axes) == 3


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


def test_scales_of_bars_can_be_one():
    fig = draw_scores(np.eye(3), [[0.6, 0.4], [0, 1]], ["first", "second"], truth=1, top=1.05)
    assert [ax.get_ylim() for ax in fig.axes[1:]] == [(0, 1.05)] * 2


def test_the_hatch_of_the_highest_bar_is_seen():
    """In the pixels: a bar's own hatch colour could be that of the bar."""
    fig = draw_scores(np.eye(3), [[1, 5, 2]], ["only"], truth=2)
    fig.canvas.draw()
    pixels = np.asarray(fig.canvas.buffer_rgba())[..., :3].astype(int)
    bars = fig.axes[1].patches
    shares = []
    for bar in bars:
        box = bar.get_window_extent().padded(-3)
        top = len(pixels) - int(box.y1)
        inside = pixels[top : len(pixels) - int(box.y0), int(box.x0) : int(box.x1)]
        shares.append(float((inside.min(axis=-1) > 220).mean()))
    assert shares[0] == shares[2] == 0 and 0.05 < shares[1] < 0.6


def test_the_triangle_of_the_truth_lies_on_no_number():
    fig = draw_scores(np.eye(3), [[1, 5, 2]], ["only"], truth=2)
    fig.canvas.draw()
    ax = fig.axes[1]
    triangle = ax.lines[0].get_window_extent().padded(2)
    texts = [*ax.get_xticklabels(), ax.xaxis.label]
    assert not any(triangle.overlaps(text.get_window_extent()) for text in texts)
