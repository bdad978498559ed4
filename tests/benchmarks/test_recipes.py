"""The benchmarks of recipes, shifted digits and handwriting still run."""

import json

from running import run


def test_time_to_accuracy_compares_both(tmp_path):
    printed = run("time_to_accuracy.py", tmp_path)
    measured = json.loads((tmp_path / "time_to_accuracy.json").read_text(encoding="utf-8"))
    (((seconds, accuracy),),) = measured["course"]
    assert seconds > 0 and 0.5 < accuracy < 1
    (epochs,) = measured["keras_example"]
    assert epochs[-1][1] >= measured["target"] == 0.9
    assert all(one[0] < other[0] for one, other in zip(epochs, epochs[1:]))
    assert all(accuracy < 0.9 for _, accuracy in epochs[:-1])
    assert f"{epochs[-1][0] / seconds:.1f} times as long (goal: 15)" in printed
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
    assert [one["change"] for one in measured["settings"]] == [{}, {"learning_rate": 0.3}]
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
