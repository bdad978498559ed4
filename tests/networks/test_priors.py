"""Networks of equal size with different priors, and the arrangements of the digits they race on."""

import numpy as np
import pytest

from course_utils.datasets import load_prior_trials
from course_utils.networks import RepeatedTraining, count_parameters, receptive_field
from course_utils.networks.priors import (
    ARRANGEMENTS,
    NETWORKS,
    RIVAL,
    attention_weights,
    best_rate,
    build_prior,
    pick,
    rates_of_steps,
    rearrange,
)

EVERY = (*NETWORKS, RIVAL)


@pytest.fixture(scope="module")
def built():
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    keras.utils.set_random_seed(0)
    return {name: build_prior(name) for name in EVERY}


@pytest.fixture
def images():
    return np.random.default_rng(0).random((5, 28, 28, 1), dtype=np.float32)


def test_all_have_about_the_same_number_of_parameters(built):
    counts = {name: count_parameters(model).total for name, model in built.items()}
    assert counts == {
        "dense": 12_730,
        "plain CNN": 12_002,
        "ConvNeXt": 12_010,
        "attention": 11_050,
        "strided CNN": 12_002,
    }
    for name, count in counts.items():
        assert f'``"{name}"``' in build_prior.__doc__ and f"{count:,}" in build_prior.__doc__


def test_each_gives_probabilities_and_is_not_compiled(built, images):
    for name, model in built.items():
        assert [one.name for one in build_prior(name).layers] == [one.name for one in model.layers]
        assert np.asarray(model(images)).sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert not model.compiled


def test_the_rival_differs_by_its_pooling_alone(built):
    plain, strided = built["plain CNN"], built[RIVAL]
    assert [w.shape for w in plain.weights] == [w.shape for w in strided.weights]
    kept = [layer.name for layer in plain.layers if not layer.name.startswith("pool")]
    assert [layer.name for layer in strided.layers][1:] == kept[1:]
    assert strided.get_layer("conv3").output.shape == plain.get_layer("pool3").output.shape
    assert receptive_field(strided) == [1, 3, 7, 15]


def test_attention_sees_the_order_of_patches_by_its_positions_alone(built, images):
    model = built["attention"]
    table = model.get_layer("positions").table
    before = table.numpy()
    shuffled = rearrange(images, "patches shuffled", seed=3)
    assert np.abs(model(images) - model(shuffled)).max() > 1e-5
    table.assign(np.zeros_like(before))
    np.testing.assert_allclose(model(images), model(shuffled), atol=1e-6)
    table.assign(before)


def test_another_order_of_the_patches_is_another_order_of_the_positions(built, images):
    model = built["attention"]
    table = model.get_layer("positions").table
    before, wanted = table.numpy(), model(images).numpy()
    order = np.random.default_rng(3).permutation(16)
    table.assign(before.reshape(16, -1)[order].reshape(before.shape))
    shuffled = rearrange(images, "patches shuffled", seed=3)
    np.testing.assert_allclose(model(shuffled), wanted, atol=1e-6)
    table.assign(before)


@pytest.mark.parametrize("name", EVERY)
def test_every_network_learns_ten_digits_by_heart(name, images):
    training = RepeatedTraining(lambda: build_prior(name), "adam")
    history = training.fit(
        images, np.arange(5), seed=0, epochs=60, batch_size=5, learning_rate=0.005
    )
    assert history.losses[-1] < 0.1 < 1.3 < history.losses[0]


def test_networks_can_be_saved_and_loaded(built, images, tmp_path):
    import keras

    built["attention"].save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_allclose(loaded(images), built["attention"](images), atol=1e-6)


def test_an_unknown_network_is_refused():
    with pytest.raises(ValueError, match="name is 'conv'.*plain CNN"):
        build_prior("conv")


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("shape", [(3, 28, 28, 1), (2, 14, 21), (1, 7, 7, 3)])
def test_no_pixel_is_lost_and_all_images_are_treated_alike(arrangement, shape):
    count = int(np.prod(shape[1:]))
    numbered = np.arange(count).reshape(shape[1:]) + np.zeros(shape, int)
    found = rearrange(numbered, arrangement)
    assert found.shape == shape and found.dtype == numbered.dtype
    assert all(np.array_equal(one, found[0]) for one in found)
    assert np.array_equal(np.sort(found[0], axis=None), np.arange(count))
    assert not np.shares_memory(found, numbered)
    assert (arrangement == "straight") == np.array_equal(found, numbered) or shape == (1, 7, 7, 3)


