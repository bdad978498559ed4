"""A reader's own picture comes in whatever kind it is; what can't be read is told with a remedy."""

import io
import warnings

import numpy as np
import pytest
from PIL import Image

from course_utils.datasets import load_photo

LONGEST = 1024

RNG = np.random.default_rng(3)
# Broad patches, so that no kind of file changes them much.
PICTURE = np.kron(RNG.integers(0, 256, (3, 4, 3)), np.ones((16, 16, 1))).astype(np.uint8)


def difference(first, second):
    return np.abs(first.astype(float) - second).mean()


@pytest.mark.parametrize("kind", ["png", "jpg", "jpeg", "JPG", "webp", "bmp", "tiff", "gif", "ppm"])
def test_every_usual_kind_of_file_is_read(tmp_path, kind):
    file = tmp_path / f"mine.{kind}"
    Image.fromarray(PICTURE).save(file)
    for given in (file, str(file)):
        photo = load_photo(given)
        assert photo.shape == PICTURE.shape and photo.dtype == np.uint8 and photo.flags.writeable
        assert difference(photo, PICTURE) < 6


def test_what_is_inside_counts_and_not_the_ending(tmp_path):
    Image.fromarray(PICTURE).save(tmp_path / "mine.png")
    (tmp_path / "mine.png").rename(tmp_path / "mine.jpg")
    np.testing.assert_array_equal(load_photo(tmp_path / "mine.jpg"), PICTURE)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr", "LA", "RGBA", "I;16"])
def test_every_mode_becomes_three_channels(tmp_path, mode):
    picture = Image.fromarray(PICTURE)
    if mode == "I;16":
        grey = np.asarray(picture.convert("L")).astype(np.uint16) * 257
        picture, expected = Image.fromarray(grey), np.asarray(picture.convert("L").convert("RGB"))
    else:
        picture = picture.convert(mode)
        expected = np.asarray(picture.convert("RGB"))
    picture.save(tmp_path / "mine.tiff")
    photo = load_photo(tmp_path / "mine.tiff")
    assert photo.shape == PICTURE.shape and difference(photo, expected) < 3


@pytest.mark.parametrize("most", [1.0, 255.0])
def test_fractions_are_brightness(tmp_path, most):
    grey = PICTURE[..., 0].astype(np.float32) / 255 * most
    grey[0, 0] = most
    Image.fromarray(grey).save(tmp_path / "mine.tiff")
    assert difference(load_photo(tmp_path / "mine.tiff")[..., 1], PICTURE[..., 0]) < 1


def test_twelve_bits_in_a_file_of_sixteen_are_seen(tmp_path):
    Image.fromarray((PICTURE[..., 0].astype(np.uint16) + 1) * 16 - 1).save(tmp_path / "scan.png")
    assert difference(load_photo(tmp_path / "scan.png")[..., 0], PICTURE[..., 0]) < 2


def test_what_is_see_through_lies_on_white(tmp_path):
    opacity = np.full(PICTURE.shape[:2], 255, np.uint8)
    opacity[:, :8] = 0
    Image.fromarray(np.dstack([PICTURE, opacity])).save(tmp_path / "mine.png")
    photo = load_photo(tmp_path / "mine.png")
    assert (photo[:, :8] == 255).all() and (photo[:, 8:] == PICTURE[:, 8:]).all()


def test_a_photograph_taken_sideways_stands_upright(tmp_path):
    orientation = Image.Exif()
    orientation[0x0112] = 6  # the camera was held a quarter turn to the right
    Image.fromarray(PICTURE).save(tmp_path / "mine.png", exif=orientation)
    np.testing.assert_array_equal(load_photo(tmp_path / "mine.png"), np.rot90(PICTURE, -1))


def test_of_an_animation_the_first_picture_counts(tmp_path):
    frames = [Image.fromarray(values) for values in (PICTURE, PICTURE[::-1].copy())]
    frames[0].save(tmp_path / "mine.gif", save_all=True, append_images=frames[1:])
    assert difference(load_photo(tmp_path / "mine.gif"), PICTURE) < 12


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_a_large_photograph_becomes_smaller_without_a_warning(tmp_path, kind):
    stripes = np.zeros((4096, 2048, 3), np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / f"mine.{kind}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        photo = load_photo(tmp_path / f"mine.{kind}")
    assert photo.shape == (LONGEST, LONGEST // 2, 3)
    assert np.abs(photo[8:-8, 8:-8].astype(int) - 128).max() < 12, "averaged, not thinned out"


def test_the_longer_side_can_be_chosen(tmp_path):
    Image.fromarray(PICTURE).save(tmp_path / "mine.png")
    assert load_photo(tmp_path / "mine.png", longest=32).shape == (24, 32, 3)
    assert load_photo(tmp_path / "mine.png", longest=64).shape == PICTURE.shape
    small, whole = load_photo(longest=75), load_photo()
    assert small.shape == (75, 64, 3) and whole.shape == (600, 512, 3)
    means = whole.reshape(75, 8, 64, 8, 3).mean(axis=(1, 3))
    assert difference(small, means) < 4
    with pytest.raises(ValueError, match="longest"):
        load_photo(longest=0)


def truncated(kind):
    content = io.BytesIO()
    Image.fromarray(PICTURE).save(content, kind)
    return content.getvalue()[: len(content.getvalue()) // 2]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "isn't a picture that can be read: save it as PNG or JPEG"),
        (b"hello", "isn't a picture that can be read"),
        (b"%PDF-1.7 and so on", "isn't a picture that can be read"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC .* export or share it as JPEG"),
        (truncated("png"), "can't be read as a picture .* copy it again"),
        (truncated("jpeg"), "can't be read as a picture .* copy it again"),
    ],
)
def test_what_is_no_picture_is_told_with_a_remedy(tmp_path, content, says):
    (tmp_path / "mine.jpg").write_bytes(content)
    with pytest.raises(ValueError, match=f"(?s)mine.jpg.*{says}"):
        load_photo(tmp_path / "mine.jpg")


def test_a_file_that_is_not_there_is_told_with_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=f"'mine.jpg' isn't there .*{tmp_path.name}"):
        load_photo("mine.jpg")
    with pytest.raises(ValueError, match="is a folder: name the picture in it"):
        load_photo(tmp_path)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "has no name"),
        ("https://example.org/mine.jpg", "is an address, not a file"),
        (PICTURE, "path is ndarray, not a file's name"),
        (3, "path is int, not a file's name"),
    ],
)
def test_what_is_no_file_name_is_named(given, says):
    with pytest.raises(ValueError, match=says):
        load_photo(given)


def test_a_home_folder_is_found(tmp_path, monkeypatch):
    Image.fromarray(PICTURE).save(tmp_path / "mine.png")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    np.testing.assert_array_equal(load_photo("~/mine.png"), PICTURE)
