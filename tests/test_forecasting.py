"""Windows, splits in time, and small networks that learn from the past only."""

import numpy as np
import pytest

from course_utils import forecasting
from course_utils.forecasting import (
    diebold_mariano,
    expanding_forecasts,
    expanding_splits,
    fit_linear,
    make_windows,
    relative_rmse,
    rmse,
    simulate_threshold,
    standardised,
)


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return make_windows(rng.normal(size=(60, 2)) * [1, 20] + [0, 5], 4)


# --- windows ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "horizon"), [(1, 1), (3, 1), (4, 3), (9, 1)])
def test_the_answer_lies_horizon_after_the_window(width, horizon):
    x, y = make_windows(np.arange(10), width, horizon=horizon)
    assert x.shape == (10 - width - horizon + 1, width, 1) and len(x) == len(y)
    np.testing.assert_array_equal(y, x[:, -1, 0] + horizon)
    np.testing.assert_array_equal(x[:, :, 0], x[:, :1, 0] + np.arange(width))
    assert y[-1] == 9


def test_several_series_are_channels_and_the_target_may_be_another():
    series = np.stack([np.arange(6), 10 * np.arange(6)], axis=1)
    x, y = make_windows(series, 2)
    assert x[1].tolist() == [[1, 10], [2, 20]] and y.tolist() == [2, 3, 4, 5]
    assert make_windows(series, 2, target=-np.arange(6))[1].tolist() == [-2, -3, -4, -5]


def test_windows_are_the_caller_s_own():
    series = np.arange(6.0)
    for part in make_windows(series, 2):
        assert not np.shares_memory(part, series)
        part[...] = 0


@pytest.mark.parametrize(
    ("series", "width", "options", "says"),
    [
        (np.arange(4), 4, {}, "a window of 4 with its target 1 later takes 5"),
        (np.arange(4), 2, {"horizon": 3}, "takes 5"),
        (np.arange(4), 0, {}, "width is 0"),
        (np.arange(4), 2, {"horizon": 0.5}, "horizon is 0.5"),
        (np.arange(4), 2, {"target": np.arange(3)}, "target has 3 periods, series 4"),
        (np.zeros((4, 2, 2)), 2, {}, "series has 3 axes"),
        (["a", "b"], 1, {}, "series.0. is .a., which is no number"),
    ],
)
def test_bad_windows_are_named(series, width, options, says):
    with pytest.raises(ValueError, match=says):
        make_windows(series, width, **options)


# --- splits -------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [1, 3, 7, 100])
def test_every_row_is_forecast_once_from_earlier_rows(every):
    splits = expanding_splits(20, 6, every=every)
    forecast = [i for _, block in splits for i in range(20)[block]]
    assert forecast == list(range(6, 20))
    assert all(past == slice(0, block.start) for past, block in splits)


def test_targets_that_were_not_known_are_left_out():
    horizon = 4
    for past, block in expanding_splits(30, 10, every=5, horizon=horizon):
        # the last target to learn from is of the very period in which the forecast is made
        assert past.stop - 1 + horizon == block.start


@pytest.mark.parametrize(
    ("arguments", "options", "says"),
    [
        ((10, 10), {}, "first is 10 of 10 rows: use at most 9"),
        ((10, 0), {}, "first is 0"),
        ((10, 2), {"horizon": 3}, "use at least 3"),
        ((10, 2), {"every": 0}, "every is 0"),
    ],
)
def test_bad_splits_are_named(arguments, options, says):
    with pytest.raises(ValueError, match=says):
        expanding_splits(*arguments, **options)


@pytest.mark.parametrize("fit", [fit_linear, standardised(fit_linear)])
def test_forecasts_do_not_change_with_the_future(rows, fit):
    x, y = rows
    before = expanding_forecasts(fit, x, y, 20, every=5)
    x, y = x.copy(), y.copy()
    x[40:], y[40:] = 1e6, -1e6
    np.testing.assert_array_equal(expanding_forecasts(fit, x, y, 20, every=5)[:20], before[:20])


