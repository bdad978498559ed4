"""A class's folder: one table, one picture, and no file that stops the others."""

import numpy as np
import pytest
from PIL import Image

from course_utils.handwriting import draw_strokes, read_folder
from course_utils.handwriting.styles import DIGITS, strokes_of


def page(*digits):
    strokes, x = [], 40
    for digit in digits:
        own = strokes_of(DIGITS[digit][0], 90)
        strokes += [stroke + (x, 50) for stroke in own]
        x += max(stroke[:, 0].max() for stroke in own) + 45
    return Image.fromarray(draw_strokes(strokes, (190, int(x + 20)), pen=9))


@pytest.fixture
def folder(tmp_path):
    page(3).save(tmp_path / "anna.png")
    page(7, 2).save(tmp_path / "ben.jpg")
    Image.new("L", (90, 90), 240).save(tmp_path / "chen.png")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden.png").write_bytes(b"")
    (tmp_path / "inner").mkdir()
    return tmp_path


def test_every_picture_has_a_row(folder):
    found = read_folder(folder)
    assert [file.name for file in found.files] == ["anna.png", "ben.jpg", "chen.png"]
    assert [file.number for file in found.files] == ["3", "72", ""]
    assert found.files[2].problem.startswith("looks blank") and found.files[2].probability == 0
    assert found.images.shape == (3, 28, 28) and found.images.dtype == np.uint8
    assert found.captions == ["anna: 3", "ben: 7", "ben: 2"]


def test_the_table_is_aligned(folder):
    lines = str(read_folder(folder)).splitlines()
    assert len(lines) == 4 and lines[0].split() == ["file", "read", "at", "least", "remark"]
    column = lines[0].index("read")
    assert [line[column:].split()[0] for line in lines[1:]] == ["3", "72", "–"]
    assert "looks blank" in lines[3]


def test_another_network_reads_the_folder(folder):
    found = read_folder(str(folder), lambda batch: np.eye(10)[[9] * len(batch)])
    assert [file.number for file in found.files] == ["9", "99", ""]
    with pytest.raises(ValueError, match="network gives"):
        read_folder(folder, lambda batch: np.zeros(3))


def test_folders_that_are_none_are_told(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="isn't there"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="is a file: read_page"):
        read_folder(folder / "anna.png")
    with pytest.raises(ValueError, match="has no picture in it"):
        read_folder(folder / "inner")
