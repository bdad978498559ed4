"""The page of a notebook: complete, self-contained, and readable by a machine that reads aloud."""

import base64
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.publishing import IndexEntry, page, write_document, write_index, write_page

PNG = base64.b64encode(b"\x89PNG not looked at").decode()
ALT = 'A line that "rises" & <bends>'
PROSE = r"""# Pad `x` & stride $n$

Inline $a < b$, costs \$5, and

$$\begin{aligned} a &= b \\ &= c \end{aligned}$$

\begin{align}
x &= y
\end{align}

See [filters](04_filter_gallery.ipynb#edge), [terms](glossary.md) and [the web](https://example.org/a.ipynb).

<details><summary>Answer</summary>

It is $3$ and **bold**.

</details>

```python
x = 1 < 2
```

| a | b |
|---|---|
| 1 | 2 |
"""


class Elements(HTMLParser):
    """Collects the elements of a page and the text of each kind of element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.found.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag] = self.texts.get(tag, "") + data

    def attributes(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def made() -> str:
    outputs = [
        new_output("stream", name="stdout", text="1 <b> 2\n\x1b[31mred\x1b[0m\n"),
        new_output("stream", name="stderr", text="a warning"),
        new_output(
            "display_data",
            data={"image/png": PNG + "\n", "text/plain": "<Figure>"},
            metadata={"image/png": {"alt": ALT, "width": 300}},
        ),
        new_output("display_data", data={"text/latex": "$$x^2$$", "text/plain": "lost"}),
        new_output("display_data", data={"text/html": "<em>kept</em>", "text/plain": "lost"}),
        new_output(
            "display_data",
            data={"application/javascript": "alert(1)", "text/plain": "instead of a script"},
        ),
        new_output("execute_result", data={"text/plain": "array([1])"}, execution_count=3),
        new_output("error", ename="E", evalue="no", traceback=["\x1b[31mE\x1b[0m: <no>"]),
    ]
    cells = [
        new_markdown_cell(PROSE, id="title"),
        new_code_cell("if a < b:\n    print('x')", id="code", execution_count=3, outputs=outputs),
    ]
    return page(new_notebook(cells=cells), name="05_padding")


@pytest.fixture(scope="module")
def elements(made: str) -> Elements:
    return Elements(made)


def test_nothing_is_requested(elements: Elements) -> None:
    assert not elements.attributes("script") and not elements.attributes("link")
    assert not elements.attributes("iframe")
    sources = [
        value
        for _, found in elements.found
        for name, value in found.items()
        if name in ("src", "srcset", "data", "poster")
    ]
    assert sources and all(value.startswith("data:") for value in sources)
    assert "@import" not in elements.texts["style"] and "url(" not in elements.texts["style"]


def test_the_page_names_its_language_and_title(elements: Elements, made: str) -> None:
    assert made.startswith("<!DOCTYPE html>")
    assert elements.attributes("html") == [{"lang": "en"}]
    assert elements.texts["title"] == "Pad x & stride n"
    assert {"charset": "utf-8"} in elements.attributes("meta")
    assert any(found.get("name") == "viewport" for found in elements.attributes("meta"))


def test_figures_keep_their_alternative_text(elements: Elements) -> None:
    source = f"data:image/png;base64,{PNG}"
    assert elements.attributes("img") == [{"alt": ALT, "width": "300", "src": source}]


def test_formulas_are_mathml(elements: Elements) -> None:
    displays = [found["display"] for found in elements.attributes("math")]
    assert displays == ["inline", "inline", "block", "block", "inline", "block"]
    assert "$" not in elements.texts["main"].replace("costs $5", "")


def test_links_lead_to_the_neighbouring_pages(elements: Elements) -> None:
    targets = [found["href"] for found in elements.attributes("a")]
    assert targets == [
        "index.html",
        "05_padding.ipynb",
        "04_filter_gallery.html#edge",
        "glossary.html",
        "https://example.org/a.ipynb",
    ]


def test_outputs_are_shown(elements: Elements, made: str) -> None:
    text = elements.texts["main"]
    for shown in ("1 <b> 2\nred\n", "a warning", "kept", "array([1])", "E: <no>", "In [3]"):
        assert shown in text
    assert "instead of a script" in text
    assert "alert(1)" not in made and "lost" not in text
    assert "\x1b" not in made


def test_prose_is_rendered(elements: Elements) -> None:
    assert elements.texts["summary"] == "Answer"
    assert elements.texts["strong"] == "bold"
    assert elements.texts["td"] == "12"
    assert elements.texts["h1"].startswith("Pad x & stride")
    assert [found["id"] for found in elements.attributes("section")] == ["title", "code"]


def test_a_page_without_a_name_stands_alone() -> None:
    alone = Elements(page(new_notebook(cells=[new_markdown_cell("# A")])))
    assert not alone.attributes("nav") and alone.texts["title"] == "A"


def test_the_index_lists_every_notebook(tmp_path: Path) -> None:
    entries = [
        IndexEntry("01_one", "One & <first>", "costs $5 | a_b_ *c* $6", 1.25),
        IndexEntry("02_two", "", "cell 3: ValueError: <no>", 0.5, failed=True),
    ]
    for entry in entries:
        (tmp_path / f"{entry.name}.html").touch()
    write_index(entries, tmp_path / "index.html")
    index = Elements((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert [found["href"] for found in index.attributes("a")] == ["01_one.html", "02_two.html"]
    assert index.texts["a"] == "01 One & <first>02 02_two"
    cells = index.texts["td"]
    assert "costs $5 | a_b_ *c* $6" in cells and "1.2" in cells
    assert "Failed: cell 3: ValueError: <no>" in cells and cells.count("Failed") == 1
    assert not index.attributes("math") and not index.attributes("em")


def test_the_index_links_to_the_documents(tmp_path: Path) -> None:
    write_index([], tmp_path / "index.html", documents={"glossary.html": "Terms & words"})
    index = Elements((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert [found["href"] for found in index.attributes("a")] == ["glossary.html"]
    assert index.texts["a"] == "Terms & words"


def test_a_document_becomes_a_page(tmp_path: Path) -> None:
    source = tmp_path / "glossary.md"
    source.write_text(
        "# Glossary\n\n| a | 中文 |\n|---|---|\n| b | [05](05_padding.ipynb) |\n", encoding="utf-8"
    )
    assert write_document(source, tmp_path / "glossary.html") == "Glossary"
    made = Elements((tmp_path / "glossary.html").read_text(encoding="utf-8"))
    assert made.texts["title"] == "Glossary" and made.texts["th"] == "a中文"
    # To the index and to the notebook; a document has no notebook of its own.
    targets = [found["href"] for found in made.attributes("a")]
    assert targets == ["index.html", "05_padding.html"]


def test_a_page_is_written_in_utf8(tmp_path: Path) -> None:
    write_page(new_notebook(cells=[new_markdown_cell("# 填充")]), tmp_path / "a.html")
    assert "<title>填充</title>" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_speaker_notes_are_folded_and_other_prose_is_not() -> None:
    note = new_markdown_cell("Ask the class.", metadata={"slideshow": {"slide_type": "notes"}})
    text = new_markdown_cell("Read on.", metadata={"slideshow": {"slide_type": "slide"}})
    made = page(new_notebook(cells=[note, text]))
    folded = made[made.index("<details>") : made.index("</details>")]
    assert "For instructors" in folded and "Ask the class." in folded
    assert "Read on." in made and "Read on." not in folded


def test_the_index_links_to_no_page_that_is_missing(tmp_path: Path) -> None:
    entries = [IndexEntry("01_one", "One", "1", 1.0), IndexEntry("02_two", "Two", "2", 1.0)]
    (tmp_path / "01_one.html").touch()
    write_index(entries, tmp_path / "index.html")
    index = Elements((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert [found["href"] for found in index.attributes("a")] == ["01_one.html"]
    assert "02 Two" in (tmp_path / "index.html").read_text(encoding="utf-8")
