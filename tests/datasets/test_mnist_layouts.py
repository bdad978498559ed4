"""MNIST as people have it in their folders, and what is said of what is no MNIST."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from patience import HANG
from tiny_mnist import assert_same, idx_bytes, tree, write_idx

from course_utils.datasets import load_fashion_mnist, load_mnist, mnist_files, mnist_places
from course_utils.datasets.mnist_layouts import IDX_NAMES, other_formats


def dotted(name: str) -> str:
    return name.replace("-idx", ".idx")


LAYOUTS: dict[str, Callable[[str], str]] = {
    "hyphens": lambda name: name,
    "dots": dotted,
    "hyphens, packed": lambda name: f"{name}.gz",
    "dots, packed": lambda name: f"{dotted(name)}.gz",
    "torchvision": lambda name: f"MNIST/raw/{name}",
    "torchvision, packed": lambda name: f"MNIST/raw/{name}.gz",
    "torchvision's inner folder": lambda name: f"raw/{name}",
    "Kaggle's folders": lambda name: f"{name}/{name}",
    "Kaggle's folders, dots": lambda name: f"{dotted(name)}/{dotted(name)}",
    "a folder and a dot": lambda name: f"{name}/{dotted(name)}",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read(arrays, tmp_path: Path, layout: str) -> None:
    for name, array in arrays.items():
        path = tmp_path / "data" / LAYOUTS[layout](IDX_NAMES[name])
        path.parent.mkdir(parents=True, exist_ok=True)
        content = idx_bytes(array)
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    before = tree(tmp_path)
    assert_same(load_mnist("full", data_dir=tmp_path / "data"), arrays)
    assert tree(tmp_path) == before
    assert mnist_places.find_full_mnist(tmp_path / "data") == tmp_path / "data"


def test_kaggles_folders_beside_dotted_files(arrays, tmp_path: Path) -> None:
    for name, array in arrays.items():
        (tmp_path / IDX_NAMES[name]).mkdir()
        (tmp_path / IDX_NAMES[name] / IDX_NAMES[name]).write_bytes(b"not this one")
        (tmp_path / dotted(IDX_NAMES[name])).write_bytes(idx_bytes(array))
    (x_train, _), _ = load_mnist("full", data_dir=tmp_path)
    np.testing.assert_array_equal(x_train, arrays["x_train"])


def test_an_incomplete_folder_does_not_hide_torchvisions(arrays, tmp_path: Path) -> None:
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)
    for name, array in arrays.items():
        (tmp_path / "MNIST" / "raw" / IDX_NAMES[name]).write_bytes(idx_bytes(array))
    (tmp_path / dotted(IDX_NAMES["y_test"])).write_bytes(b"alone")
    assert load_mnist("full", data_dir=tmp_path)[1][1].tolist() == arrays["y_test"].tolist()


def test_torchvisions_fashion_is_no_mnist(arrays, tmp_path: Path, monkeypatch) -> None:
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    clothes = {name: array.copy() for name, array in arrays.items()}
    clothes["y_train"], clothes["y_test"] = (
        np.arange(6, dtype=np.uint8),
        np.arange(3, dtype=np.uint8),
    )
    for name, array in clothes.items():
        (raw / IDX_NAMES[name]).write_bytes(idx_bytes(array))
    assert mnist_places.find_full_mnist(tmp_path) is None
    assert mnist_places.find_fashion_mnist(tmp_path) == tmp_path / "FashionMNIST"
    fashion = {name: mnist_files.Expected(array.shape, None) for name, array in clothes.items()}
    monkeypatch.setattr(mnist_files, "FASHION", fashion)
    with pytest.raises(ValueError, match="not Fashion-MNIST, which has as many"):
        load_fashion_mnist(data_dir=tmp_path)


# --- other formats ------------------------------------------------------------------------------

OTHERS = {
    "mnist_train.csv": "CSV",
    "mnist.pkl.gz": "a pickle, .* never loads one",
    "mnist-original.mat": "a MATLAB file",
    "MNIST/processed/training.pt": "PyTorch's own format",
}


@pytest.mark.parametrize(("name", "what"), OTHERS.items())
def test_other_formats_are_named_as_what_they_are(tmp_path: Path, name: str, what: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"anything")
    (said,) = other_formats(tmp_path)
    assert said.startswith(f"{path} is ")
    with pytest.raises(
        FileNotFoundError, match=f"(?s)no help: .*{what}.*put mnist.npz or the four"
    ):
        load_mnist("full", data_dir=tmp_path)
    assert path.read_bytes() == b"anything"


# --- what is no file, or another file -----------------------------------------------------------


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9912422\n"
HTML = b'\n<!DOCTYPE html>\n<html lang="en"><head><title>Log in</title></head></html>'
CONTENTS = {
    "HTML": (HTML, "it is a web page"),
    "HTML in small letters": (b"<html>", "it is a web page"),
    "LFS": (LFS, "it is a Git LFS pointer.*git lfs pull"),
}


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.gz", "train-images-idx3-ubyte"])
def test_a_web_page_or_pointer_is_named(arrays, tmp_path: Path, kind: str, name: str) -> None:
    content, what = CONTENTS[kind]
    write_idx(tmp_path, arrays)
    (tmp_path / "train-images-idx3-ubyte.gz").unlink()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=what) as caught:
        load_mnist("full", data_dir=tmp_path)
    assert "take .gz off" not in str(caught.value)


@pytest.mark.parametrize("kind", CONTENTS)
def test_a_web_page_or_pointer_named_npz_is_named(arrays, tmp_path: Path, kind: str) -> None:
    content, what = CONTENTS[kind]
    (tmp_path / "mnist.npz").write_bytes(content)
    with pytest.raises(ValueError, match=f"not an .npz archive: {what}"):
        load_mnist("full", data_dir=tmp_path)


def loop(path: Path) -> None:
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("gone"))


def unreadable(path: Path) -> None:
    path.write_bytes(gzip.compress(b"x"))
    path.chmod(0)


ODD = {
    "a folder": (Path.mkdir, "it is a folder, and the file is not in it"),
    "a pipe": (os.mkfifo, "it is a pipe or a device, no file"),
    "a loop": (loop, "it is a link that leads back to itself"),
    "a dangling link": (dangling, "it is a link to .*gone, which isn't there"),
    "unreadable": (unreadable, "permission denied, let yourself read it"),
}


@pytest.mark.skipif(os.name == "nt", reason="Windows has none of these")
@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.gz", "mnist.npz"])
@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_readable_file_is_named(arrays, tmp_path: Path, kind: str, name: str) -> None:
    make, what = ODD[kind]
    if kind == "unreadable" and os.geteuid() == 0:
        pytest.skip("root may read every file")
    folder = tmp_path / "data"
    write_idx(folder, arrays if name != "mnist.npz" else {})
    (folder / name).unlink(missing_ok=True)
    make(folder / name)
    with pytest.raises(ValueError, match=what) as caught:
        load_mnist("full", data_dir=folder)
    assert "gzip" not in str(caught.value) and "left as it is" in str(caught.value)


# --- archives are looked at before they are unpacked -----------------------------------------------


def npy_header(shape: tuple[int, ...], descr: str = "|u1") -> bytes:
    file = io.BytesIO()
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue()


BOMBS = {
    "a large shape": (npy_header((4_000_000, 28, 28)), r"wrong count in x_train"),
    "another shape": (npy_header((4_000_000_000,)), "wrong shape of x_train"),
    "the right shape": (npy_header((6, 28, 28)), "wrong length of x_train: more values"),
    "a long header": (b"\x93NUMPY\x02\x00\xff\xff\xff\x7f", "has a header of 2,147,483,647 bytes"),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_no_more_is_unpacked_than_is_expected(arrays, tmp_path: Path, kind: str) -> None:
    """400 MB of zeros stand behind the header; the process may have far less than that more."""
    head, what = BOMBS[kind]
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("x_train.npy", "w") as member:
            member.write(head)
            for _ in range(400):
                member.write(bytes(1_000_000))
    program = (
        "import resource, sys\n"
        "from course_utils.datasets import load_mnist, mnist_files\n"
        "mnist_files.FULL = {n: mnist_files.Expected((6, 28, 28)[: 3 if n[0] == 'x' else 1], None)"
        " for n in mnist_files.FULL}\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    load_mnist('full', data_dir=sys.argv[1])\n"
        "except ValueError as error:\n    print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    if os.name == "nt":
        pytest.skip("Windows has no resource module")
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, timeout=HANG
    )
    *said, more = done.stdout.splitlines()
    assert what.replace("\\", "") in " ".join(said), done.stdout + done.stderr
    assert int(more) < 50_000 * (1024 if sys.platform == "darwin" else 1)


def test_a_short_array_is_told(arrays, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w") as archive:
        archive.writestr("x_train.npy", npy_header((6, 28, 28)) + bytes(100))
    with pytest.raises(ValueError, match="wrong length of x_train: 100 values instead of 4704"):
        load_mnist("full", data_dir=tmp_path)


def test_a_header_of_version_two_is_read(arrays, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w") as archive:
        for name, array in arrays.items():
            file = io.BytesIO()
            np.lib.format.write_array(file, array, version=(2, 0))
            archive.writestr(f"{name}.npy", file.getvalue())
    assert load_mnist("full", data_dir=tmp_path)[0][1].tolist() == arrays["y_train"].tolist()
