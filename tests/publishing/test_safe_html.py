"""What is left out of a notebook's HTML, and what stays, in every kind of page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hostile_notebooks import OUTSIDE, hostile_notebook, payloads
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils import notebooks
from course_utils.publishing import IndexEntry, page, write_index
from course_utils.publishing.formulas import formula
from course_utils.publishing.handout_papers import paper
from course_utils.publishing.handouts import AUDIENCES
from course_utils.publishing.safe_html import clean, holds_scripts, page_policy
from course_utils.publishing.site import build_site
from course_utils.publishing.slides import deck

RUNS = {"script", "iframe", "object", "embed", "link", "style", "base", "form", "button", "meta"}


class Elements(HTMLParser):
    """The elements of a page, with those attributes that run or fetch something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.active: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.tags.add(tag)
        for name, value in attributes:
            value = re.sub(r"[\x00-\x20]", "", value or "")
            fetches = (
                name not in ("href", "alt", "title", "class", "id") and "198.51.100.1" in value
            )
            runs = name.startswith("on") or name in ("srcdoc", "srcset", "poster", "formaction")
            script = re.match("(?:javascript|vbscript|data:text)", value, re.IGNORECASE)
            if runs or script or fetches or name.startswith("data-background"):
                self.active.append((tag, name, value[:60]))


def body(html: str) -> str:
    """The part of a page that comes from the notebook."""
    start = re.search(r'<main>|<div class="slides">|<article[^>]*>', html).end()
    ends = (html.find(end, start) for end in ("</main>", "<noscript>", "</article>"))
    return html[start : min(end for end in ends if end > 0)]


def assert_harmless(html: str) -> None:
    found = Elements(body(html))
    assert not found.tags & RUNS
    assert not found.active


PAGES = {
    "page": lambda notebook: page(notebook, name="98_hostile"),
    "deck": lambda notebook: deck(notebook, name="98_hostile", offline=False),
    **{one: lambda notebook, one=one: paper(notebook, one, name="98_x") for one in AUDIENCES},
}


@pytest.mark.filterwarnings("ignore:No lexer found")
@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES.keys())
def test_no_page_of_a_hostile_notebook_runs_anything(make) -> None:
    html = make(hostile_notebook())
    assert_harmless(html)
    assert "the harmless words" in html and "folded text" in html
    assert 'http-equiv="Content-Security-Policy"' in html


@pytest.mark.filterwarnings("ignore:No lexer found")
def test_a_trusted_page_keeps_what_runs() -> None:
    notebook = hostile_notebook()
    for html in (
        page(notebook, trusted=True),
        deck(notebook, name="98_x", offline=False, trusted=True),
        paper(notebook, "instructor", name="98_x", trusted=True),
    ):
        found = Elements(body(html))
        assert {"script", "iframe"} <= found.tags and found.active
        assert "Content-Security-Policy" not in html


def test_the_site_of_a_hostile_notebook_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "98_hostile.ipynb"
    path.write_bytes(notebooks.notebook_bytes(hostile_notebook(for_sphinx=True)))
    build_site([path], tmp_path / "site")
    for name in ("98_hostile", "index"):
        html = (tmp_path / "site" / f"{name}.html").read_text(encoding="utf-8")
        assert_harmless(html)
        # What the theme shows beside the text: the title, the contents of the page.
        assert "window.top.ran" not in " ".join(
            re.findall(r"<script\b.*?</script>", html, re.DOTALL)
        )
        assert not [one for one in Elements(html).active if one[1].startswith("on")]
    assert "the harmless words" in html or "98_hostile" in html


def test_the_index_of_hostile_notebooks_runs_nothing(tmp_path: Path) -> None:
    text = payloads("index").replace("\n", " ")
    entry = IndexEntry("98_x", title=text, headline=text, seconds=1.0, failed=True)
    write_index([entry], tmp_path / "index.html", documents={"x.html": text})
    assert_harmless((tmp_path / "index.html").read_text(encoding="utf-8"))


