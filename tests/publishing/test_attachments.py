"""Pictures pasted into a cell are in every page, and one that is missing is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile_notebooks import PNG
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_utils import notebooks
from course_utils.publishing import page, write_copies, write_live_copy
from course_utils.publishing.attachments import as_files, data_address
from course_utils.publishing.handout_papers import paper
from course_utils.publishing.handouts import AUDIENCES
from course_utils.publishing.site import build_site
from course_utils.publishing.slides import deck

TEXT = """## Pasted

![my picture](attachment:image.png) and ![](attachment:a%20b.png)

<img alt="as HTML" src="attachment:image.png" width="30">

`attachment:image.png` is code.
"""


@pytest.fixture
def notebook() -> NotebookNode:
    slide = {"slideshow": {"slide_type": "slide"}}
    cells = [
        new_markdown_cell("# A title", id="title", metadata=slide),
        new_markdown_cell(
            TEXT,
            id="pasted",
            metadata=slide,
            attachments={"image.png": {"image/png": PNG}, "a b.png": {"image/png": PNG}},
        ),
        new_code_cell("1", id="code", metadata=slide),
    ]
    return new_notebook(cells=cells, metadata=notebooks.NOTEBOOK_METADATA)


PAGES = {
    "page": page,
    "trusted page": lambda notebook: page(notebook, trusted=True),
    "deck": lambda notebook: deck(notebook, name="98_x", offline=False),
    **{one: lambda notebook, one=one: paper(notebook, one, name="98_x") for one in AUDIENCES},
}


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES.keys())
def test_they_are_shown(make, notebook: NotebookNode) -> None:
    html = make(notebook)
    assert html.count(f'src="data:image/png;base64,{PNG}"') == 3
    assert 'alt="my picture"' in html and 'alt="as HTML"' in html
    assert html.count("attachment:") == 1


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES.keys())
def test_a_missing_one_is_named_in_its_place(make, notebook: NotebookNode) -> None:
    del notebook.cells[1]["attachments"]
    html = make(notebook)
    assert "The picture image.png is missing in this cell" in html
    assert "The picture a b.png is missing in this cell" in html


def test_they_are_on_the_site(tmp_path: Path, notebook: NotebookNode) -> None:
    path = tmp_path / "98_pasted.ipynb"
    path.write_bytes(notebooks.notebook_bytes(notebook))
    build_site([path], tmp_path / "site")
    html = (tmp_path / "site" / "98_pasted.html").read_text(encoding="utf-8")
    assert 'alt="my picture"' in html and html.count("attachment:") == 1
    assert len(list((tmp_path / "site" / "_images").glob("*.png"))) == 1
    assert f'src="data:image/png;base64,{PNG}"' in html
    offered = notebooks.read_notebook(tmp_path / "site" / "notebooks" / path.name)
    assert offered.cells[1].attachments == notebook.cells[1].attachments


def test_copies_keep_them(tmp_path: Path, notebook: NotebookNode) -> None:
    path = tmp_path / "98_pasted.ipynb"
    path.write_bytes(notebooks.notebook_bytes(notebook))
    copies = [*write_copies(path, tmp_path / "handouts"), write_live_copy(path, tmp_path / "live")]
    for copy in copies:
        assert notebooks.read_notebook(copy).cells[1].attachments == notebook.cells[1].attachments


def test_a_drawing_comes_before_pixels() -> None:
    bundle = {"a.svg": {"image/png": "AAAA", "image/svg+xml": "PHN2Zz4="}}
    assert data_address(bundle, "a.svg") == "data:image/svg+xml;base64,PHN2Zz4="
    assert data_address(bundle, "b.svg") == ""


def test_as_files_they_are_named_by_their_content() -> None:
    attachments = {"a.png": {"image/png": "AAAA"}, "b.png": {"image/png": "not base64 !"}}
    text = '![x](attachment:a.png "title") ![y](attachment:b.png) ![z](other.png)'
    cell = new_markdown_cell(text, attachments=attachments)
    source, files = as_files(cell, "pictures")
    ((name, content),) = files.items()
    assert content == b"\0\0\0"
    assert source == (
        f'![x](pictures/{name} "title") *The picture b.png is missing in this cell* ![z](other.png)'
    )
