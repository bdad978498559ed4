"""Many short trainings of one network, each from a fresh start."""

import numpy as np
import pytest

from course_utils import forecasting
from course_utils.forecasting import make_windows, relative_rmse


@pytest.fixture(scope="module")
def trainer():
    network = forecasting.build_dilated_network(4, 2, filters=3, dilations=(1, 2))
    return forecasting.NetworkTrainer(network, batch_size=16, learning_rate=0.01)


def test_the_compiled_loop_is_keras_own_training(rows, trainer):
    import keras

    x, y = rows
    forecast = trainer.fit(steps=50, seed=3)(x, y)
    keras.utils.set_random_seed(3)
    twin = keras.models.clone_model(trainer.model)
    twin.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    for batch in forecasting.shuffled_rows(len(x), 50 * 16, 3).reshape(50, 16):
        twin.train_on_batch(x[batch].astype("float32"), y[batch].astype("float32")[:, None])
    np.testing.assert_allclose(forecast(x), twin.predict(x, verbose=0)[:, 0], atol=2e-3)


def test_a_training_starts_afresh_and_keeps_its_forecaster(rows, trainer):
    x, y = rows
    first = trainer.fit(steps=50, seed=1)(x, y)
    before = first(x)
    other = trainer.fit(steps=100, seed=2)(x, y)(x)
    np.testing.assert_array_equal(first(x), before)
    np.testing.assert_allclose(trainer.fit(steps=50, seed=1)(x, y)(x), before, atol=1e-4)
    assert not np.allclose(other, before, atol=1e-3)


def test_forecasts_have_a_line_for_each_start(rows, trainer):
    found = trainer.forecasts(*rows, 40, every=8, steps=50, seeds=(1, 2))
    assert found.shape == (2, 16) and not np.allclose(found[0], found[1])


def test_it_learns(trainer):
    y = np.sin(np.arange(300) / 3)
    x, answers = make_windows(np.stack([y, 0 * y], axis=1), 4)
    found = trainer.forecasts(x, answers, 200, every=200, steps=300, seeds=(1,))
    assert relative_rmse(answers[200:], found[0]) < 0.3


def test_steps_come_in_fifties(trainer):
    with pytest.raises(ValueError, match="steps is 70: use a multiple of 50"):
        trainer.fit(steps=70, seed=1)
    with pytest.raises(ValueError, match="batch_size is 0"):
        forecasting.NetworkTrainer(trainer.model, batch_size=0)


def test_rows_come_in_whole_passes():
    order = forecasting.shuffled_rows(5, 13, 2)
    assert len(order) == 13 and sorted(order[:5]) == sorted(order[5:10]) == list(range(5))
    assert set(order[10:]) <= set(range(5)) and order[:5].tolist() != order[5:10].tolist()
    np.testing.assert_array_equal(order, forecasting.shuffled_rows(5, 13, 2))
    with pytest.raises(ValueError, match="rows is 0"):
        forecasting.shuffled_rows(0, 3, 1)


def test_a_fresh_start_is_that_of_a_network_built_after_the_seed(rows, trainer):
    import keras

    keras.utils.set_random_seed(7)
    fresh = forecasting.build_dilated_network(4, 2, filters=3, dilations=(1, 2))
    trainer._start(7)
    for one, other in zip(fresh.get_weights(), trainer.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