KEPT = [
    "<p>a <strong>b</strong> &lt; c</p>",
    '<table class="dataframe" border="1"><thead><tr><th colspan="2" style="text-align:right">a</th>'
    "</tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
    "<details><summary>Answer</summary>It is 3.</details>",
    '<a href="05_pad.html#edge">next</a>',
    '<a href="https://example.org/?a=1&amp;b=2">out</a>',
    '<img alt="a line: it rises" src="data:image/png;base64,AAAA">',
    '<img alt="x" src="figures/a%20b.png" width="30">',
    '<svg viewBox="0 0 8 8" role="img" aria-label="two boxes"><defs><linearGradient id="g">'
    '<stop offset="1" stop-color="red"></stop></linearGradient></defs>'
    '<rect fill="url(#g)" x="1" width="3" height="4"></rect><text x="1">a</text></svg>',
    '<span style="color:#336;font-weight:bold">x</span>',
    '<audio controls=""><source src="data:audio/wav;base64,AA" type="audio/wav"></audio>',
    '<figure class="output" data-explorer="window" data-state="{&quot;k&quot;: 3}"></figure>',
    '<section id="one" class="prose"><figure class="output"></figure></section>',
    '<div class="highlight hl-ipython3"><pre><span class="n">x</span></pre></div>',
]


@pytest.mark.parametrize("html", KEPT)
def test_what_only_shows_something_stays_as_it_is(html: str) -> None:
    assert clean(html) == html


@pytest.mark.parametrize(
    "latex",
    [
        "a < b",
        r"\frac{1}{n}\sum_{i=1}^n x_i^2",
        r"\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}",
        r"\begin{aligned} a &= b \\ &= c \end{aligned}",
        r"\left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1",
        r"\hat{y}, \overline{x}, \mathbf{W}, \mathbb{R}, \text{if } x > 0",
    ],
)
@pytest.mark.parametrize("block", [False, True])
def test_formulas_stay_as_they_are(latex: str, block: bool) -> None:
    before = formula(latex, block=block).replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "")

    def elements(html: str) -> list[tuple[str, tuple]]:
        found = []
        parser = HTMLParser()
        parser.handle_starttag = lambda tag, attributes: found.append((tag, tuple(attributes)))
        parser.handle_data = lambda text: found.append(("text", text))
        parser.feed(html)
        return found

    assert elements(clean(before)) == elements(before)


@settings(deadline=None)
@given(st.lists(st.sampled_from(payloads("x").split("\n")) | st.text("<>/\"'&= ax:!-"), max_size=6))
def test_no_mixture_of_payloads_runs(pieces: list[str]) -> None:
    found = Elements(clean("".join(pieces)))
    assert not found.tags & RUNS and not found.active


def test_the_reader_is_told_of_a_script_that_was_left_out() -> None:
    drawn = new_output("display_data", data={"text/html": "<div></div><script>draw()</script>"})
    plain = new_output("display_data", data={"text/html": "<table></table>"})
    told = "was left out; --trust keeps it"
    for output, expected in ((drawn, 1), (plain, 0)):
        cell = new_code_cell("x", id="x", execution_count=1, outputs=[output])
        notebook = new_notebook(cells=[new_markdown_cell("# T", id="t"), cell])
        assert page(notebook).count(told) == expected
        assert told not in page(notebook, trusted=True)
    assert holds_scripts("<SCRIPT>") and not holds_scripts("a script")


def test_a_link_to_another_site_stays_and_a_picture_from_there_does_not() -> None:
    html = clean(f'<a href="{OUTSIDE}/page">go</a><img alt="a" src="{OUTSIDE}/a.png">')
    assert html == f'<a href="{OUTSIDE}/page">go</a><img alt="a">'


def test_the_pages_own_scripts_are_allowed_and_no_others() -> None:
    assert "script-src" not in page_policy()
    policy = page_policy(["1"])
    # printf 1 | openssl dgst -sha256 -binary | base64
    assert "script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='" in policy
    assert policy.startswith("default-src 'none'") and "http" not in policy
