"""The data loaders, and the loader of the complete MNIST under every fault a file can have."""

import gzip
import hashlib
import json
import os
import pickle
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from patience import HANG
from tiny_mnist import NAMES, assert_same, idx_bytes, tree, write_idx, write_npz

from course_utils.datasets import (
    course_files,
    load_depth_trials,
    load_fashion_mnist,
    load_macro_series,
    load_mnist,
    load_one_change_trials,
    load_photo,
    load_pixel_trials,
    load_prior_trials,
    load_transfer_trials,
    load_us_recessions,
    mnist_files,
    mnist_places,
)

REAL_FOLDER = os.environ.get("CNN_COURSE_DATA")


# --- the sample -----------------------------------------------------------------------------------


def test_sample_is_arranged_as_keras_gives_it():
    (x_train, y_train), (x_test, y_test) = load_mnist()
    assert x_train.shape == (4000, 28, 28) and y_train.shape == (4000,)
    assert x_test.shape == (1000, 28, 28) and y_test.shape == (1000,)
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    assert x_train.min() == 0 and x_train.max() == 255
    x_train[:] = 0
    assert load_mnist("sample")[0][0].any()


def test_sample_does_not_heed_data_dir(tmp_path):
    (_, _), (x_test, _) = load_mnist("sample", data_dir=tmp_path / "nowhere")
    np.testing.assert_array_equal(x_test, load_mnist()[1][0])
    assert tree(tmp_path) == []


@pytest.mark.parametrize("which", ["Sample", "", "all", None, 5, ["full"], np.array(["full"])])
def test_unknown_set_names_those_allowed(which):
    with pytest.raises(ValueError, match=r'which=.* is unknown: use "sample" or "full"'):
        load_mnist(which)


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """The package seems to lie in another folder, without its data."""
    package = tmp_path / "site" / "course_utils"
    package.mkdir(parents=True)
    monkeypatch.setattr(course_files, "__file__", str(package / "datasets" / "course_files.py"))
    return package


def test_installed_copy_reads_the_data_inside_the_package(elsewhere):
    original = Path(__file__).parents[2] / "data"
    (elsewhere / "_data").mkdir()
    # Site-packages may hold some other package's folder of this name.
    (elsewhere.parent / "data").mkdir()
    for name in ("mnist_sample.npz", "us_macro.csv"):
        (elsewhere / "_data" / name).write_bytes((original / name).read_bytes())
        (elsewhere.parent / "data" / name).write_bytes(b"not ours")
    assert load_mnist()[0][0].shape == (4000, 28, 28)
    assert load_macro_series().shape == (203,)


@pytest.mark.parametrize("load", [load_mnist, load_macro_series])
def test_missing_course_file_is_named_with_a_remedy(elsewhere, load):
    with pytest.raises(FileNotFoundError, match=r"data.+ is missing\. Restore .+git checkout"):
        load()


def test_damaged_sample_is_named_with_a_remedy(elsewhere):
    path = elsewhere.parent / "data" / "mnist_sample.npz"
    path.parent.mkdir()
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(ValueError, match="not an .npz archive.*Restore") as caught:
        load_mnist()
    assert str(path) in str(caught.value)


# --- where the complete MNIST is looked for -------------------------------------------------------


def test_idx_files_may_be_partly_unpacked(arrays, tmp_path):
    write_idx(tmp_path, arrays)
    packed = tmp_path / "t10k-images-idx3-ubyte.gz"
    packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    assert_same(load_mnist("full", data_dir=str(tmp_path)), arrays)


def test_npz_is_read(arrays, tmp_path):
    write_npz(tmp_path, arrays | {"more": np.zeros(3)})
    assert_same(load_mnist("full", data_dir=tmp_path), arrays)


def test_npz_in_column_order_is_read(arrays, tmp_path):
    write_npz(tmp_path, {name: np.asfortranarray(array) for name, array in arrays.items()})
    assert_same(load_mnist("full", data_dir=tmp_path), arrays)


