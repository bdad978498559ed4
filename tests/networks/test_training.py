"""Setting a validation part aside, and following a training line by line."""

import numpy as np
import pytest

from course_utils.networks import training
from course_utils.networks.training import smoothed_cross_entropy, split_validation


@pytest.fixture
def examples():
    labels = np.arange(20)
    return labels[:, None] * np.ones((1, 3)), labels


def test_every_example_is_in_one_part(examples):
    (x_train, y_train), (x_valid, y_valid) = split_validation(*examples, 6, seed=0)
    assert x_train.shape == (14, 3) and x_valid.shape == (6, 3)
    assert sorted([*y_train, *y_valid]) == list(range(20))


def test_images_and_labels_stay_together(examples):
    for images, labels in split_validation(*examples, 6, seed=0):
        np.testing.assert_array_equal(images[:, 0], labels)


def test_the_split_is_random_and_repeats_with_its_seed(examples):
    (_, first), _ = split_validation(*examples, 6, seed=1)
    (_, again), _ = split_validation(*examples, 6, seed=1)
    (_, other), _ = split_validation(*examples, 6, seed=2)
    np.testing.assert_array_equal(first, again)
    assert first.tolist() != other.tolist()
    assert first.tolist() != sorted(first)


def test_the_parts_are_copies(examples):
    images, labels = examples
    (x_train, _), (x_valid, _) = split_validation(images, labels, 6, seed=0)
    assert not np.shares_memory(x_train, images) and not np.shares_memory(x_valid, images)


@pytest.mark.parametrize(
    ("count", "says"),
    [(20, "leaves none to train on"), (0, "count is 0"), (0.2, "count is 0.2"), (-1, "is -1")],
)
def test_a_bad_count_is_named(examples, count, says):
    with pytest.raises(ValueError, match=says):
        split_validation(*examples, count, seed=0)


def test_as_many_labels_as_images(examples):
    images, labels = examples
    with pytest.raises(ValueError, match="labels has 19 rows for 20 images"):
        split_validation(images, labels[1:], 6, seed=0)


@pytest.mark.parametrize(
    ("epochs", "lines", "reported"),
    [
        (20, 5, [1, 6, 10, 15, 20]),
        (3, 6, [1, 2, 3]),
        (1, 6, [1]),
        (50, 1, [50]),
        (50, 2, [1, 50]),
    ],
)
def test_reports_are_spread_from_the_first_epoch_to_the_last(epochs, lines, reported):
    assert training.reported_epochs(epochs, lines) == reported


def test_a_line_puts_the_loss_first_and_accuracies_in_per_cent():
    logs = {"accuracy": 0.98765, "loss": 0.0419, "val_accuracy": 0.9, "val_loss": 0.2}
    assert training.progress_line(3, 20, logs) == (
        "epoch  3: loss 0.042, accuracy  98.8 % | validation loss 0.200, accuracy  90.0 %"
    )


def test_a_line_without_validation_ends_after_the_training():
    line = training.progress_line(3, 9, {"loss": 1.5, "mae": 2.0})
    assert line == "epoch 3: loss 1.500, mae 2.000"


@pytest.mark.parametrize("lines", [0, 2.5, "all"])
def test_a_number_of_lines_is_a_positive_integer(lines):
    with pytest.raises(ValueError, match="lines is"):
        training.progress_printer(lines)


def test_fit_prints_these_lines_and_nothing_else(capsys):
    printer = training.progress_printer(3)
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="line")])
    model.compile(optimizer="sgd", loss="mse")
    x, y = np.ones((8, 2)), np.ones((8, 1))
    history = model.fit(x, y, epochs=5, verbose=0, validation_data=(x, y), callbacks=[printer])
    printed = capsys.readouterr()
    expected = [
        training.progress_line(k, 5, {name: v[k - 1] for name, v in history.history.items()})
        for k in (1, 3, 5)
    ]
    assert printed.out.splitlines() == expected
    assert printed.err == ""


def compiled(metrics):
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=metrics)
    return model


def traced(model):
    """Return the model, and a list that grows at each trace of its training step."""
    traces, step = [], model.train_step

    def counted(*args, **kwargs):
        traces.append(1)
        return step(*args, **kwargs)

    model.train_step = counted
    return model, traces


def test_with_its_variables_created_a_training_step_is_traced_once():
    x, y = np.eye(4, dtype="float32"), np.array([0, 1, 2, 0])
    plain, plain_traces = traced(compiled(["accuracy"]))
    plain.fit(x, y, batch_size=2, epochs=2, shuffle=False, verbose=0)
    ready, ready_traces = traced(compiled(["accuracy"]))
    training.create_variables(ready)
    history = ready.fit(x, y, batch_size=2, epochs=2, shuffle=False, verbose=0).history
    assert (len(plain_traces), len(ready_traces)) == (2, 1)
    for mine, theirs in zip(ready.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert set(history) == {"loss", "accuracy"}


def test_variables_of_a_model_that_is_not_ready():
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    bare = keras.Sequential([keras.layers.Dense(3)], name="bare")
    with pytest.raises(ValueError, match="bare.*compile first"):
        training.create_variables(bare)
    bare.compile("adam", "mse")
    with pytest.raises(ValueError, match="bare.*begin the model with keras.Input"):
        training.create_variables(bare)


def test_a_restarted_training_repeats_itself():
    x, y = np.eye(4, dtype="float32").repeat(8, axis=0), np.array([0, 1, 2, 0]).repeat(8)
    model = compiled([])
    model.optimizer.learning_rate = 0.02
    training.create_variables(model)
    start, losses = model.get_weights(), []
    for _ in range(2):
        training.restart(model, start, seed=3)
        losses.append(model.fit(x, y, batch_size=4, epochs=2, verbose=0).history["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert model.optimizer.iterations == 16
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)


def test_only_a_compiled_model_is_restarted():
    import keras

    bare = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)], name="bare")
    with pytest.raises(ValueError, match="bare.*compile first"):
        training.restart(bare, bare.get_weights(), seed=0)


# Smoothed targets


def test_smoothed_cross_entropy_follows_its_formula():
    import keras

    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], dtype="float32")
    labels = np.array([0, 1])
    targets = np.full((2, 3), 0.3 / 3)
    targets[[0, 1], labels] += 0.7
    expected = -(targets * np.log(probabilities)).sum(axis=1)
    loss = smoothed_cross_entropy(0.3)
    for given in (labels, labels[:, None], labels.astype("uint8")):
        np.testing.assert_allclose(loss(given, probabilities), expected, rtol=1e-5)
    plain = keras.losses.sparse_categorical_crossentropy(labels, probabilities)
    np.testing.assert_allclose(smoothed_cross_entropy(0)(labels, probabilities), plain, rtol=1e-5)


@pytest.mark.parametrize("smoothing", [-0.1, 1, float("nan")])
def test_a_smoothing_that_cannot_be_is_named(smoothing):
    with pytest.raises(ValueError, match=f"smoothing is {smoothing}"):
        smoothed_cross_entropy(smoothing)
