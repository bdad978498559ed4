"""Handouts on paper: everything fits its width, formulas are drawn, and the PDF is in order."""

import re
import zlib
from pathlib import Path

import pytest

from course_utils import notebooks
from course_utils.publishing.handout_papers import paper, print_copies
from course_utils.publishing.handouts import AUDIENCES

PATHS = notebooks.find_notebooks()
WIDTH, HEIGHT = 673, 984  # CSS pixels of an A4 page within its margins
TOO_WIDE = """() => [...document.querySelectorAll('main *')]
    .filter(one => !one.closest('math') || one.localName === 'math')
    .filter(one => one.getBoundingClientRect().right > document.body.clientWidth + 1)
    .map(one => one.outerHTML.slice(0, 120))"""
TOO_HIGH = """limit => [...document.querySelectorAll('figure, .room, .exercise')]
    .filter(one => one.getBoundingClientRect().height > limit).map(one => one.outerHTML)"""
SPLIT = """() => [...document.querySelectorAll('figure, .highlight, .room')]
    .filter(one => getComputedStyle(one).breakInside !== 'avoid').length"""


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_everything_fits_on_paper(path: Path, audience: str, tmp_path: Path, open_page) -> None:
    source = tmp_path / "handout.html"
    text = paper(notebooks.read_notebook(path), audience, name=path.stem)
    source.write_text(text, encoding="utf-8")
    record = open_page(viewport={"width": WIDTH, "height": HEIGHT})
    record.page.emulate_media(media="print")
    record.page.goto(source.as_uri())
    assert record.requests == [source.as_uri()] and record.errors == []
    assert record.page.evaluate(TOO_WIDE) == []
    assert record.page.evaluate(TOO_HIGH, HEIGHT) == []
    assert record.page.evaluate(SPLIT) == 0
    # no formula is left as it was written
    prose = " ".join(record.page.locator(".prose").all_inner_texts())
    assert not re.search(r"\$[^$\n]+\$|\\(?:frac|begin|sum)\b", prose)
    assert record.page.locator("code.formula").count() == 0


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory, browser) -> Path:
    # the test's own browser is open: Playwright starts only one in a thread
    from concurrent.futures import ThreadPoolExecutor

    output = tmp_path_factory.mktemp("handouts")
    path = next(path for path in PATHS if path.name.startswith("02_"))
    with ThreadPoolExecutor(1) as other:
        other.submit(print_copies, [path], output).result()
    return output


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_pdf_is_a4_has_a_title_and_names_no_file(printed: Path, audience: str) -> None:
    content = (printed / audience / "02_convolution_by_hand.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert 5 <= len(boxes) <= 15
    for width, height in boxes:
        assert abs(float(width) - 595) < 1 and abs(float(height) - 842) < 1
    assert b"/Title (02 Compute a convolution by hand)" in content
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            content += zlib.decompress(stream)
        except zlib.error:
            pass
    assert b"file:" not in content and str(printed).encode() not in content
