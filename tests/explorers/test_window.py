"""The window's Python side: what it computes, stores and refuses."""

import numpy as np
import pytest

from course_utils.convolution import convolve2d, correlate2d
from course_utils.explorers import Window
from course_utils.explorers.window import _zeros_around


def test_it_opens_with_the_lessons_numbers() -> None:
    window = Window()
    assert window.response.tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    window.row, window.column = 1, 0
    assert window.value == 2


def test_python_sets_and_reads() -> None:
    window = Window(ask=False)
    window.kernel = np.array([[0, 1], [2, 3]])
    assert window.kernel == [[0, 1], [2, 3]]
    image = np.array(window.image)
    np.testing.assert_array_equal(window.response, correlate2d(image, window.kernel))
    window.operation = "convolution"
    window.padding = "full"
    np.testing.assert_array_equal(window.response, convolve2d(image, window.kernel, padding="full"))


def test_channels_are_added_up() -> None:
    rng = np.random.default_rng(0)
    image, kernel = rng.integers(0, 3, (5, 6, 3)), rng.integers(-1, 2, (3, 2, 3))
    expected = sum(correlate2d(image[..., c], kernel[..., c]) for c in range(3))
    np.testing.assert_array_equal(Window(image, kernel).response, expected)
    expected = sum(convolve2d(image[..., c], kernel[..., c]) for c in range(3))
    turned = Window(image, kernel, operation="convolution")
    np.testing.assert_array_equal(turned.response, expected)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            {"kernel": np.ones((9, 9)), "image": np.ones((3, 3))},
            "kernel 9×9 is larger than the image 3×3",
        ),
        ({"image": [["a"]]}, "is 'a', which is no number"),
        ({"image": [[1, 2], [3]]}, "image can't be made an array"),
        ({"image": np.ones((40, 40))}, "image is 40×40: use at most 12×12"),
        ({"image": np.ones((4, 4, 5))}, "and 3 channels"),
        ({"padding": "round"}, "padding is 'round': use one of"),
        ({"stride": 0}, "stride is 0: use a whole number of at least 1"),
        ({"dilation": 1.5}, "dilation is 1.5: use a whole number"),
        ({"operation": "product"}, "operation is 'product': use one of"),
        ({"kernel": [[np.nan]]}, "kernel holds nan: use numbers from −1000000 to 1000000"),
        ({"kernel": [[1, -np.inf]]}, "kernel holds -inf: use numbers from"),
        ({"image": [[0.0, 1e20]]}, r"image holds 1e\+20: use numbers from"),
    ],
)
def test_what_does_not_work_is_refused_in_plain_words(setting: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Window(**setting)


def test_a_state_that_does_not_fit_is_drawn_as_its_message() -> None:
    window = Window(ask=False)
    window.dilation = 3
    with pytest.raises(ValueError, match="spread over 7×7 by dilation"):
        _ = window.response
    assert "spread over 7×7" in window.alternative_text
    assert window.picture().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("padding", "stride", "expected"),
    [
        ("valid", 1, (0, 0, 0, 0)),
        ("same", 3, (0, 1, 0, 1)),
        ("full", 1, (2, 2, 2, 2)),
        (1, 2, (1, 1, 1, 1)),
    ],
)
def test_the_picture_shows_the_zeros(padding: str | int, stride: int, expected: tuple) -> None:
    settings = {"stride": stride, "dilation": 1}
    assert _zeros_around(np.zeros((5, 5)), (3, 3), padding, settings) == expected


def test_the_answer_stays_hidden_until_it_is_asked_for() -> None:
    hidden, shown = Window(), Window(ask=False)
    assert "hidden" in hidden.alternative_text and " 4 " in shown.alternative_text
    texts = [text.get_text() for ax in hidden.draw().axes[2:] for text in ax.texts]
    assert set(texts) == {"?"}


@pytest.mark.parametrize("name", ["row", "column"])
@pytest.mark.parametrize("value", [-1, 1.5, "a", None])
def test_a_place_that_is_none_is_refused(name: str, value: object) -> None:
    window = Window(ask=False)
    with pytest.raises(ValueError, match=f"{name} is {value!r}: use a whole number of at least 0"):
        setattr(window, name, value)
    window.row = window.column = 99
    assert window.value == window.response[-1, -1]
