"""The page of a deck, without a browser: what is in it, and what it asks for."""

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils import notebooks
from course_utils.publishing import chromium, javascript
from course_utils.publishing.slides import COURSE, Look, deck
from course_utils.publishing.slides_folder import make_slides

PNG = base64.b64encode(b"\x89PNG not looked at").decode()
ALT = 'A line that "rises" & <bends>'


def cell(name: str, source: str, kind: str = "slide", outputs: tuple = ()) -> NotebookNode:
    metadata = {"slideshow": {"slide_type": kind}}
    if outputs:
        return new_code_cell(source, id=name, metadata=metadata, outputs=list(outputs))
    return new_markdown_cell(source, id=name, metadata=metadata)


FIGURE = new_output("display_data", data={"image/png": PNG}, metadata={"image/png": {"alt": ALT}})
LATEX = new_output("display_data", data={"text/latex": "$$a < b$$", "text/plain": "lost"})
NOTEBOOK = new_notebook(
    cells=[
        cell("title", "# Pad `x` & stride\n\n**How large?**\n\n- *Time:* 5 minutes"),
        cell(
            "one",
            "## Step $k$\n\nSee [04](04_filters.ipynb#edge), [terms](glossary.md#a), $a<b$.",
        ),
        cell("said", "Ask *first*, $n^2$.", "notes"),
        cell("code", "print(1 < 2)", "-", (new_output("stream", text="True <b>\n"),)),
        cell(
            "under",
            "$$x = 1$$\n\n\\begin{align}\ny &= 2\n\\end{align}\n\nIt costs $5.",
            "subslide",
        ),
        cell("figure", "fig = plotting.draw(a)\nplotting.show(fig)", "-", (FIGURE,)),
        cell("later", "Later.", "fragment"),
        cell("hidden", "Never shown.", "skip"),
        cell("latex", "show()", "slide", (LATEX,)),
    ]
)