def test_forecasts_of_a_wrong_shape_are_named(rows):
    with pytest.raises(ValueError, match=r"forecasts of shape \(1, 1\) for 1 rows"):
        expanding_forecasts(lambda x, y: lambda new: np.zeros((len(new), 1)), *rows, 10)
    with pytest.raises(ValueError, match="y has 3 rows for 56 windows"):
        expanding_forecasts(fit_linear, rows[0], rows[1][:3], 2)


# --- errors and baselines -----------------------------------------------------------------------


def test_errors():
    assert rmse([1, 2], [1, 4]) == pytest.approx(np.sqrt(2))
    assert relative_rmse([1, -1], [0, 0]) == 1
    assert relative_rmse([2, 2], [1, 1]) == 0.5
    with pytest.raises(ValueError, match="forecast has 1 values for 2"):
        rmse([1, 2], [1])
    with pytest.raises(ValueError, match="0 everywhere"):
        relative_rmse([0, 0], [1, 1])


def test_diebold_mariano_tells_better_from_equal():
    rng = np.random.default_rng(1)
    truth, noise = rng.normal(size=(2, 400))
    assert diebold_mariano(truth, 0.5 * truth, 0 * truth) > 5
    assert diebold_mariano(truth, 0 * truth, 0.5 * truth) < -5
    assert abs(diebold_mariano(truth, 0.1 * noise, 0.1 * noise[::-1])) < 3
    with pytest.raises(ValueError, match="nothing to compare"):
        diebold_mariano(truth, noise, noise)
    with pytest.raises(ValueError, match="have \\[400, 400, 1\\] values"):
        diebold_mariano(truth, noise, [1.0])


def test_least_squares_finds_the_weights_of_an_autoregression():
    rng = np.random.default_rng(2)
    y = np.zeros(3000)
    for t in range(2, len(y)):
        y[t] = 1 + 0.5 * y[t - 1] - 0.3 * y[t - 2] + 0.1 * rng.normal()
    forecast = fit_linear(*make_windows(y, 2))
    windows = np.array([[0, 0], [0, 1], [1, 0]], dtype=float)[:, :, None]
    np.testing.assert_allclose(forecast(windows), [1, 1.5, 0.7], atol=0.06)


def test_scaling_uses_the_rows_it_learns_from(rows):
    seen = {}

    def spy(x, y):
        seen.update(x=x, y=y)
        return lambda new: seen.setdefault("new", new)[:, 0, 0] * 0

    x, y = rows
    forecast = standardised(spy)(x[:30], y[:30])(x[30:])
    np.testing.assert_allclose(seen["x"].mean(axis=(0, 1)), 0, atol=1e-12)
    np.testing.assert_allclose(seen["x"].std(axis=(0, 1)), 1)
    np.testing.assert_allclose([seen["y"].mean(), seen["y"].std()], [0, 1], atol=1e-12)
    assert not np.allclose(seen["new"].std(axis=(0, 1)), 1, atol=1e-3)
    np.testing.assert_allclose(forecast, y[:30].mean())


def test_what_never_varies_is_scaled_to_zero():
    x, y = np.full((5, 2, 1), 7.0), np.full(5, 3.0)
    np.testing.assert_allclose(standardised(fit_linear)(x, y)(x), 3)


def test_the_threshold_series_has_no_linear_pattern_but_a_switched_one():
    y = simulate_threshold(20_000, seed=0)
    assert len(y) == 20_000
    now, last, switch = y[12:], y[11:-1], np.where(y[:-12] > 0, 1, -1)
    assert abs(np.corrcoef(now, last)[0, 1]) < 0.05
    assert (now - 0.8 * switch * last).std() == pytest.approx(1, abs=0.02)
    np.testing.assert_array_equal(y, simulate_threshold(20_000, seed=0))
    with pytest.raises(ValueError, match="slope is 1"):
        simulate_threshold(10, slope=1, seed=0)


# --- networks -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trainer():
    network = forecasting.build_dilated_network(4, 2, filters=3, dilations=(1, 2))
    return forecasting.NetworkTrainer(network, batch_size=16, learning_rate=0.01)


