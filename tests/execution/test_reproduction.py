"""Runs are kept, resumed and summed up; what they train on is what the table says."""

import dataclasses
import json

import numpy as np
import pytest

from course_utils.datasets import load_mnist, load_prior_trials
from course_utils.execution import reproduction
from course_utils.execution.reproduction import Experiment, Run
from course_utils.networks import priors, recipes, segmentation

TINY = Experiment(
    "tiny",
    "a tiny one",
    dataclasses.replace(recipes.ONE_EPOCH, epochs=2, batch_size=64),
    validation=64,
    seeds=2,
    lecture=0.5,
    digits=2048,
)


@pytest.fixture(scope="module")
def digits():
    return load_mnist("sample")


@pytest.fixture(scope="module")
def finished(digits, tmp_path_factory):
    results = tmp_path_factory.mktemp("results")
    return reproduction.perform(TINY, 0, digits, results), results


def test_a_run_measures_each_epoch_and_the_test_digits_once(finished, digits):
    run, _ = finished
    assert run.parameters == 85_450
    assert len(run.epochs) == 2
    assert set(run.epochs[0]) == {"loss", "accuracy", "val_loss", "val_accuracy", "seconds"}
    assert run.seconds == sum(epoch["seconds"] for epoch in run.epochs) > 0
    count = len(digits[1][1])
    assert run.test_accuracy * count == pytest.approx(round(run.test_accuracy * count), abs=1e-3)
    assert 0.5 < run.test_accuracy < 0.99


def test_a_finished_run_is_not_trained_again(finished, digits):
    run, results = finished
    reported = []
    again = reproduction.perform(
        TINY, 0, digits, results, report=lambda epoch, measured: reported.append(epoch)
    )
    assert again == run and reported == []
    assert not (reproduction.folder_of(TINY, 0, results) / "backup").exists()


def test_an_interrupted_run_goes_on_after_its_last_whole_epoch(finished, digits, tmp_path):
    first = []

    def interrupt(epoch, measured):
        first.append(measured)
        if epoch == 1:
            raise KeyboardInterrupt

    # Keras calls the callbacks in order, the backup before the report.
    with pytest.raises(KeyboardInterrupt):
        reproduction.perform(TINY, 0, digits, tmp_path, report=interrupt)
    assert reproduction.finished_run(TINY, 0, tmp_path) is None
    second = []
    run = reproduction.perform(
        TINY, 0, digits, tmp_path, report=lambda epoch, measured: second.append(epoch)
    )
    assert second == [2]
    assert run.epochs[0] == first[0]
    assert len(run.epochs) == 2
    # It went on from what was learned, not from the beginning.
    assert run.epochs[1]["loss"] < 0.8 * first[0]["loss"]


def test_other_settings_have_another_folder(tmp_path):
    folders = {
        reproduction.folder_of(each, seed, tmp_path)
        for seed in (0, 1)
        for each in (
            TINY,
            dataclasses.replace(TINY, validation=65),
            dataclasses.replace(TINY, digits=None),
            dataclasses.replace(TINY, recipe=recipes.ONE_EPOCH),
            dataclasses.replace(TINY, images="Fashion-MNIST"),
        )
    }
    assert len(folders) == 10
    renamed = dataclasses.replace(TINY, title="other words", seeds=9, lecture=None)
    assert reproduction.folder_of(renamed, 0, tmp_path) in folders


def test_a_setting_that_is_added_later_leaves_the_folders_of_finished_runs(tmp_path):
    @dataclasses.dataclass(frozen=True)
    class Later(recipes.Recipe):
        clipping: float | None = None

    same = Later(**vars(TINY.recipe))
    folder = reproduction.folder_of(TINY, 0, tmp_path)
    assert reproduction.folder_of(dataclasses.replace(TINY, recipe=same), 0, tmp_path) == folder
    other = dataclasses.replace(TINY, recipe=dataclasses.replace(same, clipping=1.0))
    assert reproduction.folder_of(other, 0, tmp_path) != folder


def test_a_damaged_run_is_named(tmp_path):
    folder = reproduction.folder_of(TINY, 0, tmp_path)
    folder.mkdir(parents=True)
    for content in ("{", '{"seed": 1}'):
        (folder / "run.json").write_text(content)
        with pytest.raises(ValueError, match="run.json is damaged.*delete it"):
            reproduction.finished_run(TINY, 0, tmp_path)


def runs_of(*accuracies, name="tiny"):
    epochs = [{"accuracy": 0.5, "val_accuracy": 0.4, "seconds": 2.0}] * 2
    return [Run(name, seed, 1234, value, 4.0, epochs) for seed, value in enumerate(accuracies)]


