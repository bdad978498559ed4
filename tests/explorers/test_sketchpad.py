"""The sketchpad: strokes and network in JavaScript against Python, and the student's own model."""

import base64

import numpy as np
import pytest
from node import run

from course_utils import handwriting
from course_utils.datasets import load_mnist
from course_utils.explorers import Sketchpad
from course_utils.explorers.picture_files import as_address, picture_in
from course_utils.explorers.stored_network import page_network

needs_reader = pytest.mark.skipif(
    page_network() is None, reason="course_utils.handwriting offers no stored_reader"
)
# Of 255 grey values: what the JavaScript's ink and Python's, found in a picture, may differ by.
MEAN_DIFFERENCE = 8.0  # grey levels of 255, on the average of the 784 pixels


def drawings() -> list[np.ndarray]:
    """Digits as a mouse draws them: thin, usual and wide pens, in several sizes."""
    rng = np.random.default_rng(0)
    shapes = {
        1: [[(0.5, 0.05), (0.5, 0.95)]],
        2: [[(0.15, 0.25), (0.5, 0.05), (0.85, 0.3), (0.15, 0.95), (0.9, 0.95)]],
        4: [[(0.6, 0.05), (0.1, 0.65), (0.9, 0.65)], [(0.7, 0.4), (0.7, 0.95)]],
        7: [[(0.1, 0.08), (0.9, 0.08), (0.4, 0.95)]],
    }
    made = []
    for pen in (4, 8, 14, 22, 34):
        for strokes in shapes.values():
            size, place = rng.uniform(90, 200), rng.uniform(30, 60, 2)
            points = [np.array(stroke) * size + place for stroke in strokes]
            page = handwriting.draw_strokes(points, (280, 280), pen=pen, paper=255, ink=0)
            made.append(1 - page / 255)
    return made


def in_javascript(images: list[np.ndarray]) -> list[np.ndarray]:
    given = [{"h": len(one), "w": one.shape[1], "data": one.ravel().tolist()} for one in images]
    found = run(
        """return given.map(({h, w, data}) => [...all.stages({h, w,
          data: Float64Array.from(data)})['centred by mass'].data])""",
        given,
        file="sketchpad/strokes.js",
    )
    return [np.array(one).reshape(28, 28) for one in found]


@pytest.mark.skipif(
    "usual pen" not in handwriting.stages(1 - drawings()[0]),
    reason="this course_utils.handwriting knows no usual pen",
)
def test_strokes_become_what_python_makes_of_them() -> None:
    differences = [
        np.abs(ours - handwriting.like_mnist(255 - np.rint(255 * ink).astype(np.uint8))).mean()
        for ink, ours in zip(drawings(), in_javascript(drawings()), strict=True)
    ]
    assert np.median(differences) < 1.5 and max(differences) < MEAN_DIFFERENCE, differences


def test_every_digit_is_as_mnists_are() -> None:
    for image in in_javascript(drawings()):
        rows, columns = np.nonzero(image)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        middle = np.array(np.nonzero(image)) @ image[image > 0] / image.sum()
        assert np.abs(middle - 14).max() <= 1
        assert image.max() == 255


def test_scaling_is_pillows() -> None:
    from PIL import Image

    rng = np.random.default_rng(1)
    for longest, shape in ((20, (173, 90)), (80, (300, 41)), (80, (33, 52)), (20, (9, 20))):
        image = rng.random(shape).astype(np.float32)
        share = longest / max(shape)
        size = tuple(max(1, round(side * share)) for side in shape)
        way = Image.Resampling.BOX if share <= 1 else Image.Resampling.BILINEAR
        expected = np.asarray(Image.fromarray(image).resize(size[::-1], way))
        found = run(
            "const y = all.resized(given.image, given.longest); return [y.h, y.w, [...y.data]]",
            {
                "image": {"h": shape[0], "w": shape[1], "data": image.ravel().tolist()},
                "longest": longest,
            },
            file="sketchpad/strokes.js",
        )
        assert tuple(found[:2]) == size
        np.testing.assert_allclose(found[2], expected.ravel(), atol=1e-6)


@pytest.mark.parametrize(
    ("ink", "message"),
    [
        (np.zeros((50, 50)), "picture looks blank, nothing stands out from the ground: write with"),
        (np.eye(50) * (np.arange(50) < 5), "picture has a digit of 5×5 pixels, too small to be"),
    ],
)
def test_too_little_ink_is_refused(ink: np.ndarray, message: str) -> None:
    said = run(
        """try { all.stages({...given, data: Float64Array.from(given.data)}); }
        catch (error) { return error.message; } return '';""",
        {"h": 50, "w": 50, "data": ink.ravel().tolist()},
        file="sketchpad/strokes.js",
    )
    assert said.startswith(message)


