"""Pictures of every kind come in; what can't be read is told with a remedy."""

import warnings

import numpy as np
import pytest
from PIL import Image

from course_utils.handwriting import draw_strokes, like_mnist
from course_utils.handwriting.pictures import LONGEST, grey_of

SEVEN = [[(60, 50), (130, 48), (100, 110), (85, 180)]]
PAGE = draw_strokes(SEVEN)
CRISP = np.where(PAGE > 128, 255, 0).astype(np.uint8)


def difference(first, second):
    return np.abs(first.astype(float) - second).mean()


def test_an_animation_s_blank_first_frame_is_passed_over(tmp_path):
    frames = [Image.fromarray(page) for page in (np.full_like(PAGE, 230), PAGE)]
    frames[0].save(tmp_path / "drawn.gif", save_all=True, append_images=frames[1:])
    assert difference(like_mnist(tmp_path / "drawn.gif"), like_mnist(PAGE)) < 2


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_white_is_the_largest_number_of_so_many_bits(bits):
    page = (CRISP.astype(np.uint16) // 255) * (2**bits - 1)
    _, grey, _ = grey_of(page)
    assert grey.max() == 1
    np.testing.assert_array_equal(like_mnist(page), like_mnist(CRISP))


def test_twelve_bits_in_a_file_of_sixteen_are_seen(tmp_path):
    Image.fromarray(PAGE.astype(np.uint16) * 16).save(tmp_path / "scan.png")
    assert difference(like_mnist(tmp_path / "scan.png"), like_mnist(PAGE)) < 2


def test_zeros_and_ones_are_black_and_white():
    np.testing.assert_array_equal(like_mnist(CRISP // 255), like_mnist(CRISP))


def test_a_picture_that_is_all_see_through_shows_its_colours():
    clear = np.dstack([CRISP] * 3 + [np.zeros_like(CRISP)])
    np.testing.assert_array_equal(like_mnist(clear), like_mnist(CRISP))


def test_yellow_on_white_is_seen():
    page = np.full((*CRISP.shape, 3), 255, np.uint8)
    page[CRISP == 0] = (255, 240, 0)
    assert difference(like_mnist(page), like_mnist(CRISP)) < 1


def test_an_image_of_pillow_s_is_a_picture():
    np.testing.assert_array_equal(like_mnist(Image.fromarray(PAGE)), like_mnist(PAGE))
    one_bit = Image.fromarray(CRISP).convert("1")
    np.testing.assert_array_equal(like_mnist(one_bit), like_mnist(CRISP))


def test_the_home_folder_has_its_sign(tmp_path, monkeypatch):
    Image.fromarray(PAGE).save(tmp_path / "mine.png")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    np.testing.assert_array_equal(like_mnist("~/mine.png"), like_mnist(PAGE))


def test_large_photographs_are_made_smaller_without_a_warning(tmp_path):
    # Above 89 megapixels Pillow warns of what it calls a bomb.
    Image.new("L", (10_000, 9_000), 230).save(tmp_path / "large.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, grey, share = grey_of(tmp_path / "large.png")
    assert max(grey.shape) == LONGEST and share == pytest.approx(10_000 / LONGEST)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "has no name"),
        (
            "https://example.org/x.png",
            "'https://example.org/x.png' is an address.*save the picture",
        ),
        ("http:/example.org/x.png", "is an address"),
    ],
)
def test_names_that_are_no_files_are_told(name, says):
    with pytest.raises(ValueError, match=says):
        like_mnist(name)


def test_an_iphone_s_photograph_is_told_in_two_steps(tmp_path):
    (tmp_path / "IMG_0001.HEIC").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64)
    with pytest.raises(ValueError, match=r"IMG_0001\.HEIC' is a HEIC.*Two steps.*as JPEG"):
        like_mnist(tmp_path / "IMG_0001.HEIC")


def test_a_folder_leads_to_read_folder(tmp_path):
    with pytest.raises(ValueError, match="is a folder.*read_folder"):
        like_mnist(tmp_path)
