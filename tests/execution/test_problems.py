"""What the longer versions of Part III ask, and what their networks learn from."""

import dataclasses

import numpy as np
import pytest

from course_utils.datasets import load_mnist
from course_utils.execution import problems
from course_utils.networks import priors, recipes, segmentation

SMALL = recipes.Recipe("small", 1, 32, 0.003, warm_up=0.1)


@pytest.fixture(scope="module")
def digits():
    (images, labels), _ = load_mnist("sample")
    return images[:600], labels[:600]


def test_digits_are_scaled(digits):
    images, labels = problems.READING.examples(digits, test=False)
    assert images.shape == (600, 28, 28, 1) and images.dtype == np.float32
    np.testing.assert_array_equal(np.rint(255 * images[..., 0]), digits[0])
    np.testing.assert_array_equal(labels, digits[1])


def test_new_digits_are_five_to_nine(digits):
    images, labels = problems.NewDigits().examples(digits, test=False)
    assert set(labels) == {5, 6, 7, 8, 9}
    np.testing.assert_array_equal(
        np.rint(255 * images[..., 0]), digits[0][np.isin(digits[1], [5, 6, 7, 8, 9])]
    )


def test_a_frozen_body_stays_as_the_old_digits_made_it(digits):
    models = {
        method: problems.NewDigits(method).train(SMALL, digits, seed=1)
        for method in problems.METHODS
    }
    bodies = {
        name: np.concatenate([w.ravel() for w in model.get_weights()[:-2]])
        for name, model in models.items()
    }
    assert len({len(model.get_weights()) for model in models.values()}) == 1
    # Two trainings of the body with one seed give one body, if nothing has moved it since.
    again = problems.NewDigits("frozen").train(SMALL, digits, seed=1)
    np.testing.assert_array_equal(
        bodies["frozen"], np.concatenate([w.ravel() for w in again.get_weights()[:-2]])
    )
    assert not np.array_equal(bodies["frozen"], bodies["fine-tuned"])
    # Fine-tuning begins where the frozen body is, and goes less far from it than from elsewhere.
    far, near = (
        np.abs(bodies["frozen"] - bodies[name]).mean() for name in ("from scratch", "fine-tuned")
    )
    assert near < far
    trained = [layer for layer in again.layers if layer.trainable and layer.weights]
    assert [type(layer).__name__ for layer in trained] == ["Dense"]


def test_pixels_of_canvases_are_judged_by_their_classes(digits):
    problem = problems.CanvasPixels(canvases=24, judged=8)
    images, masks = problem.examples(digits, test=True)
    assert images.shape == (8, 40, 40, 1) and masks.shape == (8, 40, 40)
    other, _ = problem.examples(digits, test=False)
    assert len(other) == 24 and not np.array_equal(other[:8], images)
    recipe = dataclasses.replace(SMALL, network="skips", batch_size=8, warm_up=None)
    model = problem.train(recipe, digits, seed=1)
    assert model.count_params() == segmentation.build_unet("skips").count_params()
    found = problem.scores(model, (images, masks), None)["mean IoU"]
    said = segmentation.classes_of(model, 255 * images[..., 0])
    overlaps = segmentation.class_overlaps(masks, said, classes=11)
    assert found == pytest.approx(100 * np.nanmean(overlaps)) and 0 < found < 100


def test_rearranged_digits_are_those_of_the_race(digits):
    images, _ = problems.RearrangedDigits("pixels scrambled").examples(digits, test=True)
    np.testing.assert_array_equal(
        images,
        priors.rearrange(problems.READING.examples(digits, test=True)[0], "pixels scrambled"),
    )
    recipe = dataclasses.replace(SMALL, network="dense")
    model = problems.RearrangedDigits().train(recipe, digits, seed=1)
    assert model.count_params() == 12_730


def test_honest_reading_softens_with_the_digits_set_aside(digits):
    problem = problems.HonestReading()
    model = problem.train(SMALL, digits, seed=1)
    test = problem.examples(digits, test=True)
    raw = problem.scores(model, test, None)
    both = problem.scores(model, test, test)
    assert set(raw) == {"calibration error"} and set(both) == {"calibration error", "softened"}
    assert 0 <= both["softened"] < 100 and raw["calibration error"] == both["calibration error"]