def test_ink_is_found_on_light_and_on_dark_paper() -> None:
    ink = drawings()[9]
    for grey in (0.9 - 0.6 * ink, 0.2 + 0.7 * ink):
        found = run(
            """const y = all.inkOf({...given, data: Float64Array.from(given.data)});
            return [...y.data]""",
            {"h": 280, "w": 280, "data": grey.ravel().tolist()},
            file="sketchpad/strokes.js",
        )
        assert np.abs(np.reshape(found, (280, 280)) - ink).mean() < 0.01


@needs_reader
def test_the_network_says_in_javascript_what_keras_says() -> None:
    pytest.importorskip("keras")
    _, (digits, labels) = load_mnist()
    digits, labels = digits[:500], labels[:500]
    found = run(
        """const ready = all.network(given.network);
        return given.digits.map(one => all.read(ready, one).probabilities)""",
        {"network": page_network(), "digits": digits.reshape(500, -1).tolist()},
        file="sketchpad/reader.js",
    )
    model = handwriting.as_keras()
    expected = np.asarray(model(digits[..., None].astype(np.float32) / 255))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert (np.argmax(found, axis=1) == labels).mean() > 0.95


def test_half_precision_is_unpacked_exactly() -> None:
    from course_utils.explorers.stored_network import _packed

    numbers = np.array([0, 1, -2.5, 65504, 6e-8, 0.333, -1e-5], np.float16)
    found = run("return [...all.halves(given)]", _packed(numbers), file="sketchpad/reader.js")
    assert found == numbers.astype(float).tolist()


def test_a_function_reads() -> None:
    seen = []

    def model(batch: np.ndarray) -> np.ndarray:
        seen.append(batch)
        return np.eye(10)[[int(batch.sum() > 1)]]

    pad = Sketchpad(model)
    assert seen[-1].shape == (1, 28, 28, 1) and seen[-1].min() >= 0
    assert 0.9 < seen[-1].max() <= 1 and np.argmax(pad.probabilities) == 1
    pad.image = np.zeros((28, 28))
    assert np.argmax(pad.probabilities) == 0
    assert np.array(pad.image).sum() == 0


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28), (784,)])
def test_keras_models_of_every_shape_read(shape: tuple[int, ...]) -> None:
    keras = pytest.importorskip("keras")
    layers = [keras.Input(shape)]
    if len(shape) == 3:
        layers += [keras.layers.Conv2D(4, 5, activation="relu", name="conv")]
    layers += [keras.layers.Flatten(name="flatten"), keras.layers.Dense(10, name="dense")]
    model = keras.Sequential(layers)
    pad = Sketchpad(model)
    # Its answers are logits: they become probabilities.
    batch = np.array(pad.image, np.float32).reshape(1, *shape) / 255
    logits = np.asarray(model(batch))[0]
    powers = np.exp(logits - logits.max())
    np.testing.assert_allclose(pad.probabilities, powers / powers.sum(), atol=1e-6)
    assert pad.maps.get("shape", None) == ([24, 24, 4] if len(shape) == 3 else None)


