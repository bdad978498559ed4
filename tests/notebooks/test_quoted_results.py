"""Numbers of long trainings that a notebook quotes are those that a script measured and kept."""

import json
import re
import statistics
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from course_utils.datasets import load_prior_trials, load_transfer_trials
from course_utils.exercises import nb19_learn_from_little
from course_utils.networks import priors
from course_utils.notebooks import read_notebook

TOP = Path(__file__).resolve().parents[2]
RESULTS = TOP / "benchmarks" / "results"


def kept(name: str) -> dict:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def cell(notebook: str, name: str) -> str:
    (path,) = (TOP / "notebooks").glob(f"{notebook}_*.ipynb")
    (found,) = [one.source for one in read_notebook(path).cells if one.id == name]
    return found


def row(text: str, name: str) -> list[str]:
    """The cells of a table's row, its name left out."""
    (line,) = re.findall(rf"^\| *{re.escape(name)} *\|(.*)\|$", text, re.M)
    return [part.strip() for part in line.split("|")]


def percent(share: float) -> str:
    return f"{100 * share:.2f}"


def of_table(name: str) -> list[str]:
    return row((TOP / "benchmarks" / "README.md").read_text(encoding="utf-8"), name)


def test_the_recipe_reads_what_was_measured():
    test = kept("recipe_settings")["test"]
    quoted = cell("12", "full-prose")
    assert row(quoted, "test digits, %") == [percent(one) for one in test]
    assert row(quoted, "seed") == [str(seed) for seed in range(len(test))]
    span = f"{percent(min(test))} to {percent(max(test))} %"
    assert span in cell("12", "summary")
    *_, mean, lowest_highest, _, _ = of_table("the course, one epoch")
    assert lowest_highest == f"{percent(min(test))}–{percent(max(test))}"
    assert mean == percent(sum(test) / len(test)) and min(test) >= 0.99


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("none", {}),
        ("peak 0.3", {"learning_rate": 0.3}),
        ("peak 1.0", {"learning_rate": 1.0}),
        ("warm-up 0.1", {"warm_up": 0.1}),
        ("warm-up 0.4", {"warm_up": 0.4}),
        ("batches of 32", {"batch_size": 32}),
        ("batches of 256", {"batch_size": 256}),
        ("no smoothing", {"label_smoothing": 0.0}),
        ("Adam, peak 0.01", {"optimizer": "Adam", "learning_rate": 0.01, "momentum": 0.0}),
    ],
)
def test_the_recipe_stands_on_level_ground(name, change):
    settings = kept("recipe_settings")["settings"]
    (found,) = [one["validation"] for one in settings if one["change"] == change]
    assert row(cell("12", "full-why"), name) == [", ".join(map(percent, found))]
    everything = [value for one in settings for value in one["validation"]]
    assert max(everything) - min(everything) < 1 / 300


def test_the_best_recipe_reads_what_the_readme_says():
    *_, lowest_highest, _, _ = of_table("the course, its best")
    assert lowest_highest.replace("–", " to ") + " %" in cell("12", "best-why")


@pytest.mark.parametrize("name", ["dense", "three_conv"])
def test_moved_digits_are_read_as_measured(name):
    accuracy = kept("shifted_digits")["accuracy"][name]
    quoted = cell("11", "full-why")
    assert row(quoted, f"`{name}`, %") == [percent(one) for one in accuracy]
    assert f"{round(1000 * (1 - accuracy[0]))}" in quoted.split("the gap stays:")[1]
    assert row(quoted, "shift, pixels") == [str(by) for by in kept("shifted_digits")["shifts"]]


def test_the_lectures_networks_read_what_the_readme_says():
    *_, mean, lowest_highest, lecture, _ = of_table("NYU, three convolutions")
    quoted = cell("11", "full-prose")
    assert f"{mean} % (mean of three seeds, {lowest_highest.replace('–', ' to ')} %" in quoted
    assert f"{lecture} % of the test digits" in quoted
    *_, mean, _, _, _ = of_table("Renmin, five convolutions")
    assert f"{mean} % (mean of three seeds)" in cell("11", "full-heavy")


def spread(values: list[float], digits: int = 1) -> str:
    """Mean, lowest and highest, in per cent: 2.5 (1.9–3.6)."""
    mean, low, high = (
        f"{100 * one:.{digits}f}" for one in (sum(values) / len(values), min(values), max(values))
    )
    return f"{mean} ({low}–{high})"