def test_the_table_has_a_row_for_what_was_trained():
    other = dataclasses.replace(TINY, name="other", title="another", lecture=None)
    absent = dataclasses.replace(TINY, name="absent", title="never trained")
    runs = [*runs_of(0.9, 0.92, 0.97), *runs_of(0.5, name="other")]
    rows = reproduction.table([TINY, other, absent], runs).splitlines()
    assert rows[2] == "| a tiny one | MNIST | 1,234 | 2 | 3 | 93.00 | 90.00–97.00 | 50.00 | 2.0 |"
    assert rows[3] == "| another | MNIST | 1,234 | 2 | 1 | 50.00 |  |  | 2.0 |"
    assert len(rows) == 4


def test_the_longer_versions_of_notebooks_have_a_table_of_their_own():
    later = dataclasses.replace(TINY, name="later", title="a longer one", group="every_pixel")
    runs = [
        dataclasses.replace(run, scores={"mean IoU": 50.0 + 10 * run.seed})
        for run in runs_of(0.9, 0.92, name="later")
    ]
    first, second = reproduction.table([TINY, later], [*runs_of(0.5), *runs]).split("\n\n")
    assert "a longer one" not in first and "a tiny one" not in second
    row = "| a longer one | MNIST | 1,234 | 2 | 2 | 91.00 | 90.00–92.00 | mean IoU 55.00 % | 2.0 |"
    assert second.splitlines()[2] == row and len(second.splitlines()) == 3


def test_the_results_are_written(tmp_path):
    from matplotlib.image import imread

    reproduction.write_results([TINY], runs_of(0.9, 0.92), tmp_path)
    content = json.loads((tmp_path / "results.json").read_text())
    assert [run["test_accuracy"] for run in content["runs"]] == [0.9, 0.92]
    assert content["experiments"][0]["recipe"]["batch_size"] == TINY.recipe.batch_size
    assert "| a tiny one |" in (tmp_path / "results.md").read_text(encoding="utf-8")
    picture = imread(tmp_path / "curves.png")
    assert np.ptp(picture[..., :3]) > 0.5


def test_the_lectures_settings():
    by_name = {experiment.name: experiment for experiment in reproduction.FULL}
    wang, nyu = by_name["wang"], by_name["nyu"]
    assert (wang.lecture, nyu.lecture) == (0.9883, 0.9926)
    assert (wang.recipe.network, wang.recipe.epochs, wang.recipe.batch_size) == (
        "two_conv",
        50,
        128,
    )
    assert (wang.recipe.optimizer, wang.recipe.learning_rate, wang.validation) == (
        "RMSprop",
        0.0001,
        10_000,
    )
    assert (nyu.recipe.network, nyu.recipe.epochs, nyu.recipe.batch_size) == ("three_conv", 15, 65)
    assert (nyu.recipe.optimizer, nyu.recipe.learning_rate, nyu.validation) == ("RMSprop", 0.001, 0)


def test_the_courses_own_recipes():
    by_name = {experiment.name: experiment for experiment in reproduction.FULL}
    one_epoch, best = by_name["one_epoch"], by_name["best"]
    assert (one_epoch.recipe, one_epoch.seeds) == (recipes.ONE_EPOCH, 5)
    assert (best.recipe, best.seeds) == (recipes.BEST, 3)
    assert one_epoch.validation == best.validation == 0
    assert {experiment.images for experiment in reproduction.FULL} == {"MNIST"}


def test_renmins_network_is_trained_on_fashion_where_it_is_there():
    images = {each.name: each.images for each in reproduction.experiments(fashion=True)}
    assert images.pop("renmin") == "Fashion-MNIST"
    assert set(images.values()) == {"MNIST"} and len(images) == len(reproduction.FULL) - 1


def test_experiments_by_name():
    assert reproduction.experiments() == list(reproduction.FULL)
    chosen = reproduction.experiments(["nyu", "wang", "nyu"])
    assert [experiment.name for experiment in chosen] == ["nyu", "wang"]
    pixels = reproduction.experiments(["every_pixel", "pixels_dilated"])
    assert [experiment.recipe.network for experiment in pixels] == list(segmentation.KINDS)
    assert [each.name for each in reproduction.experiments(["pixels_dilated"])] == [
        "pixels_dilated"
    ]
    with pytest.raises(ValueError, match="'w'.*wang.*every_pixel"):
        reproduction.experiments(["w"])


def test_of_each_group_the_first():
    chosen = reproduction.one_of_each(reproduction.FULL)
    groups = [experiment.group for experiment in chosen if experiment.group]
    assert groups == ["keep_and_ship", "learn_from_little", "every_pixel", "beyond_3x3"]
    assert chosen[:5] == list(reproduction.FULL[:5]) and len(chosen) == 9


def test_the_rates_of_the_race_were_chosen_on_validation_digits():
    trials = load_prior_trials()
    race = reproduction.experiments(["beyond_3x3"])
    assert len({each.name for each in race}) == 8
    for each in race:
        rate = priors.best_rate(
            trials, each.recipe.network, each.problem.arrangement, digits=55_000
        )
        assert each.recipe.learning_rate == rate