@pytest.mark.parametrize("before", [[], ["rescaling"], ["flip"], ["reshape"]])
@pytest.mark.parametrize("dilation", [1, 2])
def test_the_maps_are_those_of_the_models_first_convolution(
    before: list[str], dilation: int
) -> None:
    keras = pytest.importorskip("keras")
    first = {
        "rescaling": keras.layers.Rescaling(-1.0, 1.0),
        "flip": keras.layers.Permute((2, 1, 3)),
        "reshape": keras.layers.Reshape((28, 28, 1)),
    }
    conv = keras.layers.Conv2D(4, 3, dilation_rate=dilation, activation="relu")
    rest = [keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    shape = (784,) if before == ["reshape"] else (28, 28, 1)
    model = keras.Sequential([keras.Input(shape), *(first[one] for one in before), conv, *rest])
    pad = Sketchpad(model)
    if before == ["flip"]:  # it reads another image than the one that is shown
        assert pad.maps == {}
        return
    batch = np.array(pad.image, np.float32).reshape(1, *shape) / 255
    for layer in model.layers[: len(before) + 1]:
        batch = layer(batch)
    expected = np.asarray(batch)[0]
    content = np.frombuffer(base64.b64decode(pad.maps["data"]), np.uint8)
    found = content.reshape(pad.maps["shape"]) / 255 * expected.max()
    np.testing.assert_allclose(found, expected, atol=expected.max() / 255)


def test_what_the_model_cannot_do_is_told() -> None:
    with pytest.raises(ValueError, match="model is 'net': give a Keras model"):
        Sketchpad("net")
    with pytest.raises(ValueError, match="it gives 3 numbers for one image"):
        Sketchpad(lambda batch: np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"image has shape \(8, 8\)"):
        Sketchpad(image=np.zeros((8, 8)))

    fails = False

    def model(batch: np.ndarray) -> np.ndarray:
        if fails:
            raise RuntimeError("out of ink")
        return np.eye(10)[[3]]

    pad = Sketchpad(model)
    fails = True
    pad.image = np.zeros((28, 28))
    assert pad.message == "the model can't read the image: RuntimeError: out of ink"
    # The page is told each time, also if nothing else is new.
    before = pad.answered
    pad.image = np.eye(28)
    assert pad.answered == before + 1
    fails = False
    pad.image = np.zeros((28, 28))
    assert pad.message == ""


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.full((28, 28), np.nan), "image holds nan: give 0 paper to 255 ink, or floats from 0"),
        (np.full((28, 28), -1), "image holds -1: give 0 paper to 255 ink"),
        (np.full((28, 28), 300.0), "image holds 300.0: give 0 paper to 255 ink"),
        (np.zeros((28, 28, 1)), "image has 3 axes"),
        ("seven", "image is 'seven', which is text"),
    ],
)
def test_what_is_no_digit_is_told_when_it_is_set(image: object, message: str) -> None:
    pad = Sketchpad(lambda batch: np.eye(10)[[3]])
    before = pad.image
    with pytest.raises(ValueError, match=message):
        pad.image = image
    assert pad.image == before


def test_a_digit_may_be_scaled_already() -> None:
    pad = Sketchpad(lambda batch: np.eye(10)[[3]])
    whole = np.array(pad.image)
    pad.image = whole / 255
    np.testing.assert_array_equal(pad.image, whole)


def test_scores_of_every_kind_become_probabilities() -> None:
    scores = np.array([[0.9, 0.9, 0, 0, 0, 0, 0, 0, 0, 0.2]])  # of ten sigmoids
    np.testing.assert_allclose(Sketchpad(lambda batch: scores).probabilities, scores[0] / 2.0)
    logits = np.arange(10.0)[None]
    powers = np.exp(logits[0])
    np.testing.assert_allclose(Sketchpad(lambda batch: logits).probabilities, powers / powers.sum())
    flat = Sketchpad(lambda batch: np.zeros((1, 10))).probabilities
    np.testing.assert_allclose(flat, 0.1)


def test_a_model_that_has_diverged_is_told() -> None:
    with pytest.raises(ValueError, match="it gives NaN or infinity: its training has diverged"):
        Sketchpad(lambda batch: np.full((1, 10), np.nan))


def test_a_long_error_is_cut_to_its_first_line() -> None:
    def model(batch: np.ndarray) -> np.ndarray:
        raise TypeError("no such thing\n  a list of\n  everything")

    with pytest.raises(ValueError, match=r"TypeError: no such thing$"):
        Sketchpad(model)


def test_photographs_are_prepared_in_python() -> None:
    pad = Sketchpad(lambda batch: np.eye(10)[[3]])
    stroke = np.array([(50.0, 30.0), (50.0, 170.0)])
    picture = handwriting.draw_strokes([stroke], (200, 120), pen=14, shading=60)
    pad.photograph = as_address(picture)
    assert pad.message == ""
    expected = handwriting.like_mnist(picture_in(as_address(picture)))
    np.testing.assert_array_equal(pad.image, expected)
    pad.photograph = as_address(np.full((40, 40), 200, np.uint8))
    assert "blank" in pad.message or "no ink" in pad.message
    np.testing.assert_array_equal(pad.image, expected)
    # The same picture once more: its image is the one of before, and yet it is answered.
    pad.photograph = as_address(picture)
    assert pad.message == ""


def test_a_photograph_that_the_model_cannot_read_is_told() -> None:
    fails = False

    def model(batch: np.ndarray) -> np.ndarray:
        if fails:
            raise RuntimeError("out of ink")
        return np.eye(10)[[3]]

    pad = Sketchpad(model)
    fails = True
    stroke = np.array([(50.0, 30.0), (50.0, 170.0)])
    pad.photograph = as_address(handwriting.draw_strokes([stroke], (200, 120), pen=14, shading=60))
    assert "out of ink" in pad.message


def test_trained_numbers_are_not_stored() -> None:
    state = Sketchpad(lambda batch: np.eye(10)[[3]]).state()
    assert set(state) == {"image", "keyboard", "try_this"}
