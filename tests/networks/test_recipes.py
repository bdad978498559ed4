"""The course's recipes: their networks, the schedule by formula, and that they learn."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from course_utils import datasets
from course_utils.networks.augmentation import RandomAffine
from course_utils.networks.models import build_model, count_parameters, receptive_field
from course_utils.networks.recipes import BEST, ONE_EPOCH
from course_utils.networks.training import warm_up_and_decay


def digits(count, start=0):
    (images, labels), _ = datasets.load_mnist()
    part = slice(start, start + count)
    return images[part, ..., np.newaxis].astype("float32") / 255, labels[part]


# The network


def test_the_fast_network_has_85450_parameters():
    model = build_model("fast_conv")
    assert count_parameters(model).total == model.count_params() == 85_450
    assert "85,450" in build_model.__doc__
    counts = [layer.count_params() for layer in model.layers if layer.count_params()]
    assert counts == [576, 64, 6_912, 192, 76_800, 256, 650]


def test_the_fast_network_layer_by_layer():
    model = build_model("fast_conv")
    assert [layer.name for layer in model.layers] == [
        "conv1", "norm1", "relu1", "conv2", "pool2", "norm2", "relu2",
        "flatten", "dense1", "norm3", "relu3", "output",
    ]  # fmt: skip
    shapes = [model.get_layer(name).output.shape[1:] for name in ("conv1", "pool2", "flatten")]
    assert shapes == [(12, 12, 16), (5, 5, 48), (1200,)]
    assert receptive_field(model)[-1] == 12
    assert {layer.momentum for layer in model.layers if "norm" in layer.name} == {0.9}
    assert model.name == "fast_conv" and model.output_shape == (None, 10) and not model.compiled


def test_the_best_network_layer_by_layer():
    model = build_model("best_conv")
    assert count_parameters(model).total == model.count_params() == 106_970 < 200_000
    assert "106,970" in build_model.__doc__
    counts = [layer.count_params() for layer in model.layers if layer.count_params()]
    assert counts == [400, 64, 12_800, 128, 18_432, 256, 36_864, 256, 36_864, 256, 650]
    shapes = [model.get_layer(f"relu{k}").output.shape[1:] for k in (1, 2, 3, 4)]
    assert shapes == [(14, 14, 16), (7, 7, 32), (7, 7, 64), (3, 3, 64)]
    assert {layer.momentum for layer in model.layers if "norm" in layer.name} == {0.98}
    assert model.get_layer("dropout1").rate == 0.3


# The schedule


@pytest.mark.parametrize(
    ("steps", "warm_up", "rising"), [(10, 0.4, 4), (469, 0.2, 94), (32, 0.2, 6), (2, 0.5, 1)]
)
def test_the_schedule_follows_its_formula(steps, warm_up, rising):
    schedule = warm_up_and_decay(0.01, steps, warm_up=warm_up)
    t = np.arange(steps)
    expected = 0.01 * np.minimum((t + 1) / rising, (steps - t) / (steps - rising))
    found = [float(schedule(step)) for step in t]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert min(found) > 0 and found[rising - 1] == pytest.approx(0.01)
    assert np.all(np.diff(found[:rising]) > 0) and np.all(np.diff(found[rising:]) < 0)


def test_after_its_end_the_schedule_stays_at_0():
    schedule = warm_up_and_decay(0.01, 10)
    assert [float(schedule(step)) for step in (10, 11, 1000)] == [0, 0, 0]


def test_the_schedule_tells_its_settings():
    settings = {"learning_rate": 0.1, "steps": 20, "warm_up": 0.25}
    rate, steps, warm_up = settings.values()
    assert warm_up_and_decay(rate, steps, warm_up=warm_up).get_config() == settings


@pytest.mark.parametrize(
    ("rate", "steps", "warm_up", "says"),
    [
        (0, 10, 0.2, "learning_rate is 0"),
        (-1, 10, 0.2, "learning_rate is -1"),
        (0.1, 1, 0.5, "steps is 1"),
        (0.1, 10, 0.0, "warm_up is 0.0, which puts 0 of 10 steps"),
        (0.1, 10, 1.0, "warm_up is 1.0, which puts 10 of 10 steps"),
        (0.1, 2, 0.2, "puts 0 of 2 steps"),
        (0.1, 10, -0.5, "warm_up is -0.5"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(rate, steps, warm_up, says):
    with pytest.raises(ValueError, match=says):
        warm_up_and_decay(rate, steps, warm_up=warm_up)


# The recipe


def test_the_recipe_is_that_of_the_course():
    assert (ONE_EPOCH.network, ONE_EPOCH.epochs, ONE_EPOCH.batch_size) == ("fast_conv", 1, 128)
    assert (ONE_EPOCH.optimizer, ONE_EPOCH.momentum) == ("SGD", 0.9)
    assert (ONE_EPOCH.learning_rate, ONE_EPOCH.warm_up) == (0.6, 0.2)
    assert ONE_EPOCH.label_smoothing == 0.05
    assert ONE_EPOCH.steps(60_000) == 469 and ONE_EPOCH.steps(4_000) == 32
    assert replace(ONE_EPOCH, epochs=3).steps(129) == 6
    with pytest.raises(FrozenInstanceError):
        ONE_EPOCH.epochs = 2


def test_the_compiled_network_follows_the_schedule():
    model = ONE_EPOCH.compiled(1280)
    assert model.compiled and type(model.optimizer).__name__ == "SGD"
    assert model.optimizer.momentum == 0.9
    assert float(model.optimizer.learning_rate) == pytest.approx(0.6 / 2)
    model.optimizer.iterations.assign(1)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.6)


def test_momentum_is_for_sgd_and_every_optimiser_can_be_had_by_name():
    adam = replace(ONE_EPOCH, optimizer="Adam", learning_rate=0.01, momentum=0, label_smoothing=0)
    model = adam.compiled(1280)
    assert type(model.optimizer).__name__ == "Adam"
    assert model.loss == "sparse_categorical_crossentropy"
    assert replace(adam, optimizer="SGD").compiled(1280).optimizer.momentum == 0
    with pytest.raises(ValueError, match="momentum is 0.9, which 'Adam' doesn't take"):
        replace(adam, momentum=0.9).compiled(1280)


def test_the_best_recipe_is_that_of_the_course():
    assert (BEST.network, BEST.epochs, BEST.batch_size) == ("best_conv", 30, 128)
    assert (BEST.learning_rate, BEST.warm_up, BEST.label_smoothing) == (0.01, 0.15, 0.1)
    assert BEST.augmentation == RandomAffine(rotation=10, scale=0.1, shear=0.1, shift=2)


@pytest.fixture(scope="module")
def trained():
    images, labels = digits(3520)
    recipe = replace(ONE_EPOCH, batch_size=32)
    return recipe.train(images, labels, seed=1, validation_data=digits(480, 3520))


def test_it_learns_in_110_steps(trained):
    assert trained.optimizer.iterations == 110
    history = trained.history.history
    assert set(history) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert history["val_accuracy"][-1] > 0.88


def test_the_same_seed_gives_the_same_network():
    short = digits(512)
    first, again, other = (ONE_EPOCH.train(*short, seed=seed).get_weights() for seed in (1, 1, 2))
    for mine, theirs in zip(again, first, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-3)
    assert not np.allclose(other[0], first[0], atol=1e-3)


def test_augmented_training_sees_changed_images_in_another_order_every_epoch(monkeypatch):
    images, labels = digits(96)
    seen = []

    def collect(self, some, *arguments, **options):
        seen.extend([(batch.numpy(), of_them.numpy()) for batch, of_them in some] for _ in "12")

    monkeypatch.setattr("keras.Model.fit", collect)
    recipe = replace(ONE_EPOCH, batch_size=40, augmentation=RandomAffine(shift=2), warm_up=None)
    for seed in (1, 1, 2):
        recipe.train(images, labels, seed=seed)
    first, later, again, _, other, _ = seen
    assert [len(batch) for batch, _ in first] == [40, 40, 16]

    def joined(epoch):
        return np.concatenate([b for b, _ in epoch]), np.concatenate([y for _, y in epoch])

    (one, ones_labels), (two, twos_labels) = joined(first), joined(later)
    np.testing.assert_array_equal(np.sort(ones_labels), np.sort(labels))
    assert not np.array_equal(ones_labels, twos_labels)
    # Each image is one of the originals, moved by less than three pixels: its ink stays.
    inks = images.sum(axis=(1, 2, 3))
    nearest = np.abs(one.sum(axis=(1, 2, 3))[:, None] - inks).min(axis=1)
    assert nearest.max() < 8
    assert not any((image == images).all(axis=(1, 2, 3)).any() for image in one)
    np.testing.assert_array_equal(joined(again)[0], one)
    assert not np.array_equal(joined(other)[0], one)
    assert not np.array_equal(two, one)


def test_the_best_recipe_learns():
    images, labels = digits(3520)
    recipe = replace(BEST, epochs=4)
    model = recipe.train(images, labels, seed=1, validation_data=digits(480, 3520))
    assert model.optimizer.iterations == 4 * 28
    history = model.history.history
    assert set(history) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    # The running averages of the normalisation need more steps, so only training tells here.
    assert history["accuracy"][-1] > 0.85
    # However right it is, smoothed targets leave it a loss.
    assert history["loss"][-1] > 0.5


def test_a_long_training_takes_all_steps_and_gives_the_same_network():
    images, labels = digits(1025)
    recipe = replace(ONE_EPOCH, batch_size=2, learning_rate=0.01)
    assert recipe.steps(1025) == 513  # one more than a multiple of 8
    at_once = recipe.train(images, labels, seed=1)
    assert (at_once.steps_per_execution, ONE_EPOCH.compiled(1025).steps_per_execution) == (8, 1)
    assert at_once.optimizer.iterations == 513
    import keras

    keras.utils.set_random_seed(1)
    step_by_step = recipe.compiled(1025)
    step_by_step.steps_per_execution = 1
    step_by_step.fit(images, labels, batch_size=2, verbose=0)
    losses = [model.history.history["loss"][0] for model in (at_once, step_by_step)]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)


def test_training_prints_nothing(trained, capsys):
    images, labels = digits(128)
    replace(ONE_EPOCH, batch_size=32).train(images, labels, seed=0)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": 2.5}, "batch_size is 2.5"),
        ({"network": "vgg"}, "name is 'vgg'"),
        ({"learning_rate": 0}, "learning_rate is 0"),
        ({"warm_up": 1}, "warm_up is 1"),
        ({"label_smoothing": 1}, "smoothing is 1"),
        ({"momentum": 1}, "momentum is 1"),
        ({"momentum": -0.1}, "momentum is -0.1"),
    ],
)
def test_a_setting_that_cannot_be_is_named(change, says):
    with pytest.raises(ValueError, match=says):
        replace(ONE_EPOCH, **change).compiled(12800)


def test_as_many_labels_as_images():
    images, labels = digits(64)
    with pytest.raises(ValueError, match="labels has 63 rows for 64 images"):
        ONE_EPOCH.train(images, labels[1:], seed=0)


def test_too_few_digits_for_a_warm_up():
    with pytest.raises(ValueError, match="puts 0 of 2 steps"):
        ONE_EPOCH.train(*digits(256), seed=0)
