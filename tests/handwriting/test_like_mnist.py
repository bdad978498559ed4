"""From a page to a digit as MNIST's are: made pages, made faults, and MNIST itself."""

import numpy as np
import pytest
from PIL import Image

from course_utils import datasets, handwriting
from course_utils.handwriting import draw_strokes, like_mnist, pen, stages

SEVEN = [[(60, 50), (130, 48), (100, 110), (85, 180)]]


@pytest.fixture(scope="module")
def digits():
    (_, _), (images, labels) = datasets.load_mnist()
    return images[:120], labels[:120]


def paste(digit, top, left, scale=4, shape=(260, 240)):
    """A digit of MNIST on a large white page, in black."""
    page = np.full(shape, 255, np.uint8)
    side = 28 * scale
    page[top : top + side, left : left + side] -= np.kron(digit, np.ones((scale, scale), np.uint8))
    return page


def difference(first, second):
    return np.abs(first.astype(float) - second).mean()


@pytest.fixture(scope="module")
def returned(digits):
    return np.stack([like_mnist(paste(one, k % 140, k % 120)) for k, one in enumerate(digits[0])])


def width_in_box(image):
    return handwriting.stroke_width(pen.resized(pen.cropped_to(image / 255), 80)) / 4


def test_mnist_digits_come_back_nearly_unchanged(digits, returned):
    # One in ten is thinner than most, and comes back wider.
    usual = np.array([width_in_box(one) for one in digits[0]]) >= pen.THINNEST + 0.25
    assert usual.mean() > 0.7
    pairs = list(zip(returned[usual], digits[0][usual]))
    changed = [difference(back, one) for back, one in pairs]
    moved = [difference(np.roll(one, 1, axis=1), one) for _, one in pairs]
    # A digit whose centre lies between two pixels may come back moved by one.
    assert np.median(changed) < 1 and np.quantile(changed, 0.9) < 3
    assert np.median(changed) < 0.1 * np.median(moved)
    assert min(width_in_box(one) for one in returned) > 1.4


def test_what_comes_back_is_still_read(digits, returned):
    (images, labels), _ = datasets.load_mnist()
    means = np.stack([images[labels == d].mean(axis=0).ravel() for d in range(10)])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    before, after = (
        (batch.reshape(len(batch), -1) @ means.T).argmax(axis=1) for batch in (digits[0], returned)
    )
    assert np.mean(before == after) > 0.96
    assert np.mean(after == digits[1]) > np.mean(before == digits[1]) - 0.03


@pytest.mark.parametrize("scale", [1, 3])
def test_the_size_on_the_page_does_not_matter(digits, scale):
    changed = [difference(like_mnist(paste(one, 40, 25, scale)), one) for one in digits[0][:20]]
    assert np.median(changed) < 2


def test_the_result_is_as_mnist_s_digits_are():
    digit = like_mnist(draw_strokes(SEVEN))
    assert digit.shape == (28, 28) and digit.dtype == np.uint8 and digit.max() == 255
    rows, columns = np.nonzero(digit)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    ink = digit / digit.sum()
    for axis in (0, 1):
        assert abs(np.arange(28) @ ink.sum(axis=1 - axis) - 14) <= 0.51


def test_proportions_are_kept():
    tall = stages(draw_strokes([[(80, 30), (80, 170)]], pen=14))["fit into 20×20"]
    assert tall.shape[0] == 20 and tall.shape[1] in (1, 2)
    wide = stages(draw_strokes([[(30, 80), (130, 80)]], pen=14))["fit into 20×20"]
    assert wide.shape[1] == 20 and wide.shape[0] in (2, 3)


