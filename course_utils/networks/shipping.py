"""Keep a network for others: as a file that another program reads, and a card beside it.

Keras and ONNX Runtime are imported when a function needs them, not before.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras

Network = Callable[[np.ndarray], np.ndarray]

KINDS = (".keras", ".onnx")


def export_onnx(model: keras.Model, path: str | os.PathLike) -> Path:
    """Write a Keras model as an ONNX file, by Keras' own `export`, without its warnings.

    Parameters
    ----------
    model
        Built, with the input's shape known, as after ``keras.Input``.
    path
        Of the file, which ends in ``.onnx``.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    ValueError
        If the name ends otherwise, or the model has no weights yet.
    """
    path = Path(path)
    if path.suffix != ".onnx":
        raise ValueError(f"path is {path.name!r}: let the name end in .onnx")
    if not model.built:
        raise ValueError(
            f"model is {model.name!r}, which has no weights before it knows its input: "
            "begin the model with keras.Input, or call it on data once"
        )
    # A Sequential that was never called knows no output, and `export` refuses it.
    model(np.zeros((1, *model.input_shape[1:]), "float32"))
    with warnings.catch_warnings():
        # The converter's use of NumPy.
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        model.export(path, format="onnx", verbose=False)
    return path


def load_network(path: str | os.PathLike) -> Network:
    """Open a network's file as a function from images to what the network answers.

    Parameters
    ----------
    path
        A ``.keras`` file, as `model.save` writes it, which Keras runs; or an ``.onnx`` file, which
        ONNX Runtime runs, without Keras or TensorFlow. A ``.keras`` file that holds Python code of
        its own (a Lambda layer) is refused.

    Returns
    -------
    callable
        Takes a batch, float32 (n, h, w, c), gives a NumPy array.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is of another kind, or can't be opened as what its name says.
    """
    path = Path(path)
    if path.suffix not in KINDS:
        raise ValueError(
            f"{path} is no network that can be opened here: give a file that ends in "
            f"{' or '.join(KINDS)}"
        )
    if not path.is_file():
        raise FileNotFoundError(f"{path} isn't there: give the path of a network's file")
    try:
        return _of_keras(path) if path.suffix == ".keras" else _of_onnx(path)
    except Exception as error:  # each library has its own
        said = " ".join(str(error).split())[:200]
        raise ValueError(
            f"{path} can't be opened as what its name says: {said or type(error).__name__}"
        ) from error


def _of_keras(path: Path) -> Network:
    import course_utils.quiet_tensorflow  # noqa: F401, I001  (before Keras)
    import keras

    model = keras.models.load_model(path, compile=False)

    def answer(images: np.ndarray) -> np.ndarray:
        return keras.ops.convert_to_numpy(model(np.asarray(images, "float32"), training=False))

    return answer


def _of_onnx(path: Path) -> Network:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        path.read_bytes(), options, providers=["CPUExecutionProvider"]
    )
    (given,) = session.get_inputs()

    def answer(images: np.ndarray) -> np.ndarray:
        return session.run(None, {given.name: np.asarray(images, "float32")})[0]

    return answer


def card_of(network: str | os.PathLike) -> Path:
    """Return where a network's card is: beside it, under the same name with ``.json`` after it."""
    path = Path(network)
    return path.with_name(path.name + ".json")


def write_card(network: str | os.PathLike, **facts: Any) -> Path:
    """Write down, beside a network's file, what one has to know to use it.

    Parameters
    ----------
    network
        The path of the file, which has been written.
    facts
        Whatever JSON can hold. `sha256`, by which the very file is known, is added.

    Returns
    -------
    Path
        Of the card.

    Raises
    ------
    FileNotFoundError
        If the network's file isn't there.
    ValueError
        If a fact is nothing that JSON can hold.
    """
    card = card_of(network)
    try:
        text = json.dumps(facts | {"sha256": _sha256(network)}, indent=1, ensure_ascii=False)
    except TypeError as error:
        raise ValueError(f"facts holds something that JSON can't: {error}") from error
    card.write_text(text + "\n", encoding="utf-8")
    return card


def read_card(network: str | os.PathLike) -> dict[str, Any]:
    """Read a network's card, and hold it against the file.

    Parameters
    ----------
    network
        The path of the network's file.

    Returns
    -------
    dict
        The facts; empty if there is no card.

    Raises
    ------
    ValueError
        If the card can't be read, or was written for another file.
    """
    card = card_of(network)
    try:
        facts = json.loads(card.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ValueError(f"{card} is no JSON: {error}; write it anew with write_card") from error
    if not isinstance(facts, dict) or facts.get("sha256") != _sha256(network):
        raise ValueError(
            f"{card} belongs to another file than {Path(network).name}, the SHA-256 differs: "
            "take both from the same place, or write the card anew with write_card"
        )
    return facts


def _sha256(path: str | os.PathLike) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