def test_packed_idx_file_goes_before_the_unpacked_one(arrays, tmp_path):
    write_idx(tmp_path, arrays, "")
    write_idx(tmp_path, arrays)
    path = tmp_path / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(b"damaged")
    assert_refused(path, "cannot be read as gzip", tmp_path)


def test_complete_npz_beside_incomplete_idx_is_read(arrays, tmp_path):
    write_npz(tmp_path, arrays)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx_bytes(arrays["y_train"]))
    assert_same(load_mnist("full", data_dir=tmp_path), arrays)


def test_places_are_tried_in_order(arrays, tmp_path, monkeypatch):
    given, named, keras = tmp_path / "given", tmp_path / "named", tmp_path / "keras" / "datasets"
    monkeypatch.setenv("CNN_COURSE_DATA", str(named))
    assert [place.folder for place in mnist_places.mnist_places(given)] == [given, named, keras]
    assert mnist_places.find_full_mnist(given) is None
    for folder in (keras, named, given):
        write_npz(folder, arrays)
        assert mnist_places.find_full_mnist(given) == folder
        assert_same(load_mnist("full", data_dir=given), arrays)
    assert mnist_places.find_full_mnist() == named


def test_keras_cache_is_in_the_home_folder_by_default(monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("CNN_COURSE_DATA", "")
    assert [place.folder for place in mnist_places.mnist_places()] == [
        tmp_path / ".keras" / "datasets"
    ]
    assert mnist_places.mnist_places("~/digits")[0].folder == tmp_path / "digits"


@pytest.mark.skipif(os.name == "nt", reason="the rule is for systems that have /tmp")
def test_keras_cache_is_temporary_where_the_home_folder_is_read_only(monkeypatch):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert mnist_places.mnist_places()[-1].folder == Path("/tmp/.keras/datasets")


@pytest.mark.parametrize("data_dir", [5, "", b"", ["folder"]])
def test_data_dir_must_be_a_path(data_dir):
    with pytest.raises(ValueError, match="data_dir=.* is not a path: give the folder"):
        load_mnist("full", data_dir=data_dir)


def test_a_file_is_no_place(arrays, tmp_path, monkeypatch):
    path = write_npz(tmp_path, arrays)
    with pytest.raises(ValueError, match="data_dir: .*mnist.npz is a file: give the folder"):
        load_mnist("full", data_dir=path)
    monkeypatch.setenv("CNN_COURSE_DATA", str(path))
    with pytest.raises(ValueError, match=r"\$CNN_COURSE_DATA: .*mnist.npz is a file"):
        load_mnist("full")


def test_nothing_anywhere_is_one_error_with_places_and_remedies(arrays, tmp_path, monkeypatch):
    monkeypatch.setenv("CNN_COURSE_DATA", str(tmp_path / "named"))
    with pytest.raises(FileNotFoundError) as caught:
        load_mnist("full", data_dir=tmp_path / "given")
    message = str(caught.value)
    for part in (
        *(str(tmp_path / name) for name in ("given", "named", "keras")),
        "http://127.0.0.1:9/mnist.npz",
        "ConnectionError",
        "1. Put mnist.npz or the four files train-images-idx3-ubyte.gz",
        "2. Set $CNN_COURSE_DATA (or --data-dir",
        '3. Use the sample of 5,000 digits, which needs no download: load_mnist("sample")',
    ):
        assert part in message
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


# --- damaged, truncated and wrong files -----------------------------------------------------------


def with_changed(content, position, value):
    changed = bytearray(content)
    changed[position] = value
    return bytes(changed)


IDX_FAULTS = {
    "labels instead of images": (lambda c: with_changed(c, 3, 1), "bad magic number 0x00000801"),
    "floats instead of bytes": (lambda c: with_changed(c, 2, 13), "bad magic number 0x00000d03"),
    "a page of HTML": (
        lambda c: b"<!doctype html>" + c,
        "bad magic number 0x3c21646f.*: it is a web page",
    ),
    "gzip under a plain name": (gzip.compress, "bad magic number 0x1f8b.*name it .gz"),
    "another count": (lambda c: with_changed(c, 7, 5), "wrong count in x_train: 5 digits inst.* 6"),
    "another shape": (lambda c: with_changed(c, 11, 27), r"wrong shape of x_train: \(6, 27, 28\)"),
    "end in the values": (lambda c: c[:-1], "truncated: 4703 values instead of 4704"),
    "end in the header": (lambda c: c[:10], "truncated: it ends in its header, after 10 bytes"),
    "nothing at all": (lambda c: b"", "truncated: it ends in its header, after 0 bytes"),
    "surplus": (lambda c: c + b"\0", "wrong length: it goes on after its 4704 values"),
    "another pixel": (lambda c: with_changed(c, 99, c[99] ^ 1), "wrong checksum of x_train"),
}
PLAIN_ONLY = {"gzip under a plain name"}


def assert_refused(path, what, data_dir):
    """The file is named with its fault, and left as it is; nothing else appears."""
    before, listing = path.read_bytes(), tree(data_dir)
    with pytest.raises(ValueError, match=what) as caught:
        load_mnist("full", data_dir=data_dir)
    assert str(path) in str(caught.value)
    assert "left as it is" in str(caught.value)
    assert path.read_bytes() == before and tree(data_dir) == listing


@pytest.mark.parametrize("fault", IDX_FAULTS)
def test_faulty_idx_file(arrays, tmp_path, fault):
    change, what = IDX_FAULTS[fault]
    write_idx(tmp_path, arrays, "")
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(change(path.read_bytes()))
    assert_refused(path, what, tmp_path)


@pytest.mark.parametrize("fault", sorted(IDX_FAULTS.keys() - PLAIN_ONLY))
def test_faulty_idx_file_under_sound_gzip(arrays, tmp_path, fault):
    change, what = IDX_FAULTS[fault]
    write_idx(tmp_path, arrays)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))
    assert_refused(path, what, tmp_path)


