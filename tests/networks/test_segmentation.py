"""A class for each pixel: networks, the rival by components, and the measures."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from course_utils.datasets import load_mnist, load_pixel_trials
from course_utils.detection import make_canvases
from course_utils.networks import count_parameters, segmentation
from course_utils.networks.segmentation import PAPER
from course_utils.notebooks import read_notebook


@pytest.fixture(scope="module")
def keras():
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    return keras


@pytest.fixture(scope="module")
def canvases():
    (images, labels), _ = load_mnist("sample")
    settings = {"size": 40, "digits_each": (3, 5), "scales": (0.6, 0.8)}
    return make_canvases(images[:400], labels[:400], 24, overlap=0.15, seed=1, **settings)


# --- networks ---


@pytest.mark.parametrize("kind", segmentation.KINDS)
def test_every_size_that_can_be_halved_twice_gets_its_classes(keras, kind):
    model = segmentation.build_unet(kind, filters=2, classes=5)
    for side in ((8, 12), (40, 20)):
        answers = model(np.zeros((2, *side, 1), "float32"))
        assert answers.shape == (2, *side, 5)
        np.testing.assert_allclose(np.sum(answers, axis=-1), 1, rtol=1e-5)


def test_the_parts_are_those_that_are_told(keras):
    models = {kind: segmentation.build_unet(kind) for kind in segmentation.KINDS}
    pools = {kind: _count(model, keras.layers.MaxPooling2D) for kind, model in models.items()}
    beside = {kind: _count(model, keras.layers.Concatenate) for kind, model in models.items()}
    assert pools == {"skips": 2, "no skips": 2, "no pooling": 0, "dilated": 0}
    assert beside == {"skips": 2, "no skips": 0, "no pooling": 0, "dilated": 0}
    # Without skips the two convolutions on the way up take in half as many maps.
    gone = 9 * (16 * 16 + 8 * 8)
    counts = {kind: count_parameters(model).total for kind, model in models.items()}
    assert counts["skips"] - counts["no skips"] == gone
    assert counts["dilated"] == counts["no pooling"]
    assert _count(segmentation.build_unet(bottom=5), keras.layers.Conv2D) == 5 + 2 + 2 + 1


def _count(model, kind):
    return sum(type(layer) is kind for layer in model.layers)


@pytest.mark.parametrize(("kind", "sees"), [("no pooling", 13), ("dilated", 29)])
def test_without_pooling_a_pixel_sees_so_far(keras, kind, sees):
    keras.utils.set_random_seed(0)
    model = segmentation.build_unet(kind, filters=4)
    image = np.zeros((1, 40, 40, 1), "float32")
    changed = image.copy()
    changed[0, 20, 20] = 1
    # In inference, where batch normalisation is a fixed scale.
    moved = np.abs(np.subtract(model(changed), model(image))).sum(axis=-1)[0] > 0
    rows, columns = np.nonzero(moved)
    assert np.ptp(rows) == np.ptp(columns) == sees - 1


def test_training_is_the_same_for_the_same_seed_and_learns(keras, canvases):
    models = [
        segmentation.train_unet("skips", canvases.images, canvases.masks, seed=3, filters=2)
        for _ in range(2)
    ]
    said = [segmentation.classes_of(model, canvases.images) for model in models]
    assert said[0].shape == canvases.masks.shape and said[0].dtype == np.uint8
    assert np.mean(said[0] == said[1]) > 0.99


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "u"}, "kind is 'u': use one of 'skips', 'no skips'"),
        ({"epochs": 0}, "epochs is 0"),
        ({"filters": 0}, "filters is 0"),
        ({"ink_weight": 0}, "ink_weight is 0: give a positive number"),
        ({"masks": np.zeros((2, 8, 9), int)}, "masks has shape .2, 8, 9., images .2, 8, 8."),
    ],
)
def test_bad_settings_are_named(keras, change, message):
    given = {"kind": "skips", "images": np.zeros((2, 8, 8)), "masks": np.zeros((2, 8, 8), int)}
    with pytest.raises(ValueError, match=message):
        segmentation.train_unet(**{**given, "seed": 0, **change})


# --- the rival ---


def test_the_rival_gives_a_lone_digit_its_class_and_nothing_else():
    (images, labels), _ = load_mnist("sample")
    found = make_canvases(
        images[:200], labels[:200], 60, size=40, digits_each=(1, 1), scales=(1, 1.3), seed=0
    )
    said = segmentation.classes_by_components(found.images)
    np.testing.assert_array_equal(said[found.masks == PAPER], PAPER)
    ink = found.masks != PAPER
    assert (said == found.masks)[ink].mean() > 0.9


def test_the_rival_gives_two_digits_that_touch_one_class(canvases):
    said = segmentation.classes_by_components(canvases.images)
    from scipy import ndimage

    for image, classes in zip(canvases.images, said):
        pieces, count = ndimage.label(image >= 64, np.ones((3, 3)))
        for piece in range(1, count + 1):
            assert len(np.unique(classes[pieces == piece])) == 1


def test_the_rival_on_an_empty_canvas():
    assert (segmentation.classes_by_components(np.zeros((1, 9, 9), np.uint8)) == PAPER).all()


# --- measures ---


def test_overlaps_are_those_of_keras(keras):
    random = np.random.default_rng(0)
    for classes in (2, 5, 11):
        truth, said = random.integers(0, classes, (2, 3, 9, 7))
        theirs = keras.metrics.MeanIoU(classes)
        theirs.update_state(truth, said)
        ours = segmentation.class_overlaps(truth, said, classes=classes)
        assert ours.shape == (classes,)
        np.testing.assert_allclose(ours.mean(), float(theirs.result()), rtol=1e-5)


def test_overlaps_by_hand():
    truth, said = [[0, 0, 1, 1]], [[0, 1, 1, 3]]
    found = segmentation.class_overlaps(truth, said, classes=5)
    np.testing.assert_allclose(found, [1 / 2, 1 / 3, np.nan, 0, np.nan])


def test_overlaps_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match="said holds 5: with 5 classes"):
        segmentation.class_overlaps([0, 1], [0, 5], classes=5)
    with pytest.raises(ValueError, match=r"truth has shape \(2,\), said \(3,\)"):
        segmentation.class_overlaps([0, 1], [0, 1, 1], classes=5)


def test_edges_are_where_a_neighbour_differs():
    mask = np.array([[[1, 1, 1, 2], [1, 1, 1, 1], [1, 1, 1, 1]]])
    expected = [[0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]]
    np.testing.assert_array_equal(segmentation.edges_of(mask)[0], np.array(expected, bool))
    assert not segmentation.edges_of(np.zeros((2, 3, 3), int)).any()


def test_the_stored_trials_are_complete():
    trials = load_pixel_trials()
    networks = (*segmentation.KINDS, "even weights")
    expected = {(name, seed, kind) for name in networks for seed in (1, 2, 3) for kind in KINDS}
    expected |= {("components", 0, kind) for kind in KINDS}
    found = [(row["network"], row["seed"], row["canvases"]) for row in trials]
    assert set(found) == expected and len(found) == len(expected)
    assert ((trials["overlap"] > 0.3) & (trials["overlap"] < 1)).all()
    assert ((trials["edge"] > 50) & (trials["edge"] < 100)).all()


KINDS = ("apart", "crowded")


def test_the_canvases_are_those_of_notebook_20():
    (path,) = Path("notebooks").glob("20_*.ipynb")
    (cell,) = [one for one in read_notebook(path).cells if one.id == "data"]
    stated = re.search(r"settings = (\{.*?\})", cell.source, re.S)[1]
    assert ast.literal_eval(stated) == segmentation.CANVAS
    assert f"overlap={segmentation.OVERLAPS['crowded']}" in cell.source
