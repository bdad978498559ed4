"""The course's site in Chromium: from the disk, offline, on a phone, in the dark, read aloud."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course_utils.notebooks import find_documents, find_notebooks, notebooks_folder
from course_utils.publishing import javascript
from course_utils.publishing.site import build_site, parse_repository

NOTEBOOKS = [path.stem for path in find_notebooks()]
PAGES = ["index", *NOTEBOOKS, *(path.stem for path in find_documents(notebooks_folder())), "search"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 720}
READY = "!window.MathJax?.startup || window.siteReady"
WAIT = "window.MathJax?.startup?.promise?.then(() => { window.siteReady = true })"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole course's site."""
    try:
        mathjax = javascript.file("mathjax/es5/tex-svg-full.js")
    except javascript.JavaScriptMissing as missing:
        pytest.skip(str(missing))
    target = tmp_path_factory.mktemp("site") / "site"
    repository = parse_repository("https://github.com/example/cnn-course")
    build_site(find_notebooks(), target, repository=repository, mathjax=mathjax)
    return target


@pytest.fixture(scope="session")
def axe(site: Path) -> str:
    return javascript.file("axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def visit(site: Path, open_page: Callable) -> Callable:
    """Open a page of the site offline, and wait until its formulas are drawn."""

    def go(name: str, **settings: object) -> object:
        record = open_page(offline=True, **settings)
        record.page.goto((site / f"{name}.html").as_uri())
        record.page.evaluate(WAIT)
        record.page.wait_for_function(READY)
        return record

    return go


def violations(page, axe: str) -> list[str]:
    page.evaluate(axe)
    # Style sheets beside a page of file:// cannot be read by scripts, only applied.
    found = page.evaluate("axe.run({resultTypes: ['violations'], preload: false})")
    return [
        f"{one['impact']}: {one['id']} at {[node['target'] for node in one['nodes'][:3]]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


TOO_WIDE = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
    [...document.querySelectorAll('article *')]
        .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
        .slice(0, 5).map(one => one.outerHTML.slice(0, 120))
        .concat(`the page: ${document.documentElement.scrollWidth} pixels`)"""
# Formulas that were not drawn or not understood, and LaTeX that stands in the text.
RAW_FORMULAS = r"""() => [
    ...[...document.querySelectorAll('article .math')]
        .filter(one => !one.querySelector('mjx-container') || one.querySelector('mjx-merror')),
    ...[...document.querySelectorAll('article :is(p, li, td, dd)')].filter(one => {
        const copy = one.cloneNode(true);
        copy.querySelectorAll('code, .math').forEach(part => part.remove());
        return /\\[a-z]+\{|\\\(|\$[^$\s]+\$/.test(copy.textContent);
    })].map(one => one.textContent.slice(0, 80))"""
POOR_PICTURES = """() => [...document.querySelectorAll('article img')]
    .filter(one => one.naturalWidth === 0 || one.alt.length < 30)
    .map(one => `${one.src.slice(-20)} ${one.naturalWidth} ${one.alt}`)"""


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"viewport": DESK, "color_scheme": "light"}, id="desk"),
        pytest.param({"viewport": PHONE, "color_scheme": "dark"}, id="phone-in-the-dark"),
    ],
)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_sound(name: str, settings: dict, visit: Callable, axe: str) -> None:
    record = visit(name, **settings)
    page = record.page
    found = {
        "requests to other machines": record.outside,
        "errors": record.errors,
        "too wide": page.evaluate(TOO_WIDE),
        "formulas": page.evaluate(RAW_FORMULAS),
        "pictures": page.evaluate(POOR_PICTURES),
        "accessibility": violations(page, axe),
    }
    assert not {what: faults for what, faults in found.items() if faults}


def test_there_are_formulas_and_pictures(visit: Callable) -> None:
    page = visit("09_cnn_from_scratch").page
    assert page.locator("article mjx-container").count() > 20
    assert page.locator("article img").count() > 5


def test_pictures_lie_on_white_in_the_dark(visit: Callable) -> None:
    page = visit("02_convolution_by_hand", color_scheme="dark").page
    colour = "one => getComputedStyle(one).backgroundColor"
    pictures = page.locator(".cell_output img")
    assert {pictures.nth(i).evaluate(colour) for i in range(pictures.count())} == {
        "rgb(255, 255, 255)"
    }
    assert page.evaluate(f"({colour})(document.body)") != "rgb(255, 255, 255)"


@pytest.mark.parametrize("words", ["stride", "步幅"])
def test_the_search_finds(words: str, visit: Callable) -> None:
    record = visit("index")
    page = record.page
    page.get_by_placeholder("Search").fill(words)
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results ul.search li a")
    page.wait_for_function("document.querySelector('.search-summary')?.textContent.match(/found/)")
    found = page.locator("#search-results ul.search li > a").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    assert any("05_padding_and_stride.html" in target for target in found)
    assert not record.outside and not record.errors


def test_the_navigation_opens_on_a_phone(visit: Callable) -> None:
    page = visit("index", viewport=PHONE).page
    link = page.locator(".sidebar-tree").get_by_text("05 ")
    assert not link.is_visible() or link.bounding_box()["x"] < 0
    page.locator("label.nav-overlay-icon").click()
    page.wait_for_function(
        "document.querySelector('.sidebar-drawer').getBoundingClientRect().x >= 0"
    )
    link.click()
    page.wait_for_url("**/05_padding_and_stride.html")


def test_code_that_scrolls_can_be_reached_by_keyboard(visit: Callable) -> None:
    page = visit("05_padding_and_stride", viewport=PHONE).page
    unreachable = page.evaluate(
        """[...document.querySelectorAll('article pre')]
            .filter(one => one.scrollWidth > one.clientWidth + 1 && one.tabIndex < 0).length"""
    )
    assert unreachable == 0
    assert page.locator("article pre[tabindex='0']").count() > 0


def test_the_download_is_the_notebook(visit: Callable, site: Path) -> None:
    page = visit("02_convolution_by_hand").page
    target = page.get_by_text("Download the notebook").get_attribute("href")
    assert (site / target).read_bytes().startswith(b"{")
    assert page.get_by_text("Open in Colab").get_attribute("href").endswith(target)


def test_on_paper_there_is_the_text_alone(visit: Callable) -> None:
    page = visit("02_convolution_by_hand").page
    page.emulate_media(media="print")
    covering = page.evaluate(
        """[...document.querySelectorAll('body *')].filter(one => {
            const style = getComputedStyle(one), box = one.getBoundingClientRect();
            return box.width && box.height && ['fixed', 'sticky', 'absolute'].includes(style.position)
                && style.visibility === 'visible' && !one.closest('mjx-container, .visually-hidden')
                && one.textContent.trim();
        }).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert covering == []
    for words in ("Skip to content", "Download the notebook", "Copy"):
        shown = page.get_by_text(words, exact=True)
        assert not any(shown.nth(i).is_visible() for i in range(shown.count())), words
    assert page.locator("article h1").is_visible()


def test_code_can_be_copied(visit: Callable) -> None:
    record = visit("02_convolution_by_hand", permissions=["clipboard-read", "clipboard-write"])
    page = record.page
    box = page.locator(".cell_input div.highlight").nth(1)
    box.hover()
    box.get_by_role("button", name="Copy this code").click()
    page.wait_for_function(
        "[...document.querySelectorAll('.copy-code')].some(one => one.textContent === 'Copied')"
    )
    assert (
        page.evaluate("navigator.clipboard.readText()") == box.locator("pre").inner_text().rstrip()
    )
    assert not record.errors


def test_a_page_that_is_not_there_leads_to_those_that_are(site: Path, record) -> None:
    page = record.page
    page.goto((site / "404.html").as_uri())
    targets = page.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert all((site / target).is_file() for target in targets)
    assert len(targets) == len(NOTEBOOKS) + 2 and not record.errors
