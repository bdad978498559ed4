"""Whether a saved network gives the same answers when another library does Keras' arithmetic.

Keras chooses its backend when it is imported, so another one takes another Python.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_numeric

BACKENDS = ("tensorflow", "torch", "jax")

_PROGRAM = """
import sys
import numpy as np
import keras

backend, network, images, answers = sys.argv[1:]
assert keras.backend.backend() == backend
model = keras.models.load_model(network)
np.save(answers, model.predict(np.load(images), verbose=0))
"""


def predict_with(backend: str, network: str | os.PathLike, images: ArrayLike) -> np.ndarray:
    """Open a saved Keras network in a second Python, where `backend` computes, and predict.

    Parameters
    ----------
    backend
        "tensorflow", "torch" or "jax"; it has to be installed.
    network
        A ``.keras`` file, as `model.save` writes it.
    images
        A batch as the network takes it.

    Returns
    -------
    numpy.ndarray
        What the network's `predict` gives there.

    Raises
    ------
    ValueError
        If the backend is unknown, the file isn't there, or the images are no numbers.
    RuntimeError
        If the second Python fails, with the last line of what it said.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend is {backend!r}: use one of {', '.join(BACKENDS)}")
    path = Path(network)
    if not path.is_file():
        raise ValueError(f"network is {str(network)!r}, where no file is: give what save has made")
    images = as_numeric("images", images, ("images", "…"))
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "images.npy", Path(folder) / "answers.npy"
        np.save(asked, images)
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, backend, str(path), str(asked), str(answered)],
            env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
            raise RuntimeError(f"Keras with {backend} failed in a second Python: {said}")
        return np.load(answered)
