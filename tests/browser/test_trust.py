"""Pages made from a notebook that means harm, opened in Chromium: nothing runs, nothing is asked."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_notebooks import PNG, hostile_notebook
from running_lab import STARTING

from course_utils import notebooks
from course_utils.publishing import IndexEntry, javascript, page, write_index
from course_utils.publishing.handout_papers import paper
from course_utils.publishing.handouts import AUDIENCES
from course_utils.publishing.site import build_site
from course_utils.publishing.slides import READY, deck

TRACES = """() => ({
    ran: window.ran ?? [],
    on: [...document.querySelectorAll('*')].flatMap(one => [...one.attributes]
        .filter(own => own.name.startsWith('on') || /^\\s*javascript:/i.test(own.value))
        .map(own => `${one.tagName} ${own.name}`)),
})"""
NAME = "98_hostile"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "course").mkdir()
    path = folder / "course" / f"{NAME}.ipynb"
    path.write_bytes(notebooks.notebook_bytes(hostile_notebook()))
    notebook = notebooks.read_notebook(path)
    made = {"page": page(notebook, name=NAME), "trusted": page(notebook, trusted=True)}
    made |= {audience: paper(notebook, audience, name=NAME) for audience in AUDIENCES}
    try:
        made["deck"] = deck(notebook, name=NAME)
        mathjax = javascript.file("mathjax/es5/tex-svg-full.js")
    except javascript.JavaScriptMissing as missing:
        pytest.skip(str(missing))
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    path.write_bytes(notebooks.notebook_bytes(hostile_notebook(for_sphinx=True)))
    build_site([path], folder / "site", mathjax=mathjax)
    build_site([path], folder / "site-without-mathjax")
    return folder


def poke(shown) -> None:
    """Do with every element what a reader may do."""
    shown.evaluate(
        """() => {
            for (const one of document.querySelectorAll('body *')) {
                for (const kind of ['mouseover', 'focus', 'toggle', 'click']) {
                    if (kind === 'click' && one.closest('a[href]:not([href^="javascript"])')) continue;
                    one.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true}));
                }
            }
        }"""
    )
    shown.wait_for_timeout(300)


PAGES = ["page", *AUDIENCES, "deck"] + [
    f"{site}/{name}"
    for site in ("site", "site-without-mathjax")
    for name in (NAME, "index", "search")
]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_and_nothing_is_asked(name: str, pages: Path, open_page: Callable) -> None:
    record = open_page()
    query = "?q=title" if name.endswith("search") else ""
    record.page.goto((pages / f"{name}.html").as_uri() + query)
    if name == "deck":
        record.page.wait_for_function(READY)
    poke(record.page)
    assert record.page.evaluate(TRACES) == {"ran": [], "on": []}
    assert record.outside == []
    assert len(record.page.context.pages) == 1


def test_every_slide_is_harmless_and_so_is_the_speaker_view(
    pages: Path, open_page: Callable
) -> None:
    record = open_page()
    record.page.goto((pages / "deck.html").as_uri())
    record.page.wait_for_function(READY)
    with record.page.expect_popup() as opened:
        record.page.keyboard.press("s")
    speaker = opened.value
    # The view is told of the slide at which it finds the deck: one with notes, so that they show.
    record.page.wait_for_function(
        "() => { if (!Reveal.getSlideNotes()) Reveal.next(); return Reveal.getSlideNotes(); }"
    )
    notes = speaker.locator(".speaker-controls-notes").filter(has_text="the harmless words")
    notes.wait_for(state="attached")
    record.page.keyboard.press("Home")
    for _ in range(6):
        record.page.keyboard.press("Space")
        record.page.wait_for_timeout(100)
    assert record.page.evaluate(TRACES) == speaker.evaluate(TRACES) == {"ran": [], "on": []}
    assert record.outside == []


def test_what_is_harmless_is_still_read(pages: Path, open_page: Callable) -> None:
    shown = open_page().page
    for name in ("page", "site/98_hostile"):
        shown.goto((pages / f"{name}.html").as_uri())
        text = shown.locator("body").inner_text()
        for words in ("A title", "the harmless words", "a fold", "coloured", "After it."):
            assert words in text, (name, words)


def test_a_pasted_picture_is_seen(pages: Path, open_page: Callable) -> None:
    shown = open_page().page
    shown.goto((pages / "page.html").as_uri())
    assert shown.locator('img[alt="pasted"]').evaluate("one => one.naturalWidth") == 1


def test_the_payloads_work_where_they_are_trusted(pages: Path, open_page: Callable) -> None:
    """Or the other tests would pass for want of an attack."""
    record = open_page()
    record.page.goto((pages / "trusted.html").as_uri(), wait_until="commit")
    for _ in range(10 * STARTING):
        if record.outside:
            return
        record.page.wait_for_timeout(100)
    pytest.fail("the attack asked for nothing")


def test_a_picture_beside_the_page_is_seen(tmp_path: Path, record) -> None:
    (tmp_path / "report.png").write_bytes(b64decode(PNG))
    entry = IndexEntry("01_one", title="One", headline="1", seconds=1.0)
    write_index([entry], tmp_path / "index.html", costs=("report.png", "Bars", "report.json"))
    record.page.goto((tmp_path / "index.html").as_uri())
    assert record.page.locator("img").evaluate("one => one.naturalWidth") == 1
    assert not record.errors
