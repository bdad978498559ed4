"""The benchmarks of notebooks 18 to 20 still run, and write their tables."""

import json

from running import run


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


def test_every_pixel_judges_all_networks_on_the_same_canvases(tmp_path):
    file = tmp_path / "every_pixel.csv"
    printed = run("every_pixel.py", file)
    rows = [line.split(",") for line in file.read_text().splitlines()]
    assert rows[0] == ["network", "seed", "canvases", "overlap", "edge"]
    networks = ["components", "skips", "no skips", "no pooling", "dilated", "even weights"]
    assert [row[0] for row in rows[1::2]] == [row[0] for row in rows[2::2]] == networks
    assert all(0 < float(row[3]) < 1 for row in rows[1:]) and printed.count("overlap") == 12