GZIP_FAULTS = {
    "end in the data": (lambda c: c[: len(c) // 2], "truncated gzip"),
    "end in the checksum": (lambda c: c[:-3], "truncated gzip"),
    "unpacked under a packed name": (
        gzip.decompress,
        "it is unpacked: take .gz off its name.*Not a gzipped file",
    ),
    "wrong checksum in gzip": (lambda c: with_changed(c, -8, c[-8] ^ 1), "CRC check failed"),
    "damage in the data": (lambda c: c[:10] + b"\xff" * 8 + c[18:], "cannot be read as gzip.*Err"),
}


@pytest.mark.parametrize("fault", GZIP_FAULTS)
def test_faulty_gzip(arrays, tmp_path, fault):
    change, what = GZIP_FAULTS[fault]
    write_idx(tmp_path, arrays)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(change(path.read_bytes()))
    assert_refused(path, what, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_every_idx_file_is_checked(arrays, tmp_path, name):
    write_idx(tmp_path, arrays, "")
    path = tmp_path / mnist_files.IDX_NAMES[name]
    path.write_bytes(with_changed(path.read_bytes(), -1, 77))
    assert_refused(path, f"wrong checksum of {name}", tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_incomplete_idx_files_are_named(arrays, tmp_path, name):
    write_idx(tmp_path, {other: array for other, array in arrays.items() if other != name})
    missing = mnist_files.IDX_NAMES[name]
    what = rf"is incomplete: {missing} \(.gz or unpacked\)"
    with pytest.raises(ValueError, match=what):
        load_mnist("full", data_dir=tmp_path)
    with pytest.raises(ValueError, match=what):
        mnist_places.find_full_mnist(tmp_path)
    assert len(tree(tmp_path)) == 3


def test_several_missing_idx_files_are_all_named(arrays, tmp_path):
    write_idx(tmp_path, {"y_test": arrays["y_test"]})
    with pytest.raises(ValueError, match="incomplete") as caught:
        load_mnist("full", data_dir=tmp_path)
    assert all(name in str(caught.value) for name in mnist_files.IDX_NAMES.values())


NPZ_ARRAY_FAULTS = {
    "another dtype": (lambda a: a.astype(np.int64), "wrong dtype of y_train: int64 inst.* uint8"),
    "another count": (lambda a: a[:5], "wrong count in y_train: 5 digits instead of 6"),
    "another shape": (lambda a: a[:, None], r"wrong shape of y_train: \(6, 1\) instead of \(6,\)"),
    "no axis": (lambda a: a[0], r"wrong shape of y_train: \(\) instead of \(6,\)"),
    "another label": (lambda a: a ^ np.uint8(1), "wrong checksum of y_train"),
    "objects": (lambda a: a.astype(object), "y_train holds pickled objects.*never loaded"),
}


@pytest.mark.parametrize("fault", NPZ_ARRAY_FAULTS)
def test_faulty_array_in_npz(arrays, tmp_path, fault):
    change, what = NPZ_ARRAY_FAULTS[fault]
    path = write_npz(tmp_path, arrays | {"y_train": change(arrays["y_train"])})
    assert_refused(path, what, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_every_array_of_an_npz_is_checked(arrays, tmp_path, name):
    path = write_npz(tmp_path, arrays | {name: arrays[name][::-1]})
    assert_refused(path, f"wrong checksum of {name}", tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_missing_array_in_npz_is_named(arrays, tmp_path, name):
    path = write_npz(tmp_path, {other: arrays[other] for other in NAMES if other != name})
    assert_refused(path, f"array {name} is missing: it holds", tmp_path)


NPZ_FILE_FAULTS = {
    "empty": (lambda c: b"", "not an .npz archive"),
    "a page of HTML": (lambda c: b"<!doctype html>", "not an .npz archive: it is a web page"),
    "starts like a zip": (lambda c: b"PK" + c, "not an .npz archive"),
    "cut short": (lambda c: c[: len(c) // 2], "truncated or damaged archive"),
    "cut at its start": (lambda c: c[:4], "truncated or damaged archive"),
    "damage in the data": (lambda c: c[:300] + b"\xff" * 40 + c[340:], "truncated or damaged arch"),
    "unknown compression": (lambda c: c.replace(b"\x08\0\0\0\x21", b"\x60\0\0\0\x21"), "damaged"),
    "an archive of nothing": (lambda c: b"PK\x05\x06" + bytes(18), "is missing: it holds none"),
}


@pytest.mark.parametrize("fault", NPZ_FILE_FAULTS)
def test_faulty_npz(arrays, tmp_path, fault):
    change, what = NPZ_FILE_FAULTS[fault]
    path = write_npz(tmp_path, arrays)
    changed = change(path.read_bytes())
    assert changed != path.read_bytes()
    path.write_bytes(changed)
    assert_refused(path, what, tmp_path)


def test_npz_member_that_is_no_array(arrays, tmp_path):
    path = tmp_path / "mnist.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train", b"no array")
    assert_refused(path, "x_train is not an array in NumPy's format", tmp_path)


class Bomb:
    """Unpickling one makes a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return (os.mkdir, (str(self.folder),))


def test_pickled_content_is_never_loaded(arrays, tmp_path):
    sign = tmp_path / "exploded"
    bombs = np.array([Bomb(sign)], dtype=object)
    path = write_npz(tmp_path / "data", arrays | {"x_train": bombs})
    assert_refused(path, "x_train holds pickled objects", path.parent)
    path.write_bytes(pickle.dumps(Bomb(sign)))
    assert_refused(path, "not an .npz archive", path.parent)
    assert not sign.exists()
    pickle.loads(path.read_bytes())
    assert sign.exists()


def test_damage_is_told_even_if_a_later_place_is_sound(arrays, tmp_path, monkeypatch):
    given, named = tmp_path / "given", tmp_path / "named"
    monkeypatch.setenv("CNN_COURSE_DATA", str(named))
    write_npz(named, arrays)
    path = write_npz(given, arrays)
    path.write_bytes(path.read_bytes()[:-50])
    assert_refused(path, "truncated or damaged archive", given)


# --- the download ---------------------------------------------------------------------------------


class Server:
    """An HTTP server on this machine; `answers` says how much of the body each request gets."""

    def __init__(self, body):
        self.body, self.answers, self.requests = body, [], 0
        self.before_answer = lambda: None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                part = outer.answers.pop(0) if outer.answers else len(outer.body)
                outer.requests += 1
                outer.before_answer()
                self.send_response(200)
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body[:part])

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/mnist.npz"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def server(arrays, tmp_path, monkeypatch):
    body = write_npz(tmp_path / "origin", arrays).read_bytes()
    server = Server(body)
    monkeypatch.setattr(mnist_places, "URL", server.url)
    monkeypatch.setattr(mnist_places, "URL_SHA256", hashlib.sha256(body).hexdigest())
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.mark.parametrize("target", ["data_dir", "variable", "keras"])
def test_download_goes_to_the_first_place(arrays, server, tmp_path, monkeypatch, target):
    given, named = tmp_path / "new" / "given", tmp_path / "new" / "named"
    folder = {"data_dir": given, "variable": named}.get(target, tmp_path / "keras" / "datasets")
    if target != "keras":
        monkeypatch.setenv("CNN_COURSE_DATA", str(named))
    data_dir = given if target == "data_dir" else None
    for _ in range(2):
        assert_same(load_mnist("full", data_dir=data_dir), arrays)
    assert tree(folder) == ["mnist.npz"]
    assert (folder / "mnist.npz").read_bytes() == server.body
    assert server.requests == 1


def test_download_shows_its_progress(server, tmp_path, capsys):
    load_mnist("full", data_dir=tmp_path / "new")
    assert "100%" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission bits")
def test_downloaded_file_has_the_usual_permissions(server, tmp_path):
    load_mnist("full", data_dir=tmp_path / "new")
    (tmp_path / "usual").touch()
    assert (tmp_path / "new" / "mnist.npz").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_truncated_download_is_tried_again(arrays, server, tmp_path, monkeypatch):
    monkeypatch.setattr(mnist_places, "RETRIES", 1)
    server.answers = [1000]
    assert_same(load_mnist("full", data_dir=tmp_path / "new"), arrays)
    assert server.requests == 2 and tree(tmp_path / "new") == ["mnist.npz"]


def test_truncated_download_leaves_nothing(server, tmp_path):
    server.answers = [1000]
    with pytest.raises(FileNotFoundError, match="(?s)download from .* failed.*remedies"):
        load_mnist("full", data_dir=tmp_path / "new")
    assert server.requests == 1 and tree(tmp_path / "new") == []


def test_wrong_download_leaves_nothing(server, tmp_path):
    server.body = b"<!doctype html>Please log in to this network"
    with pytest.raises(FileNotFoundError, match="(?s)failed:.*SHA256 hash.*remedies"):
        load_mnist("full", data_dir=tmp_path / "new")
    assert tree(tmp_path / "new") == []


def test_interrupted_download_leaves_nothing(server, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(mnist_places, "_publish", interrupt)
    with pytest.raises(KeyboardInterrupt):
        load_mnist("full", data_dir=tmp_path / "new")
    assert server.requests == 1 and tree(tmp_path / "new") == []


def test_place_that_cannot_be_written_to(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileNotFoundError, match="(?s)failed:.*Error.*remedies"):
        load_mnist("full", data_dir=tmp_path / "file" / "new")


def _refuse_link(*_):
    raise PermissionError("this file system has no hard links")


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_file_that_appears_meanwhile_is_used(arrays, server, tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", _refuse_link)
    server.before_answer = lambda: np.savez(tmp_path / "new" / "mnist.npz", **arrays)
    assert_same(load_mnist("full", data_dir=tmp_path / "new"), arrays)
    assert tree(tmp_path / "new") == ["mnist.npz"]
    assert (tmp_path / "new" / "mnist.npz").stat().st_size > len(server.body)


def test_damaged_file_that_appears_meanwhile_is_told_and_kept(server, tmp_path):
    path = tmp_path / "new" / "mnist.npz"
    server.before_answer = lambda: path.write_bytes(b"mine")
    with pytest.raises(ValueError, match="not an .npz archive") as caught:
        load_mnist("full", data_dir=tmp_path / "new")
    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"mine" and tree(tmp_path / "new") == ["mnist.npz"]


def test_download_where_there_are_no_hard_links(arrays, server, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", _refuse_link)
    assert_same(load_mnist("full", data_dir=tmp_path / "new"), arrays)
    assert tree(tmp_path / "new") == ["mnist.npz"]


ONE_PROCESS = """
import json, sys
from course_utils.datasets import mnist_files, mnist_places
from course_utils.datasets import load_mnist
told = json.loads(sys.argv[1])
mnist_places.URL, mnist_places.URL_SHA256, mnist_places.RETRIES = told["url"], told["sha256"], 0
mnist_files.FULL = {
    name: mnist_files.Expected(tuple(shape), sha256)
    for name, (shape, sha256) in told["full"].items()
}
(x_train, _), _ = load_mnist("full", data_dir=told["folder"])
print(int(x_train.sum()))
"""


def test_two_processes_at_once(arrays, server, tmp_path):
    both_asked = threading.Barrier(2)
    server.before_answer = lambda: both_asked.wait(timeout=HANG)
    folder = tmp_path / "new"
    told = json.dumps(
        {
            "url": server.url,
            "sha256": mnist_places.URL_SHA256,
            "full": mnist_files.FULL,
            "folder": str(folder),
        }
    )
    command = [sys.executable, "-c", ONE_PROCESS, told]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        out, err = process.communicate(timeout=HANG)
        assert process.returncode == 0, err
        assert int(out) == arrays["x_train"].sum()
    assert server.requests == 2
    assert tree(folder) == ["mnist.npz"]
    assert (folder / "mnist.npz").read_bytes() == server.body


# --- the real complete MNIST ----------------------------------------------------------------------


@pytest.mark.skipif(not REAL_FOLDER, reason="set CNN_COURSE_DATA to a folder with the full MNIST")
def test_real_full_mnist(monkeypatch):
    monkeypatch.setenv("CNN_COURSE_DATA", REAL_FOLDER)
    (x_train, y_train), (x_test, y_test) = load_mnist("full")
    assert x_train.shape == (60_000, 28, 28) and x_test.shape == (10_000, 28, 28)
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    sample = load_mnist("sample")
    in_training = {image.tobytes() for image in x_train}
    in_test = {image.tobytes() for image in x_test}
    for images, _ in sample:
        assert all(image.tobytes() in in_training for image in images)
        assert not any(image.tobytes() in in_test for image in images)


# --- Fashion-MNIST --------------------------------------------------------------------------------


@pytest.fixture
def clothes(monkeypatch):
    """A tiny Fashion-MNIST: two and one of each class."""
    random = np.random.default_rng(1)
    tiny = {
        "x_train": random.integers(0, 256, (20, 28, 28), dtype=np.uint8),
        "y_train": np.arange(20, dtype=np.uint8) % 10,
        "x_test": random.integers(0, 256, (10, 28, 28), dtype=np.uint8),
        "y_test": np.arange(10, dtype=np.uint8),
    }
    expected = {name: mnist_files.Expected(array.shape, None) for name, array in tiny.items()}
    monkeypatch.setattr(mnist_files, "FASHION", expected)
    return tiny


def test_fashion_mnist_lies_in_a_folder_of_its_own(arrays, clothes, tmp_path, monkeypatch):
    keras, environment, given = (tmp_path / name for name in ("keras", "environment", "given"))
    monkeypatch.setenv("CNN_COURSE_DATA", str(environment))
    assert load_fashion_mnist(data_dir=given) is None
    # MNIST's own files have the same names; they are another thing.
    write_idx(given, arrays)
    assert load_fashion_mnist(data_dir=given) is None
    for place in (keras / "datasets", environment, given):
        write_idx(place / "fashion-mnist", clothes)
        assert mnist_places.find_fashion_mnist(given) == place / "fashion-mnist"
        assert_same(load_fashion_mnist(data_dir=given), clothes)
    assert_same(load_mnist("full", data_dir=given), arrays)


def test_other_digits_in_fashions_folder_are_refused(clothes, tmp_path):
    mnist = clothes | {"y_train": np.array([7] * 11 + list(range(9)), dtype=np.uint8)}
    write_idx(tmp_path / "fashion-mnist", mnist)
    with pytest.raises(ValueError, match="train-labels.*not Fashion-MNIST.*replace it or move"):
        load_fashion_mnist(data_dir=tmp_path)


def test_damaged_or_incomplete_fashion_mnist_is_told(clothes, tmp_path):
    folder = tmp_path / "fashion-mnist"
    write_idx(folder, clothes, suffix="")
    path = folder / mnist_files.IDX_NAMES["x_test"]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="truncated"):
        load_fashion_mnist(data_dir=tmp_path)
    path.unlink()
    with pytest.raises(ValueError, match="incomplete"):
        load_fashion_mnist(data_dir=tmp_path)


def test_fashion_mnist_has_the_size_of_mnist():
    shapes = {name: expected.shape for name, expected in mnist_files.FASHION.items()}
    assert shapes == {
        "x_train": (60_000, 28, 28), "y_train": (60_000,),
        "x_test": (10_000, 28, 28), "y_test": (10_000,),
    }  # fmt: skip


# --- the photograph and the economy ---------------------------------------------------------------


def test_photo():
    photo = load_photo()
    assert photo.shape == (600, 512, 3) and photo.dtype == np.uint8
    background, forehead = photo[100, 500].astype(int), photo[150, 260].astype(int)
    assert background[2] > background[0] + 50 and forehead[0] > forehead[2] + 50


def test_photo_is_the_callers_own():
    photo, again = load_photo(), load_photo()
    assert not np.shares_memory(photo, again) and photo.flags.writeable
    photo[:] = 0
    np.testing.assert_array_equal(load_photo(), again)


def test_macro_series():
    series = load_macro_series()
    assert series.shape == (203,)
    assert series.dtype.names == tuple(
        "year quarter realgdp realcons realinv realgovt realdpi cpi m1 "
        "tbilrate unemp pop infl realint".split()
    )
    assert series[["year", "quarter"]][[0, -1]].tolist() == [(1959, 1), (2009, 3)]
    quarters = series["year"] * 4 + series["quarter"]
    np.testing.assert_array_equal(np.diff(quarters), 1)
    assert series["realgdp"][0] == 2710.349 and series["realgdp"][-1] == 12990.341


def test_macro_columns_are_what_the_docstring_says():
    series = load_macro_series()
    inflation = 400 * np.diff(np.log(series["cpi"]))
    np.testing.assert_allclose(series["infl"][1:], inflation, atol=0.011)
    real = series["tbilrate"] - series["infl"]
    np.testing.assert_allclose(series["realint"][1:], real[1:], atol=0.011)
    assert series["infl"][0] == 0 and series["realint"][0] == 0
    assert all(name in load_macro_series.__doc__ for name in series.dtype.names)


CSV_FAULTS = {
    "another value": (lambda c: c.replace(b"2710.349", b"2710.348"), "wrong checksum"),
    "a word": (lambda c: c.replace(b"2710.349", b"unknown"), "cannot be read as CSV.*unknown"),
    "a missing quarter": (lambda c: c[: c[:-1].rindex(b"\n") + 1], "202 quarters instead of 203"),
    "a missing column": (lambda c: c.replace(b",0,0\n", b",0\n"), "cannot be read as CSV"),
    "other columns": (lambda c: c.replace(b"realgdp", b"nomigdp"), "wrong columns year,.*nomigdp"),
    "only a header": (lambda c: c[: c.index(b"\n") + 1], "0 quarters instead of 203"),
    "empty": (lambda c: b"", "wrong columns"),
    "not text": (lambda c: b"\xff\xfe" + c, "cannot be read as CSV"),
}


@pytest.mark.parametrize("fault", CSV_FAULTS)
def test_faulty_macro_series(elsewhere, fault):
    change, what = CSV_FAULTS[fault]
    original = (Path(__file__).parents[2] / "data" / "us_macro.csv").read_bytes()
    path = elsewhere.parent / "data" / "us_macro.csv"
    path.parent.mkdir()
    path.write_bytes(change(original))
    with pytest.raises(ValueError, match=f"{what}.*Restore") as caught:
        load_macro_series()
    assert str(path) in str(caught.value)


def test_macro_series_with_windows_line_ends(elsewhere):
    original = (Path(__file__).parents[2] / "data" / "us_macro.csv").read_bytes()
    (elsewhere.parent / "data").mkdir()
    converted = original.replace(b"\n", b"\r\n")
    (elsewhere.parent / "data" / "us_macro.csv").write_bytes(converted)
    assert load_macro_series().shape == (203,)


# --- tables of trainings --------------------------------------------------------------------------

DATA = Path(__file__).parents[2] / "data"
TABLES = pytest.mark.parametrize(
    ("load", "name"),
    [
        (load_depth_trials, "residual_networks.csv"),
        (load_prior_trials, "priors.csv"),
        (load_pixel_trials, "every_pixel.csv"),
        (load_one_change_trials, "one_change.csv"),
        (load_transfer_trials, "learn_from_little.csv"),
    ],
)


@TABLES
def test_trials_are_read_as_they_stand_in_the_file(load, name):
    trials = load()
    lines = (DATA / name).read_text().splitlines()
    assert lines[0].split(",") == list(trials.dtype.names) and len(lines) == len(trials) + 1
    for line, trial in zip(lines[1:], trials):
        for text, value in zip(line.split(","), trial):
            if isinstance(value, str):
                assert text == value
            else:
                np.testing.assert_equal(float(text), value)  # NaN equals NaN


@TABLES
@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda c: c.replace(b"\n", b"\n,", 2), "cannot be read as CSV"),
        (lambda c: c.replace(b"seed", b"share", 1), "wrong columns .*share"),
        (lambda c: b"\xff" + c, "cannot be read as CSV"),
    ],
)
def test_faulty_trials(elsewhere, load, name, change, what):
    original = (DATA / name).read_bytes()
    path = elsewhere.parent / "data" / name
    path.parent.mkdir()
    path.write_bytes(change(original))
    with pytest.raises(ValueError, match=f"{what}.*Restore") as caught:
        load()
    assert str(path) in str(caught.value)


# --- the price of an import -----------------------------------------------------------------------


def test_import_and_sample_need_only_numpy():
    code = (
        "import sys; import course_utils.datasets as d; d.load_mnist(); d.load_macro_series();"
        "print(sorted({'tensorflow', 'keras', 'pooch', 'requests', 'matplotlib', 'pandas', 'tqdm'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_recessions_lie_in_the_series_and_output_fell_in_them():
    recessions, series = load_us_recessions(), load_macro_series()
    assert recessions.shape == (8, 2) and (np.diff(recessions.ravel()) > 0).all()
    quarter = series["year"] + (series["quarter"] - 1) / 4
    for peak, trough in recessions:
        assert peak in quarter and trough in quarter
        meanwhile = series["realgdp"][(quarter >= peak) & (quarter <= trough)]
        assert (np.diff(meanwhile) < 0).any() and len(meanwhile) <= 8
