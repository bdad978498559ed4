"""Every slide of every deck, looked at in a real browser at 1280×720."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils import notebooks
from course_utils.publishing import chromium
from course_utils.publishing.slide_plan import plan_slides
from course_utils.publishing.slides import PDF_READY, READY, write_deck

SOURCES = notebooks.find_notebooks()
SMALLEST_TYPE = 20  # px at a height of 720
SMALLEST_FIGURE = 0.69  # of its own size: below, the numbers on its axes are too small
TOLERANCE = 1  # px; browsers round

# The excess of a slide is measured here once more and in another way than the layout does.
MEASURE = r"""smallest => {
  const slide = Reveal.getCurrentSlide(), content = slide.querySelector('.content');
  const scale = Reveal.getScale(), origin = slide.getBoundingClientRect();
  const unscaled = area => ({
    left: (area.left - origin.left) / scale, right: (area.right - origin.left) / scale,
    top: (area.top - origin.top) / scale, bottom: (area.bottom - origin.top) / scale});
  for (const details of content.querySelectorAll('details')) details.open = true;
  const box = unscaled(content.getBoundingClientRect());
  const found = {id: slide.id, cell: slide.id, excess: 0, cut: '', small: [], raw: [],
    unrendered: 0, images: [], figure: 1, cells: 0};
  const count = (pixels, element, what) => {
    if (pixels <= found.excess) return;
    found.excess = pixels;
    found.cell = element.closest('[data-cell]')?.dataset.cell ?? slide.id;
    found.cut = what;
  };
  const readable = element => !element.closest('mjx-assistive-mml, svg, aside');
  for (const element of content.querySelectorAll('*')) {
    if (!readable(element) && !element.matches('mjx-container > svg')) continue;
    const style = getComputedStyle(element), area = unscaled(element.getBoundingClientRect());
    const what = element.tagName.toLowerCase();
    const isBox = style.display !== 'inline' || what === 'svg' || what === 'img';
    if (area.right > area.left && isBox) {
      count(area.bottom - box.bottom, element, what);
      count(box.top - area.top, element, what);
      count(area.right - box.right, element, what);
      count(box.left - area.left, element, what);
    }
    const scrolled = [element.scrollWidth - element.clientWidth,
      element.scrollHeight - element.clientHeight];
    if (style.overflowX !== 'visible') count(scrolled[0], element, what);
    if (style.overflowY !== 'visible') count(scrolled[1], element, what);
  }
  const texts = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    const parent = text.parentElement;
    if (!text.data.trim() || !readable(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const part of range.getClientRects()) {
      const area = unscaled(part);
      count(area.right - box.right, parent, 'text');
      count(box.left - area.left, parent, 'text');
      count(area.bottom - 720, parent, 'text');
      count(-area.top, parent, 'text');
    }
    const size = parseFloat(getComputedStyle(parent).fontSize);
    if (!parent.closest('sup, sub') && size < smallest) {
      found.small.push(`${size} px: ${text.data.trim().slice(0, 30)}`);
    }
    const raw = /\\[([]|\$[^\s$][^$]*\$|\\(frac|sum|begin|text)\b/;
    if (!parent.closest('code, pre') && raw.test(text.data)) {
      found.raw.push(text.data.trim().slice(0, 40));
    }
  }
  for (const formula of content.querySelectorAll('.formula')) {
    if (!formula.querySelector('mjx-container svg')) found.unrendered += 1;
  }
  for (const error of content.querySelectorAll('[data-mml-node="merror"], mjx-merror')) {
    found.raw.push(`wrong formula: ${error.textContent.slice(0, 40)}`);
  }
  for (const image of content.querySelectorAll('img')) {
    found.images.push(image.alt);
    const width = image.getBoundingClientRect().width / scale;
    found.figure = Math.min(found.figure, width / image.naturalWidth);
  }
  found.cells = content.querySelectorAll('[data-cell]').length;
  for (const details of content.querySelectorAll('details')) details.open = false;
  return found;
}"""


@dataclass
class Survey:
    """What was seen of one deck.

    Parameters
    ----------
    slides : list of str
        The ids of the slides, in the order in which a key turned them.
    complaints : list of str
        What is wrong with them, a line each: deck, slide, cell, fault.
    """

    slides: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def opened(path: Path, record, query: str = "") -> object:
    record.page.goto(path.as_uri() + query)
    record.page.wait_for_function(PDF_READY if query else READY)
    return record.page


def survey(path: Path, record) -> Survey:
    """Turn all slides of a deck by the space bar, and look at each."""
    page = opened(path, record)
    done = Survey()
    while True:
        seen = page.evaluate(MEASURE, SMALLEST_TYPE)
        if seen["id"] not in done.slides:
            done.slides.append(seen["id"])
            place = f"{path.stem}, slide {len(done.slides)}"
            done.complaints += [f"{place}, {fault}" for fault in faults(seen)]
        before = page.evaluate("[location.hash, JSON.stringify(Reveal.getIndices())]")
        page.keyboard.press("Space")
        if page.evaluate("[location.hash, JSON.stringify(Reveal.getIndices())]") == before:
            return done


def faults(seen: dict) -> Iterator[str]:
    if seen["excess"] > TOLERANCE:
        yield f"cell {seen['cell']}: {seen['excess']:.0f} px too much ({seen['cut']})"
    slide = f"cell {seen['id']}"
    if seen["figure"] < SMALLEST_FIGURE:
        yield f"{slide}: a figure shrunk to {seen['figure']:.2f} of its size"
    if seen["unrendered"]:
        yield f"{slide}: {seen['unrendered']} formulas not rendered"
    yield from (f"{slide}: raw mathematics: {text}" for text in seen["raw"])
    yield from (f"{slide}: type too small, {text}" for text in seen["small"])
    yield from (f"{slide}: an image without text" for text in seen["images"] if not text.strip())
    if not seen["cells"]:
        yield f"{slide}: empty"


@pytest.fixture(scope="session")
def deck_of(tmp_path_factory) -> Callable[[Path], Path]:
    """Make the slides of a notebook, once."""
    folder = tmp_path_factory.mktemp("slides")

    def make(source: Path) -> Path:
        path = folder / f"{source.stem}.html"
        if not path.exists():
            write_deck(notebooks.read_notebook(source), path)
        return path

    return make


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_slide_fits_and_nothing_is_asked_for(source: Path, deck_of, record) -> None:
    path = deck_of(source)
    done = survey(path, record)
    assert not done.complaints, "\n".join(["", *done.complaints])
    assert len(done.slides) == len(plan_slides(notebooks.read_notebook(source)))
    assert record.outside == [] and record.errors == []
    # The page itself and nothing beside it: it may be copied to a stick alone.
    assert {address.partition("#")[0] for address in record.requests} == {path.as_uri()}


# --- the check itself -------------------------------------------------------------------------


def made_deck(tmp_path: Path, *cells: object) -> Path:
    title = new_markdown_cell("# Made\n\n**Why?**", id="title")
    for cell in cells:
        cell.metadata.setdefault("slideshow", {"slide_type": "slide"})
    write_deck(new_notebook(cells=[title, *cells]), tmp_path / "99_made.html")
    return tmp_path / "99_made.html"


def picture(width: int, height: int, alt: str = "A grey area") -> object:
    from base64 import b64encode
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("L", (width, height), 128).save(file, "PNG")
    data = {"image/png": b64encode(file.getvalue()).decode()}
    return new_output("display_data", data=data, metadata={"image/png": {"alt": alt}})


LONG_LINE = "x = " + " + ".join(f"a_{i}" for i in range(30))
TOO_MUCH = {
    "lines": (new_code_cell("\n".join(f"a = {i}" for i in range(40)), id="lines"), "px too much"),
    "wide": (new_code_cell(LONG_LINE, id="wide"), "px too much"),
    "output": (
        new_code_cell("1", id="output", outputs=[new_output("stream", text="1\n" * 40)]),
        "px too much",
    ),
    "prose": (new_markdown_cell("A word and another one. " * 120, id="prose"), "px too much"),
    "table": (
        new_markdown_cell("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 30, id="table"),
        "px too much",
    ),
    "formula": (new_markdown_cell(f"$${'a + ' * 60}b$$", id="formula"), "px too much"),
    "figure": (new_code_cell("1", id="figure", outputs=[picture(600, 1000)]), "px too much"),
    "folded": (
        new_markdown_cell(
            "<details><summary>Answer</summary>\n\n" + "Long. " * 600 + "\n\n</details>",
            id="folded",
        ),
        "px too much",
    ),
    "no-alt": (
        new_code_cell("1", id="no-alt", outputs=[picture(60, 60, "")]),
        "an image without text",
    ),
    "wrong": (new_markdown_cell(r"$\nonsense{1}$", id="wrong"), "wrong formula"),
    "raw": (new_markdown_cell("<p>It is $x^2$.</p>", id="raw"), "raw mathematics"),
    "small": (
        new_markdown_cell('<p style="font-size: 12px">small</p>', id="small"),
        "type too small",
    ),
}


@pytest.mark.parametrize("kind", TOO_MUCH)
def test_a_bad_slide_is_complained_of(kind: str, tmp_path: Path, record) -> None:
    cell, fault = TOO_MUCH[kind]
    done = survey(made_deck(tmp_path, cell), record)
    assert done.slides == ["title", kind]
    assert len(done.complaints) == 1
    assert f"99_made, slide 2, cell {kind}: " in done.complaints[0] and fault in done.complaints[0]


def test_the_excess_is_told_in_pixels(tmp_path: Path, record) -> None:
    # 700 px of a box of 634 that begins at the top.
    high = new_markdown_cell('<div style="height: 700px">a</div>', id="high")
    wide = new_markdown_cell('<div style="width: 1200px">a</div>', id="wide")
    done = survey(made_deck(tmp_path, high, wide), record)
    excess = [re.search(r"cell (\w+): (\d+) px", line).groups() for line in done.complaints]
    assert excess == [("high", "66"), ("wide", "32")]


def test_good_slides_are_not_complained_of(tmp_path: Path, record) -> None:
    cells = [
        new_markdown_cell(r"## A $\frac{a}{b}$" + "\n\nIt costs $5 or `$x$`.", id="a"),
        new_code_cell("x = 1\nprint(x)", id="b", outputs=[new_output("stream", text="1\n")]),
        new_code_cell("1", id="c", outputs=[picture(900, 450)]),
        new_code_cell(
            "print(message)", id="e", outputs=[new_output("stream", text="a long message " * 20)]
        ),
        new_markdown_cell(
            "1. *Why?*\n\n<details><summary>Answer</summary>\n\nSo.\n\n</details>", id="d"
        ),
    ]
    done = survey(made_deck(tmp_path, *cells), record)
    assert done.complaints == []
    assert done.slides == ["title", "a", "b", "c", "e", "d"]


def test_figures_stand_beside_the_text_where_that_makes_them_larger(tmp_path: Path, record) -> None:
    text = new_markdown_cell("## Tall\n\n" + "Some words about it. " * 25, id="text")
    figure = new_code_cell("1", id="figure", outputs=[picture(400, 520)])
    figure.metadata.slideshow = {"slide_type": "-"}
    path = made_deck(tmp_path, text, figure)
    assert survey(path, record).complaints == []
    page = opened(path, record, "")
    page.keyboard.press("Space")
    boxes = page.evaluate(
        """() => ['p', 'img'].map(name => {
          const box = Reveal.getCurrentSlide().querySelector(name).getBoundingClientRect();
          return [box.left, box.right, box.height]; })"""
    )
    (_, text_right, _), (figure_left, _, height) = boxes
    assert text_right <= figure_left and height >= 520


# --- using a deck -----------------------------------------------------------------------------

SPOKEN = [
    new_markdown_cell("## One", id="one", metadata={"slideshow": {"slide_type": "slide"}}),
    new_markdown_cell("Later.", id="later", metadata={"slideshow": {"slide_type": "fragment"}}),
    new_markdown_cell(
        "Ask *first*, $n^2$.", id="note", metadata={"slideshow": {"slide_type": "notes"}}
    ),
    new_markdown_cell(
        "<details><summary>Answer</summary>\n\nSo.\n\n</details>",
        id="two",
        metadata={"slideshow": {"slide_type": "subslide"}},
    ),
    new_markdown_cell("## Three", id="three", metadata={"slideshow": {"slide_type": "slide"}}),
]


def where(page) -> str:
    return page.evaluate("Reveal.getCurrentSlide().id")


def test_keys_turn_the_slides(tmp_path: Path, record) -> None:
    page = opened(made_deck(tmp_path, *SPOKEN), record)
    turned = []
    for key in ("ArrowRight", "ArrowRight", "PageDown", "Space", "ArrowLeft", "Home", "End"):
        page.keyboard.press(key)
        turned.append(where(page))
    # The second key shows the fragment.
    assert turned == ["one", "one", "two", "three", "two", "title", "three"]
    assert page.locator(".slide-number").inner_text().split() == ["4", "/", "4"]


def test_fingers_turn_the_slides(tmp_path: Path, open_page) -> None:
    record = open_page(has_touch=True, viewport={"width": 800, "height": 450})
    page = opened(made_deck(tmp_path, *SPOKEN), record)
    fingers = page.context.new_cdp_session(page)

    for start, end, wanted in ((600, 200, "one"), (200, 600, "title")):
        for kind, x in (("touchStart", start), ("touchMove", end), ("touchEnd", None)):
            points = [{"x": x, "y": 200}] if x is not None else []
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_function(f"() => Reveal.getCurrentSlide().id === '{wanted}'")


def test_an_answer_unfolds(tmp_path: Path, record) -> None:
    page = opened(made_deck(tmp_path, *SPOKEN), record)
    page.evaluate("location.hash = '#/two'")
    page.locator("summary").click()
    assert page.locator("details p").is_visible()


def test_the_speaker_has_notes(tmp_path: Path, record) -> None:
    page = opened(made_deck(tmp_path, *SPOKEN), record)
    page.keyboard.press("ArrowRight")
    assert not page.get_by_text("Ask first").is_visible()
    with page.context.expect_page() as opening:
        page.keyboard.press("s")
    speaker = opening.value
    note = speaker.locator(".speaker-controls-notes")
    note.get_by_text("first").wait_for()
    assert note.locator("em").inner_text() == "first" and note.locator("math").count() == 1
    speaker.keyboard.press("ArrowRight")
    speaker.keyboard.press("ArrowRight")
    page.wait_for_function("Reveal.getCurrentSlide().id === 'two'")
    assert record.outside == []


def test_the_picture_has_the_shape_of_a_projector_s(tmp_path: Path, open_page) -> None:
    path = made_deck(tmp_path, *SPOKEN)
    for width, height in ((1920, 1080), (1024, 768), (500, 844)):
        page = opened(path, open_page(viewport={"width": width, "height": height}))
        box = page.evaluate(
            """() => {
              const box = Reveal.getCurrentSlide().getBoundingClientRect();
              return [box.width, box.height]; }"""
        )
        wide = min(width, height * 16 / 9)
        assert box == pytest.approx([wide, wide * 9 / 16], abs=1)


def test_a_deck_is_printed_a_page_a_slide(browser, tmp_path: Path) -> None:
    path, target = made_deck(tmp_path, *SPOKEN), tmp_path / "made.pdf"
    chromium.print_pdf(path, target, browser=browser, query="?print-pdf", ready=PDF_READY)
    content = target.read_bytes()
    # Four slides, one of which waits with a fragment.
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 5
    assert set(re.findall(rb"/MediaBox \[[\d. ]+\]", content)) == {b"/MediaBox [0 0 960 540]"}


def test_answers_are_unfolded_in_print(tmp_path: Path, record) -> None:
    page = opened(made_deck(tmp_path, *SPOKEN), record, "?print-pdf")
    assert page.locator("details[open]").count() == 1


def test_slides_from_a_cdn_say_what_they_lack(tmp_path: Path, record) -> None:
    write_deck(new_notebook(cells=SPOKEN), tmp_path / "cdn.html", offline=False)
    record.page.goto((tmp_path / "cdn.html").as_uri())
    record.page.get_by_text("fetch reveal.js and MathJax from the internet").wait_for()
    assert record.outside
    assert all(
        re.match(r"https://cdn\.jsdelivr\.net/npm/[\w.-]+@\d+\.\d+\.\d+/", address)
        for address in record.outside
    )
