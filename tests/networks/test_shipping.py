"""A network's files: another program gives the same answers, and the card knows its file."""

import json
import subprocess
import sys
import warnings

import numpy as np
import pytest

from course_utils.networks import build_network, shipping


@pytest.fixture(scope="module")
def model():
    import keras

    keras.utils.set_random_seed(5)
    return build_network(filters=2)


@pytest.fixture(scope="module")
def files(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shipped")
    model.save(folder / "net.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shipping.export_onnx(model, folder / "net.onnx")
    return folder


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(5).random((7, 28, 28, 1), dtype="float32")


@pytest.mark.parametrize("kind", shipping.KINDS)
def test_a_loaded_network_gives_equal_answers(files, model, images, kind):
    network = shipping.load_network(files / f"net{kind}")
    for batch in (images, images[:1]):
        found = network(batch)
        assert isinstance(found, np.ndarray)
        np.testing.assert_allclose(found, model(batch), atol=1e-6)


def test_an_onnx_file_is_read_without_keras_or_tensorflow(files, model, images, tmp_path):
    np.save(tmp_path / "images.npy", images)
    program = (
        "import sys, numpy as np\n"
        "from course_utils.networks import shipping\n"
        f"network = shipping.load_network({str(files / 'net.onnx')!r})\n"
        f"answers = network(np.load({str(tmp_path / 'images.npy')!r}))\n"
        f"np.save({str(tmp_path / 'answers.npy')!r}, answers)\n"
        "assert not {'keras', 'tensorflow'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    np.testing.assert_allclose(np.load(tmp_path / "answers.npy"), model(images), atol=1e-6)


def test_what_cannot_be_exported_is_named(model, tmp_path):
    import keras

    with pytest.raises(ValueError, match=r"path is 'net.tflite': let the name end in .onnx"):
        shipping.export_onnx(model, tmp_path / "net.tflite")
    unbuilt = keras.Sequential([keras.layers.Dense(2)], name="shapeless")
    with pytest.raises(ValueError, match="'shapeless', which has no weights"):
        shipping.export_onnx(unbuilt, tmp_path / "net.onnx")


def test_what_cannot_be_opened_is_named(tmp_path):
    (tmp_path / "net.h5").write_bytes(b"")
    with pytest.raises(ValueError, match=r"net.h5 is no network .* ends in .keras or .onnx"):
        shipping.load_network(tmp_path / "net.h5")
    with pytest.raises(FileNotFoundError, match="nowhere.onnx isn't there"):
        shipping.load_network(tmp_path / "nowhere.onnx")


@pytest.mark.parametrize("kind", shipping.KINDS)
def test_a_damaged_file_is_refused_in_one_line(tmp_path, kind):
    path = tmp_path / f"net{kind}"
    path.write_bytes(b"no network at all")
    with pytest.raises(ValueError, match="can't be opened as what its name says: .+") as caught:
        shipping.load_network(path)
    assert "\n" not in str(caught.value)


def test_code_in_a_file_is_not_run(tmp_path):
    import keras

    spy = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x)])
    spy.save(tmp_path / "spy.keras")
    with pytest.raises(ValueError, match="can't be opened"):
        shipping.load_network(tmp_path / "spy.keras")


def test_a_card_holds_the_facts_and_knows_its_file(tmp_path):
    network = tmp_path / "net.onnx"
    network.write_bytes(b"weights")
    card = shipping.write_card(network, classes=["零", "one"], sure_from=0.9)
    assert card == shipping.card_of(network) == tmp_path / "net.onnx.json"
    facts = shipping.read_card(network)
    assert facts["classes"] == ["零", "one"] and facts["sure_from"] == 0.9
    assert len(facts["sha256"]) == 64 and json.loads(card.read_text(encoding="utf-8")) == facts
    network.write_bytes(b"other weights")
    with pytest.raises(ValueError, match="belongs to another file than net.onnx"):
        shipping.read_card(network)


def test_without_a_card_there_are_no_facts(tmp_path):
    assert shipping.read_card(tmp_path / "net.onnx") == {}


@pytest.mark.parametrize("text", ["{", "[1]", "{}", '{"sha256": 3}'])
def test_a_bad_card_is_refused(tmp_path, text):
    network = tmp_path / "net.onnx"
    network.write_bytes(b"weights")
    shipping.card_of(network).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="write"):
        shipping.read_card(network)


def test_what_json_cannot_hold_is_refused(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"weights")
    with pytest.raises(ValueError, match="facts holds something that JSON can't"):
        shipping.write_card(tmp_path / "net.onnx", when=object())
    assert not shipping.card_of(tmp_path / "net.onnx").exists()
