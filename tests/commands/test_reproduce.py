"""``reproduce --quick`` trains every network on the sample, and a second call trains none."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from course_utils.commands import course
from course_utils.execution import reproduction

GROUPS = {experiment.group for experiment in reproduction.FULL} - {""}


def reproduce(*arguments: str) -> Result:
    return CliRunner().invoke(course, ["reproduce", *arguments])


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    output = tmp_path_factory.mktemp("reproduce")
    return reproduce("--quick", "--output", str(output)), output


def test_quick_writes_a_row_for_every_network(quick) -> None:
    done, output = quick
    assert done.exit_code == 0, done.output
    table = (output / "quick" / "results.md").read_text(encoding="utf-8")
    for experiment in reproduction.one_of_each(reproduction.FULL):
        assert f"| {experiment.title} |" in table
        assert f"{experiment.title}, seed 0: epoch 1" in done.output
    assert "98.83" in table and "99.26" in table
    assert table in done.output
    for group in GROUPS:
        assert (output / "quick" / f"curves_{group}.png").is_file()
    assert "mean IoU" in table and "softened" in table
    assert "retracing" not in done.output


def test_the_notebooks_of_part_three_are_known_by_their_names() -> None:
    stems = {path.stem.split("_", 1)[1] for path in Path("notebooks").glob("[0-9]*.ipynb")}
    assert GROUPS <= stems


def test_quick_is_quick(quick) -> None:
    _, output = quick
    content = json.loads((output / "quick" / "results.json").read_text(encoding="utf-8"))
    # What the seconds depend on; those themselves depend on the machine.
    assert sum(len(run["epochs"]) for run in content["runs"]) <= 12
    assert {run["seed"] for run in content["runs"]} == {0}


def test_what_is_finished_is_not_trained_again(quick) -> None:
    done, output = quick
    again = reproduce("--quick", "--output", str(output))
    assert again.exit_code == 0
    assert ": epoch" not in again.output
    tables = [text[text.index("| network") :] for text in (done.output, again.output)]
    assert tables[0] == tables[1]


def test_an_unknown_network_is_refused() -> None:
    done = reproduce("lenet", "--quick")
    assert done.exit_code == 1
    assert "'lenet'" in done.output and "one_epoch" in done.output


def test_without_the_full_mnist_the_remedy_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("course_utils.datasets.mnist_places.RETRIES", 0)
    monkeypatch.setattr("course_utils.datasets.mnist_places.URL", "http://127.0.0.1:9/mnist.npz")
    monkeypatch.delenv("CNN_COURSE_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    done = reproduce("--output", str(tmp_path / "results"))
    assert done.exit_code == 1 and "Error" in done.output
    assert not (tmp_path / "results").exists()
