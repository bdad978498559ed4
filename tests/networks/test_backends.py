"""A saved network in a second Python, with another library under Keras."""

import numpy as np
import pytest

from course_utils.networks import backends, models


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    import keras

    keras.utils.set_random_seed(3)
    model = models.build_model("two_conv")
    path = tmp_path_factory.mktemp("networks") / "two conv.keras"
    model.save(path)
    images = np.random.default_rng(3).random((5, 28, 28, 1), dtype="float32")
    return path, images, model.predict(images, verbose=0)


@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_the_answers_are_the_same(saved, backend):
    pytest.importorskip(backend)
    path, images, answers = saved
    np.testing.assert_allclose(backends.predict_with(backend, path, images), answers, atol=1e-5)


def test_what_cannot_be_opened_is_named(saved, tmp_path):
    path, images, _ = saved
    with pytest.raises(ValueError, match="backend is 'theano': use one of tensorflow, torch, jax"):
        backends.predict_with("theano", path, images)
    with pytest.raises(ValueError, match="nowhere.keras', where no file is"):
        backends.predict_with("torch", tmp_path / "nowhere.keras", images)


def test_what_the_second_python_says_is_told(saved, tmp_path):
    broken = tmp_path / "broken.keras"
    broken.write_bytes(b"no network")
    with pytest.raises(RuntimeError, match="Keras with tensorflow failed .*: .*Error"):
        backends.predict_with("tensorflow", broken, saved[1])
