"""The course's site: what it is made from, and what Sphinx makes of it."""

from __future__ import annotations

import ast
import base64
import json
import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils import notebooks
from course_utils.publishing.site import (
    SiteError,
    build_site,
    configured_address,
    parse_repository,
)
from course_utils.publishing.site.course_map import front_page, page_not_found
from course_utils.publishing.site.openings import Opening, parts, read_opening, read_openings
from course_utils.publishing.site.repository import with_setup_cell
from course_utils.publishing.site.source import readable, write_source
from course_utils.publishing.slides import fingerprint, fingerprint_of_deck, write_deck

PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360000000000500010d0a2db40000000049454e44ae426082"
    )
).decode()
ALT = 'Two lines that "rise" & <fall>'
OPENING = """# Pad & stride

**How large is the output?**

- *You need:* notebooks 01 and 99, and $a < b$.
- *Time:* about 50 minutes.
- *You will learn to:* pad an *image*.
"""
REPOSITORY = parse_repository("https://github.com/someone/cnn")


def notebook(*cells, title: str = OPENING):
    metadata = {"slideshow": {"slide_type": "slide"}}
    return new_notebook(
        cells=[new_markdown_cell(title, id="title", metadata=metadata), *cells],
        metadata=notebooks.NOTEBOOK_METADATA,
    )


def figure():
    output = new_output(
        "display_data",
        data={"image/png": PNG, "text/plain": "<Figure>"},
        metadata={"image/png": {"alt": ALT}},
    )
    return new_code_cell("draw()", id="figure", execution_count=1, outputs=[output])


