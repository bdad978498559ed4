"""The table of a sweep and its picture."""

from pathlib import Path

import pandas
import pytest

from course_utils.sweeping.grid import Run
from course_utils.sweeping.store import Result
from course_utils.sweeping.table import (
    COLLECTED,
    choose_numbers,
    make_table,
    write_picture,
    write_table,
)

RUNS = [
    Run(f"run{k}", {"RATE": rate, "SIDES": sides})
    for k, (rate, sides) in enumerate([(0.1, (3, 5)), (1, [7]), (0.5, "all")])
]
SCALARS = {"loss": 0.4, "Test_Accuracy": 0.9, "RATE": 0.1, "accuracy_before": 0.1, "epoch": 3}
RESULTS = {
    "run0": Result(RUNS[0], seconds=1.5, peak_bytes=2_000_000, headline="good", scalars=SCALARS),
    "run1": Result(RUNS[1], error="cell 2: oh", tries=3),
}


def test_the_usual_numbers_are_chosen_the_best_first() -> None:
    chosen = choose_numbers(list(RESULTS.values()), COLLECTED)
    assert chosen == ["Test_Accuracy", "accuracy_before", "loss"]


def test_others_can_be_chosen_but_no_parameter() -> None:
    assert choose_numbers(list(RESULTS.values()), ["epoch", "*"])[0] == "epoch"
    assert "RATE" not in choose_numbers(list(RESULTS.values()), ["*"])
    assert choose_numbers(list(RESULTS.values()), ["f1"]) == []


def test_a_row_for_every_run_of_the_grid(tmp_path: Path) -> None:
    table = make_table(RUNS, RESULTS, ["loss"])
    assert list(table.columns) == [
        "RATE",
        "SIDES",
        "status",
        "tries",
        "seconds",
        "peak_mb",
        "loss",
        "headline",
        "error",
        "name",
    ]
    assert list(table.status) == ["finished", "failed", "missing"]
    assert list(table.RATE) == [0.1, 1.0, 0.5]
    assert list(table.SIDES) == ["(3, 5)", "[7]", "'all'"]
    assert table.error[1] == "cell 2: oh" and table.tries[1] == 3 and table.peak_mb[0] == 2.0
    csv, parquet = write_table(table, tmp_path / "new")
    stored = pandas.read_parquet(parquet)
    assert stored.loss[0] == 0.4 and stored.loss.isna().tolist() == [False, True, True]
    assert list(pandas.read_csv(csv).columns) == list(stored.columns) == list(table.columns)


def test_the_picture_shows_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from course_utils import plotting

    seen = {}
    draw = plotting.draw_settings

    def spy(settings, values, **words):
        seen.update(words, settings=settings, values=values)
        return draw(settings, values, **words)

    monkeypatch.setattr(plotting, "draw_settings", spy)
    path = write_picture(RUNS, RESULTS, "loss", tmp_path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert seen["values"] == [0.4] and seen["title"] == "1 of 3 runs" and seen["ylabel"] == "loss"
