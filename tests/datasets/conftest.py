"""A machine without MNIST, and a tiny one to put there."""

import hashlib

import numpy as np
import pytest

from course_utils.datasets import mnist_files, mnist_places


@pytest.fixture(autouse=True)
def lonely_machine(monkeypatch, tmp_path):
    """No MNIST of this machine is seen, and nothing outside it is reached."""
    monkeypatch.delenv("CNN_COURSE_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(variable, "127.0.0.1")
    monkeypatch.setattr(mnist_places, "URL", "http://127.0.0.1:9/mnist.npz")
    monkeypatch.setattr(mnist_places, "RETRIES", 0)


@pytest.fixture
def arrays(monkeypatch):
    """A tiny complete MNIST: what is expected of the real one is expected of these arrays."""
    random = np.random.default_rng(0)
    tiny = {
        "x_train": random.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "y_train": random.integers(0, 10, 6, dtype=np.uint8),
        "x_test": random.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        "y_test": random.integers(0, 10, 3, dtype=np.uint8),
    }
    expected = {
        name: mnist_files.Expected(array.shape, hashlib.sha256(array).hexdigest())
        for name, array in tiny.items()
    }
    monkeypatch.setattr(mnist_files, "FULL", expected)
    return tiny