def store(folder: Path, name: str, *cells, title: str = OPENING) -> Path:
    path = folder / f"{name}.ipynb"
    path.write_bytes(notebooks.notebook_bytes(notebook(*cells, title=title)))
    return path


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two notebooks and a document, as the course has them."""
    folder = tmp_path_factory.mktemp("notebooks")
    note = new_markdown_cell("Ask *them*.", id="note")
    note.metadata["slideshow"] = {"slide_type": "notes"}
    prose = new_markdown_cell(
        "## One $x^2$\n\nSee [all terms](glossary.md).\n\n$$\\sum_i x_i$$\n\n"
        "<details><summary>Answer</summary>It is *three*, $y$.</details>",
        id="prose",
    )
    (folder / "glossary.md").write_text(
        "# Glossary\n\n| term | 中文 |\n|---|---|\n| stride 步幅 | [01](01_pad.ipynb) |\n",
        encoding="utf-8",
    )
    return [
        store(folder, "01_pad", prose, note, figure()),
        store(
            folder,
            "02_learn",
            new_code_cell("import keras", id="code", execution_count=1),
            title="# Learn",
        ),
    ]


# --- openings and the map -----------------------------------------------------------------------


def test_an_opening_is_read() -> None:
    assert read_opening(notebook(), name="05_pad") == Opening(
        name="05_pad",
        title="Pad & stride",
        question="How large is the output?",
        needs="notebooks 01 and 99, and $a < b$.",
        minutes=50,
        learns="pad an *image*.",
        by_hand=True,
    )


def test_what_an_opening_does_not_say_stays_empty() -> None:
    assert read_opening(notebook(title="# A"), name="05_a") == Opening("05_a", "A")


def test_every_notebook_of_the_course_says_all() -> None:
    for one in read_openings(notebooks.find_notebooks()):
        assert one.title and one.question and one.needs and one.minutes and one.learns, one.name


def test_the_course_is_divided_where_networks_begin() -> None:
    hands = [Opening("01_a", "A"), Opening("02_b", "B")]
    nets = [Opening("09_c", "C", by_hand=False), Opening("10_d", "D")]
    assert [part for _, part in parts([*hands, *nets])] == [hands, nets]
    assert [heading for heading, _ in parts(hands)] == ["Part I: by hand"]


def test_part_one_of_the_course_is_01_to_08() -> None:
    (_, first), (_, second) = parts(read_openings(notebooks.find_notebooks()))
    assert [one.number for one in first] == [f"{n:02d}" for n in range(1, 9)]
    assert second[0].number == "09"


def test_the_map_shows_what_the_openings_say() -> None:
    openings = [Opening("01_a", "A", minutes=30), read_opening(notebook(), name="05_pad")]
    page = front_page(openings, ["glossary"])
    assert "2 notebooks, about 80 minutes of work" in page
    assert '<a href="05_pad.html"><span class="number">05</span> Pad &amp; stride</a>' in page
    assert '<p class="question">How large is the output?</p>' in page
    assert "<dd>about 50 minutes</dd>" in page
    assert "pad an <em>image</em>." in page
    # Notebook 99 is not there to be linked to; a number in a formula is none.
    assert 'notebooks <a href="01_a.html">01</a> and 99, and <math' in page


def test_the_map_lists_everything_in_the_order_of_the_course() -> None:
    nets = Opening("09_c", "C", by_hand=False, minutes=150)
    page = front_page([Opening("01_a", "A: a"), nets], ["glossary", "guide"])
    listed = re.findall(r"```\{toctree\}\n:hidden:\n:caption: (.*)\n\n((?:.+\n)*?)```", page)
    assert listed == [
        ("Part I: by hand", "01 A: a <01_a>\n"),
        ("Part II: networks that learn", "09 C <09_c>\n"),
        ("Beside the notebooks", "glossary\nguide\n"),
    ]
    assert "About 2½ hours." in page
    assert "[](glossary.md), [](guide.md)." in page


# --- the repository -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/someone/cnn",
        "https://github.com/someone/cnn.git",
        "github.com/someone/cnn/",
    ],
)
def test_an_address_is_read(address: str) -> None:
    assert parse_repository(address) == REPOSITORY
    assert REPOSITORY.address == "https://github.com/someone/cnn"


@pytest.mark.parametrize("address", ["", "someone/cnn", "https://example.org/a/b", "github.com/a"])
def test_another_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="https://github.com/OWNER/NAME"):
        parse_repository(address)


def test_a_branch_with_a_space_is_refused() -> None:
    with pytest.raises(ValueError, match="branch 'a b'"):
        parse_repository("github.com/a/b", site_branch="a b")


def test_the_links_open_the_file() -> None:
    assert REPOSITORY.colab("notebooks/01_a.ipynb") == (
        "https://colab.research.google.com/github/someone/cnn/blob/gh-pages/notebooks/01_a.ipynb"
    )
    assert REPOSITORY.binder("01_a.ipynb") == (
        "https://mybinder.org/v2/gh/someone/cnn/HEAD?urlpath=lab/tree/my_course/01_a.ipynb"
    )


def test_the_configured_address_is_read(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    assert configured_address(project) == ""
    project.write_text('[project]\nname = "a"\n')
    assert configured_address(project) == ""
    project.write_text('[project.urls]\nRepository = "https://github.com/a/b"\n')
    assert configured_address(project) == "https://github.com/a/b"


def test_the_added_cell_comes_after_the_title_and_does_nothing_here() -> None:
    before = notebook(figure())
    after = with_setup_cell(before, REPOSITORY)
    assert [cell.id for cell in after.cells] == ["title", "course-setup", "figure"]
    assert len(before.cells) == 2
    source = TransformerManager().transform_cell(after.cells[1].source)
    assert "git+https://github.com/someone/cnn" in source and "--no-deps" in source

    def get_ipython():
        raise AssertionError("the cell installs although the course is here")

    exec(compile(ast.parse(source), "cell", "exec"), {"get_ipython": get_ipython})


# --- the folder that Sphinx reads ---------------------------------------------------------------


def test_folded_answers_become_markdown() -> None:
    text = "a\n<details><summary>Why?</summary>*So* `x`.</details>\nb"
    made = readable(notebook(new_markdown_cell(text, id="a"))).cells[1].source
    assert made == "a\n<details>\n<summary>Why?</summary>\n\n*So* `x`.\n\n</details>\nb"


def test_speaker_notes_are_folded() -> None:
    note = new_markdown_cell("Ask.", id="a", metadata={"slideshow": {"slide_type": "notes"}})
    made = readable(notebook(note))
    assert made.cells[1].source.startswith("<details>\n<summary>For instructors</summary>\n\nAsk.")
    assert note.source == "Ask." and made.cells[0].source == OPENING


def test_what_is_offered_for_download(course: list[Path], tmp_path: Path) -> None:
    source = write_source(course, tmp_path)
    for path in course:
        offered = notebooks.read_notebook(source.extra / "notebooks" / path.name)
        assert not any(cell.get("outputs") for cell in offered.cells)
        written = {cell.id: cell.source for cell in notebooks.read_notebook(path).cells}
        assert written.items() >= {cell.id: cell.source for cell in offered.cells[:-1]}.items()
    first = notebooks.read_notebook(source.extra / "notebooks" / course[0].name)
    assert first.cells[-1].source == "[02 →](02_learn.ipynb)"
    assert [link.text for link in source.links["01_pad"]] == ["Download the notebook"]


def test_the_links_of_a_page(course: list[Path], tmp_path: Path) -> None:
    slides = tmp_path / "slides"
    slides.mkdir()
    for name in ("01_pad.html", "01_pad.pdf", "02_learn.html", "03_other.html"):
        (slides / name).write_text("slides")
    source = write_source(course, tmp_path / "made", repository=REPOSITORY, slides=slides)
    targets = [link.target for link in source.links["01_pad"]]
    assert targets[:3] == ["notebooks/01_pad.ipynb", "slides/01_pad.html", "slides/01_pad.pdf"]
    assert targets[3:] == [
        REPOSITORY.colab("notebooks/01_pad.ipynb"),
        REPOSITORY.binder("01_pad.ipynb"),
    ]
    assert "slides/02_learn.pdf" not in [link.target for link in source.links["02_learn"]]
    copied = {path.name for path in (source.extra / "slides").iterdir()}
    assert copied == {"01_pad.html", "01_pad.pdf", "02_learn.html"}
    offered = json.loads((source.extra / "notebooks" / "01_pad.ipynb").read_bytes())
    assert offered["cells"][1]["id"] == "course-setup"
    assert REPOSITORY.colab("notebooks/02_learn.ipynb") in "".join(offered["cells"][-1]["source"])
    shown = json.loads((source.folder / "01_pad.ipynb").read_bytes())
    assert shown["cells"][1]["id"] == "prose"


def test_no_link_of_a_copy_for_colab_needs_a_file_beside_it(tmp_path: Path) -> None:
    """Colab opens a notebook alone."""
    source = write_source(notebooks.find_notebooks(), tmp_path, repository=REPOSITORY)
    paths = sorted((source.extra / "notebooks").iterdir())
    assert len(paths) == len(notebooks.find_notebooks())
    found = []
    for path in paths:
        cells = notebooks.read_notebook(path).cells
        texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
        found += re.findall(r"\]\(([^)]*)\)", "\n".join(texts))
    assert {link for link in found if not link.startswith("https://")} == set()
    assert REPOSITORY.colab("notebooks/03_convolution_and_cross_correlation.ipynb") in found
    assert "https://github.com/someone/cnn/blob/HEAD/notebooks/glossary.md" in found


def test_alternative_texts_are_known_by_the_name_of_the_file(
    course: list[Path], tmp_path: Path
) -> None:
    source = write_source(course, tmp_path)
    name = sha256(base64.b64decode(PNG)).hexdigest()
    assert source.alternatives["01_pad"] == {f"{name}.png": ALT}


# --- the site -----------------------------------------------------------------------------------


class Page(HTMLParser):
    """The elements of a page, and all its text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.html = path.read_text(encoding="utf-8")
        self.feed(self.html)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def site(course: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("built") / "site"
    front = build_site(course, target, repository=REPOSITORY)
    assert front == target / "index.html" and front.is_file()
    return target


def test_nothing_is_left_beside_the_site(site: Path) -> None:
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_every_page_is_there(site: Path) -> None:
    pages = {path.stem for path in site.glob("*.html")}
    assert pages == {"index", "01_pad", "02_learn", "glossary", "search", "404"}


def test_github_keeps_the_folders_of_scripts(site: Path) -> None:
    assert (site / ".nojekyll").is_file() and (site / "_static").is_dir()


def test_no_script_style_or_picture_comes_from_elsewhere(site: Path) -> None:
    for path in site.glob("*.html"):
        page = Page(path)
        loaded = [found.get("src") for tag in ("script", "img") for found in page.all(tag)]
        loaded += [found["href"] for found in page.all("link")]
        assert not [address for address in loaded if address and "//" in address], path.name


def test_every_link_inside_the_site_leads_somewhere(site: Path) -> None:
    for path in site.glob("*.html"):
        for found in Page(path).all("a"):
            target = found["href"].split("#")[0]
            assert "//" in target or (site / target).exists() or not target, (path.name, target)


def test_the_figure_keeps_its_alternative_text(site: Path) -> None:
    assert [found["alt"] for found in Page(site / "01_pad.html").all("img")] == [ALT]


def test_prose_is_rendered_inside_what_is_folded(site: Path) -> None:
    html = Page(site / "01_pad.html").html
    assert re.search(r"<summary>Answer</summary>\s*<p>It is <em>three</em>, ", html)
    assert re.search(r"<summary>For instructors</summary>\s*<p>Ask <em>them</em>.</p>", html)


def test_without_mathjax_formulas_are_mathml(site: Path) -> None:
    page = Page(site / "01_pad.html")
    assert [found["display"] for found in page.all("math")].count("block") == 1
    assert len(page.all("math")) >= 3 and "\\sum" not in page.text


def test_the_navigation_is_in_the_order_of_the_course(site: Path) -> None:
    links = [found["href"] for found in Page(site / "search.html").all("a")]
    inside = [link for link in links if re.match(r"\d\d_|glossary", link)]
    assert inside == ["01_pad.html", "02_learn.html", "glossary.html"]


def test_captions_of_the_navigation_have_a_level(site: Path) -> None:
    html = Page(site / "index.html").html
    assert html.count('role="heading"') == html.count('role="heading" aria-level="2"') == 3


def test_the_page_links_to_colab_and_to_the_download(site: Path) -> None:
    links = Page(site / "01_pad.html").all("a")
    assert {"href": "notebooks/01_pad.ipynb", "download": None} in links
    assert {"href": REPOSITORY.colab("notebooks/01_pad.ipynb")} in links


def test_the_front_page_names_the_documents(site: Path) -> None:
    assert "Beside the notebooks: Glossary." in Page(site / "index.html").text


def test_chinese_terms_are_searchable(site: Path) -> None:
    escaped = json.dumps("步幅").strip(chr(34))
    assert escaped in (site / "searchindex.js").read_text(encoding="utf-8")


def test_a_site_is_replaced_whole_and_mathjax_is_taken_in(
    course: list[Path], tmp_path: Path
) -> None:
    target = tmp_path / "site"
    target.mkdir()
    (target / "searchindex.js").touch()
    (target / "old.html").touch()
    mathjax = tmp_path / "mathjax.js"
    mathjax.write_text("// MathJax")
    build_site(course[:1], target, mathjax=mathjax)
    assert not (target / "old.html").exists()
    assert (target / "_static" / "mathjax.js").read_text() == "// MathJax"
    page = Page(target / "01_pad.html")
    assert any("_static/mathjax.js" in (found.get("src") or "") for found in page.all("script"))
    assert "\\(x^2\\)" in page.text and "Open in Colab" not in page.text


def test_a_warning_stops_the_build(tmp_path: Path) -> None:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    link = new_markdown_cell("See [nothing](99_nothing.ipynb).", id="link")
    with pytest.raises(SiteError, match=r"01_a\.ipynb.*99_nothing"):
        build_site([store(folder, "01_a", link)], tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_folder_that_is_no_site_is_left_alone(course: list[Path], tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(SiteError, match="holds no site"):
        build_site(course, tmp_path)
    assert (tmp_path / "thesis.docx").exists()


# --- slides of an earlier state -----------------------------------------------------------------


def test_slides_of_an_earlier_state_are_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    (tmp_path / "slides").mkdir()
    paths = [store(tmp_path / "course", name, figure()) for name in ("01_pad", "02_stride")]
    for path in paths:
        deck = tmp_path / "slides" / f"{path.stem}.html"
        write_deck(notebooks.read_notebook(path), deck, offline=False)
        assert fingerprint_of_deck(deck) == fingerprint(notebooks.read_notebook(path))
        deck.with_suffix(".pdf").write_bytes(b"%PDF")
    store(tmp_path / "course", "01_pad", figure(), title=OPENING.replace("Pad", "Pads"))
    said: list[str] = []
    build_site(paths, tmp_path / "site", slides=tmp_path / "slides", say=said.append)
    assert len(said) == 1 and said[0].startswith("01_pad has changed since its slides were made")
    assert "course_utils slides 01" in said[0]
    kept = {path.name for path in (tmp_path / "site" / "slides").iterdir()}
    assert kept == {"02_stride.html", "02_stride.pdf"}
    assert "slides/01_pad" not in (tmp_path / "site" / "01_pad.html").read_text(encoding="utf-8")


def test_a_deck_that_says_nothing_of_itself_has_no_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "own.html").write_bytes(b"\xff<html>my own slides")
    assert fingerprint_of_deck(tmp_path / "own.html") == ""


# --- a page that is not there -------------------------------------------------------------------


def test_a_missing_page_leads_back(tmp_path: Path) -> None:
    path = store(tmp_path, "01_pad")
    build_site([path], tmp_path / "site", repository=REPOSITORY)
    html = (tmp_path / "site" / "404.html").read_text(encoding="utf-8")
    for target in ("index.html", "search.html", "01_pad.html"):
        assert f'href="{target}"' in html and (tmp_path / "site" / target).is_file()
    # Whatever the address at which it is shown.
    assert '<base href="/cnn/">' in html
    relative = page_not_found([read_opening(notebook(), name="05_pad")], "")
    assert 'href="05_pad.html">Pad &amp; stride<' in relative and "<base" not in relative
