"""The benchmarks still run: what they measure in so short a time is not looked at."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANG

TOP = Path(__file__).resolve().parent.parent


def run(name: str, output: Path) -> str:
    done = subprocess.run(
        [sys.executable, TOP / "benchmarks" / name, "--quick", "--output", output],
        capture_output=True,
        text=True,
        timeout=HANG,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


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


def test_time_to_accuracy_compares_both(tmp_path):
    printed = run("time_to_accuracy.py", tmp_path)
    measured = json.loads((tmp_path / "time_to_accuracy.json").read_text(encoding="utf-8"))
    (((seconds, accuracy),),) = measured["course"]
    assert seconds > 0 and 0.5 < accuracy < 1
    (epochs,) = measured["keras_example"]
    assert epochs[-1][1] >= measured["target"] == 0.9
    assert all(one[0] < other[0] for one, other in zip(epochs, epochs[1:]))
    assert all(accuracy < 0.9 for _, accuracy in epochs[:-1])
    assert f"{epochs[-1][0] / seconds:.1f} times as long (goal: 8)" in printed
    assert (tmp_path / "time_to_accuracy.png").stat().st_size > 10_000


def test_handwriting_measures_every_condition(tmp_path):
    printed = run("handwriting.py", tmp_path)
    measured = json.loads((tmp_path / "handwriting.json").read_text(encoding="utf-8"))
    conditions = measured["conditions"]
    assert {"pencil", "thumb", "hard shadow", "mean"} < set(conditions)
    for row in conditions.values():
        assert set(row) == {"stored", "own", "naive", "reference"}
        assert all(0 <= value <= 1 for value in row.values())
    assert conditions["mean"]["stored"] > conditions["mean"]["naive"]
    assert set(measured["refused"]) == {"letters", "scribbles", "digits"}
    assert "wholly right (goal: 90 %)" in printed and "Worse than the reference" in printed


def test_recipe_settings_change_one_number_at_a_time(tmp_path):
    run("recipe_settings.py", tmp_path)
    measured = json.loads((tmp_path / "recipe_settings.json").read_text(encoding="utf-8"))
    assert [one["change"] for one in measured["settings"]] == [{}, {"learning_rate": 0.005}]
    assert all(len(one["validation"]) == 1 for one in measured["settings"])
    assert measured["digits"] == 4000 and len(measured["test"]) == 1 and measured["test"][0] > 0.5


def test_shifted_digits_are_read_worse_the_further_they_move(tmp_path):
    run("shifted_digits.py", tmp_path)
    measured = json.loads((tmp_path / "shifted_digits.json").read_text(encoding="utf-8"))
    assert measured["shifts"] == [0, 2, 4, 6, 8] and set(measured["accuracy"]) == {
        "dense", "three_conv",
    }  # fmt: skip
    for read in measured["accuracy"].values():
        assert 0.5 < read[0] < 1 and read[0] > read[2] > read[4]


def test_residual_networks_writes_a_row_for_each_training(tmp_path):
    printed = run("residual_networks.py", tmp_path / "trials.csv")
    rows = [line.split(",") for line in (tmp_path / "trials.csv").read_text().splitlines()]
    assert rows[0] == ["rate", "depth", "norm", "network", "start", "seed", "read", "loss"]
    assert len(rows) == 1 + 9 and {row[1] for row in rows[1:]} == {"8"}
    assert sorted(row[4] for row in rows[1:]) == ["glorot"] * 4 + ["he"] * 4 + ["zero"]
    assert all(30 < float(row[6]) < 100 and 0 < float(row[7]) < 2.3 for row in rows[1:])
    assert printed.count("residual") >= 5 and "training loss" in printed


def test_calibration_judges_every_way_to_ask(tmp_path):
    printed = run("calibration.py", tmp_path)
    measured = json.loads((tmp_path / "calibration.json").read_text(encoding="utf-8"))
    assert [one["seed"] for one in measured["runs"]] == [1, 2] and printed.count("seed") == 2
    for one in measured["runs"]:
        assert one["cost"]["always ask"] == 4 * measured["price"]
        assert one["asked"]["never ask"] == 0 and one["asked"]["always ask"] == 1
        assert len(one["cost"]) == len(one["asked"]) == 8
        assert 0 <= one["error softened"] < 1 and 0.3 < one["temperature"] < 3
        assert 1 <= one["stopped after"] <= measured["epochs"] == 2


def test_rare_class_compares_every_remedy(tmp_path):
    run("rare_class.py", tmp_path)
    measured = json.loads((tmp_path / "rare_class.json").read_text(encoding="utf-8"))
    assert len(measured["runs"]) == 2
    for one in measured["runs"]:
        assert set(one) == {"never 9", "do nothing", "weights", "resample", "afterwards"}
        assert one["never 9"]["recall"] == one["never 9"]["false"] == 0
        assert one["afterwards"]["recall"] >= one["do nothing"]["recall"]


def test_priors_race_and_what_is_known_is_not_trained_again(tmp_path):
    file = tmp_path / "priors.csv"
    printed = run("priors.py", file)
    rows = [line.split(",") for line in file.read_text().splitlines()]
    assert rows[0] == ["part", "arrangement", "digits", "network", "rate", "seed", "read"]
    assert len(rows) == 1 + 2 * 3 * (3 + 1) and {row[3] for row in rows[1:]} == {
        "dense",
        "attention",
    }
    assert {row[5] for row in rows[1:] if row[0] == "valid"} == {"0"}
    assert all(30 < float(row[6]) < 100 for row in rows[1:]) and "rate 0.0" in printed
    before = file.read_bytes()
    run("priors.py", file)
    assert file.read_bytes() == before


def test_learning_from_little_chooses_and_goes_on_where_it_stopped(tmp_path):
    file = tmp_path / "learn_from_little.csv"
    printed = run("learn_from_little.py", file)
    rows = [line.split(",") for line in file.read_text().splitlines()]
    assert rows[0] == ["task", "part", "method", "labels", "setting", "seed", "read", "kept"]
    assert len({(row[0], row[2]) for row in rows[1:]}) == 16
    assert {row[5] for row in rows[1:] if row[1] == "valid"} == {"0"}
    assert "frozen" in printed and "random body: " in printed
    lines = file.read_text().splitlines(keepends=True)
    left = [line for line in lines if not line.startswith("classes,test,frozen")]
    file.write_text("".join(left))
    run("learn_from_little.py", file)
    again = file.read_text().splitlines(keepends=True)
    assert len(again) == len(lines) and set(left) <= set(again)


def test_one_change_at_a_time_meets_the_same_seeds(tmp_path):
    file = tmp_path / "one_change.csv"
    printed = run("one_change.py", file)
    rows = [line.split(",") for line in file.read_text().splitlines()]
    assert rows[0] == ["experiment", "change", "seed", "misread"] and len(rows) == 1 + 10 * 2
    assert [row[2] for row in rows[1:]] == ["1", "2"] * 10
    assert all(2 < float(row[3]) < 25 for row in rows[1:]) and printed.count("misread") == 10


def test_every_pixel_judges_all_networks_on_the_same_canvases(tmp_path):
    file = tmp_path / "every_pixel.csv"
    printed = run("every_pixel.py", file)
    rows = [line.split(",") for line in file.read_text().splitlines()]
    assert rows[0] == ["network", "seed", "canvases", "overlap", "edge"]
    networks = ["components", "skips", "no skips", "no pooling", "even weights"]
    assert [row[0] for row in rows[1::2]] == [row[0] for row in rows[2::2]] == networks
    assert all(0 < float(row[3]) < 1 for row in rows[1:]) and printed.count("overlap") == 10


def test_a_release_run_keeps_every_notebook_with_every_seed(tmp_path):
    command = [sys.executable, TOP / "benchmarks" / "release_run.py", "07", "--seeds", "2,3"]
    done = subprocess.run(
        [*command, "--output", tmp_path], capture_output=True, text=True, timeout=HANG, cwd=TOP
    )
    assert done.returncode == 0, done.stdout + done.stderr
    runs = json.loads((tmp_path / "release_run.json").read_text(encoding="utf-8"))["runs"]
    assert [one["seed"] for one in runs] == [2, 3] and done.stdout.endswith("failed: none\n")
    for one in runs:
        (row,) = one["notebooks"].values()
        assert not row["failed"] and row["headline"] and row["seconds"] > 0


def test_the_last_release_run_was_of_this_course_and_passed():
    kept = json.loads((TOP / "benchmarks/results/release_run.json").read_text(encoding="utf-8"))
    assert {one["seed"] for one in kept["runs"]} >= {1, 2, 3}
    names = {path.stem for path in (TOP / "notebooks").glob("*.ipynb")}
    for one in kept["runs"]:
        assert set(one["notebooks"]) == names
        assert not any(row["failed"] for row in one["notebooks"].values())
