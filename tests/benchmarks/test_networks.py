"""The benchmarks that race networks still run, and write their tables."""

from running import run


def test_residual_networks_writes_a_row_for_each_training(tmp_path):
    printed = run("residual_networks.py", tmp_path / "trials.csv")
    rows = [line.split(",") for line in (tmp_path / "trials.csv").read_text().splitlines()]
    assert rows[0] == ["rate", "depth", "norm", "network", "start", "seed", "read", "loss"]
    assert len(rows) == 1 + 9 and {row[1] for row in rows[1:]} == {"8"}
    assert sorted(row[4] for row in rows[1:]) == ["glorot"] * 4 + ["he"] * 4 + ["zero"]
    assert all(30 < float(row[6]) < 100 and 0 < float(row[7]) < 2.3 for row in rows[1:])
    assert printed.count("residual") >= 5 and "training loss" in printed


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
