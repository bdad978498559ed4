"""``read``: digits of a picture with their probabilities, and one line where it can't."""

from pathlib import Path

import numpy as np
import pytest
from made_notebooks import invoke
from PIL import Image

from course_utils import handwriting
from course_utils.networks import build_network, shipping


@pytest.fixture(scope="module")
def number(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "number.png"
    Image.fromarray(handwriting.draw_number((2, 0, 4, 8, 9), seed=5)).save(path)
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    model = build_network(filters=2)
    model.save(folder / "net.keras")
    shipping.export_onnx(model, folder / "net.onnx")
    return folder


def test_the_digits_come_one_to_a_line(number: Path) -> None:
    done = invoke("read", number)
    assert done.exit_code == 0
    lines = [line.split("  ") for line in done.output.splitlines()]
    assert "".join(line[0] for line in lines) == "20489"
    assert all(line[1].endswith(" %") for line in lines)


@pytest.mark.parametrize("kind", shipping.KINDS)
def test_a_model_of_ones_own_says_what_it_says_in_python(
    number: Path, models: Path, kind: str
) -> None:
    done = invoke("read", number, "--model", models / f"net{kind}")
    readings = handwriting.read_page(number, shipping.load_network(models / f"net{kind}"))
    wanted = [f"{one.digit}  {100 * one.probability:.1f} %  not sure" for one in readings]
    # an untrained network is never sure
    assert done.output.splitlines() == wanted


def test_the_card_says_what_sure_is(number: Path, models: Path) -> None:
    network = models / "net.onnx"
    card = shipping.write_card(network, sure_from=0.01)
    try:
        assert "not sure" not in invoke("read", number, "--model", network).output
        shipping.write_card(network, sure_from="often")
        done = invoke("read", number, "--model", network)
        assert done.exit_code == 1 and "sure_from is 'often' on the model's card" in done.output
        shipping.write_card(network)
        assert "not sure" in invoke("read", number, "--model", network).output
    finally:
        card.unlink()


def test_what_is_no_digit_is_called_so(tmp_path: Path) -> None:
    x = np.linspace(0, 6 * np.pi, 60)
    scribble = np.stack([100 + 60 * np.sin(1.3 * x), 100 + 60 * np.cos(2.1 * x)], axis=1)
    path = tmp_path / "scribble.png"
    Image.fromarray(handwriting.draw_strokes([scribble], (200, 200))).save(path)
    assert invoke("read", path).output.startswith("no digit I know  ")


@pytest.mark.parametrize(
    ("made", "says"),
    [("nothing", "isn't there"), ("text", "isn't a picture"), ("blank", "looks blank")],
)
def test_bad_pictures_end_in_one_line(tmp_path: Path, made: str, says: str) -> None:
    path = tmp_path / "picture.png"
    if made == "text":
        path.write_text("no picture", encoding="utf-8")
    if made == "blank":
        Image.new("L", (90, 90), 255).save(path)
    done = invoke("read", path)
    assert done.exit_code == 1 and done.output.startswith("Error: ") and says in done.output
    assert len(done.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [("gone.onnx", "isn't there"), ("net.txt", "ends in .keras or .onnx"), ("bad.onnx", "opened")],
)
def test_bad_models_end_in_one_line(tmp_path: Path, number: Path, name: str, says: str) -> None:
    if not name.startswith("gone"):
        (tmp_path / name).write_bytes(b"nothing")
    done = invoke("read", number, "--model", tmp_path / name)
    assert done.exit_code == 1 and done.output.startswith("Error: ") and says in done.output
    assert len(done.output.splitlines()) == 1
