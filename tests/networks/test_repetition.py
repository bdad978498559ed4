"""One prepared training step, many starts: the same steps as Keras takes."""

import numpy as np
import pytest

from course_utils import datasets
from course_utils.networks import build_network, training
from course_utils.networks.repetition import RepeatedTraining


@pytest.fixture(scope="module")
def keras():
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    return keras


@pytest.fixture(scope="module")
def digits():
    (images, labels), _ = datasets.load_mnist()
    return images[:150, ..., np.newaxis].astype("float32") / 255, labels[:150]


def tiny(**choices):
    return build_network(filters=2, **choices)


def of_keras(keras, digits, optimizer, *, seed, epochs=1, batch_size=64, rates=None, **choices):
    """Take the same steps with Keras' own `train_on_batch`; return model and losses."""
    keras.utils.set_random_seed(seed)
    model = tiny(**choices)
    model.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=False)
    training.create_variables(model)
    order, losses = np.random.default_rng(seed), []
    for _ in range(epochs):
        picked = order.permutation(len(digits[0]))
        for k in range(0, len(picked), batch_size):
            if rates is not None:
                model.optimizer.learning_rate = rates[len(losses)]
            part = picked[k : k + batch_size]
            losses.append(model.train_on_batch(digits[0][part], digits[1][part]))
            model.reset_metrics()
    return model, losses


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        ("SGD", {}),
        ("Adagrad", {"norm": True}),
        ("Adam", {"dropout": 0.3}),
        ("AdamW", {"norm": True, "shift": 2}),
    ],
)
def test_its_steps_are_those_of_keras(keras, digits, kind, choices):
    optimizer = getattr(keras.optimizers, kind)
    repeated = RepeatedTraining(lambda: tiny(**choices), optimizer(0.01))
    repeated.fit(*digits, seed=8)  # another training before: nothing of it may be left
    history = repeated.fit(*digits, seed=5, epochs=2)
    model, losses = of_keras(keras, digits, optimizer(0.01), seed=5, epochs=2, **choices)
    np.testing.assert_allclose(history.losses, losses, rtol=1e-3)
    for mine, theirs in zip(repeated.model.weights, model.weights, strict=True):
        # A normalisation subtracts the bias before it, whose slope is rounding only: Adam takes
        # steps of full length by it, in any direction.
        if choices.get("norm") and mine.name == "bias" and "output" not in mine.path:
            continue
        np.testing.assert_allclose(mine, theirs, atol=2e-3, err_msg=mine.path)


def test_the_penalty_of_l2_is_learned_from_but_not_reported(keras, digits):
    repeated = RepeatedTraining(lambda: tiny(l2=0.1), keras.optimizers.SGD(0.05))
    history = repeated.fit(*digits, seed=3)
    model, losses = of_keras(keras, digits, keras.optimizers.SGD(0.05), seed=3, l2=0.1)
    assert np.all(np.array(losses) > history.losses + 1)
    np.testing.assert_allclose(repeated.model.get_weights()[0], model.get_weights()[0], atol=1e-3)


def test_each_step_takes_its_own_rate(keras, digits):
    repeated = RepeatedTraining(tiny, keras.optimizers.SGD(0.5))
    rates = [0.01, 0.2, 0.05]
    history = repeated.fit(*digits, seed=2, learning_rate=rates)
    _, losses = of_keras(keras, digits, keras.optimizers.SGD(0.5), seed=2, rates=rates)
    np.testing.assert_allclose(history.losses, losses, rtol=1e-3)
    usual = repeated.fit(*digits, seed=2)
    _, losses = of_keras(keras, digits, keras.optimizers.SGD(0.5), seed=2)
    np.testing.assert_allclose(usual.losses, losses, rtol=1e-3)