def test_patches_stay_whole():
    numbered = np.arange(28 * 28).reshape(1, 28, 28)
    found = rearrange(numbered, "patches shuffled", seed=5)[0]
    cut = {
        tuple(numbered[0, i : i + 7, j : j + 7].flat)
        for i in (0, 7, 14, 21)
        for j in (0, 7, 14, 21)
    }
    assert cut == {
        tuple(found[i : i + 7, j : j + 7].flat) for i in (0, 7, 14, 21) for j in (0, 7, 14, 21)
    }
    order = np.random.default_rng(5).permutation(16)
    i, j = divmod(order[6], 4)
    assert np.array_equal(found[7:14, 14:21], numbered[0, 7 * i : 7 * i + 7, 7 * j : 7 * j + 7])


def test_scrambled_pixels_are_those_of_notebook_08():
    digits = np.random.default_rng(1).random((4, 28, 28))
    order = np.random.default_rng(2).permutation(784)
    wanted = digits.reshape(4, -1)[:, order].reshape(digits.shape)
    assert np.array_equal(rearrange(digits, "pixels scrambled", seed=2), wanted)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"arrangement": "mixed"}, "arrangement is 'mixed'.*pixels scrambled"),
        ({"patch": 8}, "patch is 8.*28×28.*divisor"),
        ({"patch": 0}, "patch is 0"),
        ({"images": np.zeros(5)}, "images has 1 axis"),
    ],
)
def test_faulty_arrangements(changed, what):
    given = {"images": np.zeros((1, 28, 28)), "arrangement": "patches shuffled", "patch": 7}
    given |= changed
    with pytest.raises(ValueError, match=what):
        rearrange(given["images"], given["arrangement"], patch=given["patch"])


def test_rates_rise_for_a_tenth_and_fall_to_almost_nothing():
    rates = rates_of_steps(0.5, 100)
    assert rates.shape == (100,) and rates.max() == rates[9] == 0.5
    assert np.allclose(np.diff(rates[:10]), 0.05) and (np.diff(rates[11:]) < 0).all()
    assert 0 < rates[-1] < 0.01
    assert len(rates_of_steps(1, 2)) == 2


@pytest.mark.parametrize(("peak", "steps", "what"), [(0, 9, "peak is 0"), (1, 1, "steps is 1")])
def test_faulty_rates(peak, steps, what):
    with pytest.raises(ValueError, match=what):
        rates_of_steps(peak, steps)


def test_attention_shares_out_a_weight_of_one(built, images):
    weights = attention_weights(built["attention"], images)
    assert weights.shape == (5, 2, 16, 16) and (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-5)


def test_the_weights_follow_the_patches_row_by_row(built, images):
    model = built["attention"]
    table = model.get_layer("positions").table
    before = table.numpy()
    table.assign(np.zeros_like(before))
    order = np.random.default_rng(3).permutation(16)
    wanted = attention_weights(model, images)[:, :, order][..., order]
    found = attention_weights(model, rearrange(images, "patches shuffled", seed=3))
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    table.assign(before)


def test_a_network_without_attention_has_no_weights_to_show(built, images):
    with pytest.raises(ValueError, match="conv1.*build_prior"):
        attention_weights(built["plain CNN"], images)


def test_trials_are_picked_and_the_best_rate_is_that_of_most_digits_read():
    trials = load_prior_trials()
    for digits in (500, 3_500):
        tried = pick(trials, "plain CNN", "pixels scrambled", digits=digits, part="valid")
        rate = best_rate(trials, "plain CNN", "pixels scrambled", digits=digits)
        assert set(tried["digits"]) == {digits} and set(tried["part"]) == {"valid"}
        assert max(tried["read"]) == tried["read"][list(tried["rate"]).index(rate)]
        tested = pick(trials, "plain CNN", "pixels scrambled", digits=digits)
        assert list(tested["seed"]) == [1, 2, 3] and set(tested["rate"]) == {rate}
    with pytest.raises(ValueError, match="no row with.*digits 500.*strided CNN"):
        pick(trials, RIVAL, "straight", digits=500)
