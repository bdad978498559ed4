"""The volume's Python side."""

import numpy as np
import pytest

from course_utils.convolution import conv2d, correlate2d
from course_utils.explorers import Volume


def test_channels_are_added_and_filters_stay_apart() -> None:
    volume = Volume(bias=[10, -1])
    image, bank = np.array(volume.image), np.array(volume.filters)
    for f, bias in enumerate(volume.bias):
        parts = [correlate2d(image[..., c], bank[..., c, f]) for c in range(3)]
        np.testing.assert_array_equal(volume.response[..., f], sum(parts) + bias)
    assert volume.parameters == (3 * 3 * 3 + 1) * 2


def test_python_sets_and_reads() -> None:
    rng = np.random.default_rng(0)
    volume = Volume(rng.integers(0, 4, (6, 7, 2)), rng.integers(-2, 3, (2, 3, 2, 4)))
    volume.bias = np.array([1, 2, 3, 4])
    volume.padding, volume.stride = "same", 2
    arrays = (np.array(volume.image)[None], np.array(volume.filters), np.array(volume.bias))
    expected = conv2d(*arrays, padding="same", stride=2)[0]
    np.testing.assert_array_equal(volume.response, expected)
    assert volume.picture().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image": np.zeros((9, 9, 3))}, "image is 9×9×3: use at most 8×8×3"),
        ({"image": np.zeros((5, 5))}, "image has 2 axes"),
        ({"image": np.zeros((5, 5, 2))}, "images has 2 channels, but filters takes 3"),
        ({"filters": np.zeros((5, 5, 3, 1))}, "filters is 5×5×3×1: use at most 3×3×3×4"),
        ({"image": np.zeros((2, 2, 3))}, "filters 3×3 are larger than the images 2×2"),
        ({"bias": [1]}, "bias has shape"),
        ({"padding": "all"}, "padding is 'all'"),
        ({"stride": 0}, "stride is 0"),
    ],
)
def test_what_does_not_work_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Volume(**arguments)


def test_a_state_that_does_not_fit_is_drawn_as_its_message() -> None:
    volume = Volume()
    volume.image = np.zeros((2, 2, 3))
    assert "filters 3×3 are larger than the images 2×2" in volume.alternative_text
    assert volume.picture().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"image": np.full((3, 3, 3), np.nan)}, "image holds nan: use numbers from −1000000"),
        ({"bias": [0, 1e9]}, "bias holds 1000000000.0: use numbers from −1000000"),
        ({"row": -1}, "row is -1: use a whole number of at least 0"),
        ({"column": "x"}, "column is 'x': use a whole number of at least 0"),
    ],
)
def test_bad_values_are_told_when_they_are_set(setting: dict, message: str) -> None:
    volume = Volume()
    before = volume.state()
    for name, value in setting.items():
        with pytest.raises(ValueError, match=message):
            setattr(volume, name, value)
    assert volume.state() == before
