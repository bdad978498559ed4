"""The benchmark of convolution still runs: what it measures in so short a time is not looked at."""

import json

import pytest
from running import run


@pytest.fixture(scope="module")
def convolution(tmp_path_factory):
    output = tmp_path_factory.mktemp("convolution")
    return run("convolution.py", output), output


def test_convolution_prints_its_goals(convolution):
    printed, _ = convolution
    assert "correlate2d, goal: at least 4 times as fast" in printed
    assert "conv2d, float32, goal: at most 2.5 times TensorFlow's time" in printed
    assert "goal: at most 2 times the best of SciPy and NumPy, 64 MB" in printed
    assert "(128, 128), (128, 128), full, float64" in printed
    assert "MB over its input" in printed


def test_convolution_writes_a_picture_of_every_growth(convolution):
    from matplotlib.image import imread

    _, output = convolution
    growths = json.loads((output / "convolution.json").read_text(encoding="utf-8"))
    assert set(growths) == {"image", "kernel", "channels", "crossings_image", "crossings_batch"}
    for name, growth in growths.items():
        assert imread(output / f"convolution_{name}.png").ndim == 3
        assert all(len(line) == len(growth["x"]) for line in growth["lines"].values())
        assert all(value > 0 for line in growth["lines"].values() for value in line)
    assert {"course_utils", "SciPy", "TensorFlow"} < set(growths["kernel"]["lines"])
    assert {"direct", "im2col", "FFT", "chosen by size"} < set(growths["crossings_image"]["lines"])


def test_the_multiplications_are_those_of_the_definition(convolution):
    _, output = convolution
    growths = json.loads((output / "convolution.json").read_text(encoding="utf-8"))
    (name,) = (name for name in growths["kernel"]["lines"] if name.startswith("multiplications"))
    for growth, products in (
        ("image", [25 * (side - 4) ** 2 for side in (64, 128, 256)]),
        ("kernel", [(256 - k + 1) ** 2 * k**2 for k in (3, 9)]),
        ("channels", [32 * 26**2 * 9 * c**2 for c in (1, 4)]),
        ("crossings_batch", [4 * (64 - k + 1) ** 2 * k**2 * 3 * 16 for k in (3, 9)]),
    ):
        line = growths[growth]["lines"][name]
        ratios = [one / other for one, other in zip(line, products, strict=True)]
        assert max(ratios) == pytest.approx(min(ratios))
