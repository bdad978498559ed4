"""The filter lab's Python side, and its scale in JavaScript."""

from pathlib import Path

import numpy as np
import pytest
from node import run
from PIL import Image

from course_utils.convolution import correlate2d
from course_utils.explorers import FilterLab
from course_utils.explorers.picture_files import as_address, grey_of, picture_in
from course_utils.plotting.style import signed_limit


def test_the_photograph_is_grey_and_fits() -> None:
    lab = FilterLab()
    assert lab.image.shape == (256, 256) and 0 <= lab.image.min() < 0.1 < 0.9 < lab.image.max() <= 1
    expected = correlate2d(lab.image, lab.kernel, padding="same")
    np.testing.assert_array_equal(lab.response, expected)


def test_small_pictures_stay_exact() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (28, 28)).astype(np.uint8)
    np.testing.assert_array_equal(FilterLab(image).image, image / 255)
    np.testing.assert_array_equal(picture_in(as_address(image)), image)


def test_large_pictures_lose_little() -> None:
    y, x = np.mgrid[:256, :256]
    image = (127 + 60 * np.sin(x / 9) + 60 * np.cos(y / 13)).astype(np.uint8)
    assert np.abs(picture_in(as_address(image)) - image.astype(float)).max() < 12


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.full((4, 4), 0.5), 128),
        (np.full((4, 4), 200, np.uint8), 200),
        (np.full((4, 4, 3), [255, 0, 0]), 76),
        (np.full((4, 4, 4), 1.0), 255),
        (np.zeros((300, 600)), 0),
    ],
)
def test_pictures_of_every_kind_become_grey(given: np.ndarray, expected: int) -> None:
    grey = grey_of(given)
    assert grey.dtype == np.uint8 and set(grey.ravel().tolist()) == {expected}
    assert max(grey.shape) <= 256


def test_a_file_is_read_upright_and_cut_to_its_middle(tmp_path: Path) -> None:
    image = Image.new("RGB", (600, 400), "white")
    image.paste("black", (100, 0, 500, 400))
    image.save(tmp_path / "mine.png")
    grey = FilterLab(tmp_path / "mine.png").image
    assert grey.shape == (256, 256) and grey.max() < 0.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel": "sobol"}, "kernel is 'sobol': use one of identity, edge"),
        ({"kernel": np.ones((9, 9))}, "kernel is 9×9: use at most 7×7"),
        ({"kernel": [["a"]]}, "is 'a', which is no number"),
        ({"view": "colour"}, "view is 'colour': use one of"),
        ({"image": np.ones((4, 4, 2))}, "the last axis should be 3"),
        ({"image": np.full((4, 4), np.nan)}, "image has NaN or infinity"),
    ],
)
def test_what_does_not_work_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FilterLab(**arguments)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("no picture")
    with pytest.raises(ValueError, match="isn't a picture that can be read: save it as PNG"):
        FilterLab(tmp_path / "notes.png")
    with pytest.raises(FileNotFoundError, match="mine.jpg' isn't there"):
        FilterLab(tmp_path / "mine.jpg")


def test_signed_where_the_sum_is_nothing() -> None:
    assert FilterLab(kernel="sobel_x").is_signed
    assert not FilterLab(kernel="gaussian_blur").is_signed
    assert FilterLab(kernel="gaussian_blur", view="signed").is_signed
    assert not FilterLab(kernel="sobel_x", view="picture").is_signed
    assert not FilterLab(kernel=[[0]]).is_signed


@pytest.mark.parametrize("cells", [10, 1200, 65536])
def test_the_scale_is_that_of_the_figures(cells: int) -> None:
    values = np.random.default_rng(cells).normal(size=cells)
    found = run("return all.signedLimit(given)", values.tolist(), file="filter_lab/filter_lab.js")
    # Beyond 1,000 cells JavaScript counts in bins, and doesn't look between two of them.
    assert found == pytest.approx(signed_limit(values), rel=0.02)


def test_python_sets_the_picture() -> None:
    lab = FilterLab()
    lab.image = np.eye(8)
    np.testing.assert_array_equal(lab.image, np.eye(8))
    with pytest.raises(ValueError, match="image has NaN or infinity in it"):
        lab.image = np.full((8, 8), np.nan)
    with pytest.raises(FileNotFoundError, match=r"'none\.jpg' isn't there"):
        lab.image = "none.jpg"
    np.testing.assert_array_equal(lab.image, np.eye(8))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -2e6])
def test_numbers_that_no_one_can_read_are_refused(wrong: float) -> None:
    lab = FilterLab(np.eye(8))
    with pytest.raises(ValueError, match="kernel holds .*: use numbers from −1000000"):
        lab.kernel = [[1, wrong]]
    assert np.shape(lab.kernel) == (3, 3)