class Tree(HTMLParser):
    """The elements of a page with those that they stand in, and every text with its place."""

    VOID = frozenset({"meta", "link", "img", "br", "hr", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict]] = []
        self.found: list[tuple[str, dict, list]] = []
        self.texts: list[tuple[str, list]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.found.append((tag, dict(attributes), list(self.open)))
        if tag not in self.VOID:
            self.open.append((tag, dict(attributes)))

    def handle_startendtag(self, tag: str, attributes: list) -> None:
        self.found.append((tag, dict(attributes), list(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((data, list(self.open)))

    def all(self, tag: str, **wanted: str) -> list[tuple[dict, list]]:
        return [
            (attributes, parents)
            for name, attributes, parents in self.found
            if name == tag and all(attributes.get(k) == v for k, v in wanted.items())
        ]

    def text_in(self, tag: str, **wanted: str) -> str:
        return "".join(
            data
            for data, parents in self.texts
            for name, attributes in parents
            if name == tag and all(attributes.get(k) == v for k, v in wanted.items())
        )


@pytest.fixture
def packages(tmp_path: Path, monkeypatch) -> Path:
    """Small files in place of the npm packages."""
    folder = tmp_path / "node_modules"

    def file(name: str) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        faces = "@font-face{font-family:F;src:url(data:font/woff;base64,AA)}body{margin:9px}"
        ends = "/* a */ 'x</script>y';"
        path.write_text(faces if name.endswith("css") else f"{ends} /* {name} */")
        return path

    monkeypatch.setattr(javascript, "file", file)
    monkeypatch.setattr(javascript, "packages", lambda: folder)
    return folder


@pytest.fixture
def made(packages: Path) -> str:
    return deck(NOTEBOOK, name="05_padding")


@pytest.fixture
def tree(made: str) -> Tree:
    return Tree(made)


def test_nothing_is_requested(made: str, tree: Tree) -> None:
    assert not tree.all("link") and not tree.all("iframe")
    assert all("src" not in attributes for attributes, _ in tree.all("script"))
    assert all(attributes["src"].startswith("data:") for attributes, _ in tree.all("img"))
    assert all(address.startswith("data:") for address in re.findall(r"url\(([^)]*)", made))
    assert "@import" not in made


def test_scripts_end_where_they_should(made: str, tree: Tree) -> None:
    assert "x<\\/script>y" in made
    assert [name for name, _ in tree.open] == []
    scripts = [data for data, parents in tree.texts if parents and parents[-1][0] == "script"]
    order = ["MathJax = {", "mathjax/es5", "dist/reveal.js", "plugin/notes.js", "layOutSlides ="]
    assert [next(k for k, text in enumerate(scripts) if word in text) for word in order] == [
        0,
        1,
        2,
        3,
        4,
    ]


def test_only_the_fonts_of_the_theme_are_taken(made: str) -> None:
    assert "font-family:F" in made and made.count("margin:9px") == 1  # reveal.css is whole


def test_the_page_names_language_and_title(made: str, tree: Tree) -> None:
    assert made.startswith("<!DOCTYPE html>") and tree.all("html", lang="en")
    assert tree.text_in("title") == "05 Pad x & stride"
    assert tree.all("meta", name="color-scheme", content="light")


def test_slides_stand_in_stacks(tree: Tree) -> None:
    slides = [(found, parents) for found, parents in tree.all("section") if "id" in found]
    assert [found["id"] for found, _ in slides] == ["title", "one", "under", "latex"]
    assert all([name for name, _ in parents][-1] == "section" for _, parents in slides)
    assert len(tree.all("section")) == 4 + 3  # slide and subslide share a stack


def test_the_title_slide_names_the_course(tree: Tree) -> None:
    ((found, _),) = tree.all("section", id="title")
    assert found["class"] == "title-slide"
    assert tree.text_in("p", **{"class": "course"}) == COURSE
    assert "How large?" in tree.text_in("section", id="title")
    assert COURSE not in tree.text_in("section", id="one")


def test_skipped_cells_are_not_in_the_file(made: str) -> None:
    assert "Never shown" not in made


def test_notes_stand_aside_with_formulas_that_need_no_script(tree: Tree) -> None:
    ((_, parents),) = tree.all("aside", **{"class": "notes"})
    assert [found.get("id") for _, found in parents][-1] == "one"
    assert "first" in tree.text_in("aside")
    assert len(tree.all("math")) == 1


def test_formulas_are_marked_for_mathjax(tree: Tree) -> None:
    formulas = [
        data for data, parents in tree.texts if parents and parents[-1][1].get("class") == "formula"
    ]
    assert formulas == [
        r"\(k\)",
        r"\(a<b\)",
        r"\[x = 1\]",
        "\\[\\begin{align}\ny &= 2\n\\end{align}\\]",
        r"\[a < b\]",
    ]
    assert "It costs $5." in tree.text_in("section", id="under")


def test_links_lead_to_the_other_decks(tree: Tree) -> None:
    assert [found["href"] for found, _ in tree.all("a")] == ["04_filters.html#edge"]
    assert "terms" in tree.text_in("section", id="one")


def test_code_and_outputs_are_shown(tree: Tree) -> None:
    text = tree.text_in("div", **{"data-cell": "code"})
    assert "print(1 < 2)" in text and "True <b>" in text and "In [" not in text


def test_a_figure_stands_without_its_drawing_and_with_its_text(tree: Tree) -> None:
    assert tree.text_in("div", **{"data-cell": "figure"}).strip() == ""
    ((found, _),) = tree.all("img")
    assert found["alt"] == ALT


def test_fragments_wait(tree: Tree) -> None:
    ((found, _),) = tree.all("div", **{"data-cell": "later"})
    assert found["class"] == "cell markdown fragment" and found["data-fragment-index"] == "0"


def test_the_line_below_tells_where_we_are(tree: Tree) -> None:
    lines = [data for data, parents in tree.texts if parents and parents[-1][0] == "footer"]
    deck_title = "05 Pad x & stride"
    assert lines == [COURSE, deck_title, f"{deck_title} › Step k", deck_title]


def test_the_source_is_left_as_it_was(packages: Path) -> None:
    before = notebooks.notebook_bytes(NOTEBOOK)
    deck(NOTEBOOK, name="05_padding")
    assert notebooks.notebook_bytes(NOTEBOOK) == before


def test_a_deck_from_a_cdn_asks_for_the_versions_of_the_lock(monkeypatch) -> None:
    monkeypatch.setattr(javascript, "packages", lambda: pytest.fail("not wanted"))
    tree = Tree(deck(NOTEBOOK, name="05_padding", offline=False))
    asked = [found["href"] for found, _ in tree.all("link")]
    asked += [found["src"] for found, _ in tree.all("script") if "src" in found]
    versions = javascript.versions()
    assert len(asked) == 5
    for address in asked:
        found = re.match(r"https://cdn\.jsdelivr\.net/npm/(.+)@([\d.]+)/", address)
        assert versions[found[1]] == found[2]


# --- the folder -------------------------------------------------------------------------------


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    skipped = new_notebook(cells=[cell("a", "# Nothing", "skip")])
    for name, notebook in (("01_one", NOTEBOOK), ("02_two", NOTEBOOK), ("03_none", skipped)):
        notebooks.write_file(folder / f"{name}.ipynb", notebooks.notebook_bytes(notebook))
    return sorted(folder.glob("*.ipynb"))


@pytest.fixture
def no_chromium(monkeypatch) -> None:
    def refuse() -> None:
        raise chromium.ChromiumMissing("there is none")

    monkeypatch.setattr(chromium, "open_browser", refuse)


def test_one_bad_notebook_does_not_stop_the_others(
    sources, packages, no_chromium, tmp_path
) -> None:
    reported = []
    made = make_slides(sources, tmp_path / "slides", report=reported.append)
    assert [path.name for path in made.decks] == ["01_one.html", "02_two.html"]
    assert reported == made.decks and all(path.is_file() for path in made.decks)
    assert made.failures == [
        "03_none: every cell is skipped: give at least one the slide type 'slide'"
    ]
    assert made.no_pdf == "there is none" and not made.no_javascript and not made.pdfs


def test_the_index_lists_every_deck_of_the_folder(sources, packages, tmp_path) -> None:
    folder = tmp_path / "slides"
    make_slides(sources[:1], folder, pdf=False)
    (folder / "01_one.pdf").write_bytes(b"%PDF")
    made = make_slides(sources[1:2], folder, pdf=False)
    tree = Tree(made.index.read_text(encoding="utf-8"))
    targets = [found["href"] for found, _ in tree.all("a")]
    assert targets == ["01_one.html", "01_one.pdf", "02_two.html"]
    assert tree.text_in("td").count("4") == 2


def test_an_older_pdf_does_not_outlive_its_deck(sources, packages, tmp_path) -> None:
    (tmp_path / "01_one.pdf").write_bytes(b"%PDF of other slides")
    make_slides(sources[:1], tmp_path, pdf=False)
    assert not (tmp_path / "01_one.pdf").exists()


def test_without_packages_the_decks_come_from_a_cdn(sources, tmp_path, monkeypatch) -> None:
    def missing() -> None:
        raise javascript.JavaScriptMissing("no npm")

    monkeypatch.setattr(javascript, "packages", missing)
    made = make_slides(sources[:1], tmp_path / "slides")
    assert made.no_javascript == "no npm" and "internet" in made.no_pdf and not made.pdfs
    assert "cdn.jsdelivr.net" in made.decks[0].read_text(encoding="utf-8")


def test_the_first_slide_bears_the_instructors_lines() -> None:
    look = Look("Learning <II>", "A. Lecturer", "3 March", dark=True)
    tree = Tree(deck(NOTEBOOK, name="05_padding", offline=False, look=look))
    assert tree.text_in("p", **{"class": "course"}) == "Learning <II>"
    assert tree.text_in("p", **{"class": "byline"}) == "A. Lecturer · 3 March"
    (byline,) = tree.all("p", **{"class": "byline"})
    assert ("section", {"id": "title", "class": "title-slide"}) in byline[1]
    assert tree.all("html", **{"data-theme": "dark"})


def test_nobodys_name_takes_no_room() -> None:
    tree = Tree(deck(NOTEBOOK, name="05_padding", offline=False, look=Look(date="  ")))
    assert not tree.all("p", **{"class": "byline"}) and not tree.all(
        "html", **{"data-theme": "dark"}
    )