def paired(first: list[float], second: list[float]) -> str:
    """The mean difference with half the width of its 95 % interval: 10.3 ± 6.7."""
    gaps = [one - other for one, other in zip(first, second, strict=True)]
    mean, n = statistics.mean(gaps), len(gaps)
    margin = stats.t.ppf(0.975, n - 1) * statistics.stdev(gaps) / n**0.5
    return f"{mean:.1f} ± {margin:.1f}"


def test_the_temperature_mends_as_much_as_notebook_18_says():
    runs, quoted = kept("calibration")["runs"], cell("18", "early-prose")
    assert len(runs) == 10
    for name, key in (
        ("twenty epochs", "error"),
        ("stopped early", "error stopped"),
        ("twenty epochs, softened", "error softened"),
    ):
        assert row(quoted, name) == [spread([run[key] for run in runs])]
    ends = sorted(run["stopped after"] for run in runs)
    assert f"after {ends[0]} to {ends[-1]} epochs" in quoted


def test_cheques_cost_what_notebook_18_says():
    runs, quoted = kept("calibration")["runs"], cell("18", "exam-ten")
    costs = {name: [run["cost"][name] for run in runs] for name in runs[0]["cost"]}
    for name, paid in costs.items():
        asked = statistics.mean(run["asked"][name] for run in runs)
        assert row(quoted, name) == [f"{statistics.mean(paid):.0f}", f"{100 * asked:.0f}"]
    why, best = cell("18", "exam-why"), costs["expected cost, softened"]
    assert f"{paired(costs['four thresholds, tuned'], best)} yuan" in why
    assert f"costs {paired(costs['expected cost, raw'], best)} yuan more" in why
    means = [statistics.mean(costs[name]) for name in ("below 0.9, raw", "always ask")]
    assert abs(means[0] - means[1]) < 5  # "costs as much as asking always"


def test_the_rare_class_is_found_as_notebook_18_says():
    runs, quoted = kept("rare_class")["runs"], cell("18", "rare-ten")
    assert len(runs) == 10
    for name in runs[0]:
        mean = {key: statistics.mean(run[name][key] for run in runs) for key in runs[0][name]}
        percents = [f"{100 * mean[key]:.{digits}f}" for key, digits in
                    (("accuracy", 1), ("recall", 0), ("false", 1))]  # fmt: skip
        assert row(quoted, name) == [*percents, f"{mean['cost']:.0f}"]
    cost = {name: [run[name]["cost"] for run in runs] for name in runs[0]}
    why = cell("18", "rare-why")
    for name in ("weights", "afterwards", "resample"):
        assert paired(cost["do nothing"], cost[name]) in why
    assert paired(cost["afterwards"], cost["weights"]) in why


def test_the_table_of_priors_reads_what_was_measured():
    trials = load_prior_trials()
    for name in (*priors.NETWORKS, priors.RIVAL):
        read = [priors.pick(trials, name, how)["read"] for how in priors.ARRANGEMENTS]
        assert of_table(name) == [f"{values.mean():.1f}" for values in read]
    text = (TOP / "benchmarks" / "README.md").read_text(encoding="utf-8")
    for digits, link in ((500, " "), (55_000, "\n")):
        read = priors.pick(trials, "plain CNN", "straight", digits=digits)["read"]
        assert f"{min(read):.2f} to{link}{max(read):.2f} %" in text


def transfer_means(task: str) -> dict[tuple[str, int], float]:
    """Mean percentage of the test digits read, by method and number of labels per class."""
    trials = load_transfer_trials()
    rows = trials[(trials["task"] == task) & (trials["part"] == "test")]
    cells = {(str(row["method"]), int(row["labels"])) for row in rows}
    return {
        (name, n): rows["read"][(rows["method"] == name) & (rows["labels"] == n)].mean()
        for name, n in cells
    }