def test_a_schedule_begins_anew(keras, digits):
    schedule = training.warm_up_and_decay(0.1, 6)
    repeated = RepeatedTraining(tiny, keras.optimizers.SGD(schedule))
    first = repeated.fit(*digits, seed=1, epochs=2)
    again = repeated.fit(*digits, seed=1, epochs=2)
    np.testing.assert_allclose(first.losses, again.losses, rtol=1e-4)
    by_numbers = RepeatedTraining(tiny, keras.optimizers.SGD(0.1))
    rates = [float(schedule(step)) for step in range(6)]
    told = by_numbers.fit(*digits, seed=1, epochs=2, learning_rate=rates)
    np.testing.assert_allclose(first.losses, told.losses, rtol=1e-3)
    with pytest.raises(ValueError, match="schedule of its own"):
        repeated.fit(*digits, seed=1, learning_rate=0.1)


def test_its_step_is_prepared_once_for_all_seeds_and_batches(keras, digits):
    repeated = RepeatedTraining(tiny, "adam")
    for seed, batch_size in ((1, 64), (2, 64), (3, 25)):
        history = repeated.fit(*digits, seed=seed, batch_size=batch_size)
        assert len(history.losses) == -(-150 // batch_size)
    assert repeated._epoch.experimental_get_tracing_count() == 1


def test_a_seed_begins_alike_however_many_came_between(digits):
    repeated = RepeatedTraining(lambda: tiny(dropout=0.3, shift=2), "adam")
    first = repeated.fit(*digits, seed=1).losses
    np.testing.assert_allclose(repeated.fit(*digits, seed=1).losses, first, rtol=1e-3)
    for seed in range(2, 11):
        repeated._begin(seed, None)
    np.testing.assert_allclose(repeated.fit(*digits, seed=1).losses, first, rtol=1e-3)
    assert len(repeated._starts) <= 8


def test_other_seeds_are_other_starts_and_given_weights_count(keras, digits):
    repeated = RepeatedTraining(tiny, keras.optimizers.SGD(0.01))
    one, other = (repeated.fit(*digits, seed=seed).losses for seed in (1, 2))
    assert not np.allclose(one, other)
    zeros = [np.zeros_like(weight) for weight in repeated.model.get_weights()]
    assert repeated.fit(*digits, seed=1, weights=zeros).losses[0] == pytest.approx(np.log(10))


def test_it_is_asked_after_every_epoch(keras, digits):
    repeated = RepeatedTraining(tiny, "adam")
    history = repeated.fit(*digits, seed=1, epochs=3, valid=(digits[0][:40], digits[1][:40]))
    assert history.valid_losses.shape == history.valid_errors.shape == history.seconds.shape == (3,)
    loss, wrong = repeated.evaluate(digits[0][:40], digits[1][:40])
    assert (loss, wrong) == (history.valid_losses[-1], history.valid_errors[-1])
    answers = np.asarray(repeated.model(digits[0][:40]))
    np.testing.assert_allclose(repeated.predict(digits[0][:40]), answers, atol=1e-6)
    truth = keras.losses.sparse_categorical_crossentropy(digits[1][:40], answers)
    assert loss == pytest.approx(np.mean(truth), rel=1e-4)
    assert wrong == 100 * np.mean(answers.argmax(axis=1) != digits[1][:40])
    assert repeated.fit(*digits, seed=1).valid_errors.size == 0


def test_another_loss(keras, digits):
    repeated = RepeatedTraining(tiny, "adam", loss=lambda labels, answers: 0 * answers[:, 0] + 7.0)
    assert repeated.fit(*digits, seed=1).losses.tolist() == [7, 7, 7]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": 1.5}, "batch_size is 1.5"),
        ({"learning_rate": [0.1, 0.2]}, r"learning_rate has shape \(2,\), but there are 3 steps"),
    ],
)
def test_a_bad_setting_is_named(digits, options, says):
    with pytest.raises(ValueError, match=says):
        RepeatedTraining(tiny, "adam").fit(*digits, seed=1, **options)


def test_as_many_labels_as_images(digits):
    with pytest.raises(ValueError, match="labels has 149 rows for 150 images"):
        RepeatedTraining(tiny, "adam").fit(digits[0], digits[1][1:], seed=1)