def test_place_light_shade_and_noise_hardly_matter():
    plain = like_mnist(draw_strokes(SEVEN))
    moved = [[(x + 150, y + 90) for x, y in SEVEN[0]]]
    for page in (
        draw_strokes(moved, (320, 400)),
        draw_strokes(SEVEN, paper=30, ink=240),
        draw_strokes(SEVEN, shading=120),
        draw_strokes(SEVEN, paper=100, ink=220, shading=-60),
        draw_strokes(SEVEN, grain=6),
    ):
        # Where the centre lies between two pixels, a little shade decides which one it is.
        digit = like_mnist(page)
        moves = [np.roll(digit, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        assert min(difference(one, plain) for one in moves) < 4


def test_dust_is_left_out():
    page = draw_strokes(SEVEN)
    clean = like_mnist(page)
    page[190:193, 5:8] = 20
    assert difference(like_mnist(page), clean) < 1


def test_a_digit_in_two_parts_is_kept_whole():
    page = draw_strokes([[(40, 150), (60, 110), (80, 150)], [(40, 60), (80, 60)]], pen=10)
    assert stages(page)["cropped"].shape[0] > 90


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page / 255,
        lambda page: page.astype(float),
        lambda page: page.astype(np.uint16) * 257,
        lambda page: page > 128,
        lambda page: np.stack([page] * 3, axis=-1),
        lambda page: page[..., None],
        lambda page: np.dstack([page] * 3 + [np.full_like(page, 255)]),
        lambda page: page.tolist(),
    ],
)
def test_every_kind_of_array_gives_the_same_digit(change):
    page = draw_strokes(SEVEN)
    page = np.where(page > 128, 255, 0).astype(np.uint8)
    np.testing.assert_allclose(like_mnist(change(page)), like_mnist(page), atol=2)


@pytest.mark.parametrize("colour", [0, 255])
def test_ink_on_a_transparent_ground_is_seen(colour):
    page = draw_strokes(SEVEN, paper=0, ink=255)
    drawing = np.dstack([np.full_like(page, colour)] * 3 + [page])
    assert difference(like_mnist(drawing), like_mnist(page)) < 1


def test_coloured_ink_on_coloured_paper_is_seen():
    ink = draw_strokes(SEVEN, paper=0, ink=255)[..., None] / 255
    page = (1 - ink) * np.array([250, 240, 200]) + ink * np.array([20, 40, 160])
    assert difference(like_mnist(page.astype(np.uint8)), like_mnist(draw_strokes(SEVEN))) < 3


def test_the_caller_s_array_stays_as_it_is():
    page = draw_strokes(SEVEN)
    page.setflags(write=False)
    like_mnist(page)


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["digit.png", "digit.jpg", "digit.bmp", "digit.gif", "digit.tif"])
def test_files_are_read(tmp_path, name):
    page = draw_strokes(SEVEN)
    Image.fromarray(page).save(tmp_path / name)
    assert difference(like_mnist(tmp_path / name), like_mnist(page)) < 2
    assert difference(like_mnist(str(tmp_path / name)), like_mnist(page)) < 2


def test_large_photographs_are_read_quickly_and_the_same(tmp_path):
    page = Image.fromarray(draw_strokes(SEVEN)).resize((1600, 2000), Image.Resampling.BICUBIC)
    page.convert("RGB").save(tmp_path / "photo.jpg")
    assert difference(like_mnist(tmp_path / "photo.jpg"), like_mnist(draw_strokes(SEVEN))) < 4


def test_a_photograph_taken_sideways_is_turned_upright(tmp_path):
    page = Image.fromarray(draw_strokes(SEVEN))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned a quarter to the left
    page.rotate(90, expand=True).save(tmp_path / "turned.jpg", exif=exif)
    assert difference(like_mnist(tmp_path / "turned.jpg"), like_mnist(np.asarray(page))) < 3


def test_palettes_and_transparency_in_files_are_understood(tmp_path):
    page = draw_strokes(SEVEN)
    Image.fromarray(page).convert("P").save(tmp_path / "palette.png")
    black = np.zeros_like(page)
    Image.fromarray(np.dstack([black, black, black, 255 - page])).save(tmp_path / "clear.png")
    Image.fromarray(page).convert("CMYK").save(tmp_path / "printed.jpg")
    for name in ("palette.png", "clear.png", "printed.jpg"):
        assert difference(like_mnist(tmp_path / name), like_mnist(page)) < 3


def test_a_missing_file_is_named_with_the_remedy(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"mine\.png' isn't there.*check the spelling"):
        like_mnist(tmp_path / "mine.png")


