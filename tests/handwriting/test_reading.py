"""read_page: answers, doubt, what is no digit, and networks of the reader's own."""

import numpy as np
import pytest

from course_utils import datasets, handwriting
from course_utils.handwriting import conditions, draw_strokes, read_page, styles, writings
from course_utils.handwriting.reader import stored_reader

SEVEN = [[(60, 50), (130, 48), (130, 48), (100, 110), (85, 180)]]


@pytest.fixture(scope="module")
def real():
    return datasets.load_mnist()[1]


def test_a_reading_tells_everything():
    (one,) = read_page(draw_strokes(SEVEN))
    assert one.digit == 7 and one.sure and 0.9 < one.probability <= 1
    assert one.image.shape == (28, 28) and one.image.dtype == np.uint8
    np.testing.assert_array_equal(one.image, handwriting.like_mnist(draw_strokes(SEVEN)))
    assert one.probabilities.shape == (10,) and one.probabilities.sum() == pytest.approx(1)
    assert one.probabilities.argmax() == 7 and one.none < 0.1 and one.line == 0
    assert str(one).startswith("7 (")


def letters(names, count):
    random = np.random.default_rng(5)
    make = conditions.CONDITIONS["pen of 5 pixels"]
    return [
        make(writings.by_style(styles.LETTERS[name][0], random), random)
        for name in names
        for _ in range(count)
    ]


def test_letters_are_no_digits():
    readings = [read_page(page) for page in letters("AEFHKMNPRWX", 2)]
    refused = [all(one.digit is None for one in found) for found in readings]
    assert np.mean(refused) >= 0.8
    none = next(found[0] for found, out in zip(readings, refused) if out)
    assert none.probability == pytest.approx(none.none) and "no digit I know" in str(none)
    assert none.none > stored_reader().none_above


def test_beside_what_is_none_a_doubtful_digit_is_none_too():
    from course_utils.handwriting.digits import Found
    from course_utils.handwriting.reading import readings_of

    stored = stored_reader()

    def found(digit, probability, none):
        scores = np.full(11, (1 - probability - none) / 9)
        scores[digit], scores[10] = probability, none
        return Found((0, 0, 20, 20), np.ones((20, 20)), np.zeros((28, 28), np.uint8), scores, 0)

    letter = found(4, 0.0, 0.999)
    doubtful = found(3, min(0.6, stored.sure_from - 0.05), 0.3)
    certain = found(7, 0.999, 0.0005)
    assert [one.digit for one in readings_of([letter, doubtful])] == [None, None]
    assert [one.digit for one in readings_of([doubtful])] == [3]
    assert [one.digit for one in readings_of([letter, doubtful, certain])] == [None, 3, 7]


def test_doubt_begins_below_the_threshold():
    readings = [one for page in letters("AEHSZG", 2) for one in read_page(page)]
    readings += read_page(draw_strokes(SEVEN))
    threshold = stored_reader().sure_from
    assert all(one.sure == (one.probability >= threshold) for one in readings)


def test_another_network_reads_and_the_stored_one_still_refuses():
    seen = []

    def always_three(batch):
        seen.append(batch)
        scores = np.zeros((len(batch), 10))
        scores[:, 3] = 5
        return scores

    (one,) = read_page(draw_strokes(SEVEN), always_three)
    assert seen[0].shape == (1, 28, 28, 1) and seen[0].dtype == np.float32
    assert seen[0].max() == pytest.approx(1)
    # Scores that don't add up to 1 go through the softmax.
    assert one.digit == 3 and one.probability == pytest.approx(np.exp(5) / (np.exp(5) + 9))
    page = letters("H", 1)[0]
    assert [one.digit for one in read_page(page, always_three)] == [None]


def test_probabilities_of_a_network_stay_as_they_are():
    answer = np.full(10, 0.05)
    answer[2] = 0.55
    (one,) = read_page(draw_strokes(SEVEN), lambda batch: np.tile(answer, (len(batch), 1)))
    np.testing.assert_allclose(one.probabilities, answer)
    assert one.digit == 2 and not one.sure and "not sure" in str(one)


@pytest.mark.parametrize(
    "answer", [np.zeros((1, 9)), np.zeros(10), np.full((1, 10), np.nan)], ids=["9", "flat", "nan"]
)
def test_a_network_that_answers_otherwise_is_told(answer):
    with pytest.raises(ValueError, match=r"network gives an array .*returns \(n, 10\)"):
        read_page(draw_strokes(SEVEN), lambda batch: answer)


def test_the_stored_network_as_keras_model_reads_the_same():
    page = draw_strokes(SEVEN)
    (ours,), (theirs,) = read_page(page), read_page(page, handwriting.as_keras())
    np.testing.assert_allclose(ours.probabilities, theirs.probabilities, atol=1e-4)


def test_the_paper_within_a_digit_is_no_digit(real):
    random = np.random.default_rng(199)
    page = conditions.CONDITIONS["page on a table"](writings.by_hand(real[0][199]), random)
    assert [one.digit for one in read_page(page)] == [real[1][199]] == [8]


@pytest.mark.parametrize("dark", [True, False])
def test_a_light_digit_keeps_its_holes_too(dark):
    eight = styles.DIGITS[8][0]
    page = conditions.CONDITIONS["pen of 22 pixels"](
        writings.by_style(eight, np.random.default_rng(3)), np.random.default_rng(4)
    )
    assert [one.digit for one in read_page(page if dark else 255 - page)] == [8]


# --- conditions ---------------------------------------------------------------------------------

FLOOR = 0.75  # of eight pages each; the benchmark measures hundreds


@pytest.mark.parametrize("name", conditions.CONDITIONS)
def test_every_condition_is_read(name, real):
    right = []
    for k in range(8):
        random = np.random.default_rng(100 + k)
        if k % 2:
            write, digit = writings.as_it_is(real[0][k]), int(real[1][k])
        else:
            digit = (3, 2, 7, 8)[k // 2]
            write = writings.by_style(styles.DIGITS[digit][0], random)
        page = conditions.CONDITIONS[name](write, random)
        assert page.dtype == np.uint8 and page.ndim == 2
        right.append([one.digit for one in read_page(page)] == [digit])
    assert np.mean(right) >= FLOOR