def test_the_rivals_came_out_as_notebook_19_says():
    mean, sizes = transfer_means("scanner"), (1, 5, 20, 100)
    none = mean["zero labels", 0]
    # table-why
    alone = ("from scratch", "scratch moved", "nearest pixels")
    assert mean["frozen", 5] > max(mean[name, 100] for name in alone) + 0.5
    assert mean["from scratch", 20] < mean["frozen", 1] < mean["scratch moved", 20] + 1
    assert all(mean["scratch moved", n] > mean["from scratch", n] + 0.5 for n in sizes)
    assert all(abs(mean["fine-tuned", n] - mean["frozen", n]) < 0.6 for n in sizes)
    # rivals-why
    for name in ("hand-made kernels", "random body"):
        assert all(abs(mean[name, n] - mean["nearest pixels", n]) < 5 for n in sizes)
    assert mean["hand-made kernels", 100] < none - 1 and mean["random body", 100] < none + 0.1
    assert 15 < mean["frozen", 1] - mean["fine-tuned hot", 1] < 20
    assert abs(mean["frozen", 100] - mean["fine-tuned hot", 100]) < 0.5
    assert max((one for one in mean if one[1] == 1), key=mean.get) == ("frozen old head", 1)
    assert mean["frozen old head", 1] > none + 1 > none > mean["frozen", 1]
    assert mean["frozen old head", 20] < mean["frozen", 20]
    # price-why
    read = np.array([mean["frozen", n] for n in sizes])
    worth = 2 * 10_000 * np.diff(read) / 100 / (10 * np.diff(sizes))
    assert 15 < worth[0] < 25 and 1.5 < worth[1] < 4 and 0.04 < worth[2] < 0.06
    # summary
    assert "read 94 %" in (summary := cell("19", "summary")) and 93.5 < none < 94.5
    assert "labels 97 %" in summary and 96.5 < mean["frozen", 5] < 97.5


def test_networks_forget_as_notebook_19_says():
    trials = load_transfer_trials()
    rows = trials[(trials["task"] == "scanner") & (trials["part"] == "test")]
    still = {
        (name, n): rows["kept"][(rows["method"] == name) & (rows["labels"] == n)].mean()
        for name, n in (("zero labels", 0), *((name, n) for name in ("fine-tuned", "fine-tuned hot")
                                              for n in (1, 5, 20, 100)))
    }  # fmt: skip
    before = still["zero labels", 0]
    assert before > 98.5
    gentle = [still["fine-tuned", n] for n in (1, 5, 20, 100)]
    assert min(gentle) == gentle[0] > 90 and min(gentle[1:]) > 97
    assert 30 < 100 - still["fine-tuned hot", 1] < 37  # "a third"
    assert 100 - still["fine-tuned hot", 100] > 5 * (100 - before)


def test_transfer_stops_paying_where_notebook_19_says():
    mean, sizes = transfer_means("classes"), (1, 5, 20, 100, 1_000, 5_000)
    gain = {
        (name, n): mean[name, n] - mean["from scratch", n]
        for name in ("frozen earlier", "frozen", "fine-tuned")
        for n in sizes
    }
    why = cell("19", "stop-why")
    assert "11 points more with one label, one point with a hundred" in why
    assert round(gain["frozen earlier", 1]) == 11 and round(gain["frozen earlier", 100]) == 1
    stops = {
        name: nb19_learn_from_little.stops_paying(
            np.array(sizes), transfer_reads(name, sizes), transfer_reads("from scratch", sizes)
        )
        for name in ("frozen earlier", "frozen", "fine-tuned")
    }
    assert stops == {"frozen earlier": 1_000, "frozen": 5, "fine-tuned": 1_000}
    assert all(gain["frozen earlier", n] < -0.3 for n in (1_000, 5_000))
    assert all(0 > gain["fine-tuned", n] > -0.2 for n in (1_000, 5_000))
    assert all(gain["fine-tuned", n] < gain["frozen earlier", n] for n in sizes[:4])
    # the figure's text
    top = [max((one for one in mean if one[1] == n), key=mean.get)[0] for n in sizes]
    assert top == ["frozen earlier"] * 4 + ["from scratch"] * 2
    assert mean["frozen", 5_000] == min(value for one, value in mean.items() if one[1] == 5_000)
    assert gain["frozen earlier", 1] > 10 and 5.5 < 100 - mean["frozen", 5_000] < 6.5
    assert 0.8 < 100 - mean["from scratch", 5_000] < 100 - mean["fine-tuned", 5_000] < 1.3


def transfer_reads(name: str, sizes: tuple[int, ...]) -> np.ndarray:
    """Percentages of the new classes read, (numbers of labels, draws)."""
    trials = load_transfer_trials()
    rows = trials[(trials["task"] == "classes") & (trials["part"] == "test")]
    rows = rows[rows["method"] == name]
    return np.array([rows["read"][rows["labels"] == n] for n in sizes])


def test_what_more_canvases_bring_is_what_the_longer_version_measured():
    runs = kept("longer_versions")["runs"]
    overlap = {
        name: np.mean([run["scores"]["mean IoU"] for run in runs if run["experiment"] == name])
        for name in ("pixels_skips", "pixels_dilated")
    }
    quoted = (
        f"the mean IoU is {overlap['pixels_skips'] / 100:.2f}, "
        f"the dilated network's {overlap['pixels_dilated'] / 100:.2f}"
    )
    assert quoted in cell("20", "price-why")