def test_what_is_no_image_is_named_with_the_remedy(tmp_path):
    (tmp_path / "letter.png").write_text("Dear reader, this is no picture.")
    (tmp_path / "empty.png").write_bytes(b"")
    Image.fromarray(draw_strokes(SEVEN, grain=9)).save(tmp_path / "whole.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "whole.png").read_bytes()[:3000])
    for name in ("letter.png", "empty.png", "half.png"):
        with pytest.raises(ValueError, match=rf"file .*{name}.*as PNG or JPEG"):
            like_mnist(tmp_path / name)
    with pytest.raises(ValueError, match="is a folder"):
        like_mnist(tmp_path)


def test_a_blank_page_in_a_file_is_named(tmp_path):
    Image.fromarray(np.full((90, 90), 240, np.uint8)).save(tmp_path / "blank.png")
    with pytest.raises(ValueError, match=r"blank\.png' looks blank.*darker or thicker pen"):
        like_mnist(tmp_path / "blank.png")


# --- arrays that are refused --------------------------------------------------------------------

_NOISE = np.random.default_rng(0).normal(200, 8, (150, 150)).clip(0, 255).astype(np.uint8)
_GAP = draw_strokes(SEVEN).astype(float)
_GAP[3, 4] = np.nan


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (np.zeros((40, 40)), "looks blank"),
        (np.full((40, 40, 3), 255, np.uint8), "looks blank"),
        (np.linspace(0, 1, 10_000).reshape(100, 100), "looks blank"),
        (_NOISE, "looks blank"),
        (np.eye(5), "5×5 pixels, too small"),
        (draw_strokes([[(50, 50), (52, 53)]], pen=3), "digit of .* too small"),
        (_GAP, "NaN or infinity"),
        (np.zeros((40, 40, 2)), "the last axis should be 1"),
        (np.zeros(40), "1 axis"),
        (np.zeros((0, 40)), "is empty"),
        (np.full((40, 40), "a"), "is no number"),
        (None, "is None"),
    ],
)
def test_pictures_without_a_digit_are_refused(picture, says):
    with pytest.raises(ValueError, match=says):
        like_mnist(picture)


# --- stages and strokes -------------------------------------------------------------------------


def test_stages_lead_to_the_result():
    page = draw_strokes(SEVEN, shading=90)
    steps = stages(page)
    np.testing.assert_array_equal(steps["centred by mass"], like_mnist(page))
    np.testing.assert_allclose(steps["grey"], page / 255)
    assert steps["ink"].shape == page.shape
    # The shadow is gone: no ink but on the stroke.
    drawn = draw_strokes(SEVEN, paper=0, ink=255) > 0
    assert not steps["ink"][~drawn].any() and steps["ink"][drawn].mean() > 0.8


def test_strokes_are_as_wide_as_the_pen_and_pass_through_their_points():
    page = draw_strokes([[(20, 50), (140, 50)]], (100, 160), pen=10, paper=200, ink=0)
    assert (1 - page[:, 80] / 200).sum() == pytest.approx(10)
    assert page[50, 20] == page[50, 140] == 0 and page[0, 0] == 200
    shaded = draw_strokes([[(20, 50), (140, 50)]], (100, 160), shading=100)
    assert int(shaded[0, 0]) - int(shaded[-1, -1]) in range(97, 101)
    grainy = draw_strokes(SEVEN, grain=5, seed=1)
    np.testing.assert_array_equal(grainy, draw_strokes(SEVEN, grain=5, seed=1))


@pytest.mark.parametrize(
    ("strokes", "options", "says"),
    [
        ([], {}, "strokes is empty"),
        ([[(1, 2)]], {}, "two or more"),
        ([[(1, 2, 3), (4, 5, 6)]], {}, "two or more"),
        (SEVEN, {"pen": 0}, "pen is 0"),
        (SEVEN, {"shape": (0, 5)}, "shape is 0"),
    ],
)
def test_strokes_that_cannot_be_drawn_are_refused(strokes, options, says):
    with pytest.raises(ValueError, match=says):
        draw_strokes(strokes, **options)


def test_the_recipe_s_sizes_are_mnist_s():
    (images, _), _ = datasets.load_mnist()
    sides = np.array([max(np.ptp(np.nonzero(one), axis=1)) + 1 for one in images[:500]])
    assert (sides == handwriting.BOX).mean() > 0.99 and images.shape[1] == handwriting.SIDE