def test_networks_have_the_shapes_they_promise():
    short = forecasting.build_short_network(8, 3)
    dilated = forecasting.build_dilated_network(16, 3)
    assert short.output_shape == dilated.output_shape == (None, 1)
    assert short.count_params() == (3 * 3 + 1) * 8 + (3 * 8 + 1) * 8 + 4 * 8 + 1
    assert dilated.count_params() == (2 * 3 + 1) * 8 + 3 * (2 * 8 + 1) * 8 + 8 + 1
    with pytest.raises(ValueError, match="width is 4"):
        forecasting.build_short_network(4, 3)


def test_the_dilated_network_sees_its_field_and_never_ahead():
    import keras

    network = forecasting.build_dilated_network(20, 1)
    for variable in network.trainable_variables:  # all positive, so that no ReLU blocks the way
        variable.assign(np.abs(variable.numpy()) + 0.1)
    x = np.ones((1, 20, 1), dtype="float32")
    before, layers = float(network(x)[0, 0]), keras.Sequential(network.layers[:4])
    for period in range(20):
        changed = x.copy()
        changed[0, period] = 2
        assert (float(network(changed)[0, 0]) != before) == (period >= 4)
        moved = np.asarray(layers(changed) != layers(x))[0].any(axis=-1)
        assert not moved[:period].any() and moved[period]


def test_the_compiled_loop_is_keras_own_training(rows, trainer):
    import keras

    x, y = rows
    forecast = trainer.fit(steps=50, seed=3)(x, y)
    keras.utils.set_random_seed(3)
    twin = keras.models.clone_model(trainer.model)
    twin.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    for batch in forecasting._shuffled_rows(len(x), 50 * 16, 3).reshape(50, 16):
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


# --- numbers of every dtype and size --------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "actual", "forecast", "error"),
    [
        ("u1", [100, 2, 200, 7], [200, 5, 10, 3], 107.384),
        ("i1", [100, 2, -100, 7], [-100, 5, 100, 3], 141.44),
        ("f2", [60000], [-60000], 120000),
        ("?", [True, False], [False, True], 1),
    ],
)
def test_errors_are_formed_in_full(dtype, actual, forecast, error):
    actual, forecast = np.array(actual, dtype), np.array(forecast, dtype)
    assert forecasting.rmse(actual, forecast) == pytest.approx(error, rel=1e-4)
    size = np.sqrt(np.mean(actual.astype(float) ** 2))
    assert forecasting.relative_rmse(actual, forecast) == pytest.approx(error / size, rel=1e-4)


@pytest.mark.parametrize("unit", [1e-310, 1e-200, 1e200, 1e307])
def test_errors_have_the_unit_of_the_series(unit):
    actual, forecast, rival = np.random.default_rng(0).normal(size=(3, 9))
    scaled = [line * unit for line in (actual, forecast, rival)]
    rel = 1e-9 if unit > 1e-300 else 1e-3
    assert forecasting.rmse(*scaled[:2]) == pytest.approx(
        unit * forecasting.rmse(actual, forecast), rel=rel, abs=0
    )
    assert forecasting.relative_rmse(*scaled[:2]) == pytest.approx(
        forecasting.relative_rmse(actual, forecast), rel=rel
    )
    assert forecasting.diebold_mariano(*scaled) == pytest.approx(
        forecasting.diebold_mariano(actual, forecast, rival), rel=rel
    )


def test_a_comparison_of_bytes_is_that_of_numbers():
    rng = np.random.default_rng(0)
    lines = rng.integers(0, 256, (3, 20)).astype(np.uint8)
    wanted = forecasting.diebold_mariano(*lines.astype(float))
    assert forecasting.diebold_mariano(*lines) == wanted


def test_missing_numbers_are_not_learned_from():
    with pytest.raises(ValueError, match="y holds nan: leave those rows out"):
        forecasting.fit_linear(np.ones((3, 2)), [1, np.nan, 2])
